// The page's arithmetic: the trees of formulas.py and of the surfaces, turned into functions once, and run.
// A value is a number or one number for each coordinate; no text is ever executed.

const FAR = 1e6; // a coordinate beyond this has diverged, as trajectory.TOO_FAR

const pow = (a, b) => (b === 2 ? a * a : a ** b); // as NumPy
const OF_ONE = { neg: (a) => -a, paren: (a) => a, sqrt: Math.sqrt, "\\operatorname{sign}": Math.sign, sign: Math.sign, sin: Math.sin,
  cos: Math.cos, tan: Math.tan, sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, exp: Math.exp, log: Math.log, arctan: Math.atan, abs: Math.abs };
const OF_TWO = { add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, frac: (a, b) => a / b, pow,
  "\\max": Math.max };
const OF_ALL = { "\\operatorname{sum}": (v) => (typeof v === "number" ? v : v[0] + v[1]), "\\operatorname{orth}": orthogonal };

// Five Newton–Schulz steps for a single column, as formulas.orthogonal
function orthogonal([x, y]) {
  const size = Math.sqrt(x * x + y * y) || 1;
  let a = x / size, b = y / size;
  for (let k = 0; k < 5; k++) {
    const gram = a * a + b * b, inner = -4.775 * gram + 2.0315 * (gram * gram);
    [a, b] = [3.4445 * a + a * inner, 3.4445 * b + b * inner];
  }
  return [a, b];
}

function elementwise(f, a, b) {
  const plain = typeof a === "number";
  if (typeof b === "number") return plain ? f(a, b) : [f(a[0], b), f(a[1], b)];
  return plain ? [f(a, b[0]), f(a, b[1])] : [f(a[0], b[0]), f(a[1], b[1])];
}

// A tree as a function of a frame: the symbols' values by place, then J and ∇J. `places` gives each symbol's place.
function compile([kind, ...rest], places) {
  if (kind === "num") return () => rest[0];
  if (kind === "sym") {
    const place = places.get(rest[0]);
    return place === undefined ? () => NaN : (frame) => frame[place];
  }
  if (kind === "grad" || kind === "loss") {
    const point = compile(rest[0], places), place = places.get(kind);
    return (frame) => { const at = point(frame); return typeof at === "number" ? NaN : frame[place](at); };
  }
  const [name, parts] = kind === "call" ? [rest[0], rest.slice(1)] : [kind, rest], [a, b] = parts.map((part) => compile(part, places));
  const f = parts.length === 1 ? OF_ALL[name] || OF_ONE[name] : OF_TWO[name];
  if (!f || parts.length > 2) throw new Error(`the page cannot compute ${name}`);
  if (OF_ALL[name]) return (frame) => { const v = a(frame); return typeof v === "number" && v !== v ? v : f(v); };
  if (b) return (frame) => elementwise(f, a(frame), b(frame));
  return (frame) => { const v = a(frame); return typeof v === "number" ? f(v) : [f(v[0]), f(v[1])]; };
}

// J and ∇J from what SymPy wrote for NumPy: assignments, then the results
function surfaceOf({ value, gradient }) {
  const make = ({ rows, out }) => {
    const places = new Map([["x", 0], ["y", 1], ...rows.map(([symbol], i) => [symbol, i + 2])]);
    const steps = rows.map(([, tree]) => compile(tree, places)), ends = out.map((tree) => compile(tree, places));
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
function methodOf({ rows, result, state, expressions, hypers }) {
  const names = ["k", "\\theta", "\\theta_{t-1}", "\\theta_t", "t", "loss", "grad", ...Object.keys(hypers), ...LANDMARKS,
    ...state.map((name) => `${name}_{t-1}`), ...rows.map(([symbol]) => symbol)];
  const places = new Map([...new Set(names)].map((name, i) => [name, i])), P = (name) => places.get(name);
  const steps = rows.map(([symbol, tree]) => [P(symbol), compile(tree, places)]), after = P(result);
  const kept = state.filter((name) => name !== "t").map((name) => [P(`${name}_{t-1}`), P(`${name}_t`)]);
  const asked = expressions.map((tree) => compile(tree, places));
  return (surface, values, start, count) => {
    const frame = new Array(places.size).fill(NaN);
    frame[P("k")] = 0;
    frame[P("\\theta")] = start;
    [frame[P("loss")], frame[P("grad")]] = [surface.loss, surface.grad];
    for (const [symbol, value] of Object.entries(values)) frame[P(symbol)] = value;
    const history = [frame];
    let theta = start, diverged = null, end = "";
    for (let k = 1; k <= count; k++) {
      const before = history[k - 1], now = before.slice();
      now[P("k")] = now[P("t")] = k;
      now[P("\\theta_{t-1}")] = now[P("\\theta_t")] = theta;
      for (const [old, fresh] of kept) now[old] = k === 1 ? [0, 0] : before[fresh];
      for (const [place, step] of steps) now[place] = step(now);
      theta = now[P("\\theta")] = now[after];
      history.push(now);
      if (!(Math.abs(theta[0]) <= FAR && Math.abs(theta[1]) <= FAR)) { [diverged, end] = [k, endOf(theta, before[P("\\theta")], surface, k)]; break; }
    }
    const last = history.findLast((each) => each[P("\\theta")].every(Number.isFinite))[P("\\theta")], marks = nearestOf(surface.landmarks, last);
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
function handedOver({ steps, diverged, end, values }) {
  const table = new Float64Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)), each = 2 * (steps + 1);
  return { steps, diverged, end, at: (expression, step) => (step <= steps ? [...table.subarray(expression * each + 2 * step, expression * each + 2 * step + 2)] : NaN) };
}

const LANDMARKS = ["J_{\\min}", "\\theta_{\\min}", "\\lambda_1", "\\lambda_2", "d_1", "d_2"];
const entry = (value, i) => (typeof value === "number" ? value : value[i]);
