r"""Trees as text: LaTeX that is read as the same tree again, and symbols as plain letters."""

import codecs
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from .parse import GREEK, Node

RANK = {"add": 0, "sub": 0, "neg": 0, "row": 0, "mul": 1, "pow": 2}  # what binds looser stands in parentheses
SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def parts_of(symbol: str) -> tuple[str, bool, str]:
    """A symbol's letter, whether it has a hat, and its index.

    >>> parts_of("m_hat_{t-1}")
    ('m', True, 't-1')
    """
    found = re.fullmatch(r"([A-Za-z]+?)(_hat)?(?:_\{?([^{}]*?)\}?)?", symbol)
    assert found, symbol
    letter, hat, index = found.groups()
    return letter, bool(hat), index or ""


def letters(symbol: str) -> str:
    """A symbol as plain text, without the step that it belongs to.

    >>> letters("beta_1"), letters("m_hat_t"), letters("theta_{t-1}")
    ('β₁', 'm̂', 'θ')
    """
    letter, hat, index = parts_of(symbol)
    return GREEK.get(letter, letter) + "\u0302" * hat + ("" if index[:1] == "t" else index.translate(SMALL))


SPELLED = {letter: name for name, letter in GREEK.items()} | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
SPELLED |= {
    "→": "->",
    "−": "-",
    "–": "-",
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "…": "...",
    "∇": "grad ",
    "√": "sqrt",
    "∞": "inf",
}


def spelled_out(error: UnicodeError) -> tuple[str, int]:
    """What to write where a terminal or a file lacks a character: a Greek letter's name, say, or the character's number.

    >>> "β₁ = 0.9 → θ̂".encode("cp1252", "optcourse.letters")
    b'beta1 = 0.9 -> theta\\\\u0302'
    """
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return "".join(
        SPELLED.get(each) or each.encode("ascii", "backslashreplace").decode() for each in missing
    ), error.end


codecs.register_error("optcourse.letters", spelled_out)


def numeral(value: float) -> str:
    """A number in as few digits as give it again; the page writes the same.

    >>> numeral(12.0), numeral(0.5), numeral(1.5e-8)
    ('12', '0.5', '1.5e-8')
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e-4 <= abs(value) < 1e15:
        return repr(value)
    number = Decimal(repr(value)).normalize()
    sign, digits, _ = number.as_tuple()
    first, *others = map(str, digits)
    point = "." if others else ""
    return f"{'-' * sign}{first}{point}{''.join(others)}e{number.adjusted():+d}"


def rank(node: Node) -> int:
    """How tightly a tree's outermost operation binds."""
    return 0 if node[0] == "num" and node[1] < 0 else RANK.get(node[0], 3)


def leaves(node: Node) -> Iterator[Node]:
    """The parts of a tree that have a value of their own: symbols, gradients and losses, from left to right."""
    if node[0] in ("sym", "grad", "loss"):
        yield node
    else:
        for part in node[1:]:
            if isinstance(part, tuple):
                yield from leaves(part)


def needs_parentheses(node: Node, part: int) -> bool:
    """Whether a part of a tree, by its index, stands in parentheses; roots, fractions and calls have their own."""
    inner = node[part]
    match node[0], part:
        case ("pow", 1):
            return rank(inner) < 3 or inner[0] in ("frac", "grad")
        case ("mul", _):
            return rank(inner) < part  # a product of products on the right has them
        case ("neg", _) | ("add" | "sub", 2):
            return rank(inner) < 1
    return False


def latex(node: Node) -> str:
    r"""LaTeX of a tree: :func:`.language.parse` reads it as the same tree.

    >>> latex(("frac", ("sym", "eta"), ("call", "sqrt", ("sym", "G_t"))))
    '\\frac{\\eta}{\\sqrt{G_t}}'
    """

    def write(part: int) -> str:
        inner = latex(node[part])
        return f"({inner})" if needs_parentheses(node, part) else inner

    match node:
        case ("num", value):
            return numeral(value)
        case ("sym", name):
            return symbol_latex(name)
        case ("row", name, _):
            return f"{symbol_latex(name)} = {write(2)}"
        case ("frac", _, _):
            return rf"\frac{{{write(1)}}}{{{write(2)}}}"
        case ("pow", ("num", _) | ("sym", "e"), _):
            return f"{write(1)}^{{{write(2)}}}"  # e^2 x could be read in two ways
        case ("pow", _, _):
            return f"{write(1)}^{short(write(2))}"
        case ("neg", _):
            return f"-{write(1)}"
        case ("mul", _, _):
            left, right = write(1), write(2)
            return rf"{left} \cdot {right}" if right[0].isdigit() or left[-1] == "J" else f"{left} {right}"
        case ("add" | "sub" as sign, _, _):
            return f"{write(1)} {'+' if sign == 'add' else '-'} {write(2)}"
        case ("grad", point):
            return rf"\nabla J({latex(point)})"
        case ("loss", point):
            return f"J({latex(point)})"
        case ("call", "sqrt", inner):
            return rf"\sqrt{{{latex(inner)}}}"
        case ("call", "abs", inner):
            return rf"\left|{latex(inner)}\right|"
        case ("call", name, *arguments):
            named = rf"\operatorname{{{name}}}" if name in ("sign", "sum", "orth") else f"\\{name}"
            return f"{named}({', '.join(map(latex, arguments))})"
    raise ValueError(f"no formula, but {node!r}")


def symbol_latex(symbol: str) -> str:
    letter, hat, index = parts_of(symbol)
    base = f"\\{letter}" if letter in GREEK else letter
    base = rf"\hat{{{base}}}" if hat else base
    index = f"\\{index}" if index in ("min", "max") else index
    return f"{base}_{short(index)}" if index else base


def short(text: str) -> str:
    """An index or a power as LaTeX wants it: in braces, unless it is one character."""
    return text if len(text) == 1 and text != "J" else f"{{{text}}}"


OPERATORS = {"add": "+", "sub": "-", "mul": "*", "frac": "/"}
NUMPY = {"max": "np.maximum"}


def python(node: Node, name: Callable[[Node], str]) -> str:
    """A tree as a line of NumPy; ``name`` writes symbols and gradients.

    >>> python(("frac", ("sym", "m_t"), ("sub", ("num", 1.0), ("pow", ("sym", "beta_1"), ("sym", "t")))), lambda node: node[1])
    'm_t / (1 - beta_1**t)'
    """

    def write(part: int, least: int) -> str:
        inner = python(node[part], name)
        binds = 1 if node[part][0] == "frac" else rank(node[part])
        return f"({inner})" if binds < least else inner

    match node:
        case ("num", value):
            return numeral(value)
        case ("sym" | "grad", _):
            return name(node)
        case ("neg", _):
            return f"-{write(1, 1)}"
        case ("pow", _, (kind, *_)):
            tight = "**" if kind in ("num", "sym") else " ** "
            return f"{write(1, 3)}{tight}{write(2, 3)}"
        case ("call", "orth", inner):
            return f"orthogonal({python(inner, name)}, {name(('sym', 'columns'))})"
        case ("call", function, *arguments):
            return f"{NUMPY.get(function, f'np.{function}')}({', '.join(python(each, name) for each in arguments)})"
    tightness = 1 if node[0] in ("mul", "frac") else 0
    return f"{write(1, tightness)} {OPERATORS[node[0]]} {write(2, tightness + 1)}"
