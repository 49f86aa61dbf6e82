// A race that runs by itself, again and again, until somebody takes hold of it; for those who ask for no motion it stands at its end.
/** @import { ExplorerView } from "../explorer/explorer.js" */

const REST = 2500; // ms between two races

/** @param {HTMLElement} node with the view */
export function race(node) {
  const view = /** @type {ExplorerView} */ (Reflect.get(node, "explorer"));
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {ReturnType<typeof setInterval>} */
  let again;
  const stop = () => clearInterval(again);
  const run = () => {
    if (still.matches || !node.isConnected) return stop();
    if (!view.player.playing && !document.hidden) view.player.play();
  };
  for (const kind of ["pointerdown", "keydown"]) node.addEventListener(kind, stop);
  view.player.speed.value = "20"; // fast
  run();
  again = setInterval(run, REST);
}
