// The view of one explorer: controls, pictures, step control and formula. It owns the state.
import { Controls, keepKeys } from "./controls.js";
import { themeOf } from "../plot/painter.js";
import { FormulaTable } from "./formula_table.js";
import { layOut, putOnSheet, roomOf } from "./layout.js";
import { isSame } from "../compute/settings.js";
import { Player } from "./player.js";
import { RunCache } from "../compute/run_cache.js";
import { SidePanels } from "./side_panels.js";
import { ContourView } from "./contour_view.js";
import { FormulaError } from "../formula/tokens.js";
import { View } from "./view.js";
import { Status } from "./status.js";
/** @import { Model, Pair, Panel, Setting, Shown, Surface } from "../wire.d.ts" */

const IDLE_MS = 150; // ms without a change after which the settings are sent and the description is updated
const NEEDS_PYTHON = "These sliders need Python (a running kernel).";
/** @extends {View<Setting>} */
export class ExplorerView extends View {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    super(model, el);
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    this.words = new Status(find(".oc-message"), find(".oc-words"), el.dataset.help ?? "");
    this.formulas = find(".oc-formulas");
    this.pictures = find(".oc-pictures");
    this.contourBox = find(".oc-contour");
    this.kernel = el.dataset.help ? "none" : "asked"; // or "here", or "gone"
    this.touched = false; // whether the start has been moved
    this.waiting = "";
    this.ready = false; // whether there is anything to paint
    /** @type {number | null} the row of the step that is shown, or all */
    this.part = null;
    /** @type {Shown[]} */
    this.shown = [];
    this.cache = new RunCache(model.get("config"), model.get("surfaces"));
    /** @type {Surface | null} the surface that is laid out for */
    this.laid = null;
    this.controls = new Controls(find(".oc-controls"), this);
    this.player = new Player(find(".oc-bar"), this);
    this.formula = new FormulaTable(this.formulas, find(".oc-part"));
    this.contour = new ContourView(this.contourBox, this);
    this.side = new SidePanels(find(".oc-side"), this);
    for (const node of el.querySelectorAll("input, button, select, canvas"))
      if (node instanceof HTMLElement) keepKeys(node);
    this.take(this.cache);
  }

  // ---- the state ----

  /** Everything again from the model. @param {RunCache} [cache] if it is there already */
  take(cache = new RunCache(this.model.get("config"), this.model.get("surfaces"))) {
    this.ready = false;
    this.cache = cache;
    this.shown = [];
    this.syncFromModel(true);
    const panels = this.config.panels.map((panel, i) => /** @type {[Panel, number]} */ ([panel, i]));
    this.contourBox.hidden = !panels.some(([panel]) => panel.kind === "surface");
    this.side.set(panels.filter(([panel]) => panel.kind !== "surface"));
    this.controls.build();
    this.setFormula();
    this.ready = true;
    this.scheme = ""; // a notebook shows the view after it is made: only then it has a theme
    if (this.el.isConnected) this.recolour();
  }

  /** The setting as the model has it, with what has been moved here and is not saved yet. @param {boolean} [force] */
  syncFromModel(force = false) {
    const before = this.receive(this.cache.complete(this.model.get("setting")), force);
    if (!force && isSame(this.now, before)) return;
    const typed = this.now.own !== before.own || !isSame(this.now.rows, before.rows);
    if (force || typed) this.readTyped();
    if (typed) this.controls.build(true);
    this.redraw();
  }

  /** What a reader has typed, as the setting has it, and no more. */
  readTyped() {
    const { now } = this;
    this.cache.forget();
    if (now.own) this.typeSurface(now.own);
    for (const [method, rows] of now.rows.entries()) if (rows) this.typeRows(method, rows);
    this.now = { ...now, values: { ...this.now.values, ...now.values } };
  }

  /** What the controls are made for: if it changes, they are made again. */
  get shape() {
    const { controls, methods } = this.config;
    return JSON.stringify([controls.map(({ name }) => name), methods.map((variants) => variants.length)]);
  }

  // ---- what a reader types: an error is a sentence, and the last good picture stays ----

  /** @param {() => Partial<Setting>} read gives what changes */
  typed(read) {
    const shape = this.shape;
    try {
      this.change(read());
      this.notice = this.now.surface < this.config.built_in ? "" : this.cache.surface(this.now).note;
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      this.notice = `${error.message}.`;
    }
    if (this.shape !== shape) this.controls.build();
    this.redraw();
  }

  get config() {
    return this.cache.config;
  }

  get methods() {
    return this.cache.config.methods;
  }

  get surfaces() {
    return this.cache.surfaces;
  }

  /** @param {string} text */
  typeSurface(text) {
    this.typed(() => this.cache.ownSurface(text, this.now));
  }

  /** @param {number} method @param {string} text */
  typeRows(method, text) {
    this.typed(() => this.cache.ownRows(method, text, this.now));
  }

  get step() {
    return this.now.step;
  }

  /** The rows of a step. */
  get parts() {
    return this.formula.parts;
  }

  /** Whether the kernel must compute what is shown; and why the sliders cannot move it, where there is none. */
  get disabledReason() {
    return this.cache.byKernel(this.now) && (this.kernel === "none" || this.kernel === "gone") ? NEEDS_PYTHON : "";
  }

  get steps() {
    return Math.max(0, ...this.shown.map(({ last }) => last)); // no further than the last finite point of any
  }

  moved() {
    this.notice = "";
    this.redraw();
    if (this.cache.byKernel(this.now)) this.save(); // widgets send the latest only, one at a time
  }

  reset() {
    this.player.reset();
    this.touched = false;
    this.contour.reset();
    this.cache.forget();
    this.change(this.config.first);
    this.controls.build(true);
    this.go(this.now.step, null);
    this.moved();
  }

  /** @param {number} step @param {number | null} part */
  go(step, part) {
    this.part = part;
    this.change({ step });
    this.formula.show(part);
    this.redraw();
  }

  /** @param {Record<string, number>} values */
  move(values) {
    if (this.disabledReason) return;
    this.change({ values: { ...this.now.values, ...values } });
    this.moved();
  }

  /** @param {Pair} start */
  moveStart(start) {
    if (this.disabledReason) return;
    this.touched = true;
    this.change({ start });
    this.moved();
  }

  // ---- what is said, and seen ----

  say() {
    this.words.warn([this.model.get("message"), this.notice], this.disabledReason);
  }

  /** Nothing has moved for a while: send the settings, and update the description. */
  onIdle() {
    if (!this.player.playing) this.save();
    this.words.describe(this.shown, this.contour, this.side);
  }

  /** The first change of a frame is painted at once, so that this frame shows it; what else comes in the frame, at its end. */
  redraw() {
    if (this.waiting) this.waiting = "more";
    else {
      this.waiting = "painted";
      requestAnimationFrame(() => {
        const more = this.waiting === "more";
        this.waiting = "";
        if (more) this.paint();
      });
      this.paint();
    }
    clearTimeout(this.still);
    this.still = setTimeout(() => this.onIdle(), IDLE_MS);
  }

  paint() {
    const { cache, now } = this;
    if (!this.ready) return;
    this.shown = cache.compute(now, this.model.get("kernel_runs"));
    // the formula is that of the runs: the kernel may still owe those of the variant that is chosen now
    if (this.shown.some(({ variant }, i) => variant !== this.variants?.[i])) this.setFormula();
    this.controls.follow();
    this.say();
    if (!this.shown.length) return;
    const [steps, parts] = [this.steps, this.formula.parts];
    const moment = { step: Math.min(now.step, steps), part: this.part, steps };
    const surface = cache.surface(now);
    if (surface !== this.laid) this.fit = ""; // its shape is another
    this.laid = surface;
    this.player.follow(moment.step, steps, parts > 0);
    this.formula.follow(this.shown, moment.step);
    if (!this.fit) this.layOut();
    const { panels, vectors } = this.config;
    if (!this.contourBox.hidden) this.contour.show(surface, cache.objective(surface), this.shown, vectors);
    if (!this.near) return;
    const key = panels.length === 1; // no line next to the contour plot has a name
    if (!this.contourBox.hidden)
      this.contour.draw(this.shown, moment, { vectors, hint: !this.touched && !this.disabledReason, key });
    this.side.draw(cache, now, this.shown, moment);
    this.el.dataset.frames = String(++this.painted);
  }

  /** @param {boolean} near */
  setVisible(near) {
    this.near = near;
    if (near) this.redraw();
  }

  /** Paper has no window, and no tabs: everything is laid out for the width of a sheet. */
  print() {
    this.near = true;
    putOnSheet(this.el, true);
    this.recolour();
    this.layOut();
    this.paint();
  }

  setFormula() {
    this.variants = this.shown.length ? this.shown.map(({ variant }) => variant) : this.cache.variants(this.now);
    this.formula.set(this.variants.filter(({ formula }) => formula));
    this.part = null;
    this.player.reset();
    this.formula.show(null);
    this.fit = ""; // the numbers have another width
  }

  wear() {
    this.contour.theme = this.side.theme = themeOf(this.el);
    this.redraw();
  }

  /** Give the pictures their sizes, once there is room. */
  layOut() {
    if (!this.pictures.clientWidth) return;
    if (!this.scheme) this.recolour();
    this.fit = roomOf(this);
    layOut(this);
  }

  /** Window or room may have changed; or what is shown has. @param {boolean} [force] */
  arrange(force = false) {
    if (!force && roomOf(this) === this.fit) return;
    this.layOut();
    this.redraw();
  }

  /** @param {"here" | "gone"} kernel */
  setKernelStatus(kernel) {
    this.el.classList.toggle("oc-alone", kernel === "gone" && this.kernel === "here");
    this.kernel = kernel;
    if (this.cache.byKernel(this.now)) this.redraw();
  }

  end() {
    this.player.reset();
    this.side.stop();
    clearTimeout(this.still);
  }
}
