// Trees, turned into functions once. A value is a number or one number for each coordinate; no text is ever executed.
import { CONSTANTS } from "./tokens.js";
/** @import { Pair, Tree, Value } from "../wire.d.ts" */

/** @typedef {any[]} Frame the symbols' values, then J and ∇J, each at its index */

/** A power as C and NumPy have it. @param {number} a @param {number} b */
export const raisedTo = (a, b) => (b === 2 ? a * a : a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

/** @type {Record<string, (a: number) => number>} operations of one number */
export const OF_ONE = {
  neg: (a) => -a,
  sqrt: Math.sqrt,
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
/** @type {Record<string, (a: number, b: number) => number>} and of two */
export const OF_TWO = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  frac: (a, b) => a / b,
  pow: raisedTo,
  max: Math.max,
};

/**
 * The matrix with the same directions and all singular values near 1, by five Newton–Schulz steps, as arithmetic.orthogonal; `flat` is
 * read as a matrix of so many columns, and changed in place.
 * @template {number[] | Float64Array} Flat
 * @param {Flat} flat @returns {Flat}
 */
export function orthogonal(flat, columns = 1) {
  const [count, wide] = [flat.length, columns];
  if (count % wide) return /** @type {Flat} */ (flat.fill(NaN));
  let size = 0;
  for (let i = 0; i < count; i++) size += flat[i] * flat[i];
  size = Math.sqrt(size);
  if (size > 0) for (let i = 0; i < count; i++) flat[i] /= size;
  const [gram, inner, row] = [wide * wide, wide * wide, wide].map((length) => new Float64Array(length));
  for (let k = 0; k < 5; k++) {
    gram.fill(0);
    for (let at = 0; at < count; at += wide)
      for (let i = 0; i < wide; i++) {
        const left = flat[at + i];
        for (let j = 0; j < wide; j++) gram[i * wide + j] += left * flat[at + j];
      }
    for (let i = 0; i < wide; i++)
      for (let j = 0; j < wide; j++) {
        let squared = 0;
        for (let m = 0; m < wide; m++) squared += gram[i * wide + m] * gram[m * wide + j];
        inner[i * wide + j] = -4.775 * gram[i * wide + j] + 2.0315 * squared;
      }
    for (let at = 0; at < count; at += wide) {
      for (let j = 0; j < wide; j++) {
        row[j] = 3.4445 * flat[at + j];
        for (let i = 0; i < wide; i++) row[j] += flat[at + i] * inner[i * wide + j];
      }
      for (let j = 0; j < wide; j++) flat[at + j] = row[j];
    }
  }
  return flat;
}

/** @param {(a: number, b: number) => number} f @param {Value} a @param {Value} b @returns {Value} */
function elementwise(f, a, b) {
  if (typeof b === "number") return typeof a === "number" ? f(a, b) : [f(a[0], b), f(a[1], b)];
  return typeof a === "number" ? [f(a, b[0]), f(a, b[1])] : [f(a[0], b[0]), f(a[1], b[1])];
}

/**
 * A tree as a function of a frame; `indices` says where in it each symbol's value is, and "loss" and "grad", J and ∇J.
 * @param {Tree} tree @param {Map<string, number>} indices @returns {(frame: Frame) => Value}
 */
export function compile([kind, ...rest], indices) {
  if (kind === "num") return () => rest[0];
  if (kind === "sym") {
    const [index, constant] = [indices.get(rest[0]), CONSTANTS.get(rest[0]) ?? NaN];
    return index === undefined ? () => constant : (frame) => frame[index];
  }
  if (kind === "grad" || kind === "loss") {
    const [point, index] = [compile(rest[0], indices), /** @type {number} */ (indices.get(kind))];
    return (frame) => {
      const at = point(frame);
      return typeof at === "number" ? NaN : frame[index](at);
    };
  }
  const [name, trees] = kind === "call" ? [rest[0], rest.slice(1)] : [kind, rest];
  const [a, b] = trees.map((/** @type {Tree} */ tree) => compile(tree, indices));
  if (name === "sum" || name === "orth") {
    const columns = indices.get("columns") ?? -1;
    return (frame) => {
      const v = a(frame);
      if (typeof v === "number") return v;
      return name === "sum" ? v[0] + v[1] : orthogonal(/** @type {Pair} */ ([...v]), frame[columns]);
    };
  }
  const [one, two] = [OF_ONE[name], OF_TWO[name]];
  if (b) return (frame) => elementwise(two, a(frame), b(frame));
  if (!one) throw new Error(`the page cannot compute ${name}`);
  return (frame) => {
    const v = a(frame);
    return typeof v === "number" ? one(v) : [one(v[0]), one(v[1])];
  };
}

/** One coordinate of a value. @param {Value} value @param {number} i */
export const entry = (value, i) => (typeof value === "number" ? value : value[i]);
