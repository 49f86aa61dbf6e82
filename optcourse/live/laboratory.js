// The laboratory: the course's network trains in the page while the hand moves. It owns the state; no kernel takes part.
import { Controls, keepKeys, make } from "./controls.js";
import { Pen, themeOf } from "./draw.js";
import { drawLosses, drawRates, drawValley, drawWeights, drawWrong } from "./learned.js";
import { arranged, heightLeft, roomOf, screenOf, sharpness } from "./layout.js";
import { digitsOf } from "./network.js";
import { ownForm } from "./own.js";
import { bytesOf } from "./sampled.js";
import { isDark } from "./theme.js";
import { FormulaError } from "./tokens.js";
import { Training, sliced, together } from "./training.js";
import { Valley } from "./valley.js";
/** @import { Digits } from "./network.js" */
/** @import { Plan } from "./training.js" */
/** @import { Experiment, Form, Host, Model, Program, Trial } from "./wire.d.ts" */

const STILL = 150; // ms without a change after which the kernel hears of it, and the words are said
const MOST = 6; // methods at a time
const IN_SIGHT = ["batch size", "hidden units"]; // of what methods share, on a phone
const BETWEEN = 40; // ms between two pictures of a run that is on its way
const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div><p class="oc-message" role="alert"></p>
  <div class="oc-pictures"><figure class="oc-hero"><canvas tabindex="0" role="img" data-name="training"></canvas></figure>
  <div class="oc-side"><canvas tabindex="0" role="img" data-name="rates"></canvas><div class="oc-pair">
  <canvas tabindex="0" role="img" data-name="weights"></canvas><canvas tabindex="0" role="img" data-name="wrong"></canvas>
  </div></div></div><div class="oc-bar" role="group" aria-label="what is shown">
  <button data-do="training" aria-pressed="true">training</button><button data-do="valley" aria-pressed="false">valley</button>
  <button data-do="stop" hidden>stop</button><progress max="1" hidden aria-label="of the valley"></progress>
  <label class="oc-focus">weights and digits of <select aria-label="weights and digits of"></select></label>
  <span class="oc-reached"></span></div><div class="oc-formulas" hidden></div><p class="oc-words" aria-live="polite"></p>`;

/** @typedef {{ form: Form, run: Training, key: string, before: Training | null }} Shown a run, and the one that it takes the place of */

/** The digits, unpacked once for all laboratories of a page. @type {Map<string, Promise<Digits>>} */
const unpacked = new Map();

/** @param {DataView | string} bytes @param {number[]} counts */
function digitsFrom(bytes, counts) {
  const key = `${typeof bytes === "string" ? bytes.length : bytes.byteLength} ${counts}`;
  const known = unpacked.get(key);
  if (known) return known;
  const made = digitsOf(bytesOf(bytes), counts);
  unpacked.set(key, made);
  return made;
}

/** The controls: which methods; their sliders, those of many methods folded away but for η; the rest as in any explorer. */
class Choice extends Controls {
  /** @param {HTMLElement} box @param {Host} host @param {Laboratory} laboratory */
  constructor(box, host, laboratory) {
    super(box, host);
    this.laboratory = laboratory;
  }

  sliders() {
    const { box, laboratory } = this;
    const row = make("div", box, { className: "oc-methods", role: "group", ariaLabel: "methods" });
    for (const [i, [{ label, look }]] of laboratory.experiment.methods.entries()) {
      const button = make("button", row, { style: `color: var(--oc-${look.colour})` }, label);
      keepKeys(button);
      button.addEventListener("click", () => laboratory.choose(i));
      this.follows.push(() => button.setAttribute("aria-pressed", String(laboratory.now.chosen.includes(i))));
    }
    super.sliders();
  }

  /** @param {HTMLElement} parent */
  seldom(parent) {
    for (const control of this.host.lesson.controls) if (control.folded) this.hyper(parent, control);
    this.editors(parent);
    for (const area of parent.querySelectorAll("textarea"))
      area.hidden = !this.laboratory.now.chosen.includes(Number(area.dataset.method));
  }
}

export class Laboratory {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.kernel = "none"; // it needs none
    el.classList.add("oc-laboratory");
    el.innerHTML = FRAME;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    this.message = find(".oc-message");
    this.words = find(".oc-words");
    this.reached = find(".oc-reached");
    this.pictures = find(".oc-pictures");
    this.formulas = find(".oc-formulas");
    this.progress = /** @type {HTMLProgressElement} */ (find("progress"));
    this.buttons = new Map(["training", "valley", "stop"].map((name) => [name, find(`[data-do=${name}]`)]));
    this.select = /** @type {HTMLSelectElement} */ (find("select"));
    this.pens = ["training", "rates", "weights", "wrong"].map(
      (name) => new Pen(/** @type {HTMLCanvasElement} */ (find(`canvas[data-name=${name}]`))),
    );
    this.notice = "";
    this.fit = "";
    this.narrow = false;
    this.painted = 0; // pictures
    this.last = 0; // when the last was painted
    this.waiting = false;
    this.view = "training"; // or "valley"
    /** @type {Digits | null} */
    this.digits = null;
    /** @type {Shown[]} */
    this.shown = [];
    /** @type {Valley | null} */
    this.valley = null;
    this.stop = () => {};
    /** @type {Trial} */
    this.now = model.get("setting");
    /** @type {Experiment} */
    this.experiment = model.get("lesson");
    const laboratory = this;
    const host = {
      get lesson() { return laboratory.visible; },
      surfaces: [],
      get now() { return laboratory.now; },
      frozen: "",
      change: (/** @type {Partial<Trial>} */ changes) => this.change(changes),
      moved: () => this.moved(),
      typeSurface() {},
      typeRows: (/** @type {number} */ method, /** @type {string} */ text) => this.typed(() => this.ownRows(method, text)),
      reset: () => this.reset(),
    }; // prettier-ignore
    this.controls = new Choice(find(".oc-controls"), /** @type {any} */ (host), this);
    this.buttons.get("training")?.addEventListener("click", () => this.show("training"));
    this.buttons.get("valley")?.addEventListener("click", () => this.show("valley"));
    this.buttons.get("stop")?.addEventListener("click", () => (this.valley?.stop(), this.schedule()));
    this.select.addEventListener("change", () => (this.change({ focus: Number(this.select.value) }), this.schedule()));
    for (const node of el.querySelectorAll("button, select, canvas")) if (node instanceof HTMLElement) keepKeys(node);
    this.take();
  }

  // ---- the state ----

  /** Everything anew from the model. */
  take() {
    this.experiment = this.model.get("lesson");
    this.adopt(true);
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

  /** The setting as the model has it, with what a reader has typed. @param {boolean} [anew] */
  adopt(anew = false) {
    const before = this.now;
    /** @type {Trial} */
    const now = this.model.get("setting");
    this.now = now;
    for (const [method, rows] of now.rows.entries())
      if (rows && (anew || rows !== before.rows[method])) this.typed(() => this.ownRows(method, rows));
    this.now = { ...now, values: { ...this.now.values, ...now.values } };
    this.controls.build();
    this.moved();
  }

  /**
   * The declaration with what is seldom used folded away: of many methods all but η, whose slider then has its method's name; on a
   * phone all but η and what the network is.
   */
  get visible() {
    const { experiment, now, narrow } = this;
    const few = now.chosen.length <= 2;
    const mine = experiment.controls.filter(({ method }) => method === null || now.chosen.includes(method));
    const controls = mine.map((control) => {
      const { name, method, symbol } = control;
      if (method === null) return { ...control, folded: narrow && !IN_SIGHT.includes(name) };
      if (!name.startsWith("η")) return { ...control, folded: narrow || !few };
      const [{ label, look }] = experiment.methods[method];
      const named = `${symbol} <span style="color: var(--oc-${look.colour}); font-size: 0.9em">${label}</span>`;
      return few ? control : { ...control, method: null, symbol: named, doc: "" };
    });
    return { ...experiment, controls, own: false, built_in: 0 };
  }

  /** @param {Partial<Trial>} changes */
  change(changes) {
    this.now = { ...this.now, ...changes };
  }

  /** @param {number} method */
  choose(method) {
    const { chosen } = this.now;
    const fewer = chosen.filter((each) => each !== method);
    if (fewer.length === chosen.length && chosen.length === MOST)
      return this.tell(`At most ${MOST} methods at a time.`);
    const next = fewer.length < chosen.length ? fewer : [...chosen, method].sort((a, b) => a - b);
    if (!next.length) return this.tell("One method at least.");
    this.change({ chosen: next, focus: fewer.length < chosen.length ? next[0] : method });
    this.controls.build();
    this.moved();
  }

  reset() {
    this.change(this.model.get("lesson").first);
    this.experiment = this.model.get("lesson");
    this.controls.build();
    this.show("training");
    this.moved();
  }

  /** What a reader types: an error is a sentence, and the last good run stays. @param {() => void} read */
  typed(read) {
    const sliders = this.experiment.controls.length;
    let notice = "";
    try {
      read();
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      notice = `${error.message}.`;
    }
    if (this.experiment.controls.length > sliders) this.controls.build();
    this.moved();
    this.tell(notice);
  }

  /** Rows of the reader's own as one more form of a method. @param {number} method @param {string} text */
  ownRows(method, text) {
    /** @type {Experiment} */
    const declared = this.model.get("lesson");
    const { form, controls, values } = ownForm(/** @type {any} */ (declared), method, text);
    const known = this.experiment.controls.map(({ name }) => name);
    const { methods } = this.experiment;
    const [base] = declared.methods[method];
    this.experiment = {
      ...this.experiment,
      methods: methods.with(method, [base, { ...form, label: `your ${base.label}` }]),
      controls: [...this.experiment.controls, ...controls.filter(({ name }) => !known.includes(name))],
    };
    const { now } = this;
    this.change({
      rows: now.rows.with(method, text),
      forms: now.forms.with(method, 1),
      values: { ...values, ...now.values },
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
    const value = (/** @type {string} */ name) => this.now.values[name];
    const [batch, hidden, dropout] = ["batch size", "hidden units", "dropout"].map(value);
    return { batch, hidden, dropout, passes: value("passes"), seed: value("seed") };
  }

  /** The form of a method that is chosen, with its hyperparameters by symbol. @param {number} method */
  entry(method) {
    const forms = this.experiment.methods[method];
    const form = forms[this.now.forms[method]] ?? forms[0];
    const hypers = Object.entries(form.hypers).map(([symbol, name]) => [symbol, this.now.values[name]]);
    return { method, form, program: /** @type {Program} */ (form.program), hypers: Object.fromEntries(hypers) };
  }

  /** Something has been moved: what that changes is trained anew, and an old run that is on its way is cut off. */
  moved() {
    const { digits, plan, now } = this;
    this.notice = "";
    this.say();
    this.controls.follow();
    if (!digits) return;
    this.stop();
    this.valley?.pause();
    this.shown = now.chosen.map((method) => {
      const { form, program, hypers } = this.entry(method);
      const key = JSON.stringify([method, now.forms[method], now.rows[method], hypers, plan]);
      const known = this.shown.find((each) => each.key === key);
      if (known) return known;
      const old = this.shown.find((each) => each.key.startsWith(`[${method},`));
      const before = old && (old.run.done || !old.before ? old.run : old.before);
      const rate = form.series.length ? form.expressions[form.series[0].y] : null;
      return { form, key, before: before ?? null, run: new Training(digits, program, hypers, plan, rate) };
    });
    if (this.valley && this.valley.key !== this.valleyKey) this.forgetValley();
    this.stop = sliced(together(this.shown.map(({ run }) => run)), (done) => this.grown(done));
    this.schedule();
  }

  /** @param {boolean} done */
  grown(done) {
    if (done || performance.now() - this.last > BETWEEN || this.shown.some(({ run }) => run.training.length === 2))
      this.schedule();
    if (!done) return;
    this.valley?.go();
    this.el.dataset.trained = String(Number(this.el.dataset.trained ?? 0) + 1);
  }

  // ---- the valley ----

  /** All that the valley depends on: the learning rates are its own. */
  get valleyKey() {
    const entries = this.now.chosen.map((method) => {
      const { hypers } = this.entry(method);
      return [method, this.now.forms[method], this.now.rows[method], { ...hypers, eta: 0 }];
    });
    return JSON.stringify([entries, { ...this.plan, seed: 0 }]);
  }

  /** @param {string} view */
  show(view) {
    if (view === "valley" && !this.valley && this.digits) {
      const entries = this.now.chosen.map((method) => this.entry(method));
      const { etas, seeds } = this.experiment;
      this.valley = new Valley(this.digits, entries, this.plan, etas, seeds, () => this.schedule());
      this.valley.key = this.valleyKey;
    }
    this.view = view;
    this.schedule();
  }

  forgetValley() {
    this.valley?.stop();
    this.valley = null;
    this.view = "training";
  }

  // ---- what is seen, and said ----

  schedule() {
    clearTimeout(this.still);
    this.still = setTimeout(() => this.settle(), STILL);
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  /** The hand is still and all is trained: the kernel hears of it, and so does who cannot see the pictures. */
  settle() {
    if (this.shown.some(({ run }) => !run.done && !run.diverged)) return;
    if (this.model.get("setting") !== this.now) {
      this.model.set("setting", this.now);
      this.model.save_changes();
    }
    const words = this.shown.map((each) => this.inWords(each)).join(" ");
    if (this.words.textContent !== words) this.words.textContent = words;
    const named = [
      "Training and validation loss",
      "Effective learning rates",
      "Weights of the first layer",
      "Digits that are wrong",
    ];
    for (const [i, pen] of this.pens.entries()) pen.canvas.setAttribute("aria-label", `${named[i]}. ${words}`);
    if (this.view === "valley" && this.valley) this.pens[0].canvas.setAttribute("aria-label", this.valley.inWords());
  }

  /** @param {Shown} shown */
  inWords({ form, run }) {
    const { training, validation, rates, wrong } = run;
    if (run.diverged) return `${form.label}: diverged in pass ${training.length - 1}.`;
    const count = this.digits?.validation.count ?? 0;
    const brief = (/** @type {number | undefined} */ value) => String(Number((value ?? NaN).toPrecision(3)));
    const band = rates.at(-1);
    const all = band ? ` Learning rates of its weights that have had a gradient: median ${brief(band.middle)}, 5 to 95 % from ${brief(band.low)} to ${brief(band.high)}.` : ""; // prettier-ignore
    return `${form.label} after ${training.length - 1} passes: training loss ${brief(training.at(-1))}, validation loss ${brief(validation.at(-1))}, ${count - wrong} of ${count} right.${all}`; // prettier-ignore
  }

  paint() {
    if (!this.digits || !this.shown.length) return;
    if (!this.fit) this.arrange();
    if (!this.fit) return; // not to be seen yet
    const [hero, rates, weights, wrong] = this.pens;
    const { shown, valley, plan } = this;
    this.last = performance.now();
    if (this.view === "valley" && valley) {
      const now = shown.map(({ form }) => this.now.values[form.hypers.eta]);
      drawValley(hero, valley, now);
    } else drawLosses(hero, shown, plan.passes);
    const place = Math.max(this.now.chosen.indexOf(this.now.focus), 0);
    drawRates(rates, shown, plan.passes, place);
    const { form, run } = shown[place];
    drawWeights(weights, form.label, run);
    drawWrong(wrong, form.label, run);
    this.follow(place);
    this.el.dataset.frames = String(++this.painted);
  }

  /** What stands under the pictures. @param {number} place of the method whose weights are shown */
  follow(place) {
    const { select, shown, valley, view, buttons, progress } = this;
    const names = shown.map(({ form }) => form.label);
    if (select.dataset.names !== String(names)) {
      select.dataset.names = String(names);
      select.replaceChildren(...names.map((name, i) => make("option", null, { value: this.now.chosen[i] }, name)));
    }
    select.value = String(this.now.chosen[place]);
    /** @type {HTMLElement} */ (select.parentElement).hidden = names.length < 2;
    for (const name of ["training", "valley"]) buttons.get(name)?.setAttribute("aria-pressed", String(view === name));
    const measuring = valley !== null && !valley.done && !valley.stopped;
    /** @type {HTMLElement} */ (buttons.get("stop")).hidden = progress.hidden = !measuring;
    progress.value = valley?.part ?? 0;
    const { form, run } = shown[place];
    const count = this.digits?.validation.count ?? 0;
    const now = run.training.length - 1;
    const words = run.diverged
      ? `${form.label} diverged`
      : `${form.label}, pass ${Math.max(now, 0)}: ${count - run.wrong} of ${count} right`;
    if (this.reached.textContent !== words) this.reached.textContent = words;
  }

  /** The colours of the theme that is under the laboratory now. */
  recolour() {
    this.el.classList.toggle("oc-dark", isDark(this.el));
    const theme = themeOf(this.el);
    for (const pen of this.pens) pen.colour = theme;
    this.coloured = true;
    this.schedule();
  }

  /** Give the pictures their sizes, where room or window has changed. @param {boolean} [anew] @returns {void} */
  arrange(anew = false) {
    const room = this.pictures.clientWidth;
    const fit = roomOf(this);
    if (!room || (!anew && fit === this.fit)) return;
    if (!this.coloured) this.recolour();
    this.fit = fit;
    const size = this.experiment.size * Math.min(Math.max(room / 1250, 1), 1.3);
    const height = heightLeft(this.el, this.pictures, this.formulas, size);
    const { narrow, hero, side } = arranged({ room, height, screen: screenOf(this.el), aspect: 1.25, beside: 2, size });
    this.el.classList.toggle("oc-narrow", narrow);
    if (narrow !== this.narrow) {
      this.narrow = narrow;
      this.controls.build();
      this.controls.follow();
      this.arrange(true);
      return;
    }
    const half = (side[0] - 14) / 2;
    const small = narrow ? half * 1.1 : side[1];
    const sizes = [hero, side, [half, small], [half, small]];
    for (const [i, pen] of this.pens.entries()) pen.resize(sizes[i][0], sizes[i][1], sharpness(), size);
    this.schedule();
  }

  // ---- for those who look from outside ----

  get runs() {
    return this.shown.map(({ run }) => run);
  }

  /** It needs no kernel. */
  hear() {}

  end() {
    this.stop();
    this.valley?.stop();
    clearTimeout(this.still);
  }
}
