// Runs: a setting becomes the values of every symbol at every step. Nothing here knows of a page.
import { compile } from "../formula/compile.js";
/** @import { Frame } from "../formula/compile.js" */
/** @import { Variant, Objective, KernelRun, ReferenceValues, Pair, Program, Run, Tree, Value } from "../wire.d.ts" */

const FAR = 1e6; // a coordinate beyond this has diverged, as trajectory.TOO_FAR
const TINY = 2.2250738585072014e-308; // the least η that a schedule leaves, as trajectory.scheduled
const REFERENCE_VALUES = ["J_min", "theta_min", "lambda_1", "lambda_2", "d_1", "d_2"];

/** @typedef {Record<string, number>} Values hyperparameters by symbol */

/**
 * The frame of a method: where each symbol's value stands in it, how it begins, and how a step changes it.
 * @param {Program & { hypers: Record<string, any> }} program
 */
function frameOf({ rows, result, state, settings = {}, hypers }) {
  const always = ["k", "theta", "theta_{t-1}", "theta_t", "t", "loss", "grad"];
  const names = [...always, ...Object.keys(hypers), ...Object.keys(settings), ...REFERENCE_VALUES];
  names.push(...state.map((name) => `${name}_{t-1}`), ...rows.map(([symbol]) => symbol));
  const indices = new Map([...new Set(names)].map((name, i) => [name, i]));
  const index = (/** @type {string} */ name) => /** @type {number} */ (indices.get(name));
  const steps = rows.map(([symbol, tree]) => ({ to: index(symbol), value: compile(tree, indices) }));
  const kept = state.filter((name) => name !== "t").map((name) => [index(`${name}_{t-1}`), index(`${name}_t`)]);
  const [K, T, THETA, BEFORE, AFTER, RESULT] = ["k", "t", "theta", "theta_{t-1}", "theta_t", result].map(index);
  /** @param {Pick<Objective, "loss" | "grad">} surface @param {Values} values @param {Pair} start @returns {Frame} */
  const begin = (surface, values, start) => {
    const frame = new Array(indices.size).fill(NaN);
    const known = { ...settings, ...values, k: 0, theta: start, loss: surface.loss, grad: surface.grad };
    for (const [symbol, value] of Object.entries(known)) frame[index(symbol)] = value;
    return frame;
  };
  /** In place: the frame of step k − 1 becomes that of step k. @param {Frame} frame @param {number} k @returns {Pair} */
  const step = (frame, k) => {
    frame[K] = frame[T] = k;
    frame[BEFORE] = frame[AFTER] = frame[THETA];
    for (const [old, fresh] of kept) frame[old] = k === 1 ? [0, 0] : frame[fresh];
    for (const { to, value } of steps) frame[to] = value(frame);
    const after = frame[RESULT];
    return (frame[THETA] = typeof after === "number" ? [after, after] : after); // rows such as theta = 1
  };
  return { index, indices, begin, step, THETA };
}

const far = (/** @type {Pair} */ theta) => !(Math.abs(theta[0]) <= FAR && Math.abs(theta[1]) <= FAR);

/**
 * A method as a function of surface, hyperparameters by symbol, start and number of steps. `schedule` holds the factors of η by step,
 * or nothing.
 * @param {Program & { hypers: Record<string, any>, expressions: Tree[], schedule?: number[] }} method
 * @returns {(surface: Objective, values: Values, start: Pair, count: number) => Run}
 */
export function methodOf({ expressions, schedule = [], ...program }) {
  const { index, indices, begin, step, THETA } = frameOf(program);
  const asked = expressions.map((tree) => compile(tree, indices));
  const eta = schedule.length ? indices.get("eta") : undefined;
  return (surface, values, start, count) => {
    const first = begin(surface, values, start);
    if (eta !== undefined) first[eta] = NaN;
    const history = [first];
    let diverged = null;
    let end = "";
    for (let k = 1; k <= count && diverged === null; k++) {
      const now = history[k - 1].slice();
      surface.turn?.(k);
      if (eta !== undefined) now[eta] = Math.max(values.eta * (schedule[k - 1] ?? NaN), TINY);
      const theta = step(now, k);
      history.push(now);
      if (far(theta)) [diverged, end] = [k, endOf(theta, history[k - 1][THETA], surface, k)];
    }
    surface.turn?.(0);
    const last = history.findLast((each) => each[THETA].every(Number.isFinite))?.[THETA] ?? start;
    const marks = nearestOf(surface.reference_values, last);
    for (const [symbol, value] of Object.entries(marks)) for (const each of history) each[index(symbol)] = value;
    /** @param {number} expression @param {number} k @returns {Value} */
    const at = (expression, k) => (k < history.length ? asked[expression](history[k]) : NaN);
    return { steps: count, diverged, end, at, marks };
  };
}

/**
 * A method as a function that answers with the first step from which the loss stays within the tolerance of the lowest, −1 if there is
 * none, −2 where the run diverges. Nothing else is kept.
 * @param {Program & { hypers: Record<string, any> }} program
 * @returns {(surface: Objective, values: Values, start: Pair, count: number, tolerance: number) => number}
 */
export function outcomeOf(program) {
  const { begin, step } = frameOf(program);
  return (surface, values, start, count, tolerance) => {
    const frame = begin(surface, values, start);
    const within = Number(surface.reference_values[0].J_min) + tolerance;
    let settled = surface.loss(start) <= within ? 0 : -1;
    for (let k = 1; k <= count; k++) {
      const theta = step(frame, k);
      if (far(theta)) return -2;
      if (!(surface.loss(theta) <= within)) settled = -1;
      else if (settled < 0) settled = k;
    }
    return settled;
  };
}

/**
 * The reference values of the minimum nearest to a point: the one that a run goes to, as Trajectory.minimum.
 * @param {ReferenceValues[]} reference_values @param {Pair} point
 */
function nearestOf(reference_values, [x, y]) {
  const away = (/** @type {ReferenceValues} */ each) => {
    const [a, b] = /** @type {Pair} */ (each.theta_min);
    return Math.hypot(x - a, y - b);
  };
  return reference_values.reduce((best, each) => (away(each) < away(best) ? each : best));
}

/** How a run ended early, in words, as Trajectory.end. @param {Pair} theta @param {Pair} before @param {Objective} surface @param {number} k */
function endOf(theta, before, { loss, grad }, k) {
  if (!theta.some(Number.isNaN)) return `diverged at step ${k}`;
  if ([loss(before), ...grad(before)].every(Number.isFinite)) return `0/0 at step ${k}: not a number`;
  return `not a number at step ${k}: the surface has no finite value or gradient where step ${k - 1} led`;
}

/**
 * A run that the kernel hands over: the values of some expressions at every step, as float64. Undefined if it is not, or not yet, a
 * run of this variant.
 * @param {KernelRun | null | undefined} kernel_runs @param {Variant} variant @returns {Run | undefined}
 */
export function kernelRun(kernel_runs, variant) {
  if (!kernel_runs) return undefined;
  const { steps, diverged, end, values, expressions } = kernel_runs;
  const places = new Map(expressions.map((tree, place) => [JSON.stringify(tree), place]));
  const found = variant.expressions.map((tree) => places.get(JSON.stringify(tree)));
  if (found.includes(undefined)) return undefined;
  const table = new Float64Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const each = 2 * (steps + 1);
  return {
    steps,
    diverged,
    end,
    at: (expression, step) => {
      const from = Number(found[expression]) * each + 2 * step;
      return step <= steps ? /** @type {Pair} */ ([...table.subarray(from, from + 2)]) : NaN;
    },
  };
}
