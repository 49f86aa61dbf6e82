"""The methods in other conventions of the literature: each differs by one line from its base."""

from dataclasses import dataclass

from .base import Arrow, Optimizer, Row, check_method
from .more import AdamW, UncorrectedAdam
from .optimizers import MOMENTUM_ARROW, AdaGrad, Adam, Momentum, RMSProp


@dataclass(frozen=True, eq=False)
class DampedMomentum(Momentum):
    """Momentum whose velocity is a moving average: with the same η, steps are shorter by 1 − γ in the long run.

    References
    ----------
    The m of Adam. PyTorch's ``SGD`` with ``dampening`` equal to ``momentum`` leaves the first step undamped (the first
    velocity is the whole gradient), and Optax's ``ema`` divides by 1 − γᵗ by default: see :mod:`optcourse.benchmarks.libraries` for the calls
    that agree.
    """

    title = "Damped Momentum"
    variant = "averaged, as in Adam"
    rate = r"(1 - \gamma) \eta"
    stable_below = r"\frac{2 (1 + \gamma)}{1 - \gamma}"
    rows = (
        Row(
            r"v_t = \gamma v_{t-1} + (1 - \gamma) \eta \nabla J(\theta_{t-1})",
            "new velocity: an average of the old one and the gradient step",
            (
                MOMENTUM_ARROW,
                Arrow(
                    r"\theta_{t-1} - \gamma v_{t-1}", r"-(1 - \gamma) \eta \nabla J(\theta_{t-1})", "gradient −(1−γ)η∇J"
                ),
            ),
        ),
        Momentum.rows[1],
    )


OUTSIDE_STEP = Arrow(r"\theta_t", r"-\frac{\eta}{\sqrt{G_t} + \epsilon} \nabla J(\theta_t)", "scaled step")
OUTSIDE_ROW = Row(
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t} + \epsilon} \nabla J(\theta_t)",
    "step with each parameter's own learning rate",
    (OUTSIDE_STEP,),
)


@dataclass(frozen=True, eq=False)
class AdaGradOutside(AdaGrad):
    """AdaGrad with ε added to the root, not under it: as in PyTorch."""

    title = "AdaGrad, ε outside"
    variant = "ε outside the root (PyTorch)"
    rate = r"\frac{\eta}{\sqrt{G_t} + \epsilon}"
    rows = (AdaGrad.rows[0], OUTSIDE_ROW)


@dataclass(frozen=True, eq=False)
class RMSPropOutside(RMSProp):
    """RMSProp with ε added to the root, not under it: as in PyTorch."""

    title = "RMSProp, ε outside"
    variant = "ε outside the root (PyTorch)"
    rate = r"\frac{\eta}{\sqrt{G_t} + \epsilon}"
    rows = (RMSProp.rows[0], OUTSIDE_ROW)


@dataclass(frozen=True, eq=False)
class AdamInside(Adam):
    """Adam with ε under the root: Optax's ``eps_root``, with ``eps=0``."""

    title = "Adam, ε inside"
    variant = "ε inside the root (Optax's eps_root)"
    rate = r"\frac{\eta}{\sqrt{\hat{v}_t + \epsilon}}"
    rows = (
        *Adam.rows[:5],
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{\hat{v}_t + \epsilon}} \hat{m}_t",
            Adam.rows[5].caption,
            (Arrow(r"\theta_{t-1}", r"-\frac{\eta}{\sqrt{\hat{v}_t + \epsilon}} \hat{m}_t", "step"),),
        ),
    )


@dataclass(frozen=True, eq=False)
class AdamWPaper(AdamW):
    """AdamW whose decay is not multiplied by the learning rate: only a schedule scales it.

    References
    ----------
    Loshchilov and Hutter (2019), algorithm 2, for a schedule multiplier of 1. To agree, give PyTorch's and Optax's AdamW
    the decay λ/η.
    """

    title = "AdamW, decay λ"
    variant = "decay λθ (paper, algorithm 2)"
    rows = (
        *Adam.rows[:5],
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t - \lambda \theta_{t-1}",
            AdamW.rows[5].caption,
            (
                AdamW.rows[5].arrows[0],
                Arrow(r"\theta_{t-1}", r"-\lambda \theta_{t-1}", "decay −λθ"),
            ),
        ),
    )


VARIANTS: tuple[type[Optimizer], ...] = (
    DampedMomentum,
    AdaGradOutside,
    RMSPropOutside,
    AdamInside,
    UncorrectedAdam,
    AdamWPaper,
)


def variants(kind: type[Optimizer]) -> tuple[type[Optimizer], ...]:
    """The forms in which the literature writes a method: the course's own first."""
    check_method(kind)
    base = next(iter(kind.__bases__)) if kind in VARIANTS else kind
    return (base, *(other for other in VARIANTS if base in other.__bases__))
