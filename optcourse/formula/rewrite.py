"""Rules that change rows: ``v: γ vₜ₋₁ + x → vₜ₋₁ + x`` drops γ where v is assigned.

A rule is two formulas, and ``v:`` before them says in which row it holds; without a name it holds in all rows. A letter without an
index, as x here, stands for any part. A sum or a product in a rule fits one in any order. At the top it also fits some parts of a
longer one; further in, a letter takes all parts that are left.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence

from .parse import Node, parse

ONE: Node = ("num", 1.0)
Bound = Mapping[str, Node]  # what the letters of a rule stand for


# ---- sums and products of any length, without minus and fractions: a - b/c is ("add", a, ("neg", ("mul", b, ("inv", c)))) ----


def add(*terms: Node) -> Node:
    flat = [each for term in terms for each in (term[1:] if term[0] == "add" else [term])]
    return ("add", *flat) if len(flat) > 1 else flat[0]


def neg(node: Node) -> Node:
    return node[1] if node[0] == "neg" else ("neg", node)


def mul(*factors: Node) -> Node:
    """A product with its sign in front, in which x and 1/x cancel."""
    flat: list[Node] = []
    minus = sum(each[0] == "neg" for each in factors) % 2
    for factor in (each[1] if each[0] == "neg" else each for each in factors):
        for each in factor[1:] if factor[0] == "mul" else [factor]:
            if inv(each) in flat:
                flat.remove(inv(each))
            elif each != ONE:
                flat.append(each)
    made = ("mul", *flat) if len(flat) > 1 else (flat or [ONE])[0]
    return neg(made) if minus else made


def inv(node: Node) -> Node:
    match node:
        case ("inv", inner):
            return inner
        case ("neg", inner):
            return neg(inv(inner))
        case ("mul", *parts):
            return mul(*map(inv, parts))
    return node if node == ONE else ("inv", node)


MAKE: dict[str, Callable[..., Node]] = {
    "add": add,
    "neg": neg,
    "mul": mul,
    "inv": inv,
    "sub": lambda a, b: add(a, neg(b)),
    "frac": lambda a, b: mul(a, inv(b)),
}


def mapped(function: Callable[[Node], Node], node: Node) -> Node:
    """A tree whose parts are changed."""
    parts = [function(part) if isinstance(part, tuple) else part for part in node[1:]]
    return MAKE[node[0]](*parts) if node[0] in MAKE else (node[0], *parts)


def normal(node: Node) -> Node:
    """A tree with long sums and products."""
    return mapped(normal, node)


def plain(node: Node) -> Node:
    """The tree as :func:`parse` would read it."""
    match node:
        case ("add", first, *others):
            signed = ((("sub", plain(each[1])) if each[0] == "neg" else ("add", plain(each))) for each in others)
            return functools.reduce(lambda sum_, each: (each[0], sum_, each[1]), signed, plain(first))
        case ("mul" | "inv", *parts):
            factors = parts if node[0] == "mul" else [node]
            above = [plain(each) for each in factors if each[0] != "inv"] or [ONE]
            below = [plain(each[1]) for each in factors if each[0] == "inv"]
            numerator, *denominator = (
                functools.reduce(lambda a, b: ("mul", a, b), each) for each in (above, below) if each
            )
            return ("frac", numerator, *denominator) if denominator else numerator
    return (node[0], *(plain(part) if isinstance(part, tuple) else part for part in node[1:]))


# ---- rules ----


def any_part(node: Node) -> bool:
    return node[0] == "sym" and len(node[1]) == 1 and node[1] not in "et"


def fits(rule: Node, node: Node, bound: Bound) -> Iterator[Bound]:
    """The ways in which a rule's formula is this tree."""
    if any_part(rule):
        if bound.get(rule[1], node) == node:
            yield {**bound, rule[1]: node}
    elif rule[0] == node[0] in ("add", "mul"):
        *first, last = sorted(rule[1:], key=any_part)
        for found, rest in among(first, node[1:], bound):
            if rest:
                yield from fits(last, MAKE[node[0]](*rest), found)
    elif rule[0] == node[0] and len(rule) == len(node):
        ways = [bound]
        for part, other in zip(rule[1:], node[1:], strict=True):
            if isinstance(part, tuple):
                ways = [more for way in ways for more in fits(part, other, way)]
            elif part != other:
                return
        yield from ways


def among(rules: Sequence[Node], parts: Sequence[Node], bound: Bound) -> Iterator[tuple[Bound, Sequence[Node]]]:
    """The ways to find formulas among the parts of a sum or product, and which parts are left."""
    if not rules:
        yield bound, parts
        return
    for at, part in enumerate(parts):
        for found in fits(rules[0], part, bound):
            yield from among(rules[1:], [*parts[:at], *parts[at + 1 :]], found)


def filled(node: Node, bound: Bound) -> Node:
    return bound[node[1]] if any_part(node) else mapped(lambda part: filled(part, bound), node)


def replaced(node: Node, old: Node, new: Node) -> Node:
    """A tree in which a rule is carried out wherever it fits, the outermost place first."""

    def inside(part: Node) -> Node:
        return replaced(part, old, new)

    if old[0] == node[0] in ("add", "mul"):
        for bound, rest in among(old[1:], node[1:], {}):
            return MAKE[node[0]](filled(new, bound), *map(inside, rest))
    for bound in fits(old, node, {}):
        return filled(new, bound)
    return mapped(inside, node)


@functools.cache
def rules(text: str) -> tuple[tuple[str, Node, Node], ...]:
    """Rules from a text, with ``; `` between: the symbol of the row (or nothing), the old part and the new one."""
    made = []
    for rule in text.split("; "):
        where, _, change = rule.rpartition(": ")
        old, new = (normal(parse(each)) for each in change.split(" → "))
        made.append((f"{parse(where)[1]}_t" if where else "", old, new))
    return tuple(made)


def rewritten(rows: Sequence[Node], text: str) -> tuple[Node, ...] | None:
    """Rows after one rule and the next; None where one of them fits nowhere.

    >>> rewritten([parse("v_t = gamma*v_{t-1} + grad(theta)")], "v: γ x + y → x - y")
    (('row', 'v_t', ('sub', ('sym', 'v_{t-1}'), ('grad', ('sym', 'theta')))),)
    """
    now = tuple(map(normal, rows))
    for where, old, new in rules(text):
        changed = tuple((*row[:2], replaced(row[2], old, new)) if where in ("", row[1]) else row for row in now)
        if changed == now:
            return None
        now = changed
    return tuple(map(plain, now))
