// The learning-rate sweep: the loss that each method reaches for each learning rate, for some seeds, measured while one watches.
import { Training, sliced } from "./training.js";
/** @import { Digits } from "./network.js" */
/** @import { Plan } from "./training.js" */
/** @import { Variant, Program } from "../wire.d.ts" */

/** @typedef {{ method: number, variant: Variant, program: Program, hypers: Record<string, number> }} Entry */

/** The middle one of some numbers; of an even count the higher of the two. @param {number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Places from coarse to fine, each once. @param {number} count */
function* spreadOut(count) {
  const seen = new Set();
  for (let step = 4; step >= 1; step /= 2)
    for (let i = 0; i < count; i += step)
      if (!seen.has(i)) {
        seen.add(i);
        yield i;
      }
}

export class RateSweep {
  /**
   * @param {Digits} digits @param {Entry[]} entries @param {Plan} plan @param {number[]} etas @param {number} seeds how many: 0, 1, …
   * @param {() => void} grown learns of each slice
   */
  constructor(digits, entries, plan, etas, seeds, grown) {
    this.entries = entries;
    this.plan = plan;
    this.etas = etas;
    this.grown = grown;
    this.key = "";
    /** @type {number[][][]} what was reached and kept, by entry, learning rate and seed; ∞ where a run failed */
    this.reached = entries.map(() => etas.map(() => []));
    this.count = entries.length * etas.length * seeds;
    this.runs = 0;
    this.done = false;
    this.stopped = false;
    this.work = this.measure(digits, seeds);
    this.halt = () => {};
    this.go();
  }

  /** How much of it is done. */
  get part() {
    return this.runs / this.count;
  }

  go() {
    this.halt();
    if (this.done || this.stopped) return;
    let seen = this.runs;
    this.halt = sliced(this.work, (done) => {
      this.done = done;
      if (done || this.runs > seen) this.grown();
      seen = this.runs;
    });
  }

  /** Until `go`. */
  pause() {
    this.halt();
  }

  /** Stop, or continue with what is missing. */
  toggle() {
    this.stopped = !this.stopped;
    this.go();
  }

  /** @param {Digits} digits @param {number} seeds */
  *measure(digits, seeds) {
    const { entries, etas, plan } = this;
    const tail = Math.max(1, Math.floor(plan.epochs / 10));
    for (let seed = 0; seed < seeds; seed++)
      for (const i of spreadOut(etas.length))
        for (const [place, { program, hypers }] of entries.entries()) {
          const run = new Training(digits, program, { ...hypers, eta: etas[i] }, { ...plan, seed });
          yield* run.run(plan.epochs + 1 - tail, false);
          const kept = run.training.length === tail && !run.diverged;
          this.reached[place][i].push(kept ? Math.max(...run.training) : Infinity);
          this.runs += 1;
          yield;
        }
  }

  /** The middle of the seeds that are there, by entry and learning rate; NaN where there is none yet. */
  get middles() {
    return this.reached.map((rates) => rates.map((seeds) => (seeds.length ? median(seeds) : NaN)));
  }

  inWords() {
    const said = this.entries.map(({ variant }, place) => {
      const middles = this.middles[place];
      const known = middles.map((value, i) => [value, i]).filter(([value]) => Number.isFinite(value));
      if (!known.length) return `${variant.label}: no runs finished yet`;
      const [value, i] = known.reduce((a, b) => (b[0] < a[0] ? b : a));
      const [loss, eta] = [value, this.etas[i]].map((each) => Number(each.toPrecision(2)));
      return `${variant.label}: lowest loss ${loss} at η = ${eta}`;
    });
    return `Final loss by learning rate. ${said.join("; ")}. ${this.runs} of ${this.count} runs.`;
  }
}
