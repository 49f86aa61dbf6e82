// The controls of an explorer: sliders with their symbols, the surface, and what is seldom used, folded away.
import { mathml } from "../formula/mathml.js";
/** @import { Control, Variant, Host, Pair } from "../wire.d.ts" */

const short = (/** @type {number} */ value) => String(Number(value.toPrecision(5)));

export const round3 = (/** @type {number} */ value) => Math.round(value * 1000) / 1000;

/**
 * A new element in a parent: with properties (or, where it has none of that name, attributes) and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} tag
 * @param {Element | null} parent
 * @param {Record<string, any>} [properties]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(tag, parent, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name in node) Object.assign(node, { [name]: value });
    else node.setAttribute(name, value);
  node.append(...children);
  parent?.append(node);
  return node;
}

/** The index of the nearest of these values. @param {number[]} values @param {number} value */
export function nearest(values, value) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i] - value) < Math.abs(values[best] - value)) best = i;
  return best;
}

/** Keep the arrow keys of a control from JupyterLab. @param {HTMLElement} control */
export function keepKeys(control) {
  control.dataset.lmSuppressShortcuts = "true";
}

/**
 * What a person sees of the controls outlives that they are made again: folds, the focus, and a text half written.
 * @param {HTMLElement} box @param {boolean} fresh whether texts are to be what the setting says
 */
function remembered(box, fresh) {
  const named = (/** @type {Element | null} */ node) => node?.getAttribute("aria-label");
  const fields = () => [...box.querySelectorAll("textarea, input, select")];
  const open = [...box.querySelectorAll("details[open]")].map((fold) => fold.className);
  const written = fresh ? [] : [...box.querySelectorAll("textarea, input[type=text]")];
  const texts = written.map((node) => [named(node), Reflect.get(node, "value")]);
  const active = box.contains(document.activeElement) ? document.activeElement : null;
  const selection =
    active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement ? active.selectionStart : null;
  return () => {
    for (const name of open) box.querySelector(`details.${name}`)?.setAttribute("open", "");
    for (const [name, value] of texts) {
      const field = fields().find((node) => named(node) === name);
      if (field) Reflect.set(field, "value", value);
    }
    const target = active && fields().find((node) => named(node) === named(active));
    if (target instanceof HTMLElement) target.focus();
    if (target instanceof HTMLTextAreaElement && selection !== null) target.setSelectionRange(selection, selection);
  };
}

/** A slider's symbol as MathML; its label, where it has none. @param {string} symbol @param {string} label */
export const htmlOf = (symbol, label) => (symbol ? mathml(["sym", symbol]) : label);

export class Controls {
  /** @param {HTMLElement} box @param {Host} host */
  constructor(box, host) {
    this.box = box;
    this.host = host;
    this.writing = false; // the reader has chosen a formula of their own
    /** @type {(() => void)[]} */
    this.follows = [];
  }

  /** Set all controls to what the setting says. */
  follow() {
    for (const follow of this.follows) follow();
  }

  /** Make the controls again. @param {boolean} [fresh] whether texts half written are given up */
  build(fresh = false) {
    const { box, host } = this;
    const restore = remembered(box, fresh);
    if (fresh) this.writing = false;
    box.replaceChildren();
    this.follows = [];
    this.sliders();
    const end = make("div", box, { className: "oc-end" });
    if (host.surfaces.length > 1 || host.config.own) this.chooser(end);
    const more = make(
      "details",
      end,
      { className: "oc-more" },
      make("summary", null, { title: "start point, number of steps, variant" }, "more"),
    );
    this.seldom(make("div", more, { className: "oc-seldom" }));
    const reset = make("button", end, { className: "oc-reset", title: "restore the starting values" }, "reset");
    keepKeys(reset);
    reset.addEventListener("click", () => host.reset());
    restore();
  }

  /** The hyperparameters: those of one method next to its name, those that methods share first. */
  sliders() {
    const { box, host } = this;
    const { methods } = host.config;
    const controls = host.config.controls.filter(({ folded }) => !folded);
    for (const owner of new Set(controls.map(({ method }) => method).sort((a, b) => (a ?? -1) - (b ?? -1)))) {
      const group = make("div", box, { className: "oc-group" });
      const [first, ...others] = controls.filter(({ method }) => method === owner);
      const lead = owner === null ? group : make("div", group, { className: "oc-lead" }); // no line break behind a name
      if (owner !== null) {
        const { label, look } = methods[owner][0];
        make("span", lead, { className: "oc-who", style: `color: var(--oc-${look.colour})` }, label);
      }
      this.hyper(lead, first);
      for (const control of others) this.hyper(group, control);
    }
  }

  /** @param {HTMLElement} parent @param {Control} control */
  hyper(parent, { name, label, symbol, shown, doc, colour, values, method, folded }) {
    const whose = folded && method !== null ? ` ${this.host.config.methods[method][0].label}` : "";
    const row = this.range(parent, {
      name: label,
      html: shown ?? htmlOf(symbol, label),
      whose,
      doc,
      colour,
      ends: () => [short(values[0]), short(values[values.length - 1])],
      count: () => values.length,
      get: () => nearest(values, this.host.now.values[name]),
      set: (i) => this.host.change({ values: { ...this.host.now.values, [name]: values[i] } }),
      say: (i) => short(values[i]),
    });
    this.follows.push(() => {
      row.hidden = this.isIdle(name);
    });
  }

  /** Whether a slider belongs to hyperparameters that no chosen variant has. @param {string} name */
  isIdle(name) {
    const { methods, now } = this.host;
    const has = (/** @type {Variant | undefined} */ variant) => variant && Object.values(variant.hypers).includes(name);
    const some = methods.some((variants) => variants.some(has));
    return some && !methods.some((variants, i) => has(variants[now.variants[i]] ?? variants[0]));
  }

  /**
   * @param {HTMLElement} parent
   * @param {{ name: string, html: string, whose?: string, doc: string, colour: string, ends: () => string[], count: () => number,
   *   get: () => number, set: (i: number) => void, say: (i: number) => string }} slider
   */
  range(parent, { name, html, whose = "", doc, colour, ends, count, get, set, say }) {
    const row = make("label", parent, { className: "oc-control oc-range", title: doc });
    const said = make("span", row, { className: "oc-said" });
    make("span", said, { className: "oc-label", innerHTML: html }).append(whose);
    const output = make("output", said);
    make("span", said, { className: "oc-doc" }, doc);
    const low = make("small", row, { className: "oc-low" });
    const input = make("input", row, { type: "range", min: 0, step: 1 });
    const high = make("small", row, { className: "oc-high" });
    input.setAttribute("aria-label", doc ? `${name}, ${doc}` : name);
    input.dataset.name = name;
    if (colour) input.style.accentColor = `var(--oc-${colour})`;
    keepKeys(input);
    input.addEventListener("input", () => {
      set(Number(input.value));
      this.host.moved();
    });
    this.follows.push(() => {
      input.disabled = this.host.disabledReason !== "";
      input.max = String(count() - 1);
      input.value = String(get());
      const now = say(get());
      if (output.textContent === now) return;
      output.textContent = now;
      input.setAttribute("aria-valuetext", now);
      [low.textContent, high.textContent] = ends();
    });
    return row;
  }

  /**
   * @param {HTMLElement} parent @param {string} name @param {string[]} options
   * @param {() => number} get @param {(i: number) => void} set
   */
  choice(parent, name, options, get, set) {
    const row = make("label", parent, { className: "oc-control oc-choice" });
    if (name !== "surface") make("span", row, {}, name); // its options say what it is
    const select = make("select", row, { title: name });
    select.setAttribute("aria-label", name);
    keepKeys(select);
    for (const [i, option] of options.entries()) make("option", select, { value: i }, option);
    select.addEventListener("change", () => {
      set(Number(select.value));
      this.host.moved();
    });
    this.follows.push(() => {
      select.value = String(get());
      select.disabled = name !== "surface" && this.host.disabledReason !== ""; // another surface may need no kernel
    });
    return select;
  }

  /** Start, steps, the variants of the methods and their formulas as text. @param {HTMLElement} parent */
  seldom(parent) {
    const { host } = this;
    for (const control of host.config.controls) if (control.folded) this.hyper(parent, control);
    const ends = (/** @type {number} */ axis) => {
      const [a, b] = host.surfaces[host.now.surface].view.slice(2 * axis);
      return [Math.min(a, host.now.start[axis]), Math.max(b, host.now.start[axis])];
    };
    for (const axis of [0, 1])
      this.range(parent, {
        name: `start ${"xy"[axis]}`,
        html: `start ${"xy"[axis]}`,
        doc: "",
        colour: "",
        ends: () => ends(axis).map((each) => short(round3(each)).replace("-", "−")),
        count: () => Math.round((ends(axis)[1] - ends(axis)[0]) * 1000) + 1,
        get: () => Math.round((host.now.start[axis] - ends(axis)[0]) * 1000),
        set: (i) =>
          host.change({ start: /** @type {Pair} */ (host.now.start.with(axis, round3(ends(axis)[0] + i / 1000))) }),
        say: () => host.now.start[axis].toFixed(3).replace("-", "−"),
      });
    const most = host.config.most_steps;
    this.range(parent, {
      name: "steps",
      html: "steps",
      doc: "",
      colour: "",
      ends: () => ["0", String(most)],
      count: () => most + 1,
      get: () => host.now.steps,
      set: (i) => host.change({ steps: i }),
      say: String,
    });
    for (const [i, variants] of host.config.methods.entries()) {
      const name = host.config.methods.length > 1 ? `variant of ${variants[0].title}` : "variant";
      const change = (/** @type {number} */ variant) => host.change({ variants: host.now.variants.with(i, variant) });
      if (variants.length > 1) this.choice(parent, name, variants.map((variant) => variant.name), () => host.now.variants[i], change); // prettier-ignore
    }
    this.editors(parent);
  }

  /** @param {HTMLElement} parent */
  chooser(parent) {
    const { host } = this;
    const { built_in, own } = host.config;
    const names = host.surfaces.map((surface) => surface.name);
    const options = own ? [...names.slice(0, built_in), "type your own…"] : names;
    const get = () => (this.writing ? built_in : host.now.surface);
    const set = (/** @type {number} */ i) => {
      this.writing = i >= built_in;
      if (!this.writing) host.change({ surface: i, start: host.surfaces[i].start });
    };
    const select = this.choice(parent, "surface", options, get, set);
    if (!own) return;
    const field = make("input", parent, { type: "text", className: "oc-own", value: host.now.own || "x**2 + 10*y**2" });
    field.setAttribute("aria-label", "your own formula for J(x, y)");
    keepKeys(field);
    const ask = () => {
      this.writing = true;
      host.typeSurface(field.value);
    };
    field.addEventListener("input", ask);
    select.addEventListener("change", () => {
      if (this.writing) ask();
    });
    this.follows.push(() => {
      field.hidden = !this.writing && host.now.surface < built_in;
    });
  }

  /** "Edit the formula": the rows as text, read at each key. @param {HTMLElement} parent */
  editors(parent) {
    const { host } = this;
    if (!host.config.methods.some((variants) => variants[0].formula)) return;
    const box = make("details", parent, { className: "oc-edit" }, make("summary", null, {}, "edit the formula"));
    for (const [i, variants] of host.config.methods.entries()) {
      const value = host.now.rows[i] || variants[host.now.variants[i]]?.rows.join("\n") || "";
      const area = make("textarea", box, { rows: variants[0].rows.length, spellcheck: false, value });
      area.setAttribute("aria-label", `formula of ${variants[0].title}, editable`);
      area.dataset.method = String(i);
      keepKeys(area);
      area.addEventListener("input", () => host.typeRows(i, area.value));
      this.follows.push(() => {
        area.disabled = host.disabledReason !== "";
      });
    }
  }
}
