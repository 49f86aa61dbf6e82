// What stands next to the contour plot: one or two pictures, stacked; where there are more, tabs.
import { keepKeys, make, nearest } from "./controls.js";
import { Painter } from "../plot/painter.js";
import { GAMMAS, ETAS, EtaGammaMap, drawMap, limitOf } from "../plot/rate_map.js";
import { drags } from "./pointer.js";
import { drawSeries } from "../plot/line_plot.js";
/** @import { Moment, Pair, Panel, Scale, Setting, Shown } from "../wire.d.ts" */
/** @import { Theme } from "../plot/painter.js" */
/** @import { RunCache } from "../compute/run_cache.js" */

const NO_MAP = "no map for this variant: it needs γ and a known stability limit"; // as views.MapView.NONE
/** @typedef {{ panel: Panel, place: number, figure: HTMLElement, painter: Painter, hold: ((at: Pair) => void) | null }} Picture what a pointer moves */

export class SidePanels {
  /**
   * @param {HTMLElement} box
   * @param {{ move(values: Record<string, number>): void, redraw(): void, arrange(again: boolean): void }} host
   */
  constructor(box, host) {
    this.box = box;
    this.host = host;
    this.tabs = make("div", box, { className: "oc-tabs", role: "group", ariaLabel: "pictures" });
    /** @type {Picture[]} */
    this.pictures = [];
    this.seen = 0; // at a time
    this.tab = 0;
    /** @type {Map<string, EtaGammaMap>} */
    this.maps = new Map();
  }

  /** @param {[Panel, number][]} panels with their places in the config */
  set(panels) {
    for (const { figure } of this.pictures) figure.remove();
    this.pictures = panels.map(([panel, place]) => {
      const figure = make("figure", this.box, { className: "oc-panel" });
      const canvas = make("canvas", figure, { tabIndex: 0, role: "img", ariaLabel: panel.title });
      canvas.dataset.name = panel.name;
      keepKeys(canvas);
      const picture = /** @type {Picture} */ ({ panel, place, figure, painter: new Painter(canvas), hold: null });
      drags(canvas, canvas, () => picture.hold);
      return picture;
    });
    this.seen = 0;
    this.tabs.hidden = true;
  }

  /** @param {Theme} theme */
  set theme(theme) {
    for (const { painter } of this.pictures) painter.colour = theme;
  }

  get shown() {
    return this.pictures.filter((_, i) => Math.floor(i / Math.max(this.seen, 1)) === this.tab);
  }

  /** @param {Pair} size of each @param {number} seen at a time @param {number} ratio @param {number} type */
  resize([wide, high], seen, ratio, type) {
    if (seen !== this.seen) {
      this.seen = seen;
      this.tab = 0;
      this.setTabs();
    }
    for (const [i, { figure, painter }] of this.pictures.entries()) {
      figure.hidden = Math.floor(i / Math.max(seen, 1)) !== this.tab;
      const alone = this.shown.length === 1 && seen === 2 && this.pictures.length > 1; // on its tab
      painter.resize(wide, alone ? Math.min(2 * high, 0.85 * wide) : high, ratio, type);
    }
  }

  setTabs() {
    const count = Math.ceil(this.pictures.length / Math.max(this.seen, 1));
    this.tabs.hidden = count < 2;
    this.tabs.replaceChildren();
    for (let tab = 0; tab < count && count > 1; tab++) {
      const names = this.pictures.slice(tab * this.seen, (tab + 1) * this.seen).map(({ panel }) => panel.short);
      const button = make(
        "button",
        this.tabs,
        { type: "button", ariaPressed: String(tab === this.tab) },
        names.join(" · "),
      );
      keepKeys(button);
      button.addEventListener("click", () => {
        this.tab = tab;
        for (const [i, each] of [...this.tabs.children].entries()) each.ariaPressed = String(i === tab);
        this.host.arrange(true);
      });
    }
  }

  /** @param {RunCache} cache @param {Setting} now @param {Shown[]} shown @param {Moment} moment */
  draw(cache, now, shown, moment) {
    const surface = cache.surface(now);
    const [left, right, bottom, top] = surface.view;
    const most = { cap: cache.cap(surface), reach: Math.max(right - left, top - bottom) / 2 };
    for (const picture of this.shown) {
      const { painter, panel, place } = picture;
      if (panel.kind === "map") this.drawMap(picture, cache, now, shown);
      else drawSeries(painter, panel, place, shown, moment, most);
    }
  }

  /** @param {Picture} picture @param {RunCache} cache @param {Setting} now @param {Shown[]} shown */
  drawMap(picture, cache, now, shown) {
    const { painter, panel } = picture;
    const [{ variant }] = shown;
    const curvature = Number(cache.surface(now).reference_values[0].lambda_2);
    const limit = variant.stable && limitOf(variant.stable);
    const { eta, gamma } = cache.values(variant, now);
    const known = limit && gamma !== undefined;
    const map = known ? this.mapOf(cache, now) : null;
    const said = known ? panel.title : NO_MAP;
    const at = /** @type {Pair} */ ([eta, gamma ?? NaN]);
    const scales = drawMap(
      painter,
      said,
      map,
      at,
      (value) => (limit ? limit(value, curvature) : NaN),
      cache.config.longest,
    );
    picture.hold = known ? ([x, y]) => this.setHypers(cache, variant.hypers, scales, x, y) : null;
  }

  /** The map of this surface and variant, begun if it is not there. @param {RunCache} cache @param {Setting} now */
  mapOf(cache, now) {
    const outcome = cache.outcome(now);
    if (!outcome) return null;
    let map = this.maps.get(outcome.key);
    if (!map) {
      for (const [key, each] of this.maps)
        if (!each.done) {
          each.stop();
          this.maps.delete(key);
        }
      map = new EtaGammaMap(outcome.of, () => this.host.redraw());
      this.maps.set(outcome.key, map);
    }
    return map;
  }

  /** @param {RunCache} cache @param {Record<string, string>} hypers @param {Scale[]} scales @param {number} x @param {number} y */
  setHypers({ config }, hypers, [px, py], x, y) {
    /** @type {Record<string, number>} */
    const values = {};
    for (const [symbol, [low, high], wanted] of /** @type {[string, Pair, number][]} */ ([
      ["eta", ETAS, px.back(x)],
      ["gamma", GAMMAS, py.back(y)],
    ])) {
      const control = config.controls.find(({ name }) => name === hypers[symbol]);
      if (control)
        values[control.name] = control.values[nearest(control.values, Math.min(Math.max(wanted, low), high))];
    }
    this.host.move(values);
  }

  stop() {
    for (const map of this.maps.values()) map.stop();
  }
}
