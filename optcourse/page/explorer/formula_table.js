// The formula with its present numbers: a table of rows, whose template comes from the declaration and whose slots are filled.
import { make } from "./controls.js";
import { entry } from "../formula/compile.js";
import { templateOf } from "../formula/mathml.js";
import { rowsOf } from "../compute/user_input.js";
/** @import { Variant, Shown } from "../wire.d.ts" */

const PAD = "\u2007"; // a space as wide as a digit, so that the numbers keep their place

/**
 * A number in four digits. Fixed numbers (hyperparameters) are short; bare ones need no parentheses.
 * @param {number} value
 * @param {DOMStringMap} slot
 */
export function numberText(value, { fixed, bare }) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const tiny = size !== 0 && (size < 1e-3 || size >= 1e5);
  const plain =
    fixed !== undefined ? String(Number(size.toPrecision(5))) : tiny ? size.toExponential(2) : size.toPrecision(4);
  const digits = plain.replace("-", "−").replace("+", "");
  const signed = value >= 0 || Object.is(value, -0) ? digits : bare === undefined ? `(−${digits})` : `−${digits}`;
  return fixed !== undefined ? signed : signed.padStart(6, PAD);
}

// Its style goes with it into its own tree; colours and type come from the view
const STYLE = `
  :host { display: block; overflow: auto hidden; max-width: 100%; padding-bottom: 2px; }
  .oc-table { display: grid; grid-template-columns: repeat(4, max-content) minmax(8em, 1fr); column-gap: 13px; }
  .oc-formula, .oc-row { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; }
  .oc-formula + .oc-formula { border-top: 1px solid var(--oc-line); margin-top: 1px; padding-top: 1px; }
  .oc-title { grid-area: 1 / 1; align-self: center; max-width: 7.5em; overflow-wrap: normal; font-weight: 600; line-height: 1.15; color: var(--who); }
  .oc-row { grid-column: 2 / -1; align-items: center; border-left: 3px solid transparent; padding-left: 4px; }
  .oc-row.oc-now { border-left-color: var(--oc-ink); background: var(--oc-inset); }
  .oc-row.oc-later { opacity: 0.3; }
  .oc-symbols, .oc-numbers { white-space: nowrap; font-size: 1.04em; }
  .oc-axis { font: italic 1em serif; margin-right: 6px; color: var(--oc-faint); }
  .oc-caption { font-size: max(12px, 0.86em); line-height: 1.2; color: var(--oc-faint); }
  math { font-family: "optcourse mathematics", math, serif; math-style: normal; }
  mn { font-variant-numeric: tabular-nums; }
  .oc-eta { color: var(--oc-eta); } .oc-gamma { color: var(--oc-gamma); } .oc-beta1 { color: var(--oc-beta1); }
  .oc-beta2 { color: var(--oc-beta2); } .oc-eps { color: var(--oc-eps); } .oc-lambda { color: var(--oc-lambda); }
  :host(.oc-tight) .oc-table { grid-template-columns: repeat(4, max-content) 0; }
  :host(.oc-tight) .oc-caption { display: none; }
  :host(.oc-stacked) .oc-table, :host(.oc-stacked) .oc-formula, :host(.oc-stacked) .oc-row { display: block; }
  :host(.oc-stacked) .oc-title { max-width: none; }
  :host(.oc-stacked) .oc-row { padding: 3px 0 3px 6px; }
  @media (forced-colors: active) { .oc-row { border-left-color: Canvas; } .oc-row.oc-now { border-left-color: Highlight; } }
`;

export class FormulaTable {
  /** @param {HTMLElement} box @param {HTMLElement} caption what the shown part of a step does */
  constructor(box, caption) {
    this.box = box;
    this.caption = caption;
    // MathJax of a page that is not ours would replace the formula, whose numbers follow: it does not look in here
    this.inside = box.attachShadow({ mode: "open" });
    /** @type {{ node: Element & { dataset: DOMStringMap }, method: number, expression: number, coordinate: 0 | 1 }[]} */
    this.slots = [];
    /** @type {HTMLElement[]} */
    this.rows = [];
  }

  /** How many parts a step has. */
  get parts() {
    return Math.max(0, ...this.rows.map((row) => Number(row.dataset.row) + 1));
  }

  /** Show these methods' formulas. @param {Variant[]} variants */
  set(variants) {
    const boxes = variants.map(formulaOf);
    const table = make("div", null, { className: "oc-table" }, ...boxes);
    this.inside.replaceChildren(make("style", null, {}, STYLE), table);
    this.slots = boxes.flatMap((each, method) =>
      [.../** @type {NodeListOf<HTMLElement>} */ (each.querySelectorAll("[data-slot]"))].map((node) => {
        const [expression, coordinate] = (variants[method].slots ?? [])[Number(node.dataset.slot)];
        return { node, method, expression, coordinate };
      }),
    );
    this.rows = [.../** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll(".oc-row"))];
  }

  /** The numbers of a step; of a run that has ended, those of its last step. @param {Shown[]} shown @param {number} step */
  follow(shown, step) {
    for (const { node, method, expression, coordinate } of this.slots) {
      const { run, last } = shown[method];
      const said = numberText(entry(run.at(expression, Math.min(step, last)), coordinate), node.dataset);
      if (node.textContent !== said) node.textContent = said;
    }
  }

  /** @param {number | null} part the row that is shown, or all */
  show(part) {
    for (const row of this.rows) {
      row.classList.toggle("oc-now", part === Number(row.dataset.row));
      row.classList.toggle("oc-later", part !== null && part < Number(row.dataset.row));
    }
    const row = this.rows.find((each) => part === Number(each.dataset.row));
    this.caption.textContent = row?.querySelector(".oc-caption")?.textContent ?? "";
  }
}

/** The formula of a method: its title, and each row in symbols, in numbers, and in words. @param {Variant} variant */
function formulaOf(variant) {
  const rows = templateOf(rowsOf(variant), Object.keys(variant.hypers)).map(({ symbols, numbers }, i) =>
    make(
      "div",
      null,
      { className: "oc-row", "data-row": i },
      make("div", null, { className: "oc-symbols", innerHTML: symbols }),
      ...numbers.map((shown, axis) =>
        make("div", null, { className: "oc-numbers", innerHTML: `<span class="oc-axis">${"xy"[axis]}</span>${shown}` }),
      ),
      make("div", null, { className: "oc-caption" }, variant.captions[i] ?? ""),
    ),
  );
  const style = `--who: var(--oc-${variant.look.colour})`;
  return make(
    "div",
    null,
    { className: "oc-formula", style },
    make("div", null, { className: "oc-title" }, variant.title),
    ...rows,
  );
}
