// What a student types as an update: lines that are carried out from top to bottom, as those of a Python function, made a method's program.
import { MOST_ROWS, readRow, renamed } from "../formula/rows.js";
import { CONSTANTS, FUNCTIONS, FormulaError } from "../formula/tokens.js";
/** @import { Program, Tree } from "../wire.d.ts" */

const TIMED = /^(.+?)_(?:t|\{t[-+]1\})$/;
const BEFORE = "_{t-1}";

/** The names that the program has for what a method keeps: its t is an ordinary number, which the lines count. @param {string} name */
export const kept = (name) => (name === "t" ? "count" : name);

/** Names of several letters that the lines assign, without an index: `look` of `look_2 = …`. @param {string[]} lines */
const ownNames = (lines) =>
  new Set(
    lines
      .map((line) => /^\s*([A-Za-z]{2,})[A-Za-z0-9_]*\s*:?=(?!=)/.exec(line)?.[1] ?? "")
      .filter((name) => name && !FUNCTIONS.includes(name) && !["grad", "return"].includes(name)),
  );

/** The parts between commas that no parentheses enclose, each with its place. @param {string} text @param {number} from */
function parts(text, from) {
  const found = [{ text: "", at: from }];
  let depth = 0;
  for (const [i, letter] of [...text].entries()) {
    depth += Number("({".includes(letter)) - Number(")}".includes(letter));
    if (letter === "," && depth === 0) found.push({ text: "", at: from + i + 1 });
    else found[found.length - 1].text += letter;
  }
  return found;
}

/**
 * The program of some lines in which each name has one value: an assignment makes a new name. The new state is what the last line
 * returns, or, where nothing is returned, the last value of each name. FormulaError, with the line's place as `row`, for what makes
 * no sense.
 * @param {string} text
 * @param {{ title: string, states: string[], hypers: Record<string, number> }} method
 * @returns {Program & { written: Tree[] }} `written` are the lines as they were read
 */
export function programOf(text, { title, states, hypers }) {
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length > MOST_ROWS)
    throw new FormulaError(
      `you wrote ${lines.length} lines; write at most ${MOST_ROWS}`,
      lines[MOST_ROWS],
      0,
      MOST_ROWS,
    );
  const [names, own] = [["theta", ...states], ownNames(lines)];
  const now = new Map(names.map((name) => [name, `${kept(name)}${BEFORE}`]));
  const begun = new Map(now);
  /** @type {[string, Tree][]} */
  const rows = [];
  /** @type {Tree[]} */
  const written = [];
  for (const [row, line] of lines.entries()) {
    const refuse = (/** @type {string} */ says, at = 0) => new FormulaError(`line ${row + 1}: ${says}`, line, at, row);
    /** A part of the line with the values that its names have now. @param {Tree} tree @param {Map<string, number>} where @param {number} from */
    const meant = (tree, where, from) =>
      renamed(tree, (name) => {
        const base = TIMED.exec(name)?.[1] ?? name;
        const known = (name.endsWith(BEFORE) ? begun : now).get(base);
        if (known) return known;
        if (name in hypers || CONSTANTS.has(name)) return name;
        const has = `assign it in a line before, or use what ${title} has: ${[...names, ...Object.keys(hypers)].join(", ")}`;
        throw refuse(`${name} has no value; ${has}`, from + (where.get(name) ?? 0));
      });
    const assign = (/** @type {string} */ name, /** @type {Tree} */ tree) => {
      now.set(name, `${name}#${row}`);
      rows.push([`${name}#${row}`, tree]);
    };
    const end = /^\s*return\b/.exec(line);
    if (end) {
      if (row < lines.length - 1)
        throw refuse("you returned before the last line; move return to the end, or leave it out");
      const values = parts(line.slice(end[0].length), end[0].length);
      if (values.length !== names.length)
        throw refuse(
          `you returned ${values.length} value${values.length > 1 ? "s" : ""}, not ${names.length}; return ${names.join(", ")}, in this order`,
        );
      const read = values.map((part) => {
        const { tree, where } = readRow(part.text, (says, at) => refuse(says, part.at + at), own);
        if (tree[0] === "row") throw refuse("you assigned a value in return; leave the = out", part.at);
        return { tree, value: meant(tree, where, part.at) };
      });
      for (const [i, { tree, value }] of read.entries()) {
        assign(names[i], value);
        if (tree[1] !== names[i]) written.push(["row", names[i], tree]); // theta = theta says nothing
      }
      continue;
    }
    const { tree, where } = readRow(line, refuse, own);
    if (tree[0] !== "row") throw refuse("you assigned nothing; write a name and =, as in theta = …");
    const target = TIMED.exec(tree[1])?.[1] ?? tree[1];
    if (target in hypers) throw refuse(`${target} is given; choose another name for your variable`);
    if (CONSTANTS.has(target)) throw refuse(`${target} is a constant; choose another name for your variable`);
    assign(target, meant(tree[2], where, 0));
    written.push(tree);
  }
  for (const name of names) rows.push([`${kept(name)}_t`, ["sym", /** @type {string} */ (now.get(name))]]);
  return { rows, result: "theta_t", state: states.map(kept), settings: {}, written };
}
