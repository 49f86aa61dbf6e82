"""What students write in place of an update: other forms of the same method, and the classic mistakes.

Both are changes to the method's own formula rows; a row that is executed says what such a program computes.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..formula.parse import parse
from ..formula.write import letters
from ..methods.base import Optimizer, Row, cached
from ..methods.more import AdamW
from ..methods.optimizers import NAG, Adam, Momentum

OTHER_SIGN = "Your velocity has the other sign, as Sutskever et al. and Keras write it: the same method."
WITHOUT_ETA = "Your velocity is kept without η, as in PyTorch: the same method while η is constant."
SHIFTED = "You keep the look-ahead point θ − γv in place of θ, as PyTorch, Keras and Optax do: the same method."
EPS_OF_KERAS = "Your ε is added before the correction of v, as in Keras: nearly the same, while ε is small."
DECAY_OF_PAPER = "Your decay is λθ, as in the paper's algorithm 2; the course, PyTorch and Optax multiply it by η."
AVERAGES = tuple(row.latex for row in Adam.rows[:3])
KERAS_STEP = r"\frac{\eta \sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m_t}{\sqrt{v_t} + \epsilon}"

# a word on the convention, and the rows of the form
FORMS: dict[type[Optimizer], tuple[tuple[str, ...], ...]] = {
    Momentum: (
        (OTHER_SIGN, r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} + v_t"),
        (WITHOUT_ETA, r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} - \eta v_t"),
        (WITHOUT_ETA, r"v_t = \gamma v_{t-1} - \nabla J(\theta_{t-1})", r"\theta_t = \theta_{t-1} + \eta v_t"),
    ),
    NAG: (
        (
            OTHER_SIGN,
            r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1} + \gamma v_{t-1})",
            r"\theta_t = \theta_{t-1} + v_t",
        ),
        (
            WITHOUT_ETA,
            r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1} - \eta \gamma v_{t-1})",
            r"\theta_t = \theta_{t-1} - \eta v_t",
        ),
        (
            WITHOUT_ETA,
            r"v_t = \gamma v_{t-1} - \nabla J(\theta_{t-1} + \eta \gamma v_{t-1})",
            r"\theta_t = \theta_{t-1} + \eta v_t",
        ),
        (
            SHIFTED,
            r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})",
            r"\theta_t = \theta_{t-1} - \gamma v_t - \eta \nabla J(\theta_{t-1})",
        ),
        (
            SHIFTED,
            r"v_t = \gamma v_{t-1} - \eta \nabla J(\theta_{t-1})",
            r"\theta_t = \theta_{t-1} + \gamma v_t - \eta \nabla J(\theta_{t-1})",
        ),
        (
            SHIFTED,
            r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1})",
            r"\theta_t = \theta_{t-1} - \eta (\nabla J(\theta_{t-1}) + \gamma v_t)",
        ),
        (
            SHIFTED,
            r"v_t = \gamma v_{t-1} - \nabla J(\theta_{t-1})",
            r"\theta_t = \theta_{t-1} - \eta (\nabla J(\theta_{t-1}) - \gamma v_t)",
        ),
    ),
    Adam: ((EPS_OF_KERAS, *AVERAGES, rf"\theta_t = \theta_{{t-1}} - {KERAS_STEP}"),),
    AdamW: (
        (DECAY_OF_PAPER, *(row.latex.replace(r"\eta \lambda", r"\lambda") for row in AdamW.rows)),
        (EPS_OF_KERAS, *AVERAGES, rf"\theta_t = \theta_{{t-1}} - {KERAS_STEP} - \eta \lambda \theta_{{t-1}}"),
        (
            f"{EPS_OF_KERAS} {DECAY_OF_PAPER}",
            *AVERAGES,
            rf"\theta_t = \theta_{{t-1}} - {KERAS_STEP} - \lambda \theta_{{t-1}}",
        ),
    ),
}


@cached
def forms(kind: type[Optimizer]) -> tuple[tuple[type[Optimizer], str], ...]:
    """The method itself, with nothing to say, and its other forms, each with a word on the convention."""
    return ((kind, ""), *((_with_rows(kind, rows), word) for word, *rows in FORMS.get(kind, ())))


def _with_rows(kind: type[Optimizer], latex: Sequence[str]) -> type[Optimizer]:
    """A method with other rows, and the same state."""
    return type(
        kind.__name__,
        (kind,),
        {"rows": tuple(Row(line, "") for line in latex), "init": lambda _, theta: kind().init(theta)},
    )


@dataclass(frozen=True)
class Mistake:
    """A classic mistake: what to say, and the changes that it makes in the rows (regular expression, replacement).

    ``only`` names the methods for which it is one, where another method has the same rows.
    """

    says: str
    changes: tuple[tuple[str, str | Callable[[re.Match], str]], ...]
    only: tuple[type[Optimizer], ...] = (Optimizer,)


def mistake(
    says: str, *changes: str | Callable[[re.Match], str], only: tuple[type[Optimizer], ...] = (Optimizer,)
) -> Mistake:
    """A mistake from expressions and replacements in turn."""
    return Mistake(says, tuple((str(old), new) for old, new in zip(changes[::2], changes[1::2], strict=True)), only)


def flip(match: re.Match) -> str:
    """The match with the sign in its group turned."""
    at = match.start("sign") - match.start()
    return match[0][:at] + ("+" if match["sign"] == "-" else "-") + match[0][at + 1 :]


def other_beta(match: re.Match) -> str:
    return rf"\beta_{3 - int(match[1])}"


ROOT = r"\\sqrt\{((?:[^{}]|\{[^{}]*\})*)\}"
AHEAD = r"\\nabla J\(\\theta_\{t-1\} (?P<sign>[-+]) (?:\\eta )?\\gamma v_\{t-1\}\)"
# the step of AdaGrad, RMSProp and Adam: what the root is taken of, and the direction
STEP = r"\\frac\{\\eta\}\{\\sqrt\{(G_t|\\hat\{v\}_t)(?: \+ \\epsilon\}|\} \+ \\epsilon)\} (\\nabla J\(\\theta_t\)|\\hat\{m\}_t)"
GRADIENT = r"\\nabla J\(\\theta_\{t-1\}\)"
MOVE = r"([-+]) (\\eta )?v_t$"  # of Momentum and NAG
MEMORY = r"^v_t = \\gamma v_\{t-1\} ([-+]) "

PRODUCT = "The two parts are multiplied. They are added, γv + η∇J: a product with v = 0 stays zero for ever."
FORGOTTEN = "θ − is missing: the new θ is the old one minus the step."
NO_ETA = "η is missing: it scales the gradient."
TWO_ETA = "η stands there twice: the step holds it once."
NO_STEP = "The step lacks the gradient: it is the learning rate times the gradient."
OLD_V = "The step uses the old velocity (are two lines swapped?): first compute the new v, then move by it."
OLD_G = "G is used before the new square is added (are two lines swapped?): first update G, then divide by its root."
TWICE = "The momentum is counted twice: v already holds γ times the old v, so the step is −v alone."
NO_MEMORY = "The old v is forgotten: the new v is γ times the old one and the gradient's part."
BOTH_FADE = "γ multiplies the new part as well: it belongs to the old value alone."
SHARES = "The factors are exchanged: γ belongs to the old v, and η to the gradient."
NO_STEP_IN_V = "The gradient is missing: the new v is γ times the old one plus the gradient's part."
DAMPED = (
    "This is damped momentum (PyTorch's dampening), with 1 − γ before the gradient. The course uses the undamped form."
)
NESTEROV = "This is NAG: the line that takes γv − η∇J (Keras) after v is Nesterov's. Momentum moves by v alone."
AHEAD_OF_NAG = "The gradient is taken at a look-ahead point, as in NAG. Momentum takes it at θ."
NO_GAMMA_AHEAD = "γ is missing in the look-ahead point: it is θ − γv."
ETA_AHEAD = "η stands in the look-ahead point. Your v holds it already: the point is θ − γv."
SUMMED = "The squares are summed over the coordinates, as a matrix product (@ or np.dot) does. Square element by element: g**2."
NOT_SQUARED = "The gradient is not squared."
NO_OLD_G = "The old G is forgotten: the new G is made of it and of the new square."
NO_EPS = "ε is missing, or a tiny number stands in its place: add the eps that is handed to you."
EPS_ASTRAY = "ε is added to the step, not to what divides it: a parenthesis is misplaced."
NO_FADE = "The factor before the old average is missing: γ (or β) times the old, 1 − γ (or 1 − β) times the new."
LITERAL = "You wrote {} for {}: use the argument, whose value is not always that."


def literal(values: dict[str, str], besides: str = "") -> Mistake:
    """Numbers by the symbols in whose place they stand, except before what ``besides`` matches."""
    said = (" and ".join(each) for each in (values.values(), (letters(parse(symbol)[1]) for symbol in values)))
    changes = ((rf"{re.escape(symbol)}(?![a-z]{besides})", f"({value})") for symbol, value in values.items())
    return mistake(LITERAL.format(*said), *itertools.chain.from_iterable(changes))


def no_eta(match: re.Match) -> str:
    return "1" if match[0] == r"\eta" else ""


MISTAKES = (
    # the step
    mistake(
        "The step has the wrong sign: it must go against the gradient.",
        r"^\\theta_\{?t(?:\+1\})? = \\theta_\{?t(?:-1\})? (?P<sign>[-+]) ",
        flip,
    ),
    mistake(FORGOTTEN, r"^(\\theta_\S+ =) \\theta_\S+ [-+] ", r"\1 "),
    mistake(FORGOTTEN, r"^(\\theta_\S+ =) \\theta_\S+ [-+] ", r"\1 -"),
    mistake(NO_ETA, r"(?<=\{)\\eta(?=\})|\\eta (?!\\lambda)", no_eta),
    mistake(TWO_ETA, rf"^(\\theta_t = .*- )(\\eta {GRADIENT})$", r"\1\\eta \2"),
    mistake(TWO_ETA, r"([-+]) v_t$", r"\1 \\eta v_t"),
    mistake(TWO_ETA, r"\\frac\{\\eta", r"\\frac{\\eta \\eta"),
    mistake(NO_STEP, rf"^(\\theta_t = .* \\eta) {GRADIENT}$", r"\1"),
    mistake(NO_STEP, STEP, lambda match: match[0].removesuffix(f" {match[2]}")),
    mistake(
        "η and the gradient are added. They are multiplied.",
        rf"^(\\theta.* \\eta) {GRADIENT}$",
        r"\1 + \\nabla J(\\theta_{t-1})",
    ),
    mistake(
        "η and the gradient are added. They are multiplied.",
        rf"^(\\theta.* \\eta) {GRADIENT}$",
        r"\1 - \\nabla J(\\theta_{t-1})",
    ),
    # the velocity
    mistake(PRODUCT, MEMORY, r"v_t = \\gamma v_{t-1} "),
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
    mistake("γ is missing before the old v: the velocity never fades.", MEMORY, r"v_t = v_{t-1} \1 "),
    mistake(NO_MEMORY, r"^v_t = \\gamma v_\{t-1\} \+ ", "v_t = "),
    mistake(NO_MEMORY, r"^v_t = \\gamma v_\{t-1\} - ", "v_t = -"),
    mistake(BOTH_FADE, r"^v_t = \\gamma (v_\{t-1\} [-+] .*)$", r"v_t = \\gamma (\1)"),
    mistake(BOTH_FADE, r"^G_t = \\gamma (G_\{t-1\} \+ .*)$", r"G_t = \\gamma (\1)"),
    mistake(NO_STEP_IN_V, r"^(v_t = \\gamma v_\{t-1\}) [-+] .*\\nabla.*$", r"\1"),
    mistake(SHARES, MEMORY, r"v_t = (1 - \\gamma) v_{t-1} \1 "),
    mistake(SHARES, MEMORY, r"v_t = (1 - \\gamma) v_{t-1} \1 \\gamma "),
    mistake(SHARES, rf"{MEMORY}\\eta ", r"v_t = \\eta v_{t-1} \1 \\gamma "),
    mistake("γ is added to the gradient's part. It multiplies the old v.", MEMORY, r"v_t = \\gamma \1 "),
    mistake(
        "θ stands in place of the old v: the velocity remembers the velocity.",
        MEMORY,
        r"v_t = \\gamma \\theta_{t-1} \1 ",
    ),
    *(
        mistake(DAMPED, r"^(v_t = .*?) ([-+]) (\\eta )?\\nabla", rf"\1 \2 {factor} \3\\nabla")
        for damping in (r"\\gamma", "0.9", "0.5", "0.1")
        for factor in (
            f"(1 - {damping})",
            rf"(1 - {damping} \\operatorname{{sign}}(v_{{t-1}})^2)",
        )  # PyTorch: not the first
    ),
    mistake(OLD_V, MOVE, r"\1 \2v_{t-1}"),
    *(
        mistake(
            OLD_V,
            r"^(v_t = .*\\nabla J\(\\theta_\{t-1\})",
            rf"\1 {sign} {eta}v_{{t-1}}",
            rf" {re.escape(sign)} {eta}v_t$",
            rf" {sign} {eta}v_{{t-1}}",
        )
        for sign in "-+"
        for eta in ("", r"\\eta ")
    ),
    mistake(TWICE, MOVE, r"\1 \2(v_t + \\gamma v_{t-1})"),
    mistake(TWICE, MOVE, r"\1 \2(v_t + \\gamma v_t)"),
    mistake(
        "γ stands in the step as well: it belongs to the old v, and θ moves by the whole new v.",
        MOVE,
        r"\1 \2\\gamma v_t",
    ),
    mistake(
        "The gradient is counted twice: v already holds it.", r"([-+]) v_t$", r"\1 v_t - \\eta \\nabla J(\\theta_{t-1})"
    ),
    mistake(
        "The gradient is counted twice: v already holds it.",
        r"([-+]) \\eta v_t$",
        r"\1 \\eta v_t - \\eta \\nabla J(\\theta_{t-1})",
    ),
    # where the gradient is taken
    *(
        mistake(says, *changes, only=(Momentum,))
        for sign, other in ("+-", "-+")
        for eta, ahead in ((r"\\eta ", ""), ("", r"\\eta "))
        for says, changes in (
            (
                NESTEROV,
                (
                    rf"^\\theta_t = .* {re.escape(other)} {ahead}v_t$",
                    rf"\\theta_t = \\theta_{{t-1}} {other} {ahead}\\gamma v_t - \\eta \\nabla J(\\theta_{{t-1}})",
                ),
            ),
            (
                AHEAD_OF_NAG,
                (
                    rf"^v_t = .* {re.escape(sign)} {eta}{GRADIENT}$",
                    rf"v_t = \\gamma v_{{t-1}} {sign} {eta}\\nabla J(\\theta_{{t-1}} {other} {ahead}\\gamma v_{{t-1}})",
                ),
            ),
            (
                AHEAD_OF_NAG,
                (
                    rf"^v_t = .* {re.escape(sign)} {eta}{GRADIENT}$",
                    rf"v_t = \\gamma v_{{t-1}} {sign} {eta}\\nabla J(\\theta_{{t-1}} {other} {ahead}v_{{t-1}})",
                ),
            ),
        )
    ),
    mistake(
        "The gradient is taken at θ. NAG takes it at the look-ahead point θ − γv: that is Momentum.",
        AHEAD,
        r"\\nabla J(\\theta_{t-1})",
    ),
    mistake("The look-ahead point lies on the wrong side: it is where the momentum alone would lead.", AHEAD, flip),
    mistake(NO_GAMMA_AHEAD, r"(\\nabla J\(\\theta_\{t-1\} [-+] (?:\\eta )?)\\gamma v", r"\1v"),
    mistake(
        "γ is missing, before the old v and in the look-ahead point θ − γv.",
        r"(\\nabla J\(\\theta_\{t-1\} [-+] (?:\\eta )?)\\gamma v",
        r"\1v",
        MEMORY,
        r"v_t = v_{t-1} \1 ",
    ),
    mistake(ETA_AHEAD, r"(\\eta \\nabla J\(\\theta_\{t-1\} [-+] )\\gamma", r"\1\\eta \\gamma"),
    mistake(ETA_AHEAD, r"(\\eta \\nabla J\(\\theta_\{t-1\} [-+] )\\gamma", r"\1\\eta"),
    mistake(
        "θ is missing in the look-ahead point: it is θ − γv.",
        r"\\nabla J\(\\theta_\{t-1\} [-+] ((?:\\eta )?\\gamma)",
        r"\\nabla J(\1",
    ),
    mistake(
        "The parenthesis of grad closes too early: the gradient is taken at the point θ − γv, grad(theta - gamma * v).",
        r"\\nabla J\(\\theta_\{t-1\} ([-+] (?:\\eta )?\\gamma v_\{t-1\})\)",
        r"(\\nabla J(\\theta_{t-1}) \1)",
    ),
    # the squares and their root
    mistake(OLD_G, r"\\sqrt\{G_t", r"\\sqrt{G_{t-1}"),
    mistake(
        OLD_G,
        r"\\nabla J\(\\theta_t\)\)\^2",
        r"\\nabla J(\\theta_t - \\frac{\\eta}{\\sqrt{G_{t-1} + \\epsilon}} \\nabla J(\\theta_t)))^2",
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
    mistake(NO_EPS, r" \+ \\epsilon", ""),
    mistake(EPS_ASTRAY, STEP, r"\\frac{\\eta}{\\sqrt{\1}} \2 + \\epsilon"),
    mistake(EPS_ASTRAY, STEP, r"\\frac{\\eta}{\\sqrt{\1}} + \\epsilon \2"),
    mistake(EPS_ASTRAY, STEP, r"(\\frac{\\eta}{\\sqrt{\1}} + \\epsilon) \2"),
    mistake(
        "ε is added to G itself, step after step. It belongs into the root alone.",
        r" \+ \\epsilon",
        "",
        r"^(G_t = .*)$",
        r"\1 + \\epsilon",
    ),
    mistake(
        "The step is multiplied by the root. It is divided by it.",
        r"\\frac\{\\eta\}\{(.*?)\} (?=\\nabla|\\hat\{m\})",
        r"\\eta (\1) ",
    ),
    mistake("The divisor is missing: the step is divided by the root.", STEP, r"\\eta \2"),
    mistake(SUMMED, r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\operatorname{sum}((\\nabla J(\\theta_t))^2)"),
    mistake(SUMMED, r"g_t\^2", r"\\operatorname{sum}(g_t^2)"),
    mistake(NOT_SQUARED, r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\nabla J(\\theta_t)"),
    mistake(NOT_SQUARED, r"\(\\nabla J\(\\theta_t\)\)\^2", r"\\sqrt{(\\nabla J(\\theta_t))^2}"),
    mistake(NOT_SQUARED, r"g_t\^2", "g_t"),
    mistake(
        "The square is taken of the sum G + g. It is taken of the gradient alone, G + g**2.",
        r"^G_t = G_\{t-1\} \+ \((.*)\)\^2$",
        r"G_t = (G_{t-1} + \1)^2",
    ),
    mistake("G and the square are multiplied. They are added.", r"^G_t = G_\{t-1\} \+ ", "G_t = G_{t-1} "),
    mistake(NO_OLD_G, r"^G_t = .*?\+ ", "G_t = "),
    mistake(NO_OLD_G, r"^G_t = .*(?=\(\\nabla)", "G_t = "),
    mistake(
        "This G is AdaGrad's sum. RMSProp averages: γ times the old G, 1 − γ times the new square.",
        r"^G_t = \\gamma G_\{t-1\} \+ \(1 - \\gamma\)",
        "G_t = G_{t-1} +",
    ),
    # the averages
    mistake("The β's are swapped: β₁ averages the gradient (m), β₂ its square (v).", r"\\beta_(\d)", other_beta),
    mistake(
        "The β's are swapped in the bias correction: β₁ belongs to m, β₂ to v.", r"(?<=\{1 - )\\beta_(\d)", other_beta
    ),
    mistake("v is averaged with β₁. β₂ belongs to it.", r"^v_t = \\beta_2 (.*)\\beta_2", r"v_t = \\beta_1 \1\\beta_1"),
    mistake("m is averaged with β₂. β₁ belongs to it.", r"^m_t = \\beta_1 (.*)\\beta_1", r"m_t = \\beta_2 \1\\beta_2"),
    mistake("m is corrected with β₂. β₁ belongs to it.", r"(?<=m_t\}\{1 - )\\beta_1", r"\\beta_2"),
    mistake("v is corrected with β₁. β₂ belongs to it.", r"(?<=v_t\}\{1 - )\\beta_2", r"\\beta_1"),
    mistake(
        "The two shares are exchanged: the old average is weighted by γ (or β), the new term by 1 − γ.",
        r"(\\gamma|\\beta_\d) (\w)_\{t-1\} \+ \(1 - \1\)",
        r"(1 - \1) \2_{t-1} + \1",
    ),
    *(mistake(NO_FADE, rf"^({name}_t =) (?:\\gamma|\\beta_\d) ", r"\1 ") for name in ("[Gmv]", "m", "v")),
    *(
        mistake(
            "The old average is forgotten: the new one is made of it and of the new term.",
            rf"^({name}_t =) \\beta_\d \w_\{{t-1\}} \+",
            r"\1",
        )
        for name in ("[mv]", "m", "v")
    ),
    *(
        mistake(
            "The factor 1 − γ (or 1 − β) before the new term is missing.",
            rf"^({name}_t = .*)\(1 - (\\gamma|\\beta_\d)\) ",
            r"\1",
        )
        for name in ("[Gmv]", "m", "v")
    ),
    mistake(
        "m averages the squares. It averages the gradient itself; v averages its square.",
        r"^(m_t = .*) g_t$",
        r"\1 g_t^2",
    ),
    mistake(
        "v averages the squares of m. It averages those of the gradient, g**2.", r"^(v_t = .*) g_t\^2$", r"\1 m_t^2"
    ),
    mistake(
        "The step uses v̂ in place of m̂: m̂ is its direction, v̂ its scale.",
        r"(?<=\\epsilon\} )\\hat\{m\}_t",
        r"\\hat{v}_t",
    ),
    mistake(
        "The step uses G in place of the gradient: G is its scale only.",
        r"(?<=\\epsilon\}\} )\\nabla J\(\\theta_t\)$",
        "G_t",
    ),
    mistake(
        "The step uses the gradient g in place of the corrected average m̂.", r"(?<=\\epsilon\} )\\hat\{m\}_t", "g_t"
    ),
    # bias correction
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
    mistake("The bias correction takes β times t. It is a power, βᵗ: beta1**t.", r"(1 - \\beta_\d)\^t", r"\1 t"),
    mistake(
        "The bias correction is multiplied. Divide by 1 − βᵗ.", r"\\frac\{(\w_t)\}\{(1 - \\beta_\d\^t)\}", r"\1 (\2)"
    ),
    mistake(
        "The parentheses around 1 − βᵗ are missing: m / (1 - beta1**t).",
        r"\\frac\{(\w_t)\}\{1 - (\\beta_\d\^t)\}",
        r"\1 - \2",
    ),
    # weight decay
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
    mistake("The decay has the wrong sign: it makes θ smaller, − ηλθ.", r" - ((?:\\eta )?\\lambda)", r" + \1"),
    mistake("The decay is a share of θ: λ times θ.", r"\\lambda \\theta_\{t-1\}", r"\\lambda"),
    mistake(
        "θ is multiplied by λ. It loses the share ηλ: θ − ηλθ.",
        r"^(\\theta_t =) (\\theta.*) - (?:\\eta )?\\lambda \\theta_\{t-1\}$",
        r"\1 \\lambda \2",
    ),
    mistake(
        "The decay is divided by the root as well. AdamW decays θ beside the step.",
        r"(\\hat\{m\}_t) - (?:\\eta )?(\\lambda \\theta_\{t-1\})$",
        r"(\1 + \2)",
    ),
    # numbers in place of what is handed over
    *(
        literal({r"\gamma": gamma} | eta)
        for gamma in ("0.9", "0.99", "0.5")
        for eta in ({}, {r"\eta": "0.1"}, {r"\eta": "0.01"})
    ),
    *(literal({r"\eta": eta}) for eta in ("0.1", "0.01", "0.001")),
    *(
        literal(values, besides)
        for values in ({r"\beta_1": "0.9", r"\beta_2": "0.999"}, {r"\beta_1": "0.9"}, {r"\beta_2": "0.999"})
        for besides in ("", r"|\^")  # in the averages and in their correction, or in the averages alone
    ),
)


@cached
def broken(kind: type[Optimizer], wrong: Mistake) -> type[Optimizer] | None:
    """The method with the mistake in its rows, or None where it has no place for it."""
    if not issubclass(kind, wrong.only):
        return None
    lines = [row.latex for row in kind.rows]
    for pattern, becomes in wrong.changes:
        changed = [re.sub(pattern, becomes, line) for line in lines]
        if changed == lines:
            return None
        lines = changed
    return _with_rows(kind, lines)
