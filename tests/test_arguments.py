"""Every public name, called with wrong things: never an inner error, always the argument's name and what is allowed."""

import contextlib
import dataclasses
import functools
import inspect
import itertools
import pathlib
import re
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Mapping

import numpy as np
import pytest

import optcourse
from optcourse import (
    AdaGrad,
    Adam,
    Card,
    Curves,
    Goal,
    GradientDescent,
    LeastSquares,
    Momentum,
    Muon,
    Network,
    OneStep,
    Optimizer,
    Question,
    RMSProp,
    Schedule,
    Slice,
    Surface,
    Trainer,
    batches,
    best_eta,
    check,
    compare,
    contest,
    cosine,
    digits,
    explore,
    lowest,
    on_surface,
    paired,
    picture,
    reach,
    run,
    surfaces,
    sweep,
    train,
    warmup,
)
from optcourse.arguments import SHORT
from optcourse.trajectory import MOST_STEPS

# ---- right arguments ----

INPUTS, LABELS = np.eye(4)[:, :3], np.array([0, 1, 0, 1])
NETWORK = Network(3, 2)
QUESTION = Question("Which?", (("this", "Yes."), ("that", "No.")))
RUN = run(Momentum(), surfaces.bowl, steps=3)


def student(theta, grad, eta):
    return theta - eta * grad(theta)


@functools.cache
def explorer():
    return explore(Momentum(), surfaces.bowl, steps=3, views=("loss",))


RIGHT = {  # by the parameter's name; one with stars has all that it collects
    "**axes": {"eta": [0.1]}, "base": GradientDescent, "batch_size": 2, "centre": np.ones(8), "change": lambda part: part,
    "choice": "η tuned", "count": 4, "data": (INPUTS, LABELS), "digits": "3", "directions": np.eye(8)[:2], "etas": [0.1],
    "factor": np.tanh, "first": np.arange(6.0), "**fixed": {"gamma": 0.5}, "formula": "x**2 + y", "**grid": {"eta": [0.1]},
    "inputs": INPUTS, "kind": Momentum, "labels": LABELS, "latex": r"\eta", "losses": [1.0], "minimum": (0, 0),
    "model": LeastSquares(), "name": "a", "network": NETWORK, "optimizer": Momentum(), "optimizers": Momentum(),
    "option": "this", "**options": {}, "options": QUESTION.options, "other": warmup(3), "epochs": 1, "path": np.zeros((3, 2)),
    "question": QUESTION, "questions": [QUESTION], "reached": reach(1, 1), "rows": ["theta = theta - eta*grad(theta)"],
    "second": np.zeros(6), "seed": 1, "seeds": [0, 1], "series": {"a": {1: 2.0}}, "*sizes": (3, 2), "start": (0, 1), "steps": 3,
    "student": student, "surface": surfaces.bowl, "t": 2, "targets": np.arange(4.0), "text": "x", "theta": (0, 1),
    "tolerance": 0.1, "*trajectories": (RUN,), "**values": {"eta": 0.1}, "view": (-1, 1, -1, 1), "views": ("loss",), "within": 3,
    "xlabel": "a", "ylabel": "a",
}  # fmt: skip
MADE = {"contest": contest, "explorer": explorer}  # what takes time to make
OWN = {  # what is right for all of a class, or for one function or method only
    "Comparison": {"training": np.ones((3, 1, 1)), "validation": np.ones((3, 1, 1)), "accuracy": np.ones((1, 1))},
    "Explorer": {"formula": True},
    "LeastSquares": {"theta": np.zeros(3)},
    "LeastSquares.surface": {"inputs": INPUTS[:, :2]},
    "Network": {"theta": np.zeros(8)},
    "Picture": {"trajectories": [RUN], "labels": ["a"]},
    "Explorer.set": {"**changes": {"values": {"η": 0.1}, "surface": surfaces.bowl, "start": [1, 2], "steps": 3, "step": 1,
                                  "variants": [0], "own": "", "rows": [""]}},
    "Trainer": {"hidden": 2, "batch_size": 128},
    "Trajectory": vars(RUN),
    "batches": {"size": 2},
    "compare": {"data": digits().map(lambda part: (INPUTS, LABELS))},
    "large_type": {"factor": 1.0},
    "picture": {"labels": ["a"]},
    "tail_loss": {"losses": [1.0, 2.0]},
    "train": {"theta": np.zeros(3), "data": (INPUTS, np.arange(4.0))},
}  # fmt: skip
BASE = {"Optimizer": Momentum()}  # what cannot be called, and one that has its methods
RECORDS = ("Comparison", "Trajectory")  # what other functions fill in
INSIDE = (  # methods that trust what they get: read like the formula, or called by the package
    "Optimizer.init", "Optimizer.step", "Optimizer.per_coordinate", "Reach.data", "Explorer.simulate", "Explorer.set_state",
    "Trainer.set_state",
)  # fmt: skip

SAID = {  # other words for a parameter: its symbol, and what a formula's errors say, with the place in it
    "eta": "η", "gamma": "γ", "beta1": "β₁", "beta2": "β₂", "eps": "ε", "decay": "λ", "theta": "θ", "text": "formula",
    "latex": "formula", "rows": "equation", "values": "slider",
}  # fmt: skip
FIT = {  # what must fit a parameter, which a message may name instead
    "optimizer": ("columns", "eta", "schedule"), "kind": ("data",), "model": ("data", "θ"), "network": ("data", "centre"),
    "data": ("network",), "rows": ("equations",), "optimizers": ("columns",), "inputs": ("theta", "targets", "labels"), "count": ("size",),
}  # fmt: skip


class Door:
    """A public function, class or method with its right arguments; one that is starred has a list of its own."""

    def __init__(self, name, call):
        self.name, self.call, self.named, self.starred, self.list = name, call, {}, [], ""
        known = {**RIGHT, **OWN.get(name.partition(".")[0], {}), **OWN.get(name, {})}
        for each in inspect.signature(call).parameters.values():
            key = str(each.replace(annotation=each.empty, default=each.empty))  # with its stars
            assert key in {*known, *MADE} or each.default is not each.empty, (
                f"{name}: say in RIGHT what is right for {key}"
            )
            value = MADE[key]() if key in MADE else known.get(key, each.default)
            if each.kind == each.VAR_POSITIONAL:
                self.list, self.starred = each.name, value
            else:
                self.named |= value if each.kind == each.VAR_KEYWORD else {each.name: value}

    def __call__(self, **changes):
        return shown(self.call(*self.starred, **{**self.named, **changes}))

    def wrongly(self, name, value):
        """The call with one wrong argument."""
        return shown(self.call(value, **self.named)) if name == self.list else self(**{name: value})


def shown(result):
    """What a call gives, shown as at the end of a cell; of what has no end, two."""
    if isinstance(result, Iterator):
        return list(itertools.islice(result, 2))
    if not dataclasses.is_dataclass(result):  # whose repr is Python's
        repr(result)
    return result


def doors(name):
    """A public name that can be called, and the methods of what it gives."""
    if name not in BASE:
        yield Door(name, getattr(optcourse, name))
    thing = BASE[name] if name in BASE else Door(name, getattr(optcourse, name))()
    while isinstance(thing, Mapping):
        thing = next(iter(thing.values()))
    for attribute in dir(type(thing)):
        static = inspect.getattr_static(type(thing), attribute)
        plain = inspect.unwrap(getattr(static, "__func__", static))
        if not inspect.isfunction(plain) or not plain.__module__.startswith("optcourse."):
            continue
        if attribute.startswith("_") and attribute not in ("__call__", "__format__", "__mul__"):
            continue
        if any(f"{kind.__name__}.{attribute}" in INSIDE for kind in type(thing).__mro__):
            continue
        owner = plain.__qualname__.partition(".")[0]
        if inspect.signature(getattr(thing, attribute)).parameters and (
            owner == name or owner not in optcourse.__all__
        ):
            yield Door(plain.__qualname__, getattr(thing, attribute))


CALLABLE = [name for name in optcourse.__all__ if callable(getattr(optcourse, name))]

# ---- wrong arguments ----

NAN, INF = float("nan"), float("inf")
LOOP: list[object] = []
LOOP.append(LOOP)
FLAT = Optimizer.from_rows(["theta = theta - grad(theta)"])  # has no η
MANY = np.full(2000, 0.1)
WIDE = Momentum(eta=np.full((10_000, 1), 0.1), gamma=np.full((1, 10_000), 0.1))
BATCH = run(Momentum(eta=[0.1, 0.2]), surfaces.bowl, steps=3)
PATH = on_surface(surfaces.bowl, Momentum(), [[1.0, 1.0], [NAN, NAN]])  # without the states
WRONG = [
    None, True, -3, 0, 1, 7, 10**9, 10**30, -(10**30), 10**400, -(10**5000), NAN, INF, -0.5, 1e300, 1e-300, 1j, 2.5,
    [NAN, 1.0], [INF, -INF], [10**400], np.float32(0.5), np.int8(3), np.array(2), np.datetime64("2020-01-01"),
    [], [[]], [0, 1, 2], [-2, 1], [[1.0], [1.0, 2.0]], [[1, 2], [3, 4]], np.zeros((2, 3)), np.zeros((0, 2)), np.zeros(0),
    (1, 2, 3, 4), (4, 3, 2, 1), (1, 1, 1, 1), [1, "a"], [0.0] * 100_000, range(10**10), np.full((2, 2, 2, 2), 0.1), LOOP,
    "", "x", "x + z", "é", "log(-1)", "\n", "\ud800", "a" * 100_000, b"x", ("a", "b"), [None, None], np.array(["a"]),
    np.array(None), {}, {"v": 1}, {"v": "x"}, {"x": {1: "a"}}, {1: {2: 3}}, {1, 2}, [[], {}], (), ((),), [object()],
    object(), Momentum, Momentum(), Optimizer, FLAT, type(FLAT), Momentum(eta=[0.1, 0.2, 0.3]), Muon(columns=3),
    Momentum(eta=np.full((1001, 1), 0.1), gamma=np.full((1, 1001), 0.5)), int, ValueError, len, lambda: None,
    lambda *_, **__: object(), lambda a, b, c, d, e, f, g: 0, surfaces, surfaces.bowl, RUN, BATCH, PATH, NETWORK, digits(),
    run(Momentum(), surfaces.ravine, steps=0), cosine(4), [RUN], [BATCH], (RUN, 1), reach(1, 1, place=7), QUESTION,
    iter([]), NotImplemented, ...,
]  # fmt: skip
ENDLESS = (itertools.count, lambda: itertools.repeat("a"))  # made again for each call
# what may be given, and has gone wrong inside; and more of what may not
UPDATES = ["eta*grad(theta)/0", "(1/0)*grad(theta)", "10^400*grad(theta)", "eta/(1 - 1)", "(-1)^0.5*grad(1)", "t^(-t)"]
METHODS = [Optimizer.from_rows([f"theta = theta - {text}"]) for text in UPDATES]
METHODS.append(Optimizer.from_rows(["theta = theta - eta/alpha"], alpha=0))
FORMULAS = ("log(x)", "1", "x", "abs(x) + abs(y)", "1/x", "exp(x^2)", "sqrt(x*y)", "10^299*sin(x)*1.7*10^9")
SURFACES = [Surface.from_formula(text) for text in FORMULAS]
RUNS = [
    run(GradientDescent(eta=eta), each, steps=steps) for each in SURFACES for eta in (0.3, 1e9) for steps in (0, 1, 5)
]
RUNS += [run(each, surfaces.bowl, steps=3) for each in METHODS]
TEXTS = [
    "1/0",
    "10^400",
    "(-1)^0.5",
    "0^(-1)",
    "e^1000",
    "x/0",
    "J(1)",
    "grad(1)",
    "sum(x)",
    "orth(theta)",
    "lambda_1/0",
]
MORE = {
    "contest": [{"a": each} for each in ({}, {Momentum: 1}, {1: contest()["without dropout"][Momentum]})],
    "file": [pathlib.Path("nowhere.npz"), pathlib.Path(__file__)], "surface": SURFACES, "optimizer": METHODS,
    "optimizers": METHODS, "trajectories": [*RUNS, *([each] for each in RUNS)], "latex": TEXTS, "formula": TEXTS,
    "text": TEXTS, "rows": [[f"theta = {each}"] for each in TEXTS],
}  # fmt: skip


@pytest.fixture
def bounded():
    """Calls take at most 10 seconds, and 3 GB more than is taken already, where the system can see to that."""
    if sys.platform != "linux":
        yield contextlib.nullcontext
        return
    import resource

    def stop(*_):
        raise TimeoutError("it takes more than 10 s")

    @contextlib.contextmanager
    def guard():
        signal.setitimer(signal.ITIMER_REAL, 10)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    handler, limits = signal.signal(signal.SIGALRM, stop), resource.getrlimit(resource.RLIMIT_AS)
    taken = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + 3 * 2**30, limits[1]))
    yield guard
    resource.setrlimit(resource.RLIMIT_AS, limits)
    signal.signal(signal.SIGALRM, handler)


def outcome(call, guard, named):
    """How a call ends: "works", "refused" with a TypeError or ValueError that has a name (a pattern), or what it raised."""
    try:
        with guard(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", RuntimeWarning)
            call()
    except BaseException as error:
        said, expected = str(error), isinstance(error, TypeError | ValueError)
        if expected and re.search(named, said) and len(said) < 1000:
            return "refused"
        return f"{type(error).__name__}: {said[:300]}"
    return "works"


@pytest.mark.parametrize("name", CALLABLE)
def test_a_wrong_argument_is_named(name, bounded):
    faults = []
    for door in doors(name):
        door()  # what is right works
        for parameter in filter(None, [*door.named, door.list]):
            words = map(re.escape, (parameter, SAID.get(parameter, parameter), *FIT.get(parameter, ())))
            named, refused = rf"(?<!\w)({'|'.join(words)})(?!\w)", 0
            for wrong in [*WRONG, *MORE.get(parameter, ()), *(make() for make in ENDLESS)]:
                ended = outcome(functools.partial(door.wrongly, parameter, wrong), bounded, named)
                refused += ended == "refused"
                if ended not in ("works", "refused"):
                    faults.append(f"{door.name}({parameter}={SHORT.repr(wrong)}): {ended}")
            if refused < 5 and name not in RECORDS:
                faults.append(f"{door.name} takes almost anything as {parameter}")
    assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize("name", CALLABLE)
def test_too_few_too_many_and_unknown_arguments_are_told_by_the_function_itself(name, bounded):
    faults = []
    for door in doors(name):
        own = rf"^{re.escape(door.name)}(\.__init__)?\(\) |^{door.list or 'nothing'} must be "
        for arguments, call, named in (
            ("", door.call, own),
            ("*range(50)", functools.partial(door.call, *range(50)), own),
            ("nonsense=1", functools.partial(door, nonsense=1), rf"{own}|^(?!.*unexpected keyword).*nonsense"),
        ):
            if (ended := outcome(call, bounded, named)) not in ("works", "refused"):
                faults.append(f"{door.name}({arguments}): {ended}")
    assert not faults, "\n".join(["", *faults])


VIEW = r"view must be four finite numbers .* low below high"
REFUSED = [  # a call, and words of its message
    (lambda: run(Momentum(), "ravine"), "surface must be a Surface, such as surfaces.ravine, not 'ravine'"),
    (lambda: run(Momentum, surfaces.bowl), "optimizer must be a method such as Momentum"),
    (lambda: explore(Momentum(), surfaces.bowl, views=("lens",)), r"views must be a list of contour, .*, not \('lens',\)"),
    (lambda: Card(Momentum()), "kind must be a method's class, such as Momentum, not Momentum"),
    (lambda: Optimizer(), "Optimizer has no rows"),
    (lambda: best_eta(type(FLAT), surfaces.bowl), "kind must be a method with the hyperparameter eta, which your own"),
    (lambda: check(3, Momentum), "student must be your function, as in check\\(momentum, Momentum\\), not 3"),
    (lambda: check(student, "Momentum"), "kind must be a method's class, such as Momentum, not 'Momentum'"),
    (lambda: picture(), "trajectories must be single runs, such as .*: at least one"),
    (lambda: picture(BATCH), r"trajectories must be single runs, .* not a batch of shape \(2,\): call run once for each"),
    (lambda: picture(RUN, step=4), "step must be a whole number from 0 to 3, not 4"),
    (lambda: picture(RUN, labels=["a", "b"]), r"labels must be a list of 1 text, not \['a', 'b'\]"),
    (lambda: OneStep(run(Momentum(), surfaces.bowl, steps=0)), "trajectories must be runs, .*of one step or more"),
    (lambda: run(Momentum(), surfaces.bowl, steps=10**400), "steps must be a whole number .*, not about 10\\^400"),
    (lambda: BATCH.first_below(), r"first_below is for one run, not for a batch of shape \(2,\)"),
    (lambda: Surface("a", "log(-1)"), "the formula has no finite real value"),
    (lambda: Network(10_000, 10_000), "sizes must make at most 10,000,000 weights, not 100,010,000: use fewer units"),
    (lambda: sweep(Momentum(), surfaces.bowl, eta=MANY, gamma=MANY), "at most 1,000,000 runs at once, not 4,000,000"),
    (lambda: compare(Momentum, Network(64, 10), digits(), MANY, range(2000)), "seeds and etas must make at most 153,846"),
    (lambda: train(LeastSquares(), WIDE, (INPUTS, LABELS), np.zeros(3), 1), "optimizer and θ must make at most 100,000,000"),
    (lambda: Slice(Network(3, 2, 2), (INPUTS, LABELS), np.full(14, 1e200), np.ones((2, 14))), "centre must be weights"),
    (lambda: picture(PATH, views=("rate",)), "views must not contain rate for a path whose state is not known"),
    (lambda: Curves({"a": {1: 2}}, "x", "y", log="z"), "log must be x, y, xy or nothing, not 'z'"),
    (lambda: train(NETWORK, Momentum(), (INPUTS, np.arange(4)), np.zeros(8), 2),
     r"data must fit the network's sizes \(3, 2\): .*, not inputs of 3 numbers and labels from 0 to 3"),
    (lambda: Goal("a", explorer(), reach(1, 1, place=7)), "reached must have a place below 1, .*, not 7"),
    (lambda: Schedule(lambda t: np.ones(2))(np.ones(3)), "factor must be a function that gives a number for each t"),
    (lambda: cosine(10, floor=2), "floor must be a number from 0 to 1, not 2"),
    (lambda: cosine(10, floor="x"), "floor must be a number from 0 to 1, not 'x'"),
    (lambda: Muon(columns=0), "columns must be a whole number ≥ 1, not 0"),
    (lambda: run(Momentum(), surfaces.bowl, steps=10**9), "steps must be a whole number from 0 to 1,000,000"),
    (lambda: run(GradientDescent(), surfaces.bowl, steps=-1), "steps must be a whole number from 0 to 1,000,000, not -1"),
    (lambda: run(GradientDescent(), surfaces.bowl, steps=2.5), "steps must be a whole number from 0 to 1,000,000, not 2.5"),
    (lambda: run(GradientDescent(), surfaces.bowl, (1,)), "start must be two finite numbers"),
    (lambda: run(GradientDescent(eta=[0.1, 0.2]), surfaces.bowl, np.zeros((3, 2))), "start must broadcast"),
    (lambda: run(GradientDescent(eta=np.full(1000, 0.1)), surfaces.bowl, steps=100_000),
     "steps must be at most 49,999 for 1,000 runs, not 100000"),
    (lambda: sweep(GradientDescent(), surfaces.bowl, steps=MOST_STEPS + 1),
     "steps must be a whole number from 0 to 1,000,000, not 1000001"),
    (lambda: sweep(GradientDescent(), surfaces.bowl, gamma=[0.1]), "Gradient descent has no hyperparameter 'gamma': it has eta"),
    (lambda: Muon(columns=3).step(np.ones(2), {"v": np.zeros(2)}, np.copy), "columns must divide the number of weights"),
    (lambda: Muon(columns=2).step(np.ones(3), {"v": np.zeros(3)}, np.copy), "columns must divide the number of weights"),
    (lambda: Surface("a", "x**2 + y", (1, 1, -1, 1)), VIEW),
    (lambda: Surface("a", "x**2 + y", (-1, 1, 2, 2)), VIEW),
    (lambda: Surface("a", "x**2 + y", (1, -1, -1, 1)), VIEW),
    (lambda: GradientDescent(eta=0), "η must be a finite number > 0, not 0"),
    (lambda: Momentum(gamma=1), r"γ must be a number in \[0, 1\), not 1"),
    (lambda: Adam(beta2=1.5), "β₂ must be"),
    (lambda: AdaGrad(eps=-1e-8), "ε must be a finite number ≥ 0, not -1e-08"),
    (lambda: Momentum(eta=[0.1, 0.2], gamma=[0.1, 0.2, 0.3]), "must broadcast"),
    (lambda: warmup(0), "from 1 to 1,000,000,000, not 0"),
    (lambda: next(batches(10, 0, seed=0)), "size must be"),
    (lambda: next(batches(10, 11, seed=0)), "size must be"),
    (lambda: next(batches(10, -1, seed=0)), "size must be"),
    (lambda: next(batches(10, 2.5, seed=0)), "size must be"),
    (lambda: paired(np.zeros(5), np.zeros(5)), "first must be numbers, or inf, one for each of 6 seeds or more"),
    (lambda: paired(np.zeros(6), np.zeros(7)), "first and second must be pairs, of equal length"),
    (lambda: paired(np.zeros((6, 2)), np.zeros(6)), "first must be"),
    (lambda: paired(np.zeros(6), np.full(6, np.nan)), "second must be"),
    (lambda: paired("six", np.zeros(6)), "first must be"),
    (lambda: lowest([1, 2]), "losses must"),
    (lambda: lowest([1, 2], eta=[1, 2, 3]), "losses must"),
    (lambda: lowest([], eta=[1]), "losses must"),
    (lambda: lowest([1, np.nan], eta=[1, 2]), "losses must"),
    (lambda: lowest([1, 2], eta=[]), "eta must be a row"),
    (lambda: lowest([1, 2], eta=[[]]), "eta must be a row"),
    (lambda: lowest([1, 2], eta=[[0.1, 0.2]]), "eta must be a row"),
    (lambda: Trainer(3), "optimizers must be one to six methods with single numbers, such as .*, not 3"),
    (lambda: Trainer([]), "optimizers must be one to six methods"),
    (lambda: Trainer([Adam()] * 7), "optimizers must be one to six methods"),
    (lambda: Trainer(Adam(eta=[0.1, 0.2])), "optimizers must be one to six methods with single numbers"),
    (lambda: Trainer(type("Own", (Adam,), {"step": lambda *_: None})()),
     "optimizers must be methods whose rows the page can run"),
    (lambda: Trainer(hidden=129), "hidden must be a whole number from 0 to 128, not 129"),
    (lambda: Trainer(batch_size=0), "batch_size must be a whole number from 1 to 1,077, not 0"),
    (lambda: Trainer(dropout=0.9), "dropout must be"),
    (lambda: Trainer(epochs=0), "epochs must be a whole number from 1 to 50, not 0"),
    (lambda: Trainer(seed=-1), "seed must be a whole number from 0 to 30, not -1"),
    (lambda: explore("Momentum", surfaces.bowl), "optimizers"),
    (lambda: explore(Momentum, surfaces.bowl), "optimizers"),
    (lambda: explore([], surfaces.bowl), "optimizers"),
    (lambda: explore([1], surfaces.bowl), "optimizers"),
    (lambda: explore(Momentum(eta=[0.1, 0.2]), surfaces.bowl), "optimizers"),
    (lambda: explore(Momentum(), "ravine"), "surface"),
    (lambda: explore(Momentum(), surfaces.bowl, steps=5001), "steps of an explorer must be at most 5000, not 5001"),
    (lambda: explore(Momentum(), surfaces.bowl, views=()), "views must be"),
    (lambda: explore(Momentum(), surfaces.bowl, views="loss"), "views must be"),
    (lambda: explore(Adam(), surfaces.ravine, views=("contour", "map")), "Adam has none"),
    (lambda: explore(FLAT, surfaces.ravine, views=("rate",)), "declares its rate"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_the_message_says_what_was_given_and_what_is_allowed(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def test_own_equations_take_arrays_and_divide_by_zero_as_the_page_does():
    assert Optimizer.from_rows(["theta = theta - eta*grad(theta)"], eta=[0.1, 0.2]).shape == (2,)
    assert run(METHODS[1], surfaces.bowl, steps=3).end.startswith("diverged")  # by (1/0)*grad(theta)
    assert (
        np.isinf(RUN.values("1/0")).all() and np.isnan(RUN.values("(-1)^0.5")).all() and RUN.values("J(1)")[0, 0] == 1
    )


def test_the_number_of_steps_has_a_stated_bound():
    assert f"{MOST_STEPS:,}" in run.__doc__


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
def test_zero_over_zero_is_no_divergence(kind):
    """ε = 0 where the gradient is zero: the step is 0/0, and the words say so."""
    still = run(kind(eps=0), surfaces.bowl, start=(0, 0), steps=5)
    assert still.end == "0/0 at step 1: not a number" and still.end in still.describe()
    assert "diverged" not in still.describe()
    assert run(GradientDescent(eta=3), surfaces.bowl, steps=99).end.startswith("diverged at step ")
    assert run(GradientDescent(), surfaces.bowl, steps=5).end == ""
    cliff = run(GradientDescent(eta=5), Surface.from_formula("sqrt(x) + y**2/9", (0.1, 5, -2, 2), (1, 1)), steps=9)
    assert cliff.end == "not a number at step 2: the surface has no finite value or gradient where step 1 led"


# ---- a student's own formula ----


def test_absolute_values_have_their_second_derivatives():
    """|log x| below 1 is −log x, with 1/x²; |x³| at −1 has 6|x|; no part comes from the kink."""
    np.testing.assert_allclose(Surface.from_formula("abs(log(x))").hessian((0.5, 1)), [[4, 0], [0, 0]])
    np.testing.assert_allclose(Surface.from_formula("abs(x**3)").hessian((-1, 1)), [[6, 0], [0, 0]])


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "log(x*y)"])
def test_a_formula_starts_where_it_is_finite_and_says_so(text):
    surface = Surface.from_formula(text)
    assert np.isfinite(surface.value(surface.start)) and np.isfinite(surface.gradient(surface.start)).all()
    assert "it is not finite at (-4, 3)" in surface.note and f"({surface.start[0]:g}, " in surface.note
    with pytest.raises(ValueError, match="start must be where the formula"):
        Surface.from_formula(text, start=(-4, 3))
    assert Surface.from_formula("x**2").note == "" and Surface.from_formula("x**2").start == (-4, 3)


def nested(function, depth):
    return f"{function}(" * depth + "x*y" + ")" * depth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (nested("tanh", 30), "more than 20 levels of parentheses"),
        ("*".join(f"log({i}*x+y)" for i in range(1, 45)), "shorten it to 400"),
        ("((y - y)/x)**-1", "no finite real value"),
        ("sqrt(sqrt(tan(2)))", "no finite real value"),
    ],
)
def test_a_formula_is_bounded_in_time_and_answered(text, message):
    began = time.process_time()
    with pytest.raises(ValueError, match=message):
        Surface.from_formula(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text", [nested("sin", 20), "*".join(f"log({i}*x+y)" for i in range(1, 35)), "*".join(["(x+y)"] * 66)]
)
def test_the_longest_and_deepest_formulas_that_are_allowed_work(text):
    assert np.isfinite(Surface.from_formula(text).hessian((1, 1))).all()
