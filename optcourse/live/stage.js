// The stage: controls, pictures, the step control and the formula of one explorer. No kernel takes part while a hand moves.

import { handedOver, methodOf } from "./runs.js";
import { surfaceOf } from "./surfaces.js";
import { drawPanel, lensesOf, text } from "./drawing.js";
import { controlsOf, make, nearest } from "./controls.js";
import { reach } from "./pointer.js";
import { playerOf } from "./player.js";
import { arrange } from "./layout.js";

const STILL = 150; // ms without a change after which the kernel hears of it, and the words are said
const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div>
  <p class="oc-message" role="alert"></p>
  <p class="oc-lost">The kernel is gone. Sliders, pictures and formula go on; your own formulas, training and exercises need it: run the cell again.</p>
  <div class="oc-body"><div class="oc-left"><div class="oc-pictures"></div>
  <div class="oc-bar" role="group" aria-label="steps of the run">
    <button data-do="back" title="one step back" aria-label="one step back">◀</button>
    <button data-do="play" title="play" aria-label="play">▶</button>
    <button data-do="next" title="one step on" aria-label="one step on">▶|</button>
    <label>step <input class="oc-step" type="range" min="0" value="0" aria-label="step"></label><output></output>
    <label>speed <select class="oc-speed" aria-label="speed"><option value="2">slow</option><option value="6" selected>normal</option>
      <option value="20">fast</option></select></label>
    <label class="oc-parts"><input type="checkbox"> in parts</label><span class="oc-part" aria-live="polite"></span>
  </div></div>
  <div class="oc-formulas"></div></div><p class="oc-words" aria-live="polite"></p>`;

function render({ model, el }) {
  el.classList.add("oc-live");
  el.innerHTML = FRAME;
  const find = (selector) => el.querySelector(selector);
  const bar = find(".oc-bar"),
    slider = find(".oc-step"),
    shownStep = bar.querySelector("output"),
    formulas = find(".oc-formulas");
  const caption = find(".oc-part"),
    message = find(".oc-message");
  let lesson,
    surfaces,
    now,
    methods,
    panels,
    runs = [],
    key = "",
    slots = [],
    rows = [],
    parts = 0,
    part = null,
    alive = false;
  let waiting = null,
    still = null,
    arranged = 0,
    landed = "";
  for (const control of el.querySelectorAll("input, button, select")) keepKeys(control);
  const controls = controlsOf({
    box: find(".oc-controls"),
    get lesson() {
      return lesson;
    },
    get surfaces() {
      return surfaces;
    },
    get now() {
      return now;
    },
    get alive() {
      return alive;
    },
    change,
    moved,
    choose,
    save,
    need,
    reset,
  });
  const player = playerOf(bar, {
    get step() {
      return now.step;
    },
    get steps() {
      return runs[0]?.steps ?? 0;
    },
    get parts() {
      return parts;
    },
    go(step, shown) {
      part = shown;
      change({ step });
      showPart();
      schedule();
    },
    stopped: () => schedule(),
  });

  // ---- from the setting to the runs ----

  function change(changes) {
    now = { ...now, ...changes };
  }

  function ready(place) {
    return surfaces[place] && "program" in surfaces[place];
  }

  function byKernel(form) {
    return !form.program || !surfaces[now.surface].program;
  }

  function compute() {
    const wanted = JSON.stringify([now.values, now.surface, now.start, now.steps, now.forms]),
      chosen = lesson.methods.map((forms, i) => forms[now.forms[i]] || forms[0]);
    if (methods.some((method, i) => method.form !== chosen[i])) {
      methods = chosen.map(methodFor);
      setFormula();
    }
    const handed = model.get("handed");
    const mine = methods.some(({ form }, i) => byKernel(form) && !handed[i]);
    if (wanted === key || mine) return runs.length > 0;
    const data = surfaces[now.surface];
    data.compiled ??= data.program && { ...surfaceOf(data.program), landmarks: data.landmarks };
    runs = methods.map(({ form, run }, i) => {
      if (byKernel(form)) return handedOver(handed[i]);
      const values = Object.fromEntries(
        Object.entries(form.hypers).map(([symbol, name]) => [symbol, now.values[name]]),
      );
      return run(data.compiled, values, now.start, now.steps);
    });
    key = wanted;
    const marked = JSON.stringify(runs.map(({ marks }) => marks));
    if (marked !== landed) {
      landed = marked;
      for (const panel of panels) setLegend(panel);
    } // another minimum, other curvatures
    return true;
  }

  function methodFor(form) {
    form.run ??= form.program && methodOf({ ...form.program, expressions: form.expressions, hypers: form.hypers });
    return { form, run: form.run };
  }

  function moved() {
    key = "";
    schedule();
    if (methods.some(({ form }) => byKernel(form))) save(); // widgets send the latest only, one at a time
  }

  // The first change of a frame is painted at once, so that this frame shows it; what else comes in the frame, at its end
  function schedule() {
    if (waiting === null) {
      waiting = "painted";
      requestAnimationFrame(() => {
        const more = waiting === "more";
        waiting = null;
        if (more) paint();
      });
      paint();
    } else waiting = "more";
    clearTimeout(still);
    still = setTimeout(settle, STILL);
  }

  function save() {
    model.set("setting", now);
    model.save_changes();
  }

  function settle() {
    // the hand is still
    if (!player.playing) save();
    const words = sentence();
    find(".oc-words").textContent = words;
    for (const { canvas } of panels)
      canvas.setAttribute(
        "aria-label",
        `${canvas.dataset.name}. ${words}${canvas.dataset.grab ? " Arrow keys move the start." : ""}`,
      );
  }

  function sentence() {
    return (
      runs
        .map((run, i) => {
          const { form } = methods[i],
            loss = (step) => brief(entry(run.at(form.loss, step), 0));
          return `${form.label}: ${run.end || `loss ${loss(0)} → ${loss(run.steps)}`}`;
        })
        .join("; ") + "."
    );
  }

  function say(words) {
    message.textContent = words;
  }

  // What only a kernel can do; a page that never has one says where to get one
  function need(words) {
    say(`${words} a running kernel.`);
    if (el.dataset.help) message.append(" ", make("a", null, { href: el.dataset.help }, "How to get one."));
  }

  // ---- what is seen ----

  function setPanels() {
    const box = find(".oc-pictures");
    box.replaceChildren();
    delete box.dataset.rows; // the new ones have no place yet
    panels = lesson.panels.map((panel, place) => {
      const [wide, high] = panel.size,
        figure = make("figure", box, { className: "oc-panel" });
      const legend = make("figcaption", figure, { className: "oc-legend" }),
        frame = make("div", figure, { className: "oc-frame" });
      const canvas = make("canvas", frame, { tabIndex: 0, role: "img", ariaLabel: panel.name });
      canvas.style.aspectRatio = `${wide} / ${high}`;
      Object.assign(canvas.dataset, { name: panel.name, grab: panel.grab });
      keepKeys(canvas);
      const note = make("div", frame, { className: "oc-diverged" });
      const made = {
        ...panel,
        place,
        figure,
        frame,
        canvas,
        context: canvas.getContext("2d"),
        legend,
        note,
        names: [],
        ratio: 1,
        pictures: new Map(),
      };
      if (panel.grab) reach(made, frame, grab, nudge);
      return made;
    });
  }

  // A picture that has been decoded, or null while it is not: then it is drawn when it is there
  // (a page without a kernel has it as a file)
  function decoded(panel, given) {
    if (!given) return null;
    if (!panel.pictures.has(given)) {
      panel.pictures.set(given, null);
      const file = typeof given === "string" && Object.assign(new Image(), { src: given });
      (file ? file.decode().then(() => file) : createImageBitmap(new Blob([given], { type: "image/webp" }))).then(
        (picture) => {
          panel.pictures.set(given, picture);
          schedule();
        },
      );
    }
    return panel.pictures.get(given);
  }

  function paint() {
    suppress();
    if (!ready(now.surface)) {
      say("This surface is being drawn by the kernel …");
      return;
    }
    controls.follow();
    if (message.textContent.startsWith("This surface")) say(model.get("message"));
    if (!compute()) return;
    const steps = Math.max(...runs.map((run) => run.steps)),
      step = Math.min(now.step, steps),
      data = surfaces[now.surface];
    const lines = methods
      .flatMap(({ form }, i) => form.lines.map((line) => [line, runs[i]]))
      .sort((a, b) => a[0].z - b[0].z);
    const lenses = lensesOf(panels, lines, step);
    for (const panel of panels) {
      const ground = data.panels[panel.place],
        own = ground.background || {};
      const picture = decoded(panel, panel.background || own[panel.per_form ? now.forms[0] : 0]);
      const [scales, arrows] = drawPanel(panel.context, panel, ground, lesson.glyphs, picture, lines, {
        steps,
        step,
        part,
        ratio: panel.ratio,
        lens: lenses.get(panel.place),
      });
      panel.seen = scales;
      if (panel.lens) nameArrows(panel, arrows);
      if (panel.handle) place(panel, step);
      const gone =
        panel.name === "contour"
          ? runs.flatMap((run, i) =>
              run.end ? [`${runs.length > 1 ? `${methods[i].form.label}: ` : ""}${run.end}`] : [],
            )
          : [];
      if (panel.note.textContent !== gone.join("\n")) panel.note.textContent = gone.join("\n");
    }
    bar.hidden = steps === 0 || Boolean(lesson.still);
    slider.max = steps;
    slider.value = step;
    shownStep.textContent = `${step} of ${steps}`;
    for (const [node, run, expression, coordinate] of slots) {
      const said = text(entry(run().at(expression, step), coordinate), node.dataset);
      if (node.textContent !== said) node.textContent = said;
    }
    el.dataset.frames = Number(el.dataset.frames || 0) + 1;
  }

  // A name at each arrow of a lens, where it hides no other
  function nameArrows(panel, arrows) {
    const {
      names,
      frame,
      box: [left, bottom, wide, high],
      size: [across, down],
    } = panel;
    const zoom = (panel.canvas.clientWidth || across) / across,
      top = down - bottom - high;
    while (names.length < arrows.length) names.push(make("span", frame, { className: "oc-name", ariaHidden: "true" }));
    for (const [i, name] of names.entries()) {
      name.hidden = i >= arrows.length;
      if (name.hidden || name.textContent === arrows[i][0].label) continue;
      Object.assign(name, { textContent: arrows[i][0].label, style: `color: ${arrows[i][0].looks[0].stroke}` });
      panel.measured = null;
    }
    if (panel.measured?.zoom !== zoom)
      panel.measured = { zoom, sizes: names.map((name) => [name.offsetWidth / zoom, name.offsetHeight / zoom]) };
    for (const [i, [x, y]] of beside(
      arrows.map(([, ends]) => ends),
      panel.measured.sizes,
      [wide, high],
      8,
    ).entries())
      Object.assign(names[i].style, { left: `${(100 * (left + x)) / across}%`, top: `${(100 * (top + y)) / down}%` });
  }

  function setFormula() {
    formulas.replaceChildren(
      ...methods.map(({ form }) => make("div", null, { className: "oc-formula", innerHTML: form.formula })),
    );
    slots = methods.flatMap(({ form }, i) =>
      [...formulas.children[i].querySelectorAll("[data-slot]")].map((node) => [
        node,
        () => runs[i],
        ...form.slots[node.dataset.slot],
      ]),
    );
    rows = [...formulas.querySelectorAll(".oc-row")];
    parts = Math.max(0, ...rows.map((row) => Number(row.dataset.row) + 1));
    find(".oc-parts").hidden = parts === 0;
    part = null;
    player.reset();
    showPart();
    for (const panel of panels) setLegend(panel);
    layOut();
  }

  function layOut() {
    if (arrange(el, panels, lesson.type)) schedule();
  }

  function setLegend(panel) {
    if (panel.lens) {
      // its arrows have their names; of two, whose it is
      if (methods.length === 1) return;
      const { form } = methods.find(({ form: { lines } }) => lines.some((each) => each.panel === panel.place));
      const point = form.lines.find((each) => each.panel === panel.place && each.shape === "here");
      panel.legend.replaceChildren(make("b", null, { style: `color: ${point.looks[0].fill}` }, form.label));
      return;
    }
    const named = new Map(lessonLegend(panel)),
      enlarged = panels.some(({ lens }) => lens);
    for (const [i, { form }] of methods.entries())
      for (const line of form.lines) {
        if (line.panel !== panel.place || !line.label || (enlarged && line.shape === "arrow")) continue;
        const marks = runs[i]?.marks || surfaces[now.surface].landmarks[0];
        named.set(
          line.label.replace(/\{(.*?)\}/g, (_, name) => brief(marks[name])),
          line,
        );
      }
    panel.legend.replaceChildren(
      ...[...named].map(([label, line]) => {
        const sample = make("canvas", null, { width: 60, height: 24, ariaHidden: "true" }),
          context = sample.getContext("2d");
        context.scale(2, 2);
        for (const look of line.looks)
          stroke(
            context,
            look,
            look.stamp
              ? [[15, 6]]
              : [
                  [1, 6],
                  [29, 6],
                ],
          );
        return make("span", null, { className: "oc-entry" }, sample, label);
      }),
    );
  }

  const lessonLegend = ({ place }) => lesson.panels[place].legend.map((line) => [line.label, line]);

  function showPart() {
    for (const row of rows) {
      row.classList.toggle("oc-now", part === Number(row.dataset.row));
      row.classList.toggle("oc-later", part !== null && part < Number(row.dataset.row));
    }
    caption.textContent =
      rows.find((row) => part === Number(row.dataset.row))?.querySelector(".oc-caption").textContent ?? "";
  }

  let guarded = null;
  function suppress() {
    // what gets the focus beside the stage keeps its arrow keys, too
    if (guarded || !el.isConnected) return;
    guarded = el.closest(".jp-OutputArea-output") || el;
    guarded.addEventListener("focusin", (event) => keepKeys(event.target));
  }

  // ---- what a pointer or an arrow key moves ----

  function grab(panel, x, y) {
    if (panel.grab === "start") {
      moveStart(x, y);
      return;
    }
    const values = { ...now.values };
    for (const [symbol, value] of [
      ["eta", x],
      ["gamma", y],
    ]) {
      const control = lesson.controls.find(({ name }) => name === methods[0].form.hypers[symbol]);
      values[control.name] = control.values[nearest(control.values, value)];
    }
    change({ values });
    moved();
  }

  function moveStart(x, y) {
    const [left, right, bottom, top] = surfaces[now.surface].view,
      kept = (v, a, b) => round3(Math.min(Math.max(v, a), b));
    change({ start: [kept(x, left, right), kept(y, bottom, top)] });
    moved();
  }

  function nudge(dx, dy) {
    const [left, right, bottom, top] = surfaces[now.surface].view;
    moveStart(now.start[0] + (dx * (right - left)) / 100, now.start[1] + (dy * (top - bottom)) / 100);
  }

  function place(panel, step) {
    // the handle lies on what it takes hold of
    const line = methods[0].form.lines.find((each) => each.panel === panel.place && each.shape === "start");
    const [[x, y]] = SHAPES.start(line, runs[0], step, panel.seen);
    Object.assign(panel.handle.style, { left: `${(100 * x) / panel.size[0]}%`, top: `${(100 * y) / panel.size[1]}%` });
  }

  // A surface is taken with its own start, also while its picture is on its way
  function choose(place) {
    change({ surface: place, start: surfaces[place].start });
  }

  function reset() {
    player.reset();
    part = null;
    change(lesson.first);
    showPart();
    moved();
  }

  // ---- from the kernel ----

  function setLesson() {
    [lesson, surfaces, now] = [model.get("lesson"), model.get("surfaces"), model.get("setting")];
    el.style.setProperty("--oc-size", lesson.type);
    [methods, runs, key] = [lesson.methods.map((forms, i) => methodFor(forms[now.forms[i]] || forms[0])), [], ""];
    setPanels();
    controls.build();
    setFormula();
    schedule();
  }

  function setSurfaces() {
    const names = (list) => list.map((each) => each.name).join("\n"),
      before = names(surfaces);
    surfaces = model.get("surfaces");
    key = "";
    if (names(surfaces) !== before) controls.build();
    schedule();
  }

  function heardKernel(heard) {
    alive = heard;
    el.classList.toggle("oc-alone", !heard);
  }

  // The height follows from the layout; a new width, or another window, asks for a new one
  const watcher = new ResizeObserver(() => {
    if (el.clientWidth !== arranged) {
      arranged = el.clientWidth;
      layOut();
    }
  });
  watcher.observe(el);
  window.addEventListener("resize", layOut);

  const reactions = {
    "change:lesson": setLesson,
    "change:surfaces": setSurfaces,
    "change:handed": () => {
      key = "";
      schedule();
    },
    "change:setting": () => {
      now = model.get("setting");
      key = "";
      schedule();
    },
    "change:message": () => say(model.get("message")),
    "msg:custom": (content) => {
      if (content.kind === "here") heardKernel(true);
    },
    comm_live_update: () => {
      heardKernel(false);
      model.send({ kind: "ready" });
    },
  }; // restarted, or connected again
  for (const [event, reaction] of Object.entries(reactions)) model.on(event, reaction);
  setLesson();
  model.send({ kind: "ready" });
  el.explorer = {
    get runs() {
      return runs;
    },
    get now() {
      return now;
    },
    get methods() {
      return methods;
    },
  }; // for a goal in the page
  return () => {
    player.end();
    clearTimeout(still);
    watcher.disconnect();
    window.removeEventListener("resize", layOut);
    for (const [event, reaction] of Object.entries(reactions)) model.off(event, reaction);
  };
}

export default { render };
