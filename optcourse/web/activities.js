// Predictions, quizzes and goals without a kernel, from the same declarations: see learning/activities.py.
import { make } from "../live/controls.js";
import { entry } from "../live/language.js";

function speak(node, good, words) {
  node.className = good === null ? "said" : good ? "said right" : "said wrong";
  node.textContent = (good === null ? "" : good ? "✓ " : "✗ ") + words;
}

let asked = 0;
// A question with its options and what is said of each; `after` hears that an option was chosen
export function question(parent, { question: { text, options }, label }, after = () => {}) {
  const box = make("fieldset", parent, { className: "question" }, make("legend", null, {}, text)),
    name = `question-${asked++}`;
  const inputs = options.map(([option]) => {
    const input = make("input", null, { type: "radio", name });
    make("label", box, {}, input, ` ${option}`);
    return input;
  });
  const button = make("button", box, { type: "button" }, label),
    said = make("p", box, { className: "said", role: "status" });
  button.addEventListener("click", () => {
    const chosen = inputs.findIndex((input) => input.checked);
    if (chosen < 0) {
      speak(said, null, "Choose one first.");
      return;
    }
    speak(said, options[chosen][1], options[chosen][2]);
    after(box);
  });
}

// The explorer appears when the prediction is made
export function prediction(parent, { choices: [choice], locked, unlocked }, mount) {
  question(parent, choice, (box) => {
    for (const control of box.querySelectorAll("input, button")) control.disabled = true;
    note.textContent = unlocked;
    mount(make("div", parent));
  });
  const note = make("p", parent, {}, locked);
}

// A slider task, judged with the run that the stage has
export function goal(parent, { goal: text, kept, fixed, moved, rule }, mount) {
  make("p", parent, {}, make("b", null, {}, "Goal: "), text);
  const stage = make("div", parent),
    box = make("p", parent),
    button = make("button", box, { type: "button" }, "check"),
    said = make("span", box, { role: "status" });
  mount(stage);
  button.addEventListener("click", () => {
    const { runs, now, forms } = stage.explorer;
    const changed = Object.entries(kept)
      .filter(([name, [, first]]) => JSON.stringify(now[name]) !== JSON.stringify(first))
      .map(([, [name]]) => name);
    changed.push(...Object.keys(fixed).filter((name) => now.values[name] !== fixed[name]));
    if (changed.length) speak(said, false, moved.replace("{moved}", changed.join(", ")));
    else if (rule) speak(said, ...reached(rule, runs[rule.place], forms[rule.place].loss));
    else speak(said, null, "This goal is judged by Python: it needs a running kernel.");
  });
}

// The rule of Reach, in activities.py
function reached({ tolerance, within, lowest, said }, run, loss) {
  if (run.diverged !== null) return [false, said.end.replace("{end}", run.end)];
  let settled = run.steps + 1;
  while (settled > 0 && entry(run.at(loss, settled - 1), 0) - lowest <= tolerance) settled -= 1;
  if (settled > run.steps) return [false, said.never];
  return [settled <= within, said.settled.replace("{settled}", settled)];
}
