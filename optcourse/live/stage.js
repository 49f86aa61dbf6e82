// The stage: controls, pictures, step control and formula of one explorer. It owns the state; no kernel takes part while a
// hand moves.
import { Controls, brief, keepKeys, make, round3 } from "./controls.js";
import { themeOf } from "./draw.js";
import { Formula } from "./formula.js";
import { entry } from "./language.js";
import { arranged } from "./layout.js";
import { BAR, Player } from "./player.js";
import { Scene } from "./scene.js";
import { Side } from "./side.js";
import { Hero } from "./surface.js";
import { isDark, watchTheme } from "./theme.js";
/** @import { Lesson, Model, Pair, Panel, Setting, Shown, Surface } from "./wire.d.ts" */

const STILL = 150; // ms without a change after which the kernel hears of it, and the words are said
const PATIENCE = 3000; // ms that a kernel has to answer
const SHARPEST = 3; // device pixels of a CSS pixel
const LOST =
  "The kernel is gone. Sliders, pictures and formula go on; your own formulas, training and exercises need it: run the cell again.";
const FROZEN = "Python computes this run from data: to move these sliders you need";
const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div><p class="oc-message" role="alert"></p>
  <p class="oc-lost">${LOST}</p><div class="oc-pictures"><figure class="oc-hero"></figure><div class="oc-side"></div></div>
  <div class="oc-bar" role="group" aria-label="steps of the run">${BAR}<span class="oc-part" aria-live="polite"></span></div>
  <div class="oc-formulas"></div><p class="oc-words" aria-live="polite"></p>`;

class Stage {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    el.classList.add("oc-live");
    el.innerHTML = FRAME;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    this.message = find(".oc-message");
    this.words = find(".oc-words");
    this.formulas = find(".oc-formulas");
    this.pictures = find(".oc-pictures");
    this.heroBox = find(".oc-hero");
    this.kernel = el.dataset.help ? "none" : "asked"; // or "here", or "gone"
    this.notice = ""; // what the page has to say, until something is moved
    this.touched = false; // whether the start has been moved
    this.waiting = "";
    this.colours = false; // whether the theme's are known
    this.fit = ""; // what the present layout was made for
    this.painted = 0;
    /** @type {number | null} the row of the step that is shown, or all */
    this.part = null;
    /** @type {Shown[]} */
    this.shown = [];
    /** @type {Lesson} */
    this.lesson = model.get("lesson");
    /** @type {Surface[]} */
    this.surfaces = model.get("surfaces");
    /** @type {Setting} */
    this.now = model.get("setting");
    this.scene = new Scene(this.lesson, this.surfaces);
    const stage = this;
    this.controls = new Controls(find(".oc-controls"), {
      get lesson() { return stage.lesson; },
      get surfaces() { return stage.surfaces; },
      get now() { return stage.now; },
      get frozen() { return stage.frozen; },
      change: (changes) => this.change(changes),
      moved: () => this.moved(),
      save: () => this.save(),
      need: (words) => this.need(words),
      reset: () => this.reset(),
    }); // prettier-ignore
    this.player = new Player(find(".oc-bar"), {
      get step() { return stage.now.step; },
      get steps() { return stage.steps; },
      get parts() { return stage.formula.parts; },
      go: (step, part) => this.go(step, part),
      stopped: () => this.schedule(),
    }); // prettier-ignore
    this.formula = new Formula(this.formulas, find(".oc-part"));
    const redraw = () => this.schedule();
    this.hero = new Hero(this.heroBox, {
      moveStart: (x, y) => this.moveStart(x, y),
      nudge: (dx, dy) => this.nudge(dx, dy),
      redraw,
    });
    this.side = new Side(find(".oc-side"), {
      move: (values) => this.moveValues(values),
      redraw,
      refit: () => this.arrange(true),
    });
    for (const node of el.querySelectorAll("input, button, select, canvas"))
      if (node instanceof HTMLElement) keepKeys(node);
    this.take();
    this.ask();
  }

  // ---- the state ----

  /** Everything anew from the model. */
  take() {
    this.lesson = this.model.get("lesson");
    this.surfaces = this.model.get("surfaces");
    this.now = this.model.get("setting");
    this.scene = new Scene(this.lesson, this.surfaces);
    const panels = this.lesson.panels.map((panel, i) => /** @type {[Panel, number]} */ ([panel, i]));
    this.heroBox.hidden = !panels.some(([panel]) => panel.kind === "surface");
    this.side.set(panels.filter(([panel]) => panel.kind !== "surface"));
    this.controls.build();
    this.controls.box.hidden = this.lesson.most_steps === 0; // only the kernel moves it
    this.setFormula();
    this.fit = "";
    this.colours = false; // a notebook shows the stage after it is made: only then it has a theme
    if (this.el.isConnected) this.recolour();
  }

  /** @param {Partial<Setting>} changes */
  change(changes) {
    this.now = { ...this.now, ...changes };
  }

  /** Whether the kernel must compute what is shown; and why the sliders cannot move it, where there is none. */
  get frozen() {
    return this.scene.byKernel(this.now) && (this.kernel === "none" || this.kernel === "gone") ? FROZEN : "";
  }

  get steps() {
    return Math.max(0, ...this.shown.map(({ run }) => run.steps));
  }

  moved() {
    this.notice = "";
    this.schedule();
    if (this.scene.byKernel(this.now)) this.save(); // widgets send the latest only, one at a time
  }

  save() {
    this.model.set("setting", this.now);
    this.model.save_changes();
  }

  reset() {
    this.player.reset();
    this.touched = false;
    this.hero.reset();
    this.change(this.lesson.first);
    this.go(this.now.step, null);
    this.moved();
  }

  /** @param {number} step @param {number | null} part */
  go(step, part) {
    this.part = part;
    this.change({ step });
    this.formula.show(part);
    this.schedule();
  }

  /** @param {Record<string, number>} values */
  moveValues(values) {
    this.change({ values: { ...this.now.values, ...values } });
    this.moved();
  }

  /** @param {number} x @param {number} y */
  moveStart(x, y) {
    if (this.frozen) return;
    const [left, right, bottom, top] = this.scene.surface(this.now).view;
    const kept = (/** @type {number} */ v, /** @type {number} */ a, /** @type {number} */ b) =>
      round3(Math.min(Math.max(v, a), b));
    this.touched = true;
    this.change({ start: [kept(x, left, right), kept(y, bottom, top)] });
    this.moved();
  }

  /** @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const [left, right, bottom, top] = this.hero.view;
    this.moveStart(this.now.start[0] + (dx * (right - left)) / 100, this.now.start[1] + (dy * (top - bottom)) / 100);
  }

  // ---- what is said ----

  say() {
    const frozen = this.frozen;
    const needs = this.notice || frozen;
    const words = [this.model.get("message"), needs && `${needs} a running kernel.`].filter(Boolean).join(" ");
    if (this.message.dataset.said === words) return;
    this.message.dataset.said = words;
    this.message.replaceChildren(words);
    if (needs && this.el.dataset.help)
      this.message.append(" ", make("a", null, { href: this.el.dataset.help }, "How to get one."));
  }

  /** What only a kernel can do; a page that never has one says where to get one. @param {string} words */
  need(words) {
    if (this.kernel === "here") return;
    this.notice = words;
    this.say();
  }

  /** The hand is still: the kernel hears of it, and so does who cannot see the pictures. */
  settle() {
    if (!this.player.playing) this.save();
    const words = `${this.shown.map(({ form, run }) => {
      const loss = (/** @type {number} */ step) => brief(entry(run.at(form.loss, step), 0));
      return `${form.label}: ${run.end || `loss ${loss(0)} → ${loss(run.steps)}`}`;
    }).join("; ")}.`; // prettier-ignore
    this.words.textContent = words;
    this.hero.canvas.setAttribute("aria-label", `surface. ${words} Arrow keys move the start, plus and minus zoom.`);
    for (const { pen, panel } of this.side.pictures) pen.canvas.setAttribute("aria-label", `${panel.title}. ${words}`);
  }

  // ---- what is seen ----

  /** The first change of a frame is painted at once, so that this frame shows it; what else comes in the frame, at its end. */
  schedule() {
    if (this.waiting) this.waiting = "more";
    else {
      this.waiting = "painted";
      requestAnimationFrame(() => {
        const more = this.waiting === "more";
        this.waiting = "";
        this.fit = ""; // what the present layout was made for
        if (more) this.paint();
      });
      this.paint();
    }
    clearTimeout(this.still);
    this.still = setTimeout(() => this.settle(), STILL);
  }

  paint() {
    const { scene, now } = this;
    if (scene.forms(now).some((form, i) => form !== this.forms?.[i])) this.setFormula();
    this.shown = scene.compute(now, this.model.get("handed"));
    this.controls.follow();
    this.say();
    if (!this.shown.length) return;
    const [steps, parts] = [this.steps, this.formula.parts];
    const moment = { step: Math.min(now.step, steps), part: this.part, steps };
    const surface = scene.surface(now);
    if (!this.heroBox.hidden) {
      this.hero.show(surface, scene.ground(surface));
      this.hero.draw(this.shown, moment, { vectors: this.lesson.vectors, moved: this.touched });
    }
    this.side.draw(scene, now, this.shown, moment);
    this.player.follow(moment.step, this.lesson.most_steps && steps, parts > 0);
    this.formula.follow(this.shown, moment.step);
    if (!this.fit) this.arrange();
    this.el.dataset.frames = String(++this.painted);
  }

  setFormula() {
    this.forms = this.scene.forms(this.now);
    this.formula.set(this.forms.filter(({ formula }) => formula));
    this.part = null;
    this.player.reset();
    this.formula.show(null);
    this.fit = ""; // the numbers have another width
  }

  /** The colours of the theme that is under the stage now. */
  recolour() {
    this.colours = true;
    this.el.classList.toggle("oc-dark", isDark(this.el));
    const theme = themeOf(this.el);
    this.hero.theme = theme;
    this.side.theme = theme;
    this.schedule();
  }

  /** Give the pictures their sizes, where room or window has changed. @param {boolean} [anew] */
  arrange(anew = false) {
    const { el, formulas, lesson, pictures, side } = this;
    const room = pictures.clientWidth;
    const screen = el.closest(".jp-WindowedPanel-outer")?.clientHeight || window.innerHeight;
    const ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), SHARPEST);
    const fit = `${room} ${screen} ${ratio} ${this.controls.box.offsetHeight}`;
    if (!room || (!anew && fit === this.fit)) return;
    if (!this.colours) this.recolour();
    this.fit = fit;
    const size = lesson.size * Math.min(Math.max(room / 1250, 1), 1.3); // a projector is read from afar
    el.style.setProperty("--oc-size", String(size));
    formulas.classList.remove("oc-tight", "oc-stacked");
    const left = () => screen - (el.offsetHeight - pictures.offsetHeight) - 18;
    const wide = () => formulas.scrollWidth > formulas.clientWidth + 1;
    if (left() < 300 || wide()) formulas.classList.add("oc-tight");
    if (wide()) formulas.classList.add("oc-stacked");
    formulas.tabIndex = wide() ? 0 : -1; // what scrolls scrolls by keys, too
    const [a, b, c, d] = this.scene.surface(this.now).view;
    const beside = side.pictures.length;
    const found = arranged({ room, height: left(), screen, aspect: (b - a) / (d - c), beside, size });
    el.classList.toggle("oc-narrow", found.narrow);
    if (!this.heroBox.hidden) this.hero.resize(found.hero, ratio, size, found.narrow);
    const flat = /** @type {Pair} */ ([Math.min(room, 900), 300 * size]);
    side.resize(this.heroBox.hidden ? flat : found.side, found.seen, ratio, size);
    this.schedule();
  }

  // ---- from outside ----

  /** Ask whether a kernel answers. */
  ask() {
    this.model.send({ kind: "ready" });
    if (this.kernel !== "none")
      this.patience = setTimeout(() => this.hear(this.kernel === "here" ? "here" : "gone"), PATIENCE);
  }

  /** @param {"here" | "gone"} kernel */
  hear(kernel) {
    if (kernel === "here") clearTimeout(this.patience);
    this.el.classList.toggle("oc-alone", kernel === "gone" && this.kernel === "here");
    this.kernel = kernel;
    if (this.scene.byKernel(this.now)) this.schedule();
  }

  /** Hear the model, the window and the theme. @returns {() => void} ends it all */
  listen() {
    const { model } = this;
    /** @type {Record<string, (content?: any) => void>} */
    const reactions = {
      "change:lesson": () => this.take(),
      "change:surfaces": () => this.take(),
      "change:handed": () => (this.scene.renew(), this.schedule()),
      "change:setting": () => ((this.now = model.get("setting")), this.schedule()),
      "change:message": () => this.say(),
      "msg:custom": (content) => content.kind === "here" && this.hear("here"),
      comm_live_update: () => (this.hear("gone"), this.ask()), // restarted, or connected again
    };
    for (const [event, reaction] of Object.entries(reactions)) model.on(event, reaction);
    const watcher = new ResizeObserver(() => this.arrange());
    for (const node of [this.el, this.controls.box]) watcher.observe(node);
    const arrange = () => this.arrange();
    window.addEventListener("resize", arrange);
    const unwatch = watchTheme(() => this.recolour());
    return () => {
      this.player.reset();
      this.side.stop();
      clearTimeout(this.still);
      clearTimeout(this.patience);
      watcher.disconnect();
      unwatch();
      window.removeEventListener("resize", arrange);
      for (const [event, reaction] of Object.entries(reactions)) model.off(event, reaction);
    };
  }
}

/** @param {{ model: Model, el: HTMLElement }} view */
export function render({ model, el }) {
  const stage = new Stage(model, el);
  // what a goal in the page, and a test, reads
  const explorer = Object.defineProperties(
    {},
    {
      runs: { get: () => stage.shown.map(({ run }) => run) },
      now: { get: () => stage.now },
      forms: { get: () => stage.forms },
      view: { get: () => stage.hero.view },
    },
  );
  Object.assign(el, { explorer });
  return stage.listen();
}
