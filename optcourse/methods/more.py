"""Methods beyond the source document, by the same declaration. ``compare_with`` says which older one each is shown next to."""

from dataclasses import dataclass
from typing import Any

from ..arguments import whole
from ..formula.evaluate import Array
from .base import NONNEGATIVE, POSITIVE, UNIT, Arrow, Optimizer, Row, hyper
from .optimizers import Adam, Momentum, RMSProp

G_ROW, M_ROW, V_ROW = Adam.rows[:3]


@dataclass(frozen=True, eq=False)
class AdaDelta(Optimizer):
    """RMSProp whose η is replaced by the typical size of its own past updates, so that units agree.

    References
    ----------
    Zeiler (2012), algorithm 1, where η = 1.
    """

    title = "AdaDelta"
    idea = "scales each step by the size of its own past steps"
    reference = "Zeiler (2012), algorithm 1"
    compare_with = RMSProp
    rate = r"\frac{\eta \sqrt{D_{t-1} + \epsilon}}{\sqrt{G_t + \epsilon}}"
    rows = (
        RMSProp.rows[0],
        Row(
            r"d_t = \frac{\sqrt{D_{t-1} + \epsilon}}{\sqrt{G_t + \epsilon}} \nabla J(\theta_t)",
            "the update, in the units of past updates",
        ),
        Row(r"D_t = \gamma D_{t-1} + (1 - \gamma) d_t^2", "moving average of the squared updates"),
        Row(r"\theta_{t+1} = \theta_t - \eta d_t", "step", (Arrow(r"\theta_t", r"-\eta d_t", "step"),)),
    )

    eta: float | Array = hyper(1.0, r"\eta", "scales the update", POSITIVE, 0.01, 100.0, "log")
    gamma: float | Array = hyper(0.9, r"\gamma", "memory of both averages", UNIT, 0.0, 0.999, "decay")
    eps: float | Array = hyper(1e-6, r"\epsilon", "sets the first step sizes", NONNEGATIVE, 1e-10, 1.0, "log")


@dataclass(frozen=True, eq=False)
class Nadam(Adam):
    """Adam that looks ahead like NAG: the last average is moved next step before it is used.

    References
    ----------
    Dozat (2016), for a constant β₁: the average is corrected as the next step would, the gradient as this one. PyTorch and
    Keras let β₁ rise at first (``momentum_decay``); Optax's ``nadam`` keeps it constant.
    """

    title = "Nadam"
    idea = "is Adam with NAG's look-ahead"
    reference = "Dozat (2016)"
    compare_with = Adam
    variant = "as in the paper, for a constant β₁"
    rows = (
        *Adam.rows[:3],
        Row(
            r"\hat{m}_t = \frac{\beta_1 m_t}{1 - \beta_1^{t + 1}} + \frac{(1 - \beta_1) g_t}{1 - \beta_1^t}",
            "look ahead: the average as the next step would correct it, and the gradient",
            (Arrow(r"\theta_{t-1}", r"-\eta \hat{m}_t", "direction −ηm̂"),),
        ),
        *Adam.rows[4:],
    )


@dataclass(frozen=True, eq=False)
class UncorrectedAdam(Adam):
    """Adam without bias correction: the first steps have the wrong length. As in the original code of BERT.

    Keras's ``Adam`` is this with its learning rate times √(1 − β₂ᵗ)/(1 − β₁ᵗ).
    """

    title = "Adam, uncorrected"
    variant = "no bias correction (first BERT code)"
    rate = r"\frac{\eta}{\sqrt{v_t} + \epsilon}"
    rows = (
        Adam.rows[0],
        Row(Adam.rows[1].latex, Adam.rows[1].caption, (Arrow(r"\theta_{t-1}", r"-\eta m_t", "direction −ηm"),)),
        Adam.rows[2],
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{v_t} + \epsilon} m_t",
            "step: direction over scale, both still too small at first",
            (Arrow(r"\theta_{t-1}", r"-\frac{\eta}{\sqrt{v_t} + \epsilon} m_t", "step"),),
        ),
    )


@dataclass(frozen=True, eq=False)
class AMSGrad(Adam):
    """Adam whose divisor never shrinks: the largest average so far.

    References
    ----------
    Reddi, Kale and Kumar (2018), algorithm 2, which has no bias correction; PyTorch, Optax and Keras have one.
    """

    title = "AMSGrad"
    idea = "is Adam that divides by the largest average so far"
    reference = "Reddi, Kale and Kumar (2018), algorithm 2"
    compare_with = UncorrectedAdam
    variant = "as in the paper, no bias correction"
    rate = r"\frac{\eta}{\sqrt{u_t} + \epsilon}"
    rows = (
        G_ROW,
        M_ROW,
        V_ROW,
        Row(r"u_t = \max(u_{t-1}, v_t)", "the largest average so far"),
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{u_t} + \epsilon} m_t",
            "step",
            (Arrow(r"\theta_{t-1}", r"-\frac{\eta}{\sqrt{u_t} + \epsilon} m_t", "step"),),
        ),
    )


WEIGHT_DECAY: dict[str, Any] = {
    "symbol": r"\lambda",
    "doc": "weight decay",
    "domain": NONNEGATIVE,
    "low": 1e-4,
    "high": 1.0,
    "scale": "log",
}


@dataclass(frozen=True, eq=False)
class AdamW(Adam):
    """Adam with weight decay next to the step, not inside the gradient.

    References
    ----------
    Loshchilov and Hutter (2019). The decay is ηλθ, as in PyTorch, Optax and Keras; the paper's algorithm 2 has λθ, scaled by a
    schedule and not by the learning rate: see :class:`.variants.AdamWPaper`.
    """

    title = "AdamW"
    idea = "is Adam that also shrinks the weights"
    reference = "Loshchilov and Hutter (2019)"
    compare_with = Adam
    variant = "decay ηλθ (PyTorch, Optax, Keras)"
    rows = (
        *Adam.rows[:5],
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t - \eta \lambda \theta_{t-1}",
            "step, and shrink the weights towards zero",
            (
                Arrow(r"\theta_{t-1}", r"-\frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t", "step"),
                Arrow(r"\theta_{t-1}", r"-\eta \lambda \theta_{t-1}", "decay −ηλθ"),
            ),
        ),
    )

    decay: float | Array = hyper(0.01, **WEIGHT_DECAY)


@dataclass(frozen=True, eq=False)
class Lion(Optimizer):
    """Every coordinate moves by η, apart from the decay: only the sign of an average counts. In n coordinates that is η√n.

    References
    ----------
    Chen et al. (2023), algorithm 2.
    """

    title = "Lion"
    idea = "moves every coordinate by the same amount, by the sign of an average"
    reference = "Chen et al. (2023), algorithm 2"
    compare_with = Momentum
    rate = r"\eta"
    rows = (
        G_ROW,
        Row(r"c_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t", "the average whose sign is used"),
        Row(r"m_t = \beta_2 m_{t-1} + (1 - \beta_2) g_t", "the average that is remembered"),
        Row(
            r"\theta_t = \theta_{t-1} - \eta (\operatorname{sign}(c_t) + \lambda \theta_{t-1})",
            "step by the sign, and shrink the weights",
            (Arrow(r"\theta_{t-1}", r"-\eta \operatorname{sign}(c_t)", "sign step"),),
        ),
    )

    eta: float | Array = hyper(0.05, r"\eta", "learning rate", POSITIVE, 1e-3, 1.0, "log")
    beta1: float | Array = hyper(0.9, r"\beta_1", "mix used for this step", UNIT, 0.0, 0.99, "decay")
    beta2: float | Array = hyper(0.99, r"\beta_2", "mix remembered", UNIT, 0.0, 0.999, "decay")
    decay: float | Array = hyper(0.01, **WEIGHT_DECAY)


@dataclass(frozen=True, eq=False)
class Muon(Momentum):
    """Momentum for a matrix of weights: every direction of the velocity is made nearly equally long before the step.

    It is meant for the matrices of hidden layers; AdamW trains the rest (embeddings, biases, the last layer). ``columns`` says
    how a flat θ is read: shape (n / columns, columns). A vector (one column) only loses its length: five Newton–Schulz steps
    give it 0.70 instead of 1. A direction that is a thousand times shorter than the longest comes to 0.47 only.

    References
    ----------
    Jordan et al. (2024), Muon: an optimizer for hidden layers. The published code has Nesterov's look-ahead by default, and a factor
    √max(1, rows/columns) on the step; here neither. It computes in bfloat16.
    """

    title = "Muon"
    idea = "makes all directions of a matrix's velocity equally long"
    reference = "Jordan et al. (2024)"
    compare_with = Momentum
    variant = "velocity without look-ahead"
    stable_below = ""
    rows = (
        Row(r"v_t = \gamma v_{t-1} + \nabla J(\theta_{t-1})", "velocity, without η"),
        Row(
            r"\theta_t = \theta_{t-1} - \eta \operatorname{orth}(v_t)",
            "step by the velocity with all its directions made equally long",
            (Arrow(r"\theta_{t-1}", r"-\eta \operatorname{orth}(v_t)", "step"),),
        ),
    )

    columns: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        whole(self.columns, "columns", 1)


BEYOND: tuple[type[Optimizer], ...] = (AdaDelta, Nadam, AMSGrad, AdamW, Lion, Muon)
