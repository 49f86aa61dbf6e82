// What is seen of a network trainer: four pictures, what stands under them, and the same in words.
import { keepKeys, make } from "../explorer/controls.js";
import { brief } from "../formula/mathml.js";
import { Painter, themeOf } from "../plot/painter.js";
import { drawLosses, drawRates, drawSweep, drawWeights, drawWrong } from "../plot/training_plots.js";
import { arrangedIn, heightLeft, sharpness } from "../explorer/layout.js";
/** @import { TrainerView, Shown } from "./trainer.js" */

const NAMED = [
  "Training and validation loss",
  "Effective learning rates",
  "Weights of the first layer",
  "Misclassified digits",
];
export const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div><p class="oc-message" role="alert"></p>
  <div class="oc-pictures"><figure class="oc-contour"><canvas tabindex="0" role="img" data-name="training"></canvas></figure>
  <div class="oc-side"><canvas tabindex="0" role="img" data-name="rates"></canvas><div class="oc-pair">
  <canvas tabindex="0" role="img" data-name="weights"></canvas><canvas tabindex="0" role="img" data-name="wrong"></canvas>
  </div></div></div><div class="oc-bar" role="group" aria-label="what is shown">
  <button data-do="training" aria-pressed="true">training</button><button data-do="sweep" aria-pressed="false">learning-rate sweep</button>
  <button data-do="stop" hidden>stop</button><progress max="1" hidden aria-label="of the sweep"></progress>
  <label class="oc-focus">show details for <select aria-label="show details for"></select></label>
  <span class="oc-reached"></span></div><div class="oc-formulas" hidden></div><p class="oc-words" aria-live="polite"></p>`;

/** What became of a run. @param {Shown} shown @param {number} count of the validation digits */
export function inWords({ variant, run }, count) {
  const { training, validation, rates, wrong } = run;
  if (run.diverged) return `${variant.label}: diverged in epoch ${training.length - 1}.`;
  const band = rates.at(-1);
  const one = band && band.low === band.high;
  const all = one
    ? ` One learning rate for all weights: ${brief(band.low)}.`
    : ` Effective learning rates of the weights that have had a gradient: median ${brief(band?.middle)}, 5 to 95 % from ${brief(band?.low)} to ${brief(band?.high)}.`;
  return `${variant.label} after ${training.length - 1} epochs: training loss ${brief(training.at(-1))}, validation loss ${brief(validation.at(-1))}, ${count - wrong} of ${count} correct.${band ? all : ""}`; // prettier-ignore
}

export class TrainerPlots {
  /** @param {HTMLElement} el */
  constructor(el) {
    this.el = el;
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (el.querySelector(selector));
    this.pictures = find(".oc-pictures");
    this.formulas = find(".oc-formulas");
    this.reached = find(".oc-reached");
    this.progress = /** @type {HTMLProgressElement} */ (find("progress"));
    this.buttons = new Map(["training", "sweep", "stop"].map((name) => [name, find(`[data-do=${name}]`)]));
    this.select = /** @type {HTMLSelectElement} */ (find("select"));
    this.painters = ["training", "rates", "weights", "wrong"].map(
      (name) => new Painter(/** @type {HTMLCanvasElement} */ (find(`canvas[data-name=${name}]`))),
    );
    this.describe("Appears when training starts.");
    for (const node of el.querySelectorAll("button, select, canvas")) if (node instanceof HTMLElement) keepKeys(node);
  }

  /** @param {string} name of a button @param {() => void} act */
  on(name, act) {
    this.buttons.get(name)?.addEventListener("click", act);
  }

  /** @param {TrainerView} trainer */
  paint({ shown, sweep, view, now, plan }) {
    const [contour, rates, weights, wrong] = this.painters;
    if (view === "sweep" && sweep) {
      const etas = shown.map(({ variant }) => now.values[variant.hypers.eta]);
      drawSweep(contour, sweep, etas);
    } else drawLosses(contour, shown, plan.epochs);
    const place = Math.max(now.chosen.indexOf(now.focus), 0);
    drawRates(rates, shown, plan.epochs, place);
    const { variant, run } = shown[place];
    drawWeights(weights, run);
    drawWrong(wrong, run);
    for (const name of ["training", "sweep"])
      this.buttons.get(name)?.setAttribute("aria-pressed", String(view === name));
    const stop = /** @type {HTMLElement} */ (this.buttons.get("stop"));
    stop.hidden = this.progress.hidden = sweep === null || sweep.done;
    stop.textContent = sweep?.stopped ? "continue" : "stop";
    this.progress.value = sweep?.part ?? 0;
    const { count } = run.digits.validation;
    const epoch = Math.max(run.training.length - 1, 0);
    const words = run.diverged ? "diverged" : `epoch ${epoch}: ${count - run.wrong} of ${count} correct`;
    this.reached.textContent = `${variant.label}, ${words}`;
    this.offer(shown.map(({ variant: { label } }, i) => [now.chosen[i], label]), now.chosen[place]); // prettier-ignore
  }

  /** Whose weights and digits can be looked at. @param {[number, string][]} methods @param {number} chosen */
  offer(methods, chosen) {
    const { select } = this;
    if (select.dataset.names !== String(methods)) {
      select.dataset.names = String(methods);
      select.replaceChildren(...methods.map(([value, name]) => make("option", null, { value }, name)));
    }
    select.value = String(chosen);
    /** @type {HTMLElement} */ (select.parentElement).hidden = methods.length < 2;
  }

  /** Draw in the colours that the style sheet has now. */
  wear() {
    const theme = themeOf(this.el);
    for (const painter of this.painters) painter.colour = theme;
  }

  /** Give the pictures their sizes; whether all is one column. @param {number} type how large type is */
  layOut(type) {
    const { el, pictures, formulas, painters } = this;
    const room = pictures.clientWidth;
    const size = type * Math.min(Math.max(room / 1250, 1), 1.3);
    const height = heightLeft(el, pictures, formulas, size);
    const { narrow, contour, side } = arrangedIn(el, { room, height, aspect: 1.25, beside: 2, size });
    el.classList.toggle("oc-narrow", narrow);
    const half = (side[0] - 14) / 2;
    const small = narrow ? half * 1.1 : side[1];
    const sizes = [contour, side, [half, small], [half, small]];
    for (const [i, painter] of painters.entries()) painter.resize(sizes[i][0], sizes[i][1], sharpness(), size);
    return narrow;
  }

  /** The same for who does not see it. @param {string} words @param {string} [contour] of the first picture */
  describe(words, contour) {
    for (const [i, { canvas }] of this.painters.entries()) canvas.setAttribute("aria-label", `${NAMED[i]}. ${words}`);
    if (contour) this.painters[0].canvas.setAttribute("aria-label", contour);
  }
}
