// What a reader types: a surface, or the rows of a method, made in the page as Python would make it.
import { parse, symbols } from "../formula/parse.js";
import { methodFrom } from "../formula/rows.js";
import { surfaceFrom } from "./objective.js";
import { FormulaError } from "../formula/tokens.js";
import { slotsOf } from "../formula/mathml.js";
/** @import { Control, Variant, ExplorerConfig, Surface, Tree } from "../wire.d.ts" */

// as trajectory.check_schedule says it
const NO_ETA =
  "schedule multiplies η, which your own method does not have: use eta in a row, or leave the schedule out";
const COLOURS = new Map(Object.entries({ η: "eta", γ: "gamma", "β₁": "beta1", "β₂": "beta2", ε: "eps", λ: "lambda" }));

/** A surface from a formula in x and y; FormulaError says what is wrong, and where. @param {string} text @returns {Surface} */
export function ownSurface(text) {
  const { name, view, start, reference_values, program, note } = surfaceFrom(text);
  return { name, view, start, reference_values, known: false, program, grid: null, shape: [0, 0], note };
}

/** The rows of a variant as trees. @param {Variant} variant @returns {[string, Tree][]} */
export const rowsOf = ({ program, rows }) =>
  program?.rows ?? rows.map((row) => /** @type {[string, Tree]} */ (parse(row).slice(1)));

/** A variant whose formula knows what its slots show: places in its expressions, and coordinates. @param {Variant} variant @returns {Variant} */
export function withSlots(variant) {
  if (!variant.formula) return variant;
  const expressions = [...variant.expressions];
  const places = new Map(expressions.map((tree, place) => [JSON.stringify(tree), place]));
  const slots = slotsOf(rowsOf(variant)).map(([tree, coordinate]) => {
    const key = JSON.stringify(tree);
    if (!places.has(key)) places.set(key, expressions.push(tree) - 1);
    return /** @type {[number, 0 | 1]} */ ([places.get(key), coordinate]);
  });
  return { ...variant, expressions, slots };
}

/**
 * A variant with another program: it shows what can still be shown of it.
 * @param {Variant} base @param {import("../wire.d.ts").Program} program @param {string} title @returns {Variant}
 */
export function typedVariant(base, program, title) {
  const always = ["k", "theta", "J_min", "theta_min", "lambda_1", "lambda_2", "d_1", "d_2"];
  const known = new Set([...always, ...Object.keys(base.hypers), ...program.rows.map(([symbol]) => symbol)]);
  const series = base.series.filter(({ y }) => symbols(base.expressions[y]).every((name) => known.has(name)));
  return {
    ...base,
    title,
    program,
    divisor: null,
    series,
    arrows: [],
    stable: null,
    formula: false,
    slots: [],
    rows: [],
  };
}

/** @typedef {{ variant: Variant, controls: Control[], values: Record<string, number> }} OwnVariant with new sliders, and their first values */

/**
 * A config with what a reader has typed: one more variant of these methods, and the sliders that these variants need.
 * @template {{ methods: Variant[][], controls: Control[] }} Kind
 * @param {Kind} declared @param {Map<number, OwnVariant>} own by method
 * @returns {Kind}
 */
export function withOwn(declared, own) {
  const methods = declared.methods.map((variants, i) => [...variants, ...[own.get(i)?.variant ?? []].flat()]);
  const controls = new Map(
    [...own.values()].flatMap((each) => each.controls.map((control) => [control.name, control])),
  );
  return { ...declared, methods, controls: [...declared.controls, ...controls.values()] };
}

/**
 * One more variant of a method from rows, and the sliders that it needs besides those that are there; FormulaError for rows that make
 * no sense.
 * @param {Pick<ExplorerConfig, "methods" | "controls" | "known"> & { schedule?: number[] }} config as it was declared
 * @param {number} method
 * @param {string} text one row in a line
 * @returns {OwnVariant}
 */
export function ownVariant(config, method, text) {
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
    const there = config.methods[method].find((variant) => variant.hypers[symbol])?.hypers[symbol];
    hypers[symbol] = there ?? letter;
    if (there || config.controls.some(({ name }) => name === letter)) continue;
    first[letter] = value;
    const colour = COLOURS.get(letter) ?? "focus";
    controls.push({
      name: letter,
      label: letter,
      symbol,
      doc,
      colour,
      values,
      method: null,
      folded: false,
    });
  }
  const variant = withSlots({
    ...typedVariant({ ...base, hypers }, program, "your own method"),
    name: "your own equations",
    formula: true,
    captions: [],
    rows: text.split("\n").filter((row) => row.trim()),
  });
  if (config.methods.length === 1) variant.label = variant.title;
  return { variant, controls, values: first };
}
