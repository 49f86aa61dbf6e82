// Reads symbols from tokens: \hat{m}_t, m_hat_t and m̂ₜ are the same one. The parser is made of it, see parse.js.
import { FUNCTIONS, FormulaError, GREEK, INSTEAD, NAMES, plainly, quoted, tokens } from "./tokens.js";

const LONGEST = 400;
const HAT = "\\hat needs one symbol; write \\hat{m}";

export class SymbolReader {
  /** @param {string} text @param {ReadonlySet<string>} [own] names that the writer has given, besides single letters */
  constructor(text, own = new Set()) {
    this.written = text;
    this.own = own;
    const length = [...text].length;
    if (length > LONGEST) {
      const says = `the formula has ${length} characters; shorten it to ${LONGEST}`;
      throw new FormulaError(says, text, [...text].slice(0, LONGEST).join("").length);
    }
    this.tokens = tokens(text);
    this.index = 0;
    /** @type {Map<string, number>} */
    this.where = new Map();
  }

  /** @param {string} says @param {number} [at] */
  error(says, at) {
    return new FormulaError(says, this.written, at ?? this.at);
  }

  /** Whether a token of one of these kinds stands here. @param {...string} kinds */
  is(...kinds) {
    return kinds.includes(this.tokens[this.index][0]);
  }

  get text() {
    return this.tokens[this.index][1];
  }

  get at() {
    return this.tokens[this.index][2];
  }

  /** @param {...string} signs */
  sign(...signs) {
    return this.is("sign") && signs.includes(this.text);
  }

  take() {
    return this.tokens[this.index++][1];
  }

  /** The name that stands here, without its backslash, by its usual spelling; nothing if none does. */
  name() {
    if (!this.is("name")) return "";
    const bare = this.text.replace(/^\\/, "");
    return NAMES.get(bare) ?? bare;
  }

  /** @param {string} name @param {number} at */
  seen(name, at) {
    if (!this.where.has(name)) this.where.set(name, at);
  }

  /** The name of the symbol that stands here: \hat{m}_t, m_hat_t and m̂ₜ are m_hat_t. */
  symbol() {
    let [base, hat, index] = this.base();
    while (this.is("index", "accent")) {
      const found = this.is("accent") ? "hat" : this.readIndex();
      if (found !== "hat" && index) throw this.error("a symbol can have only one index; remove the other");
      if (found === "hat") hat = true;
      else index = found;
      this.take();
    }
    const below = !index ? "" : /^[A-Za-z0-9]+$/.test(index) ? `_${index}` : `_{${index}}`;
    return base + (hat ? "_hat" : "") + below;
  }

  /**
   * The letter of a symbol, whether it has a hat, and its index, as far as they are one with it: β1, \hat{m_t}.
   * @returns {[base: string, hat: boolean, index: string]}
   */
  base() {
    if (this.name() === "hat" && this.text[0] === "\\") {
      this.take();
      const braces = this.sign("{") && Boolean(this.take());
      if (!this.is("name")) throw this.error(HAT);
      let [base, , index] = this.base();
      if (braces && this.is("index") && !index) {
        index = this.readIndex();
        this.take();
      }
      if (braces && !this.sign("}")) throw this.error(HAT);
      if (braces) this.take();
      return [base, true, index];
    }
    const bare = this.text.replace(/^\\/, "");
    const letters = bare.replace(/[0-9]+$/, "");
    const name = NAMES.get(letters) ?? letters;
    if (!GREEK.has(name) && !this.own.has(letters) && !/^[A-Za-z]$/.test(letters)) {
      const known = `write one letter, a Greek letter's name or ${FUNCTIONS.join(", ")}; use * for products`;
      throw this.error(`the name ${quoted(this.text)} is not known; ${INSTEAD.get(this.text) ?? known}`);
    }
    this.take();
    return [name, false, bare.slice(letters.length)];
  }

  readIndex() {
    const within = plainly(this.text)
      .replace(/^_/, "")
      .replace(/^\{/, "")
      .replace(/\}$/, "")
      .replace(/^ +| +$/g, "");
    const text = within.replace(/^\\(?:text|mathrm)\{([A-Za-z]+)\}$/, "$1").replace(/ *([+-]) */g, "$1");
    const bare = text.replace(/^\\/, "");
    const name = NAMES.get(bare) ?? bare;
    const index = /^([A-Za-z0-9]+|t[+-][0-9]+)$/.test(name);
    if (!index || (bare !== text && !["min", "max", ...GREEK.keys()].includes(name)))
      throw this.error("an index may be letters and digits, t-1 or t+1; write it as in v_{t-1}");
    return name;
  }
}
