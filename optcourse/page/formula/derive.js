// Derivatives of trees by rule: what several trees have in common is computed once. The rules and their order are those of
// formula/differentiate.py, so that both give the same numbers.
import { OF_ONE, OF_TWO } from "./compile.js";
import { CONSTANTS } from "./tokens.js";
/** @import { Tree } from "../wire.d.ts" */

const HIGHEST = 12; // whole powers up to this are products

/** @type {Record<string, (a: number, b: number) => number>} */
const OPERATIONS = { ...OF_ONE, ...OF_TWO };

/** @type {Record<string, (c: Calculation, u: number, step: number) => number>} the derivative of a function by its argument */
const INNER = {
  sin: (c, u) => c.folded("cos", u),
  cos: (c, u) => c.neg(c.folded("sin", u)),
  tan: (c, _, step) => c.add(c.number(1), c.pow(step, c.number(2))),
  sinh: (c, u) => c.folded("cosh", u),
  cosh: (c, u) => c.folded("sinh", u),
  tanh: (c, _, step) => c.sub(c.number(1), c.pow(step, c.number(2))),
  exp: (_c, _u, step) => step,
  log: (c, u) => c.frac(c.number(1), u),
  sqrt: (c, _, step) => c.frac(c.number(0.5), step),
  arctan: (c, u) => c.frac(c.number(1), c.add(c.number(1), c.pow(u, c.number(2)))),
  abs: (c, u) => c.folded("sign", u),
  sign: (c) => c.number(0),
};

/** @typedef {[operation: string, ...parts: any[]]} Step an operation and what it is of: a number, a name, or earlier steps */

/** Trees of numbers written out as steps, each once, and their derivatives as more steps. What a method returns is a step's number. */
export class Calculation {
  constructor() {
    /** @type {Step[]} */
    this.steps = [];
    /** @type {Map<string, number>} */
    this.known = new Map();
    /** @type {Map<string, Map<number, number>>} */
    this.derived = new Map();
  }

  // ---- steps, simplified where that is sure ----

  /** @param {Step} step */
  put(...step) {
    const key = step.join();
    let number = this.known.get(key);
    if (number === undefined) {
      number = this.steps.length;
      this.known.set(key, number);
      this.steps.push(step);
    }
    return number;
  }

  /** @param {number} value */
  number(value) {
    return this.put("num", value + 0); // no negative zero
  }

  /** The number that a step is, or null. @param {number} step @returns {number | null} */
  value(step) {
    const [kind, number] = this.steps[step];
    return kind === "num" ? number : null;
  }

  /** The step of an operation; its value, where it is one of numbers and finite. @param {string} name @param {number[]} parts */
  folded(name, ...parts) {
    const [a, b = a] = parts.map((part) => this.value(part));
    if (a !== null && b !== null) {
      const value = OPERATIONS[name](a, b);
      if (Number.isFinite(value)) return this.number(value);
    }
    return this.put(name, ...parts);
  }

  /** @param {number} a */
  neg(a) {
    const [kind, inner] = this.steps[a];
    return kind === "neg" ? inner : this.folded("neg", a);
  }

  /** @param {number} a @param {number} b */
  add(a, b) {
    return this.value(a) === 0 ? b : this.value(b) === 0 ? a : this.folded("add", a, b);
  }

  /** @param {number} a @param {number} b */
  sub(a, b) {
    return this.value(a) === 0 ? this.neg(b) : this.value(b) === 0 ? a : this.folded("sub", a, b);
  }

  /** A product: a number stands first, and two numbers are one. @param {number} a @param {number} b @returns {number} */
  mul(a, b) {
    if (this.value(b) !== null) [a, b] = [b, a];
    const factor = this.value(a);
    const [kind, first, second] = this.steps[b];
    if (a === b) return this.pow(a, this.number(2));
    if (factor === 0) return a;
    if (factor === 1) return b;
    if (factor !== null && kind === "mul" && this.value(first) !== null)
      return this.mul(this.folded("mul", a, first), second);
    return this.folded("mul", a, b);
  }

  /** A quotient: what is divided by a number has one number as its factor. @param {number} a @param {number} b @returns {number} */
  frac(a, b) {
    const divisor = this.value(b);
    const [kind, first, second] = this.steps[a];
    if (divisor === 1 || (divisor === null && this.value(a) === 0)) return a;
    if (divisor && kind === "mul" && this.value(first) !== null) return this.mul(this.folded("frac", first, b), second);
    return this.folded("frac", a, b);
  }

  /** A power; e^u is exp(u), and the root of a square is |u|, which has a derivative at 0. @param {number} a @param {number} b */
  pow(a, b) {
    const [kind, name] = this.steps[a];
    if (kind === "sym" && name === "e") return this.folded("exp", b);
    if (this.value(b) === 0.5) return this.sqrt(a);
    return this.value(b) === 1 ? a : this.value(b) === 0 ? this.number(1) : this.folded("pow", a, b);
  }

  /** @param {number} a */
  sqrt(a) {
    const [kind, base, exponent] = this.steps[a];
    return kind === "pow" && this.value(exponent) === 2 ? this.folded("abs", base) : this.folded("sqrt", a);
  }

  /** An operation by its name, simplified. @param {string} name @param {number[]} parts */
  made(name, ...parts) {
    const [a, b] = parts;
    switch (name) {
      case "neg":
      case "sqrt":
        return this[name](a);
      case "add":
      case "sub":
      case "mul":
      case "frac":
      case "pow":
        return this[name](a, b);
    }
    return this.folded(name, ...parts);
  }

  /** The steps of a tree. @param {Tree} tree @returns {number} */
  tree([kind, ...parts]) {
    if (kind === "num") return this.number(parts[0]);
    if (kind === "sym") return this.put("sym", parts[0]);
    const [name, trees] = kind === "call" ? [parts[0], parts.slice(1)] : [kind, parts];
    return this.made(name, ...trees.map((tree) => this.tree(tree)));
  }

  // ---- derivatives ----

  /** The steps that it takes to compute these, in order. @param {number[]} ends */
  needed(...ends) {
    const found = new Set(ends);
    for (let step = Math.max(...ends); step >= 0; step--) {
      const [kind, ...parts] = this.steps[step];
      if (found.has(step) && kind !== "num" && kind !== "sym") for (const part of parts) found.add(part);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The derivative of a step by a symbol; 0 where |u| has its kink. @param {number} step @param {string} symbol */
  derivative(step, symbol) {
    const known = this.derived.get(symbol) ?? new Map();
    this.derived.set(symbol, known);
    for (const each of this.needed(step)) if (!known.has(each)) known.set(each, this.derive(each, symbol, known));
    return /** @type {number} */ (known.get(step));
  }

  /** @param {number} step @param {string} symbol @param {Map<number, number>} known @returns {number} */
  derive(step, symbol, known) {
    const [kind, a, b = a] = this.steps[step];
    if (kind === "num" || kind === "sym") return this.number(kind === "sym" && a === symbol ? 1 : 0);
    const [da, db] = [a, b].map((part) => /** @type {number} */ (known.get(part)));
    switch (kind) {
      case "neg":
        return this.neg(da);
      case "add":
        return this.add(da, db);
      case "sub":
        return this.sub(da, db);
      case "mul":
        return this.add(this.mul(da, b), this.mul(a, db));
      case "frac":
        return this.frac(this.sub(da, this.mul(step, db)), b);
      case "pow": {
        const below = this.mul(this.mul(b, this.pow(a, this.sub(b, this.number(1)))), da);
        const above = this.mul(this.mul(step, this.folded("log", a)), db);
        return this.value(db) === 0 ? below : this.add(below, above);
      }
      case "max": {
        const leads = this.mul(this.folded("sign", this.sub(a, b)), this.sub(da, db)); // at a tie the mean of both
        return this.mul(this.number(0.5), this.add(this.add(da, db), leads));
      }
    }
    return this.mul(INNER[kind](this, a, step), da);
  }

  // ---- running ----

  /** These steps and what they need, as steps that can be run: whole powers are products. @param {number[]} ends */
  plain(...ends) {
    const plain = new Calculation();
    /** @type {Map<number, number>} */
    const number = new Map();
    for (const step of this.needed(...ends)) {
      const [kind, ...parts] = this.steps[step];
      const [a, b] = parts.map((part) => number.get(part));
      const exponent = kind === "pow" ? this.value(parts[1]) : null;
      if (kind === "num" || kind === "sym") number.set(step, plain.put(kind, parts[0]));
      else if (exponent !== null) number.set(step, plain.raised(/** @type {number} */ (a), exponent));
      else number.set(step, plain.put(kind, ...(b === undefined ? [a] : [a, b])));
    }
    return { steps: plain.steps, ends: ends.map((end) => /** @type {number} */ (number.get(end))) };
  }

  /** A power as products, and a quotient if the exponent is negative. @param {number} base @param {number} exponent @returns {number} */
  raised(base, exponent) {
    if (exponent < 0) return this.put("frac", this.number(1), this.raised(base, -exponent));
    if (exponent === 0.5) return this.put("sqrt", base);
    if (!(Number.isInteger(exponent) && exponent <= HIGHEST)) return this.put("pow", base, this.number(exponent));
    let product = base;
    for (let i = 1; i < exponent; i++) product = this.put("mul", product, base);
    return product;
  }
}

/** @type {Record<string, (r: Float64Array, k: number, a: number, b: number) => () => void>} */
const WORK = {
  add: (r, k, a, b) => () => (r[k] = r[a] + r[b]),
  sub: (r, k, a, b) => () => (r[k] = r[a] - r[b]),
  mul: (r, k, a, b) => () => (r[k] = r[a] * r[b]),
  frac: (r, k, a, b) => () => (r[k] = r[a] / r[b]),
};

/**
 * Steps that can be run: `run(x, y)` computes them, and then the value of each end stands in `values` at its slot.
 * @param {Calculation} calculation @param {number[]} wanted
 */
export function program(calculation, ...wanted) {
  const { steps, ends } = calculation.plain(...wanted);
  const values = new Float64Array(steps.length);
  const [atX, atY] = ["x", "y"].map((name) => steps.findIndex(([kind, symbol]) => kind === "sym" && symbol === name));
  /** @type {(() => void)[]} */
  const work = [];
  for (const [k, [kind, a, b]] of steps.entries()) {
    if (kind === "num") values[k] = a;
    else if (kind === "sym") values[k] = CONSTANTS.get(a) ?? NaN;
    else if (kind in WORK) work.push(WORK[kind](values, k, a, b));
    else {
      const operation = OPERATIONS[kind];
      work.push(
        b === undefined
          ? () => (values[k] = operation(values[a], 0))
          : () => (values[k] = operation(values[a], values[b])),
      );
    }
  }
  const run = (/** @type {number} */ x, /** @type {number} */ y) => {
    if (atX >= 0) values[atX] = x;
    if (atY >= 0) values[atY] = y;
    for (let i = 0; i < work.length; i++) work[i]();
  };
  return { run, values, slots: ends, length: steps.length };
}
