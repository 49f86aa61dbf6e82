"""The page's own arithmetic against NumPy: the shipped JavaScript, run in Chromium, on the shipped programs."""

import json
import pathlib

import numpy as np
import pytest
from browser import fresh_page
from numpy.typing import NDArray

from optcourse import BEYOND, OPTIMIZERS, VARIANTS, AdaGrad, GradientDescent, Optimizer, Surface, run, surfaces
from optcourse.surfaces.catalogue import CATALOGUE
from optcourse.trajectory import Trajectory
from optcourse.widgets.base import script
from optcourse.widgets.explorer import parts
from optcourse.widgets.program import Expressions, method_program, surface_program
from optcourse.widgets.sliders import slider_values

HERE = pathlib.Path(__file__).parent
STEPS, DRAWS, CLOSE = 200, 2, 1e-12
OWN_SURFACES = [
    Surface.from_formula(text)
    for text in (
        "x^2 + 3*y^2 + sin(3*x)",
        "abs(x) + y^2",
        "log(1 + x^2) + sqrt(1 + y^2)",
        "cosh(x/2) + atan(y)^2 + tanh(x*y)",
        "exp(-x^2) + cos(y)*x/5 + y^2/4 + pi*x",
    )
]
OWN_METHOD = type(
    Optimizer.from_rows(
        [
            r"g_t = \nabla J(\theta_{t-1})",
            r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t",
            r"u_t = \max(\beta_2 u_{t-1}, \operatorname{sum}(g_t^2))",
            r"\theta_t = \theta_{t-1} - \frac{\eta}{\sqrt{u_t} + \epsilon} \frac{m_t}{1 - \beta_1^t}",
        ]
    )
)
METHODS = [*OPTIMIZERS, *VARIANTS, *BEYOND, OWN_METHOD]
SURFACES = [*CATALOGUE, *OWN_SURFACES]
COMPUTE = """(text) => {  // text in, text out: Playwright's own way through lists of numbers takes twenty seconds
  const { methods, surfaces, cases } = JSON.parse(text);
  const made = methods.map(page.methodOf), grounds = surfaces.map((s) => ({ ...page.surfaceOf(s.program), reference_values: s.reference_values }));
  const plain = (v) => (typeof v === "number" ? [v, v] : v).map((each) => (Number.isFinite(each) ? each : null));
  return JSON.stringify(cases.map(([m, s, hypers, start, steps, asked]) => {
    const run = made[m](grounds[s], hypers, start, steps);
    return { diverged: run.diverged, end: run.end, values: asked.map(([e, at]) => at.map((k) => plain(run.at(e, k)))) };
  }));
}"""


LOAD = """async (source) => {
  window.page = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
}"""


@pytest.fixture(scope="module")
def page(browser):
    """A page that has loaded the shipped module."""
    with fresh_page(browser) as page:
        page.evaluate(LOAD, script(HERE / "js" / "answers.js") + "\nexport { methodOf, surfaceOf };")
        yield page


def program_of(kind):
    """A method's program with all that views and formula ask of it: θ, J, the rate, and each slot of the formula."""
    expressions = Expressions()
    asked = [r"\theta", r"J(\theta)", *([kind.rate] if kind.rate else []), r"\lambda_1 d_2 (\theta - \theta_{\min})"]
    asked += [arrow.vector for row in kind.rows for arrow in row.arrows]
    for each in [*asked, *(part for part in parts(kind))]:
        expressions.index(each)
    made = method_program(kind())
    hypers = {item.key: item.name for item in kind.hypers()}
    return {**made, "expressions": list(expressions.trees), "hypers": hypers}


def ground_of(surface):
    reference_values = [
        {name: np.asarray(value).tolist() for name, value in surface.reference_values_at(minimum).items()}
        for minimum in surface.minima
    ]
    return {"program": surface_program(surface), "reference_values": reference_values}


def computed(page, methods, surfaces, cases):
    """What the page says of these cases."""
    text = json.dumps({"methods": methods, "surfaces": surfaces, "cases": cases}, allow_nan=False)
    return json.loads(page.evaluate(COMPUTE, text))


def gap(mine: NDArray, theirs: NDArray) -> float:
    """The largest difference, against the run's size so far, of what is finite in both."""
    with np.errstate(all="ignore"):
        both = np.isfinite(mine) & np.isfinite(theirs)
        size = np.maximum.accumulate(np.nanmax(np.where(np.isfinite(mine), abs(mine), 0), axis=1))[:, None]
        return float(np.max(np.where(both, abs(mine - theirs) / np.maximum(size, 1e-9), 0), initial=0))


def draws():
    """Random settings: (method, surface, hyperparameters, start), each hyperparameter from its own slider."""
    rng = np.random.default_rng(5)
    for m, kind in enumerate(METHODS):
        for s, surface in enumerate(SURFACES):
            left, right, bottom, top = surface.view
            for _ in range(DRAWS):
                hypers = {item.name: float(rng.choice(slider_values(item, item.default))) for item in kind.hypers()}
                yield m, s, hypers, [float(rng.uniform(left, right)), float(rng.uniform(bottom, top))]


ULP = 1 + 2.0**-52


class Rounded(Surface):
    """A surface whose gradient is taken up to six ulps next to the point that is asked for (in a batch: for its last run), drawn
    again at every call. A sine is not the same to the last bit on every processor, nor in the page and in NumPy; where terms
    cancel, at a minimum, such a bit is all that is left, and a step that is too long there makes a path of it."""

    def __init__(self, surface: Surface, batch: bool):
        self.__dict__.update(surface.__dict__)
        self.rng, self.first = np.random.default_rng(0), -1 if batch else 0

    def gradient(self, theta):
        ulps = np.zeros(np.shape(theta))
        ulps[..., self.first :, :] = self.rng.integers(-6, 7, ulps[..., self.first :, :].shape)
        return super().gradient(theta * (1 + ulps * 2.0**-52))


def runs_of(kind, hypers, surface, start, steps=STEPS):
    """The run by NumPy, and the same with other last bits, at the start, in a hyperparameter (1 − β₂ᵗ has few digits when β₂ is
    nearly 1, and a power is not the same to the last bit everywhere) or at each step: what they do not share is chaos, not
    compared. All four as one batch, and as runs of their own again."""
    many = {name: value * np.array([1, 1, ULP, 1]) for name, value in hypers.items()}
    starts = start * np.array([[1], [ULP], [1], [1]])
    batch = run(kind(**many), Rounded(surface, batch=True), starts, steps)
    for at, ground in enumerate([surface, surface, surface, Rounded(surface, batch=False)]):
        state = {name: value[:, at] if value.ndim > 1 else value for name, value in batch.state.items()}
        diverged = None if batch.diverged_at[at] < 0 else int(batch.diverged_at[at])
        method = kind(**{name: float(value[at]) for name, value in many.items()})
        yield Trajectory(
            method, ground, batch.theta[:, at], batch.loss[:, at], batch.grad[:, at], state, diverged, None
        )


def steady(trajectory, nudged, tree, steps) -> bool:
    """Whether NumPy agrees with itself on a quantity."""
    return all(gap(trajectory.values(tree)[steps], each.values(tree)[steps]) <= CLOSE / 4 for each in nudged)


def test_the_page_computes_what_numpy_computes(page):
    """θ and J at every step, the rate, every vector and every slot of the formula at some: equal within 1e-12."""
    programs, grounds = [program_of(kind) for kind in METHODS], [ground_of(surface) for surface in SURFACES]
    cases, mine, rng = [], [], np.random.default_rng(1)
    for m, s, hypers, start in draws():
        kind, surface = METHODS[m], SURFACES[s]
        trajectory, *nudged = runs_of(kind, hypers, surface, start)
        whole = slice(0, STEPS + 1 if trajectory.diverged_at is None else trajectory.diverged_at)
        same = all(each.diverged_at == trajectory.diverged_at for each in nudged)
        stable = same and steady(trajectory, nudged, ("sym", "theta"), whole)
        if not stable:  # a run of ten steps: the minimum that it goes to is another one
            trajectory, *nudged = runs_of(kind, hypers, surface, start, 10)
        end = (STEPS + 1 if stable else 11) if trajectory.diverged_at is None else trajectory.diverged_at
        end = end if stable else min(end, 11)
        some = sorted({0, 1, 2, end - 1, *rng.integers(0, end, 4).tolist()} & set(range(end)))
        asked = [[e, [*range(end)] if e < 2 else some] for e in range(len(programs[m]["expressions"]))]
        symbols = {item.key: hypers[item.name] for item in kind.hypers()}
        cases.append([m, s, symbols, start, STEPS if stable else 10, asked])
        mine.append((trajectory, nudged, stable))
    found = computed(page, programs, grounds, cases)
    worst, compared, chaotic = 0.0, 0, 0
    for case, (trajectory, nudged, stable), theirs in zip(cases, mine, found, strict=True):
        kind, surface = METHODS[case[0]], SURFACES[case[1]]
        if stable:
            assert theirs["diverged"] == trajectory.diverged_at, (kind.title, surface.name, case[2:4])
            assert theirs["end"] == trajectory.end
        trees = programs[case[0]]["expressions"]
        for tree, (_, steps), values in zip(trees, case[5], theirs["values"], strict=True):
            expected = trajectory.values(tree)[steps]
            given = np.array([[np.nan if each is None else each for each in pair] for pair in values], dtype=float)
            if not steady(trajectory, nudged, tree, steps):
                chaotic += 1
                continue
            compared += 1
            difference = gap(expected, given)
            assert difference <= CLOSE, (kind.title, surface.name, case[2:4], tree, stable, difference)
            worst = max(worst, difference)
    count = sum(stable for *_, stable in mine)
    print(f"\n{len(cases)} runs, {count} of them stable over {STEPS} steps; largest gap {worst:.1e}")
    print(f"{compared} quantities compared, {chaotic} left out, on which NumPy disagrees with itself")
    assert count > 0.4 * len(cases) and compared > 20 * chaotic, "the comparison says too little"


def test_a_run_that_ends_early_says_how_in_the_page_as_in_python(page):
    """ε = 0 at a zero gradient is no divergence, nor is a surface that has no value there."""
    root = Surface.from_formula("sqrt(x) + y**2", (0, 4, -2, 2), (1, 1))
    runs = [
        (AdaGrad, surfaces.bowl, {"eta": 0.1, "eps": 0.0}, [0.0, 1.0]),
        (GradientDescent, surfaces.ravine, {"eta": 1.0}, [-4.0, 1.0]),
        (GradientDescent, root, {"eta": 0.9}, [0.2, 1.0]),
        (GradientDescent, surfaces.bowl, {"eta": 0.1}, [1.0, 1.0]),
    ]
    kinds, grounds = [AdaGrad, GradientDescent], [surfaces.bowl, surfaces.ravine, root]
    cases = [
        [
            kinds.index(kind),
            grounds.index(ground),
            {item.key: hypers[item.name] for item in kind.hypers()},
            start,
            20,
            [],
        ]
        for kind, ground, hypers, start in runs
    ]
    made = computed(page, [program_of(kind) for kind in kinds], [ground_of(each) for each in grounds], cases)
    found = [each["end"] for each in made]
    assert found == [run(kind(**hypers), ground, start, 20).end for kind, ground, hypers, start in runs]
    assert ["0/0" in found[0], "diverged" in found[1], "no finite value" in found[2], found[3]] == [
        True,
        True,
        True,
        "",
    ]
