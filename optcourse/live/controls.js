// The controls of an explorer: sliders with their symbols, the surface, and what is seldom used, folded away.

const short = (value) => String(Number(value.toPrecision(5)));
const brief = (value) =>
  Math.abs(value) < 1e-9 ? "0" : Math.abs(value) < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));

function make(tag, parent, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    name in node ? (node[name] = value) : node.setAttribute(name, value);
  node.append(...children);
  parent?.append(node);
  return node;
}

function nearest(values, value) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
  return best;
}

const round3 = (value) => Math.round(value * 1000) / 1000;

function keepKeys(control) {
  control.dataset.lmSuppressShortcuts = "true";
} // else JupyterLab takes the arrow keys for itself

// What a person sees of the controls outlives that they are made anew: folds, a text half written, the focus
function remembered(box) {
  const open = [...box.querySelectorAll("details[open]")].map((fold) => fold.className),
    named = (node) => node.getAttribute("aria-label");
  const texts = [...box.querySelectorAll("textarea, input[type=text]")].map((node) => [named(node), node.value]);
  const active = box.contains(document.activeElement) ? document.activeElement : null,
    selection = active?.selectionStart;
  return () => {
    for (const name of open) box.querySelector(`details.${name}`)?.setAttribute("open", "");
    const again = new Map([...box.querySelectorAll("textarea, input, select")].map((node) => [named(node), node]));
    for (const [name, value] of texts) if (again.has(name)) again.get(name).value = value;
    const target = active && again.get(named(active));
    target?.focus();
    if (target && typeof selection === "number" && target.type !== "range")
      target.setSelectionRange(selection, selection);
  };
}

// `host` has the box, lesson, surfaces, now (the setting) and alive (whether a kernel answers), and change, moved, choose, save,
// need and reset. Gives build, which makes the controls anew, and follow, which sets them to what `now` says.
function controlsOf(host) {
  let writing = false,
    follow = []; // writing: the reader has chosen a formula of their own

  function range(parent, label, name, count, get, set, say) {
    const row = make("label", parent, { className: "oc-control oc-range", title: label.title });
    make("span", row, { className: "oc-label", innerHTML: label.html });
    const input = make("input", row, { type: "range", min: 0, max: count() - 1, step: 1 }),
      output = make("output", row);
    input.setAttribute("aria-label", label.title ? `${name}, ${label.title}` : name);
    input.dataset.name = name;
    if (label.colour) input.style.accentColor = label.colour;
    keepKeys(input);
    input.addEventListener("input", () => {
      set(Number(input.value));
      host.moved();
    });
    follow.push(() => {
      input.max = count() - 1;
      input.value = get();
      const said = say(get());
      if (output.textContent !== said) {
        output.textContent = said;
        input.setAttribute("aria-valuetext", said);
      }
    });
  }

  function choice(parent, name, options, get, set) {
    const row = make("label", parent, { className: "oc-control oc-choice" }),
      select = make("select", row, { title: name });
    if (name !== "surface") row.prepend(make("span", null, { className: "oc-label" }, name)); // its options say what it is
    select.setAttribute("aria-label", name);
    keepKeys(select);
    for (const [place, option] of options.entries()) make("option", select, { value: place }, option);
    select.addEventListener("change", () => {
      set(Number(select.value));
      host.moved();
    });
    follow.push(() => {
      select.value = get();
    });
    return select;
  }

  function build() {
    const box = host.box,
      restore = remembered(box);
    box.replaceChildren();
    follow = [];
    if (host.lesson.still) return; // a picture that the kernel alone moves
    for (const { name, label, symbol, doc, colour, values } of host.lesson.controls)
      range(
        box,
        { html: symbol, title: doc, colour },
        label,
        () => values.length,
        () => nearest(values, host.now.values[name]),
        (i) => host.change({ values: { ...host.now.values, [name]: values[i] } }),
        (i) => short(values[i]),
      );
    const names = host.surfaces.map((surface) => surface.name);
    if (host.surfaces.length > 1 || host.lesson.own) setChooser(box, names);
    const more = make("details", box, { className: "oc-more" }, make("summary", null, {}, "start, steps, form"));
    const seldom = make("div", more, { className: "oc-seldom" });
    for (const axis of [0, 1]) {
      const ends = () => {
        const [a, b] = host.surfaces[host.now.surface].view.slice(2 * axis);
        return [Math.min(a, host.now.start[axis]), Math.max(b, host.now.start[axis])];
      };
      range(
        seldom,
        { html: `start ${"xy"[axis]}`, title: "" },
        `start ${"xy"[axis]}`,
        () => Math.round((ends()[1] - ends()[0]) * 1000) + 1,
        () => Math.round((host.now.start[axis] - ends()[0]) * 1000),
        (i) => host.change({ start: host.now.start.with(axis, round3(ends()[0] + i / 1000)) }),
        () => host.now.start[axis].toFixed(3).replace("-", "−"),
      );
    }
    range(
      seldom,
      { html: "steps", title: "" },
      "steps",
      () => host.lesson.most_steps + 1,
      () => host.now.steps,
      (i) => host.change({ steps: i }),
      String,
    );
    for (const [place, forms] of host.lesson.methods.entries())
      if (forms.length > 1)
        choice(
          seldom,
          host.lesson.methods.length > 1 ? `form of ${forms[0].title}` : "form",
          forms.map((form) => form.convention),
          () => host.now.forms[place],
          (i) => host.change({ forms: host.now.forms.with(place, i) }),
        );
    setEditors(seldom);
    const reset = make("button", box, { className: "oc-reset", title: "back to the first values" }, "reset");
    keepKeys(reset);
    reset.addEventListener("click", () => {
      writing = false;
      host.reset();
    });
    restore();
  }

  function setChooser(box, names) {
    const own = host.lesson.own && names.length === host.lesson.built_in ? [...names, "your own formula …"] : names;
    const select = choice(
      box,
      "surface",
      own,
      () => (writing ? host.lesson.built_in : host.now.surface),
      (i) => {
        writing = i >= host.lesson.built_in;
        if (!writing) host.choose(i);
      },
    );
    if (!host.lesson.own) return;
    const field = make("input", box, { type: "text", className: "oc-own", value: host.now.own || "x**2 + 10*y**2" });
    field.setAttribute("aria-label", "J(x, y), your own formula");
    keepKeys(field);
    const ask = () => {
      writing = true;
      host.change({ own: field.value });
      host.save();
      if (!host.alive) host.need("Your own formula needs");
    };
    field.addEventListener("change", ask);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") ask();
    });
    select.addEventListener("change", () => {
      if (writing) ask();
    });
    follow.push(() => {
      field.hidden = !writing && host.now.surface < host.lesson.built_in;
    });
  }

  // "edit the formula": the rows as text; the kernel reads them and sends the method back
  function setEditors(parent) {
    if (!host.lesson.methods.some((forms) => forms[0].formula)) return;
    const box = make("details", parent, { className: "oc-edit" }, make("summary", null, {}, "edit the formula"));
    for (const [place, forms] of host.lesson.methods.entries()) {
      const area = make("textarea", box, {
        rows: forms[0].rows.length,
        spellcheck: false,
        value: host.now.rows[place] || forms[host.now.forms[place]]?.rows.join("\n") || "",
      });
      area.setAttribute("aria-label", `rows of ${forms[0].title}, in LaTeX`);
      area.dataset.place = place;
      keepKeys(area);
      area.addEventListener("input", () => {
        host.change({ rows: host.now.rows.with(place, area.value) });
        host.save();
        if (!host.alive) host.need("Editing the formula needs");
      });
    }
  }

  return { build, follow: () => follow.forEach((set) => set()) };
}
