// The formula dialect in the page: its trees, turned into functions once.
// A value is a number or one number for each coordinate; no text is ever executed.

const pow = (a, b) => (b === 2 ? a * a : a ** b); // as NumPy
const OF_ONE = {
  neg: (a) => -a,
  paren: (a) => a,
  sqrt: Math.sqrt,
  "\\operatorname{sign}": Math.sign,
  sign: Math.sign,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  exp: Math.exp,
  log: Math.log,
  arctan: Math.atan,
  abs: Math.abs,
};
const OF_TWO = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  frac: (a, b) => a / b,
  pow,
  "\\max": Math.max,
};
const OF_ALL = {
  "\\operatorname{sum}": (v) => (typeof v === "number" ? v : v[0] + v[1]),
  "\\operatorname{orth}": orthogonal,
};

// Five Newton–Schulz steps for a single column, as formulas.orthogonal
function orthogonal([x, y]) {
  const size = Math.sqrt(x * x + y * y) || 1;
  let a = x / size,
    b = y / size;
  for (let k = 0; k < 5; k++) {
    const gram = a * a + b * b,
      inner = -4.775 * gram + 2.0315 * (gram * gram);
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
export function compile([kind, ...rest], places) {
  if (kind === "num") return () => rest[0];
  if (kind === "sym") {
    const place = places.get(rest[0]);
    return place === undefined ? () => NaN : (frame) => frame[place];
  }
  if (kind === "grad" || kind === "loss") {
    const point = compile(rest[0], places),
      place = places.get(kind);
    return (frame) => {
      const at = point(frame);
      return typeof at === "number" ? NaN : frame[place](at);
    };
  }
  const [name, parts] = kind === "call" ? [rest[0], rest.slice(1)] : [kind, rest],
    [a, b] = parts.map((part) => compile(part, places));
  const f = parts.length === 1 ? OF_ALL[name] || OF_ONE[name] : OF_TWO[name];
  if (!f || parts.length > 2) throw new Error(`the page cannot compute ${name}`);
  if (OF_ALL[name])
    return (frame) => {
      const v = a(frame);
      return typeof v === "number" && v !== v ? v : f(v);
    };
  if (b) return (frame) => elementwise(f, a(frame), b(frame));
  return (frame) => {
    const v = a(frame);
    return typeof v === "number" ? f(v) : [f(v[0]), f(v[1])];
  };
}

// One coordinate of a value
export const entry = (value, i) => (typeof value === "number" ? value : value[i]);
