// The contour plot: the surface from above, the path of each run, the point and the vectors of the chosen step, enlarged in a corner.
import { beside, cornerOf, freeCorner, near, roundTicks, roundUp, tickText } from "./axes.js";
import { entry } from "../formula/compile.js";
/** @import { Box, Moment, Pair, Scale, Shown, Surface } from "../wire.d.ts" */
/** @import { Painter } from "./painter.js" */

const ROOM = 1.3; // half an inset's height in its units
const WIDE = 1.4; // an inset's width over its height: names need width
const MUCH = 8; // how many times longer than the step a vector may be and still be whole
const MIN_ARROW_PX = 10; // pixels: shorter vectors are drawn in the inset alone

/** @param {Shown} shown @param {number} expression @param {number} step @returns {Pair} */
const pair = ({ run }, expression, step) => {
  const value = run.at(expression, step);
  return [entry(value, 0), entry(value, 1)];
};

/** The points of a run, up to its end. @param {Shown} shown @param {Scale[]} scales @returns {Pair[]} */
export function pathOf(shown, [px, py]) {
  return Array.from({ length: shown.run.steps + 1 }, (_, k) => {
    const [x, y] = pair(shown, shown.variant.theta, k);
    return [px(x), py(y)];
  });
}

/** The step at which a run stands. In parts, what moves is still where the step began. @param {Shown} shown @param {Moment} moment */
const stands = ({ last }, { step, part }) => Math.max(0, Math.min(part === null ? step : step - 1, last));

/** The vectors of a step: tail, tip and name. @param {Shown} shown @param {Moment} moment */
function vectorsOf(shown, { step, part }) {
  const at = Math.min(step, shown.last);
  if (at === 0) return [];
  return shown.variant.arrows.flatMap((arrow) => {
    const tail = pair(shown, arrow.start, at);
    const [dx, dy] = pair(shown, arrow.vector, at);
    const tip = /** @type {Pair} */ ([tail[0] + dx, tail[1] + dy]);
    const seen = part === null || arrow.row <= part;
    return [...tail, ...tip].every(Number.isFinite) ? [{ arrow, tail, tip, seen }] : [];
  });
}

/**
 * Paths, marks, vectors and names over the heatmap.
 * @param {Painter} painter
 * @param {Scale[]} scales
 * @param {Shown[]} shown
 * @param {Moment} moment
 * @param {Surface} surface
 * @param {{ vectors: boolean, hint: boolean, key: boolean, taken: Box[] }} options whether to say that the start can be dragged; whether many
 * paths need a key; where insets lie
 */
export function drawContourPlot(painter, scales, shown, moment, surface, { vectors, hint, key, taken }) {
  const [px, py] = scales;
  const ink = painter.colour("ink");
  drawTicks(painter, scales);
  const paths = shown.map((each) => pathOf(each, scales));
  for (const [i, { variant }] of shown.entries()) {
    const colour = painter.colour(variant.look.colour);
    painter.line(paths[i], colour, 2, { dash: shown.length > 1 ? variant.look.dash : [] });
    if (apart(paths[i])) painter.dots(paths[i], colour, 2.3);
  }
  const marks = (shown[0].run.marks ?? surface.reference_values[0])?.theta_min;
  for (const each of surface.reference_values) {
    const point = each.theta_min;
    painter.ring([px(entry(point, 0)), py(entry(point, 1))], 5, ink, 1.3);
  }
  if (vectors && shown.length === 1)
    for (const { arrow, tail, tip, seen } of vectorsOf(shown[0], moment)) {
      const [from, to] = [tail, tip].map(([x, y]) => /** @type {Pair} */ ([px(x), py(y)]));
      if (seen && Math.hypot(to[0] - from[0], to[1] - from[1]) > MIN_ARROW_PX)
        painter.arrow(from, to, painter.colour(arrow.colour), 2.2);
    }
  const start = paths[0][0];
  painter.ring(start, 8, ink, 1.6);
  const points = shown.map((each, i) => paths[i][stands(each, moment)]);
  for (const [i, { variant }] of shown.entries())
    painter.mark(points[i], variant.look.mark, 5, painter.colour(variant.look.colour));
  const names = /** @type {[string, Pair, string][]} */ ([[hint ? "drag me" : "start", start, ink]]);
  const few = shown.length < 4;
  if (shown.length > 1 && few)
    for (const [i, { variant }] of shown.entries())
      names.push([variant.label, points[i], painter.colour(variant.look.colour)]);
  const minimum = /** @type {Pair | undefined} */ (marks);
  if (minimum) names.push([surface.known ? "minimum" : "lowest point shown", [px(minimum[0]), py(minimum[1])], ink]);
  const frame = /** @type {Box} */ ([4, 4, painter.width - 8, painter.height - 22]);
  const dots = /** @type {Box[]} */ ([start, ...points].map(([x, y]) => [x - 6, y - 6, 12, 12]));
  const used = [...taken, ...(key && !few ? [drawKey(painter, shown)] : [])];
  for (const [words, point, colour] of names) {
    const size = /** @type {Pair} */ ([painter.wide(words) + 6, 16 * painter.size]);
    const others = dots.filter(([x, y]) => Math.abs(x + 6 - point[0]) + Math.abs(y + 6 - point[1]) > 3);
    const box = near(point, size, 9, frame, [...used, ...others]);
    if (!box) continue;
    used.push(box);
    painter.text(words, [box[0] + 3, box[1] + box[3] / 2], colour, { halo: painter.colour("heatmap-low") });
  }
}

/** The names of many paths, in a corner, next to their marks. @param {Painter} painter @param {Shown[]} shown @returns {Box} */
function drawKey(painter, shown) {
  const [wide, high] = [Math.max(...shown.map(({ variant }) => painter.wide(variant.label))) + 26, 17 * painter.size];
  const box = /** @type {Box} */ ([painter.width - wide - 6, 6, wide, high * shown.length + 6]);
  for (const [i, { variant }] of shown.entries()) {
    const [y, colour] = [box[1] + 4 + high * (i + 0.5), painter.colour(variant.look.colour)];
    painter.mark([box[0] + 10, y], variant.look.mark, 5, colour);
    painter.text(variant.label, [box[0] + 20, y], colour, { halo: painter.colour("heatmap-low") });
  }
  return box;
}

/** Whether the steps of a path can be told apart. @param {Pair[]} points */
function apart(points) {
  let [seen, far] = [0, 0];
  for (let k = 1; k < points.length; k++) {
    const step = Math.hypot(points[k][0] - points[k - 1][0], points[k][1] - points[k - 1][1]);
    if (step > 1) seen += 1;
    if (step > 6) far += 1;
  }
  return far > 0.3 * seen;
}

/** Numbers along the lower and the left edge. @param {Painter} painter @param {Scale[]} scales */
function drawTicks(painter, [px, py]) {
  const style = { weight: 400, halo: painter.colour("heatmap-high") };
  const [colour, most] = [painter.colour("faint"), painter.width / (90 * painter.size)];
  const below = painter.height - 9 * painter.size;
  for (const value of roundTicks([px.back(0), px.back(painter.width)], most))
    if (px(value) > 40 && px(value) < painter.width - 24)
      painter.text(tickText(value, false), [px(value), below], colour, { ...style, align: "center" });
  for (const value of roundTicks([py.back(painter.height), py.back(0)], painter.height / (70 * painter.size)))
    if (py(value) > 14 && py(value) < below - 16) painter.text(tickText(value, false), [5, py(value)], colour, style);
}

// ---- the insets: the vectors of the step, at a scale of their own; what each parameter is divided by ----

/**
 * What the insets show: for each method its vectors; for one alone whose rate is a fraction, its divisors too.
 * @param {Shown[]} shown
 */
export function insetsOf(shown) {
  const vectors = shown.map((each) => ({ kind: "vectors", each }));
  return shown.length === 1 && shown[0].variant.divisor !== null
    ? [...vectors, { kind: "divisor", each: shown[0] }]
    : vectors;
}

/**
 * The boxes of the insets, side by side: in the corner of the contour plot where no path runs.
 * @param {Painter} painter
 * @param {number} count
 * @param {Pair[]} points of all paths
 * @param {number} corner where they are now
 * @returns {{ boxes: Box[], corner: number }}
 */
export function insetBoxes(painter, count, points, corner) {
  const high = Math.min(
    Math.max(0.38 * painter.height, 104),
    0.48 * painter.height,
    (0.62 * painter.width) / count / WIDE,
    220,
  );
  const size = /** @type {Pair} */ ([count * WIDE * high + 8 * (count - 1), high]);
  const frame = /** @type {Box} */ ([8, 8, painter.width - 16, painter.height - 34]);
  const found = freeCorner(size, frame, points, corner);
  const [x, y] = cornerOf(size, frame, found);
  return {
    boxes: Array.from({ length: count }, (_, i) => [x + i * (WIDE * high + 8), y, WIDE * high, high]),
    corner: found,
  };
}

/**
 * @param {Painter} painter
 * @param {Box[]} boxes
 * @param {Shown[]} shown
 * @param {Moment} moment
 */
export function drawInsets(painter, boxes, shown, moment) {
  const insets = insetsOf(shown);
  const views = insets.map(({ each }) => viewOf(each, moment));
  const unit = roundUp(Math.max(0, ...views.map(({ reach }) => reach)));
  for (const [i, { kind, each }] of insets.entries()) {
    const [x, y, w, h] = boxes[i];
    const { context } = painter;
    context.beginPath();
    context.roundRect(x, y, w, h, 6);
    Object.assign(context, { fillStyle: painter.colour("inset"), strokeStyle: painter.colour("line"), lineWidth: 1 });
    context.fill();
    context.stroke();
    const draw = kind === "vectors" ? drawVectors : drawDivisor;
    painter.within(boxes[i], () => draw(painter, boxes[i], each, moment, views[i].middle, unit, shown.length > 1));
  }
}

/**
 * The middle of a step's vectors, and how far they reach from it. Where one is much longer than the step itself, the step
 * and its surroundings: the long one leaves the inset.
 * @param {Shown} shown
 * @param {Moment} moment
 */
function viewOf(shown, moment) {
  const vectors = vectorsOf(shown, moment);
  const final = Math.max(...vectors.map(({ arrow }) => arrow.row));
  const whole = boxOf(vectors);
  const near = boxOf(vectors.filter(({ arrow }) => arrow.row === final));
  near.reach *= MUCH / 2;
  if (vectors.length && near.reach > 0 && near.reach < whole.reach) return near;
  return vectors.length ? whole : { middle: pair(shown, shown.variant.theta, stands(shown, moment)), reach: 0 };
}

/** @param {ReturnType<typeof vectorsOf>} vectors */
function boxOf(vectors) {
  const ends = vectors.flatMap(({ tail, tip }) => [tail, tip]);
  const low = [0, 1].map((i) => Math.min(...ends.map((end) => end[i])));
  const high = [0, 1].map((i) => Math.max(...ends.map((end) => end[i])));
  const middle = /** @type {Pair} */ ([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2]);
  return { middle, reach: Math.max(high[0] - low[0], high[1] - low[1]) / 2 };
}

/**
 * @param {Painter} painter @param {Box} box @param {Shown} shown @param {Moment} moment
 * @param {Pair} middle @param {number} unit @param {boolean} several
 */
function drawVectors(painter, box, shown, moment, middle, unit, several) {
  const [x, y, w, h] = box;
  const scale = h / (2 * ROOM * unit);
  const toPixels = (/** @type {Pair} */ [a, b]) =>
    /** @type {Pair} */ ([x + w / 2 + scale * (a - middle[0]), y + h / 2 - scale * (b - middle[1])]);
  const { variant } = shown;
  const path = Array.from({ length: shown.last + 1 }, (_, k) => toPixels(pair(shown, variant.theta, k)));
  painter.line(path, painter.colour(variant.look.colour), 1.4, { alpha: 0.45 });
  const vectors = vectorsOf(shown, moment).filter(({ seen }) => seen);
  const ends = /** @type {[Pair, Pair][]} */ (vectors.map(({ tail, tip }) => [toPixels(tail), toPixels(tip)]));
  for (const [i, { arrow }] of vectors.entries()) painter.arrow(...ends[i], painter.colour(arrow.colour), 3);
  const point = toPixels(pair(shown, variant.theta, stands(shown, moment)));
  painter.mark(point, variant.look.mark, 4.5, painter.colour(variant.look.colour));
  const taken = [bar(painter, box, unit)];
  if (several) taken.push(heading(painter, box, variant.label, painter.colour(variant.look.colour)));
  const frame = /** @type {Box} */ ([x + 3, y + 3, w - 6, h - 6]);
  const sizes = vectors.map(({ arrow }) => /** @type {Pair} */ ([painter.wide(arrow.label), 14 * painter.size]));
  for (const [i, name] of beside(ends, sizes, frame, taken).entries())
    if (name)
      painter.text(vectors[i].arrow.label, [name[0], name[1] + name[3] / 2], painter.colour(vectors[i].arrow.colour));
}

/** How long the unit is. @param {Painter} painter @param {Box} box @param {number} unit @returns {Box} */
function bar(painter, [x, y, w, h], unit) {
  const [long, right, below] = [(0.5 * h) / ROOM, x + w - 8, y + h - 7];
  const begin = right - long;
  painter.line([[begin, below], [right, below]], painter.colour("ink"), 1.5); // prettier-ignore
  const words = unit < 1e-4 ? unit.toExponential(0).replace("-", "−") : String(unit);
  painter.text(words, [(begin + right) / 2, below - 9 * painter.size], painter.colour("faint"), {
    align: "center",
    weight: 400,
  });
  return [begin - 2, below - 17 * painter.size, long + 4, 20 * painter.size];
}

/** @param {Painter} painter @param {Box} box @param {string} words @param {string} colour @returns {Box} */
function heading(painter, [x, y], words, colour) {
  painter.text(words, [x + 7, y + 11 * painter.size], colour);
  return [x + 4, y + 2, painter.wide(words) + 6, 17 * painter.size];
}

/** The divisor of each parameter as a square's side, against the largest of the run. @param {Painter} painter @param {Box} box @param {Shown} shown @param {Moment} moment */
function drawDivisor(painter, box, shown, moment) {
  const [x, y, w, h] = box;
  heading(painter, box, "divided by", painter.colour("ink"));
  const expression = /** @type {number} */ (shown.variant.divisor);
  const sides = [0, 1].map((i) => (/** @type {number} */ k) => entry(shown.run.at(expression, k), i));
  let largest = 1e-300;
  for (let k = 1; k <= shown.last; k++)
    for (const side of sides) if (side(k) < Infinity) largest = Math.max(largest, side(k));
  const room = Math.min((w - 30) / 2, h - 46 * painter.size);
  for (const [i, side] of sides.entries()) {
    const value = side(Math.min(moment.step, shown.last));
    const [left, below] = [x + 10 + i * (room + 10), y + h - 22 * painter.size];
    const size = Math.max(1.5, (room * value) / largest);
    if (!(size <= room)) continue;
    painter.context.fillStyle = painter.colour(shown.variant.look.colour);
    painter.context.globalAlpha = i ? 0.55 : 0.85;
    painter.context.fillRect(left, below - size, size, size);
    painter.context.globalAlpha = 1;
    painter.text("xy"[i], [left + 2, below + 11 * painter.size], painter.colour("ink"));
  }
}
