// The search: its index comes with the first key.
import { make } from "../explorer/controls.js";

/** @typedef {[target: string, title: string, text: string]} Entry a section of a page */

// Greek letters by the names that a keyboard has, eps as in the code; beta1 and beta_1 are β₁
/** @type {Record<string, string>} */
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

/** @param {string} text */
function plain(text) {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(NAMES, (whole, name) => LETTERS[name].padStart(whole.length, FILL));
}

/** @param {Entry[]} index @param {string} query */
function found(index, query) {
  /** @type {[score: number, entry: Entry, from: number][]} */
  const hits = [];
  const words = plain(query).replaceAll(FILL, "").split(/\s+/).filter(Boolean);
  for (const entry of index) {
    const [, title, text] = entry,
      head = plain(title),
      body = plain(text);
    if (!words.length || !words.every((word) => head.includes(word) || body.includes(word))) continue;
    hits.push([words.filter((word) => head.includes(word)).length, entry, Math.max(0, body.indexOf(words[0]) - 40)]);
  }
  return hits.sort((a, b) => b[0] - a[0]).slice(0, 12);
}

/** @param {HTMLInputElement} field @param {HTMLElement} list */
export function searching(field, list) {
  /** @type {Entry[] | null} */
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
  const search = (/** @type {Entry[]} */ entries) => {
    index = entries;
    show();
  };
  Object.assign(window, { optcourse: { search } });
  field.addEventListener("input", () => {
    if (!index && !document.querySelector("script[src='search.js']"))
      make("script", document.head, { src: "search.js" });
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
  });
}
