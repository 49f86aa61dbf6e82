// Runs: a setting becomes the values of every symbol at every step. Nothing here knows of a page.
import { compile, entry } from "./language.js";

const FAR = 1e6; // a coordinate beyond this has diverged, as trajectory.TOO_FAR

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

// A method as (surface, hyperparameters by symbol, start, steps) -> run. A run answers at(expression, step) and series(expression).
export function methodOf({ rows, result, state, expressions, hypers }) {
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
    ...state.map((name) => `${name}_{t-1}`),
    ...rows.map(([symbol]) => symbol),
  ];
  const places = new Map([...new Set(names)].map((name, i) => [name, i])),
    P = (name) => places.get(name);
  const steps = rows.map(([symbol, tree]) => [P(symbol), compile(tree, places)]),
    after = P(result);
  const kept = state.filter((name) => name !== "t").map((name) => [P(`${name}_{t-1}`), P(`${name}_t`)]);
  const asked = expressions.map((tree) => compile(tree, places));
  return (surface, values, start, count) => {
    const frame = new Array(places.size).fill(NaN);
    frame[P("k")] = 0;
    frame[P("\\theta")] = start;
    [frame[P("loss")], frame[P("grad")]] = [surface.loss, surface.grad];
    for (const [symbol, value] of Object.entries(values)) frame[P(symbol)] = value;
    const history = [frame];
    let theta = start,
      diverged = null,
      end = "";
    for (let k = 1; k <= count; k++) {
      const before = history[k - 1],
        now = before.slice();
      now[P("k")] = now[P("t")] = k;
      now[P("\\theta_{t-1}")] = now[P("\\theta_t")] = theta;
      for (const [old, fresh] of kept) now[old] = k === 1 ? [0, 0] : before[fresh];
      for (const [place, step] of steps) now[place] = step(now);
      theta = now[P("\\theta")] = now[after];
      history.push(now);
      if (!(Math.abs(theta[0]) <= FAR && Math.abs(theta[1]) <= FAR)) {
        [diverged, end] = [k, endOf(theta, before[P("\\theta")], surface, k)];
        break;
      }
    }
    const last = history.findLast((each) => each[P("\\theta")].every(Number.isFinite))[P("\\theta")],
      marks = nearestOf(surface.landmarks, last);
    for (const [symbol, value] of Object.entries(marks)) for (const each of history) each[P(symbol)] = value;
    const at = (expression, step) => (step < history.length ? asked[expression](history[step]) : NaN);
    return { steps: count, diverged, end, at, marks };
  };
}

// The landmarks of the minimum nearest to a point: the one that a run goes to, as Trajectory.minimum
function nearestOf(landmarks, [x, y]) {
  const far = (each) => Math.hypot(x - each["\\theta_{\\min}"][0], y - each["\\theta_{\\min}"][1]);
  return landmarks.reduce((best, each) => (far(each) < far(best) ? each : best));
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
