// A view in a page: it hears the model, the window and the theme, and whether there is a kernel.
import { TrainerView } from "./trainer/trainer.js";
import { isOnSheet, panelOf } from "./explorer/layout.js";
import { BAR } from "./explorer/player.js";
import { ExplorerView } from "./explorer/explorer.js";
import { watchTheme } from "./plot/theme.js";
/** @import { Model } from "./wire.d.ts" */

const PATIENCE = 3000; // ms that a kernel has to answer
const VISIBILITY_MARGIN = { rootMargin: "100%", scrollMargin: "100%" }; // of the window: what lies within it may come into sight at once

const LOST =
  "Python has stopped. The pictures still work. To use the exercises, restart the kernel and run this cell again.";
const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div><p class="oc-message" role="alert"></p>
  <p class="oc-lost">${LOST}</p><div class="oc-pictures"><figure class="oc-contour"></figure><div class="oc-side"></div></div>
  <div class="oc-bar" role="group" aria-label="steps of the run">${BAR}<span class="oc-part" aria-live="polite"></span></div>
  <div class="oc-formulas"></div><p class="oc-words" aria-live="polite"></p>`;

/**
 * A view, or a trainer, in a place of a page.
 * @param {{ model: Model, el: HTMLElement }} view @returns {() => void} ends it all
 */
export function render({ model, el }) {
  let end = () => {};
  const events = ["change:config", "change:surfaces", "change:digits"];
  // a second client of a notebook may hear of the widget before it hears what is in it
  const begin = () => {
    if (!isComplete(model)) return;
    for (const event of events) model.off(event, begin);
    end = mounted(model, el);
  };
  for (const event of events) model.on(event, begin);
  begin();
  return () => {
    for (const event of events) model.off(event, begin);
    end();
  };
}

const isExperiment = (/** @type {Model} */ model) => "etas" in model.get("config");

/** @param {Model} model */
const isComplete = (model) =>
  Boolean(model.get("config")?.methods) && (isExperiment(model) ? model.get("digits") : model.get("surfaces").length);

/** @param {Model} model @param {HTMLElement} el @returns {() => void} */
function mounted(model, el) {
  el.classList.add("oc-live");
  const experiment = isExperiment(model); // a trainer has a frame of its own
  if (!experiment) el.innerHTML = FRAME;
  const view = experiment ? new TrainerView(model, el) : new ExplorerView(model, el);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience = undefined;
  const ask = () => {
    model.send({ kind: "ready" });
    if (view.kernel !== "none")
      patience = setTimeout(() => view.setKernelStatus(view.kernel === "here" ? "here" : "gone"), PATIENCE);
  };
  const answered = (/** @type {any} */ content) => {
    if (content.kind !== "here") return;
    clearTimeout(patience);
    view.setKernelStatus("here");
  };
  /** @type {Record<string, (content?: any) => void>} */
  const reactions = {
    "change:config": () => view.take(),
    "change:surfaces": () => view.take(),
    "change:kernel_runs": () => {
      if (view instanceof ExplorerView) (view.cache.renew(), view.redraw());
    },
    "change:setting": () => view.syncFromModel(),
    "change:message": () => view.say(),
    "msg:custom": answered,
    comm_live_update: () => (view.setKernelStatus("gone"), ask()), // restarted, or connected again
  };
  for (const [event, reaction] of Object.entries(reactions)) model.on(event, reaction);
  const arrange = () => {
    if (!isOnSheet(el)) view.arrange(); // what was laid out for paper stays until it is printed
  };
  const watcher = new ResizeObserver(arrange);
  for (const node of [el, view.controls.box]) watcher.observe(node);
  window.addEventListener("resize", arrange);
  const recolour = () => view.recolour();
  const unwatch = watchTheme(recolour);
  const [print, printed] = [() => view.print(), () => view.printed()];
  window.addEventListener("beforeprint", print);
  window.addEventListener("afterprint", printed);
  const nearness = new IntersectionObserver((seen) => {
    const near = seen[seen.length - 1].isIntersecting;
    const panel = near && panelOf(el); // a notebook's panel can change its height alone, and is there only now
    if (panel) watcher.observe(panel);
    if (near) recolour(); // the theme may have changed while the notebook had taken it out of the page
    view.setVisible(near);
  }, VISIBILITY_MARGIN);
  nearness.observe(el);
  ask();
  Object.assign(el, { explorer: view }); // what a goal in the page, and a test, reads
  return () => {
    view.end();
    clearTimeout(patience);
    watcher.disconnect();
    nearness.disconnect();
    unwatch();
    window.removeEventListener("beforeprint", print);
    window.removeEventListener("afterprint", printed);
    window.removeEventListener("resize", arrange);
    for (const [event, reaction] of Object.entries(reactions)) model.off(event, reaction);
    // a notebook may keep the node: what it holds is given back, pixels first
    for (const canvas of el.querySelectorAll("canvas")) canvas.width = canvas.height = 0;
    el.replaceChildren();
    el.classList.remove("oc-live");
    Object.assign(el, { explorer: undefined });
  };
}
