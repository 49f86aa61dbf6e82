// A picture beside the contour plot: quantities of the runs against the step, each with its name at its end.
import { decadeTicks, decades, roundTicks, scaleOf, span, spread, tickText } from "./axes.js";
import { entry } from "../formula/compile.js";
/** @import { Box, Limits, Moment, Pair, Panel, Run, Series, Shown } from "../wire.d.ts" */
/** @import { Painter } from "./painter.js" */

/** @typedef {{ shown: Shown, series: Series, points: Pair[], name: string, colour: string }} Line */

/** The points of each series, once for each run. @type {WeakMap<Run, Map<Series, Pair[]>>} */
const curves = new WeakMap();

/** @param {Run} run @param {Series} series */
function pointsOf(run, series) {
  const known = curves.get(run) ?? new Map();
  curves.set(run, known);
  if (!known.has(series))
    known.set(
      series,
      Array.from({ length: run.steps + 1 }, (_, k) => [
        entry(run.at(series.x, k), 0),
        entry(run.at(series.y, k), series.at),
      ]),
    );
  return /** @type {Pair[]} */ (known.get(series));
}

/** A name with the run's own landmarks in it: "λ = {lambda_1}". @param {string} name @param {Run} run */
const filled = (name, { marks }) =>
  name.replace(/\{(.*?)\}/g, (_, symbol) => String(Number(Number(marks?.[symbol] ?? NaN).toPrecision(3))));

/** @param {Shown[]} shown @param {number} panel @param {Painter} painter @returns {Line[]} */
function linesOf(shown, panel, painter) {
  return shown.flatMap((each) => {
    const mine = each.variant.series.filter((series) => series.panel === panel);
    return mine.map((series) => {
      const name = [shown.length > 1 ? each.variant.label : "", filled(series.name, each.run)]
        .filter(Boolean)
        .join(" ");
      return {
        shown: each,
        series,
        points: pointsOf(each.run, series),
        name,
        colour: painter.colour(each.variant.look.colour),
      };
    });
  });
}

/**
 * @param {Painter} painter
 * @param {Panel} panel
 * @param {number} place of the panel
 * @param {Shown[]} shown
 * @param {Moment} moment
 * @param {{ cap: number, reach: number }} most how far a log and a linear axis go
 */
export function drawSeries(painter, panel, place, shown, moment, { cap, reach }) {
  painter.clear();
  const lines = linesOf(shown, place, painter);
  const { size } = painter;
  const named = lines.filter(({ name }) => name);
  const right = Math.min(Math.max(12, ...named.map(({ name }) => painter.wide(name) + 14)), 0.34 * painter.width);
  const box = /** @type {Box} */ ([
    46 * size,
    24 * size,
    painter.width - 46 * size - right,
    painter.height - 44 * size,
  ]);
  const values = lines.flatMap(({ points }) => points.map((point) => point[1]));
  const ylim = panel.log ? decades(values, panel.floor ? cap : Infinity, panel.floor) : span(values, reach);
  const last =
    panel.across === "steps" ? moment.steps : Math.max(...lines.map(({ points }) => points[points.length - 1][0]));
  const xlim = /** @type {Limits} */ ([0, Math.max(last, 1)]);
  const scales = [scaleOf(xlim, false, box[0], box[2]), scaleOf(ylim, panel.log, box[1] + box[3], -box[3])];
  painter.text(panel.title, [0, 9 * size], painter.colour("ink"), { size: 12.5 });
  drawAxes(painter, panel, box, xlim, ylim);
  const [px, py] = scales;
  painter.within([box[0], box[1] - 3, box[2] + 4, box[3] + 6], () => {
    const step = px(Math.min(moment.step, moment.steps));
    painter.line([[step, box[1]], [step, box[1] + box[3]]], painter.colour("faint"), 1, { dash: [2, 3] }); // prettier-ignore
    for (const { points, series, colour } of lines) {
      const shows = points.map(
        ([x, y]) => /** @type {Pair} */ ([px(x), panel.log && !(y > panel.floor) ? NaN : py(y)]),
      );
      painter.line(shows, colour, 1.9, { dash: series.dash });
    }
    for (const {
      points,
      shown: { last },
      colour,
    } of lines) {
      const [x, y] = points[Math.min(moment.step, last)];
      if (!panel.log || y > panel.floor) painter.mark([px(x), py(y)], "circle", 3.8, colour);
    }
  });
  const ends = named.map(({ points }) => endOf(points, panel, py, box));
  for (const [i, y] of spread(ends, 14 * size, box[1] + 5, box[1] + box[3]).entries())
    painter.text(shortened(painter, named[i].name, right - 8), [box[0] + box[2] + 8, y], named[i].colour);
}

/** The height at which a line ends, in its frame. @param {Pair[]} points @param {Panel} panel @param {(v: number) => number} py @param {Box} box */
function endOf(points, panel, py, [, top, , high]) {
  const last = points.findLast(([, y]) => Number.isFinite(y));
  const y = last ? py(panel.log ? Math.max(last[1], 1e-300) : last[1]) : NaN;
  return Math.min(Math.max(Number.isNaN(y) ? top : y, top), top + high);
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

/** @param {Painter} painter @param {Panel} panel @param {Box} box @param {Limits} xlim @param {Limits} ylim */
function drawAxes(painter, panel, [left, top, wide, high], xlim, ylim) {
  const { size } = painter;
  const [px, py] = [scaleOf(xlim, false, left, wide), scaleOf(ylim, panel.log, top + high, -high)];
  const [faint, grid] = [painter.colour("faint"), painter.colour("line")];
  const room = Math.max(2, Math.floor(high / (26 * size)));
  for (const value of panel.log ? decadeTicks(ylim, room + 1) : roundTicks(ylim, room)) {
    painter.line([[left, py(value)], [left + wide, py(value)]], grid, 1); // prettier-ignore
    painter.text(tickText(value, panel.log), [left - 6, py(value)], faint, { align: "right", weight: 400 });
  }
  const below = top + high + 11 * size;
  const words = panel.across;
  const ticks = roundTicks(xlim, Math.max(2, wide / (70 * size)));
  for (const value of ticks)
    if (
      px(value) + painter.wide(String(value), 12, 400) / 2 <
      left + wide - painter.wide(`${xlim[1]} ${words}`, 12, 400) - 8
    )
      painter.text(tickText(value, false), [px(value), below], faint, { align: "center", weight: 400 });
  painter.text(`${xlim[1]} ${words}`, [left + wide, below], faint, { align: "right", weight: 400 });
}
