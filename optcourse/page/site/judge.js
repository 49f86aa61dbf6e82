// Whether an update that a student typed is right, and what is wrong with it: the judgement of exercises/check.py, with its data.
import { compile } from "../formula/compile.js";
import { parse } from "../formula/parse.js";
import { surfaceOf } from "../compute/objective.js";
import { kept } from "./answer.js";
/** @import { Pair, Program, Tree, Value } from "../wire.d.ts" */

/** @typedef {Map<string, Value>} Named θ and the state after a step, by name */
/** @typedef {{ word: string, rows: number[], mistakes: [number, number[]][] }} FormOf */
/**
 * @typedef {{ title: string, states: string[], hypers: Record<string, number>, steps: number, close: number, lost: number, sure: number,
 *   trials: { name: string, program: Tree, start: Pair, state: Value[] }[], lines: string[], words: string[], forms: FormOf[],
 *   said: Record<string, string> }} Task an exercise, as exercises.task declares it
 */

/** A text with its slots filled. @param {string} text @param {Record<string, any>} slots */
export const filled = (text, slots) => text.replace(/\{(\w+)\}/g, (_, name) => String(slots[name]));
const letter = (/** @type {string} */ name) => (name === "theta" ? "θ" : name);
const parts = (/** @type {Value} */ value) => (typeof value === "number" ? [value] : value);
const shape = (/** @type {Value} */ value) => (typeof value === "number" ? "()" : "(2,)");

/** A number with so many digits, as Python's format "g" has it. @param {number} value @param {number} digits */
export function general(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = (value + 0).toExponential(digits - 1).split("e");
  const size = Number(exponent);
  const bare = (/** @type {string} */ text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (size >= -4 && size < digits) return bare(value.toFixed(digits - 1 - size));
  return `${bare(mantissa)}e${size < 0 ? "-" : "+"}${String(Math.abs(size)).padStart(2, "0")}`;
}

/** @param {Value} value @param {number} digits */
const text = (value, digits) =>
  typeof value === "number" ? general(value, digits) : `(${value.map((each) => general(each, digits)).join(", ")})`;

/** Two values as text, with as many digits as it takes to tell them apart, and four at least. @param {Value} got @param {Value} expected */
function pair(got, expected) {
  let digits = 4;
  while (digits < 17 && text(got, digits) === text(expected, digits)) digits += 1;
  return { got: text(got, digits), expected: text(expected, digits) };
}

export class Judge {
  /** @param {Task} task */
  constructor(task) {
    this.task = task;
    this.names = ["theta", ...task.states];
    this.surfaces = task.trials.map(({ program }) => surfaceOf(program));
    /** @type {{ path: Named[], form: FormOf }[]} */
    this.known = task.forms.map((form) => ({ path: this.path(this.declared(form.rows), true), form }));
  }

  /** The program of a method's rows, by their places among the lines. @param {number[]} places @returns {Program} */
  declared(places) {
    const { states, lines } = this.task;
    const trees = places.map((place) => parse(lines[place]));
    /** @type {[string, Tree][]} */
    const rows = trees.map(([, symbol, tree]) => [symbol, tree]);
    const result = rows[rows.length - 1][0];
    if (states.includes("t"))
      rows.unshift(["t", ["add", ["sym", "count_{t-1}"], ["num", 1]]], ["count_t", ["sym", "t"]]);
    return { rows, result, state: states.map(kept), settings: {} };
  }

  /** θ and the state before the first step of each trial. @returns {Named[]} */
  get beginnings() {
    return this.task.trials.map(
      ({ start, state }) => new Map(this.names.map((name, i) => [name, [start, ...state][i]])),
    );
  }

  /** θ and the state after each step, on each surface; a number as θ is each coordinate's, where `broadcast`. @param {Program} program @returns {Named[]} */
  path({ rows, result, state }, broadcast = false) {
    const { hypers, steps } = this.task;
    const places = state.map((name) => [`${name}_{t-1}`, `${name}_t`]);
    const all = [
      "loss",
      "grad",
      "theta_{t-1}",
      "theta_t",
      ...Object.keys(hypers),
      ...places.flat(),
      ...rows.map(([name]) => name),
    ];
    const indices = new Map([...new Set(all)].map((name, i) => [name, i]));
    const index = (/** @type {string} */ name) => /** @type {number} */ (indices.get(name));
    const lines = rows.map(([name, tree]) => ({ to: index(name), value: compile(tree, indices) }));
    return this.beginnings.flatMap((now, trial) => {
      const { loss, grad } = this.surfaces[trial];
      const made = [];
      for (let t = 0; t < steps; t++) {
        /** @type {any[]} */
        const frame = [loss, grad, now.get("theta"), now.get("theta")];
        for (const [name, value] of Object.entries(hypers)) frame[index(name)] = value;
        for (const [i, [before]] of places.entries()) frame[index(before)] = now.get(this.names[i + 1]);
        for (const { to, value } of lines) frame[to] = value(frame);
        const after = [frame[index(result)], ...places.map(([, fresh]) => frame[index(fresh)])];
        if (broadcast && typeof after[0] === "number") after[0] = [after[0], after[0]];
        now = new Map(this.names.map((name, i) => [name, after[i]]));
        made.push(now);
      }
      return made;
    });
  }

  /** Equal but for rounding; or both lost. @param {Value} got @param {Value} expected @param {number} close */
  same(got, expected, close = this.task.close) {
    const { lost } = this.task;
    const far = (/** @type {Value} */ value) => !parts(value).every((each) => Math.abs(each) < lost);
    if (far(expected)) return far(got);
    return [0, 1].every((i) => {
      const [a, b] = [got, expected].map((value) => (typeof value === "number" ? value : value[i]));
      return Math.abs(a - b) <= close + close * Math.abs(b);
    });
  }

  /** Whether two steps agree in all names. @param {Named} got @param {Named} own */
  agree(got, own) {
    return this.names.every((name) => this.same(value(got, name), value(own, name)));
  }

  /** The first place where two paths differ, or −1. @param {Named[]} given @param {Named[]} expected */
  firstDifference(given, expected) {
    return given.findIndex((got, at) => !this.agree(got, expected[at]));
  }

  /** The verdict on a program. @param {Program} program @returns {{ mark: "right" | "not yet", message: string }} */
  verdict(program) {
    const { title, steps, trials, said } = this.task;
    const given = this.path(program);
    const misshapen = this.misshapen(given);
    if (misshapen) return { mark: "not yet", message: misshapen };
    const places = this.known.map(({ path }) => this.firstDifference(given, path));
    const found = places.indexOf(-1);
    if (found >= 0) {
      const right = filled(said.right, { surfaces: trials.length, steps, title });
      return { mark: "right", message: `${right} ${this.known[found].form.word}`.trim() };
    }
    const at = Math.max(...places);
    const { path } = this.known[places.indexOf(at)];
    return { mark: "not yet", message: `${this.seen(given, path, at)} ${this.diagnosis(given, path, at)}` };
  }

  /** What has not the shape of θ or of the state. @param {Named[]} given */
  misshapen(given) {
    const { steps, said, trials } = this.task;
    const first = this.beginnings[0];
    for (const [at, got] of given.entries())
      for (const name of this.names) {
        const [is, wanted] = [got, first].map((each) => shape(value(each, name)));
        if (is === wanted) continue;
        const [step, trial] = [(at % steps) + 1, Math.floor(at / steps)];
        return filled(said.unusable, {
          step: trial ? `${step} on the ${trials[trial].name}` : step, // the count begins again on each surface
          problem: filled(said.shape, { name, shape: is, wanted }),
        });
      }
    return "";
  }

  /** Where the paths part first, and in which of θ and the state. @param {Named[]} given @param {Named[]} expected @param {number} at */
  seen(given, expected, at) {
    const { steps, trials, said, close, sure } = this.task;
    const [got, own] = [given[at], expected[at]];
    const wrong = this.wrong(got, own);
    const right = this.names.filter((name) => this.same(value(got, name), value(own, name), close / sure)).map(letter);
    const differ = wrong.map((name) =>
      filled(said.differ, { letter: letter(name), ...pair(value(got, name), value(own, name)) }),
    );
    const agree = right.length
      ? filled(said.agree, { letters: right.join(", "), are: right.length === 1 ? "is" : "are" })
      : "";
    const surface = trials[Math.floor(at / steps)].name;
    return filled(said.seen, { step: (at % steps) + 1, surface, differ: differ.join(" and "), agree });
  }

  /** @param {Named} got @param {Named} own */
  wrong(got, own) {
    return this.names.filter((name) => !this.same(value(got, name), value(own, name)));
  }

  /** The mistake that explains every step; or what to look at. @param {Named[]} given @param {Named[]} expected @param {number} at */
  diagnosis(given, expected, at) {
    const { words, said } = this.task;
    const returned = this.returned(given, expected, at);
    if (returned) return returned;
    for (const { form } of this.known)
      for (const [says, rows] of form.mistakes)
        if (this.firstDifference(given, this.path(this.declared(rows), true)) < 0) return words[says];
    return parts(value(given[at], "theta")).every(Number.isFinite) ? said.unknown : said.infinite;
  }

  /** What is wrong with how θ and the state are handed back; or nothing. @param {Named[]} given @param {Named[]} expected @param {number} at */
  returned(given, expected, at) {
    const { steps, said } = this.task;
    const [got, own] = [given[at], expected[at]];
    const first = this.beginnings;
    const befores = given.map((_, place) => (place % steps ? given[place - 1] : first[place / steps]));
    const before = befores[at];
    if (this.firstDifference(given, befores) < 0) return said.unmoved;
    if (own.has("t") && got.get("t") === before.get("t")) return said["t stays"];
    if (own.has("t") && !this.same(value(got, "t"), value(own, "t"))) return said["t jumps"];
    const wrong = this.wrong(got, own);
    if (!wrong.includes("theta") && wrong.every((name) => this.same(value(got, name), value(before, name))))
      return filled(said.kept, { names: wrong.join(" and ") });
    const fits = (/** @type {string[]} */ order) =>
      this.names.every((name, i) => {
        const [a, b] = [value(got, name), value(own, order[i])];
        return shape(a) === shape(b) && this.same(a, b);
      });
    return permutations(this.names).some(fits) ? filled(said.order, { names: this.names.join(", ") }) : "";
  }
}

/** @param {Named} named @param {string} name */
const value = (named, name) => /** @type {Value} */ (named.get(name));

/** @param {string[]} names @returns {string[][]} */
const permutations = (names) =>
  names.length < 2
    ? [names]
    : names.flatMap((name, i) => permutations(names.toSpliced(i, 1)).map((rest) => [name, ...rest]));
