// The contour plot's frame: two layers, the heatmap and what moves over it; what is in view; what a pointer takes hold of.
import { fitted, scaleOf } from "../plot/axes.js";
import { make, round3 } from "./controls.js";
import { Painter } from "../plot/painter.js";
import { gridOf } from "../compute/grid.js";
import { shaded } from "../plot/heatmap.js";
import { drawContourPlot, drawInsets, insetBoxes, insetsOf, pathOf } from "../plot/contour_plot.js";
import { isOnSheet } from "./layout.js";
import { drags, zooms } from "./pointer.js";
/** @import { Box, Objective, Moment, Pair, Scale, Shown, Surface } from "../wire.d.ts" */
/** @import { Theme } from "../plot/painter.js" */

const MOST = 400; // times the whole view is the closest
const ZOOM_SETTLE_MS = 120; // milliseconds after the last zoom, then the heatmap is drawn sharp
const GRAB_RADIUS = 24; // pixels around the start in which a pointer takes hold of it

export class ContourView {
  /**
   * @param {HTMLElement} figure
   * @param {{ now: { start: Pair }, moveStart(start: Pair): void, redraw(): void }} host
   */
  constructor(figure, host) {
    this.host = host;
    this.frame = make("div", figure, { className: "oc-frame" });
    this.heatmap = make("canvas", this.frame, { className: "oc-heatmap", ariaHidden: "true" });
    this.canvas = make("canvas", this.frame, {
      className: "oc-contour-canvas",
      tabIndex: 0,
      role: "img",
      ariaLabel: "surface",
    });
    this.handle = make("div", this.frame, { className: "oc-handle" }); // a finger drags it; next to it, it scrolls the page
    this.note = make("div", this.frame, { className: "oc-diverged" });
    this.back = make(
      "button",
      this.frame,
      { className: "oc-whole", hidden: true, title: "or double-click, or press 0" },
      "whole view",
    );
    this.under = new Painter(make("canvas", figure, { className: "oc-insets", hidden: true, ariaHidden: "true" }));
    this.painter = new Painter(this.canvas);
    this.narrow = false;
    this.enlarged = false; // whether a step's vectors have an inset
    /** @type {Surface | null} */
    this.surface = null;
    /** @type {Objective | null} */
    this.data = null;
    /** @type {number[] | null} what is zoomed to, or the whole */
    this.zoomed = null;
    this.corner = 0;
    this.painted = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.calm = undefined;
    /** @type {Pair} */
    this.start = [0, 0];
    for (const node of [this.canvas, this.handle]) drags(node, this.canvas, (at, event) => this.taken(at, event, node));
    zooms(this.canvas, {
      zoom: (factor, at) => this.zoom(factor, at),
      pan: (dx, dy) => this.pan(dx, dy),
      whole: () => this.whole(),
      nudge: (dx, dy) => this.nudge(dx, dy),
    });
    this.back.addEventListener("click", () => this.whole());
  }

  /** @param {Theme} theme */
  set theme(theme) {
    this.painter.colour = this.under.colour = theme;
    this.painted = "";
  }

  /** @param {Pair} size @param {number} ratio @param {number} type @param {boolean} narrow */
  resize([wide, high], ratio, type, narrow) {
    this.painter.resize(wide, high, ratio, type);
    this.corner = 0; // whatever was seen before
    this.narrow = narrow;
    this.under.resize(wide, 116 * type, ratio, type);
    Object.assign(this.heatmap.style, { width: `${wide}px`, height: `${high}px` });
    Object.assign(this.frame.style, { width: `${wide}px`, height: `${high}px` });
    this.painted = "";
  }

  /** The limits in view: x from, to, y from, to. */
  get view() {
    const { width, height } = this.painter;
    return fitted(this.zoomed ?? this.surface?.view ?? [0, 1, 0, 1], width, height);
  }

  /** @returns {Scale[]} */
  get scales() {
    const [left, right, bottom, top] = this.view;
    const { width, height } = this.painter;
    return [scaleOf([left, right], false, 0, width), scaleOf([bottom, top], false, height, -height)];
  }

  // ---- what is in view ----

  /** @param {number} factor @param {Pair} at a point in pixels that keeps its place */
  zoom(factor, at) {
    if (!this.surface) return;
    const [left, right, bottom, top] = this.view;
    const whole = fitted(this.surface.view, this.painter.width, this.painter.height);
    const now = (whole[1] - whole[0]) / (right - left);
    const times = Math.min(Math.max(now * factor, 1), MOST) / now;
    if (now * times < 1.001) return this.whole();
    const [x, y] = this.scales.map((scale, i) => scale.back(at[i]));
    this.zoomed = [x + (left - x) / times, x + (right - x) / times, y + (bottom - y) / times, y + (top - y) / times];
    this.gesture();
  }

  /** @param {number} dx @param {number} dy in pixels */
  pan(dx, dy) {
    if (!this.zoomed) return;
    const [px, py] = this.scales;
    const [x, y] = [px.back(0) - px.back(dx), py.back(0) - py.back(dy)];
    const [left, right, bottom, top] = this.view;
    this.zoomed = [left + x, right + x, bottom + y, top + y];
    this.gesture();
  }

  whole() {
    this.zoomed = null;
    this.gesture();
  }

  /** As if nobody had touched it. */
  reset() {
    this.zoomed = null;
    this.back.hidden = true;
    this.corner = 0;
  }

  gesture() {
    this.back.hidden = this.zoomed === null;
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.calm = undefined;
      this.host.redraw();
    }, ZOOM_SETTLE_MS);
    this.host.redraw();
  }

  // ---- a pointer ----

  /** @param {Pair} at @param {PointerEvent} event @param {HTMLElement} node @returns {((at: Pair) => void) | null} */
  taken(at, event, node) {
    const touch = event.pointerType === "touch";
    if (node === this.canvas && touch) return null; // it scrolls the page, or two of them zoom
    const onStart = Math.hypot(at[0] - this.start[0], at[1] - this.start[1]) <= GRAB_RADIUS;
    if (node === this.canvas && (event.shiftKey || (this.zoomed && !onStart))) {
      let before = at;
      return (now) => {
        this.pan(now[0] - before[0], now[1] - before[1]);
        before = now;
      };
    }
    const off = /** @type {Pair} */ (onStart ? [this.start[0] - at[0], this.start[1] - at[1]] : [0, 0]);
    return ([x, y]) => {
      const [px, py] = this.scales;
      this.moveStart(px.back(x + off[0]), py.back(y + off[1]));
    };
  }

  /** Within the whole of the surface. @param {number} x @param {number} y */
  moveStart(x, y) {
    if (!this.surface) return;
    const [left, right, bottom, top] = this.surface.view;
    const kept = (/** @type {number} */ v, /** @type {number} */ a, /** @type {number} */ b) =>
      round3(Math.min(Math.max(v, a), b));
    this.host.moveStart([kept(x, left, right), kept(y, bottom, top)]);
  }

  /** By hundredths of what is in view. @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const [left, right, bottom, top] = this.view;
    const [x, y] = this.host.now.start;
    this.moveStart(x + (dx * (right - left)) / 100, y + (dy * (top - bottom)) / 100);
  }

  // ---- drawing ----

  /** What is shown; and with it whether there is an inset, and where: that takes room. @param {Surface} surface @param {Objective} data @param {Shown[]} shown @param {boolean} vectors */
  show(surface, data, shown, vectors) {
    if (this.surface !== surface) this.reset();
    this.surface = surface;
    this.data = data;
    this.enlarged = vectors && shown.length <= 2 && shown.some(({ variant }) => variant.arrows.length);
    this.under.canvas.hidden = !(this.enlarged && this.narrow);
  }

  /** The heatmap, once for a surface, a view, a size and a theme; coarse while a zoom is on its way. */
  paintHeatmap() {
    const { painter, data, surface, view } = this;
    if (!data || !surface || painter.width < 1) return;
    const coarse = this.calm !== undefined;
    const key = `${coarse ? "coarse" : "sharp"} ${view} ${surface.name}`;
    if (key === this.painted) return;
    this.painted = key;
    const ratio = coarse ? 0.5 : painter.ratio;
    const [wide, high] = [
      Math.max(1, Math.round(painter.width * ratio)),
      Math.max(1, Math.round(painter.height * ratio)),
    ];
    const cell = coarse ? 8 : 3.2;
    const grid = gridOf(data.loss, view, Math.ceil(painter.width / cell), Math.ceil(painter.height / cell));
    const colours = {
      low: painter.colour("heatmap-low"),
      high: painter.colour("heatmap-high"),
      level: painter.colour("level"),
    };
    const pixels = shaded(grid, wide, high, colours, ratio);
    Object.assign(this.heatmap, { width: wide, height: high });
    this.heatmap.getContext("2d")?.putImageData(new ImageData(pixels, wide, high), 0, 0);
  }

  /** @param {Shown[]} shown @param {Moment} moment @param {{ vectors: boolean, hint: boolean, key: boolean }} options */
  draw(shown, moment, options) {
    const { painter, surface, scales, enlarged } = this;
    if (!surface) return;
    this.paintHeatmap();
    painter.clear();
    // Chromium prints strokes, and a cleared layer as white paper: on paper all is one layer
    if (isOnSheet(this.frame)) painter.context.drawImage(this.heatmap, 0, 0, painter.width, painter.height);
    /** @type {Box[]} */
    let boxes = [];
    if (enlarged && !this.narrow) {
      const points = shown.flatMap((each) => pathOf(each, scales));
      ({ boxes, corner: this.corner } = insetBoxes(painter, insetsOf(shown).length, points, this.corner));
    }
    drawContourPlot(painter, scales, shown, moment, surface, { ...options, taken: boxes });
    if (boxes.length) drawInsets(painter, boxes, shown, moment);
    else if (enlarged) {
      const count = insetsOf(shown).length;
      const [wide, high] = [(this.under.width - 8 * (count - 1) - 2) / count, this.under.height - 4];
      this.under.clear();
      const row = Array.from({ length: count }, (_, i) => /** @type {Box} */ ([1 + i * (wide + 8), 2, wide, high]));
      drawInsets(this.under, row, shown, moment);
    }
    const { variant, run } = shown[0];
    const start = run.at(variant.theta, 0);
    if (typeof start !== "number") this.start = [scales[0](start[0]), scales[1](start[1])];
    this.handle.style.transform = `translate(${this.start[0]}px, ${this.start[1]}px)`;
    const ends = shown.filter((each) => each.run.end);
    const said = ends
      .map((each) => (shown.length > 1 ? `${each.variant.label}: ${each.run.end}` : each.run.end))
      .join("\n");
    if (this.note.textContent !== said) this.note.textContent = said;
  }
}
