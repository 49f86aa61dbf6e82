// The pictures of a training: losses, the learning rates of all weights, the learning-rate sweep, the first layer, the digits that are wrong.
import { decades } from "./axes.js";
import { DARKEST, PIXELS } from "../compute/network.js";
import { framed, shortened } from "./frame.js";
import { rgb } from "./heatmap.js";
import { brief } from "../formula/mathml.js";
/** @import { Variant, Limits, Pair, Scale } from "../wire.d.ts" */
/** @import { Painter } from "./painter.js" */
/** @import { Training } from "../compute/training.js" */
/** @import { RateSweep } from "../compute/rate_sweep.js" */

const [LEAST, FAR] = [1e-8, 30]; // a loss is drawn between them
const SIDE = Math.sqrt(PIXELS);
const SMALLEST = 34; // pixels that a digit and its words need

/** @typedef {{ variant: Variant, run: Training, before: Training | null }} Shown */
/** @param {number[]} values @param {Scale} px @param {Scale} py @returns {Pair[]} against their places */
const against = (values, px, py) => values.map((value, k) => [px(k), py(value)]);

/** The losses by epoch: training solid, validation dashed; faint, where a run is on its way, the one before. @param {Painter} painter @param {Shown[]} shown @param {number} epochs */
export function drawLosses(painter, shown, epochs) {
  const drawn = shown.flatMap(({ run, before }) => (before && !run.done ? [run, before] : [run]));
  const y = decades(drawn.flatMap(({ training, validation }) => [...training, ...validation]), FAR, LEAST); // prettier-ignore
  const ends = shown.map(({ variant, run }) => ({
    name: `${variant.label} ${endText(run.training.at(-1))}`,
    at: run.training.at(-1) ?? NaN,
    colour: painter.colour(variant.look.colour),
  }));
  const alone = shown.length === 1 && shown[0].run;
  if (alone && alone.validation.length)
    ends.push({ name: `validation ${endText(alone.validation.at(-1))}`, at: alone.validation.at(-1) ?? NaN, colour: ends[0].colour }); // prettier-ignore
  if (alone) ends[0].name = `training ${endText(alone.training.at(-1))}`;
  const title = "loss: training solid, validation dashed";
  const { px, py, box } = framed(
    painter,
    { title, across: `${epochs} epochs`, x: [0, epochs], y, log: [false, true] },
    ends,
  );
  painter.within([box[0], box[1] - 3, box[2] + 4, box[3] + 6], () => {
    for (const { variant, run, before } of shown) {
      const colour = painter.colour(variant.look.colour);
      if (before && !run.done) {
        painter.line(against(before.training, px, py), colour, 1.6, { alpha: 0.35 });
        painter.line(against(before.validation, px, py), colour, 1.2, { alpha: 0.35, dash: [4, 1.5] });
      }
      painter.line(against(run.validation, px, py), colour, 1.5, { dash: [4, 1.5] });
      painter.line(against(run.training, px, py), colour, 2.2);
      const last = run.training.length - 1;
      if (last >= 0) painter.mark([px(last), py(run.training[last])], variant.look.mark, 4, colour);
    }
  });
}

/** A loss at the end of a line. @param {number | undefined} value */
const endText = (value) => (value === undefined ? "" : value <= 1e3 ? brief(value, 2).replace("-", "−") : "diverged");

/**
 * The effective learning rates of all weights that have had a gradient: median, and from 5 to 95 %; of many methods that of one.
 * @param {Painter} painter @param {Shown[]} shown @param {number} epochs @param {number} focus
 */
export function drawRates(painter, shown, epochs, focus) {
  const drawn = shown.filter(({ run }) => run.rates.length);
  const wide = drawn.filter((each) => shown.length <= 2 || each === shown[focus]);
  const bands = wide.flatMap(({ run }) => run.rates.flatMap(({ low, high }) => [low, high]));
  const y = decades([...bands, ...drawn.flatMap(({ run }) => run.rates.map(({ middle }) => middle))], Infinity, 0);
  const ends = drawn.map(({ variant, run }) => ({
    name: variant.label,
    at: run.rates.at(-1)?.middle ?? NaN,
    colour: painter.colour(variant.look.colour),
  }));
  const title = "effective learning rates (median, 5–95 %)";
  const { px, py, box } = framed(painter, { title, across: "epochs", x: [0, epochs], y, log: [false, true] }, ends);
  painter.within(box, () => {
    const { context } = painter;
    for (const each of drawn) {
      const { variant, run } = each;
      const colour = painter.colour(variant.look.colour);
      const at = (/** @type {"low" | "middle" | "high"} */ name) =>
        run.rates.map((band, k) => /** @type {Pair} */ ([px(k + 1), py(Math.max(band[name], y[0]))]));
      painter.line(at("middle"), colour, 2.2);
      if (!wide.includes(each)) continue;
      const edge = [...at("low"), ...at("high").reverse()].filter((point) => point.every(Number.isFinite));
      context.beginPath();
      for (const point of edge) context.lineTo(...point);
      Object.assign(context, { fillStyle: colour, globalAlpha: 0.2 });
      context.fill();
      context.globalAlpha = 1;
      painter.line(at("low"), colour, 1, { alpha: 0.6 });
      painter.line(at("high"), colour, 1, { alpha: 0.6 });
    }
  });
}

/** The loss that is reached, by learning rate: the middle of the seeds, each seed a dot; where each slider stands. @param {Painter} painter @param {RateSweep} sweep @param {number[]} now */
export function drawSweep(painter, sweep, now) {
  const { etas, reached, entries, middles } = sweep;
  const y = decades(reached.flat(2), FAR, LEAST);
  const x = /** @type {Limits} */ ([etas[0] / 1.3, etas[etas.length - 1] * 1.3]);
  const ends = entries.map(({ variant }, place) => {
    const last = middles[place].findLast(Number.isFinite);
    return { name: variant.label, at: last ?? NaN, colour: painter.colour(variant.look.colour) };
  });
  const title = `final loss vs learning rate (${sweep.runs} of ${sweep.count} runs)`;
  const { px, py, box } = framed(painter, { title, across: "η", x, y, log: [true, true] }, ends);
  const [left, top, wide, high] = box;
  const height = (/** @type {number} */ value) => (value < Infinity ? Math.max(py(value), top) : top);
  painter.within([left - 5, top - 5, wide + 10, high + 8], () => {
    for (const [place, { variant }] of entries.entries()) {
      const colour = painter.colour(variant.look.colour);
      const dots = reached[place].flatMap((seeds, i) =>
        seeds.map((value) => /** @type {Pair} */ ([px(etas[i]), height(value)])),
      );
      painter.context.globalAlpha = 0.5;
      painter.dots(dots, colour, 2.2);
      painter.context.globalAlpha = 1;
      const line = middles[place].flatMap((value, i) =>
        Number.isNaN(value) ? [] : [/** @type {Pair} */ ([px(etas[i]), height(value)])],
      );
      painter.line(line, colour, 2.2, { dash: entries.length > 1 ? variant.look.dash : [] });
      painter.line([[px(now[place]), top + high - 12], [px(now[place]), top + high]], colour, 3); // prettier-ignore
    }
  });
}

// ---- small pictures, side by side ----

/**
 * How many columns and rows of cells of at least `least` pixels fit, as large as they can be; fewer than all where they do not.
 * @param {number} count @param {number} wide @param {number} high @param {number} extra height of words under each @param {number} least
 */
export function gridFor(count, wide, high, extra, least) {
  let [best, columns, shown] = [0, 1, 1];
  for (let across = 1; across <= Math.max(count, 1); across++) {
    const down = Math.ceil(count / across);
    const side = Math.min(wide / across, high / down - extra);
    if (side > best) [best, columns, shown] = [side, across, count];
  }
  if (best >= least) return { side: best, columns, shown };
  columns = Math.max(1, Math.floor(wide / least));
  shown = Math.min(count, columns * Math.max(1, Math.floor(high / (least + extra))));
  return { side: least, columns, shown };
}

/**
 * 8 × 8 pictures next to one another on a canvas of their own, a pixel for each number; between two of them one that is empty.
 * @param {number} count @param {number} columns @param {(picture: number, pixel: number) => number[]} colour
 */
function sheet(count, columns, colour) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [(SIDE + 1) * columns, (SIDE + 1) * Math.ceil(count / columns)];
  const pixels = new ImageData(canvas.width, canvas.height);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < PIXELS; i++) {
      const row = (SIDE + 1) * Math.floor(n / columns) + Math.floor(i / SIDE);
      pixels.data.set(colour(n, i), 4 * (row * canvas.width + (SIDE + 1) * (n % columns) + (i % SIDE)));
    }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  return canvas;
}

/** A colour of the theme as numbers, as much of it as `part` says. @param {number[]} colour @param {number} part @returns {number[]} */
const shade = (colour, part) => [...colour, Math.round(255 * Math.min(part, 1))];

/** The weights that lead to each unit of the first layer. @param {Painter} painter @param {Training} run */
export function drawWeights(painter, { network, theta }) {
  painter.clear();
  const { size } = painter;
  const { width, hidden } = network;
  const [plus, minus] = [rgb(painter.colour("eta")), rgb(painter.colour("gamma"))];
  painter.text(
    shortened(painter, hidden ? "weights to each hidden unit" : "weights to each class (− blue, + red)", painter.width),
    [0, 9 * size],
    painter.colour("ink"),
  );
  const top = 20 * size;
  const { side, columns } = gridFor(width, painter.width, painter.height - top - 16 * size, 0, 0);
  let most = 1e-12;
  for (let i = 0; i < PIXELS * width; i++) if (Math.abs(theta[i]) < Infinity) most = Math.max(most, Math.abs(theta[i]));
  const images = sheet(width, columns, (unit, pixel) => {
    const weight = theta[pixel * width + unit];
    return shade(weight > 0 ? plus : minus, Math.sqrt(Math.abs(weight) / most));
  });
  painter.context.imageSmoothingEnabled = false;
  const unit = side / (SIDE + 1);
  painter.context.drawImage(images, 0, top, unit * images.width, unit * images.height);
  const below = painter.height - 7 * size;
  painter.text("− blue, + red", [0, below], painter.colour("faint"), { weight: 400 });
}

/** The validation digits that are taken for others: what each is, and what it is taken for. @param {Painter} painter @param {Training} run */
export function drawWrong(painter, { digits, guesses, wrong, validation }) {
  painter.clear();
  const { size } = painter;
  const { count, labels, pixels } = digits.validation;
  const ink = rgb(painter.colour("ink"));
  /** @type {number[]} */
  const places = [];
  if (validation.length) for (let i = 0; i < count; i++) if (guesses[i] !== labels[i]) places.push(i);
  const top = 20 * size;
  const { side, columns, shown } = gridFor(
    places.length,
    painter.width,
    painter.height - top,
    15 * size,
    SMALLEST * size,
  );
  const fit = Math.min(side, 56 * size);
  painter.text(
    shortened(
      painter,
      `${wrong} of ${count} misclassified${shown < places.length ? `, ${shown} shown` : ""}`,
      painter.width,
    ),
    [0, 9 * size],
    painter.colour("ink"),
  );
  if (!shown || !places.length) return;
  const images = sheet(shown, shown, (n, pixel) => shade(ink, pixels[places[n] * PIXELS + pixel] / DARKEST));
  painter.context.imageSmoothingEnabled = false;
  for (const [n, place] of places.slice(0, shown).entries()) {
    const [x, y] = [(n % columns) * fit, top + Math.floor(n / columns) * (fit + 15 * size)];
    painter.context.drawImage(images, (SIDE + 1) * n, 0, SIDE, SIDE, x, y, fit - 4, fit - 4);
    const words = `${labels[place]}→${guesses[place]}`;
    painter.text(words, [x + (fit - 4) / 2, y + fit + 4 * size], painter.colour("faint"), { align: "center" });
  }
}
