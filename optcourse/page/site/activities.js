// Predictions, quizzes and goals without a kernel, from the same declarations: see widgets/activities.py.
import { make } from "../explorer/controls.js";
import { entry } from "../formula/compile.js";
import { recall, remember } from "./storage.js";
/** @import { Run } from "../wire.d.ts" */
/** @import { ExplorerView } from "../explorer/explorer.js" */

/** @typedef {{ question: { text: string, options: [option: string, right: boolean, words: string][] }, label: string }} TrainerControls */
/** @typedef {{ tolerance: number, within: number, place: number, lowest: number, said: Record<string, string> }} Reach */
/** @typedef {(node: HTMLElement) => void} Mount makes the view in a node */

/** @param {HTMLElement} node @param {boolean | null} good @param {string} words */
export function speak(node, good, words) {
  node.className = good === null ? "said" : good ? "said right" : "said wrong";
  node.textContent = (good === null ? "" : good ? "✓ " : "✗ ") + words;
}

/**
 * A question with its options and what is said of each; `after` hears that an option was chosen. It is done with the right answer, or,
 * where `any` counts, with any.
 * @param {HTMLElement} parent @param {TrainerControls} choice @param {string} name under which it is remembered
 */
export function question(
  parent,
  { question: { text, options }, label },
  name,
  any = false,
  after = (/** @type {HTMLElement} */ _) => {},
) {
  const box = make("fieldset", parent, { className: "question" }, make("legend", null, {}, text));
  const inputs = options.map(([option]) => {
    const input = make("input", null, { type: "radio", name });
    make("label", box, {}, input, ` ${option}`);
    return input;
  });
  const button = make("button", box, { type: "button" }, label);
  const said = make("p", box, { className: "said", role: "status" });
  const answer = () => {
    const chosen = inputs.findIndex((input) => input.checked);
    if (chosen < 0) return speak(said, null, "Choose an answer first.");
    const [option, right, words] = options[chosen];
    speak(said, right, words);
    remember(name, { option, done: any || right });
    after(box);
  };
  button.addEventListener("click", answer);
  const before = options.findIndex(([option]) => option === recall(name)?.option);
  if (before < 0) return;
  inputs[before].checked = true;
  answer();
}

/** The explorer appears when the prediction is made. @param {HTMLElement} parent @param {{ choices: TrainerControls[], locked: string, unlocked: string }} data @param {string} name @param {Mount} mount */
export function prediction(parent, { choices: [choice], locked, unlocked }, name, mount) {
  const above = make("div", parent);
  const note = make("p", parent, {}, locked);
  question(above, choice, name, true, (box) => {
    for (const control of box.querySelectorAll("input, button")) control.setAttribute("disabled", "");
    note.textContent = unlocked;
    mount(make("div", parent));
  });
}

/**
 * A slider task, judged with the run that the view has.
 * @param {HTMLElement} parent
 * @param {{ goal: string, kept: Record<string, [name: string, first: any]>, fixed: Record<string, number>, moved: string, rule: Reach | null }} data
 * @param {string} name @param {Mount} mount
 */
export function goal(parent, { goal: text, kept, fixed, moved, rule }, name, mount) {
  make("p", parent, {}, make("b", null, {}, "Goal: "), text);
  const node = make("div", parent);
  const box = make("p", parent);
  const button = make("button", box, { type: "button" }, "check");
  const said = make("span", box, { role: "status" });
  mount(node);
  button.addEventListener("click", () => {
    const { shown, now } = /** @type {ExplorerView} */ (Reflect.get(node, "explorer"));
    const changed = Object.entries(kept)
      .filter(([setting, [, first]]) => JSON.stringify(Reflect.get(now, setting)) !== JSON.stringify(first))
      .map(([, [called]]) => called);
    changed.push(...Object.keys(fixed).filter((slider) => now.values[slider] !== fixed[slider]));
    if (changed.length) return speak(said, false, moved.replace("{moved}", changed.join(" and ")));
    if (!rule) return speak(said, null, "This goal is checked in Python; start a kernel first.");
    const { run, variant } = shown[rule.place];
    const [good, words] = reached(rule, run, variant.loss);
    speak(said, good, words);
    remember(name, { done: good });
  });
  if (recall(name)?.done) speak(said, true, "Already solved.");
}

/** The rule of Reach, in activities.py. @param {Reach} rule @param {Run} run @param {number} loss @returns {[boolean, string]} */
function reached({ tolerance, within, lowest, said }, run, loss) {
  if (run.diverged !== null) return [false, said.end.replace("{end}", run.end)];
  let settled = run.steps + 1;
  while (settled > 0 && entry(run.at(loss, settled - 1), 0) - lowest <= tolerance) settled -= 1;
  if (settled > run.steps) return [false, said.never];
  return [settled <= within, said.settled.replace("{settled}", String(settled))];
}
