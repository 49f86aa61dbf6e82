// Surfaces: J, ∇J and the second derivatives from a tree, the reference values of a minimum, and a surface from what a reader types.
import { Calculation, program } from "../formula/derive.js";
import { RIGHT_SIDE, read } from "../formula/parse.js";
import { FUNCTIONS, FormulaError } from "../formula/tokens.js";
/** @import { ReferenceValues, Pair, Tree } from "../wire.d.ts" */

const ALLOWED = ["x", "y", "pi", "e", ...FUNCTIONS.filter((name) => name !== "sum" && name !== "orth")];
const MINIMA = 161; // points along x and along y among which the lowest is looked for
const MOST_OPERATIONS = 3000; // operations of value, gradient and Hessian together
const NOWHERE = "the formula has no finite real value or gradient over most of the view; use another one";

/** @typedef {[[number, number], [number, number]]} Matrix */

/** The programs of a tree's value, gradient (x, y) and second derivatives (xx, xy, yy). @param {Tree} tree */
function differentiated(tree) {
  const calculation = new Calculation();
  const value = calculation.tree(tree);
  const [x, y] = ["x", "y"].map((name) => calculation.derivative(value, name));
  const second = /** @type {[number, string][]} */ ([[x, "x"], [x, "y"], [y, "y"]]); // prettier-ignore
  const ends = [[value], [x, y], second.map(([step, name]) => calculation.derivative(step, name))];
  return ends.map((each) => program(calculation, ...each));
}

/**
 * J, ∇J and the matrix of second derivatives of a surface, from its tree, or from what a reader types.
 * @param {Tree | string} formula
 */
export function surfaceOf(formula) {
  const [value, gradient, second] = differentiated(typeof formula === "string" ? surfaceTree(formula) : formula);
  const [J] = value.slots;
  const [gx, gy] = gradient.slots;
  const [xx, xy, yy] = second.slots;
  return {
    loss: (/** @type {Pair} */ at) => {
      value.run(at[0], at[1]);
      return value.values[J];
    },
    grad: (/** @type {Pair} */ at) => {
      gradient.run(at[0], at[1]);
      return /** @type {Pair} */ ([gradient.values[gx], gradient.values[gy]]);
    },
    hessian: (/** @type {Pair} */ at) => {
      second.run(at[0], at[1]);
      const of = second.values;
      return /** @type {Matrix} */ ([[of[xx], of[xy]], [of[xy], of[yy]]]); // prettier-ignore
    },
  };
}

/** The tree of a formula in x and y, as surfaces.surface_tree: FormulaError for any other. @param {string} text @returns {Tree} */
export function surfaceTree(text) {
  const { tree, where } = read(text);
  for (const [name, at] of where) {
    if (name === "=") throw new FormulaError(RIGHT_SIDE, text, at);
    if (ALLOWED.includes(name)) continue;
    const [, letter, digit] = /^([xy])_([2-9])$/.exec(name) ?? [];
    if (letter)
      throw new FormulaError(`write ${letter}^${digit} or ${digit}*${letter} instead of ${letter}${digit}`, text, at);
    const named = name === "J(" ? "J" : name === "grad" ? "the gradient" : `the name '${name}'`;
    const use = `use x, y, numbers, pi, e and ${ALLOWED.slice(4).join(", ")}`;
    throw new FormulaError(`${named} can't be used in a surface; ${use}`, text, at);
  }
  const length = differentiated(tree).reduce((sum, each) => sum + each.length, 0);
  if (length > MOST_OPERATIONS) {
    const says = `the formula's derivative is too long; shorten the formula: ${length} operations, at most ${MOST_OPERATIONS} are allowed`;
    throw new FormulaError(says, text, 0);
  }
  return tree;
}

/** So many numbers from one to another, as NumPy spaces them. @param {number} from @param {number} to @param {number} count */
const spaced = (from, to, count) =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? to : i * ((to - from) / (count - 1)) + from));

/** The points of a grid over a view, row by row. @param {number[]} view @param {number} count @returns {Pair[]} */
function gridPoints([left, right, bottom, top], count) {
  const xs = spaced(left, right, count);
  return spaced(bottom, top, count).flatMap((y) => xs.map((x) => /** @type {Pair} */ ([x, y])));
}

const finite = (/** @type {number[]} */ ...values) => values.every(Number.isFinite);

/**
 * The eigenvalues of a symmetric matrix, the smaller first, and their directions, as surfaces.curvatures.
 * @param {Matrix} matrix @returns {[number, number, Pair, Pair]}
 */
export function curvatures([[xx, xy], [, yy]]) {
  const [middle, half] = [(xx + yy) / 2, (xx - yy) / 2];
  const radius = Math.sqrt(half * half + xy * xy);
  if (radius <= 1e-12 * Math.abs(middle) || radius === 0) return [middle, middle, [1, 0], [0, 1]];
  const [first, second] = half > 0 ? [radius + half, xy] : [xy, radius - half];
  const size = Math.sqrt(first * first + second * second);
  const positive = (/** @type {Pair} */ [a, b]) => {
    const sign = Math.sign(Math.abs(a) >= Math.abs(b) ? a : b);
    return /** @type {Pair} */ ([a * sign + 0, b * sign + 0]);
  };
  const [steep, flat] = [positive([first / size, second / size]), positive([-second / size, first / size])];
  const far = middle >= 0 ? middle + radius : middle - radius;
  const near = (xx * yy - xy * xy) / far;
  return [Math.min(near, far), Math.max(near, far), flat, steep];
}

/** @typedef {ReturnType<typeof surfaceOf>} Functions */

/** A point moved to the minimum near it by Newton's method, as Surface._newton. @param {Functions} functions @param {Pair} point */
function polished({ loss, grad, hessian }, point) {
  for (let k = 0; k < 20; k++) {
    const [gx, gy] = grad(point);
    const [[xx, xy], [, yy]] = hessian(point);
    const determinant = xx * yy - xy * xy;
    if (!(finite(xx, xy, yy) && xx > 0 && determinant > 0)) break;
    const [x, y] = [(yy * gx - xy * gy) / determinant, (xx * gy - xy * gx) / determinant];
    const better = /** @type {Pair} */ ([point[0] - x, point[1] - y]);
    if (!(loss(better) <= loss(point))) break;
    point = better;
  }
  return /** @type {Pair} */ ([point[0] + 0, point[1] + 0]);
}

/** The lowest point of a grid: of several that differ by rounding, the first. @param {Functions} functions @param {number[]} view */
function lowestPoint({ loss }, view) {
  const points = gridPoints(view, MINIMA);
  const values = Float64Array.from(points, loss);
  const low = values.reduce((least, value) => (Number.isFinite(value) && value < least ? value : least), Infinity);
  return points[values.findIndex((value) => Number.isFinite(value) && value <= low + 1e-12 * Math.abs(low))];
}

/**
 * The start, or the nearest point of a grid in view with a finite value and gradient; null if there is none.
 * @param {Functions} functions @param {number[]} view @param {Pair} start
 */
function nearestFinite({ loss, grad }, view, start) {
  const good = (/** @type {Pair} */ point) => finite(loss(point), ...grad(point));
  if (good(start)) return start;
  const away = ([x, y] = start) => Math.sqrt((x - start[0]) * (x - start[0]) + (y - start[1]) * (y - start[1]));
  const points = gridPoints(view, 41).filter(good);
  if (!points.length) return null;
  const nearest = points.reduce((best, each) => (away(each) < away(best) ? each : best));
  return /** @type {Pair} */ (nearest.map((each) => Math.round(each * 1e6) / 1e6));
}

/**
 * A surface from a reader's own formula, as Surface.from_formula: FormulaError says what is wrong, and where. What it gives is a surface
 * of the wire (`program` is its tree) with J, ∇J and the second derivatives, and a note where it starts elsewhere than usual.
 * @param {string} text
 */
export function surfaceFrom(text, view = [-5, 5, -5, 5], usual = /** @type {Pair} */ ([-4, 3])) {
  const tree = surfaceTree(text);
  const functions = surfaceOf(tree);
  const missing = gridPoints(view, 40).filter((point) => !finite(functions.loss(point))).length / 1600;
  const start = missing > 0.9 ? null : nearestFinite(functions, view, usual);
  if (!start) throw new FormulaError(NOWHERE, text, 0);
  const brief = (/** @type {Pair} */ point) => `(${point.map((each) => Number(each.toPrecision(6))).join(", ")})`;
  const note = start === usual ? "" : `starts at ${brief(start)}: it is not finite at ${brief(usual)}`;
  const minimum = polished(functions, lowestPoint(functions, view));
  const matrix = functions.hessian(minimum);
  const [flat, steep, alongFlat, alongSteep] = curvatures(
    finite(...matrix.flat()) ? matrix : /** @type {Matrix} */ ([[1, 0], [0, 1]]), // prettier-ignore
  );
  /** @type {ReferenceValues} */
  const reference_values = {
    J_min: functions.loss(minimum),
    theta_min: minimum,
    lambda_1: flat,
    lambda_2: steep,
    d_1: alongFlat,
    d_2: alongSteep,
  };
  return {
    name: text.trim(),
    view,
    start,
    note,
    reference_values: [reference_values],
    known: false,
    program: tree,
    ...functions,
  };
}
