// The layout: the contour plot as large as the screen lets it be while controls, step control and every row of the formula are seen.
/** @import { ExplorerView } from "./explorer.js" */

const GAP = 14; // between the contour plot and what stands next to it
const NARROW = 680; // below, all is one column
const LEAST = 190; // of a contour plot's height
const SHARPEST = 3; // device pixels of a CSS pixel
const STRIP = 32; // height of a row of tabs

/**
 * The sizes of the pictures.
 * @param {object} given
 * @param {number} given.room width
 * @param {number} given.height that controls, step control and formula leave
 * @param {number} given.screen height of the window
 * @param {number} given.aspect of what the contour plot shows: width over height
 * @param {number} given.beside how many pictures there are besides the contour plot
 * @param {number} given.size of type
 * @param {boolean} [given.sheet] of paper: everything is seen, the contour plot first, the others two in a row
 * @returns {{ narrow: boolean, contour: [number, number], side: [number, number], seen: number }} seen: of the others at a time
 */
export function arranged({ room, height, screen, aspect, beside, size, sheet }) {
  const shape = Math.min(Math.max(aspect, 0.8), 2.6);
  if (sheet) {
    const each = beside > 1 ? (room - GAP) / 2 : room;
    return { narrow: false, contour: [room, Math.min(room / shape, 380)], side: [each, 200 * size], seen: beside };
  }
  if (room < NARROW * size) {
    const high = Math.min(Math.max(room / shape, 0.56 * room), 0.36 * screen);
    return {
      narrow: true,
      contour: [room, Math.max(high, LEAST)],
      side: [room, 170 * size],
      seen: Math.min(1, beside),
    };
  }
  const most = beside ? Math.min(0.68 * room, room - GAP - 280 * size) : room;
  const high = Math.max(beside ? height : Math.min(height, 0.66 * screen), LEAST); // a contour plot alone leaves room for words
  const wide = beside ? Math.min(Math.max(shape * high, 0.52 * room), most) : room;
  const kept = Math.min(high, Math.max((1.35 * wide) / shape, 0.5 * wide), wide);
  const seen = Math.min(beside, 2);
  const left = room - GAP - wide;
  const each = (kept - (beside > seen ? STRIP * size : 0) - (seen - 1) * GAP) / Math.max(seen, 1);
  return { narrow: false, contour: [wide, kept], side: [left, Math.min(each, 0.85 * left)], seen };
}

/** The part of the window in which a notebook shows its cells; it can be as low as a strip. @param {Element} el */
export const panelOf = (el) => el.closest(".jp-WindowedPanel-outer");

/** How high the window is in which a notebook, or a page, shows a view. @param {Element} el */
export const screenOf = (el) => panelOf(el)?.clientHeight || window.innerHeight;

/** Device pixels of a CSS pixel. */
export const sharpness = () => Math.min(Math.max(window.devicePixelRatio || 1, 1), SHARPEST);

/** Whether a view, or what is in it, is laid out for a sheet of paper, whose width its style gives. @param {Element} el */
export const isOnSheet = (el) => el.closest(".oc-sheet") !== null;

/** Paper has no window, and no tabs. @param {Element} el @param {boolean} on */
export const putOnSheet = (el, on) => void el.classList.toggle("oc-sheet", on);

/** What a layout depends on. @param {Pick<ExplorerView, "el" | "pictures" | "controls">} view */
export const roomOf = ({ el, pictures, controls }) =>
  `${pictures.clientWidth} ${screenOf(el)} ${sharpness()} ${controls.box.offsetHeight} ${isOnSheet(el)}`;

/** The sizes that fit a view. @param {Element} el @param {Omit<Parameters<typeof arranged>[0], "screen" | "sheet">} given */
export const arrangedIn = (el, given) => arranged({ ...given, screen: screenOf(el), sheet: isOnSheet(el) });

/** Give the pictures of a view their sizes. @param {ExplorerView} view */
export function layOut({ el, pictures, formulas, config, cache, now, contour, contourBox, side }) {
  const room = pictures.clientWidth;
  const size = config.size * Math.min(Math.max(room / 1250, 1), 1.3); // a projector is read from afar
  const [left, right, bottom, top] = cache.surface(now).view;
  const aspect = (right - left) / (top - bottom);
  const height = heightLeft(el, pictures, formulas, size);
  const found = arrangedIn(el, { room, height, aspect, beside: side.pictures.length, size });
  el.classList.toggle("oc-narrow", found.narrow);
  if (!contourBox.hidden) contour.resize(found.contour, sharpness(), size, found.narrow);
  const flat = /** @type {[number, number]} */ ([Math.min(room, 900), 300 * size]);
  side.resize(contourBox.hidden ? flat : found.side, found.seen, sharpness(), size);
}

/**
 * The height that all but the pictures leaves, once the formula has the form that fits: without what its rows are for where
 * height is scarce, stacked where width is.
 * @param {HTMLElement} el @param {HTMLElement} pictures @param {HTMLElement} formulas @param {number} size of type
 */
export function heightLeft(el, pictures, formulas, size) {
  el.style.setProperty("--oc-size", String(size));
  formulas.classList.remove("oc-tight", "oc-stacked");
  const left = () => screenOf(el) - (el.offsetHeight - pictures.offsetHeight) - 18;
  const wide = () => formulas.scrollWidth > formulas.clientWidth + 1;
  if ((left() < 300 && !isOnSheet(el)) || wide()) formulas.classList.add("oc-tight");
  if (wide()) formulas.classList.add("oc-stacked");
  formulas.tabIndex = formulas.offsetHeight > 4 ? 0 : -1; // where it scrolls it scrolls by keys, too
  return left();
}
