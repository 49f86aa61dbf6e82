// What a reader types: a surface, or the rows of a method, made in the page as Python would make it.
import { symbols } from "../formula/parse.js";
import { methodFrom } from "../formula/rows.js";
import { surfaceFrom } from "./objective.js";
import { FormulaError } from "../formula/tokens.js";
import { mathml, templateOf } from "../formula/mathml.js";
/** @import { Control, Form, ExplorerConfig, Surface, Tree } from "../wire.d.ts" */

// as trajectory.check_schedule says it
const NO_ETA =
  "schedule multiplies η, which your own method does not have: use eta in a row, or leave the schedule out";
const COLOURS = new Map(Object.entries({ η: "eta", γ: "gamma", "β₁": "beta1", "β₂": "beta2", ε: "eps", λ: "lambda" }));

/** A surface from a formula in x and y; FormulaError says what is wrong, and where. @param {string} text @returns {Surface} */
export function ownSurface(text) {
  const { name, view, start, landmarks, program, note } = surfaceFrom(text);
  return { name, view, start, landmarks, known: false, program, grid: null, shape: [0, 0], note };
}

/**
 * A form with another program: it shows what can still be shown of it.
 * @param {Form} base @param {import("../wire.d.ts").Program} program @param {string} title @returns {Form}
 */
export function typedForm(base, program, title) {
  const always = ["k", "theta", "J_min", "theta_min", "lambda_1", "lambda_2", "d_1", "d_2"];
  const known = new Set([...always, ...Object.keys(base.hypers), ...program.rows.map(([symbol]) => symbol)]);
  const series = base.series.filter(({ y }) => symbols(base.expressions[y]).every((name) => known.has(name)));
  return { ...base, title, program, divisor: null, series, arrows: [], stable: null, formula: "", slots: [], rows: [] };
}

/** @typedef {{ form: Form, controls: Control[], values: Record<string, number> }} OwnForm with new sliders, and their first values */

/**
 * A config with what a reader has typed: one more form of these methods, and the sliders that these forms need.
 * @template {{ methods: Form[][], controls: Control[] }} Kind
 * @param {Kind} declared @param {Map<number, OwnForm>} own by method
 * @returns {Kind}
 */
export function withOwn(declared, own) {
  const methods = declared.methods.map((forms, i) => [...forms, ...[own.get(i)?.form ?? []].flat()]);
  const controls = new Map(
    [...own.values()].flatMap((each) => each.controls.map((control) => [control.name, control])),
  );
  return { ...declared, methods, controls: [...declared.controls, ...controls.values()] };
}

/**
 * One more form of a method from rows, and the sliders that it needs besides those that are there; FormulaError for rows that make
 * no sense.
 * @param {Pick<ExplorerConfig, "methods" | "controls" | "known"> & { schedule?: number[] }} config as it was declared
 * @param {number} method
 * @param {string} text one row in a line
 * @returns {OwnForm}
 */
export function ownForm(config, method, text) {
  const base = config.methods[method][0];
  const { hypers: declared, ...program } = methodFrom(text, config.known);
  if (config.schedule?.length && !declared.some(({ symbol }) => symbol === "eta"))
    throw new FormulaError(NO_ETA, "", 0);
  /** @type {Record<string, string>} */
  const hypers = {};
  /** @type {Control[]} */
  const controls = [];
  /** @type {Record<string, number>} */
  const first = {};
  for (const { symbol, letter, doc, values, default: value } of declared) {
    const there = config.methods[method].find((form) => form.hypers[symbol])?.hypers[symbol];
    hypers[symbol] = there ?? letter;
    if (there || config.controls.some(({ name }) => name === letter)) continue;
    first[letter] = value;
    const colour = COLOURS.get(letter) ?? "focus";
    controls.push({
      name: letter,
      label: letter,
      symbol: mathml(["sym", symbol]),
      doc,
      colour,
      values,
      method: null,
      folded: false,
    });
  }
  const { formula, slots } = templateOf({ rows: program.rows, hypers: declared });
  const expressions = [...base.expressions];
  const index = (/** @type {Tree} */ tree) => expressions.push(tree) - 1;
  const form = {
    ...typedForm({ ...base, expressions, hypers }, program, "your own method"),
    convention: "your own rows",
    formula,
    slots: slots.map(([tree, coordinate]) => /** @type {[number, 0 | 1]} */ ([index(tree), coordinate])),
    rows: text.split("\n").filter((row) => row.trim()),
  };
  if (config.methods.length === 1) form.label = form.title;
  return { form, controls, values: first };
}
