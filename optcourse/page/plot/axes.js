// Axes: limits, ticks and scales, and where words stand. Nothing here knows of a page.
/** @import { Box, Limits, Pair, Scale } from "../wire.d.ts" */

const ROOM = 1.04; // a curve on the frame is not seen

/**
 * A logarithmic axis around the positive values: its ends are 1 or 3 times a power of ten, so that few moves change them, and
 * a decade apart at least; none begins above `cap`.
 * @param {Iterable<number>} values
 * @param {number} cap
 * @param {number} floor values at or below it are not shown
 * @returns {Limits}
 */
export function decades(values, cap, floor) {
  let least = Infinity;
  let most = 0;
  for (const value of values)
    if (value > floor && value < Infinity) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  if (!most) return [0.1, 10];
  const end = (/** @type {number} */ value, /** @type {1 | -1} */ side) => {
    const power = Math.floor(Math.log10(value) + 1e-9);
    const ends = [0.3, 1, 3, 10].map((each) => Number(`${each}e${power}`));
    return side > 0 ? (ends.find((each) => each >= value) ?? Infinity) : (ends.findLast((each) => each <= value) ?? 0);
  };
  const high = end(Math.min(most, cap) * ROOM, 1);
  const low = end(Math.min(least, high) / ROOM, -1);
  return [Math.min(low, Number((high / 10).toPrecision(1))), high];
}

/**
 * A linear axis around zero and the values, which count as far as `reach`.
 * @param {Iterable<number>} values
 * @param {number} reach
 * @returns {Limits}
 */
export function span(values, reach) {
  let low = 0;
  let high = 0;
  for (const value of values)
    if (Number.isFinite(value)) {
      low = Math.min(low, Math.max(value, -reach));
      high = Math.max(high, Math.min(value, reach));
    }
  const pad = 0.06 * (high - low) || reach;
  return [low - pad, high + pad];
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below `least`. @param {number} least */
export function roundUp(least) {
  if (!(least > 0 && least < Infinity)) return 1;
  const unit = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5].find((each) => each * unit >= least * (1 - 1e-9)) ?? 10;
  return Number((times * unit).toPrecision(1));
}

/**
 * Round numbers in an interval, some `most` of them.
 * @param {Limits} limits
 * @param {number} most
 */
export function roundTicks([low, high], most) {
  const step = roundUp((high - low) / Math.max(most, 1));
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= Math.floor(high / step + 1e-9); k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/**
 * Whole decades in an interval, at most `most` of them.
 * @param {Limits} limits
 * @param {number} most
 */
export function decadeTicks([low, high], most) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first) / Math.max(most - 1, 1)));
  const ticks = [];
  for (let k = first; k <= last; k += every) ticks.push(Number(`1e${k}`));
  return ticks;
}

/**
 * From data to pixels; `back` leads from pixels to data.
 * @param {Limits} limits
 * @param {boolean} log
 * @param {number} begin
 * @param {number} size
 * @returns {Scale}
 */
export function scaleOf([from, to], log, begin, size) {
  const f = log ? Math.log10 : (/** @type {number} */ value) => value;
  const [a, b] = [f(from), f(to)];
  const scale = (/** @type {number} */ value) => begin + (size * (f(value) - a)) / (b - a);
  const back = (/** @type {number} */ pixel) => {
    const value = a + ((pixel - begin) * (b - a)) / size;
    return log ? 10 ** value : value;
  };
  return Object.assign(scale, { back });
}

/**
 * A view made wider or higher until it has the shape of a box, so that a unit is as long in x as in y.
 * @param {number[]} view x from, to, y from, to
 * @param {number} width
 * @param {number} height
 */
export function fitted([left, right, bottom, top], width, height) {
  const unit = Math.max((right - left) / width, (top - bottom) / height);
  const [x, y, w, h] = [(left + right) / 2, (bottom + top) / 2, (unit * width) / 2, (unit * height) / 2];
  return [x - w, x + w, y - h, y + h];
}

/** Whether two boxes [left, top, width, height] overlap. @param {Box} a @param {Box} b */
export function overlap([x, y, w, h], [p, q, v, g]) {
  return x < p + v && p < x + w && y < q + g && q < y + h;
}

/** Whether a box lies in another. @param {Box} inner @param {Box} outer */
const within = ([x, y, w, h], [p, q, v, g]) => x >= p && y >= q && x + w <= p + v && y + h <= q + g;

/**
 * Heights for words at the ends of lines: each near its own, none over another, all from `low` to `high`.
 * @param {number[]} wanted
 * @param {number} gap
 * @param {number} low
 * @param {number} high
 */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const found = [...wanted];
  let least = low;
  for (const i of order) least = (found[i] = Math.max(found[i], least)) + gap;
  let most = high;
  for (const i of order.reverse()) most = (found[i] = Math.min(found[i], most)) - gap;
  return found;
}

/**
 * A place for words of this size near a point: the first of eight around it that is free, in the frame.
 * @param {Pair} point
 * @param {Pair} size
 * @param {number} gap
 * @param {Box} frame
 * @param {Box[]} taken
 * @returns {Box | null}
 */
export function near([x, y], [w, h], gap, frame, taken) {
  for (const far of [gap, 2.2 * gap, 4 * gap])
    for (const [i, j] of [
      [1, 0],
      [1, -1],
      [1, 1],
      [-1, 0],
      [-1, -1],
      [-1, 1],
      [0, -1],
      [0, 1],
    ]) {
      // prettier-ignore
      const box = /** @type {Box} */ ([x + i * far + (w * (i - 1)) / 2, y + j * far + (h * (j - 1)) / 2, w, h]);
      if (within(box, frame) && !taken.some((each) => overlap(box, each))) return box;
    }
  return null;
}

/**
 * Where the names of arrows stand: next to the middle of the part that is seen, on either side, nearer to tip or tail, or
 * beyond the tip; nowhere (null) where each of these lies over an arrow, another name or the frame.
 * @param {[Pair, Pair][]} arrows tails and tips
 * @param {Pair[]} sizes of the names
 * @param {Box} frame
 * @param {Box[]} taken
 * @returns {(Box | null)[]}
 */
export function beside(arrows, sizes, frame, taken) {
  const names = /** @type {(Box | null)[]} */ (arrows.map(() => null));
  const order = arrows.map((_, i) => i).sort((a, b) => length(arrows[a]) - length(arrows[b])); // the short have least choice
  for (const i of order) {
    if (length(arrows[i]) < 6) continue; // too short to be seen
    const spots = candidates(arrows[i], sizes[i], frame);
    const free = (/** @type {Box} */ box) =>
      within(box, frame) && ![...taken, ...names].some((each) => each && overlap(box, each));
    names[i] = spots.find((box) => free(box) && !arrows.some((each) => crosses(each, box))) ?? null;
  }
  return names;
}

const length = (/** @type {[Pair, Pair]} */ [[a, b], [c, d]]) => Math.hypot(c - a, d - b);

/** @param {[Pair, Pair]} arrow @param {Pair} size @param {Box} frame @returns {Box[]} */
function candidates([[a, b], [c, d]], [w, h], [left, top, wide, high]) {
  const size = Math.max(Math.hypot(c - a, d - b), 1e-9);
  const [ox, oy] = [(b - d) / size, (c - a) / size]; // across the arrow
  const leaves = (/** @type {number} */ from, /** @type {number} */ along, /** @type {number} */ low, /** @type {number} */ end) =>
    along > 0 ? (end - from) / along : along < 0 ? (low - from) / along : Infinity; // prettier-ignore
  const seen = Math.min(1, leaves(a, c - a, left, left + wide), leaves(b, d - b, top, top + high));
  const away = 4 + (Math.abs(ox) * w + Math.abs(oy) * h) / 2;
  const box = (/** @type {number} */ x, /** @type {number} */ y) => /** @type {Box} */ ([x - w / 2, y - h / 2, w, h]);
  const found = [];
  for (const part of [0.5, 0.7, 0.3, 0.9, 0.1])
    for (const side of [1, -1])
      found.push(box(a + part * seen * (c - a) + side * ox * away, b + part * seen * (d - b) + side * oy * away));
  if (seen === 1) {
    const beyond = 6 + (Math.abs(c - a) * w + Math.abs(d - b) * h) / size / 2;
    found.push(box(c + ((c - a) / size) * beyond, d + ((d - b) / size) * beyond));
  }
  return found;
}

/** Whether an arrow runs through a box: Liang and Barsky's clipping. @param {[Pair, Pair]} arrow @param {Box} box */
function crosses([[a, b], [c, d]], [left, top, wide, high]) {
  let from = 0;
  let to = 1;
  for (const [p, q] of [
    [a - c, a - left],
    [c - a, left + wide - a],
    [b - d, b - top],
    [d - b, top + high - b],
  ]) {
    // prettier-ignore
    if (p === 0 && q < 0) return false;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  return from < to;
}

/**
 * The corner of a frame, for a box of this size, in which the fewest points lie; `now` is kept while it is as good.
 * @param {Pair} size
 * @param {Box} frame
 * @param {Pair[]} points
 * @param {number} now 0 to 3, from the top right
 */
export function freeCorner([w, h], frame, points, now) {
  const count = (/** @type {number} */ corner) => {
    const [x, y] = cornerOf([w, h], frame, corner);
    let inside = 0;
    for (const [p, q] of points) if (p > x - 6 && p < x + w + 6 && q > y - 6 && q < y + h + 6) inside += 1;
    return inside;
  };
  let best = now;
  let fewest = count(now);
  for (let corner = 0; corner < 4 && fewest > 0; corner++)
    if (count(corner) < fewest) [best, fewest] = [corner, count(corner)];
  return best;
}

/**
 * The upper left of a box in a corner: 0 top right, 1 top left, 2 bottom right, 3 bottom left.
 * @param {Pair} size
 * @param {Box} frame
 * @param {number} corner
 * @returns {Pair}
 */
export function cornerOf([w, h], [left, top, wide, high], corner) {
  return [corner % 2 ? left : left + wide - w, corner > 1 ? top + high - h : top];
}

/** A number on an axis. @param {number} value @param {boolean} log */
export function tickText(value, log) {
  if (!log) return String(value).replace("-", "−");
  const exponent = String(Math.round(Math.log10(value)));
  return `10${[...exponent].map((each) => (each === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(each)])).join("")}`;
}
