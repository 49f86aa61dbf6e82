// The hero: the surface from above, the path of each run, the point and the vectors of the chosen step, enlarged in a corner.
import { beside, cornerOf, freeCorner, near, roundTicks, roundUp, tickText } from "./axes.js";
import { entry } from "../formula/compile.js";
/** @import { Box, Moment, Pair, Scale, Shown, Surface } from "../wire.d.ts" */
/** @import { Pen } from "./painter.js" */

const ROOM = 1.3; // half an inset's height in its units
const WIDE = 1.4; // an inset's width over its height: names need width
const MUCH = 8; // how many times longer than the step a vector may be and still be whole
const FACES = 10; // pixels: shorter vectors are drawn in the inset alone

/** @param {Shown} shown @param {number} expression @param {number} step @returns {Pair} */
const pair = ({ run }, expression, step) => {
  const value = run.at(expression, step);
  return [entry(value, 0), entry(value, 1)];
};

/** The points of a run, up to its end. @param {Shown} shown @param {Scale[]} scales @returns {Pair[]} */
export function pathOf(shown, [px, py]) {
  return Array.from({ length: shown.run.steps + 1 }, (_, k) => {
    const [x, y] = pair(shown, shown.form.theta, k);
    return [px(x), py(y)];
  });
}

/** The step at which a run stands. In parts, what moves is still where the step began. @param {Shown} shown @param {Moment} moment */
const stands = ({ last }, { step, part }) => Math.max(0, Math.min(part === null ? step : step - 1, last));

/** The vectors of a step: tail, tip and name. @param {Shown} shown @param {Moment} moment */
function vectorsOf(shown, { step, part }) {
  const at = Math.min(step, shown.last);
  if (at === 0) return [];
  return shown.form.arrows.flatMap((arrow) => {
    const tail = pair(shown, arrow.start, at);
    const [dx, dy] = pair(shown, arrow.vector, at);
    const tip = /** @type {Pair} */ ([tail[0] + dx, tail[1] + dy]);
    const seen = part === null || arrow.row <= part;
    return [...tail, ...tip].every(Number.isFinite) ? [{ arrow, tail, tip, seen }] : [];
  });
}

/**
 * Paths, marks, vectors and names over the ground.
 * @param {Pen} pen
 * @param {Scale[]} scales
 * @param {Shown[]} shown
 * @param {Moment} moment
 * @param {Surface} surface
 * @param {{ vectors: boolean, hint: boolean, key: boolean, taken: Box[] }} options whether to say that the start can be dragged; whether many
 * paths need a key; where insets lie
 */
export function drawHero(pen, scales, shown, moment, surface, { vectors, hint, key, taken }) {
  const [px, py] = scales;
  const ink = pen.colour("ink");
  drawTicks(pen, scales);
  const paths = shown.map((each) => pathOf(each, scales));
  for (const [i, { form }] of shown.entries()) {
    const colour = pen.colour(form.look.colour);
    pen.line(paths[i], colour, 2, { dash: shown.length > 1 ? form.look.dash : [] });
    if (apart(paths[i])) pen.dots(paths[i], colour, 2.3);
  }
  const marks = (shown[0].run.marks ?? surface.landmarks[0])?.theta_min;
  for (const each of surface.landmarks) {
    const point = each.theta_min;
    pen.ring([px(entry(point, 0)), py(entry(point, 1))], 5, ink, 1.3);
  }
  if (vectors && shown.length === 1)
    for (const { arrow, tail, tip, seen } of vectorsOf(shown[0], moment)) {
      const [from, to] = [tail, tip].map(([x, y]) => /** @type {Pair} */ ([px(x), py(y)]));
      if (seen && Math.hypot(to[0] - from[0], to[1] - from[1]) > FACES)
        pen.arrow(from, to, pen.colour(arrow.colour), 2.2);
    }
  const start = paths[0][0];
  pen.ring(start, 8, ink, 1.6);
  const points = shown.map((each, i) => paths[i][stands(each, moment)]);
  for (const [i, { form }] of shown.entries()) pen.mark(points[i], form.look.mark, 5, pen.colour(form.look.colour));
  const names = /** @type {[string, Pair, string][]} */ ([[hint ? "start, drag me" : "start", start, ink]]);
  const few = shown.length < 4;
  if (shown.length > 1 && few)
    for (const [i, { form }] of shown.entries()) names.push([form.label, points[i], pen.colour(form.look.colour)]);
  const minimum = /** @type {Pair | undefined} */ (marks);
  if (minimum) names.push([surface.known ? "minimum" : "lowest in view", [px(minimum[0]), py(minimum[1])], ink]);
  const frame = /** @type {Box} */ ([4, 4, pen.width - 8, pen.height - 22]);
  const dots = /** @type {Box[]} */ ([start, ...points].map(([x, y]) => [x - 6, y - 6, 12, 12]));
  const used = [...taken, ...(key && !few ? [drawKey(pen, shown)] : [])];
  for (const [words, point, colour] of names) {
    const size = /** @type {Pair} */ ([pen.wide(words) + 6, 16 * pen.size]);
    const others = dots.filter(([x, y]) => Math.abs(x + 6 - point[0]) + Math.abs(y + 6 - point[1]) > 3);
    const box = near(point, size, 9, frame, [...used, ...others]);
    if (!box) continue;
    used.push(box);
    pen.text(words, [box[0] + 3, box[1] + box[3] / 2], colour, { halo: pen.colour("ground-low") });
  }
}

/** The names of many paths, in a corner, beside their marks. @param {Pen} pen @param {Shown[]} shown @returns {Box} */
function drawKey(pen, shown) {
  const [wide, high] = [Math.max(...shown.map(({ form }) => pen.wide(form.label))) + 26, 17 * pen.size];
  const box = /** @type {Box} */ ([pen.width - wide - 6, 6, wide, high * shown.length + 6]);
  for (const [i, { form }] of shown.entries()) {
    const [y, colour] = [box[1] + 4 + high * (i + 0.5), pen.colour(form.look.colour)];
    pen.mark([box[0] + 10, y], form.look.mark, 5, colour);
    pen.text(form.label, [box[0] + 20, y], colour, { halo: pen.colour("ground-low") });
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

/** Numbers along the lower and the left edge. @param {Pen} pen @param {Scale[]} scales */
function drawTicks(pen, [px, py]) {
  const style = { weight: 400, halo: pen.colour("ground-high") };
  const [colour, most] = [pen.colour("faint"), pen.width / (90 * pen.size)];
  const below = pen.height - 9 * pen.size;
  for (const value of roundTicks([px.back(0), px.back(pen.width)], most))
    if (px(value) > 40 && px(value) < pen.width - 24)
      pen.text(tickText(value, false), [px(value), below], colour, { ...style, align: "center" });
  for (const value of roundTicks([py.back(pen.height), py.back(0)], pen.height / (70 * pen.size)))
    if (py(value) > 14 && py(value) < below - 16) pen.text(tickText(value, false), [5, py(value)], colour, style);
}

// ---- the insets: the vectors of the step, at a scale of their own; what each parameter is divided by ----

/**
 * What the insets show: for each method its vectors; for one alone whose rate is a fraction, its divisors too.
 * @param {Shown[]} shown
 */
export function insetsOf(shown) {
  const lenses = shown.map((each) => ({ kind: "lens", each }));
  return shown.length === 1 && shown[0].form.divisor !== null
    ? [...lenses, { kind: "divisor", each: shown[0] }]
    : lenses;
}

/**
 * The boxes of the insets, side by side: in the corner of the hero where no path runs.
 * @param {Pen} pen
 * @param {number} count
 * @param {Pair[]} points of all paths
 * @param {number} corner where they are now
 * @returns {{ boxes: Box[], corner: number }}
 */
export function insetBoxes(pen, count, points, corner) {
  const high = Math.min(Math.max(0.38 * pen.height, 104), 0.48 * pen.height, (0.62 * pen.width) / count / WIDE, 220);
  const size = /** @type {Pair} */ ([count * WIDE * high + 8 * (count - 1), high]);
  const frame = /** @type {Box} */ ([8, 8, pen.width - 16, pen.height - 34]);
  const found = freeCorner(size, frame, points, corner);
  const [x, y] = cornerOf(size, frame, found);
  return {
    boxes: Array.from({ length: count }, (_, i) => [x + i * (WIDE * high + 8), y, WIDE * high, high]),
    corner: found,
  };
}

/**
 * @param {Pen} pen
 * @param {Box[]} boxes
 * @param {Shown[]} shown
 * @param {Moment} moment
 */
export function drawInsets(pen, boxes, shown, moment) {
  const insets = insetsOf(shown);
  const views = insets.map(({ each }) => viewOf(each, moment));
  const unit = roundUp(Math.max(0, ...views.map(({ reach }) => reach)));
  for (const [i, { kind, each }] of insets.entries()) {
    const [x, y, w, h] = boxes[i];
    const { context } = pen;
    context.beginPath();
    context.roundRect(x, y, w, h, 6);
    Object.assign(context, { fillStyle: pen.colour("inset"), strokeStyle: pen.colour("line"), lineWidth: 1 });
    context.fill();
    context.stroke();
    const draw = kind === "lens" ? drawLens : drawDivisor;
    pen.within(boxes[i], () => draw(pen, boxes[i], each, moment, views[i].middle, unit, shown.length > 1));
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
  return vectors.length ? whole : { middle: pair(shown, shown.form.theta, stands(shown, moment)), reach: 0 };
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
 * @param {Pen} pen @param {Box} box @param {Shown} shown @param {Moment} moment
 * @param {Pair} middle @param {number} unit @param {boolean} several
 */
function drawLens(pen, box, shown, moment, middle, unit, several) {
  const [x, y, w, h] = box;
  const scale = h / (2 * ROOM * unit);
  const toPixels = (/** @type {Pair} */ [a, b]) =>
    /** @type {Pair} */ ([x + w / 2 + scale * (a - middle[0]), y + h / 2 - scale * (b - middle[1])]);
  const { form } = shown;
  const path = Array.from({ length: shown.last + 1 }, (_, k) => toPixels(pair(shown, form.theta, k)));
  pen.line(path, pen.colour(form.look.colour), 1.4, { alpha: 0.45 });
  const vectors = vectorsOf(shown, moment).filter(({ seen }) => seen);
  const ends = /** @type {[Pair, Pair][]} */ (vectors.map(({ tail, tip }) => [toPixels(tail), toPixels(tip)]));
  for (const [i, { arrow }] of vectors.entries()) pen.arrow(...ends[i], pen.colour(arrow.colour), 3);
  const point = toPixels(pair(shown, form.theta, stands(shown, moment)));
  pen.mark(point, form.look.mark, 4.5, pen.colour(form.look.colour));
  const taken = [bar(pen, box, unit)];
  if (several) taken.push(heading(pen, box, form.label, pen.colour(form.look.colour)));
  const frame = /** @type {Box} */ ([x + 3, y + 3, w - 6, h - 6]);
  const sizes = vectors.map(({ arrow }) => /** @type {Pair} */ ([pen.wide(arrow.label), 14 * pen.size]));
  for (const [i, name] of beside(ends, sizes, frame, taken).entries())
    if (name) pen.text(vectors[i].arrow.label, [name[0], name[1] + name[3] / 2], pen.colour(vectors[i].arrow.colour));
}

/** How long the unit is. @param {Pen} pen @param {Box} box @param {number} unit @returns {Box} */
function bar(pen, [x, y, w, h], unit) {
  const [long, right, below] = [(0.5 * h) / ROOM, x + w - 8, y + h - 7];
  const begin = right - long;
  pen.line([[begin, below], [right, below]], pen.colour("ink"), 1.5); // prettier-ignore
  const words = unit < 1e-4 ? unit.toExponential(0).replace("-", "−") : String(unit);
  pen.text(words, [(begin + right) / 2, below - 9 * pen.size], pen.colour("faint"), { align: "center", weight: 400 });
  return [begin - 2, below - 17 * pen.size, long + 4, 20 * pen.size];
}

/** @param {Pen} pen @param {Box} box @param {string} words @param {string} colour @returns {Box} */
function heading(pen, [x, y], words, colour) {
  pen.text(words, [x + 7, y + 11 * pen.size], colour);
  return [x + 4, y + 2, pen.wide(words) + 6, 17 * pen.size];
}

/** The divisor of each parameter as a square's side, against the largest of the run. @param {Pen} pen @param {Box} box @param {Shown} shown @param {Moment} moment */
function drawDivisor(pen, box, shown, moment) {
  const [x, y, w, h] = box;
  heading(pen, box, "divided by", pen.colour("ink"));
  const expression = /** @type {number} */ (shown.form.divisor);
  const sides = [0, 1].map((i) => (/** @type {number} */ k) => entry(shown.run.at(expression, k), i));
  let largest = 1e-300;
  for (let k = 1; k <= shown.last; k++)
    for (const side of sides) if (side(k) < Infinity) largest = Math.max(largest, side(k));
  const room = Math.min((w - 30) / 2, h - 46 * pen.size);
  for (const [i, side] of sides.entries()) {
    const value = side(Math.min(moment.step, shown.last));
    const [left, below] = [x + 10 + i * (room + 10), y + h - 22 * pen.size];
    const size = Math.max(1.5, (room * value) / largest);
    if (!(size <= room)) continue;
    pen.context.fillStyle = pen.colour(shown.form.look.colour);
    pen.context.globalAlpha = i ? 0.55 : 0.85;
    pen.context.fillRect(left, below - size, size, size);
    pen.context.globalAlpha = 1;
    pen.text("xy"[i], [left + 2, below + 11 * pen.size], pen.colour("ink"));
  }
}
