// What a student types as an update: lines that are carried out from top to bottom, as those of a Python function, made a method's program.
import { MOST_ROWS, readRow, renamed } from "../live/rows.js";
import { CONSTANTS, FormulaError } from "../live/tokens.js";
/** @import { Program, Tree } from "../live/wire.d.ts" */

const TIMED = /^(.+?)_(?:t|\{t[-+]1\})$/;
const BEFORE = "_{t-1}";

/** The names that the program has for what a method keeps: its t is an ordinary number, which the lines count. @param {string} name */
export const kept = (name) => (name === "t" ? "count" : name);

/**
 * The program of some lines in which each name has one value: an assignment makes a new name, and the last ones are the new state.
 * FormulaError, with the line's place as `row`, for what makes no sense.
 * @param {string} text
 * @param {{ title: string, states: string[], hypers: Record<string, number> }} method
 * @returns {Program & { written: Tree[] }} `written` are the lines as they were read
 */
export function programOf(text, { title, states, hypers }) {
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length > MOST_ROWS)
    throw new FormulaError(
      `an update needs at most ${MOST_ROWS} lines, not ${lines.length}`,
      lines[MOST_ROWS],
      0,
      MOST_ROWS,
    );
  const now = new Map(["theta", ...states].map((name) => [name, `${kept(name)}${BEFORE}`]));
  const begun = new Map(now);
  /** @type {[string, Tree][]} */
  const rows = [];
  const written = lines.map((line, row) => {
    const refuse = (/** @type {string} */ says, at = 0) => new FormulaError(`line ${row + 1}: ${says}`, line, at, row);
    if (/^\s*return\b/.test(line)) throw refuse("leave the return out: the last value of each name is the new one");
    const { tree, where } = readRow(line, refuse);
    if (tree[0] !== "row") throw refuse("it assigns nothing: it needs a name and =, as in theta = …");
    const target = TIMED.exec(tree[1])?.[1] ?? tree[1];
    if (target in hypers) throw refuse(`${target} is handed to you: give your own value another name`);
    if (CONSTANTS.has(target)) throw refuse(`${target} is a constant`);
    /** @type {(name: string) => string} */
    const value = (name) => {
      const base = TIMED.exec(name)?.[1] ?? name;
      const known = (name.endsWith(BEFORE) ? begun : now).get(base);
      if (known) return known;
      if (name in hypers || CONSTANTS.has(name)) return name;
      const has = `${title} has ${["theta", ...states, ...Object.keys(hypers)].join(", ")}`;
      throw refuse(`${name} has no value: ${has}, and no line before assigns it`, where.get(name));
    };
    const right = renamed(tree[2], value);
    now.set(target, `${target}#${row}`);
    rows.push([`${target}#${row}`, right]);
    return tree;
  });
  for (const name of ["theta", ...states])
    rows.push([`${kept(name)}_t`, ["sym", /** @type {string} */ (now.get(name))]]);
  return { rows, result: "theta_t", state: states.map(kept), settings: {}, written };
}
