// The values of a surface on a grid, and a surface that is known on a grid alone.
/** @import { Pair } from "../wire.d.ts" */

/**
 * @typedef {object} Grid
 * @property {Float64Array} values row by row from the top, (columns + 1) × (rows + 1)
 * @property {number} columns
 * @property {number} rows
 * @property {number} low the lowest value
 * @property {number} high above which there are 2 %
 * @property {number} top the highest value
 */

/**
 * A surface's values over a view.
 * @param {(point: Pair) => number} loss
 * @param {number[]} view
 * @param {number} columns
 * @param {number} rows
 * @returns {Grid}
 */
export function gridOf(loss, [left, right, bottom, top], columns, rows) {
  const values = new Float64Array((columns + 1) * (rows + 1));
  /** @type {Pair} */
  const point = [0, 0];
  let i = 0;
  for (let row = 0; row <= rows; row++) {
    point[1] = top - ((top - bottom) * row) / rows;
    for (let column = 0; column <= columns; column++) {
      point[0] = left + ((right - left) * column) / columns;
      values[i++] = loss(point);
    }
  }
  const sorted = values.filter(Number.isFinite).sort();
  const at = (/** @type {number} */ part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { values, columns, rows, low: at(0), high: at(0.98), top: at(1) };
}

/**
 * A surface known by values on a grid alone, row by row from the bottom: between them it is interpolated, outside it is not known.
 * @param {Float32Array} values
 * @param {Pair} shape columns and rows
 * @param {number[]} view
 * @returns {(point: Pair) => number}
 */
export function interpolated(values, [columns, rows], [left, right, bottom, top]) {
  const cell = (/** @type {number} */ part, /** @type {number} */ count) =>
    Math.min(Math.max(part * (count - 1), 0), count - 1.000001);
  const isKnown = (/** @type {number} */ part) => part > -1e-9 && part < 1 + 1e-9;
  return ([x, y]) => {
    const [across, up] = [(x - left) / (right - left), (y - bottom) / (top - bottom)];
    if (!isKnown(across) || !isKnown(up)) return NaN;
    const [u, v] = [cell(across, columns), cell(up, rows)];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const at = (/** @type {number} */ di, /** @type {number} */ dj) => values[(j + dj) * columns + i + di];
    const [fu, fv] = [u - i, v - j];
    return (at(0, 0) * (1 - fu) + at(1, 0) * fu) * (1 - fv) + (at(0, 1) * (1 - fu) + at(1, 1) * fu) * fv;
  };
}
