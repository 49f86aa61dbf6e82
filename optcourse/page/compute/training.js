// A network's training in the page, piece by piece: between two pieces the page may do what is more urgent.
import { flatMethod } from "./vector_method.js";
import { Network, batches } from "./network.js";
/** @import { Digits, Examples } from "./network.js" */
/** @import { Program, Tree } from "../wire.d.ts" */

const PIECE = 64; // examples that are measured at a time
const SLICE = 6; // milliseconds

/** @typedef {{ batch: number, hidden: number, dropout: number, epochs: number, seed: number }} Plan */
/** @typedef {{ low: number, middle: number, high: number }} Band of the effective learning rates of all weights: 5 %, median, 95 % */

/**
 * Work in slices that lose no frame, on the page's own thread. No worker: a strict content-security policy forbids one from a blob, and
 * a page from a file may not load one from a file. Messages to oneself wait for nothing, where timers wait four milliseconds each.
 * @param {Iterator<any>} work @param {(done: boolean) => void} grown learns of each slice
 * @returns {() => void} stops it
 */
export function sliced(work, grown) {
  const { port1, port2 } = new MessageChannel();
  let stopped = false;
  const stop = () => {
    stopped = true;
    port1.close();
  };
  port1.onmessage = () => {
    if (stopped) return;
    const begun = performance.now();
    let done = false;
    while (!done && performance.now() - begun < SLICE) done = work.next().done === true;
    if (done) stop();
    else port2.postMessage(0);
    grown(done);
  };
  port2.postMessage(0);
  return stop;
}

/** A run of one method on the digits: what it has reached so far. */
export class Training {
  /**
   * @param {Digits} digits @param {Program} program @param {Record<string, number>} hypers by symbol @param {Plan} plan
   * @param {Tree | null} rate the effective learning rate, if it is to be measured
   */
  constructor(digits, program, hypers, plan, rate = null) {
    const { batch, hidden, dropout, epochs, seed } = plan;
    this.digits = digits;
    this.epochs = epochs;
    this.network = new Network(hidden, dropout, seed);
    this.method = flatMethod(program, hypers, this.network.start(seed));
    this.rate = rate && this.method.shown(rate);
    this.draw = batches(digits.train.count, batch, seed);
    this.each = Math.floor(digits.train.count / batch); // updates in an epoch
    /** @type {number[]} by epoch */
    this.training = [];
    /** @type {number[]} */
    this.validation = [];
    /** @type {Band[]} */
    this.rates = [];
    this.guesses = new Uint8Array(digits.validation.count);
    this.wrong = 0;
    this.moved = new Uint8Array(this.network.count); // whether a weight has had a gradient: that of a pixel always white has none
    this.work = this.run(); // as far as it has come
  }

  get theta() {
    return this.method.theta;
  }

  /** Whether it goes no further. */
  get done() {
    return this.training.length > this.epochs || this.diverged;
  }

  /** Whether the loss has become no number. */
  get diverged() {
    return !Number.isFinite(this.training.at(-1) ?? 0);
  }

  /** All epochs; `from` is the first after which the losses are measured, `all` asks for more than the training loss. @param {number} [from] @param {boolean} [all] */
  *run(from = 0, all = true) {
    const { digits, network, method, draw } = this;
    let rows = draw();
    const [seen, known] = [new Float64Array(network.count), new Float64Array(network.count)];
    let fresh = true; // whether nothing is known in this update: rows that ask twice for ∇J at a point get one answer, as from train
    const gradient = (/** @type {Float64Array} */ at, /** @type {Float64Array} */ into) => {
      if (fresh || at.some((each, i) => each !== seen[i])) {
        seen.set(at);
        network.leaveOut(rows.length);
        network.gradient(at, digits.train, rows, known);
        if (this.rate) for (let i = 0; i < known.length; i++) if (known[i]) this.moved[i] = 1;
      }
      fresh = false;
      into.set(known);
    };
    const loss = (/** @type {Float64Array} */ at) =>
      network.losses(at, digits.train, 0, digits.train.count) / digits.train.count;
    const watch = () => {
      if (this.rate) this.rates.push(bandOf(this.rate(), this.moved));
    };
    for (let epoch = 0; epoch <= this.epochs; epoch++) {
      if (epoch)
        for (let k = 0; k < this.each; k++) {
          method.next(gradient, loss, k === this.each - 1 && epoch >= from ? watch : undefined);
          rows = draw();
          fresh = true;
          yield;
        }
      if (epoch >= from) yield* this.measure(all);
      if (this.diverged || Number.isNaN(this.theta[this.network.biases])) return;
    }
  }

  /** @param {boolean} all */
  *measure(all) {
    const { digits } = this;
    const training = yield* this.mean(digits.train);
    if (all) {
      const validation = yield* this.mean(digits.validation, this.guesses);
      this.validation.push(validation);
      this.wrong = this.guesses.reduce((sum, guess, i) => sum + (guess === digits.validation.labels[i] ? 0 : 1), 0);
    }
    this.training.push(training);
  }

  /** @param {Examples} examples @param {Uint8Array} [guesses] @returns {Generator<undefined, number>} */
  *mean(examples, guesses) {
    let sum = 0;
    for (let from = 0; from < examples.count; from += PIECE) {
      sum += this.network.losses(this.theta, examples, from, Math.min(from + PIECE, examples.count), guesses);
      yield;
    }
    return sum / examples.count;
  }
}

/** @param {number | Float64Array} rates @param {Uint8Array} counts which of them count @returns {Band} */
function bandOf(rates, counts) {
  if (typeof rates === "number") return { low: rates, middle: rates, high: rates };
  const sorted = rates.filter((_, i) => counts[i]).sort();
  const at = (/** @type {number} */ part) => sorted[Math.round(part * (sorted.length - 1))];
  return { low: at(0.05), middle: at(0.5), high: at(0.95) };
}

/** The run that has come least far is taken one epoch further, until all are done. @param {Training[]} runs */
export function* roundRobin(runs) {
  const going = [...runs];
  while (going.length) {
    const least = going.reduce((a, b) => (b.training.length < a.training.length ? b : a));
    const before = least.training.length;
    let done = false;
    while (!done && least.training.length === before) {
      done = least.work.next().done === true;
      yield;
    }
    if (done) going.splice(going.indexOf(least), 1);
  }
}
