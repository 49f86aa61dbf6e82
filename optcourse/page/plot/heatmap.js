// The heatmap of a surface: its values on a grid as shaded pixels with soft level lines.
/** @import { Grid } from "../compute/grid.js" */

const LEVELS = 17; // between the lowest value in view and all but the highest 2 %
const BEND = 1 / 2.2; // levels are close together near the lowest, wide apart above
const LINE = 0.9; // half the width of a level line, in pixels

/** Red, green and blue of #rrggbb. @param {string} colour */
export const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/**
 * The shaded heatmap, pixel by pixel as RGBA: a level line is where the band changes, smoothed by the slope.
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
