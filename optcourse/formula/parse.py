r"""The one language of the course: what is typed becomes a tree, in Python and in the page (``parse.js``) alike.

It reads LaTeX (``\frac{\eta}{\sqrt{G_t}}``), what a hand types (``x**2 + 3*y^2``, ``gamma*v + eta*grad(theta)``) and Unicode (``β₁``, ``x²``, ``∇J(θ)``). A tree is a tuple, its kind and its parts: ``("num", 2.0)``, ``("sym", "v_{t-1}")``, ``neg``,
``add``, ``sub``, ``mul``, ``frac``, ``pow``, ``("call", "sin", u)``, ``("grad", point)`` for ∇J, ``("loss", point)`` for J, and
``("row", symbol, u)``. However a symbol is written, its name in the tree is the same. What can be read in two ways is refused, with
what to write instead. Nothing that is typed is ever executed as text.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..arguments import wrong_type

Node = tuple[Any, ...]

LONGEST, DEEPEST = 400, 20  # characters of a formula; parentheses, fractions and powers within one another
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω",
}  # fmt: skip
FUNCTIONS = (
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "arctan", "abs", "sign", "max", "sum", "orth"
)  # fmt: skip
CONSTANTS = {"pi": 3.141592653589793, "e": 2.718281828459045}
# other spellings: of names, and of signs
NAMES = {letter: name for name, letter in GREEK.items()} | {
    "eps": "epsilon", "varepsilon": "epsilon", "ϵ": "epsilon", "vartheta": "theta", "ϑ": "theta", "varphi": "phi", "ϕ": "phi",
    "lamda": "lambda", "ln": "log", "atan": "arctan", "sgn": "sign", "nabla": "grad", "dfrac": "frac", "tfrac": "frac",
    "widehat": "hat",
}  # fmt: skip
SIGNS = {
    "**": "^", "·": "*", "×": "*", "⋅": "*", "∗": "*", "⊙": "*", "\\cdot": "*", "\\times": "*", "\\odot": "*", "\\ast": "*", "÷": "/",
    "∕": "/", "\\div": "/", "−": "-", "–": "-", ":=": "=", "←": "=", "\\leftarrow": "=", "\\gets": "=", "&=": "=", "\\vert": "|",
}  # fmt: skip
SMALL = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋ₜ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ−", "0123456789+-t0123456789+-t-")
INSTEAD = {  # what to write instead of what people try
    ".": "write sin(x) or sqrt(x), without np.", "lr": "write eta", "momentum": "write gamma", "decay": "write lambda",
    "log2": "write log(x)/log(2)", "log10": "write log(x)/log(10)", "[": "use ( and ); write v_{t-1} for v[t-1], and x^(1/3) for a cube root", "_": "write an index as in v_{t-1}", "]": "write ( and )",
    "@": "products are element by element, so write *", "==": "write one =", **dict.fromkeys(("+=", "-=", "*=", "/="), "write it out, as in v = v + x"), "½": "write 1/2", "∂": "write grad(theta) for the gradient",
    "\\": "write each equation on its own line, and use ( and ) as parentheses",
}  # fmt: skip

TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<opening>\\(?:left|[bB]igg?l?) *(?:\||\\vert)|\\lvert)|(?P<closing>\\(?:right|[bB]igg?r) *(?:\||\\vert)|\\rvert)"
    r"|(?P<space>[ \t\n\r\u00a0\u2009\u202f~$]+|\\[,;:! ()\[\]]|\\(?:left|right|[bB]igg?[lr]?|quad|qquad|displaystyle)(?![A-Za-z]))"
    r"|\\(?:operatorname|mathrm|text|mathbf|boldsymbol)\{ *(?P<wrapped>\\?[A-Za-z]+) *\}"
    r"|(?P<sign>\*\*|:=|&=|[-+*/=]=|\\(?:cdot|times|odot|ast|div|leftarrow|gets|vert)(?![A-Za-z])|[-+*/^=(){}|,·×⋅∗⊙÷∕−–←])"
    r"|(?P<index>_(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)?\}|\\[A-Za-z]+|[A-Za-z0-9α-ω]+)|[₀₁₂₃₄₅₆₇₈₉₊₋ₜ]+)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗ]+)|(?P<accent>\u0302)|(?P<product>[xy]{2,}(?![A-Za-z0-9]))"
    r"|(?P<name>\\[A-Za-z]+|[A-Za-z]+[0-9]*|[α-ωϵϑϕ√∇])"
)
INDEX = re.compile(r"[A-Za-z0-9]+|t[+-][0-9]+")

LARGEST = 1e300
UPDATES = ("==", "+=", "-=", "*=", "/=")
HIDDEN = r"[\x00-\x1f\x7f-\x9f\u2000-\u200f\u2028-\u202f\ufeff\ud800-\udfff]"  # what cannot be seen where it is quoted
SLASH = "the part after / can be read in two ways; add parentheses, as in 1/(2*x) or (1/2)*x"
COMMA, RIGHT_SIDE = (
    "commas only separate the arguments of max; write 0.5 for 0,5",
    "type only the right-hand side, without =",
)
CANNOT = "can't be used here; remove it, or put a number or a symbol before it"
POWER = "this power can be read in two ways; add parentheses, as in e^(2*x) or (e^2)*x"
HAT = r"\hat needs one symbol; write \hat{m}"
INDEX_ALONE = "put a symbol before the index, as in v_t"


class FormulaError(ValueError):
    """What a formula cannot be: ``says`` is a sentence, ``at`` where in the ``text``, counted from 0; of rows, ``row`` is which."""

    row: int | None = None

    def __init__(self, says: str, text: str, at: int):
        self.says, self.text, self.at = says, text, at
        shown = text if len(text) <= 60 else text[:60] + "…"
        super().__init__(
            f"{says} (character {at + 1} of the formula {shown})" if re.search(r"[^ \t\n\r]", text) else says
        )


def quoted(text: str) -> str:
    """A piece of what was typed, in quotes; what cannot be seen by its number."""
    return "'" + re.sub(HIDDEN, lambda found: f"U+{ord(found[0]):04X}", text) + "'"


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Cut a formula into (kind, spelling, position); FormulaError at what the language lacks."""
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match[0] in UPDATES:
            found = text[at] if match is None else match[0]
            advice = INSTEAD.get(found, "use letters, numbers and + - * / ^ ( )")
            raise FormulaError(f"{quoted(found)} can't be used in a formula; {advice}", text, at)
        kind, found = str(match.lastgroup), match[str(match.lastgroup)]
        if kind == "product":  # xy is x times y
            yield from (("name", letter, at + i) for i, letter in enumerate(found))
        elif kind != "space":
            yield "name" if kind == "wrapped" else kind, SIGNS.get(found, found), at
        at = match.end()
    yield "end", "", len(text)


class Parser:
    """Reads one expression or row, token by token. ``where`` has the position at which each name stands first."""

    def __init__(self, text: str):
        self.written, self.depth, self.bars = text, 0, 0
        if len(text) > LONGEST:
            raise self.error(f"the formula has {len(text)} characters; shorten it to {LONGEST}", LONGEST)
        self.tokens, self.index = list(tokens(text)), 0
        self.where: dict[str, int] = {}
        # what to say if a factor follows here without a sign; whether it must not follow with one, either, as after sin x
        self.loose, self.bare = "", False

    # ---- tokens ----

    def error(self, says: str, at: int | None = None) -> FormulaError:
        return FormulaError(says, self.written, self.at if at is None else at)

    @property
    def kind(self) -> str:
        return self.tokens[self.index][0]

    @property
    def text(self) -> str:
        return self.tokens[self.index][1]

    @property
    def at(self) -> int:
        return self.tokens[self.index][2]

    def sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs

    def take(self) -> str:
        self.index += 1
        return self.tokens[self.index - 1][1]

    def name(self) -> str:
        """The name that stands here, without its backslash, by its usual spelling; nothing if none does."""
        if self.kind != "name":
            return ""
        bare = self.text.lstrip("\\")
        return "sqrt" if bare == "√" else "grad" if bare == "∇" else NAMES.get(bare, bare)

    def seen(self, name: str, at: int) -> None:
        self.where.setdefault(name, at)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(
                f"more than {DEEPEST} levels of parentheses, fractions and powers are nested; split the formula into several equations"
            )

    def group(self, opening: str, closing: str, most: int = 1) -> list[Node]:
        """What stands between two signs, the first of which is here: so many parts, with commas between."""
        at, bars, self.bars = self.at, self.bars, int(closing == "|")
        self.take()
        self.deeper()
        parts = [self.total()]
        while most > 1 and self.sign(","):
            self.take()
            parts.append(self.total())
        if self.kind == "end":
            raise self.error(
                f"{quoted(opening)} is never closed; add {quoted('|' if closing == 'closing' else closing)}", at
            )
        if not (self.sign(closing) or self.kind == closing):
            raise self.unexpected()
        self.take()
        self.depth, self.bars = self.depth - 1, bars
        return parts

    def unexpected(self) -> FormulaError:
        says = {
            "=": "use one = only, right after the name that the equation computes",
            ",": COMMA if "=" not in self.written[self.at :] or "=" in self.written[: self.at] else RIGHT_SIDE,
            "index": "put a symbol before the index, as in v_t",
        }
        shut = self.sign(")", "}") or self.kind == "closing"
        other = f"{quoted(self.text)} {'closes nothing; remove it or open it first' if shut else CANNOT}"
        return self.error(says.get(self.kind if self.kind == "index" else self.text, other))

    # ---- sums, products, powers ----

    def row(self) -> Node:
        """All of it: an expression, or a symbol, =, and an expression."""
        if self.kind == "end":
            raise self.error("the formula is empty; type one, such as x**2 + y**2", 0)
        node = self.total()
        if self.sign("="):
            if node[0] != "sym":
                raise self.error("begin the equation with a single name, as in v = …", 0)
            self.where = {"=": self.at}
            self.take()
            node = ("row", node[1], self.total())
        if self.kind != "end":
            raise self.unexpected()
        return node

    def total(self) -> Node:
        node = self.signed(self.product)
        while self.sign("+", "-"):
            node = ("add" if self.take() == "+" else "sub", node, self.signed(self.product))
        return node

    def signed(self, part: Callable[[], Node]) -> Node:
        """A part with at most one sign before it."""
        minus = self.sign("+", "-") and self.take() == "-"
        return ("neg", part()) if minus else part()

    def product(self) -> Node:
        node = self.power()
        while True:
            if self.sign("*", "/"):
                if self.bare:
                    raise self.error(self.loose)
                if self.take() == "*":
                    node = ("mul", node, self.signed(self.power))
                else:
                    node = ("frac", node, self.signed(self.power))
                    self.loose = self.loose or SLASH
            elif (
                self.kind in ("number", "name", "opening") or self.sign("(", "{") or (self.sign("|") and not self.bars)
            ):
                if self.loose and not (self.bare and self.name() in FUNCTIONS):
                    raise self.error(self.loose)
                if self.kind == "number":
                    raise self.error("write * before this number to multiply, _ for an index, or ^ for a power")
                node = ("mul", node, self.power())
            else:
                self.loose, self.bare = "", False
                return node

    def power(self) -> Node:
        self.loose, self.bare = "", False
        node = self.atom()
        if self.sign("^") or self.kind == "raised":
            plain = self.sign("^") and self.tokens[self.index + 1][1] not in ("(", "{")
            node = ("pow", node, self.exponent())
            self.loose = POWER if plain and (node[1][0] == "num" or node[1] == ("sym", "e")) else ""
        if self.kind == "index":
            raise self.error("write the index before the power, as in g_t^2" if node[0] == "pow" else INDEX_ALONE)
        return node

    def exponent(self) -> Node:
        """What stands behind ^, or raised; a^b^c is a^(b^c)."""
        if self.kind == "raised":
            text = self.text.translate(SMALL)
            if not re.fullmatch(r"[+-]?([0-9]+|t)", text):
                raise self.error("raised powers may be digits or t; otherwise write ^")
            self.take()
            node: Node = ("sym", "t") if text[-1] == "t" else ("num", float(text.lstrip("+-")))
            return ("neg", node) if text[0] == "-" else node
        self.take()
        self.deeper()
        node = self.signed(self.raised_atom)
        self.depth -= 1
        return node

    def raised_atom(self) -> Node:
        node = self.atom()
        return ("pow", node, self.exponent()) if self.sign("^") or self.kind == "raised" else node

    # ---- numbers, symbols, functions ----

    def atom(self) -> Node:
        if self.kind == "number":
            if float(self.text) > LARGEST:
                raise self.error(f"the number {self.text} is too large; use one below {LARGEST:g}")
            return ("num", float(self.take()))
        if self.kind == "name":
            return self.named()
        for opening, closing in (("(", ")"), ("{", "}"), ("|", "|")):
            if self.sign(opening):
                (inner,) = self.group(opening, closing)
                return ("call", "abs", inner) if opening == "|" else inner
        if self.kind == "opening":
            return ("call", "abs", *self.group("|", "closing"))
        if self.kind == "end":
            raise self.error("the formula breaks off; add a number, a symbol or ( at the end")
        raise self.error(f"add a number, a symbol or ( before {quoted(self.text)}")

    def named(self) -> Node:
        name, command = self.name(), self.text[0] == "\\"
        if name == "frac" and command:
            self.take()
            return ("frac", self.braces(), self.braces())
        if name == "grad":
            return self.gradient()
        if name in FUNCTIONS:
            return self.call(name)
        at = self.at
        symbol = self.symbol()
        if symbol == "J" and self.sign("("):
            self.seen("J(", at)
            return ("loss", *self.group("(", ")"))
        self.seen(symbol, at)
        return ("sym", symbol)

    def braces(self) -> Node:
        if not self.sign("{"):
            raise self.error(r"\frac needs two parts in braces; write it as in \frac{a}{b}")
        return self.group("{", "}")[0]

    def gradient(self) -> Node:
        self.seen("grad", self.at)
        self.take()
        if self.kind == "index" and self.read_index() != "theta":
            raise self.error("only the gradient of J is available; write grad(theta)")
        if self.kind == "index":
            self.take()
        if self.name() == "J":
            self.take()
        if not self.sign("("):
            raise self.error(r"the gradient needs a point; write \nabla J(\theta) or grad(theta)")
        return ("grad", *self.group("(", ")"))

    def call(self, name: str) -> Node:
        wanted = 2 if name == "max" else 1
        self.seen(name, self.at)
        self.take()
        raised = self.raised_function(name) if self.sign("^") or self.kind == "raised" else None
        at = self.at
        if self.kind == "index":
            raise self.error(f"{name} can't have an index; remove it")
        if self.sign("(", "{"):
            parts = self.group(self.text, ")" if self.text == "(" else "}", wanted)
            self.loose, self.bare = "", False
        elif wanted == 1 and self.kind in ("number", "name") and self.name() not in (*FUNCTIONS, "grad"):
            parts = [self.bare_argument()]
            self.loose, self.bare = (
                f"what {name} applies to can be read in two ways; write {name}(x) with parentheses",
                True,
            )
        else:
            raise self.error(f"{name} needs parentheses; write {name}({'a, b' if wanted == 2 else 'x'})")
        if len(parts) != wanted:
            raise self.error(
                f"{name} takes {wanted} arguments, not {len(parts)}; write {name}({'a, b' if wanted == 2 else 'x'})", at
            )
        node = ("call", name, *parts)
        return ("pow", node, raised) if raised else node

    def raised_function(self, name: str) -> Node:
        """The 2 of sin^2(x)."""
        at = self.at
        node = self.exponent()
        if node[0] != "num" or node[1] not in range(2, 13):
            raise self.error(f"write the power after the parentheses, as in {name}(x)^2", at)
        return node

    def bare_argument(self) -> Node:
        """What sin x is of: a symbol, a number, or a number and a symbol, with its power."""
        if self.kind != "number":
            return self.power()
        node = self.power()
        return ("mul", node, self.power()) if self.kind == "name" and self.name() not in (*FUNCTIONS, "grad") else node

    def symbol(self) -> str:
        r"""The name of the symbol that stands here: ``\hat{m}_t``, ``m_hat_t`` and ``m̂ₜ`` are m_hat_t."""
        base, hat, index = self.base()
        while self.kind in ("index", "accent"):
            found = "hat" if self.kind == "accent" else self.read_index()
            if found != "hat" and index:
                raise self.error("a symbol can have only one index; remove the other")
            hat, index = hat or found == "hat", index if found == "hat" else found
            self.take()
        bare = re.fullmatch(r"[A-Za-z0-9]*", index)
        return base + "_hat" * hat + (f"_{index}" if bare and index else f"_{{{index}}}" if index else "")

    def base(self) -> tuple[str, bool, str]:
        """The letter of a symbol, whether it has a hat, and its index, as far as they are one with it: β1, \\hat{m_t}."""
        if self.name() == "hat" and self.text[0] == "\\":
            self.take()
            braces = self.sign("{") and bool(self.take())
            if self.kind != "name":
                raise self.error(HAT)
            base, _, index = self.base()
            if braces and self.kind == "index" and not index:
                index = self.read_index()
                self.take()
            if braces and not self.sign("}"):
                raise self.error(HAT)
            if braces:
                self.take()
            return base, True, index
        letters = self.text.lstrip("\\").rstrip("0123456789")
        name, digits = NAMES.get(letters, letters), self.text.lstrip("\\")[len(letters) :]
        if not (name in GREEK or re.fullmatch("[A-Za-z]", letters)):
            known = f"one letter, a Greek letter's name or {', '.join(FUNCTIONS)}; use * for products"
            raise self.error(f"the name {quoted(self.text)} is not known; {INSTEAD.get(self.text, f'write {known}')}")
        self.take()
        return name, False, digits

    def read_index(self) -> str:
        text = self.text.translate(SMALL).removeprefix("_").removeprefix("{").removesuffix("}").strip(" ")
        text = re.sub(r" *([+-]) *", r"\1", re.sub(r"^\\(?:text|mathrm)\{([A-Za-z]+)\}$", r"\1", text))
        bare = text.removeprefix("\\")
        name = NAMES.get(bare, bare)
        if not INDEX.fullmatch(name) or (bare != text and name not in ("min", "max", *GREEK)):
            raise self.error("an index may be letters and digits, t-1 or t+1; write it as in v_{t-1}")
        return name


def read(text: str) -> tuple[Node, Mapping[str, int]]:
    """A formula's tree, and where each name, function, ``=`` and ``J(`` stands first, in the text's order; of a row, behind its =.

    Raises
    ------
    FormulaError at what cannot be understood; TypeError if it is no text.
    """
    if not isinstance(text, str):
        raise wrong_type("a formula", "text", text)
    return _read(text)


@functools.lru_cache(4096)
def _read(text: str) -> tuple[Node, Mapping[str, int]]:
    parser = Parser(text)
    return parser.row(), parser.where


def parse(text: str) -> Node:
    r"""The tree of an expression, or of a row ``symbol = expression``; see :func:`read`.

    >>> parse(r"\theta_t = \theta_{t-1} - \eta v_t") == parse("theta_t = theta_{t-1} - eta*v_t")
    True
    """
    return read(text)[0]


def symbols(node: Node) -> Iterator[str]:
    """The symbols of a tree, from left to right."""
    match node:
        case ("sym", name):
            yield name
        case (_, *parts):
            for part in parts:
                if isinstance(part, tuple):
                    yield from symbols(part)
