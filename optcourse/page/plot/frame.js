// The frame of a picture: its title, its axes, and names at the ends of its lines.
import { decadeTicks, roundTicks, scaleOf, spread, tickText } from "./axes.js";
/** @import { Box, Limits, Scale } from "../wire.d.ts" */
/** @import { Painter } from "./painter.js" */

/** @typedef {{ title: string, across: string, x: Limits, y: Limits, log: [x: boolean, y: boolean] }} Frame */

/**
 * Draw a frame.
 * @param {Painter} painter @param {Frame} frame
 * @param {{ name: string, at: number, colour: string }[]} ends names, each with the height in data at which its line ends
 * @returns {{ px: Scale, py: Scale, box: Box }}
 */
export function framed(painter, { title, across, x, y, log }, ends) {
  painter.clear();
  const { size } = painter;
  const named = ends.filter(({ name }) => name);
  const right = Math.min(Math.max(12, ...named.map(({ name }) => painter.wide(name) + 14)), 0.34 * painter.width);
  const box = /** @type {Box} */ ([
    46 * size,
    24 * size,
    painter.width - 46 * size - right,
    painter.height - 44 * size,
  ]);
  const [left, top, wide, high] = box;
  const [px, py] = [scaleOf(x, log[0], left, wide), scaleOf(y, log[1], top + high, -high)];
  const [faint, grid, below] = [painter.colour("faint"), painter.colour("line"), top + high + 11 * size];
  painter.text(shortened(painter, title, painter.width), [0, 9 * size], painter.colour("ink"), { size: 12.5 });
  const most = Math.max(2, Math.floor(high / (26 * size)));
  for (const value of log[1] ? decadeTicks(y, most + 1) : roundTicks(y, most)) {
    painter.line([[left, py(value)], [left + wide, py(value)]], grid, 1); // prettier-ignore
    painter.text(tickText(value, log[1]), [left - 6, py(value)], faint, { align: "right", weight: 400 });
  }
  const room = left + wide - painter.wide(across, 12, 400) - 8;
  for (const value of log[0] ? decadeTicks(x, wide / (50 * size)) : roundTicks(x, Math.max(2, wide / (70 * size)))) {
    const words = tickText(value, log[0]);
    if (px(value) + painter.wide(words, 12, 400) / 2 < room)
      painter.text(words, [px(value), below], faint, { align: "center", weight: 400 });
  }
  painter.text(across, [left + wide, below], faint, { align: "right", weight: 400 });
  const heights = named.map(({ at }) => Math.min(Math.max(Number.isFinite(at) ? py(at) : top, top), top + high));
  for (const [i, height] of spread(heights, 14 * size, top + 5, top + high).entries())
    painter.text(shortened(painter, named[i].name, right - 8), [left + wide + 8, height], named[i].colour);
  return { px, py, box };
}

/** A name that has room; a letter at its end, as in "Momentum x", tells lines apart and stays. @param {Painter} painter @param {string} name @param {number} room */
export function shortened(painter, name, room) {
  const [, begin, end] = /** @type {RegExpExecArray} */ (/^(.*?)( \S{1,2})?$/.exec(name));
  let [kept, words] = [begin, name];
  while (kept.length > 2 && painter.wide(words) > room) {
    kept = kept.slice(0, -1).trimEnd();
    words = `${kept}…${end ?? ""}`;
  }
  return words;
}
