// The language of formulas: what is typed becomes a tree. It reads as Python's does (formula/parse.py), to the letter of each error.
import { SymbolReader } from "./symbols.js";
import { FUNCTIONS, plainly, quoted } from "./tokens.js";
/** @import { Tree } from "../wire.d.ts" */

const [DEEPEST, LARGEST] = [20, 1e300];
const SLASH = "the part after / can be read in two ways; add parentheses, as in 1/(2*x) or (1/2)*x";
const COMMA = "commas only separate the arguments of max; write 0.5 for 0,5";
export const RIGHT_SIDE = "type only the right-hand side, without =";
const CANNOT = "can't be used here; remove it, or put a number or a symbol before it";
const POWER = "this power can be read in two ways; add parentheses, as in e^(2*x) or (e^2)*x";

/** Reads one expression or row, token by token. `where` has the position at which each name stands first. */
class Parser extends SymbolReader {
  /** @param {string} text @param {ReadonlySet<string>} [own] */
  constructor(text, own) {
    super(text, own);
    this.depth = 0;
    this.bars = false;
    // what to say if a factor follows here without a sign; whether it must not follow with one, either, as after sin x
    this.loose = "";
    this.bare = false;
  }

  deeper() {
    if (++this.depth > DEEPEST)
      throw this.error(
        `more than ${DEEPEST} levels of parentheses, fractions and powers are nested; split the formula into several equations`,
      );
  }

  /**
   * What stands between two signs, the first of which is here: so many parts, with commas between.
   * @param {string} opening @param {string} closing @returns {Tree[]}
   */
  group(opening, closing, most = 1) {
    const { at, bars } = this;
    this.bars = closing === "|";
    this.take();
    this.deeper();
    const parts = [this.total()];
    while (most > 1 && this.sign(",")) {
      this.take();
      parts.push(this.total());
    }
    if (this.is("end"))
      throw this.error(`${quoted(opening)} is never closed; add ${quoted(closing === "closing" ? "|" : closing)}`, at);
    if (!this.sign(closing) && !this.is(closing)) throw this.unexpected();
    this.take();
    this.depth -= 1;
    this.bars = bars;
    return parts;
  }

  unexpected() {
    if (this.is("index")) return this.error("put a symbol before the index, as in v_t");
    if (this.text === "=") return this.error("use one = only, right after the name that the equation computes");
    if (this.text === ",") {
      const [before, after] = [this.written.slice(0, this.at), this.written.slice(this.at)];
      return this.error(after.includes("=") && !before.includes("=") ? RIGHT_SIDE : COMMA);
    }
    const shut = this.sign(")", "}") || this.is("closing");
    return this.error(`${quoted(this.text)} ${shut ? "closes nothing; remove it or open it first" : CANNOT}`);
  }

  // ---- sums, products, powers ----

  /** All of it: an expression, or a symbol, =, and an expression. @returns {Tree} */
  row() {
    if (this.is("end")) throw this.error("the formula is empty; type one, such as x**2 + y**2", 0);
    let node = this.total();
    if (this.sign("=")) {
      if (node[0] !== "sym") throw this.error("begin the equation with a single name, as in v = …", 0);
      this.where = new Map([["=", this.at]]);
      this.take();
      node = ["row", node[1], this.total()];
    }
    if (!this.is("end")) throw this.unexpected();
    return node;
  }

  /** @returns {Tree} */
  total() {
    let node = this.signed(() => this.product());
    while (this.sign("+", "-")) node = [this.take() === "+" ? "add" : "sub", node, this.signed(() => this.product())];
    return node;
  }

  /** A part with at most one sign before it. @param {() => Tree} part @returns {Tree} */
  signed(part) {
    const minus = this.sign("+", "-") && this.take() === "-";
    return minus ? ["neg", part()] : part();
  }

  /** @returns {Tree} */
  product() {
    let node = this.power();
    for (;;) {
      if (this.sign("*", "/")) {
        if (this.bare) throw this.error(this.loose);
        const times = this.take() === "*";
        node = [times ? "mul" : "frac", node, this.signed(() => this.power())];
        if (!times) this.loose ||= SLASH;
      } else if (this.is("number", "name", "opening") || this.sign("(", "{") || (this.sign("|") && !this.bars)) {
        if (this.loose && !(this.bare && FUNCTIONS.includes(this.name()))) throw this.error(this.loose);
        if (this.is("number"))
          throw this.error("write * before this number to multiply, _ for an index, or ^ for a power");
        node = ["mul", node, this.power()];
      } else {
        this.loose = "";
        this.bare = false;
        return node;
      }
    }
  }

  /** @returns {Tree} */
  power() {
    this.loose = "";
    this.bare = false;
    let node = this.atom();
    if (this.sign("^") || this.is("raised")) {
      const plain = this.sign("^") && !["(", "{"].includes(this.tokens[this.index + 1][1]);
      node = ["pow", node, this.exponent()];
      const base = node[1];
      this.loose = plain && (base[0] === "num" || (base[0] === "sym" && base[1] === "e")) ? POWER : "";
    }
    if (this.is("index"))
      throw this.error(
        node[0] === "pow"
          ? "write the index before the power, as in g_t^2"
          : "put a symbol before the index, as in v_t",
      );
    return node;
  }

  /** What stands behind ^, or raised; a^b^c is a^(b^c). @returns {Tree} */
  exponent() {
    if (this.is("raised")) {
      const text = plainly(this.text);
      if (!/^[+-]?([0-9]+|t)$/.test(text)) throw this.error("raised powers may be digits or t; otherwise write ^");
      this.take();
      const node = text.endsWith("t") ? ["sym", "t"] : ["num", Number(text.replace(/^[+-]/, ""))];
      return text[0] === "-" ? ["neg", node] : node;
    }
    this.take();
    this.deeper();
    const node = this.signed(() => {
      const inner = this.atom();
      return this.sign("^") || this.is("raised") ? ["pow", inner, this.exponent()] : inner;
    });
    this.depth -= 1;
    return node;
  }

  // ---- numbers, symbols, functions ----

  /** @returns {Tree} */
  atom() {
    if (this.is("number")) {
      if (Number(this.text) > LARGEST) throw this.error(`the number ${this.text} is too large; use one below 1e+300`);
      return ["num", Number(this.take())];
    }
    if (this.is("name")) return this.named();
    if (this.sign("(")) return this.group("(", ")")[0];
    if (this.sign("{")) return this.group("{", "}")[0];
    if (this.sign("|")) return ["call", "abs", ...this.group("|", "|")];
    if (this.is("opening")) return ["call", "abs", ...this.group("|", "closing")];
    if (this.is("end")) throw this.error("the formula breaks off; add a number, a symbol or ( at the end");
    throw this.error(`add a number, a symbol or ( before ${quoted(this.text)}`);
  }

  /** @returns {Tree} */
  named() {
    const name = this.name();
    if (name === "frac" && this.text[0] === "\\") {
      this.take();
      return ["frac", this.braces(), this.braces()];
    }
    if (name === "grad") return this.gradient();
    if (FUNCTIONS.includes(name)) return this.call(name);
    const at = this.at;
    const symbol = this.symbol();
    if (symbol === "J" && this.sign("(")) {
      this.seen("J(", at);
      return ["loss", ...this.group("(", ")")];
    }
    this.seen(symbol, at);
    return ["sym", symbol];
  }

  /** @returns {Tree} */
  braces() {
    if (!this.sign("{")) throw this.error("\\frac needs two parts in braces; write it as in \\frac{a}{b}");
    return this.group("{", "}")[0];
  }

  /** @returns {Tree} */
  gradient() {
    this.seen("grad", this.at);
    this.take();
    if (this.is("index")) {
      if (this.readIndex() !== "theta") throw this.error("only the gradient of J is available; write grad(theta)");
      this.take();
    }
    if (this.name() === "J") this.take();
    if (!this.sign("(")) throw this.error("the gradient needs a point; write \\nabla J(\\theta) or grad(theta)");
    return ["grad", ...this.group("(", ")")];
  }

  /** @param {string} name @returns {Tree} */
  call(name) {
    const wanted = name === "max" ? 2 : 1;
    this.seen(name, this.at);
    this.take();
    const raised = this.sign("^") || this.is("raised") ? this.raisedFunction(name) : null;
    const at = this.at;
    /** @type {Tree[]} */
    let parts;
    if (this.is("index")) throw this.error(`${name} can't have an index; remove it`);
    if (this.sign("(", "{")) {
      parts = this.group(this.text, this.text === "(" ? ")" : "}", wanted);
      this.loose = "";
      this.bare = false;
    } else if (wanted === 1 && (this.is("number") || this.isSymbol())) {
      parts = [this.bareArgument()];
      this.loose = `what ${name} applies to can be read in two ways; write ${name}(x) with parentheses`;
      this.bare = true;
    } else throw this.error(`${name} needs parentheses; write ${name}(${wanted === 2 ? "a, b" : "x"})`);
    if (parts.length !== wanted)
      throw this.error(
        `${name} takes ${wanted} arguments, not ${parts.length}; write ${name}(${wanted === 2 ? "a, b" : "x"})`,
        at,
      );
    const node = ["call", name, ...parts];
    return raised ? ["pow", node, raised] : node;
  }

  isSymbol() {
    return this.is("name") && ![...FUNCTIONS, "grad"].includes(this.name());
  }

  /** The 2 of sin^2(x). @param {string} name @returns {Tree} */
  raisedFunction(name) {
    const at = this.at;
    const node = this.exponent();
    if (!(node[0] === "num" && Number.isInteger(node[1]) && node[1] >= 2 && node[1] <= 12))
      throw this.error(`write the power after the parentheses, as in ${name}(x)^2`, at);
    return node;
  }

  /** What sin x is of: a symbol, a number, or a number and a symbol, with its power. @returns {Tree} */
  bareArgument() {
    const number = this.is("number");
    const node = this.power();
    return number && this.isSymbol() ? ["mul", node, this.power()] : node;
  }
}

/** @typedef {{ tree: Tree, where: Map<string, number> }} Reading */

/** @type {Map<string, Reading>} what was read before */
const readings = new Map();

/**
 * A formula's tree, and where each name, function, = and J( stands first (in UTF-16 units); of a row, behind its =. FormulaError at
 * what cannot be understood.
 * @param {string} text
 * @param {ReadonlySet<string>} [own] names of several letters that the writer has given; without them a name is one letter
 * @returns {Reading}
 */
export function read(text, own) {
  const key = own?.size ? `${[...own]} ${text}` : text;
  let reading = readings.get(key);
  if (!reading) {
    const parser = new Parser(text, own);
    reading = { tree: parser.row(), where: parser.where };
    if (readings.size > 1000) readings.clear();
    readings.set(key, reading);
  }
  return reading;
}

/** The tree of an expression, or of a row. @param {string} text */
export const parse = (text) => read(text).tree;

/** The symbols of a tree, from left to right. @param {Tree} tree @returns {string[]} */
export const symbols = (tree) =>
  tree[0] === "sym" ? [tree[1]] : tree.slice(1).flatMap((part) => (Array.isArray(part) ? symbols(part) : []));
