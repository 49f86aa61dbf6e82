"""Rules that change rows: ``v: γ vₜ₋₁ + x → vₜ₋₁ + x`` drops γ where v is assigned.

A rule is two formulas, and ``v:`` before them says in which row it holds; without a name it holds in all rows. A letter without an
index, as x here, stands for any part. A sum or a product in a rule fits one in any order. At the top it also fits some parts of a
longer one; further in, a letter takes all parts that are left.

While rules are carried out, sums and products are of any length: a − b/c is ``("add", a, ("neg", ("mul", b, ("inv", c))))``.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .parse import Node, parse

ONE: Node = ("num", 1.0)
Bound = Mapping[str, Node]  # what the letters of a rule stand for


def make(kind: str, *parts: Any) -> Node:
    """A tree with its sign in front, in which x and 1/x cancel."""
    match kind, parts:
        case "sub", (a, b):
            return make("add", a, make("neg", b))
        case "frac", (a, b):
            return make("mul", a, make("inv", b))
        case ("neg" | "inv", ((inverse, inner),)) if inverse == kind:
            return inner
        case "inv", (("neg", inner),):
            return make("neg", make("inv", inner))
        case "inv", (("mul", *factors),):
            return make("mul", *(make("inv", each) for each in factors))
        case "inv", (("num", 1.0),):
            return ONE
        case ("mul", _) if minus := [each for each in parts if each[0] == "neg"]:
            product = make("mul", *(each[1] if each[0] == "neg" else each for each in parts))
            return make("neg", product) if len(minus) % 2 else product
        case "add" | "mul", _:
            flat: list[Node] = []
            for each in (each for part in parts for each in (part[1:] if part[0] == kind else [part])):
                if kind == "mul" and make("inv", each) in flat:
                    flat.remove(make("inv", each))
                elif kind == "add" or each != ONE:
                    flat.append(each)
            return (kind, *flat) if len(flat) > 1 else (flat or [ONE])[0]
    return (kind, *parts)


def normal(node: Any) -> Any:
    """A tree with long sums and products; a name or a number is itself."""
    return make(node[0], *map(normal, node[1:])) if isinstance(node, tuple) else node


def plain(node: Any) -> Any:
    """The tree as :func:`parse` would read it."""
    match node:
        case ("add", *terms):
            pairs = [("sub", plain(each[1])) if each[0] == "neg" else ("add", plain(each)) for each in terms[1:]]
            return functools.reduce(lambda total, each: (each[0], total, each[1]), pairs, plain(terms[0]))
        case ("mul" | "inv", *_):
            factors = node[1:] if node[0] == "mul" else [node]
            above = [plain(each) for each in factors if each[0] != "inv"] or [ONE]
            below = [plain(each[1]) for each in factors if each[0] == "inv"]
            halves = [functools.reduce(lambda a, b: ("mul", a, b), half) for half in (above, below) if half]
            return ("frac", *halves) if below else halves[0]
    return tuple(map(plain, node)) if isinstance(node, tuple) else node


def letter(node: Any) -> bool:
    """Whether this stands for any part in a rule."""
    return node[0] == "sym" and len(node[1]) == 1 and node[1] not in "et"


def fits(rule: Any, node: Any, bound: Bound) -> Iterator[Bound]:
    """The ways in which a rule's formula is this tree."""
    if not isinstance(rule, tuple) or not isinstance(node, tuple):
        yield from [bound] if rule == node else []
    elif letter(rule):
        yield from [{**bound, rule[1]: node}] if bound.get(rule[1], node) == node else []
    elif rule[0] == node[0] in ("add", "mul"):
        *first, last = sorted(rule[1:], key=letter)
        for found, rest in among(first, node[1:], bound):
            yield from fits(last, make(node[0], *rest), found) if rest else []
    elif len(rule) == len(node):
        ways = [bound]
        for part, other in zip(rule, node, strict=True):
            ways = [more for way in ways for more in fits(part, other, way)]
        yield from ways


def among(rules: Sequence[Node], parts: Sequence[Node], bound: Bound) -> Iterator[tuple[Bound, Sequence[Node]]]:
    """The ways to find formulas among the parts of a sum or product, and which parts are left."""
    if not rules:
        yield bound, parts
    for at, part in enumerate(parts if rules else []):
        for found in fits(rules[0], part, bound):
            yield from among(rules[1:], [*parts[:at], *parts[at + 1 :]], found)


def filled(node: Any, bound: Bound) -> Any:
    """A rule's formula with what its letters stand for."""
    if not isinstance(node, tuple):
        return node
    return bound[node[1]] if letter(node) else make(node[0], *(filled(part, bound) for part in node[1:]))


def replaced(node: Any, old: Node, new: Node) -> Any:
    """A tree in which a rule is carried out wherever it fits, the outermost place first."""
    if not isinstance(node, tuple):
        return node
    several = old[0] == node[0] in ("add", "mul")
    for bound, rest in among(old[1:], node[1:], {}) if several else ((each, []) for each in fits(old, node, {})):
        others = [replaced(each, old, new) for each in rest]
        return make(node[0], filled(new, bound), *others) if others else filled(new, bound)
    return make(node[0], *(replaced(part, old, new) for part in node[1:]))


@functools.cache
def rules(text: str) -> tuple[tuple[str, Node, Node], ...]:
    """Rules from a text, with ``; `` between: the symbol of the row (or nothing), the old part and the new one."""
    pairs = [rule.rpartition(": ")[::2] for rule in text.split("; ")]
    sides = [[normal(parse(side)) for side in change.split(" → ")] for _, change in pairs]
    return tuple((where and f"{parse(where)[1]}_t", *each) for (where, _), each in zip(pairs, sides, strict=True))


def rewritten(rows: Sequence[Node], text: str) -> tuple[Node, ...] | None:
    """Rows after one rule and the next; None where one of them fits nowhere.

    >>> rewritten([parse("v_t = gamma*v_{t-1} + grad(theta)")], "v: γ x + y → x - y")
    (('row', 'v_t', ('sub', ('sym', 'v_{t-1}'), ('grad', ('sym', 'theta')))),)
    """
    now = tuple(map(normal, rows))
    for where, old, new in rules(text):
        before, now = (
            now,
            tuple((*row[:2], replaced(row[2], old, new) if where in ("", row[1]) else row[2]) for row in now),
        )
        if before == now:
            return None
    return tuple(map(plain, now))
