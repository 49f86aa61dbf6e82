r"""The six optimizers of the course, each one frozen dataclass.

``init`` and ``step`` are pure and read like the formula above them, one assignment per row, same letters, same order.
:math:`\theta` has shape (..., n); squares, roots and divisions are taken element by element.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ..formula.evaluate import Array, Gradient
from .base import NONNEGATIVE, POSITIVE, UNIT, Arrow, Optimizer, Row, State, hyper

MOMENTUM_ARROW = Arrow(r"\theta_{t-1}", r"-\gamma v_{t-1}", "momentum −γv")
SCALED_STEP = Arrow(r"\theta_t", r"-\frac{\eta}{\sqrt{G_t + \epsilon}} \nabla J(\theta_t)", "scaled step")
RAW_STEP = Arrow(r"\theta_t", r"-\eta \nabla J(\theta_t)", "unscaled −η∇J")


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """Go a little way downhill, straight against the gradient.

    >>> GradientDescent(eta=0.1).step(np.array([1.0, 2.0]), {}, lambda theta: 2 * theta)[0]
    array([0.8, 1.6])

    References
    ----------
    Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations simultanées.
    Robbins and Monro (1951) for the stochastic form. Optax, PyTorch: ``sgd``.
    """

    title = "Gradient descent"
    idea = "goes straight against the gradient"
    reference = "Cauchy (1847); Robbins and Monro (1951)"
    rate = r"\eta"
    stable_below = "2"
    rows = (
        Row(
            r"\theta_t = \theta_{t-1} - \eta \nabla J(\theta_{t-1})",
            "step against the gradient",
            (Arrow(r"\theta_{t-1}", r"-\eta \nabla J(\theta_{t-1})", "gradient step −η∇J"),),
        ),
    )

    eta: float | Array = hyper(0.05, r"\eta", "learning rate", POSITIVE, 1e-3, 1.0, "log")

    def init(self, theta: ArrayLike) -> State:
        return {}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        theta = theta - self.eta * grad(theta)
        return theta, {}


@dataclass(frozen=True, eq=False)
class Momentum(Optimizer):
    """Keep a velocity: the old one, shortened by γ, plus the new gradient step.

    >>> Momentum(eta=0.1, gamma=0.5).step(np.array([1.0]), {"v": np.array([0.2])}, lambda theta: 2 * theta)[0]
    array([0.7])

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods.
    This is the undamped form, as PyTorch's for constant η. The damped form, v = γv + (1−γ)∇J, is another convention.
    """

    title = "Momentum"
    idea = "keeps a velocity"
    reference = "Polyak (1964)"
    rate = r"\eta"
    stable_below = r"2 (1 + \gamma)"
    variant = "classic (PyTorch)"
    rows = (
        Row(
            r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1})",
            "new velocity: a part γ of the old one plus the gradient step",
            (MOMENTUM_ARROW, Arrow(r"\theta_{t-1} - \gamma v_{t-1}", r"-\eta \nabla J(\theta_{t-1})", "gradient −η∇J")),
        ),
        Row(
            r"\theta_t = \theta_{t-1} - v_t",
            "move by the velocity: the vector sum of both",
            (Arrow(r"\theta_{t-1}", "-v_t", "sum −v"),),
        ),
    )

    eta: float | Array = hyper(0.01, r"\eta", "learning rate", POSITIVE, 1e-3, 1.0, "log")
    gamma: float | Array = hyper(0.9, r"\gamma", "share of the velocity kept", UNIT, 0.0, 0.99, "decay")

    def init(self, theta: ArrayLike) -> State:
        return {"v": np.zeros(np.shape(theta))}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        v = self.gamma * state["v"] + self.eta * grad(theta)
        theta = theta - v
        return theta, {"v": v}


@dataclass(frozen=True, eq=False)
class NAG(Optimizer):
    """Momentum that looks first: make the momentum move, and take the gradient there.

    >>> NAG(eta=0.1, gamma=0.5).step(np.array([1.0]), {"v": np.array([0.2])}, lambda theta: 2 * theta)[0]
    array([0.72])

    References
    ----------
    Nesterov (1983); in this look-ahead form Sutskever et al. (2013), equations 3 and 4.
    PyTorch, Keras and Optax store the look-ahead point instead (a shifted variable): the same method.
    """

    title = "NAG"
    idea = "takes the gradient where the momentum move would end"
    reference = "Nesterov (1983); Sutskever et al. (2013), eq. 3–4"
    rate = r"\eta"
    stable_below = r"\frac{2 (1 + \gamma)}{1 + 2 \gamma}"
    rows = (
        Row(
            r"v_t = \gamma v_{t-1} + \eta \nabla J(\theta_{t-1} - \gamma v_{t-1})",
            "make the momentum move first; take the gradient at that look-ahead point",
            (
                MOMENTUM_ARROW,
                Arrow(
                    r"\theta_{t-1} - \gamma v_{t-1}",
                    r"-\eta \nabla J(\theta_{t-1} - \gamma v_{t-1})",
                    "gradient at look-ahead",
                ),
            ),
        ),
        Row(r"\theta_t = \theta_{t-1} - v_t", "move by their sum", (Arrow(r"\theta_{t-1}", "-v_t", "sum −v"),)),
    )

    eta: float | Array = hyper(0.01, r"\eta", "learning rate", POSITIVE, 1e-3, 1.0, "log")
    gamma: float | Array = hyper(0.9, r"\gamma", "share of the velocity kept", UNIT, 0.0, 0.99, "decay")

    def init(self, theta: ArrayLike) -> State:
        return {"v": np.zeros(np.shape(theta))}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        v = self.gamma * state["v"] + self.eta * grad(theta - self.gamma * state["v"])
        theta = theta - v
        return theta, {"v": v}


@dataclass(frozen=True, eq=False)
class AdaGrad(Optimizer):
    """Give each parameter its own learning rate: η over the root of the sum of its squared gradients.

    >>> AdaGrad(eta=1.0, eps=0.0).step(np.array([1.0, 9.0]), {"G": np.zeros(2)}, lambda theta: 2 * theta)[0]
    array([0., 8.])

    References
    ----------
    Duchi, Hazan and Singer (2011), diagonal form. ε stands inside the root, as in the course's source, Optax and Keras;
    Duchi's δ stands outside, like PyTorch's ``eps``.
    """

    title = "AdaGrad"
    idea = "divides by the root of the sum of squared gradients"
    reference = "Duchi, Hazan and Singer (2011)"
    variant = "ε inside the root (Optax, Keras)"
    rate = r"\frac{\eta}{\sqrt{G_t + \epsilon}}"
    rows = (
        Row(r"G_t = G_{t-1} + (\nabla J(\theta_t))^2", "add the squared gradient, element by element", (RAW_STEP,)),
        Row(
            r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t + \epsilon}} \nabla J(\theta_t)",
            "step with each parameter's own learning rate",
            (SCALED_STEP,),
        ),
    )

    eta: float | Array = hyper(0.5, r"\eta", "learning rate", POSITIVE, 1e-3, 10.0, "log")
    eps: float | Array = hyper(1e-8, r"\epsilon", "avoids division by zero", NONNEGATIVE, 1e-10, 1e4, "log")

    def init(self, theta: ArrayLike) -> State:
        return {"G": np.zeros(np.shape(theta))}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        g = grad(theta)
        G = state["G"] + g**2
        theta = theta - self.eta / np.sqrt(G + self.eps) * g
        return theta, {"G": G}


@dataclass(frozen=True, eq=False)
class RMSProp(Optimizer):
    """AdaGrad that forgets: a moving average of the squared gradients instead of their sum.

    The average reaches back about 1/(1−γ) steps. It scales the step and gives no inertia.

    >>> RMSProp(eta=1.0, gamma=0.75, eps=0.0).step(np.array([1.0]), {"G": np.zeros(1)}, lambda theta: 2 * theta)[0]
    array([-1.])

    References
    ----------
    Tieleman and Hinton (2012), lecture 6.5. ε stands inside the root, as in the course's source, Optax and Keras; PyTorch puts
    it outside.
    """

    title = "RMSProp"
    idea = "divides by the root of a moving average of squared gradients"
    reference = "Tieleman and Hinton (2012), lecture 6.5"
    variant = "ε inside the root (Optax, Keras)"
    rate = r"\frac{\eta}{\sqrt{G_t + \epsilon}}"
    rows = (
        Row(
            r"G_t = \gamma G_{t-1} + (1 - \gamma) (\nabla J(\theta_t))^2",
            "moving average of the squared gradient: the old fades by γ",
            (RAW_STEP,),
        ),
        Row(
            r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t + \epsilon}} \nabla J(\theta_t)",
            "step with each parameter's own learning rate",
            (SCALED_STEP,),
        ),
    )

    eta: float | Array = hyper(0.1, r"\eta", "learning rate", POSITIVE, 1e-3, 10.0, "log")
    gamma: float | Array = hyper(0.9, r"\gamma", "memory of squared gradients", UNIT, 0.0, 0.999, "decay")
    eps: float | Array = hyper(1e-8, r"\epsilon", "avoids division by zero", NONNEGATIVE, 1e-10, 1.0, "log")

    def init(self, theta: ArrayLike) -> State:
        return {"G": np.zeros(np.shape(theta))}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        g = grad(theta)
        G = self.gamma * state["G"] + (1 - self.gamma) * g**2
        theta = theta - self.eta / np.sqrt(G + self.eps) * g
        return theta, {"G": G}


@dataclass(frozen=True, eq=False)
class Adam(Optimizer):
    """Momentum for the direction, RMSProp for the step size, both corrected for their start at zero.

    >>> Adam(eta=0.1, eps=0.0).step(np.array([1.0, -5.0]), Adam().init(np.zeros(2)), lambda theta: 2 * theta)[0]
    array([ 0.9, -4.9])

    References
    ----------
    Kingma and Ba (2015), algorithm 1; ε stands outside the root, as there, in PyTorch and Optax. Keras adds it before the
    correction of v, the ε̂ of the paper's section 2.
    """

    title = "Adam"
    idea = "averages the gradient and its square, corrects both, divides one by the root of the other"
    reference = "Kingma and Ba (2015), algorithm 1"
    variant = "corrected, ε outside (paper, PyTorch)"
    rate = r"\frac{\eta}{\sqrt{\hat{v}_t} + \epsilon}"
    rows: ClassVar[tuple[Row, ...]] = (  # as many as a method needs: those that are made of it have others
        Row(r"g_t = \nabla J(\theta_{t-1})", "the gradient"),
        Row(
            r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t", "moving average of the gradient: the direction, like Momentum"
        ),
        Row(r"v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2", "moving average of its square: the scale, like RMSProp"),
        Row(
            r"\hat{m}_t = \frac{m_t}{1 - \beta_1^t}",
            "bias correction: the average began at zero",
            (Arrow(r"\theta_{t-1}", r"-\eta \hat{m}_t", "direction −ηm̂"),),
        ),
        Row(r"\hat{v}_t = \frac{v_t}{1 - \beta_2^t}", "the same for the square"),
        Row(
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t",
            "step: corrected direction over corrected scale",
            (Arrow(r"\theta_{t-1}", r"-\frac{\eta}{\sqrt{\hat{v}_t} + \epsilon} \hat{m}_t", "step"),),
        ),
    )

    eta: float | Array = hyper(0.1, r"\eta", "learning rate", POSITIVE, 1e-3, 10.0, "log")
    beta1: float | Array = hyper(0.9, r"\beta_1", "memory of gradients", UNIT, 0.0, 0.99, "decay")
    beta2: float | Array = hyper(0.999, r"\beta_2", "memory of squared gradients", UNIT, 0.0, 0.9999, "decay")
    eps: float | Array = hyper(1e-8, r"\epsilon", "avoids division by zero", NONNEGATIVE, 1e-10, 1.0, "log")

    def init(self, theta: ArrayLike) -> State:
        return {"m": np.zeros(np.shape(theta)), "v": np.zeros(np.shape(theta)), "t": 0}

    def step(self, theta: Array, state: State, grad: Gradient) -> tuple[Array, State]:
        t = state["t"] + 1
        g = grad(theta)
        m = self.beta1 * state["m"] + (1 - self.beta1) * g
        v = self.beta2 * state["v"] + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        theta = theta - self.eta / (np.sqrt(v_hat) + self.eps) * m_hat
        return theta, {"m": m, "v": v, "t": t}


OPTIMIZERS: tuple[type[Optimizer], ...] = (GradientDescent, Momentum, NAG, AdaGrad, RMSProp, Adam)
