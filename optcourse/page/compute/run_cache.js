// From the setting to the runs: what is compiled once and what is computed again. Nothing here knows of a page.
import { gridOf, interpolated } from "./grid.js";
import { entry } from "../formula/compile.js";
import { numbersOf, textsOf } from "./settings.js";
import { ownVariant, ownSurface, withOwn, withSlots } from "./user_input.js";
import { kernelRun, methodOf, outcomeOf } from "./runs.js";
import { bytesOf } from "./network.js";
import { sampled } from "./minibatch.js";
import { surfaceOf } from "./objective.js";
/** @import { Variant, Objective, KernelRun, ExplorerConfig, Pair, Program, Run, Setting, Shown, Surface } from "../wire.d.ts" */

/** @typedef {(objective: Objective, values: Record<string, number>, start: Pair, steps: number) => Run} Runner */
/** @typedef {(objective: Objective, values: Record<string, number>, start: Pair, steps: number, tolerance: number) => number} Outcome */

export class RunCache {
  /** @param {ExplorerConfig} config @param {Surface[]} surfaces */
  constructor(config, surfaces) {
    this.config = { ...config, methods: config.methods.map((variants) => variants.map(withSlots)) };
    this.declared = this.config; // without what a reader types
    /** @type {Map<number, import("./user_input.js").OwnVariant>} what a reader has typed, by method */
    this.own = new Map();
    this.surfaces = surfaces;
    this.key = "";
    /** @type {Shown[]} the runs as they were computed last */
    this.shown = [];
    // what is made of the config's own objects stands next to them: nothing is attached to what the model would save
    /** @type {WeakMap<Variant, Runner>} */
    this.runners = new WeakMap();
    /** @type {WeakMap<Variant, Outcome>} */
    this.outcomes = new WeakMap();
    /** @type {WeakMap<Surface, Objective>} */
    this.objectives = new WeakMap();
    /** @type {WeakMap<Surface, number>} */
    this.caps = new WeakMap();
  }

  /** The variant of each method that is chosen. @param {Setting} now */
  variants(now) {
    return this.config.methods.map((variants, i) => variants[now.variants[i]] ?? variants[0]);
  }

  /** @param {Setting} now */
  surface(now) {
    return this.surfaces[now.surface] ?? this.surfaces[0];
  }

  /** Whether the kernel must compute a run. @param {Setting} now */
  byKernel(now) {
    return !this.surface(now).program || this.variants(now).some((variant) => !variant.program);
  }

  /** The hyperparameters of a variant, by symbol. @param {Variant} variant @param {Setting} now */
  values(variant, now) {
    return Object.fromEntries(Object.entries(variant.hypers).map(([symbol, name]) => [symbol, now.values[name]]));
  }

  /** J and ∇J of a surface. @param {Surface} surface @returns {Objective} */
  objective(surface) {
    const known = this.objectives.get(surface);
    if (known) return known;
    const { program, grid, shape, view, reference_values } = surface;
    const made = program
      ? surfaceOf(program)
      : { loss: interpolated(floats(grid), shape, view), grad: () => [NaN, NaN] };
    const objective = /** @type {Objective} */ ({ ...made, reference_values });
    this.objectives.set(surface, objective);
    return objective;
  }

  /** The highest loss in view above the lowest: no logarithmic axis goes further. @param {Surface} surface */
  cap(surface) {
    let cap = this.caps.get(surface);
    if (cap === undefined) {
      const { top } = gridOf(this.objective(surface).loss, surface.view, 40, 40);
      cap = Math.max(top - Number(surface.reference_values[0].J_min), 1e-8);
      this.caps.set(surface, cap);
    }
    return cap;
  }

  // ---- what a reader types; FormulaError where it makes no sense ----

  /** A surface of the reader's own, shown from where it was seen last, if it has a value there. @param {string} text @param {Setting} now @returns {Partial<Setting>} */
  ownSurface(text, now) {
    const surface = ownSurface(text);
    const { built_in } = this.config;
    this.surfaces = [...this.surfaces.slice(0, built_in), surface];
    const stays = now.surface === built_in && Number.isFinite(this.objective(surface).loss(now.start));
    this.renew();
    return { own: text, surface: built_in, start: stays ? now.start : surface.start };
  }

  /** Rows of the reader's own as one more variant of a method. @param {number} method @param {string} text @param {Setting} now @returns {Partial<Setting>} */
  ownRows(method, text, now) {
    const own = ownVariant(this.declared, method, text);
    this.own.set(method, own);
    this.config = withOwn(this.declared, this.own);
    this.renew();
    return {
      rows: now.rows.with(method, text),
      variants: now.variants.with(method, this.declared.methods[method].length),
      values: { ...own.values, ...now.values },
    };
  }

  /** What a reader has typed is gone. */
  forget() {
    this.own.clear();
    this.config = this.declared;
    this.surfaces = this.surfaces.slice(0, this.config.built_in);
    this.renew();
  }

  /** A setting that anybody may have written, with the first one's part where a part makes no sense. @param {any} given @returns {Setting} */
  complete(given) {
    const { first, methods, most_steps: most } = this.declared;
    const isWhole = (/** @type {any} */ value, /** @type {number} */ high) =>
      Number.isInteger(value) && value >= 0 && value <= high;
    const isPoint = Array.isArray(given.start) && given.start.length === 2 && given.start.every(Number.isFinite);
    return {
      ...first,
      ...given,
      values: numbersOf(given.values, first.values),
      surface: isWhole(given.surface, this.declared.built_in) ? given.surface : first.surface,
      start: isPoint ? given.start : first.start,
      steps: isWhole(given.steps, most) ? given.steps : first.steps,
      step: isWhole(given.step, most) ? given.step : first.step,
      variants: methods.map((variants, i) =>
        isWhole(given.variants?.[i], variants.length) ? given.variants[i] : first.variants[i],
      ),
      own: typeof given.own === "string" ? given.own : "",
      rows: textsOf(given.rows, methods.length),
    };
  }

  /** Show one variant next to the first method, or none: an answer next to the method that it means. @param {Variant | null} variant */
  compareWith(variant) {
    const [first] = this.declared.methods;
    this.config = { ...this.config, methods: variant ? [first, [variant]] : [first] };
    this.renew();
  }

  /** Forget what was computed: the kernel has sent other runs. */
  renew() {
    this.key = "";
  }

  /**
   * Compute the runs that the setting asks for, unless they are there; while a kernel run is pending, return the previous runs,
   * with the variants that they are of.
   * @param {Setting} now
   * @param {(KernelRun | null)[]} kernel_runs
   * @returns {Shown[]}
   */
  compute(now, kernel_runs) {
    const key = JSON.stringify([now.values, now.surface, now.start, now.steps, now.variants]);
    if (key === this.key) return this.shown;
    const surface = this.surface(now);
    const variants = this.variants(now);
    const given = variants.map((variant, i) =>
      variant.program && surface.program ? null : kernelRun(kernel_runs[i], variant),
    );
    if (given.includes(undefined)) return this.shown;
    this.key = key;
    this.shown = variants.map((variant, i) => {
      const run = given[i] ?? this.run(variant, surface, now);
      return { variant, run, last: lastOf(variant, run) };
    });
    return this.shown;
  }

  /** @param {Variant} variant @param {Surface} surface @param {Setting} now @returns {Run} */
  run(variant, surface, now) {
    const { schedule } = this.config;
    const { expressions, hypers } = variant;
    const program = /** @type {Program} */ (variant.program);
    const runner = this.runners.get(variant) ?? methodOf({ ...program, expressions, hypers, schedule });
    this.runners.set(variant, runner);
    const { "batch size": size, seed } = now.values;
    const objective = this.objective(surface);
    const seen = surface.examples ? sampled(objective, surface.examples, size, seed) : objective;
    return runner(seen, this.values(variant, now), now.start, now.steps);
  }

  /**
   * What becomes of the first method's run from the surface's own start, for any η and γ; and what that depends on.
   * @param {Setting} now
   */
  outcome(now) {
    const [variant] = this.variants(now);
    const surface = this.surface(now);
    if (!variant.program || !surface.program) return null;
    const outcome = this.outcomes.get(variant) ?? outcomeOf({ ...variant.program, hypers: variant.hypers });
    this.outcomes.set(variant, outcome);
    const { longest, tolerance } = this.config;
    const values = this.values(variant, now);
    const others = Object.entries(values).filter(([symbol]) => symbol !== "eta" && symbol !== "gamma");
    const objective = this.objective(surface);
    return {
      key: JSON.stringify([now.surface, surface.name, now.variants[0], now.rows[0], others]),
      of: (/** @type {number} */ eta, /** @type {number} */ gamma) =>
        outcome(objective, { ...values, eta, gamma }, surface.start, longest, tolerance),
    };
  }
}

/** Bytes of float32 as numbers. @param {DataView | string | null} bytes */
const floats = (bytes) => (bytes ? new Float32Array(bytesOf(bytes).buffer) : new Float32Array(1));

/** The last step with a finite point. @param {Variant} variant @param {Run} run */
function lastOf(variant, run) {
  if (run.diverged === null) return run.steps;
  const theta = run.at(variant.theta, run.diverged);
  return [0, 1].every((i) => Number.isFinite(entry(theta, i))) ? run.diverged : Math.max(run.diverged - 1, 0);
}
