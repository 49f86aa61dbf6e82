// A reader's own rows, as formula/rows.py reads them: which symbols they keep from step to step, and what they may be.
import { read, symbols } from "./parse.js";
import { CONSTANTS, FUNCTIONS, FormulaError, GREEK } from "./tokens.js";
import { lettersOf } from "./mathml.js";
/** @import { Hyper, Program, Tree } from "../wire.d.ts" */

export const MOST_ROWS = 12;
const USUAL = ["eta", "gamma", "beta_1", "beta_2", "epsilon", "lambda"]; // hyperparameters, in the order of their sliders
const HYPER = new RegExp(
  `^(${[...GREEK.keys()].filter((name) => name !== "theta" && name !== "pi").join("|")})(_[0-9])?$`,
);
const BEFORE = /^(.+)_\{t-1\}$/;

/** The name of a symbol after the step, if it is written without an index. @param {string} symbol */
const timed = (symbol) => (symbol.replace(/_hat$/, "").includes("_") ? symbol : `${symbol}_t`);

/**
 * What is kept from step to step: v if a row reads v before the step and one assigns it; t if a row reads it.
 * @param {Tree[]} trees @returns {string[]}
 */
function states(trees) {
  const assigned = trees.map(([, symbol]) => symbol);
  const kept = trees.flatMap(([, , right]) => symbols(right)).flatMap((name) => {
    const before = BEFORE.exec(name)?.[1];
    if (name === "t") return ["t"];
    return before && before !== "theta" && assigned.includes(`${before}_t`) ? [before] : [];
  }); // prettier-ignore
  return [...new Set(kept)];
}

/** A tree with other names for its symbols. @param {Tree} tree @param {(name: string) => string} name @returns {Tree} */
export const renamed = (tree, name) =>
  tree[0] === "sym" ? ["sym", name(tree[1])] : tree.map((part) => (Array.isArray(part) ? renamed(part, name) : part));

/**
 * One of several rows, as it is read; `refuse` makes its error.
 * @param {string} text @param {(says: string, at: number) => FormulaError} refuse @param {ReadonlySet<string>} [own] see read
 */
export function readRow(text, refuse, own) {
  try {
    return read(text, own);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    throw refuse(error.says, [...text].slice(0, error.at).join("").length);
  }
}

/** Reads rows one by one. `last` is what the last row assigns: θ after the step; `before` is θ before it. */
class RowReader {
  /** @param {string[]} texts */
  constructor(texts) {
    this.texts = texts;
    this.row = 0;
    this.readings = texts.map((text, row) => {
      this.row = row;
      const reading = readRow(text, (says, at) => this.error(says, at));
      if (reading.tree[0] !== "row") throw this.error("nothing is assigned; begin with a name and =, as in v = …");
      return reading;
    });
    this.assigned = this.readings.map(({ tree }) => timed(tree[1]));
    this.last = this.assigned[this.assigned.length - 1];
    if (this.last !== "theta_t" && this.last !== "theta_{t+1}")
      throw this.error(`the last equation must compute theta, not ${this.readings[this.row].tree[1]}`);
    this.before = this.last === "theta_t" ? "theta_{t-1}" : "theta_t";
    this.known = new Set([this.before, ...CONSTANTS.keys(), ...FUNCTIONS, "=", "grad", "J("]);
    /** @type {string[]} */
    this.used = [];
  }

  /** @param {string} says @param {number} at */
  error(says, at = 0) {
    return new FormulaError(`equation ${this.row + 1}: ${says}`, this.texts[this.row], at, this.row);
  }

  rows() {
    const trees = this.readings.map(({ tree: [, symbol, right], where }, row) => {
      this.row = row;
      const names = new Map([...where.keys()].map((name) => [name, this.meant(name)]));
      for (const [typed, name] of names) this.check(name, where.get(typed));
      const name = this.assigned[row];
      if (symbol === "t") throw this.error("t is counted for you; delete this equation");
      if (USUAL.includes(symbol))
        throw this.error(`${symbol} is a hyperparameter, which equations can't change; use another name`);
      if (this.known.has(name) || CONSTANTS.has(symbol) || BEFORE.test(name))
        throw this.error(`this assigns ${symbol}, which already has a value; use another name`);
      this.known.add(name);
      return ["row", name, renamed(right, (each) => names.get(each) ?? each)];
    });
    const order = [...USUAL, ...this.used];
    const hypers = [...new Set(this.used)].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    return { trees, states: states(trees), hypers };
  }

  /** The symbol that a name without a time stands for: the new value if a row before assigns it, else the old. @param {string} name */
  meant(name) {
    const fresh = name === "theta" ? this.last : timed(name);
    if (!this.assigned.includes(fresh) || fresh === name) return name;
    return this.known.has(fresh) ? fresh : name === "theta" ? this.before : `${name}_{t-1}`;
  }

  /** FormulaError unless a name has a value here. @param {string} name @param {number} [at] */
  check(name, at) {
    const kept = BEFORE.exec(name)?.[1];
    const isKept = kept && kept !== "theta" && this.assigned.includes(`${kept}_t`);
    if (this.known.has(name) || name === "t" || isKept) return;
    if (HYPER.test(name)) {
      this.used.push(name);
      return;
    }
    let says = `${name} has no value; it is not a hyperparameter, so compute it in an earlier equation`;
    if (name.startsWith("theta")) says = `${name} is not known here; use the position before the step, ${this.before}`;
    else if (kept) says = `${name} is the value from the step before; add an equation that computes ${kept}_t`;
    else if (this.assigned.includes(name)) says = `${name} is used before it is computed; move its equation up`;
    throw this.error(says, at);
  }
}

/** A reader's rows; FormulaError with its position, and `row` from 0, for what makes no sense. @param {string[]} texts */
export function readRows(texts) {
  if (texts.length < 1 || texts.length > MOST_ROWS)
    throw new FormulaError(`write 1 to ${MOST_ROWS} equations, not ${texts.length}`, "", 0);
  return new RowReader(texts).rows();
}

/**
 * A method from what a reader types, one row in a line, as Optimizer.from_rows: its program, and its hyperparameters with what their
 * sliders need. `known` says that of the usual symbols, and under "" of any other, see program.own_hypers. The error's `row` counts
 * the lines that are not empty.
 * @param {string} text @param {Record<string, Hyper>} known
 * @returns {Program & { hypers: Hyper[] }}
 */
export function methodFrom(text, known) {
  const { trees, states: state, hypers } = readRows(text.split("\n").filter((line) => /[^ \t\r]/.test(line)));
  const rows = trees.map(([, symbol, tree]) => /** @type {[string, Tree]} */ ([symbol, tree]));
  const declared = hypers.map((symbol) => {
    const given = known[symbol] ?? known[""];
    return { ...given, name: given.name || symbol.replace("_", ""), symbol, letter: lettersOf(symbol) };
  });
  return { rows, result: rows[rows.length - 1][0], state, settings: {}, hypers: declared };
}
