// A stage in a page: it hears the model, the window and the theme, and whether there is a kernel.
import { Laboratory } from "./laboratory.js";
import { BAR } from "./player.js";
import { Stage } from "./stage.js";
import { watchTheme } from "./theme.js";
/** @import { Model } from "./wire.d.ts" */

const PATIENCE = 3000; // ms that a kernel has to answer
const SOON = { rootMargin: "100%", scrollMargin: "100%" }; // of the window: what lies within it may come into sight at once

const LOST = "The kernel is gone. All that you see goes on; training and exercises need it: run the cell again.";
const FRAME = `<div class="oc-controls" role="group" aria-label="controls"></div><p class="oc-message" role="alert"></p>
  <p class="oc-lost">${LOST}</p><div class="oc-pictures"><figure class="oc-hero"></figure><div class="oc-side"></div></div>
  <div class="oc-bar" role="group" aria-label="steps of the run">${BAR}<span class="oc-part" aria-live="polite"></span></div>
  <div class="oc-formulas"></div><p class="oc-words" aria-live="polite"></p>`;

/** @param {{ model: Model, el: HTMLElement }} view @returns {() => void} ends it all */
export function render({ model, el }) {
  el.classList.add("oc-live");
  const experiment = "etas" in model.get("lesson"); // a laboratory has a frame of its own
  if (!experiment) el.innerHTML = FRAME;
  const stage = experiment ? new Laboratory(model, el) : new Stage(model, el);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience = undefined;
  const ask = () => {
    model.send({ kind: "ready" });
    if (stage.kernel !== "none")
      patience = setTimeout(() => stage.hear(stage.kernel === "here" ? "here" : "gone"), PATIENCE);
  };
  const answered = (/** @type {any} */ content) => {
    if (content.kind !== "here") return;
    clearTimeout(patience);
    stage.hear("here");
  };
  /** @type {Record<string, (content?: any) => void>} */
  const reactions = {
    "change:lesson": () => stage.take(),
    "change:surfaces": () => stage.take(),
    "change:handed": () => {
      if (stage instanceof Stage) (stage.scene.renew(), stage.redraw());
    },
    "change:setting": () => stage.adopt(),
    "change:message": () => stage.say(),
    "msg:custom": answered,
    comm_live_update: () => (stage.hear("gone"), ask()), // restarted, or connected again
  };
  for (const [event, reaction] of Object.entries(reactions)) model.on(event, reaction);
  const arrange = () => stage.arrange();
  const watcher = new ResizeObserver(arrange);
  for (const node of [el, stage.controls.box]) watcher.observe(node);
  window.addEventListener("resize", arrange);
  const unwatch = watchTheme(() => stage.recolour());
  const print = () => stage.print();
  window.addEventListener("beforeprint", print);
  const nearness = new IntersectionObserver((seen) => stage.come(seen[seen.length - 1].isIntersecting), SOON);
  nearness.observe(el);
  ask();
  Object.assign(el, { explorer: stage }); // what a goal in the page, and a test, reads
  return () => {
    stage.end();
    clearTimeout(patience);
    watcher.disconnect();
    nearness.disconnect();
    unwatch();
    window.removeEventListener("beforeprint", print);
    window.removeEventListener("resize", arrange);
    for (const [event, reaction] of Object.entries(reactions)) model.off(event, reaction);
  };
}
