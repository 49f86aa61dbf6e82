// A picture next to the contour plot: quantities of the runs against the step, each with its name at its end.
import { decades, span } from "./axes.js";
import { framed } from "./frame.js";
import { entry } from "../formula/compile.js";
/** @import { Limits, Moment, Pair, Panel, Run, Series, Shown } from "../wire.d.ts" */
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

/** A name with the run's own reference values in it: "λ = {lambda_1}". @param {string} name @param {Run} run */
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
  const lines = linesOf(shown, place, painter);
  const values = lines.flatMap(({ points }) => points.map((point) => point[1]));
  const y = panel.log ? decades(values, panel.floor ? cap : Infinity, panel.floor) : span(values, reach);
  const last =
    panel.across === "steps" ? moment.steps : Math.max(...lines.map(({ points }) => points[points.length - 1][0]));
  const x = /** @type {Limits} */ ([0, Math.max(last, 1)]);
  const ends = lines.map(({ name, points, colour }) => {
    const at = points.findLast((point) => Number.isFinite(point[1]))?.[1] ?? NaN;
    return { name, at: panel.log ? Math.max(at, 1e-300) : at, colour };
  });
  const across = `${x[1]} ${panel.across}`;
  const { px, py, box } = framed(painter, { title: panel.title, across, x, y, log: [false, panel.log] }, ends);
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
}
