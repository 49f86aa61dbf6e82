// A page of the site: its explorers and activities are set up, and it can be searched.
import { make } from "../live/controls.js";
import { render } from "../live/mount.js";
import { goal, prediction, question } from "./activities.js";

const written = document.querySelector("#lesson-data"),
  data = written && JSON.parse(written.textContent);

// What a widget's model is without a kernel: its state, and nobody to tell
function modelOf(state) {
  return {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
    },
    save_changes() {},
    send() {},
    on() {},
    off() {},
  };
}

function explorer(node, state) {
  state.digits = data["the digits"]; // once for all laboratories of a page
  for (const run of state.handed)
    if (run) run.values = new DataView(Uint8Array.from(atob(run.values), (c) => c.charCodeAt(0)).buffer);
  node.dataset.help = "run.html";
  render({ model: modelOf(state), el: node });
}

// One after the other, so that the first moves at once
function setUp(nodes, data) {
  const [node, ...more] = nodes;
  if (!node) return;
  const { state, activity } = data[node.dataset.live],
    mount = (place) => explorer(place, state);
  node.replaceChildren();
  if (!activity) mount(node);
  else if (activity.goal) goal(node, activity, mount);
  else if (activity.locked) prediction(node, activity, mount);
  else for (const choice of activity.choices) question(node, choice);
  setTimeout(() => setUp(more, data));
}

// ---- search: the index comes with the first key ----

// Greek letters by the names that a keyboard has, eps as in the code; beta1 and beta_1 are β₁
const LETTERS = {
    alpha: "α",
    beta: "β",
    gamma: "γ",
    epsilon: "ε",
    eps: "ε",
    eta: "η",
    theta: "θ",
    lambda: "λ",
    nabla: "∇",
  },
  NAMES = new RegExp(`\\b(${Object.keys(LETTERS).join("|")})(?:_?(?=\\d)|\\b)`, "g"),
  FILL = "\u0000"; // as many as a name is longer than its letter, so that places in the text stay what they are

function plain(text) {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(NAMES, (whole, name) => LETTERS[name].padStart(whole.length, FILL));
}

function found(index, query) {
  const words = plain(query).replaceAll(FILL, "").split(/\s+/).filter(Boolean),
    hits = [];
  for (const entry of index) {
    const [, title, text] = entry,
      head = plain(title),
      body = plain(text);
    if (!words.length || !words.every((word) => head.includes(word) || body.includes(word))) continue;
    hits.push([words.filter((word) => head.includes(word)).length, entry, Math.max(0, body.indexOf(words[0]) - 40)]);
  }
  return hits.sort((a, b) => b[0] - a[0]).slice(0, 12);
}

function searching(field, list) {
  let index = null;
  const show = () => {
    if (!index) return;
    const hits = found(index, field.value);
    list.replaceChildren(
      ...hits.map(([, [target, title, text], from]) =>
        make("li", null, {}, make("a", null, { href: target }, title), ` ${text.slice(from, from + 110)} …`),
      ),
    );
    if (!hits.length && field.value.trim()) make("li", list, {}, "Nothing found.");
    list.hidden = !field.value.trim();
  };
  window.optcourse = {
    search(entries) {
      index = entries;
      show();
    },
  };
  field.addEventListener("input", () => {
    if (!index && !document.querySelector("script[src='search.js']"))
      make("script", document.head, { src: "search.js" });
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
  });
}

searching(document.querySelector("#site-search"), document.querySelector("#site-found"));
if (data) setUp([...document.querySelectorAll("[data-live]")], data);
