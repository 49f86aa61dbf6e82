// One's own progress: how many activities of the course are done, on every page, and by lesson on a page of its own.
import { make } from "../explorer/controls.js";
import { canRemember, forget, recall } from "./storage.js";

const STAYS = "Your answers are stored in this browser, on this computer. Nothing is sent anywhere.";
const GOES =
  "This browser doesn't let the page store anything, so your answers are lost when you leave it. To keep them, allow site data.";
/** @typedef {{ page: string, title: string, names: string[] }} Lesson with the names of its activities */

const written = document.querySelector("#activities");
/** @type {Lesson[]} */
const lessons = written ? JSON.parse(written.textContent ?? "[]") : [];

/** @param {Lesson} lesson */
const done = ({ page, names }) => names.filter((name) => recall(name, page)?.done).length;
/** @param {(lesson: Lesson) => number} count */
const sum = (count) => lessons.reduce((all, lesson) => all + count(lesson), 0);

function show() {
  const [ours, all] = [sum(done), sum(({ names }) => names.length)];
  const said = document.querySelector("#progress");
  if (said) {
    said.textContent = `${ours} of ${all}`;
    said.setAttribute("aria-label", `your progress: ${ours} of ${all} activities`);
  }
  const table = document.querySelector("#progress-by-lesson");
  if (!table) return;
  const rows = lessons.map((lesson) => {
    const link = make("a", null, { href: `${lesson.page}.html` }, lesson.title);
    const bar = make("progress", null, { max: lesson.names.length, value: done(lesson), "aria-label": lesson.title });
    return make("li", null, {}, link, bar, ` ${done(lesson)} of ${lesson.names.length}`);
  });
  if (!canRemember()) return table.replaceChildren(make("p", null, {}, GOES));
  const total = make("p", null, {}, make("b", null, {}, `${ours} of ${all}`), " activities done.");
  const button = make("button", null, { type: "button" }, "Reset my progress");
  button.addEventListener("click", () => {
    forget();
    const note = make("p", null, { role: "status" }, "Progress cleared.");
    table.append(note);
  });
  const where = make("p", null, {}, STAYS);
  table.replaceChildren(
    where,
    total,
    make("ul", null, { className: "by-lesson" }, ...rows),
    make("p", null, {}, button),
  );
}

export function showProgress() {
  show();
  document.addEventListener("optcourse-progress", show);
  window.addEventListener("storage", show); // another page has remembered something
  window.addEventListener("pageshow", show);
}
