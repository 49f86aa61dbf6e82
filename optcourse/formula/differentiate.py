"""Derivatives of trees by rule: what several trees have in common is computed once.

The page has the same rules (``derive.js``), in the same order of operations, so that both give the same numbers.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .evaluate import OPERATIONS
from .parse import CONSTANTS, Node

Step = tuple[Any, ...]  # an operation and what it is of: a number, a symbol's name, or the numbers of earlier steps

HIGHEST = 12  # whole powers up to this are products: quick, and the same bits in the page


class Calculation:
    """Trees of numbers written out as steps, each once, and their derivatives as more steps.

    ``steps`` are (operation, parts): ``("num", 2.0)``, ``("sym", "x")``, ``("mul", 0, 1)`` with the numbers of earlier steps. What a
    method returns is a step's number. Constants are folded where their value is finite.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._known: dict[Step, int] = {}
        self._derived: dict[str, dict[int, int]] = {}

    # ---- steps, simplified where that is sure ----

    def put(self, *step: Any) -> int:
        if step not in self._known:
            self._known[step] = len(self.steps)
            self.steps.append(step)
        return self._known[step]

    def number(self, value: float) -> int:
        return self.put("num", float(value) + 0.0)  # no negative zero

    def value(self, step: int) -> float | None:
        """The number that a step is, or None."""
        kind, *parts = self.steps[step]
        return parts[0] if kind == "num" else None

    def folded(self, name: str, *parts: int) -> int:
        """The step of an operation; its value, where it is one of numbers and finite."""
        numbers = [self.value(part) for part in parts]
        if None not in numbers:
            with np.errstate(all="ignore"):
                value = float(OPERATIONS[name](*map(np.float64, numbers[:1]), *numbers[1:]))
            if np.isfinite(value):
                return self.number(value)
        return self.put(name, *parts)

    def neg(self, a: int) -> int:
        kind, *parts = self.steps[a]
        return parts[0] if kind == "neg" else self.folded("neg", a)

    def add(self, a: int, b: int) -> int:
        return b if self.value(a) == 0 else a if self.value(b) == 0 else self.folded("add", a, b)

    def sub(self, a: int, b: int) -> int:
        return self.neg(b) if self.value(a) == 0 else a if self.value(b) == 0 else self.folded("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        """A product: a number stands first, and two numbers are one."""
        if self.value(b) is not None:
            a, b = b, a
        factor, (kind, *parts) = self.value(a), self.steps[b]
        if a == b:
            return self.pow(a, self.number(2))
        if factor == 0:
            return a
        if factor == 1:
            return b
        if factor is not None and kind == "mul" and self.value(parts[0]) is not None:
            return self.mul(self.folded("mul", a, parts[0]), parts[1])
        return self.folded("mul", a, b)

    def frac(self, a: int, b: int) -> int:
        """A quotient: what is divided by a number has one number as its factor."""
        divisor, (kind, *parts) = self.value(b), self.steps[a]
        if divisor == 1 or (divisor is None and self.value(a) == 0):
            return a
        if divisor and kind == "mul" and self.value(parts[0]) is not None:
            return self.mul(self.folded("frac", parts[0], b), parts[1])
        return self.folded("frac", a, b)

    def pow(self, a: int, b: int) -> int:
        """A power; e^u is exp(u), and the root of a square is |u|, which has a derivative at 0."""
        if self.steps[a] == ("sym", "e"):
            return self.folded("exp", b)
        if self.value(b) == 0.5:
            return self.sqrt(a)
        return a if self.value(b) == 1 else self.number(1) if self.value(b) == 0 else self.folded("pow", a, b)

    def sqrt(self, a: int) -> int:
        kind, *parts = self.steps[a]
        return self.folded("abs", parts[0]) if kind == "pow" and self.value(parts[1]) == 2 else self.folded("sqrt", a)

    def tree(self, node: Node) -> int:
        """The steps of a tree."""
        kind, *parts = node
        if kind == "num":
            return self.number(parts[0])
        if kind == "sym":
            return self.put("sym", parts[0])
        name, parts = (parts[0], parts[1:]) if kind == "call" else (kind, parts)
        return getattr(self, name, functools.partial(self.folded, name))(*map(self.tree, parts))

    # ---- derivatives ----

    def needed(self, *ends: int) -> list[int]:
        """The steps that it takes to compute these, in order."""
        found = set(ends)
        for step in range(max(ends), -1, -1):
            kind, *parts = self.steps[step]
            if step in found and kind not in ("num", "sym"):
                found.update(parts)
        return sorted(found)

    def derivative(self, step: int, symbol: str) -> int:
        """The derivative of a step by a symbol; 0 where |u| has its kink."""
        known = self._derived.setdefault(symbol, {})
        for each in self.needed(step):
            if each not in known:
                known[each] = self._derive(each, symbol, known)
        return known[step]

    def _derive(self, step: int, symbol: str, known: Mapping[int, int]) -> int:
        kind, *parts = self.steps[step]
        if kind in ("num", "sym"):
            return self.number(kind == "sym" and parts[0] == symbol)
        a, b = parts[0], parts[-1]
        da, db = known[a], known[b]
        match kind:
            case "neg":
                return self.neg(da)
            case "add":
                return self.add(da, db)
            case "sub":
                return self.sub(da, db)
            case "mul":
                return self.add(self.mul(da, b), self.mul(a, db))
            case "frac":
                return self.frac(self.sub(da, self.mul(step, db)), b)
            case "pow":
                below = self.mul(self.mul(b, self.pow(a, self.sub(b, self.number(1)))), da)
                above = self.mul(self.mul(step, self.folded("log", a)), db)
                return below if self.value(db) == 0 else self.add(below, above)
            case "max":  # (a + b + |a − b|) / 2: at a tie the mean of both
                leads = self.mul(self.folded("sign", self.sub(a, b)), self.sub(da, db))
                return self.mul(self.number(0.5), self.add(self.add(da, db), leads))
        return self.mul(INNER[kind](self, a, step), da)

    # ---- running ----

    def program(self, *ends: int) -> "Program":
        """What it takes to compute these steps, and no more: whole powers as products."""
        plain, number = Calculation(), {}
        for step in self.needed(*ends):
            kind, *parts = self.steps[step]
            if kind in ("num", "sym"):
                number[step] = plain.put(kind, *parts)
            elif kind == "pow" and (exponent := self.value(parts[1])) is not None:
                number[step] = plain.raised(number[parts[0]], exponent)
            else:
                number[step] = plain.put(kind, *(number[part] for part in parts))
        return Program(plain.steps, [number[end] for end in ends])

    def raised(self, base: int, exponent: float) -> int:
        """A power as products, and a quotient if the exponent is negative."""
        if exponent < 0:
            return self.put("frac", self.number(1), self.raised(base, -exponent))
        if exponent == 0.5:
            return self.put("sqrt", base)
        if exponent not in range(1, HIGHEST + 1):
            return self.put("pow", base, self.number(exponent))
        product = base
        for _ in range(int(exponent) - 1):
            product = self.put("mul", product, base)
        return product


# the derivative of a function by its argument u; ``step`` is the function itself
INNER: dict[str, Callable[[Calculation, int, int], int]] = {
    "sin": lambda c, u, step: c.folded("cos", u),
    "cos": lambda c, u, step: c.neg(c.folded("sin", u)),
    "tan": lambda c, u, step: c.add(c.number(1), c.pow(step, c.number(2))),
    "sinh": lambda c, u, step: c.folded("cosh", u),
    "cosh": lambda c, u, step: c.folded("sinh", u),
    "tanh": lambda c, u, step: c.sub(c.number(1), c.pow(step, c.number(2))),
    "exp": lambda c, u, step: step,
    "log": lambda c, u, step: c.frac(c.number(1), u),
    "sqrt": lambda c, u, step: c.frac(c.number(0.5), step),
    "arctan": lambda c, u, step: c.frac(c.number(1), c.add(c.number(1), c.pow(u, c.number(2)))),
    "abs": lambda c, u, step: c.folded("sign", u),
    "sign": lambda c, u, step: c.number(0),
}


class Program:
    """Steps that can be run: call it with the symbols' values, numbers or arrays; it answers with the values of its ends.

    A step's value takes the slot of one that is not needed any more, so that arrays are freed on the way.
    """

    def __init__(self, steps: Sequence[Step], ends: Sequence[int]):
        last = {part: i for i, (kind, *parts) in enumerate(steps) if kind not in ("num", "sym") for part in parts}
        slot, free = dict[int, int](), list[int]()
        self._first: list[Any] = []
        self._symbols, self._length = list[tuple[int, str]](), len(steps)
        self._rest = list[tuple[int, Callable, int, int]]()
        for i, (kind, *parts) in enumerate(steps):
            operands = [] if kind in ("num", "sym") else [slot[part] for part in parts]
            free += [slot[part] for part in set(parts) if operands and last[part] == i and part not in ends]
            slot[i] = free.pop() if operands and free else len(self._first)
            if slot[i] == len(self._first):
                self._first.append(None)
            if operands:
                self._rest.append((slot[i], OPERATIONS[kind], operands[0], operands[1] if len(operands) > 1 else -1))
            elif kind == "num" or parts[0] in CONSTANTS:
                self._first[slot[i]] = np.float64(parts[0] if kind == "num" else CONSTANTS[parts[0]])
            else:
                self._symbols.append((slot[i], parts[0]))
        self._ends = [slot[end] for end in ends]

    def __len__(self) -> int:
        return self._length

    def __call__(self, **symbols: Any) -> list[Any]:
        values = self._first.copy()
        for i, name in self._symbols:
            values[i] = symbols[name]
        for i, operation, a, b in self._rest:
            values[i] = operation(values[a]) if b < 0 else operation(values[a], values[b])
        return [values[end] for end in self._ends]
