// A written exercise: the update as lines, typeset while they are typed, judged here, and drawn next to the method that it means.
import { make } from "../explorer/controls.js";
import { typedVariant } from "../compute/user_input.js";
import { parse } from "../formula/parse.js";
import { FormulaError } from "../formula/tokens.js";
import { lettersOf, mathml } from "../formula/mathml.js";
import { speak } from "./activities.js";
import { programOf } from "./answer.js";
import { filled, Judge } from "./judge.js";
import { recall, remember } from "./storage.js";
/** @import { Task } from "./judge.js" */
/** @import { ExplorerView } from "../explorer/explorer.js" */

const IDLE_MS = 400; // ms without a key after which an error is said
const EMPTY = "Not answered yet. Write the update, line by line.";
const SIGNS = ["=", "+", "-", "*", "/", "**2", "sqrt(", "(", ")", "↵"];

/**
 * @param {HTMLElement} parent
 * @param {Task} task
 * @param {string} name under which it is remembered
 * @param {(node: HTMLElement) => void} mount makes the view
 */
export function exercise(parent, task, name, mount) {
  const { title, states, hypers, lines, forms } = task;
  const returned = `return ${["theta", ...states].join(", ")}`;
  const [symbols, typed] = [["theta", ...states, ...Object.keys(hypers)], recall(name)];
  const box = make(
    "fieldset",
    parent,
    { className: "question" },
    make("legend", null, {}, `Write the update of ${title}`),
  );
  const given = make("p", box, {}, "You have ");
  const spelled = (/** @type {string} */ symbol) => symbol.replace("_", "");
  for (const symbol of [...symbols, ""]) {
    given.append(
      symbol ? "" : " and the gradient at any point, ",
      make("code", null, {}, symbol ? spelled(symbol) : "grad(theta)"),
    );
    if (symbol) given.append(lettersOf(symbol) === symbol ? ", " : ` (${lettersOf(symbol)}), `);
  }
  given.append(
    ". The final value of each name is what you return; a last line ",
    make("code", null, {}, returned),
    " is fine, too.",
  );
  const field = make("textarea", box, {
    rows: forms[0].rows.length + 2 + Number(states.includes("t")),
    spellcheck: false,
    autocapitalize: "off",
    autocomplete: "off",
    "aria-label": `the update of ${title}, one line for each new value`,
    value: typed?.text ?? "",
  });
  const keys = make("div", box, { className: "keys", role: "group", "aria-label": "insert a symbol" });
  const shown = make("div", box, { className: "read" });
  const wrong = make("p", box, { className: "said", role: "status" });
  const button = make("button", box, { type: "button", title: "or press Shift + Enter" }, "check");
  const said = make("p", box, { className: "said", role: "status" });
  const formula = make("details", box, { hidden: true }, make("summary", null, {}, "the formula"));
  formula.append(...forms[0].rows.map((row) => typeset(parse(lines[row]))));
  const picture = make("div", parent);
  mount(picture);
  const view = /** @type {ExplorerView} */ (Reflect.get(picture, "explorer"));
  const base = view.cache.declared.methods[1][0];
  /** @type {Judge | null} */
  let judge = null; // made when it is first asked
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let still;

  const put = (/** @type {string} */ text) => {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input")); // as if it were typed
  };
  for (const symbol of [...symbols, "grad(theta)", ...SIGNS]) {
    const text = symbol === "↵" ? "\n" : symbol === "grad(theta)" ? symbol : spelled(symbol);
    const words = symbol === "↵" ? "new line" : text;
    const key = make("button", keys, { type: "button", "aria-label": words }, lettersOf(symbol) || symbol);
    key.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its focus, a phone its keyboard
    key.addEventListener("click", () => put(text));
  }

  /** The lines as they are now; the picture follows, the last good one stays. */
  function read() {
    clearTimeout(still);
    wrong.textContent = "";
    shown.classList.remove("old");
    try {
      const program = field.value.trim() ? programOf(field.value, task) : null;
      shown.replaceChildren(...(program?.written ?? []).map(typeset));
      view.cache.compareWith(program && { ...typedVariant(base, program, "yours"), label: "yours" });
      view.redraw();
      return program;
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      const { message } = error;
      shown.classList.add("old");
      still = setTimeout(() => speak(wrong, null, `${message}.`), IDLE_MS);
      return error;
    }
  }

  function check() {
    const program = read();
    clearTimeout(still);
    wrong.textContent = "";
    if (program instanceof Error) return speak(said, false, `${program.message}.`);
    if (!program) return speak(said, null, EMPTY);
    judge ??= new Judge(task);
    const { mark, message } = judge.verdict(program);
    const right = mark === "right";
    speak(said, right, right ? message : filled(task.said["not yet"], { message }));
    formula.hidden = right;
    remember(name, { text: field.value, checked: true, done: right });
  }

  field.addEventListener("input", () => {
    read();
    speak(said, null, "");
    remember(name, { text: field.value, done: false });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey)) return; // as a notebook runs a cell
    event.preventDefault();
    check();
  });
  button.addEventListener("click", check);
  if (typed?.checked) check();
  else read();
}

/** A line of the formula. @param {import("../wire.d.ts").Tree} tree */
function typeset(tree) {
  const line = make("div", null);
  line.innerHTML = mathml(tree); // our own markup of a tree: nothing that was typed stands in it as text
  return line;
}
