"""Trees as MathML."""

import functools
from collections.abc import Callable, Iterator

from .parse import GREEK, Node, parse
from .write import needs_parentheses, numeral, parts_of

# the class of a hyperparameter's symbol, which has its colour
CLASSES = {
    "eta": "oc-eta",
    "gamma": "oc-gamma",
    "beta_1": "oc-beta1",
    "beta_2": "oc-beta2",
    "epsilon": "oc-eps",
    "lambda": "oc-lambda",
}
OPEN, CLOSE, BAR = (f'<mo stretchy="false">{sign}</mo>' for sign in "()|")
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>{}</mrow></math>'
Leaf = Callable[
    [Node, bool], str
]  # writes a symbol, a gradient or a loss; whether it stands first, where a minus needs no parentheses


def leaves(node: Node) -> Iterator[Node]:
    """The parts of a tree that have a value of their own: symbols and gradients, from left to right."""
    if node[0] in ("sym", "grad", "loss"):
        yield node
    else:
        for part in node[1:]:
            if isinstance(part, tuple):
                yield from leaves(part)


def markup(node: Node, leaf: Leaf, times: str = "", first: bool = True) -> str:
    """MathML elements of a tree, one after the other; ``times`` stands between factors."""

    def write(part: int, first: bool = True) -> str:
        if needs_parentheses(node, part):
            return f"{OPEN}{markup(node[part], leaf, times)}{CLOSE}"
        return markup(node[part], leaf, times, first)

    match node:
        case ("num", value):
            return f"<mn>{numeral(value)}</mn>"
        case ("sym", _) | ("grad" | "loss", _):
            return leaf(node, first)
        case ("frac", _, _):
            return f"<mfrac><mrow>{write(1)}</mrow><mrow>{write(2)}</mrow></mfrac>"
        case ("pow", base, exponent):
            return raised(write(1, False), one(markup(exponent, leaf, times)), base)
        case ("neg", _):
            return f"<mo>−</mo>{write(1, False)}"
        case ("mul", _, right):
            dot = times or ("<mo>·</mo>" if right[0] == "num" else "")
            return f"{write(1, first)}{dot}{write(2, False)}"
        case ("add" | "sub" as sign, _, _):
            return f"{write(1, first)}<mo>{'+' if sign == 'add' else '−'}</mo>{write(2, False)}"
        case ("call", "sqrt", inner):
            return f"<msqrt><mrow>{markup(inner, leaf, times)}</mrow></msqrt>"
        case ("call", "abs", inner):
            return f"{BAR}{markup(inner, leaf, times)}{BAR}"
        case ("call", name, *arguments):
            inner = "<mo>,</mo>".join(markup(each, leaf, times, i == 0) for i, each in enumerate(arguments))
            return f"<mo>{name}</mo>{OPEN}{inner}{CLOSE}"
    raise ValueError(f"no formula, but {node!r}")


def one(elements: str) -> str:
    """Elements as one element."""
    return f"<mrow>{elements}</mrow>"


def raised(base: str, exponent: str, node: Node) -> str:
    """A power; a symbol's index and its power stand above one another."""
    if base.startswith("<msub>") and node[0] == "sym":
        return f"<msubsup>{base.removeprefix('<msub>').removesuffix('</msub>')}{exponent}</msubsup>"
    return f"<msup>{one(base)}{exponent}</msup>"


def in_symbols(node: Node, _first: bool = True) -> str:
    """A symbol, ∇J(…) or J(…) in letters; a hyperparameter by its class."""
    if node[0] != "sym":
        nabla = "<mo>∇</mo>" if node[0] == "grad" else ""
        return f"{nabla}<mi>J</mi>{OPEN}{markup(node[1], in_symbols)}{CLOSE}"
    letter, hat, index = parts_of(node[1])
    coloured = f' class="{CLASSES[node[1]]}"' if node[1] in CLASSES else ""
    base = f"<mi{coloured}>{GREEK.get(letter, letter)}</mi>"
    if hat:
        base = f'<mover accent="true">{base}<mo>^</mo></mover>'
    if not index:
        return base
    if index[:2] in ("t-", "t+"):
        below = f"<mrow><mi>t</mi><mo>{'−' if index[1] == '-' else '+'}</mo><mn>{index[2:]}</mn></mrow>"
    else:
        below = f"<mn{coloured}>{index}</mn>" if index.isdigit() else f"<mi>{index}</mi>"
    return f"<msub>{base}{below}</msub>"


@functools.cache
def mathml(formula: str | Node) -> str:
    """MathML of a formula, or of its tree; the hyperparameters have classes, which have their colours."""
    node = parse(formula) if isinstance(formula, str) else formula
    if node[0] == "row":
        return MATH.format(f"{in_symbols(('sym', node[1]))}<mo>=</mo>{markup(node[2], in_symbols)}")
    return MATH.format(markup(node, in_symbols))
