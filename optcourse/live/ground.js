// The ground of a surface: its values on a grid, shaded, with soft level lines. Nothing here knows of a page.
/** @import { Pair } from "./wire.d.ts" */

const LEVELS = 17; // between the lowest value in view and all but the highest 2 %
const BEND = 1 / 2.2; // levels are close together near the lowest, wide apart above
const LINE = 0.9; // half the width of a level line, in pixels

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

/** Red, green and blue of #rrggbb. @param {string} colour */
const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/**
 * The shaded ground, pixel by pixel as RGBA: a level line is where the band changes, smoothed by the slope.
 * @param {Grid} grid
 * @param {number} width
 * @param {number} height
 * @param {{ low: string, high: string, level: string }} colours
 * @param {number} sharp device pixels of a CSS pixel
 */
export function shaded({ values, columns, rows, low, high }, width, height, colours, sharp) {
  const scale = LEVELS * (high > low ? high - low : 1) ** -BEND;
  const levels = values.map((value) => Math.max(value - low, 0) ** BEND * scale); // NaN where there is none
  const [[r, g, b], [toR, toG, toB], [lineR, lineG, lineB]] = [colours.low, colours.high, colours.level].map(rgb);
  const [moreR, moreG, moreB] = [toR - r, toG - g, toB - b];
  const pixels = new Uint8ClampedArray(4 * width * height);
  const [stepX, stepY, reach] = [columns / width, rows / height, LINE * Math.max(sharp * 0.6, 1)];
  let p = 0;
  for (let j = 0; j < height; j++) {
    const v = (j + 0.5) * stepY;
    const row = Math.min(Math.floor(v), rows - 1);
    const fv = v - row;
    const first = row * (columns + 1);
    let column = -1;
    let [c, d, left, right, rise] = [0, 0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const u = (i + 0.5) * stepX;
      const now = Math.min(Math.floor(u), columns - 1);
      if (now !== column) {
        column = now;
        const at = first + column;
        left = levels[at] * (1 - fv) + levels[at + columns + 1] * fv;
        right = levels[at + 1] * (1 - fv) + levels[at + columns + 2] * fv;
        c = levels[at + columns + 1] - levels[at];
        d = levels[at + columns + 2] - levels[at + 1];
        rise = (right - left) * stepX;
      }
      const fu = u - column;
      const level = left + (right - left) * fu;
      const fall = (c + (d - c) * fu) * stepY;
      const slope = Math.sqrt(rise * rise + fall * fall);
      const away = Math.abs(level - Math.round(level)) / Math.max(slope, 1e-9);
      const lined = level > 0.5 && level < 60 ? Math.max(0, 1 - away / reach) * 0.5 * Math.min(1, 0.25 / slope) : 0;
      const shade = Math.min(level / LEVELS, 1);
      const bare = 1 - lined;
      pixels[p] = (r + moreR * shade) * bare + lineR * lined;
      pixels[p + 1] = (g + moreG * shade) * bare + lineG * lined;
      pixels[p + 2] = (b + moreB * shade) * bare + lineB * lined;
      pixels[p + 3] = Number.isNaN(level) ? 0 : 255;
      p += 4;
    }
  }
  return pixels;
}
