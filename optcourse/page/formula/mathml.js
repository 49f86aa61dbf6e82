// Trees as people see them: symbols as letters, and formulas as MathML, with a slot for every number.
import { GREEK } from "./tokens.js";
/** @import { Tree } from "../wire.d.ts" */

/** @type {Record<string, number>} what binds looser stands in parentheses */
const RANK = { add: 0, sub: 0, neg: 0, row: 0, mul: 1, pow: 2 };
/** @type {Record<string, string>} the class of a hyperparameter's symbol, which has its colour */
const CLASSES = {
  eta: "oc-eta",
  gamma: "oc-gamma",
  beta_1: "oc-beta1",
  beta_2: "oc-beta2",
  epsilon: "oc-eps",
  lambda: "oc-lambda",
};
const [OPEN, CLOSE, BAR] = [..."()|"].map((sign) => `<mo stretchy="false">${sign}</mo>`);
const math = (/** @type {string} */ inner) =>
  `<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>${inner}</mrow></math>`;

/** @typedef {(tree: Tree, first: boolean) => string} Leaf writes a symbol, a gradient or a loss; whether it stands first */

/** A symbol's letter, whether it has a hat, and its index. @param {string} symbol @returns {[string, boolean, string]} */
function partsOf(symbol) {
  const [, letter, hat, index] = /** @type {string[]} */ (
    /^([A-Za-z]+?)(_hat)?(?:_\{?([^{}]*?)\}?)?$/.exec(symbol) ?? ["", symbol]
  );
  return [letter, Boolean(hat), index ?? ""];
}

/** A symbol as plain text, without the step that it belongs to: β₁, m̂, θ. @param {string} symbol */
export function lettersOf(symbol) {
  const [letter, hat, index] = partsOf(symbol);
  const below = index[0] === "t" ? "" : index.replace(/[0-9]/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
  return (GREEK.get(letter) ?? letter) + (hat ? "\u0302" : "") + below;
}

/** A number in as few digits as give it again. @param {number} value */
export function numeral(value) {
  const size = Math.abs(value);
  return (Number.isInteger(value) && size < 1e15) || (size >= 1e-4 && size < 1e15)
    ? String(value)
    : value.toExponential();
}

/** A number in a few digits, for words and pictures; below 1e-9 it is 0. @param {number | undefined} value */
export function brief(value = NaN, digits = 3) {
  const size = Math.abs(value);
  if (size < 1e-9) return "0";
  return size < 1e-3 ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
}

/** How tightly a tree's outermost operation binds. @param {Tree} tree */
const rank = (tree) => (tree[0] === "num" && tree[1] < 0 ? 0 : (RANK[tree[0]] ?? 3));

/** Whether a part of a tree stands in parentheses. @param {Tree} tree @param {number} part */
function inParentheses(tree, part) {
  const inner = tree[part];
  if (tree[0] === "pow" && part === 1) return rank(inner) < 3 || inner[0] === "frac" || inner[0] === "grad";
  if (tree[0] === "mul") return rank(inner) < part; // a product of products on the right has them
  return (tree[0] === "neg" || ((tree[0] === "add" || tree[0] === "sub") && part === 2)) && rank(inner) < 1;
}

/**
 * MathML elements of a tree, one after the other; `times` stands between factors.
 * @param {Tree} tree @param {Leaf} leaf @returns {string}
 */
function markup(tree, leaf, times = "", first = true) {
  const inner = (/** @type {Tree} */ part, begins = true) => markup(part, leaf, times, begins);
  const write = (/** @type {number} */ part, begins = true) =>
    inParentheses(tree, part) ? `${OPEN}${inner(tree[part])}${CLOSE}` : inner(tree[part], begins);
  const [kind, a, b] = tree;
  switch (kind) {
    case "num":
      return `<mn>${numeral(a)}</mn>`;
    case "sym":
    case "grad":
    case "loss":
      return leaf(tree, first);
    case "frac":
      return `<mfrac><mrow>${write(1)}</mrow><mrow>${write(2)}</mrow></mfrac>`;
    case "pow":
      return raised(write(1, false), `<mrow>${inner(b)}</mrow>`, a);
    case "neg":
      return `<mo>−</mo>${write(1, false)}`;
    case "mul":
      return `${write(1, first)}${times || (b[0] === "num" ? "<mo>·</mo>" : "")}${write(2, false)}`;
    case "add":
    case "sub":
      return `${write(1, first)}<mo>${kind === "add" ? "+" : "−"}</mo>${write(2, false)}`;
  }
  const [name, ...parts] = tree.slice(1);
  if (name === "sqrt") return `<msqrt><mrow>${inner(parts[0])}</mrow></msqrt>`;
  if (name === "abs") return `${BAR}${inner(parts[0])}${BAR}`;
  const all = parts.map((/** @type {Tree} */ part, /** @type {number} */ i) => inner(part, i === 0));
  return `<mo>${name}</mo>${OPEN}${all.join("<mo>,</mo>")}${CLOSE}`;
}

/** A power; a symbol's index and its power stand above one another. @param {string} base @param {string} exponent @param {Tree} tree */
function raised(base, exponent, tree) {
  if (base.startsWith("<msub>") && tree[0] === "sym")
    return `<msubsup>${base.slice("<msub>".length, -"</msub>".length)}${exponent}</msubsup>`;
  return `<msup><mrow>${base}</mrow>${exponent}</msup>`;
}

/** A symbol, ∇J(…) or J(…) in letters; a hyperparameter by its class. @param {Tree} tree @returns {string} */
function inSymbols([kind, name]) {
  if (kind !== "sym")
    return `${kind === "grad" ? "<mo>∇</mo>" : ""}<mi>J</mi>${OPEN}${markup(name, inSymbols)}${CLOSE}`;
  const [letter, hat, index] = partsOf(name);
  const coloured = name in CLASSES ? ` class="${CLASSES[name]}"` : "";
  const plain = `<mi${coloured}>${GREEK.get(letter) ?? letter}</mi>`;
  const base = hat ? `<mover accent="true">${plain}<mo>^</mo></mover>` : plain;
  if (!index) return base;
  const below = /^t[+-]/.test(index)
    ? `<mrow><mi>t</mi><mo>${index[1] === "-" ? "−" : "+"}</mo><mn>${index.slice(2)}</mn></mrow>`
    : /^[0-9]+$/.test(index)
      ? `<mn${coloured}>${index}</mn>`
      : `<mi>${index}</mi>`;
  return `<msub>${base}${below}</msub>`;
}

/** MathML of a tree. @param {Tree} tree */
export function mathml(tree) {
  if (tree[0] !== "row") return math(markup(tree, inSymbols));
  return math(`${inSymbols(["sym", tree[1]])}<mo>=</mo>${markup(tree[2], inSymbols)}`);
}

/** The parts of a tree that have a value of their own, from left to right. @param {Tree} tree @returns {Tree[]} */
const leavesOf = (tree) =>
  ["sym", "grad", "loss"].includes(tree[0])
    ? [tree]
    : tree.slice(1).flatMap((part) => (Array.isArray(part) ? leavesOf(part) : []));

/**
 * What the slots of a formula show, one after the other: for each row and coordinate, the parts of its right side and its result.
 * @param {[string, Tree][]} rows @returns {[tree: Tree, coordinate: 0 | 1][]}
 */
export function slotsOf(rows) {
  const parts = rows.map(([symbol, right]) => [...leavesOf(right), ["sym", symbol]]);
  return parts.flatMap((row) => [0, 1].flatMap((at) => row.map((tree) => /** @type {[Tree, 0 | 1]} */ ([tree, at]))));
}

/**
 * The rows of a formula in MathML: in symbols, and for each coordinate with a slot for every number, `<mn data-slot="i">`, in the
 * order of `slotsOf`. `data-bare`: a minus needs no parentheses there; `data-fixed`: a hyperparameter or t, written as it is.
 * @param {[string, Tree][]} rows @param {string[]} hypers their symbols
 * @returns {{ symbols: string, numbers: string[] }[]}
 */
export function templateOf(rows, hypers) {
  const fixed = new Set(["t", ...hypers]);
  let count = 0;
  const slot = (/** @type {Tree} */ tree, /** @type {boolean} */ first) => {
    const name = tree[0] === "sym" ? tree[1] : "";
    const coloured = name in CLASSES ? ` class="${CLASSES[name]}"` : "";
    const attributes = `${first ? " data-bare" : ""}${fixed.has(name) ? ` data-fixed${coloured}` : ""}`;
    return `<mn data-slot="${count++}"${attributes}>·</mn>`;
  };
  return rows.map(([symbol, right]) => ({
    symbols: mathml(["row", symbol, right]),
    numbers: [0, 1].map(() => math(`${markup(right, slot, "<mo>·</mo>")}<mo>=</mo>${slot(["sym", symbol], true)}`)),
  }));
}
