// Runs: a setting becomes the values of every symbol at every step. Nothing here knows of a page.
import { compile, entry } from "./language.js";

const FAR = 1e6; // a coordinate beyond this has diverged, as trajectory.TOO_FAR
const TINY = 2.2250738585072014e-308; // the least η that a schedule leaves, as trajectory.scheduled

// J and ∇J from what SymPy wrote for NumPy: assignments, then the results
export function surfaceOf({ value, gradient }) {
  const make = ({ rows, out }) => {
    const places = new Map([["x", 0], ["y", 1], ...rows.map(([symbol], i) => [symbol, i + 2])]);
    const steps = rows.map(([, tree]) => compile(tree, places)),
      ends = out.map((tree) => compile(tree, places));
    return (at) => {
      const frame = [at[0], at[1]];
      for (const step of steps) frame.push(step(frame));
      return ends.map((end) => end(frame));
    };
  };
  const J = make(value);
  return { loss: (at) => J(at)[0], grad: make(gradient) };
}

// The frame of a method: where each symbol's value stands in it, and how a step fills it
function frameOf({ rows, result, state, hypers }) {
  const names = [
    "k",
    "\\theta",
    "\\theta_{t-1}",
    "\\theta_t",
    "t",
    "loss",
    "grad",
    ...Object.keys(hypers),
    ...LANDMARKS,
  ];
  names.push(...state.map((name) => `${name}_{t-1}`), ...rows.map(([symbol]) => symbol));
  const places = new Map([...new Set(names)].map((name, i) => [name, i]));
  const P = (name) => places.get(name);
  const steps = rows.map(([symbol, tree]) => [P(symbol), compile(tree, places)]);
  const kept = state.filter((name) => name !== "t").map((name) => [P(`${name}_{t-1}`), P(`${name}_t`)]);
  const begin = (surface, values, start) => {
    const frame = new Array(places.size).fill(NaN);
    frame[P("k")] = 0;
    frame[P("\\theta")] = start;
    [frame[P("loss")], frame[P("grad")]] = [surface.loss, surface.grad];
    for (const [symbol, value] of Object.entries(values)) frame[P(symbol)] = value;
    return frame;
  };
  const [K, T, THETA, BEFORE, AFTER, RESULT] = ["k", "t", "\\theta", "\\theta_{t-1}", "\\theta_t", result].map(P);
  const step = (frame, k) => {
    // in place: the frame of step k − 1 becomes that of step k
    frame[K] = frame[T] = k;
    frame[BEFORE] = frame[AFTER] = frame[THETA];
    for (const [old, fresh] of kept) frame[old] = k === 1 ? [0, 0] : frame[fresh];
    for (const [place, value] of steps) frame[place] = value(frame);
    return (frame[THETA] = frame[RESULT]);
  };
  return { places, begin, step, THETA };
}

const far = (theta) => !(Math.abs(theta[0]) <= FAR && Math.abs(theta[1]) <= FAR);

// A method as (surface, hyperparameters by symbol, start, steps) -> run. A run answers at(expression, step). `schedule` holds
// the factors of η by step, or nothing.
export function methodOf({ expressions, schedule = [], ...program }) {
  const { places, begin, step, THETA } = frameOf(program);
  const asked = expressions.map((tree) => compile(tree, places));
  const eta = schedule.length ? places.get("\\eta") : undefined;
  return (surface, values, start, count) => {
    const first = begin(surface, values, start);
    if (eta !== undefined) first[eta] = NaN;
    const history = [first];
    let diverged = null;
    let end = "";
    for (let k = 1; k <= count && diverged === null; k++) {
      const now = history[k - 1].slice();
      if (eta !== undefined) now[eta] = Math.max(values["\\eta"] * (schedule[k - 1] ?? NaN), TINY);
      const theta = step(now, k);
      history.push(now);
      if (far(theta)) [diverged, end] = [k, endOf(theta, history[k - 1][THETA], surface, k)];
    }
    const last = history.findLast((each) => each[THETA].every(Number.isFinite))[THETA];
    const marks = nearestOf(surface.landmarks, last);
    for (const [symbol, value] of Object.entries(marks)) for (const each of history) each[places.get(symbol)] = value;
    const at = (expression, k) => (k < history.length ? asked[expression](history[k]) : NaN);
    return { steps: count, diverged, end, at, marks };
  };
}

// A method as (surface, hyperparameters, start, steps, tolerance) -> the first step from which the loss stays within the
// tolerance of the lowest, −1 if there is none, −2 where the run diverges. Nothing else is kept.
export function outcomeOf(program) {
  const { begin, step, THETA } = frameOf(program);
  return (surface, values, start, count, tolerance) => {
    const frame = begin(surface, values, start);
    const within = surface.landmarks[0]["J_{\\min}"] + tolerance;
    let settled = surface.loss(start) <= within ? 0 : -1;
    for (let k = 1; k <= count; k++) {
      const theta = step(frame, k);
      if (far(theta)) return -2;
      if (!(surface.loss(frame[THETA]) <= within)) settled = -1;
      else if (settled < 0) settled = k;
    }
    return settled;
  };
}

// The landmarks of the minimum nearest to a point: the one that a run goes to, as Trajectory.minimum
function nearestOf(landmarks, [x, y]) {
  const away = (each) => Math.hypot(x - each["\\theta_{\\min}"][0], y - each["\\theta_{\\min}"][1]);
  return landmarks.reduce((best, each) => (away(each) < away(best) ? each : best));
}

// How a run ended early, in words, as Trajectory.end
function endOf(theta, before, { loss, grad }, k) {
  if (!theta.some(Number.isNaN)) return `diverged at step ${k}`;
  if ([loss(before), ...grad(before)].every(Number.isFinite)) return `0/0 at step ${k}: not a number`;
  return `not a number at step ${k}: the surface has no finite value or gradient where step ${k - 1} led`;
}

// A run that the kernel hands over: every expression's values at every step, as float64
export function handedOver({ steps, diverged, end, values }) {
  const table = new Float64Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)),
    each = 2 * (steps + 1);
  return {
    steps,
    diverged,
    end,
    at: (expression, step) =>
      step <= steps ? [...table.subarray(expression * each + 2 * step, expression * each + 2 * step + 2)] : NaN,
  };
}

const LANDMARKS = ["J_{\\min}", "\\theta_{\\min}", "\\lambda_1", "\\lambda_2", "d_1", "d_2"];
