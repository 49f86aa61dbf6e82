// A painter: lines, marks, arrows and words on a canvas, in CSS pixels and in the colours of the view's theme.
/** @import { Box, Pair } from "../wire.d.ts" */

const OUT = 1e5; // pixels; a diverging run goes further than a canvas can say
const FONT = 'system-ui, "DejaVu Sans", sans-serif';
const STAR = Array.from({ length: 10 }, (_, i) => [i % 2 ? 0.5 : 1.25, (Math.PI * (i - 2.5)) / 5]);
/** @type {Record<string, number[][]>} */
const MARKS = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  up: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]],
  down: [[0, 1.15], [1.1, -0.85], [-1.1, -0.85]],
  plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
  star: STAR.map(([r, a]) => [r * Math.cos(a), r * Math.sin(a)]),
  cross: [[-1.1, -0.6], [-0.6, -1.1], [0, -0.5], [0.6, -1.1], [1.1, -0.6], [0.5, 0], [1.1, 0.6], [0.6, 1.1], [0, 0.5], [-0.6, 1.1], [-1.1, 0.6], [-0.5, 0]],
}; // prettier-ignore

/** The colours of a theme by their names in the style sheet, read once. @param {Element} el */
export function themeOf(el) {
  const style = getComputedStyle(el);
  /** @type {Map<string, string>} */
  const known = new Map();
  return (/** @type {string} */ name) => {
    let colour = known.get(name);
    if (colour === undefined) known.set(name, (colour = style.getPropertyValue(`--oc-${name}`).trim()));
    return colour;
  };
}
/** @typedef {ReturnType<typeof themeOf>} Theme */

export class Painter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    /** @type {Theme} */
    this.colour = () => "";
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.size = 1;
    /** @type {Map<string, number>} */
    this.widths = new Map();
  }

  /**
   * A new size, in CSS pixels; how many device pixels each has; and how large type is.
   * @param {number} width @param {number} height @param {number} ratio @param {number} size
   */
  resize(width, height, ratio, size) {
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.size = size;
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.widths.clear();
  }

  clear() {
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
  }

  /** Draw within a box only. @param {Box} box @param {() => void} draw */
  within(box, draw) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(...box);
    this.context.clip();
    draw();
    this.context.restore();
  }

  /**
   * A line through points; it breaks where one is not finite or far out.
   * @param {Iterable<Pair>} points @param {string} colour @param {number} width
   * @param {{ dash?: number[], alpha?: number }} [more] dashes in widths of the line
   */
  line(points, colour, width, { dash = [], alpha = 1 } = {}) {
    const { context } = this;
    let down = false;
    context.beginPath();
    for (const [x, y] of points) {
      const seen = Math.abs(x) < OUT && Math.abs(y) < OUT;
      if (seen && down) context.lineTo(x, y);
      else if (seen) context.moveTo(x, y);
      down = seen;
    }
    Object.assign(context, { strokeStyle: colour, lineWidth: width, lineJoin: "round", globalAlpha: alpha });
    context.lineCap = dash.length ? "butt" : "round";
    context.setLineDash(dash.map((each) => each * width));
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** Small dots, all in one path. @param {Iterable<Pair>} points @param {string} colour @param {number} radius */
  dots(points, colour, radius) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of points)
      if (Math.abs(x) < OUT && Math.abs(y) < OUT) {
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 7);
      }
    context.fillStyle = colour;
    context.fill();
  }

  /** A ring. @param {Pair} point @param {number} radius @param {string} colour @param {number} width */
  ring([x, y], radius, colour, width) {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 7);
    Object.assign(this.context, { strokeStyle: colour, lineWidth: width });
    this.context.stroke();
  }

  /** A method's mark, with an edge. @param {Pair} point @param {string} mark @param {number} radius @param {string} colour */
  mark([x, y], mark, radius, colour) {
    if (!(Math.abs(x) < OUT && Math.abs(y) < OUT)) return;
    const { context } = this;
    context.beginPath();
    if (MARKS[mark]) for (const [dx, dy] of MARKS[mark]) context.lineTo(x + radius * dx, y + radius * dy);
    else context.arc(x, y, radius, 0, 7);
    context.closePath();
    Object.assign(context, { fillStyle: colour, strokeStyle: this.colour("paper"), lineWidth: 1.5, lineJoin: "round" });
    context.fill();
    context.stroke();
  }

  /** An arrow whose head is never longer than itself. @param {Pair} tail @param {Pair} tip @param {string} colour @param {number} width */
  arrow([a, b], [c, d], colour, width) {
    const long = Math.hypot(c - a, d - b);
    if (!(long > 0.5 && long < OUT)) return;
    const head = Math.min(4 + 2.2 * width, 0.6 * long);
    const [dx, dy] = [((c - a) * head) / long, ((d - b) * head) / long];
    this.line([[a, b], [c - 0.8 * dx, d - 0.8 * dy]], colour, width); // prettier-ignore
    const { context } = this;
    context.beginPath();
    context.moveTo(c, d);
    context.lineTo(c - dx - 0.45 * dy, d - dy + 0.45 * dx);
    context.lineTo(c - dx + 0.45 * dy, d - dy - 0.45 * dx);
    context.fillStyle = colour;
    context.fill();
  }

  /** @param {number} size of type @param {number} weight */
  font(size, weight) {
    const font = `${weight} ${size * this.size}px ${FONT}`;
    if (this.context.font !== font) this.context.font = font;
    return font;
  }

  /** How wide words are. @param {string} words @param {number} [size] @param {number} [weight] */
  wide(words, size = 12, weight = 600) {
    const key = this.font(size, weight) + words;
    let found = this.widths.get(key);
    if (found === undefined) this.widths.set(key, (found = this.context.measureText(words).width));
    return found;
  }

  /**
   * Status, on a halo where they lie over a picture. y is the middle of the line.
   * @param {string} words @param {Pair} point @param {string} colour
   * @param {{ align?: CanvasTextAlign, size?: number, weight?: number, halo?: string }} [more]
   */
  text(words, [x, y], colour, { align = "left", size = 12, weight = 600, halo = "" } = {}) {
    const { context } = this;
    this.font(size, weight);
    Object.assign(context, { textAlign: align, textBaseline: "middle", fillStyle: colour });
    if (halo) {
      Object.assign(context, { strokeStyle: halo, lineWidth: 3.5, lineJoin: "round" });
      context.strokeText(words, x, y);
    }
    context.fillText(words, x, y);
  }
}
