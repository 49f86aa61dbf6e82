"""Which call of PyTorch, Optax and Keras is which method of the course: names, ε and state, in one table.

``code`` is the call itself, in the hyperparameters' own names; ``tools/oracle.py`` evaluates this very text and holds its steps
against ours. Docs and lessons print it. A method that a library lacks is not in its table.
"""

from dataclasses import dataclass

from ..methods.base import Optimizer
from ..methods.more import AdaDelta, AdamW, AMSGrad, Lion, Muon, Nadam, UncorrectedAdam
from ..methods.optimizers import NAG, AdaGrad, Adam, GradientDescent, Momentum, RMSProp
from ..methods.variants import AdaGradOutside, AdamInside, AdamWPaper, DampedMomentum, RMSPropOutside

UNCORRECT = "eta * (1 - beta1**t) / sqrt(1 - beta2**t)"


@dataclass(frozen=True)
class Call:
    """How a library calls a method.

    ``code`` makes the optimizer; in PyTorch of ``parameters``. ``each_step`` are options that must be set before step t,
    as expressions, where the library's own t-dependence has to be undone. ``state`` maps our state's names to the library's. ``note`` says
    what to mind. ``keeps`` is "look-ahead" where the library's parameters are the point θ − γv.
    """

    code: str
    note: str = ""
    state: tuple[tuple[str, str], ...] = ()
    each_step: tuple[tuple[str, str], ...] = ()
    keeps: str = "θ"

    @property
    def lines(self) -> str:
        """PyTorch that trains with this method: one line that makes it, three for each step. The lessons show these lines."""
        made = self.code.replace("(parameters", "(model.parameters()")
        return f"optimizer = {made}\noptimizer.zero_grad()\nloss.backward()\noptimizer.step()"


VELOCITY = "its velocity is without η: v/η"
SHIFTED = "the parameters hold the look-ahead point θ − γv"
ADAM_STATE = (("m", "exp_avg"), ("v", "exp_avg_sq"), ("t", "step"))

PYTORCH: dict[type[Optimizer], Call] = {
    GradientDescent: Call("torch.optim.SGD(parameters, lr=eta)"),
    Momentum: Call("torch.optim.SGD(parameters, lr=eta, momentum=gamma)", VELOCITY, (("v", "momentum_buffer"),)),
    DampedMomentum: Call(
        "torch.optim.SGD(parameters, lr=(1 - gamma) * eta, momentum=gamma)",
        "dampening=gamma would leave the first step undamped",
        (("v", "momentum_buffer"),),
    ),
    NAG: Call(
        "torch.optim.SGD(parameters, lr=eta, momentum=gamma, nesterov=True)",
        SHIFTED,
        (("v", "momentum_buffer"),),
        keeps="look-ahead",
    ),
    AdaGrad: Call(
        "torch.optim.Adagrad(parameters, lr=eta, initial_accumulator_value=eps, eps=0)",
        "its eps stands outside the root; a sum that begins at ε is ε inside",
        (("G", "sum"),),
    ),
    AdaGradOutside: Call("torch.optim.Adagrad(parameters, lr=eta, eps=eps)", state=(("G", "sum"),)),
    RMSPropOutside: Call("torch.optim.RMSprop(parameters, lr=eta, alpha=gamma, eps=eps)", state=(("G", "square_avg"),)),
    Adam: Call("torch.optim.Adam(parameters, lr=eta, betas=(beta1, beta2), eps=eps)", state=ADAM_STATE),
    UncorrectedAdam: Call(
        "torch.optim.Adam(parameters, lr=eta, betas=(beta1, beta2), eps=eps)",
        "only with lr and eps set anew in each step",
        ADAM_STATE[:2],
        (("lr", UNCORRECT), ("eps", "eps / sqrt(1 - beta2**t)")),
    ),
    AdaDelta: Call(
        "torch.optim.Adadelta(parameters, lr=eta, rho=gamma, eps=eps)",
        state=(("G", "square_avg"), ("D", "acc_delta")),
    ),
    Nadam: Call(
        "torch.optim.NAdam(parameters, lr=eta, betas=(beta1, beta2), eps=eps, momentum_decay=1e9)",
        "its β₁ rises from β₁/2; so large a momentum_decay makes it constant from the first step on (0 would keep β₁/2). "
        "It keeps the product of the β₁ in the default type: in float32 the paths part by some 1e-7",
        ADAM_STATE,
    ),
    AMSGrad: Call(
        "torch.optim.Adam(parameters, lr=eta, betas=(beta1, beta2), eps=eps, amsgrad=True)",
        "corrects the bias, unlike the paper; equal only with lr and eps set anew in each step",
        (*ADAM_STATE[:2], ("u", "max_exp_avg_sq")),
        (("lr", UNCORRECT), ("eps", "eps / sqrt(1 - beta2**t)")),
    ),
    AdamW: Call(
        "torch.optim.AdamW(parameters, lr=eta, betas=(beta1, beta2), eps=eps, weight_decay=decay)", state=ADAM_STATE
    ),
    AdamWPaper: Call(
        "torch.optim.AdamW(parameters, lr=eta, betas=(beta1, beta2), eps=eps, weight_decay=decay / eta)",
        "its decay is multiplied by lr",
        ADAM_STATE,
    ),
}
# torch.optim.Muon computes in bfloat16 and scales by the shape: not the same numbers. RMSProp with ε inside and Lion are not in PyTorch.

OPTAX: dict[type[Optimizer], Call] = {
    GradientDescent: Call("optax.sgd(eta)"),
    Momentum: Call("optax.sgd(eta, momentum=gamma)", VELOCITY, (("v", "trace"),)),
    DampedMomentum: Call(
        "optax.chain(optax.ema(gamma, debias=False), optax.scale(-eta))",
        "ema divides by 1 − γᵗ unless debias=False",
        (("v", "ema"),),
    ),
    NAG: Call("optax.sgd(eta, momentum=gamma, nesterov=True)", SHIFTED, (("v", "trace"),), keeps="look-ahead"),
    AdaGrad: Call(
        "optax.adagrad(eta, initial_accumulator_value=0.0, eps=eps)",
        "its sum begins at 0.1 by default",
        (("G", "sum_of_squares"),),
    ),
    RMSProp: Call("optax.rmsprop(eta, decay=gamma, eps=eps)", state=(("G", "nu"),)),
    RMSPropOutside: Call("optax.rmsprop(eta, decay=gamma, eps=eps, eps_in_sqrt=False)", state=(("G", "nu"),)),
    Adam: Call("optax.adam(eta, b1=beta1, b2=beta2, eps=eps)", state=(("m", "mu"), ("v", "nu"), ("t", "count"))),
    AdamInside: Call(
        "optax.adam(eta, b1=beta1, b2=beta2, eps=0.0, eps_root=eps)", state=(("m", "mu"), ("v", "nu"), ("t", "count"))
    ),
    AdaDelta: Call("optax.adadelta(eta, rho=gamma, eps=eps)", state=(("G", "e_g"), ("D", "e_x"))),
    Nadam: Call("optax.nadam(eta, b1=beta1, b2=beta2, eps=eps)", state=(("m", "mu"), ("v", "nu"), ("t", "count"))),
    AdamW: Call(
        "optax.adamw(eta, b1=beta1, b2=beta2, eps=eps, weight_decay=decay)",
        state=(("m", "mu"), ("v", "nu"), ("t", "count")),
    ),
    AdamWPaper: Call(
        "optax.adamw(eta, b1=beta1, b2=beta2, eps=eps, weight_decay=decay / eta)",
        "its decay is multiplied by the learning rate",
        (("m", "mu"), ("v", "nu"), ("t", "count")),
    ),
    Lion: Call("optax.lion(eta, b1=beta1, b2=beta2, weight_decay=decay)", state=(("m", "mu"),)),
    Muon: Call(
        "optax.contrib.muon(eta, beta=gamma, eps=0.0, nesterov=False)",
        "its velocity is a corrected average, of the same direction; it scales by √max(1, columns/rows)",
        (("v", "mu"),),
    ),
}

KERAS: dict[type[Optimizer], Call] = {
    GradientDescent: Call("keras.optimizers.SGD(learning_rate=eta)"),
    Momentum: Call(
        "keras.optimizers.SGD(learning_rate=eta, momentum=gamma)", "its velocity is −v", (("v", "momentum"),)
    ),
    DampedMomentum: Call(
        "keras.optimizers.SGD(learning_rate=(1 - gamma) * eta, momentum=gamma)",
        "its velocity is −v",
        (("v", "momentum"),),
    ),
    NAG: Call(
        "keras.optimizers.SGD(learning_rate=eta, momentum=gamma, nesterov=True)",
        f"{SHIFTED}; its velocity is −v",
        (("v", "momentum"),),
        keeps="look-ahead",
    ),
    AdaGrad: Call(
        "keras.optimizers.Adagrad(learning_rate=eta, initial_accumulator_value=0.0, epsilon=eps)",
        "ε inside the root; its sum begins at 0.1 by default",
        (("G", "accumulator"),),
    ),
    RMSProp: Call(
        "keras.optimizers.RMSprop(learning_rate=eta, rho=gamma, epsilon=eps)",
        "ε inside the root",
        (("G", "velocity"),),
    ),
    UncorrectedAdam: Call(
        "keras.optimizers.Adam(learning_rate=eta, beta_1=beta1, beta_2=beta2, epsilon=eps)",
        "it corrects by its learning rate alone, so its ε is added before the correction; equal with a rate set anew in each step",
        (("m", "momentum"), ("v", "velocity")),
        (("learning_rate", UNCORRECT),),
    ),
    AdaDelta: Call(
        "keras.optimizers.Adadelta(learning_rate=eta, rho=gamma, epsilon=eps)",
        state=(("G", "accumulated_grad"), ("D", "accumulated_delta_var")),
    ),
    AMSGrad: Call(
        "keras.optimizers.Adam(learning_rate=eta, beta_1=beta1, beta_2=beta2, epsilon=eps, amsgrad=True)",
        "corrects the bias by its learning rate, unlike the paper; equal with a rate set anew in each step",
        (("m", "momentum"), ("v", "velocity"), ("u", "velocity_hat")),
        (("learning_rate", UNCORRECT),),
    ),
    Lion: Call(
        "keras.optimizers.Lion(learning_rate=eta, beta_1=beta1, beta_2=beta2, weight_decay=decay)",
        "its decay shrinks θ before the step: the same sum",
        (("m", "momentum"),),
    ),
}
# Keras's Muon adds 1e-7 to the norm: with small velocities not the same numbers (1.5e-6 apart in the oracle's runs). Its Nadam lets β₁ rise.

LIBRARIES: dict[str, dict[type[Optimizer], Call]] = {"torch": PYTORCH, "optax": OPTAX, "keras": KERAS}


def table() -> str:
    """The whole mapping in Markdown: a row for each method and library, with the call, our state in its names, and what to mind."""
    rows = ["| method | call | state | mind |", "|---|---|---|---|"]
    for kind in dict.fromkeys(kind for calls in LIBRARIES.values() for kind in calls):
        for call in (calls[kind] for calls in LIBRARIES.values() if kind in calls):
            anew = [f"before step t: `{name} = {text}`" for name, text in call.each_step]
            state = ", ".join(f"{ours}: `{theirs}`" for ours, theirs in call.state)
            rows.append(f"| {kind.title} | `{call.code}` | {state} | {'; '.join(filter(None, [call.note, *anew]))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
