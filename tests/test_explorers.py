"""Every explorer of every lesson: each control is moved in Python, and what is said, drawn and handed over follows."""

import ast
import base64
import dataclasses
import functools
import gc
import html
import itertools
import pathlib
import re
import threading
import time
import types
import warnings
import weakref
from dataclasses import dataclass
from typing import ClassVar

import ipywidgets
import matplotlib.style
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optcourse import (
    NAG,
    OPTIMIZERS,
    AdaGrad,
    Adam,
    AdamW,
    Explorer,
    Goal,
    GradientDescent,
    LeastSquares,
    Momentum,
    Network,
    Optimizer,
    RMSProp,
    Slice,
    Surface,
    cosine,
    digits,
    explore,
    large_type,
    picture,
    reach,
    run,
    six_or_nine,
    surfaces,
    train,
)
from optcourse.methods.variants import variants
from optcourse.plots import figures, style
from optcourse.plots.views import LONGEST, MapView
from optcourse.site.lessons import with_what_they_hang_on
from optcourse.surfaces.catalogue import CATALOGUE
from optcourse.widgets import base, display, wire
from optcourse.widgets.config import surface_data
from optcourse.widgets.minibatch import BatchExplorer
from optcourse.widgets.sliders import slider_values
from optcourse.widgets.trainer import Trainer

NOTEBOOKS = sorted((pathlib.Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def lesson_cells():
    for path in NOTEBOOKS:
        for place, cell in enumerate(code_cells(path)):
            if "explore(" in cell.source:
                yield pytest.param((path, place), id=f"{path.stem}-{cell.id}")


@functools.cache
def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def made_by(lesson):
    """The explorer that a notebook's cell shows."""
    path, place = lesson
    sources = [cell.source for cell in code_cells(path)][: place + 1]
    *before, _ = with_what_they_hang_on(sources, {place})
    names = {}
    for each in before:
        exec(sources[each], names)
    tree = ast.parse(sources[place])
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "cell", "exec"), names)
    made = eval(compile(last, "cell", "eval"), names)
    return getattr(made, "explorer", made)  # an exercise holds its explorer


LESSONS = list(lesson_cells())


def check(explorer):
    """The runs, the words and what the page is told are what the controls say."""
    now = explorer.setting
    expected = [run(each, explorer.surface, now["start"], now["steps"]) for each in explorer.optimizers()]
    for (place, name), control in explorer.sliders.items():
        assert getattr(expected[place].optimizer, name) == control.value == now["values"][control.name]
    for mine, theirs in zip(explorer.trajectories, expected, strict=True):
        np.testing.assert_array_equal(mine.theta, theirs.theta)
    said = explorer.describe()
    assert all(trajectory.describe() in said for trajectory in expected)
    assert explorer.message == ""


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_control_of_every_lesson(lesson):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer = made_by(lesson)
        check(explorer)
        first = explorer.describe()
        few = any(explorer.kernel_runs)  # runs that the kernel computes from data take long: few steps say as much
        if few:
            explorer.set(steps=6)
        before = explorer.describe()
        for control in explorer.controls.values():
            kept, said = control.value, set()
            for value in (control.values[0], control.values[-1]):
                control.value = value
                check(explorer)
                said.add(explorer.describe())
            assert len(said) == 2, f"{control.label} changes nothing"
            control.value = kept
        assert explorer.describe() == before
        left, right, bottom, top = explorer.surface.view
        for start, steps in (([right, bottom], 0), ([left, top], 6 if few else explorer.settings.most_steps)):
            explorer.set(start=start, steps=steps)
            check(explorer)
        explorer.reset()
        assert explorer.describe() == first


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_every_surface_form_and_reset(kind):
    explorer = explore(kind(), surfaces.ravine, steps=20, views=("contour", "loss", "rate"), step=5)
    before = explorer.describe()
    for surface in CATALOGUE:
        explorer.set(surface=surface)
        assert explorer.surface is surface and f"on the {surface.name} surface" in explorer.describe()
        assert explorer.setting["start"] == list(surface.start)
        check(explorer)
    explorer.reset()
    forms = variants(kind)
    assert [each["name"] for each in explorer.config["methods"][0]] == [form.variant for form in forms]
    for place, form in enumerate(forms):
        explorer.set(variants=[place])
        assert type(explorer.trajectories[0].optimizer) is form
        assert form.title == explorer.config["methods"][0][place]["title"]
        check(explorer)
    explorer.reset()
    assert explorer.describe() == before


def test_the_page_has_all_that_it_needs():
    """Programs, pictures, formula and slots: complete before any kernel is asked again."""
    explorer = explore([Momentum(), Adam()], surfaces.ravine, views=("contour", "loss", "rate"))
    assert [each["name"] for each in explorer.surfaces] == [surface.name for surface in CATALOGUE]
    assert all(each["program"] and each["reference_values"] for each in explorer.surfaces)
    assert [panel["name"] for panel in explorer.config["panels"]] == ["contour", "loss", "rate"]
    for place, kind in enumerate((Momentum, Adam)):
        for form, declared in zip(explorer.config["methods"][place], variants(kind), strict=True):
            arrows = [arrow for row in declared.rows for arrow in row.arrows]
            assert [arrow["label"] for arrow in form["arrows"]] == [arrow.label for arrow in arrows]
            assert [(line["panel"], line["name"]) for line in form["series"]] == [(1, ""), (2, "x"), (2, "y")]
            assert [row.latex for row in declared.rows] == form["rows"]
            assert [row.caption for row in declared.rows] == form["captions"] and form["formula"] is True
            asked = [line[at] for line in form["series"] for at in "xy"] + [a["vector"] for a in form["arrows"]]
            assert max(*asked, form["theta"], form["loss"]) < len(form["expressions"])


def test_what_is_sent_is_what_the_page_declares():
    """The fields of wire.py and of wire.d.ts, name by name."""
    declared = (base.PAGE / "wire.d.ts").read_text(encoding="utf-8")
    for kind in (wire.Panel, wire.Series, wire.Arrow, wire.Variant, wire.Surface, wire.ExplorerConfig):
        body = re.search(rf"export interface {kind.__name__} [^{{]*{{(.*?)\n}}", declared, re.DOTALL)[1]
        fields = re.findall(r"^  (\w+)\??:", body, re.MULTILINE)
        assert sorted(fields) == sorted(field.name for field in dataclasses.fields(kind)), kind.__name__
    explorer, trainer = explore(Momentum(), surfaces.ravine), Trainer()
    sent_things = {
        "Control": explorer.config["controls"][0],
        "Setting": explorer.setting,
        "TrainerSetting": trainer.setting,
        "TrainerConfig": trainer.config.keys() - explorer.config.keys() | {"first"},
    }
    assert trainer.config["controls"][0].keys() == explorer.config["controls"][0].keys()
    for name, sent in sent_things.items():
        body = re.search(rf"export interface {name} .*?{{\n(.*?)\n}}", declared, re.DOTALL)[1]
        assert set(re.findall(r"^  (\w+)\??:", body, re.MULTILINE)) == set(sent), name


def test_page_and_still_picture_wear_the_same_colour():
    explorer = explore(Momentum(), surfaces.ravine, steps=20)
    look = explorer.config["methods"][0][0]["look"]
    assert look == {"colour": "method-1", "dash": style.DASHES[1], "mark": "square"}
    assert f"--oc-method-1: {style.METHODS[1]};" in base.style()
    assert explorer.picture().figure.axes[0].lines[0].get_color() == style.METHODS[1]


def test_the_still_picture_shows_the_setting():
    explorer = explore([AdaGrad(), RMSProp()], surfaces.ravine, steps=30, views=("contour", "loss", "rate"))
    explorer.set(values={"η AdaGrad": 1.0}, step=7)
    contour, loss, rate = ([line.get_xydata() for line in axes.lines] for axes in explorer.picture().figure.axes)
    first, second = explorer.trajectories
    np.testing.assert_array_equal(contour[:2], [first.theta, second.theta])
    np.testing.assert_array_equal(contour[-2:], [[first.theta[7]], [second.theta[7]]])
    drawn = [line[:, 1] for line in loss if len(line) > 1]
    np.testing.assert_allclose(
        drawn, [np.where(each.excess_loss > 1e-9, each.excess_loss, np.nan) for each in (first, second)]
    )
    drawn = [line[1:, 1] for line in rate if len(line) > 1]
    np.testing.assert_allclose(drawn, [column[1:] for each in (first, second) for column in each.effective_rate.T])


def test_our_pictures_are_drawn_under_our_settings():
    """Whatever the notebook sets, before or after: the same bits."""
    trajectory = run(Momentum(eta=0.02), surfaces.ravine, steps=20)
    ours = figures.png(picture(trajectory, step=3).figure, 72)
    for settings_ in (
        {"savefig.bbox": "tight"},
        {"text.usetex": True},
        {"font.family": "no such font"},
        {"font.size": 30},
    ):
        with matplotlib.rc_context(settings_):
            assert figures.png(picture(trajectory, step=3).figure, 72) == ours, settings_
    with matplotlib.style.context("dark_background"):
        made = picture(trajectory, step=3)
    assert figures.png(made.figure, 72) == ours
    assert matplotlib.rcParams["text.usetex"] is False


def test_arrows_of_a_step_make_the_step():
    trajectory = run(Momentum(eta=0.02), surfaces.ravine, steps=10)
    momentum, gradient, total = figures.vectors_of(trajectory, 4)
    assert [each[3] for each in (momentum, gradient, total)] == ["momentum −γv", "gradient −η∇J", "sum −v"]
    theta = trajectory.theta
    np.testing.assert_allclose(momentum[0], theta[3])
    np.testing.assert_allclose(gradient[0], momentum[1])
    np.testing.assert_allclose(gradient[1], theta[4])
    np.testing.assert_allclose(total[:2], theta[[3, 4]])


def test_after_a_divergence_the_last_finite_step_is_shown():
    trajectory = run(GradientDescent(eta=0.3), surfaces.ravine, steps=60)
    last = figures.last_finite(trajectory, 50)
    assert last == trajectory.diverged_at < 50 and np.isfinite(trajectory.theta[last]).all()
    made = picture(trajectory, step=50)
    assert "diverged at step" in made.figure.axes[0].texts[-1].get_text()


@pytest.mark.parametrize("kind", [Momentum, NAG])
def test_map_of_the_hyperparameters(kind):
    explorer = explore(kind(eta=0.02), surfaces.ravine, steps=60, views=("contour", "modes", "split", "map"))
    explorer.set(values={"η": 0.05, "γ": 0.5})
    *_, edge, here = explorer.picture().figure.axes[3].lines
    assert here.get_xydata().tolist() == [[0.05, 0.5]]
    assert f"{kind.title} (η = 0.05, γ = 0.5)" in explorer.describe() and "Map of 5400 cells" in explorer.describe()
    found, eta, gamma = MapView.measured(kind(), surfaces.ravine), 40, 30
    one = run(kind(eta=MapView.etas[eta], gamma=MapView.gammas[gamma]), surfaces.ravine, steps=LONGEST)
    assert found.steps_to_tolerance[eta, gamma] == one.first_below(1e-6)
    limit, gammas = edge.get_xydata().T
    np.testing.assert_array_equal(gammas, MapView.gammas)
    assert not (found.diverged_at >= 0)[MapView.etas[:, None] < limit * 0.97].any()


def test_modes_split_the_loss_by_eigenvalue():
    surface = Surface.from_formula("x^2 + x*y + 3*y^2", start=(2, 1))
    explorer = explore(Momentum(), surface, steps=40, views=("modes", "split"))
    modes, split = explorer.picture().figure.axes
    shares = [np.nan_to_num(line.get_ydata()) for line in split.lines if len(line.get_ydata()) > 1]
    np.testing.assert_allclose(np.sum(shares, axis=0), explorer.trajectories[0].loss, atol=1e-8)
    curvatures = np.linalg.eigvalsh(surface.hessian([0, 0]))
    assert [text.get_text() for text in modes.texts] == [f"λ = {value:.3g}" for value in curvatures]


# ---- what the kernel runs, because the rows do not say it ----


class Twice(Momentum):
    """A student's class: it moves twice as far as its inherited rows say."""

    title = "Twice"

    def step(self, theta, state, grad):
        after, state = super().step(theta, state, grad)
        return theta + 2 * (after - theta), state


@dataclass(frozen=True, eq=False)
class Renamed(Momentum):
    """New rows, and so another step."""

    rows = GradientDescent.rows


def test_a_class_that_overrides_step_runs_its_own_code():
    explorer = explore(Twice(eta=0.01), surfaces.ravine, steps=12)
    assert explorer.config["methods"][0][0]["program"] is None
    for change in ({}, {"values": {"η": 0.02}}, {"steps": 9}, {"surface": surfaces.beale}):
        explorer.set(**change)
        assert_handed_over(explorer)
    np.testing.assert_array_equal(explorer.trajectories[0].theta, run(Twice(eta=0.02), surfaces.beale, steps=9).theta)


def test_a_class_with_new_rows_runs_them():
    explorer = explore(Renamed(eta=0.01), surfaces.ravine, steps=12)
    assert explorer.config["methods"][0][0]["program"]["state"] == []
    expected = run(GradientDescent(eta=0.01), surfaces.ravine, steps=12).theta
    np.testing.assert_array_equal(explorer.trajectories[0].theta, expected)


def assert_handed_over(explorer):
    """The page gets the kernel's run: each expression at each step."""
    for trajectory, told, form in zip(explorer.trajectories, explorer.kernel_runs, variants_now(explorer), strict=True):
        assert told["steps"] == trajectory.steps and told["diverged"] == trajectory.diverged_at
        table = np.frombuffer(told["values"]).reshape(-1, trajectory.steps + 1, 2)
        assert told["expressions"][: len(form["expressions"])] == form["expressions"] and len(table) == len(
            told["expressions"]
        )
        np.testing.assert_array_equal(table[form["theta"]], trajectory.theta)
        np.testing.assert_array_equal(table[form["loss"]][:, 0], trajectory.loss)


def variants_now(explorer):
    return [
        variants[chosen]
        for variants, chosen in zip(explorer.config["methods"], explorer.setting["variants"], strict=True)
    ]


def test_the_page_knows_a_schedule():
    explorer = explore(RMSProp(eta=0.1), surfaces.ravine, steps=50, schedule=cosine(50))
    expected = run(RMSProp(eta=0.1), surfaces.ravine, steps=50, schedule=cosine(50))
    np.testing.assert_array_equal(explorer.trajectories[0].theta, expected.theta)
    assert explorer.config["methods"][0][0]["program"] and explorer.kernel_runs == []
    np.testing.assert_allclose(explorer.config["schedule"][:50], [cosine(50)(t) for t in range(1, 51)])


def test_a_method_beside_its_base_and_with_fields_of_its_own():
    from optcourse import DampedMomentum, Muon

    explorer = explore([Adam(), AdamW()], surfaces.ravine, steps=10)
    assert [type(each) for each in explorer.optimizers()] == [Adam, AdamW]
    explorer.controls["η"].value = 0.2
    assert [each.eta for each in explorer.optimizers()] == [0.2, 0.2]
    pair = explore([Momentum(), DampedMomentum()], surfaces.ravine, steps=10)
    assert [len(forms) for forms in pair.settings.variants] == [1, 1], "no form that stands beside it"
    matrix = explore(Muon(columns=2), surfaces.ravine, steps=10)
    assert matrix.optimizers()[0].columns == 2 and matrix.config["methods"][0][0]["program"]["settings"] == {
        "columns": 2
    }


# ---- a student's own formulas ----


def test_own_surface_and_its_messages():
    explorer = explore(GradientDescent(eta=0.01), surfaces.bowl, steps=30)
    explorer.set(own="x**2 + 3*y**2")
    assert explorer.message == "" and "3*y**2" in explorer.surface.formula and len(explorer.surfaces) == 8
    assert explorer.setting["own"] == "x**2 + 3*y**2", "the page makes the same of it"
    check(explorer)
    drawn, surface = explorer.describe(), explorer.surface
    for text, part in (("__import__('os')", "can't be used"), ("x +", "breaks off"), ("<b>q</b>", "can't be used")):
        explorer.set(own=text)
        assert part in explorer.message
        assert explorer.describe() == drawn and explorer.surface is surface
    explorer.set(own="x**2 + y**4")
    assert explorer.message == "" and len(explorer.surfaces) == 8
    check(explorer)
    explorer.set(own="oops")
    explorer.reset()
    assert explorer.message == "" and explorer.surface is surfaces.bowl
    explorer.set(own="x**2 + y**4")  # as before the reset
    assert "y**4" in explorer.surface.formula


ROWS = r"v_t = \gamma v_{t-1} + \alpha \nabla J(\theta_{t-1})" + "\n" + r"\theta_t = \theta_{t-1} - v_t"


def test_the_formula_can_be_edited():
    explorer = explore(Momentum(eta=0.01, gamma=0.5), surfaces.ravine, steps=30)
    explorer.set(rows=[ROWS])
    assert explorer.message == "" and explorer.setting["variants"] == [2] and "α" in explorer.controls
    explorer.controls["α"].value = 0.01
    expected = run(Momentum(eta=0.01, gamma=0.5), surfaces.ravine, steps=30)
    np.testing.assert_array_equal(explorer.trajectories[0].theta, expected.theta)
    assert explorer.setting["rows"] == [ROWS] and explorer.kernel_runs == [], "the page reads and runs them"
    drawn = explorer.describe()
    explorer.set(rows=[ROWS.replace("v_t", "w_t", 1)])
    assert "equation 1" in explorer.message and "v_{t-1}" in explorer.message
    assert explorer.describe() == drawn, "nothing is lost"
    explorer.set(rows=[ROWS.replace("-1} - v_t", "-1} - v_t v_t")])
    assert explorer.message == "" and explorer.describe() != drawn


@pytest.mark.parametrize("views", [("contour", "map"), ("contour", "rate"), ("modes", "split", "loss", "map")])
@pytest.mark.parametrize(
    "rows", ["theta = theta - 0.01*grad(theta)", "v = gamma*v + eta*grad(theta)\ntheta = theta - v"]
)
@pytest.mark.parametrize("own", ["", "x*y", "3 + 0*x", "1/x"])
def test_own_rows_and_surfaces_can_always_be_said_and_drawn(views, rows, own):
    """Whatever was typed, in whatever view: a method without η or γ, a surface without curvature."""
    explorer = explore(Momentum(), surfaces.ravine, steps=20, views=views)
    explorer.set(rows=[rows])
    explorer.set(own=own)
    assert explorer.message == ""
    assert repr(explorer) == explorer.describe() and "your own method" in explorer.describe()
    assert ("map" in views) == (
        "No map for this variant: it needs γ and a known stability limit." in explorer.describe()
    )
    explorer.picture()
    explorer._repr_mimebundle_()


def test_python_says_of_a_missing_map_what_the_page_says():
    assert f'"{MapView.NONE}"' in (base.PAGE / "explorer" / "side_panels.js").read_text("utf-8")


def test_the_kernel_hands_over_runs_of_a_reader_s_own_rows():
    """On a surface that only the kernel computes: by the expressions of the declared form, and those of the new formula."""
    network = Network(64, 4, 10)
    plane = Slice.random(network, tuple(part[:50] for part in digits().train), network.init(0))
    explorer = explore(Momentum(eta=0.5), plane, steps=8)
    declared = explorer.kernel_runs[0]
    explorer.set(rows=["w = gamma*w + alpha*grad(theta)\ntheta = theta - w"])
    own = explorer.kernel_runs[0]
    assert own["values"] != declared["values"] and ("sym", "alpha") in own["expressions"]
    table = np.frombuffer(own["values"]).reshape(len(own["expressions"]), 9, 2)
    w = table[own["expressions"].index(("sym", "w_t"))]
    np.testing.assert_array_equal(w, explorer.trajectories[0].values("w_t"))
    assert np.isfinite(w[1:]).all()
    explorer.reset()
    assert explorer.kernel_runs[0] == declared


def test_sliders_of_own_rows_come_and_go_with_them():
    explorer = explore([Momentum(), NAG(eta=0.02)], surfaces.ravine, steps=20)
    declared = list(explorer.controls)
    for typed, more in (("beta", ["β"]), ("beta_1", ["β₁"]), ("gamma", [])):
        explorer.set(rows=[f"v = {typed}*v + eta*grad(theta)\ntheta = theta - v", ""])
        assert list(explorer.controls) == [*declared, *more]
    explorer.set(rows=["v = beta*v + eta*grad(theta)\ntheta = theta - v"] * 2)
    assert list(explorer.controls) == [*declared, "β"] and explorer.sliders[0, "beta"] is explorer.sliders[1, "beta"]
    explorer.set(values={"β": 0.25})
    assert [each.beta for each in explorer.optimizers()] == [0.25, 0.25]
    explorer.set(rows=["", "v = beta*v + eta*grad(theta)\ntheta = theta - v"])
    assert [type(each).__name__ for each in explorer.optimizers()] == ["Momentum", "OwnRows"]
    explorer.reset()
    assert list(explorer.controls) == declared and explorer.setting == explorer.first_setting
    assert [len(forms) for forms in explorer.settings.variants] == [
        len(forms) for forms in explorer.settings.declared_variants
    ]


def test_what_was_typed_before_is_freed():
    explorer = explore(Momentum(), surfaces.ravine, steps=5)
    seen = weakref.WeakSet()
    for number in range(20):
        explorer.set(rows=[f"v = gamma*v + {number + 1}*eta*grad(theta)\ntheta = theta - v"])
        explorer.describe()
        seen.add(type(explorer.optimizers()[0]))
    gc.collect()
    assert len(seen) <= 2, "every typed method stays alive"


def test_a_schedule_needs_an_eta():
    words = "schedule multiplies η, which your own method does not have: use eta in a row, or leave the schedule out"
    rows = ["theta = theta - 0.1*grad(theta)"]
    own = Optimizer.from_rows(rows)
    for call in (
        lambda: run(own, surfaces.ravine, schedule=cosine(20)),
        lambda: explore(own, surfaces.ravine, schedule=cosine(20)),
        lambda: next(train(LeastSquares(), own, six_or_nine(), np.zeros(2), 4, schedule=cosine(20))),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            call()
    explorer = explore(Momentum(), surfaces.ravine, schedule=cosine(20), steps=20)
    drawn = explorer.describe()
    explorer.set(rows=rows)
    assert explorer.message == words and explorer.describe() == drawn, "the last good method stays"
    assert f'"{words}"' in (base.PAGE / "compute" / "user_input.js").read_text("utf-8"), "the page says the same"


def test_what_the_page_has_read_is_not_sent_back():
    """The page writes text, form, start and values at once; Python makes the same, and changes nothing in the setting."""
    explorer = explore(Momentum(eta=0.01, gamma=0.5), surfaces.ravine, steps=30)
    typed = {"own": "x^2 + 3y^2", "surface": 8, "start": [1.0, 2.0], "rows": [ROWS], "variants": [2]}
    written = {**explorer.setting, **typed, "values": {"η": 0.01, "γ": 0.5, "α": 0.02}}
    explorer.set_state({"setting": written})
    assert explorer.setting == written and explorer.message == ""
    method, surface = explorer.optimizers()[0], explorer.surface
    assert method.alpha == 0.02 and surface.value([1, 1]) == 4 and explorer.trajectories[0].theta[0].tolist() == [1, 2]


def test_a_student_s_formula_never_becomes_markup():
    for row in (r"\theta_t = \theta_{t-1} - v_{<img src=x>}", r"\theta_t = <script>", r"<b>_t = 1", r"v_{'><b>} = 1"):
        with pytest.raises(ValueError, match=r"equation 1: .*character"):
            Optimizer.from_rows([row])


# ---- bad input, from Python and from the page ----


def test_a_refused_value_names_what_is_allowed():
    explorer = explore(Momentum(), surfaces.bowl, steps=10)
    drawn = explorer.describe()
    with pytest.raises(ValueError, match=r"γ must be a number in \[0, 1\), not 1.5"):
        explorer.sliders[0, "gamma"].value = 1.5
    with pytest.raises(ValueError, match="there is no slider 'κ': there are η, γ"):
        explorer.set(values={"κ": 1})
    with pytest.raises(ValueError, match="start"):
        explorer.set(start=[1, float("nan")])
    for change, message in (
        ({"speed": 3}, "there is no control 'speed': there are values, surface"),
        ({"variants": [7]}, r"variants must be a list with a variant for each method, below \[2\], not \[7\]"),
        ({"step": 10**6}, "step must be a whole number from 0 to 300, not 1000000"),
        ({"surface": 99}, "surface must be one of bowl, ravine, .*, not 99"),
    ):
        with pytest.raises(ValueError, match=message):
            explorer.set(**change)
    for rows, error in (([3], TypeError), ("theta = 1", TypeError), ([], ValueError), (["", ""], ValueError)):
        with pytest.raises(error, match="rows must be a list of 1 texts"):
            explorer.set(rows=rows)
    with pytest.raises(ValueError, match="steps must be a whole number from 0 to 300, not 1000"):
        explorer.set(steps=1000)
    assert explorer.describe() == drawn
    explorer.set(rows=["v = gamma*v + alpha*grad(theta)\ntheta = theta - v"])
    explorer.set(values={"α": 7.77})
    assert explorer.controls["α"].value == 7.77
    with pytest.raises(TypeError, match="α must be a finite number, not 'much'"):
        explorer.set(values={"α": "much"})
    batches = BatchExplorer(GradientDescent(eta=0.1))
    with pytest.raises(ValueError, match="batch size must be one of the values on its slider, not 3"):
        batches.set(values={"batch size": 3})


@pytest.mark.parametrize(
    "broken",
    [
        {"values": {"η": 10**400, "γ": float("inf")}, "start": [10**400, 1], "step": 10**400},
        {"steps": True, "surface": True, "step": True, "variants": [True]},
        {"values": {"η": float("nan"), "γ": "0.5", "x": 1}},
        {"values": {"γ": 1.0}},
        {"values": None, "start": [1, float("inf")]},
        {"start": "here", "steps": -3, "step": 1e9, "surface": 99, "variants": [7]},
        {"steps": 2.5, "variants": None, "surface": "bowl", "own": 3, "rows": 5},
        {"rows": [3, 4], "start": [None, 2]},
    ],
)
def test_a_malformed_setting_from_the_page_is_ignored(broken):
    explorer = explore(Momentum(), surfaces.ravine, steps=10)
    drawn = explorer.describe()
    explorer.set_state({"setting": {**explorer.setting, **broken}})
    assert explorer.describe() == drawn
    for message in ({"kind": "other"}, [], "text", None, {"kind": ["ready"]}):
        explorer._handle_custom_msg(message, [])
    explorer.controls["η"].value = 0.05
    assert "η = 0.05" in explorer.describe()


def test_the_page_writes_the_setting_and_nothing_else():
    explorer = explore(Momentum(), surfaces.ravine, steps=10)
    kept = explorer.config, explorer.surfaces, explorer.setting
    for state in ({"setting": 3}, {"setting": None}, {"setting": []}, {"config": {}, "surfaces": []}, {"layout": "x"}):
        explorer.set_state(state)
    assert kept == (explorer.config, explorer.surfaces, explorer.setting)


SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 400),
    st.sampled_from([10**400, -(10**30), float("nan"), float("inf"), 1e308, 2.5, -1.0]),
    st.text(max_size=4),
)
JSON = st.one_of(
    SCALAR,
    st.lists(SCALAR, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["η", "γ", "x"]), SCALAR, max_size=3),
    st.lists(st.lists(SCALAR, max_size=2), max_size=2),
)
KEYS = st.sampled_from(["values", "surface", "start", "steps", "variants", "step", "own", "rows"])
fuzzed = functools.cache(
    lambda: (explore(Momentum(), surfaces.ravine, steps=10), explore([Twice(), Adam()], surfaces.bowl, steps=10))
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=3))
def test_no_setting_from_the_page_is_an_error(changes):
    for explorer in fuzzed():
        for setting in ({**explorer.setting, **changes}, changes):
            explorer.set_state({"setting": setting})
            assert "steps" in explorer.describe() and len(explorer.optimizers()) == len(explorer.methods)
        explorer.reset()


def test_an_explorer_shows_as_many_steps_as_it_is_given():
    assert explore(Momentum(), surfaces.bowl, steps=400).settings.most_steps == 400


# ---- sliders ----


def test_shared_and_own_sliders():
    explorer = explore([Momentum(eta=0.01), Adam(eta=0.3)], surfaces.ravine)
    assert list(explorer.controls) == ["η Momentum", "γ", "η Adam", "β₁", "β₂", "ε"]
    explorer = explore([Momentum(eta=0.01), Adam(eta=0.01)], surfaces.ravine)
    assert explorer.sliders[0, "eta"] is explorer.sliders[1, "eta"]


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_slider_values(kind):
    for item in kind.hypers():
        values = slider_values(item, item.default)
        assert values == sorted(set(values)) and item.default in values and len(values) >= 20
        assert all(item.domain.contains(np.array(value)) for value in values)
        assert all(value in (0, item.default) or item.low <= value <= item.high for value in values)
        assert 0.123456 in slider_values(item, 0.123456)


# ---- the kernel's part: one owner, nothing that stays ----


def test_two_threads_do_not_overlap(monkeypatch):
    """JupyterLab delivers messages in a thread next to the notebook's: both move an explorer at once, and it holds."""
    explorer = explore(Twice(), surfaces.ravine, steps=40)
    inside, overlaps, errors = [], [], []

    def watched(function):
        def call(*arguments):
            overlaps.extend(each for each in inside if each != threading.get_ident())
            inside.append(threading.get_ident())
            time.sleep(1e-4)  # whoever is outside a lock comes in now
            try:
                return function(*arguments)
            finally:
                inside.pop()

        return call

    explorer.simulate = watched(explorer.simulate)
    monkeypatch.setattr(ipywidgets.Widget, "set_state", watched(ipywidgets.Widget.set_state))
    monkeypatch.setattr(ipywidgets.Widget, "notify_change", watched(ipywidgets.Widget.notify_change))

    def by_page(value):
        explorer.set_state({"setting": {**explorer.setting, "values": {"η": value, "γ": 0.5}}})

    def by_hand(value):
        explorer.controls["η"].value = value

    def move(how, values):
        try:
            for value in values:
                how(value)
                explorer.describe()
            explorer.reset()
        except Exception as error:  # a thread's exception would be lost
            errors.append(error)

    values = explorer.controls["η"].values[:25]
    parts = ((by_page, values), (by_page, values[::-1]), (by_hand, values))
    threads = [threading.Thread(target=move, args=part) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and not overlaps
    assert_handed_over(explorer)


@pytest.fixture
def cell(monkeypatch):
    """Makes the cell of a notebook: call it with a name, and all that follows is one execution of that cell."""
    parents = itertools.count()

    class Shell:
        parent: ClassVar[dict] = {}

        def get_parent(self):
            return self.parent

    shell = Shell()
    monkeypatch.setattr(display, "get_ipython", lambda: shell)
    monkeypatch.setattr(display, "display", lambda *arguments, **options: None)
    monkeypatch.setattr(figures, "bundle", lambda figure, words, dpi: {"text/html": ""})
    monkeypatch.setattr(Explorer, "picture", lambda self: types.SimpleNamespace(figure=None))  # not what is tested here
    monkeypatch.setattr(display, "_shown", {})
    monkeypatch.setattr(display, "_made", {})

    def run(name):
        shell.parent = {"metadata": {"cellId": name}, "header": {"msg_id": str(next(parents))}}

    return run


def test_a_cell_that_is_run_again_frees_what_it_replaces(cell):
    made = []
    for _ in range(3):
        cell("one")
        plain, other = explore(Momentum(), surfaces.ravine, steps=10), explore(Adam(), surfaces.ravine, steps=10)
        goal = Goal("It comes near.", explore(NAG(), surfaces.ravine, steps=10), reach(1e-3, 5))
        for each in (plain, other):
            each._ipython_display_()
        goal._repr_mimebundle_()
        made.append((plain, other, goal, goal.explorer, *goal.children))  # kept, as the notebook's Out does
    assert all(each.comm is None for again in made[:-1] for each in again), "replaced, and still open"
    assert all(each.comm is not None for each in made[-1])


def test_what_is_still_in_use_is_not_freed(cell):
    """Made in one cell and shown in others: a cell that shows it again does not close it."""
    cell("make")
    first = explore(Momentum(), surfaces.ravine, steps=10)
    for name in ("show", "show too", "show"):
        cell(name)
        first._ipython_display_()
        assert first.comm is not None
    cell("goal")
    Goal("It comes near.", first, reach(1e-3, 5))._repr_mimebundle_()
    cell("goal")
    Goal("It comes near.", first, reach(1e-3, 5))._repr_mimebundle_()
    assert first.comm is not None and first.layout.comm is not None

    cell("make")
    second = explore(Momentum(), surfaces.ravine, steps=10)
    cell("show")
    second._ipython_display_()
    assert first.comm is not None, "another cell shows it"
    cell("show too")
    second._ipython_display_()
    assert first.comm is None and second.comm is not None


# ---- the saved output, and large type ----


def test_saved_output(monkeypatch):
    """The widget at once; behind it a picture and its numbers."""
    outputs = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: outputs.append(bundle))
    explorer = explore(Momentum(), surfaces.ravine, steps=30)
    explorer._ipython_display_()
    live, still = outputs
    assert live["text/plain"] == explorer.summary == "Explorer: Momentum (η = 0.01, γ = 0.9) on the ravine surface."
    assert "application/vnd.jupyter.widget-view+json" in live and isinstance(explorer, Explorer)
    alt, data, words = re.fullmatch(
        r'<figure class="oc-still"><img alt="(.*?)" .*src="data:image/png;base64,(.*)"><figcaption .*?>(.*)</figcaption></figure>',
        still["text/html"],
        re.DOTALL,
    ).groups()
    assert alt == explorer.summary and base64.b64decode(data).startswith(b"\x89PNG")
    assert html.unescape(words) == still["text/plain"] == explorer.describe()
    assert still["image/png"] == data, "what LaTeX takes"


@pytest.mark.parametrize("make", [lambda: explore(Momentum(), surfaces.ravine), Trainer], ids=["explorer", "trainer"])
def test_who_interrupts_the_still_picture_keeps_the_widget(monkeypatch, make):
    outputs = []
    monkeypatch.setattr(display, "display", lambda bundle, raw: outputs.append(bundle))

    def interrupted(self):
        raise KeyboardInterrupt

    made = make()
    monkeypatch.setattr(type(made), "describe", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made._ipython_display_()
    (live,) = outputs
    assert "application/vnd.jupyter.widget-view+json" in live and made.comm is not None


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore([AdaGrad(), RMSProp()], surfaces.ravine),
        lambda: explore(Twice(), surfaces.ravine),  # the kernel runs it
        lambda: BatchExplorer(GradientDescent(eta=0.1)),
        Trainer,
    ],
    ids=["explorer", "run by the kernel", "batches", "trainer"],
)
def test_the_message_that_opens_a_widget_says_all(monkeypatch, make):
    """A second client of a notebook may get no other: with jupyter-collaboration it saw a dead, blank explorer."""
    told = []
    monkeypatch.setattr(ipywidgets.Widget, "_comm_default", lambda self: told.append(self.get_state()), raising=False)
    sent = ipywidgets.Widget.send_state
    monkeypatch.setattr(ipywidgets.Widget, "send_state", lambda self, key=None: told.append(key) or sent(self, key))
    opened = []
    begin = ipywidgets.Widget.open

    def watched(self):
        if isinstance(self, base.LiveWidget):
            opened.append(
                {name: self.get_state()[name] for name in ("config", "surfaces", "setting", "kernel_runs", "script")}
            )
            told.clear()
        begin(self)

    monkeypatch.setattr(ipywidgets.Widget, "open", watched)
    made = make()
    (state,) = opened
    assert state == {name: made.get_state()[name] for name in state}
    assert state["config"]["methods"] and state["setting"] and state["script"]
    assert not [key for key in told if isinstance(key, (str, set)) and key], "something follows"


def test_the_script_is_sent_once_for_all_explorers():
    one, two = explore(Momentum(), surfaces.ravine), Trainer()
    assert one.script == two.script == base.Script.shared().model_id and one.checksum == two.checksum
    assert base.Script.shared().code == base.script()
    assert len(repr(one.get_state())) < 90_000, "what each explorer carries"
    answers = []
    one.send = answers.append
    for kind in ("ready", "script", "other"):
        one._handle_custom_msg({"kind": kind}, [])
    assert [each["kind"] for each in answers] == ["here", "script"] and answers[1]["code"] == base.script()


def test_large_type(capsys):
    try:
        large_type(1.5)
        assert capsys.readouterr().out == "Text is now 1.5× its usual size.\n"
        assert explore(Momentum(), surfaces.bowl, steps=5).config["size"] == 1.5
    finally:
        large_type(1)
    assert explore(Momentum(), surfaces.bowl, steps=5).config["size"] == 1


def test_a_goal_keeps_the_sliders_that_it_names():
    goal = Goal("ε alone.", explore(RMSProp(eta=0.1), surfaces.bowl, steps=300), reach(1e-6, 300), keep=("η", "γ"))
    goal.explorer.set(values={"η": 0.022})
    assert goal.judge() == (False, "You changed η, which this goal keeps fixed. Press reset and move only ε.")
    goal.explorer.reset()
    met = []
    for value in goal.explorer.controls["ε"].values:
        goal.explorer.set(values={"ε": value})
        met.append(goal.judge()[0])
    assert any(met) and not all(met)
    with pytest.raises(ValueError, match="keep must be names of sliders: η, γ, ε"):
        Goal("", explore(RMSProp(), surfaces.bowl), reach(1e-6, 10), keep=("β₁",))


def test_a_surface_on_a_grid_has_as_many_values_as_it_says():
    """The page reads row by row: with another shape it would draw stripes."""
    inputs, labels = np.eye(4)[:, :3], np.array([0, 1, 0, 1])
    surface = Slice(Network(3, 2), (inputs, labels), np.zeros(8), np.eye(8)[:2])
    sent = surface_data(surface)
    columns, rows = sent["shape"]
    values = np.frombuffer(sent["grid"], "<f4")
    assert values.size == columns * rows > 1000
    left, right, bottom, top = surface.view
    np.testing.assert_allclose(values[[0, -1]], surface.value([[left, bottom], [right, top]]), rtol=1e-5)
