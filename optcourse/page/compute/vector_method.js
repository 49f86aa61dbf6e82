// A method's rows over a flat θ of any length, as a network has it: each node of a tree keeps one buffer, and no step makes another.
import { OF_ONE, OF_TWO, orthogonal } from "../formula/compile.js";
import { CONSTANTS } from "../formula/tokens.js";
/** @import { Program, Tree } from "../wire.d.ts" */

/** @typedef {number | Float64Array} FlatValue */
/** @typedef {(at: Float64Array, into: Float64Array) => void} FlatGradient writes ∇J at a point into the second array */
/** @typedef {{ values: Map<string, FlatValue>, gradient: FlatGradient, loss?: (at: Float64Array) => number }} FlatFrame */
/** @typedef {(frame: FlatFrame) => FlatValue} Node */

/** @typedef {(out: Float64Array, a: any, b: any) => void} Loop */
/** @type {Record<string, { both: Loop, left: Loop, right?: Loop }>} loops over two arrays; over the left one only; the right one */
const LOOPS = {
  add: {
    both: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] + b[i]; },
    left: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] + b; },
  },
  sub: {
    both: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] - b[i]; },
    left: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] - b; },
    right: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a - b[i]; },
  },
  mul: {
    both: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i]; },
    left: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] * b; },
  },
  frac: {
    both: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] / b[i]; },
    left: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a[i] / b; },
    right: (out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = a / b[i]; },
  },
}; // prettier-ignore

/** The loops of any other operation of two. @param {(a: number, b: number) => number} f */
const loopsOf = (f) => ({
  both: /** @type {Loop} */ ((out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = f(a[i], b[i]); }),
  left: /** @type {Loop} */ ((out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = f(a[i], b); }),
  right: /** @type {Loop} */ ((out, a, b) => { for (let i = 0; i < out.length; i++) out[i] = f(a, b[i]); }),
}); // prettier-ignore

/** @param {string} name @param {Node} left @param {Node} right @param {number} length @returns {Node} */
function ofTwo(name, left, right, length) {
  const f = OF_TWO[name];
  const { both, left: first, right: second } = { ...loopsOf(f), ...LOOPS[name] };
  const commutes = name === "add" || name === "mul";
  const out = new Float64Array(length);
  return (frame) => {
    const [a, b] = [left(frame), right(frame)];
    if (typeof a === "number" && typeof b === "number") return f(a, b);
    if (typeof b === "number") first(out, a, b);
    else if (typeof a === "number") commutes ? first(out, b, a) : second(out, a, b);
    else both(out, a, b);
    return out;
  };
}

/** @param {string} name @param {Node} inner @param {number} length @param {number} columns @returns {Node} */
function ofOne(name, inner, length, columns) {
  const out = new Float64Array(length);
  const f = OF_ONE[name];
  return (frame) => {
    const v = inner(frame);
    if (typeof v === "number") return f ? f(v) : v;
    if (name === "sum") return v.reduce((sum, each) => sum + each, 0);
    if (name === "orth") {
      out.set(v);
      return orthogonal(out, columns);
    }
    for (let i = 0; i < length; i++) out[i] = f(v[i]);
    return out;
  };
}

/** A tree as a function of a frame. @param {Tree} tree @param {number} length @param {number} columns @returns {Node} */
function flatNode([kind, ...rest], length, columns) {
  if (kind === "num") return () => rest[0];
  if (kind === "sym") {
    const constant = CONSTANTS.get(rest[0]) ?? NaN;
    return ({ values }) => values.get(rest[0]) ?? constant;
  }
  const [name, trees] = kind === "call" ? [rest[0], rest.slice(1)] : [kind, rest];
  const [a, b] = trees.map((/** @type {Tree} */ tree) => flatNode(tree, length, columns));
  if (kind === "grad") {
    const [out, point] = [new Float64Array(length), new Float64Array(length)];
    return (frame) => {
      const at = a(frame);
      frame.gradient(typeof at === "number" ? point.fill(at) : at, out);
      return out;
    };
  }
  if (kind === "loss") return (frame) => frame.loss?.(/** @type {Float64Array} */ (a(frame))) ?? NaN;
  return b ? ofTwo(name, a, b, length) : ofOne(name, a, length, columns);
}

/**
 * A row's right side: one that is a symbol alone is copied, since the symbol's array changes before the row's is kept.
 * @param {Tree} tree @param {number} length @param {number} columns @returns {Node}
 */
function rowNode(tree, length, columns) {
  const [node, out] = [flatNode(tree, length, columns), new Float64Array(length)];
  if (tree[0] !== "sym") return node;
  return (frame) => {
    const v = node(frame);
    if (typeof v !== "number") out.set(v);
    return typeof v === "number" ? v : out;
  };
}

/**
 * A method that walks from a flat start. `next` makes one step, with the gradient at any point, and answers with θ: the same array
 * each time, changed in place.
 * @param {Program} program @param {Record<string, number>} hypers by symbol @param {ArrayLike<number>} start
 */
export function flatMethod({ rows, result, state, settings = {} }, hypers, start) {
  const theta = Float64Array.from(start);
  const columns = settings.columns ?? 1;
  const steps = rows.map(([symbol, tree]) => ({ symbol, value: rowNode(tree, theta.length, columns) }));
  /** @type {Map<string, FlatValue>} */
  const values = new Map(Object.entries(hypers));
  values.set("theta_{t-1}", theta);
  const kept = state.filter((name) => name !== "t").map((name) => ({ name, array: new Float64Array(theta.length) }));
  for (const { name, array } of kept) values.set(`${name}_{t-1}`, array);
  let t = 0;
  const put = (/** @type {Float64Array} */ array, /** @type {FlatValue | undefined} */ value) =>
    typeof value === "number" || value === undefined ? array.fill(value ?? NaN) : array.set(value);
  return {
    theta,
    /** `seen` is called when all rows are computed and the state is still that of the step before. @param {FlatGradient} gradient @param {(at: Float64Array) => number} [loss] @param {() => void} [seen] */
    next(gradient, loss, seen) {
      values.set("t", ++t);
      values.set("theta_t", theta);
      for (const { symbol, value } of steps) values.set(symbol, value({ values, gradient, loss }));
      seen?.();
      for (const { name, array } of kept) put(array, values.get(`${name}_t`));
      put(theta, values.get(result));
      return theta;
    },
    /** An expression of a step's values, such as the effective learning rate: for `seen`. @param {Tree} tree */
    shown(tree) {
      const node = flatNode(tree, theta.length, columns);
      return () => node({ values, gradient: (_, into) => into.fill(NaN) });
    },
  };
}
