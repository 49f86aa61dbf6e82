// A page of the site: its explorers and activities are set up, what was answered comes back, and it can be searched.
import { make } from "../explorer/controls.js";
import { render } from "../mount.js";
import { goal, prediction, question } from "./activities.js";
import { exercise } from "./exercise.js";
import { searching } from "./search.js";
import { keepPlace } from "./scroll.js";
import { showProgress } from "./progress.js";
import { race } from "./race.js";

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));
const written = find("#lesson-data");
/** @type {Record<string, any> | null} */
const data = written && JSON.parse(written.textContent ?? "");

/** What a widget's model is without a kernel: its state, and nobody to tell. @param {Record<string, any>} state */
function modelOf(state) {
  return {
    get: (/** @type {string} */ name) => state[name],
    set: (/** @type {string} */ name, /** @type {any} */ value) => {
      state[name] = value;
    },
    save_changes() {},
    send() {},
    on() {},
    off() {},
  };
}

/** @param {HTMLElement} node @param {Record<string, any>} state */
function explorer(node, state) {
  state.digits = data?.["the digits"]; // once for all network trainers of a page
  for (const run of state.kernel_runs)
    if (run) run.values = new DataView(Uint8Array.from(atob(run.values), (c) => c.charCodeAt(0)).buffer);
  node.dataset.help = "run.html";
  render({ model: modelOf(state), el: node });
}

/** One after the other, so that the first moves at once. @param {HTMLElement[]} nodes @param {Record<string, any>} data @param {() => void} done */
function setUp(nodes, data, done) {
  const [node, ...more] = nodes;
  if (!node) return void requestAnimationFrame(() => requestAnimationFrame(done)); // laid out, and seen
  const name = node.dataset.live ?? "";
  const { state, activity } = data[name];
  const mount = (/** @type {HTMLElement} */ place) => explorer(place, state);
  node.replaceChildren();
  if (!activity) mount(node);
  else if (activity.task) exercise(node, activity.task, name, mount);
  else if (activity.goal) goal(node, activity, name, mount);
  else if (activity.locked) prediction(node, activity, name, mount);
  else for (const [i, choice] of activity.choices.entries()) question(node, choice, `${name}:${i}`);
  if (node.dataset.race !== undefined) race(node);
  setTimeout(() => setUp(more, data, done));
}

/** A picture that could not come says so, and comes when the network does. */
function comeLater() {
  for (const picture of document.images) {
    const missing = () => {
      if (picture.dataset.missing !== undefined) return;
      picture.dataset.missing = "";
      const words = `This picture could not be loaded. It will load when you are back online: ${picture.alt}`;
      const note = make("p", null, { className: "said" }, words);
      const again = () => picture.setAttribute("src", picture.getAttribute("src") ?? "");
      const come = () => {
        note.remove();
        window.removeEventListener("online", again);
        delete picture.dataset.missing;
      };
      picture.after(note);
      picture.addEventListener("load", come, { once: true });
      window.addEventListener("online", again);
    };
    picture.addEventListener("error", missing);
    if (picture.complete && picture.currentSrc && !picture.naturalWidth) missing(); // before this script was there
  }
}

// paper is light, whatever the screen is
for (const [event, on] of /** @type {[string, boolean][]} */ ([
  ["beforeprint", true],
  ["afterprint", false],
]))
  window.addEventListener(event, () => document.documentElement.classList.toggle("oc-paper", on));

const [field, list] = [find("#site-search"), find("#site-found")];
if (field instanceof HTMLInputElement && list) searching(field, list);
const release = keepPlace();
comeLater();
showProgress();
if (data) setUp(/** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-live]")]), data, release);
else release();
