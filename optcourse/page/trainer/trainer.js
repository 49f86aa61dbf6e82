// The network trainer: the course's network trains in the page while the hand moves. It owns the state; no kernel takes part.
import { TrainerControls, completed } from "./controls.js";
import { FRAME, TrainerPlots, inWords } from "./plots.js";
import { putOnSheet, roomOf } from "../explorer/layout.js";
import { isSame } from "../compute/settings.js";
import { digitsFrom } from "../compute/network.js";
import { ownVariant, withOwn } from "../compute/user_input.js";
import { FormulaError } from "../formula/tokens.js";
import { Training, sliced, roundRobin } from "../compute/training.js";
import { RateSweep } from "../compute/rate_sweep.js";
import { View } from "../explorer/view.js";
/** @import { Digits } from "../compute/network.js" */
/** @import { Plan } from "../compute/training.js" */
/** @import { TrainerConfig, Variant, Model, Program, TrainerSetting } from "../wire.d.ts" */

const IDLE_MS = 150; // ms without a change after which the settings are sent and the description is updated
const BETWEEN = 40; // ms between two pictures of a run that is on its way
const PAPER = 500; // ms of training that a print waits for

/** @typedef {{ variant: Variant, run: Training, key: string, before: Training | null }} Shown a run, and the one that it takes the place of */

/** @extends {View<TrainerSetting>} */
export class TrainerView extends View {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    super(model, el);
    this.kernel = "none"; // it needs none
    el.classList.add("oc-trainer");
    el.innerHTML = FRAME;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    this.message = find(".oc-message");
    this.words = find(".oc-words");
    this.plots = new TrainerPlots(el);
    this.pictures = this.plots.pictures;
    this.narrow = false;
    this.last = 0; // when the last was painted
    this.waiting = false;
    this.view = "training"; // or "sweep"
    /** @type {Digits | null} */
    this.digits = null;
    /** @type {Shown[]} */
    this.shown = [];
    /** @type {RateSweep | null} */
    this.sweep = null;
    this.stop = () => {};
    /** @type {Map<number, import("../compute/user_input.js").OwnVariant>} what a reader has typed, by method */
    this.own = new Map();
    /** @type {TrainerConfig} */
    this.experiment = model.get("config");
    this.controls = new TrainerControls(find(".oc-controls"), this);
    const { plots } = this;
    plots.on("training", () => this.show("training"));
    plots.on("sweep", () => this.show("sweep"));
    plots.on("stop", () => (this.sweep?.toggle(), this.schedule()));
    plots.select.addEventListener("change", () => {
      this.change({ focus: Number(plots.select.value) });
      this.schedule();
    });
    this.take();
  }

  // ---- the state ----

  /** Everything again from the model. */
  take() {
    this.syncFromModel(true);
    const { counts } = this.experiment;
    digitsFrom(this.model.get("digits"), counts).then(
      (digits) => {
        this.digits = digits;
        this.moved();
      },
      (error) => this.tell(`The digits could not be unpacked: ${error.message}`),
    );
    if (this.el.isConnected) this.recolour();
  }

  /** The setting as the model has it, with what has been moved here and is not saved yet. @param {boolean} [force] */
  syncFromModel(force = false) {
    const before = this.receive(completed(this.model.get("setting"), this.model.get("config")), force);
    if (!force && isSame(this.now, before)) return;
    const { now } = this;
    this.forget();
    for (const [method, rows] of now.rows.entries()) if (rows) this.typed(() => this.ownRows(method, rows));
    this.now = { ...now, values: { ...this.now.values, ...now.values } };
    this.controls.build(!isSame(now.rows, before.rows));
    this.moved();
  }

  /** What a reader has typed is gone. */
  forget() {
    this.own.clear();
    this.experiment = this.model.get("config");
  }

  reset() {
    this.forget();
    this.change(this.experiment.first);
    this.controls.build(true);
    this.show("training");
    this.moved();
  }

  /** What a reader types: an error is a sentence, and the last good run stays. @param {() => void} read */
  typed(read) {
    const sliders = this.experiment.controls;
    let notice = "";
    try {
      read();
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      notice = `${error.message}.`;
    }
    if (!isSame(this.experiment.controls, sliders)) this.controls.build();
    this.moved();
    this.tell(notice);
  }

  /** @param {number} method @param {string} text */
  ownRows(method, text) {
    const declared = this.model.get("config");
    const own = ownVariant(declared, method, text);
    own.variant.label = `your ${declared.methods[method][0].label}`;
    this.own.set(method, own);
    this.experiment = withOwn(declared, this.own);
    const { rows, variants, values } = this.now;
    this.change({
      rows: rows.with(method, text),
      variants: variants.with(method, declared.methods[method].length),
      values: { ...own.values, ...values },
    });
  }

  /** @param {string} words */
  tell(words) {
    this.notice = words;
    this.say();
  }

  say() {
    const words = [this.model.get("message"), this.notice].filter(Boolean).join(" ");
    if (this.message.textContent !== words) this.message.textContent = words;
  }

  /** @returns {Plan} */
  get plan() {
    const { "batch size": batch, "hidden units": hidden, dropout, epochs, seed } = this.now.values;
    return { batch, hidden, dropout, epochs, seed };
  }

  /** The variant of a method that is chosen, with its hyperparameters by symbol. @param {number} method */
  entry(method) {
    const variants = this.experiment.methods[method];
    const variant = variants[this.now.variants[method]] ?? variants[0];
    const hypers = Object.entries(variant.hypers).map(([symbol, name]) => [symbol, this.now.values[name]]);
    return { method, variant, program: /** @type {Program} */ (variant.program), hypers: Object.fromEntries(hypers) };
  }

  /** Something has been moved: what that changes is trained again, and an old run that is on its way is cut off. */
  moved() {
    const { digits, plan, now } = this;
    this.notice = "";
    this.say();
    this.controls.follow();
    if (!digits || !this.near) return;
    this.stop();
    this.sweep?.pause();
    this.shown = now.chosen.map((method) => {
      const { variant, program, hypers } = this.entry(method);
      const key = JSON.stringify([method, now.variants[method], now.rows[method], hypers, plan]);
      const known = this.shown.find((each) => each.key === key);
      if (known) return known;
      const old = this.shown.find((each) => each.key.startsWith(`[${method},`));
      const before = old && (old.run.done || !old.before ? old.run : old.before);
      const rate = variant.series.length ? variant.expressions[variant.series[0].y] : null;
      return { variant, key, before: before ?? null, run: new Training(digits, program, hypers, plan, rate) };
    });
    if (this.sweep && this.sweep.key !== this.sweepKey) this.forgetSweep();
    this.work = roundRobin(this.shown.map(({ run }) => run));
    this.stop = sliced(this.work, (done) => this.grown(done));
    this.schedule();
  }

  /** @param {boolean} done */
  grown(done) {
    if (done || performance.now() - this.last > BETWEEN || this.shown.some(({ run }) => run.training.length === 2))
      this.schedule();
    if (!done) return;
    this.sweep?.go();
    this.el.dataset.trained = String(Number(this.el.dataset.trained ?? 0) + 1);
  }

  // ---- the learning-rate sweep ----

  /** All that the learning-rate sweep depends on: the learning rates are its own. */
  get sweepKey() {
    const entries = this.now.chosen.map((method) => {
      const { hypers } = this.entry(method);
      return [method, this.now.variants[method], this.now.rows[method], { ...hypers, eta: 0 }];
    });
    return JSON.stringify([entries, { ...this.plan, seed: 0 }]);
  }

  /** @param {string} view */
  show(view) {
    if (view === "sweep" && !this.sweep && this.digits) {
      const entries = this.now.chosen.map((method) => this.entry(method));
      const { etas, seeds } = this.experiment;
      this.sweep = new RateSweep(this.digits, entries, this.plan, etas, seeds, () => this.schedule());
      this.sweep.key = this.sweepKey;
    }
    this.view = view;
    this.schedule();
  }

  forgetSweep() {
    this.sweep?.pause();
    this.sweep = null;
    this.view = "training";
  }

  // ---- what is seen, and said ----

  schedule() {
    clearTimeout(this.still);
    this.still = setTimeout(() => this.onIdle(), IDLE_MS);
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  /** Nothing has moved for a while and all is trained: send the settings, and update the description. */
  onIdle() {
    if (this.shown.some(({ run }) => !run.done && !run.diverged)) return;
    this.save();
    const count = this.digits?.validation.count ?? 0;
    const words = this.shown.map((each) => inWords(each, count)).join(" ");
    if (this.words.textContent !== words) this.words.textContent = words;
    this.plots.describe(words, this.view === "sweep" ? this.sweep?.inWords() : "");
  }

  paint() {
    if (!this.digits || !this.shown.length) return;
    if (!this.fit) this.arrange();
    if (!this.fit) return; // not to be seen yet
    this.last = performance.now();
    this.plots.paint(this);
    this.el.dataset.frames = String(++this.painted);
  }

  /** @param {boolean} near */
  setVisible(near) {
    if (this.near || !near) return;
    this.near = true;
    this.moved();
  }

  /** Paper has no window, and waits a moment only: what is trained by then is printed. */
  print() {
    putOnSheet(this.el, true);
    this.setVisible(true);
    const begun = performance.now();
    while (performance.now() - begun < PAPER && this.work?.next().done === false);
    this.recolour();
    this.arrange();
    this.paint();
  }

  wear() {
    this.plots.wear();
    this.schedule();
  }

  /** Give the pictures their sizes, where room or window has changed. */
  arrange() {
    const fit = roomOf(this);
    if (!this.pictures.clientWidth || fit === this.fit) return;
    if (!this.scheme) this.recolour();
    const { narrow } = this;
    this.narrow = this.plots.layOut(this.experiment.size);
    if (narrow !== this.narrow) {
      this.controls.build(); // with fewer sliders visible, or with more
      this.controls.follow();
      this.plots.layOut(this.experiment.size);
    }
    this.fit = roomOf(this);
    this.schedule();
  }

  end() {
    this.near = false; // what is not there yet, the digits say, begins nothing any more
    this.stop();
    this.sweep?.pause();
    clearTimeout(this.still);
  }
}
