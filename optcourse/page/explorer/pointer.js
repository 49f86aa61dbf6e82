// A pointer takes hold of the start, or of η and γ on the map; wheel, pinch and keys zoom and move what the contour plot shows.
/** @import { Pair } from "../wire.d.ts" */

/** @type {Record<string, Pair>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Where an event is, in CSS pixels of an element. @param {PointerEvent | WheelEvent} event @param {Element} element @returns {Pair} */
function placeIn(event, element) {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/**
 * Follow a pointer from where it goes down until it is lifted or lost.
 * @param {HTMLElement} node that hears it
 * @param {HTMLElement} canvas in whose pixels it is told
 * @param {(at: Pair, event: PointerEvent) => ((at: Pair, event: PointerEvent) => void) | null} begin what follows, or null
 */
export function drags(node, canvas, begin) {
  /** @type {ReturnType<typeof begin>} */
  let follow = null;
  let held = -1;
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held >= 0) return;
    follow = begin(placeIn(event, canvas), event);
    if (!follow) return;
    held = event.pointerId;
    node.setPointerCapture(held);
    follow(placeIn(event, canvas), event);
  });
  node.addEventListener("pointermove", (event) => {
    if (event.pointerId === held && event.buttons & 1) follow?.(placeIn(event, canvas), event);
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"]))
    node.addEventListener(end, (event) => {
      if (event.pointerId === held) held = -1;
    });
}

/**
 * Wheel (where the contour plot has the focus, or with Ctrl), pinch and keys.
 * @param {HTMLCanvasElement} canvas
 * @param {{ zoom(factor: number, at: Pair): void, pan(dx: number, dy: number): void, whole(): void, nudge(dx: number, dy: number): void }} contour
 */
export function zooms(canvas, contour) {
  const middle = () => /** @type {Pair} */ ([canvas.clientWidth / 2, canvas.clientHeight / 2]);
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && document.activeElement !== canvas) return; // the page scrolls
      event.preventDefault();
      contour.zoom(
        Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 60) * 0.004),
        placeIn(event, canvas),
      );
    },
    { passive: false },
  );
  canvas.addEventListener("dblclick", () => contour.whole());
  canvas.addEventListener("keydown", (event) => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((dx || dy) && event.shiftKey) contour.pan(-24 * dx, 24 * dy);
    else if (dx || dy) contour.nudge(dx, dy);
    else if (event.key === "+" || event.key === "=") contour.zoom(1.25, middle());
    else if (event.key === "-") contour.zoom(0.8, middle());
    else if (event.key === "0") contour.whole();
    else return;
    event.preventDefault();
  });
  pinches(canvas, contour);
}

/** @param {HTMLCanvasElement} canvas @param {{ zoom(factor: number, at: Pair): void, pan(dx: number, dy: number): void }} contour */
function pinches(canvas, contour) {
  /** @type {Map<number, Pair>} */
  const fingers = new Map();
  const apart = () => {
    const [[a, b], [c, d]] = [...fingers.values()];
    return { far: Math.max(Math.hypot(c - a, d - b), 1), at: /** @type {Pair} */ ([(a + c) / 2, (b + d) / 2]) };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, placeIn(event, canvas));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = fingers.size === 2 ? apart() : null;
    fingers.set(event.pointerId, placeIn(event, canvas));
    if (!before) return;
    const now = apart();
    contour.pan(now.at[0] - before.at[0], now.at[1] - before.at[1]);
    contour.zoom(now.far / before.far, now.at);
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"]))
    canvas.addEventListener(end, (event) => void fingers.delete(event.pointerId));
}
