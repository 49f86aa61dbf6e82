"""What students write instead of an update: other forms of the same method, and the classic mistakes.

A mistake is a change of the method's own equations, such as ``gamma*v_{t-1} -> v_{t-1}``: wherever the first part is found in their
trees, the second takes its place. A method with a mistake is run like any other, so it says what such a program computes.

In a change A, B and C stand for any part. ± is + or −, and ∓ the other one. NEW and OLD are θ after and before the step,
by either of their names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from ..formula.parse import Node, parse
from ..formula.write import latex, letters
from ..methods.base import Optimizer, Row, cached
from ..methods.more import AdamW
from ..methods.optimizers import NAG, AdaGrad, Adam, Momentum, RMSProp
from ..methods.variants import AdaGradOutside, AdamInside, AdamWPaper, RMSPropOutside

# ---- right answers in another form: a word on it, and its equations ----

OPPOSITE = "Your velocity has the opposite sign, as in Sutskever et al. and Keras; it is the same method."
WITHOUT_ETA = "Your velocity leaves out η, as in PyTorch; while η is constant it is the same method."
AVERAGED = "Your velocity is an average, and your step makes up for it with η/(1 − γ); while η is constant it is the same method."
SHIFTED = "You keep the look-ahead point θ − γv instead of θ, as PyTorch, Keras and Optax do; it is the same method."
OUTSIDE = "You add ε outside the root, as PyTorch does; this course adds it inside, as Optax and Keras do."
INSIDE = "You add ε inside the root, as Optax does with eps_root; this course adds it outside, as the paper does."
EPS_OF_KERAS = "You add ε before v is corrected, as Keras does; while ε is small the difference is tiny."
DECAY_OF_PAPER = (
    "Your decay is λθ, as in the paper's algorithm 2; this course multiplies it by η, as PyTorch and Optax do."
)
AVERAGES = tuple(row.latex for row in Adam.rows[:3])
KERAS_STEP = "eta*sqrt(1 - beta_2^t)/(1 - beta_1^t) * (m_t/(sqrt(v_t) + epsilon))"
OLD_GRADIENT = "grad(theta_{t-1})"
FORMS: dict[type[Optimizer], tuple[tuple[str, ...], ...]] = {
    Momentum: (
        (OPPOSITE, f"v_t = gamma*v_{{t-1}} - eta*{OLD_GRADIENT}", "theta_t = theta_{t-1} + v_t"),
        (WITHOUT_ETA, f"v_t = gamma*v_{{t-1}} + {OLD_GRADIENT}", "theta_t = theta_{t-1} - eta*v_t"),
        (WITHOUT_ETA, f"v_t = gamma*v_{{t-1}} - {OLD_GRADIENT}", "theta_t = theta_{t-1} + eta*v_t"),
        (AVERAGED, f"v_t = gamma*v_{{t-1}} + (1 - gamma)*{OLD_GRADIENT}", "theta_t = theta_{t-1} - eta/(1 - gamma)*v_t"),
    ),
    NAG: (
        (OPPOSITE, "v_t = gamma*v_{t-1} - eta*grad(theta_{t-1} + gamma*v_{t-1})", "theta_t = theta_{t-1} + v_t"),
        (WITHOUT_ETA, "v_t = gamma*v_{t-1} + grad(theta_{t-1} - eta*gamma*v_{t-1})", "theta_t = theta_{t-1} - eta*v_t"),
        (WITHOUT_ETA, "v_t = gamma*v_{t-1} - grad(theta_{t-1} + eta*gamma*v_{t-1})", "theta_t = theta_{t-1} + eta*v_t"),
        (SHIFTED, f"v_t = gamma*v_{{t-1}} + eta*{OLD_GRADIENT}", f"theta_t = theta_{{t-1}} - gamma*v_t - eta*{OLD_GRADIENT}"),
        (SHIFTED, f"v_t = gamma*v_{{t-1}} - eta*{OLD_GRADIENT}", f"theta_t = theta_{{t-1}} + gamma*v_t - eta*{OLD_GRADIENT}"),
        (SHIFTED, f"v_t = gamma*v_{{t-1}} + {OLD_GRADIENT}", f"theta_t = theta_{{t-1}} - eta*({OLD_GRADIENT} + gamma*v_t)"),
        (SHIFTED, f"v_t = gamma*v_{{t-1}} - {OLD_GRADIENT}", f"theta_t = theta_{{t-1}} - eta*({OLD_GRADIENT} - gamma*v_t)"),
    ),
    AdaGrad: ((OUTSIDE, *(row.latex for row in AdaGradOutside.rows)),),
    RMSProp: ((OUTSIDE, *(row.latex for row in RMSPropOutside.rows)),),
    Adam: (
        (INSIDE, *(row.latex for row in AdamInside.rows)),
        (EPS_OF_KERAS, *AVERAGES, f"theta_t = theta_{{t-1}} - {KERAS_STEP}"),
    ),
    AdamW: (
        (DECAY_OF_PAPER, *(row.latex for row in AdamWPaper.rows)),
        (EPS_OF_KERAS, *AVERAGES, f"theta_t = theta_{{t-1}} - {KERAS_STEP} - eta*lambda*theta_{{t-1}}"),
        (f"{EPS_OF_KERAS} {DECAY_OF_PAPER}", *AVERAGES, f"theta_t = theta_{{t-1}} - {KERAS_STEP} - lambda*theta_{{t-1}}"),
    ),
}  # fmt: skip


@cached
def forms(kind: type[Optimizer]) -> tuple[tuple[type[Optimizer], str], ...]:
    """The method itself, with nothing to say, and its other forms, each with a word on the convention."""
    others = ((with_rows(kind, tuple(map(parse, rows))), word) for word, *rows in FORMS.get(kind, ()))
    return ((kind, ""), *others)


def with_rows(kind: type[Optimizer], rows: Sequence[Node]) -> type[Optimizer]:
    """A method with other equations, and the same state."""
    made = tuple(Row(latex(row), "") for row in rows)
    return type(kind.__name__, (kind,), {"rows": made, "init": lambda _, theta: kind().init(theta)})


# ---- mistakes ----


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: what to say, and the changes that it makes, each a tree to look for and the one to put there.

    ``only`` names the methods for which it is one, where another method has the same equations. ``spared``: trees of this kind are
    left as they are.
    """

    says: str
    changes: tuple[tuple[Node, Node], ...]
    only: tuple[type[Optimizer], ...] = (Optimizer,)
    spared: str = ""


def mistakes(says: str, *ways: str, only: type[Optimizer] = Optimizer, spared: str = "") -> Iterator[Mistake]:
    """One mistake in several ways: each a text of changes with ``;`` between them, once for each meaning of ± and of NEW and OLD."""
    for way in ways:
        signs = ("+-", "-+") if "±" in way or "∓" in way else ("+-",)
        points = (("theta_t", "theta_{t-1}"), ("theta_{t+1}", "theta_t")) if "OLD" in way else (("", ""),)
        for sign, (new, old) in product(signs, points):
            text = way.replace("±", sign[0]).replace("∓", sign[1]).replace("NEW", new).replace("OLD", old)
            changes = (change.partition("->") for change in text.split(";"))
            yield Mistake(says, tuple((parse(part), parse(becomes)) for part, _, becomes in changes), (only,), spared)


def matches(pattern: Node, tree: Node, found: dict[str, Node]) -> bool:
    """Whether a tree is as a pattern says; ``found`` gets what A, B and C stand for."""
    if pattern[0] == "sym" and pattern[1] in ("A", "B", "C"):
        return found.setdefault(pattern[1], tree) == tree
    return len(pattern) == len(tree) and all(
        matches(part, other, found) if isinstance(part, tuple) and isinstance(other, tuple) else part == other
        for part, other in zip(pattern, tree, strict=True)
    )


def changed(tree: Node, pattern: Node, becomes: Node, spared: str = "") -> Node:
    """A tree with ``becomes`` wherever the pattern is found."""
    found: dict[str, Node] = {}
    if matches(pattern, tree, found):
        return filled(becomes, found)
    if tree[0] == spared:
        return tree
    return tuple(changed(part, pattern, becomes, spared) if isinstance(part, tuple) else part for part in tree)


def filled(tree: Node, found: dict[str, Node]) -> Node:
    """A tree with what A, B and C stand for."""
    if tree[0] == "sym":
        return found.get(tree[1], tree)
    return tuple(filled(part, found) if isinstance(part, tuple) else part for part in tree)


@cached
def broken(kind: type[Optimizer], wrong: Mistake) -> type[Optimizer] | None:
    """The method with the mistake in its equations, or None where it has no place for it."""
    if not issubclass(kind, wrong.only):
        return None
    rows = kind.trees()
    for pattern, becomes in wrong.changes:
        before, rows = rows, tuple(changed(row, pattern, becomes, wrong.spared) for row in rows)
        if rows == before:
            return None
    return with_rows(kind, rows)


FORGOT_THETA = "You left out the old θ; subtract the step from it: θ − …"
PRODUCT = "You multiplied the two parts; add them, as vectors: γv + η∇J."
NO_ETA = "You left out η; multiply the gradient by it."
TWO_ETA = "You used η twice; use it once."
NO_GRADIENT = "You left out the gradient; multiply the learning rate by it."
OLD_V = "You moved θ by the old velocity; compute the new v first, then move by it."
OLD_G = "You divided by the old G; add the new square first, then divide by the root of the new G."
TWICE = "You added γ times the velocity a second time; move by v alone, which already contains it."
NO_MEMORY = "You left out the old v; add γ times the old v to the gradient's part."
BOTH_FADE = "You multiplied both parts by γ; multiply only the old value by it."
SHARES = "You swapped the factors; multiply the old v by γ and the gradient by η."
DAMPED = "You multiplied the gradient by 1 − γ (damped momentum, PyTorch's dampening); leave that factor out."
NESTEROV = "You wrote Nesterov's method, which takes γv − η∇J after v; move by v alone."
AHEAD = "You took the gradient at a look-ahead point, as NAG does; take it at θ."
SECOND_GRADIENT = "You used the gradient twice; move by v alone, which already contains it."
NO_GAMMA_AHEAD = "You left out γ in the look-ahead point; take the gradient at θ − γv."
ETA_AHEAD = "You put η into the look-ahead point, but your v already contains it; take the gradient at θ − γv."
SUMMED = "You summed the squares over the coordinates, as a matrix product does; square each element: g**2."
NOT_SQUARED = "You left the gradient unsquared; add its square, g**2."
NO_OLD_G = "You left out the old G; combine it with the new square."
NO_EPS = "You left out ε or used a number for it; add the eps that you are given."
EPS_ASTRAY = "You added ε to the step; move the parenthesis, so that ε is added to the divisor."
NO_FADE = "You left out the factor of the old average; multiply it by γ (or β)."
NO_SHARE = "You left out the factor of the new term; multiply it by 1 − γ (or 1 − β)."
NO_OLD = "You left out the old average; add it, multiplied by γ (or β)."
NO_POWER = "You took 1 − β for the correction; divide by 1 − βᵗ, which changes with t."
DIVISORS = ("sqrt(A + epsilon)", "sqrt(A) + epsilon")
GAMMAS, ETAS = ("0.9", "0.99", "0.5"), ("0.1", "0.01", "0.001")
LITERAL = "You wrote {} for {}; use the argument, which can have another value."


def literals(values: dict[str, str], spared: str = "") -> Mistake:
    """Numbers instead of symbols."""
    numbers, symbols = (" and ".join(each) for each in (values.values(), map(letters, values)))
    changes = tuple((("sym", symbol), ("num", float(value))) for symbol, value in values.items())
    return Mistake(LITERAL.format(numbers, symbols), changes, spared=spared)


MISTAKES: tuple[Mistake, ...] = (
    # the step
    *mistakes(
        "You moved with the gradient; subtract the step, so that the loss falls.",
        "NEW = OLD ± A -> NEW = OLD ∓ A", "NEW = OLD ± A - B -> NEW = OLD ∓ A - B",
    ),
    *mistakes(
        FORGOT_THETA, *(f"NEW = OLD ± A{more} -> NEW = {sign}A{more}" for sign in ("", "-") for more in ("", " - B"))
    ),
    *mistakes(NO_ETA, "eta*grad(A) -> grad(A)", "eta*v_t -> v_t", "eta/A -> 1/A", "eta*sqrt(A) -> sqrt(A)", "eta*(A + B) -> A + B"),
    *mistakes(TWO_ETA, "OLD - eta*grad(A) -> OLD - eta*eta*grad(A)", "OLD ± v_t -> OLD ± eta*v_t", "eta/A -> eta*eta/A"),
    *mistakes(
        NO_GRADIENT, "OLD - eta*grad(A) -> OLD - eta", *(f"eta/({divisor})*B -> eta/({divisor})" for divisor in DIVISORS)
    ),
    *mistakes("You added η and the gradient; multiply them.", "OLD - eta*grad(A) -> OLD - (eta ± grad(A))", "OLD - eta*grad(A) -> OLD - eta ± grad(A)"),
    *mistakes("You multiplied η by θ; multiply it by the gradient.", "OLD - eta*grad(A) -> OLD - eta*A"),
    *mistakes("You squared the gradient; use the gradient itself.", "OLD - eta*grad(A) -> OLD - eta*grad(A)^2"),
    *mistakes("You used only the sign of the gradient; use the gradient itself.", "OLD - eta*grad(A) -> OLD - eta*sign(grad(A))"),
    *mistakes(
        "You divided the gradient by its length; use the gradient itself.",
        "OLD - eta*grad(A) -> OLD - eta*(grad(A)/sqrt(sum(grad(A)^2)))",
    ),
    # the velocity
    *mistakes(
        PRODUCT, "v_t = gamma*v_{t-1} ± A -> v_t = gamma*v_{t-1}*A",
        "OLD ± v_t -> OLD ± gamma*v_{t-1}*eta*grad(theta_{t-1})",
    ),
    *mistakes(
        "You returned v with the opposite sign; return the v by which θ moved.",
        "v_t = gamma*v_{t-1} ± A -> v_t = -(gamma*v_{t-1} ± A); OLD ∓ v_t -> OLD ± v_t",
        "v_t = gamma*v_{t-1} ± A -> v_t = -(gamma*v_{t-1} ± A); OLD ∓ eta*v_t -> OLD ± eta*v_t",
    ),
    *mistakes(
        "You left out γ before the old v, so the velocity never fades; multiply the old v by γ.",
        "v_t = gamma*v_{t-1} ± A -> v_t = v_{t-1} ± A",
    ),
    *mistakes("You multiplied the gradient's part by γ; multiply the old v by it.", "v_t = gamma*v_{t-1} ± A -> v_t = v_{t-1} ± gamma*A"),
    *mistakes("You used γ twice; multiply the old v by γ once.", "v_t = gamma*v_{t-1} ± A -> v_t = gamma*gamma*v_{t-1} ± A"),
    *mistakes(NO_MEMORY, "v_t = gamma*v_{t-1} + A -> v_t = A", "v_t = gamma*v_{t-1} - A -> v_t = -A"),
    *mistakes(BOTH_FADE, "v_t = gamma*v_{t-1} ± A -> v_t = gamma*(v_{t-1} ± A)", "G_t = gamma*G_{t-1} + A -> G_t = gamma*(G_{t-1} + A)"),
    *mistakes(
        "You left out the gradient in v; add the gradient's part to γ times the old v.",
        "v_t = gamma*v_{t-1} ± A -> v_t = gamma*v_{t-1}",
    ),
    *mistakes(
        "You multiplied the old v by 1 − γ; multiply it by γ.",
        "v_t = gamma*v_{t-1} ± A -> v_t = (1 - gamma)*v_{t-1} ± A",
    ),
    *mistakes(
        SHARES, "v_t = gamma*v_{t-1} ± A -> v_t = (1 - gamma)*v_{t-1} ± gamma*A",
        "v_t = gamma*v_{t-1} ± eta*A -> v_t = eta*v_{t-1} ± gamma*A",
    ),
    *mistakes("You added γ; multiply the old v by it.", "v_t = gamma*v_{t-1} ± A -> v_t = gamma ± A"),
    *mistakes("You used θ as the old velocity; use v.", "v_t = gamma*v_{t-1} ± A -> v_t = gamma*theta_{t-1} ± A"),
    *mistakes(
        DAMPED,
        *(
            f"v_t = gamma*v_{{t-1}} ± A -> v_t = gamma*v_{{t-1}} ± {factor}*A"
            for damping in ("gamma", "0.9", "0.5", "0.1")
            for factor in (f"(1 - {damping})", f"(1 - {damping}*sign(v_{{t-1}})^2)")  # PyTorch: not the first
        ),
    ),
    *mistakes(OLD_V, "OLD ± v_t -> OLD ± v_{t-1}", "OLD ± eta*v_t -> OLD ± eta*v_{t-1}"),
    *mistakes(
        OLD_V,  # θ is moved first, and v takes its gradient there
        "v_t = A ± grad(B) -> v_t = A ± grad(B ∓ eta*v_{t-1}); OLD ∓ eta*v_t -> OLD ∓ eta*v_{t-1}",
        "v_t = A ± eta*grad(B) -> v_t = A ± eta*grad(B ∓ v_{t-1}); OLD ∓ v_t -> OLD ∓ v_{t-1}",
    ),
    *mistakes(
        TWICE, *(f"OLD ± {eta}v_t -> OLD ± {eta}(v_t + gamma*{v})" for eta in ("", "eta*") for v in ("v_{t-1}", "v_t"))
    ),
    *mistakes(
        "You multiplied the step by γ; move by the whole new v.", "OLD ± v_t -> OLD ± gamma*v_t", "OLD ± eta*v_t -> OLD ± eta*gamma*v_t",
        "v_t = gamma*v_{t-1} ± A -> v_t = v_{t-1} ± A; OLD ∓ v_t -> OLD ∓ gamma*v_t",
    ),
    *mistakes(
        SECOND_GRADIENT, "OLD ± v_t -> OLD ± v_t - eta*grad(theta_{t-1})", "OLD ± eta*v_t -> OLD ± eta*v_t - eta*grad(theta_{t-1})",
    ),
    *mistakes(SECOND_GRADIENT, "OLD ± v_t -> OLD ± gamma*v_t - eta*grad(OLD)", only=NAG),
    # where the gradient is taken
    *(
        wrong
        for eta, ahead in (("eta*", ""), ("", "eta*"))
        for says, way in (
            (NESTEROV, f"OLD ± {ahead}v_t -> OLD ± {ahead}gamma*v_t - eta*grad(OLD)"),
            (AHEAD, f"v_t = A ± {eta}grad(OLD) -> v_t = A ± {eta}grad(OLD ∓ {ahead}gamma*v_{{t-1}})"),
            (AHEAD, f"v_t = A ± {eta}grad(OLD) -> v_t = A ± {eta}grad(OLD ∓ {ahead}v_{{t-1}})"),
        )
        for wrong in mistakes(says, way, only=Momentum)
    ),
    *mistakes("You took the gradient at v; take it at θ (for NAG, at θ − γv).", "v_t = A ± grad(B) -> v_t = A ± grad(v_{t-1})", "v_t = A ± eta*grad(B) -> v_t = A ± eta*grad(v_{t-1})"),
    *mistakes("You took the gradient at θ, as Momentum does; take it at the look-ahead point θ − γv.", "grad(OLD ± A) -> grad(OLD)"),
    *mistakes("You looked ahead to the wrong side; take the gradient where the momentum alone would lead.", "grad(OLD ± A) -> grad(OLD ∓ A)"),
    *mistakes(
        NO_GAMMA_AHEAD, "grad(OLD ± gamma*v_{t-1}) -> grad(OLD ± v_{t-1})",
        "grad(OLD ± eta*gamma*v_{t-1}) -> grad(OLD ± eta*v_{t-1})",
    ),
    *mistakes(
        "You left out γ, before the old v and in the look-ahead point; use γv in both.",
        "gamma*v_{t-1} -> v_{t-1}", "eta*gamma*v_{t-1} -> eta*v_{t-1}; gamma*v_{t-1} -> v_{t-1}",
    ),
    *mistakes(
        ETA_AHEAD, "eta*grad(OLD ± gamma*A) -> eta*grad(OLD ± eta*gamma*A)", "eta*grad(OLD ± gamma*A) -> eta*grad(OLD ± eta*A)"
    ),
    *mistakes("You left out θ in the look-ahead point; take the gradient at θ − γv.", "grad(OLD ± A) -> grad(A)"),
    *mistakes(
        "You closed the parenthesis of grad too early; write grad(theta - gamma*v).", "grad(OLD ± A) -> grad(OLD) ± A"
    ),
    # the squares and their root
    *mistakes(OLD_G, "sqrt(G_t + A) -> sqrt(G_{t-1} + A)"),
    *mistakes(
        OLD_G,
        "(grad(theta_t))^2 -> (grad(theta_t - eta/sqrt(G_{t-1} + epsilon)*grad(theta_t)))^2; sqrt(G_t + A) -> sqrt(G_{t-1} + A)",
    ),
    *mistakes("You left out the square root; divide by the root of the squared gradients.", "sqrt(A) -> A"),
    *mistakes(NO_EPS, "A + epsilon -> A"),
    *mistakes(
        EPS_ASTRAY,
        *(
            f"OLD - eta/({divisor})*B{more} -> OLD - {becomes}{more}"
            for divisor in DIVISORS
            for more in ("", " - C")
            for becomes in ("eta/sqrt(A)*B + epsilon", "eta/sqrt(A) + epsilon*B", "(eta/sqrt(A) + epsilon)*B")
        ),
    ),
    *mistakes(
        "You added ε to G, in every step; add it only under the root.",
        "sqrt(G_t + epsilon) -> sqrt(G_t); G_t = A -> G_t = A + epsilon",
    ),
    *mistakes("You multiplied by the root; divide by it.", "eta/A*grad(B) -> eta*A*grad(B)", "eta/A*m_hat_t -> eta*A*m_hat_t"),
    *mistakes("You left out the divisor; divide the step by the root.", *(f"eta/({divisor})*B -> eta*B" for divisor in DIVISORS)),
    *mistakes(
        "You divided by the root of this step's square alone; divide by the root of G.",
        "eta/sqrt(G_t + epsilon)*grad(B) -> eta/sqrt((grad(B))^2 + epsilon)*grad(B)",
    ),
    *mistakes(SUMMED, "(grad(A))^2 -> sum((grad(A))^2)", "g_t^2 -> sum(g_t^2)"),
    *mistakes(NOT_SQUARED, "(grad(A))^2 -> grad(A)", "(grad(A))^2 -> sqrt((grad(A))^2)", "g_t^2 -> g_t"),
    *mistakes("You squared G + g; square only the gradient: G + g**2.", "G_t = A + (B)^2 -> G_t = (A + B)^2"),
    *mistakes("You squared the factor 1 − γ, too; square only the gradient.", "A*(grad(B))^2 -> (A*grad(B))^2"),
    *mistakes("You multiplied G by the square; add it.", "G_t = G_{t-1} + A -> G_t = G_{t-1}*A"),
    *mistakes(NO_OLD_G, "G_t = A + B -> G_t = B", "G_t = A + B*(grad(C))^2 -> G_t = (grad(C))^2"),
    *mistakes(
        "You summed the squares, as AdaGrad does; average them: γ times the old G and 1 − γ times the new square.",
        "G_t = gamma*G_{t-1} + (1 - gamma)*A -> G_t = G_{t-1} + A",
    ),
    # the averages
    *mistakes("You swapped the β's; use β₁ for m and β₂ for v.", "beta_1 -> q; beta_2 -> beta_1; q -> beta_2"),
    *mistakes(
        "You swapped the β's in the bias correction; use β₁ for m and β₂ for v.",
        "beta_1^t -> q^t; beta_2^t -> beta_1^t; q^t -> beta_2^t",
    ),
    *mistakes("You averaged v with β₁; use β₂.", "v_t = beta_2*A + (1 - beta_2)*B -> v_t = beta_1*A + (1 - beta_1)*B"),
    *mistakes("You averaged m with β₂; use β₁.", "m_t = beta_1*A + (1 - beta_1)*B -> m_t = beta_2*A + (1 - beta_2)*B"),
    *mistakes("You corrected m with β₂; use β₁.", "m_t/(1 - beta_1^t) -> m_t/(1 - beta_2^t)"),
    *mistakes("You corrected v with β₁; use β₂.", "v_t/(1 - beta_2^t) -> v_t/(1 - beta_1^t)"),
    *mistakes(
        "You swapped the two shares; multiply the old average by γ (or β) and the new term by 1 − γ (or 1 − β).",
        "gamma*A + (1 - gamma)*B -> (1 - gamma)*A + gamma*B", "beta_1*A + (1 - beta_1)*B -> (1 - beta_1)*A + beta_1*B",
        "beta_2*A + (1 - beta_2)*B -> (1 - beta_2)*A + beta_2*B",
        "beta_1*A + (1 - beta_1)*B -> (1 - beta_1)*A + beta_1*B; beta_2*A + (1 - beta_2)*B -> (1 - beta_2)*A + beta_2*B",
    ),
    *mistakes(
        "You multiplied both parts by 1 − γ; multiply the old G by γ.",
        "gamma*A + (1 - gamma)*B -> (1 - gamma)*A + (1 - gamma)*B",
    ),
    *(
        wrong
        for says, becomes in ((NO_FADE, "{o} + {f}*{n}"), (NO_OLD, "{f}*{n}"), (NO_SHARE, "{b}*{o} + {n}"))
        for names in (("m", "v"), ("m",), ("v",), ("G",))
        for wrong in mistakes(
            says,
            ";".join(
                f"{{o}} = {{b}}*A + {{f}}*B -> {{o}} = {becomes}".format(o=f"{name}_t", b=beta, f=f"(1 - {beta})", n="B")
                .replace(f"= {name}_t +", "= A +").replace(f"*{name}_t +", "*A +")
                for name in names
                for beta in ({"m": "beta_1", "v": "beta_2", "G": "gamma"}[name],)
            ),
        )
        if not (names == ("G",) and says == NO_OLD)
    ),
    *mistakes("You averaged squared gradients in m; average the gradient itself.", "m_t = A + B*g_t -> m_t = A + B*g_t^2"),
    *mistakes("You averaged the squares of m; average those of the gradient, g**2.", "v_t = A + B*g_t^2 -> v_t = A + B*m_t^2"),
    *mistakes("You used v̂ as the direction; use m̂, and divide by the root of v̂.", "A*m_hat_t -> A*v_hat_t"),
    *mistakes("You used G as the direction; use the gradient, and divide by the root of G.", "eta/A*grad(B) -> eta/A*G_t"),
    *mistakes("You used the gradient g; use the corrected average m̂.", "A*m_hat_t -> A*g_t"),
    # bias correction
    *mistakes("You overwrote m with m̂; return m itself, and give m̂ a name of its own.", "m_hat_t = A -> m_t = A; m_hat_t -> m_t"),
    *mistakes("You overwrote v with v̂; return v itself, and give v̂ a name of its own.", "v_hat_t = A -> v_t = A; v_hat_t -> v_t"),
    *mistakes(
        "You overwrote m and v with m̂ and v̂; return m and v themselves, and give m̂ and v̂ names of their own.",
        "m_hat_t = A -> m_t = A; m_hat_t -> m_t; v_hat_t = A -> v_t = A; v_hat_t -> v_t",
    ),
    *mistakes("You left out the bias correction; divide by 1 − βᵗ.", "m_t/(1 - beta_1^t) -> m_t; v_t/(1 - beta_2^t) -> v_t"),
    *mistakes("You left out the bias correction of m; divide m by 1 − β₁ᵗ.", "m_t/(1 - beta_1^t) -> m_t"),
    *mistakes("You left out the bias correction of v; divide v by 1 − β₂ᵗ.", "v_t/(1 - beta_2^t) -> v_t"),
    *mistakes("You counted t from 0 in the bias correction; make t = 1 in the first step.", "beta_1^t -> beta_1^(t - 1); beta_2^t -> beta_2^(t - 1)"),
    *mistakes(NO_POWER, "beta_1^t -> beta_1; beta_2^t -> beta_2"),
    *mistakes("You multiplied β by t; raise it to the power t: beta1**t.", "beta_1^t -> beta_1*t; beta_2^t -> beta_2*t"),
    *mistakes(
        "You multiplied by the bias correction; divide by 1 − βᵗ.",
        "m_t/(1 - beta_1^t) -> m_t*(1 - beta_1^t); v_t/(1 - beta_2^t) -> v_t*(1 - beta_2^t)",
    ),
    *mistakes(
        "You left out the parentheses around 1 − βᵗ; write m / (1 - beta1**t).",
        "m_t/(1 - beta_1^t) -> m_t/1 - beta_1^t; v_t/(1 - beta_2^t) -> v_t/1 - beta_2^t",
    ),
    *mistakes(
        "You corrected the root of v; correct v first, then take the root.",
        "v_t/(1 - beta_2^t) -> v_t; sqrt(v_hat_t) -> sqrt(v_hat_t)/(1 - beta_2^t)",
    ),
    # weight decay
    *mistakes(
        "You put λθ into the gradient (L2 regularization), where the divisor rescales it; subtract ηλθ from θ instead.",
        "g_t = A -> g_t = A + lambda*theta_{t-1}; A - B*theta_{t-1} -> A",
    ),
    *mistakes(
        "You decayed θ twice, in the gradient and in the step; leave λθ out of the gradient.",
        "g_t = A -> g_t = A + lambda*theta_{t-1}",
        only=AdamW,
    ),
    *mistakes(
        "You applied the decay to the new θ; use the θ from before the step.",
        "theta_t = A - eta*lambda*theta_{t-1} -> theta_t = A*(1 - eta*lambda)", "theta_t = A - lambda*theta_{t-1} -> theta_t = A*(1 - lambda)",
    ),
    *mistakes(
        "You took the gradient at the shrunk θ; take it at the θ from before the step.",
        "g_t = grad(theta_{t-1}) -> g_t = grad(theta_{t-1}*(1 - eta*lambda))",
        only=AdamW,
    ),
    *mistakes("You left out the weight decay; subtract ηλθ.", "A - B*theta_{t-1} -> A"),
    *mistakes("You added the decay; subtract it, so that θ shrinks: − ηλθ.", "A - B*theta_{t-1} -> A + B*theta_{t-1}"),
    *mistakes("You subtracted the decay without θ; multiply it by θ.", "eta*lambda*theta_{t-1} -> eta*lambda", "lambda*theta_{t-1} -> lambda"),
    *mistakes("You multiplied θ by λ; subtract ηλθ from it.", "theta_t = OLD - A - B*OLD -> theta_t = lambda*OLD - A"),
    *mistakes(
        "You divided the decay by the root, too; subtract ηλθ outside the fraction.",
        "OLD - A*m_hat_t - B*OLD -> OLD - A*(m_hat_t + lambda*OLD)",
    ),
    # numbers instead of what is given
    *(
        literals({"gamma": gamma} | ({"eta": eta} if eta else {}))
        for gamma, eta in product(GAMMAS, ("", *ETAS[:2]))
    ),
    *(literals({"eta": eta}) for eta in ETAS),
    *(
        literals(values, spared)  # in the averages and in their correction, or in the averages alone
        for values in ({"beta_1": "0.9", "beta_2": "0.999"}, {"beta_1": "0.9"}, {"beta_2": "0.999"})
        for spared in ("", "pow")
    ),
    literals({"lambda": "0.01"}),
)  # fmt: skip
