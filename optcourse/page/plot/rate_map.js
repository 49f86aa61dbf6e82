// The map over η and γ: steps to a loss near the lowest, computed from coarse to fine in slices that lose no frame.
import { roundTicks, scaleOf, tickText } from "./axes.js";
import { rgb } from "./heatmap.js";
import { sliced } from "../compute/training.js";
import { compile } from "../formula/compile.js";
/** @import { Box, Pair, Scale, Tree } from "../wire.d.ts" */
/** @import { Painter } from "./painter.js" */

export const ETAS = /** @type {Pair} */ ([1e-3, 1]);
export const GAMMAS = /** @type {Pair} */ ([0, 0.99]);
const [COLUMNS, ROWS] = [96, 64];

/** The cells, coarse to fine: each with the side of the block that it stands for. @returns {Generator<[number, number, number]>} */
export function* coarseToFine() {
  for (let side = 8; side >= 1; side /= 2)
    for (let row = 0; row < ROWS; row += side)
      for (let column = 0; column < COLUMNS; column += side)
        if (side === 8 || row % (2 * side) || column % (2 * side)) yield [column, row, side];
}

/** η and γ of a cell. @param {number} column @param {number} row @returns {Pair} */
export const cell = (column, row) => [
  ETAS[0] * (ETAS[1] / ETAS[0]) ** (column / (COLUMNS - 1)),
  GAMMAS[0] + ((GAMMAS[1] - GAMMAS[0]) * row) / (ROWS - 1),
];

/**
 * A map that is being computed. `cells` holds, by row and column, the steps to the tolerance, −1 where it is not reached in
 * time, −2 where the run diverges, NaN where nothing is known yet.
 */
export class EtaGammaMap {
  /**
   * @param {(eta: number, gamma: number) => number} outcome of a cell
   * @param {() => void} grown learns of each slice
   */
  constructor(outcome, grown) {
    this.cells = new Float64Array(COLUMNS * ROWS).fill(NaN);
    this.done = false;
    this.slices = 0;
    this.stop = sliced(this.fill(outcome), (done) => {
      this.slices += 1;
      this.done = done;
      grown();
    });
  }

  /** @param {(eta: number, gamma: number) => number} outcome */
  *fill(outcome) {
    for (const [column, row, side] of coarseToFine()) {
      const found = outcome(...cell(column, row));
      for (let j = row; j < row + side; j++) this.cells.fill(found, j * COLUMNS + column, j * COLUMNS + column + side);
      yield;
    }
  }
}

/** The analytic limit of η for a γ: below it a run is stable on a quadratic of curvature λ. @param {Tree} stable @returns {(gamma: number, curvature: number) => number} */
export function limitOf(stable) {
  const limit = compile(stable, new Map([["gamma", 0]]));
  return (gamma, curvature) => Number(limit([gamma])) / curvature;
}

/**
 * @param {Painter} painter
 * @param {string} title
 * @param {EtaGammaMap | null} map
 * @param {Pair} here η and γ of this run
 * @param {(gamma: number) => number} limit
 * @param {number} longest steps of a cell
 * @returns {Scale[]}
 */
export function drawMap(painter, title, map, here, limit, longest) {
  painter.clear();
  const { size } = painter;
  const box = /** @type {Box} */ ([42 * size, 24 * size, painter.width - 56 * size, painter.height - 62 * size]);
  const [left, top, wide, high] = box;
  const [px, py] = [scaleOf(ETAS, true, left, wide), scaleOf(GAMMAS, false, top + high, -high)];
  painter.text(title, [0, 9 * size], painter.colour("ink"), { size: 12.5 });
  const shades = [painter.colour("map-few"), painter.colour("map-many")];
  painter.context.imageSmoothingEnabled = false;
  if (map) painter.context.drawImage(pictureOf(map, shades, painter.colour("map-gone"), longest), ...box);
  const edge = Array.from({ length: 100 }, (_, i) => GAMMAS[0] + ((GAMMAS[1] - GAMMAS[0]) * i) / 99);
  painter.within(box, () => painter.line(edge.map((gamma) => [px(limit(gamma)), py(gamma)]), painter.colour("ink"), 2)); // prettier-ignore
  const faint = { weight: 400, align: /** @type {const} */ ("center") };
  for (const eta of [0.001, 0.01, 0.1, 1])
    painter.text(String(eta), [px(eta), top + high + 10 * size], painter.colour("faint"), faint);
  painter.text("η", [left + wide / 6, top + high + 10 * size], painter.colour("eta"), faint);
  for (const gamma of roundTicks(GAMMAS, 4))
    painter.text(tickText(gamma, false), [left - 16, py(gamma)], painter.colour("faint"), faint);
  painter.text("γ", [left - 34 * size, py(0.5)], painter.colour("gamma"), faint);
  painter.within([left - 8, top - 8, wide + 16, high + 16], () => {
    painter.ring([px(here[0]), py(here[1])], 7, painter.colour("paper"), 4);
    painter.ring([px(here[0]), py(here[1])], 7, painter.colour("ink"), 2);
  });
  drawKey(painter, [left, top + high + 22 * size, wide, 12], shades, longest);
  return [px, py];
}

/** @param {Painter} painter @param {Box} box @param {string[]} shades @param {number} longest */
function drawKey(painter, [left, top, wide], shades, longest) {
  const { context, size } = painter;
  const y = top + 8 * size;
  const entries = /** @type {[string, string][]} */ ([["few steps", shades[0]], [`${longest} steps`, shades[1]], ["diverges", painter.colour("map-gone")]]); // prettier-ignore
  let x = left;
  for (const [words, colour] of entries) {
    context.fillStyle = colour;
    context.fillRect(x, y - 5, 12, 10);
    painter.text(words, [x + 16, y], painter.colour("faint"), { weight: 400 });
    x += painter.wide(words, 12, 400) + 28;
  }
  if (x + 90 * size < left + wide + 14) {
    painter.line([[x, y], [x + 14, y]], painter.colour("ink"), 2); // prettier-ignore
    painter.text("stability limit", [x + 18, y], painter.colour("faint"), { weight: 400 });
  }
}

/** The cells as a small picture, painted again only when there are more of them or the theme is another. @type {WeakMap<EtaGammaMap, { key: string, canvas: HTMLCanvasElement }>} */
const pictures = new WeakMap();

/** @param {EtaGammaMap} map @param {string[]} shades @param {string} gone @param {number} longest */
function pictureOf(map, shades, gone, longest) {
  const key = `${map.slices} ${shades} ${gone}`;
  const known = pictures.get(map);
  if (known?.key === key) return known.canvas;
  const canvas = known?.canvas ?? Object.assign(document.createElement("canvas"), { width: COLUMNS, height: ROWS });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(COLUMNS, ROWS);
  const [from, to, far] = [...shades, gone].map(rgb);
  for (const [i, value] of map.cells.entries()) {
    if (!(value >= 0 || value === -2)) continue; // not reached in time, or not known yet: transparent
    const part = Math.sqrt(value / longest);
    const colour = value === -2 ? far : from.map((each, c) => each + (to[c] - each) * part);
    image.data.set([...colour, 255], 4 * ((ROWS - 1 - Math.floor(i / COLUMNS)) * COLUMNS + (i % COLUMNS)));
  }
  context.putImageData(image, 0, 0);
  pictures.set(map, { key, canvas });
  return canvas;
}
