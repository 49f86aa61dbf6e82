// What formulas are made of: names, signs, numbers; the first half of the language, see parse.js. The tables are those of formula/parse.py.

const GREEK_NAMES =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split(
    " ",
  );
/** Greek letters by name. */
export const GREEK = new Map(GREEK_NAMES.map((name, i) => [name, "αβγδεζηθικλμνξπρστφχψω"[i]]));
export const FUNCTIONS = "sin cos tan sinh cosh tanh exp log sqrt arctan abs sign max sum orth".split(" ");
export const CONSTANTS = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);
/** @param {string} text words in pairs @returns {Map<string, string>} */
const pairs = (text) => {
  const words = text.split(" ");
  return new Map(words.flatMap((word, i) => (i % 2 ? [] : [[word, words[i + 1]]])));
};
// other spellings: of names, and of signs
export const NAMES = pairs(
  "eps epsilon varepsilon epsilon ϵ epsilon vartheta theta ϑ theta varphi phi ϕ phi lamda lambda ln log atan arctan sgn sign " +
    "nabla grad dfrac frac tfrac frac widehat hat √ sqrt ∇ grad",
);
for (const [name, letter] of GREEK) NAMES.set(letter, name);
const SIGNS = pairs(
  "** ^ · * × * ⋅ * ∗ * ⊙ * \\cdot * \\times * \\odot * \\ast * ÷ / ∕ / \\div / − - – - := = ← = \\leftarrow = \\gets = &= = \\vert |",
);
const [RAISED_SMALL, PLAIN] = [[..."₀₁₂₃₄₅₆₇₈₉₊₋ₜ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ−"], "0123456789+-t0123456789+-t-"];
// what to write instead of what people try
export const INSTEAD = new Map([
  [".", "write sin(x) or sqrt(x), without np."],
  ["lr", "write eta"],
  ["momentum", "write gamma"],
  ["decay", "write lambda"],
  ["log2", "write log(x)/log(2)"],
  ["log10", "write log(x)/log(10)"],
  ["[", "use ( and ); write v_{t-1} for v[t-1], and x^(1/3) for a cube root"],
  ["_", "write an index as in v_{t-1}"],
  ["]", "write ( and )"],
  ["@", "products are element by element, so write *"],
  ["==", "write one ="],
  ["½", "write 1/2"],
  ["∂", "write grad(theta) for the gradient"],
  ["\\", "write each equation on its own line, and use ( and ) as parentheses"],
]);
const HIDDEN = /^[\x00-\x1f\x7f-\x9f\u2000-\u200f\u2028-\u202f\ufeff\ud800-\udfff]$/; // what cannot be seen where it is quoted
const UPDATES = ["==", "+=", "-=", "*=", "/="];
for (const update of UPDATES.slice(1)) INSTEAD.set(update, "write it out, as in v = v + x");
const TOKEN = new RegExp(
  [
    String.raw`(?<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)`,
    String.raw`(?<opening>\\(?:left|[bB]igg?l?) *(?:\||\\vert)|\\lvert)|(?<closing>\\(?:right|[bB]igg?r) *(?:\||\\vert)|\\rvert)`,
    String.raw`(?<space>[ \t\n\r\u00a0\u2009\u202f~$]+|\\[,;:! ()\[\]]|\\(?:left|right|[bB]igg?[lr]?|quad|qquad|displaystyle)(?![A-Za-z]))`,
    String.raw`\\(?:operatorname|mathrm|text|mathbf|boldsymbol)\{ *(?<wrapped>\\?[A-Za-z]+) *\}`,
    String.raw`(?<sign>\*\*|:=|&=|[-+*/=]=|\\(?:cdot|times|odot|ast|div|leftarrow|gets|vert)(?![A-Za-z])|[-+*/^=(){}|,·×⋅∗⊙÷∕−–←])`,
    String.raw`(?<index>_(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)?\}|\\[A-Za-z]+|[A-Za-z0-9α-ω]+)|[₀₁₂₃₄₅₆₇₈₉₊₋ₜ]+)`,
    String.raw`(?<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ]+)|(?<accent>\u0302)|(?<product>[xy]{2,}(?![A-Za-z0-9]))`,
    String.raw`(?<name>\\[A-Za-z]+|[A-Za-z]+[0-9]*|[α-ωϵϑϕ√∇])`,
  ].join("|"),
  "y",
);

/** @typedef {[kind: string, spelling: string, at: number]} Token */

/** What a formula cannot be: `says` is a sentence, `at` where in the `text`, in characters from 0; of rows, `row` is which. */
export class FormulaError extends Error {
  /** @param {string} says @param {string} text @param {number} at in UTF-16 units @param {number} [row] */
  constructor(says, text, at, row) {
    const [position, letters] = [[...text.slice(0, at)].length, [...text]];
    const shown = letters.length <= 60 ? text : `${letters.slice(0, 60).join("")}…`;
    super(/[^ \t\n\r]/.test(text) ? `${says} (character ${position + 1} of the formula ${shown})` : says);
    this.says = says;
    this.text = text;
    this.at = position;
    this.row = row;
  }
}

/** A piece of what was typed, in quotes; what cannot be seen by its number. @param {string} text */
export function quoted(text) {
  const number = (/** @type {string} */ letter) => letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `'${Array.from(text, (letter) => (HIDDEN.test(letter) ? `U+${number(letter)}` : letter)).join("")}'`;
}

/** Small digits and signs as plain ones. */
export const plainly = (/** @type {string} */ text) =>
  Array.from(text, (letter) => (RAISED_SMALL.includes(letter) ? PLAIN[RAISED_SMALL.indexOf(letter)] : letter)).join("");

/** Cut a formula into tokens; FormulaError at what the language lacks. @param {string} text @returns {Token[]} */
export function tokens(text) {
  /** @type {Token[]} */
  const found = [];
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match || UPDATES.includes(match[0])) {
      const piece = match ? match[0] : String.fromCodePoint(/** @type {number} */ (text.codePointAt(at)));
      const advice = INSTEAD.get(piece) ?? "use letters, numbers and + - * / ^ ( )";
      throw new FormulaError(`${quoted(piece)} can't be used in a formula; ${advice}`, text, at);
    }
    const [kind, piece] = /** @type {[string, string]} */ (
      Object.entries(match.groups ?? {}).find(([, each]) => each !== undefined)
    );
    if (kind === "product")
      found.push(.../** @type {Token[]} */ ([...piece].map((letter, i) => ["name", letter, at + i])));
    else if (kind !== "space") found.push([kind === "wrapped" ? "name" : kind, SIGNS.get(piece) ?? piece, at]);
  }
  return [...found, ["end", "", text.length]];
}
