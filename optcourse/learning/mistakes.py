"""What students write in place of an update: other forms of the same method, and the classic mistakes.

Both are changes to the method's own formula rows; a row that is executed says what such a program computes.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..mathematics.beyond import AdamW
from ..mathematics.declaration import Optimizer, Row
from ..mathematics.optimizers import NAG, Adam, Momentum

ADAM_STEP = (
    r"\theta_t = \theta_{t-1} - \frac{\eta \sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m_t}{\sqrt{v_t} + \epsilon}"
)
OTHER_SIGN = "Your velocity has the other sign, as Sutskever et al. and Keras write it: the same method."
WITHOUT_ETA = "Your velocity is kept without η, as in PyTorch: the same method while η is constant."
SHIFTED = "You keep the look-ahead point θ − γv in place of θ, as PyTorch, Keras and Optax do: the same method."

# the rows of another form, and a word on the convention
FORMS: dict[type[Optimizer], tuple[tuple[tuple[str, ...], str], ...]] = {
    Momentum: (
        ((r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} + v_t"), OTHER_SIGN),
        ((r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - \eta v_t"), WITHOUT_ETA),
        ((r"v_t = \gamma v_{t-1} - \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} + \eta v_t"), WITHOUT_ETA),
    ),
    NAG: (
        (
            (r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1} + \gamma v_{t-1})", r"\theta_t = \theta_{t-1} + v_t"),
            OTHER_SIGN,
        ),
        (
            (
                r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1} - \eta \gamma v_{t-1})",
                r"\theta_t = \theta_{t-1} - \eta v_t",
            ),
            WITHOUT_ETA,
        ),
        (
            (
                r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})",
                r"\theta_t = \theta_{t-1} - \gamma v_t - \eta \nabla J(\theta_{t-1})",
            ),
            SHIFTED,
        ),
        (
            (
                r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1})",
                r"\theta_t = \theta_{t-1} - \eta (\nabla J(\theta_{t-1}) + \gamma v_t)",
            ),
            SHIFTED,
        ),
        (
            (
                r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1})",
                r"\theta_t = \theta_{t-1} + \gamma v_t - \eta \nabla J(\theta_{t-1})",
            ),
            f"{SHIFTED} {OTHER_SIGN}",
        ),
    ),
    Adam: (
        (
            (*(row.latex for row in Adam.rows[:3]), ADAM_STEP),
            "Your ε is added before the correction of v, as in Keras: nearly the same, while ε is small.",
        ),
    ),
    AdamW: (
        (
            (
                *(row.latex for row in AdamW.rows[:-1]),
                AdamW.rows[-1].latex.replace(r"\eta \lambda \theta", r"\lambda \theta"),
            ),
            "Your decay is λθ, as in the paper's algorithm 2; the course, PyTorch and Optax multiply it by η.",
        ),
    ),
}


def forms(kind: type[Optimizer]) -> list[tuple[type[Optimizer], str]]:
    """The method itself, with nothing to say, and its other forms, each with a word on the convention."""
    return [(kind, ""), *((_with_rows(kind, rows), word) for rows, word in FORMS.get(kind, ()))]


def _with_rows(kind: type[Optimizer], latex: Sequence[str]) -> type[Optimizer]:
    """A method with other rows, and the same state."""
    return type(
        kind.__name__,
        (kind,),
        {"rows": tuple(Row(line, "") for line in latex), "init": lambda _, theta: kind().init(theta)},
    )


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: what to say, and the changes that it makes in the rows (regular expression, replacement)."""

    says: str
    changes: tuple[tuple[str, str | Callable[[re.Match], str]], ...]


def mistake(says: str, *changes: str | Callable[[re.Match], str]) -> Mistake:
    """A mistake from expressions and replacements in turn."""
    return Mistake(says, tuple(zip(changes[::2], changes[1::2], strict=True)))  # type: ignore[arg-type]


def flip(match: re.Match) -> str:
    """The match with the sign in its group turned."""
    at = match.start("sign") - match.start()
    return match[0][:at] + ("+" if match["sign"] == "-" else "-") + match[0][at + 1 :]


def other_beta(match: re.Match) -> str:
    return rf"\beta_{3 - int(match[1])}"


ROOT = r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}"
AHEAD = r"\\nabla J\(\\theta_\{t-1\} (?P<sign>[-+]) (?:\\eta )?\\gamma v_\{t-1\}\)"
SUMMED = "The squares are summed over the coordinates, as a matrix product (@ or np.dot) does. Square element by element: g**2."
PRODUCT = "The two parts are multiplied. They are added, γv + η∇J: a product with v = 0 stays zero for ever."
TWICE = "The momentum is counted twice: v already holds γ times the old v, so the step is −v alone."

MISTAKES = (
    mistake(
        "The step has the wrong sign: it must go against the gradient.",
        r"^\\theta_\{?t(?:\+1\})? = \\theta_\{?t(?:-1\})? (?P<sign>[-+]) ",
        flip,
    ),
    mistake(PRODUCT, r"^v_t = \\gamma v_\{t-1\} [-+] ", r"v_t = \\gamma v_{t-1} "),
    mistake(PRODUCT, r"([-+]) v_t$", r"\1 \\gamma v_{t-1} \\eta \\nabla J(\\theta_{t-1})"),
    mistake(
        "v is returned with the wrong sign: the next step goes on from it, so return the v by which θ moved.",
        r"^v_t = \\gamma v_\{t-1\} (?P<sign>[-+]) ",
        flip,
        r"^v_t = ",
        "v_t = -",
        r"(?P<sign>[-+]) (\\eta )?v_t$",
        flip,
    ),
    mistake(
        "The gradient is taken at θ. NAG takes it at the look-ahead point θ − γv: that is Momentum.",
        AHEAD,
        r"\\nabla J(\\theta_{t-1})",
    ),
    mistake("The look-ahead point lies on the wrong side: it is where the momentum alone would lead.", AHEAD, flip),
    mistake(
        "This is damped momentum, with 1 − γ before the gradient. The course uses the undamped form.",
        r"^(v_t = .*?) ([-+]) (\\eta )?\\nabla",
        r"\1 \2 (1 - \\gamma) \3\\nabla",
    ),
    mistake(
        "The step uses the old velocity: first compute the new v, then move by it.",
        r"([-+]) (\\eta )?v_t$",
        r"\1 \2v_{t-1}",
    ),
    mistake(TWICE, r"([-+]) (\\eta )?v_t$", r"\1 \2(v_t + \\gamma v_{t-1})"),
    mistake(TWICE, r"([-+]) (\\eta )?v_t$", r"\1 \2(v_t + \\gamma v_t)"),
    mistake(
        "G is used before the new square is added: first update G, then divide by its root.",
        r"\\sqrt\{G_t",
        r"\\sqrt{G_{t-1}",
    ),
    mistake("The square root is missing: the step is divided by the root of the squared gradients.", ROOT, r"(\1)"),
    mistake(
        "ε stands outside the root. Here it belongs inside.",
        r"\\sqrt\{G_t \+ \\epsilon\}",
        r"(\\sqrt{G_t} + \\epsilon)",
    ),
    mistake(
        "ε stands inside the root. Here it belongs outside.",
        r"\\sqrt\{(\\hat\{v\}|v)_t\} \+ \\epsilon",
        r"\\sqrt{\1_t + \\epsilon}",
    ),
    mistake(SUMMED, r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\operatorname{sum}((\\nabla J(\\theta_t))^2)"),
    mistake(SUMMED, r"g_t\^2", r"\\operatorname{sum}(g_t^2)"),
    mistake("The gradient is not squared.", r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\nabla J(\\theta_t)"),
    mistake("The gradient is not squared.", r"g_t\^2", "g_t"),
    mistake("The β's are swapped: β₁ averages the gradient (m), β₂ its square (v).", r"\\beta_(\d)", other_beta),
    mistake(
        "The β's are swapped in the bias correction: β₁ belongs to m, β₂ to v.", r"(?<=\{1 - )\\beta_(\d)", other_beta
    ),
    mistake(
        "The two shares are exchanged: the old average is weighted by γ (or β), the new term by 1 − γ.",
        r"(\\gamma|\\beta_\d) (\w)_\{t-1\} \+ \(1 - \1\)",
        r"(1 - \1) \2_{t-1} + \1",
    ),
    mistake(
        "m is overwritten by m̂: return m itself, since the next average goes on from it. Give m̂ a name of its own.",
        r"\\hat\{m\}_t",
        "m_t",
    ),
    mistake(
        "v is overwritten by v̂: return v itself, since the next average goes on from it. Give v̂ a name of its own.",
        r"\\hat\{v\}_t",
        "v_t",
    ),
    mistake(
        "m and v are overwritten by m̂ and v̂: return m and v themselves. Give m̂ and v̂ names of their own.",
        r"\\hat\{(\w)\}_t",
        r"\1_t",
    ),
    mistake("The bias correction is missing: divide by 1 − βᵗ.", r"\\frac\{(\w)_t\}\{1 - \\beta_\d\^t\}", r"\1_t"),
    mistake("The bias correction of m is missing: divide it by 1 − β₁ᵗ.", r"\\frac\{m_t\}\{1 - \\beta_1\^t\}", r"m_t"),
    mistake("The bias correction of v is missing: divide it by 1 − β₂ᵗ.", r"\\frac\{v_t\}\{1 - \\beta_2\^t\}", r"v_t"),
    mistake(
        "t counts from 0 in your bias correction. In the first step t must be 1.",
        r"\\beta_(\d)\^t",
        r"\\beta_\1^{t - 1}",
    ),
    mistake(
        "The bias correction does not grow with t: it is 1 − βᵗ, not 1 − β.",
        r"(1 - \\beta_\d)\^t",
        r"\1",
    ),
    mistake("The factor 1 − γ (or 1 − β) before the new term is missing.", r"\(1 - (\\gamma|\\beta_\d)\) ", ""),
    mistake("The old G is forgotten: AdaGrad adds to it.", r"G_\{t-1\} \+ ", ""),
    mistake(
        "This is L2 regularisation: λθ stands in the gradient, and the divisor rescales it. AdamW decays θ beside the step.",
        r"^g_t = (.*)$",
        r"g_t = \1 + \\lambda \\theta_{t-1}",
        r" - (\\eta )?\\lambda \\theta_\{t-1\}$",
        "",
    ),
    mistake(
        "The decay is taken of the new θ. Take it of the θ before the step.",
        r"^\\theta_t = (.*) - ((?:\\eta )?\\lambda) \\theta_\{t-1\}$",
        r"\\theta_t = (\1) (1 - \2)",
    ),
    mistake("The weight decay − ηλθ is missing.", r" - (\\eta )?\\lambda \\theta_\{t-1\}", ""),
)


def broken(kind: type[Optimizer], wrong: Mistake) -> type[Optimizer] | None:
    """The method with the mistake in its rows, or None where it has no place for it."""
    lines = [row.latex for row in kind.rows]
    for pattern, becomes in wrong.changes:
        changed = [re.sub(pattern, becomes, line) for line in lines]
        if changed == lines:
            return None
        lines = changed
    return _with_rows(kind, lines)
