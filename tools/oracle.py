"""Make tests/oracle.npz again: what PyTorch, Optax and Keras do with the gradients that it holds. ``make oracle``.

Needs the extra ``oracle``. Each library takes 100 steps in float64 from 200 starts, with 200 draws of hyperparameters, fed with gradients
of real runs on five surfaces (each of one of the six methods), rounded to 12 bits so that the file stays small.
Each run has an optimizer of its own; Muon reads two neighbouring runs as a matrix.
"""

import math
import os
import sys

os.environ["KERAS_BACKEND"], os.environ["JAX_ENABLE_X64"] = "torch", "1"

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import optax  # noqa: E402
import torch  # noqa: E402
from library_gaps import FILE, gap, our_path  # noqa: E402

from optcourse import OPTIMIZERS, run, surfaces  # noqa: E402
from optcourse.benchmarks.libraries import LIBRARIES  # noqa: E402
from optcourse.methods.more import Muon  # noqa: E402

SURFACES = (surfaces.ravine, surfaces.rosenbrock, surfaces.beale, surfaces.himmelblau, surfaces.two_valleys)
DRAWS, STEPS, KEPT = 40, 100, (100,)  # draws on each surface; steps, all compared here; those whose θ is stored


def draws() -> tuple[dict, np.ndarray, np.ndarray]:
    """Hyperparameters (200,) by name, starts (200, 2) and gradients (200, 100, 2)."""
    rng = np.random.default_rng(12)
    count = DRAWS * len(SURFACES)
    values = {
        "eta": 10 ** rng.uniform(-4, -1, count),
        "gamma": rng.uniform(0, 0.99, count),
        "beta1": rng.uniform(0, 0.99, count),
        "beta2": rng.uniform(0.5, 0.9999, count),
        "eps": 10 ** rng.uniform(-10, -1, count),
        "decay": 10 ** rng.uniform(-4, 0, count),
    }
    starts, gradients = np.empty((count, 2)), np.empty((count, STEPS, 2))
    for at in range(count):
        surface, kind = SURFACES[at // DRAWS], OPTIMIZERS[at % len(OPTIMIZERS)]
        left, right, bottom, top = surface.view
        rate, one = 0.0005 if kind.rate == r"\eta" else 0.1, None
        while one is None or one.diverged_at is not None:
            starts[at] = rng.uniform(left, right), rng.uniform(bottom, top)
            one = run(kind(eta=rate), surface, starts[at], STEPS)
        gradients[at] = one.grad[:STEPS]
    mantissa, exponent = np.frexp(gradients)
    return values, starts, np.ldexp(np.round(mantissa * 4096) / 4096, exponent)


def torch_run(call, values, start, gradients):
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = eval(call.code, {"torch": torch, "parameters": [theta], **values})
    for t, gradient in enumerate(gradients, 1):
        for group in optimizer.param_groups:
            group.update({name: eval(text, {"t": t, "sqrt": math.sqrt, **values}) for name, text in call.each_step})
        theta.grad = torch.tensor(gradient)
        optimizer.step()
        yield theta.detach().numpy().copy()


def optax_run(call, values, start, gradients):
    """All gradients are known, so the steps are one compiled loop."""
    assert not call.each_step

    def whole(start, gradients, values):
        optimizer = eval(call.code, {"optax": optax, **values})

        def step(carried, gradient):
            theta, state = carried
            updates, state = optimizer.update(gradient, state, theta)
            theta = optax.apply_updates(theta, updates)
            return (theta, state), theta

        return jax.lax.scan(step, (start, optimizer.init(start)), gradients)[1]

    compiled = COMPILED.setdefault(call.code, jax.jit(whole))
    return np.asarray(compiled(np.asarray(start), np.asarray(gradients), values))


COMPILED: dict = {}


def keras_run(call, values, start, gradients):
    keras.config.set_floatx("float64")
    theta = keras.Variable(start, dtype="float64")
    optimizer = eval(call.code, {"keras": keras, **values})
    optimizer.build([theta])
    for t, gradient in enumerate(gradients, 1):
        for name, text in call.each_step:
            setattr(optimizer, name, eval(text, {"t": t, "sqrt": math.sqrt, **values}))
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")])
        yield keras.ops.convert_to_numpy(theta).copy()


def torch_cosine(steps):
    """The η of each update under CosineAnnealingLR, of an η that begins at 1."""
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    for _ in range(steps):
        yield optimizer.param_groups[0]["lr"]
        parameter.grad = torch.ones(1)
        optimizer.step()
        scheduler.step()


RUNS = {"torch": torch_run, "optax": optax_run, "keras": keras_run}


def main() -> None:
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default type
    values, starts, gradients = draws()
    made = {f"value {name}": value for name, value in values.items()}
    made |= {"starts": starts, "gradients": gradients, "kept": np.array(KEPT)}
    made["versions"] = np.array([f"{each.__name__} {each.__version__}" for each in (torch, optax, jax, keras)])
    made["torch cosine"] = np.array(list(torch_cosine(STEPS)))
    for library, table in LIBRARIES.items():
        for kind, call in table.items():
            shape = (-1, 2, 2) if kind is Muon else (len(starts), 2)  # Muon reads two neighbouring runs as a matrix
            begin, fed = starts.reshape(shape), gradients
            if kind is Muon:
                fed = gradients.reshape(-1, 2, STEPS, 2).transpose(0, 2, 1, 3)
            each = len(starts) // len(begin)
            found = []
            for at in range(len(begin)):
                own = {name: float(value[at * each]) for name, value in values.items()}
                path = np.array(list(RUNS[library](call, own, begin[at], fed[at])))
                found.append(path.reshape(STEPS, -1))
            theirs = np.array(found)
            far = gap(our_path(kind, call, made, range(1, STEPS + 1)), theirs, starts)
            made[f"{library} {kind.__name__}"] = theirs[:, np.array(KEPT) - 1]
            made[f"{library} {kind.__name__} gap"] = np.array(far)
            made[f"{library} {kind.__name__} code"] = np.array(call.code)
            print(f"{library} {kind.__name__}: {far:.0e}", file=sys.stderr)
    np.savez_compressed(FILE, **made)
    print(FILE, FILE.stat().st_size)


if __name__ == "__main__":
    main()
