"""Every explorer of every lesson: each control is moved, and the figure's data must follow."""

import ast
import asyncio
import base64
import contextlib
import functools
import pathlib
import warnings

import matplotlib
import nbformat
import numpy as np
import pytest

from optcourse import NAG, OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, explore, picture, run, surfaces
from optcourse.explorers import OWN, large_type, slider_values
from optcourse.live import Recorder
from optcourse.optimizers import conventions
from optcourse.plots import ContourView, LossView, RateView

NOTEBOOKS = sorted((pathlib.Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def lesson_cells():
    for path in NOTEBOOKS:
        for place, cell in enumerate(code_cells(path)):
            if "explore(" in cell.source:
                yield pytest.param((path, place), id=f"{path.stem}-{cell.id}")


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@functools.cache
def names_before(path, place):
    """What a notebook has defined before a cell; cells with widgets or long runs are left out."""
    if place == 0:
        return {}
    names = dict(names_before(path, place - 1))
    source = code_cells(path)[place - 1].source
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    slow = any(
        word in source for word in ("explore(", "Explorer(", "Trainer(", "compare(", "timeit", "perf_counter", "fit(")
    )
    with contextlib.suppress(NameError):  # a cell that uses the result of a long run
        exec("\n".join(map(ast.unparse, imports)) if slow else source, names)
    if "tuned =" in source:
        exec(source.splitlines()[0], names)
    return names


def made_by(lesson):
    """The explorer that a notebook's cell shows."""
    path, place = lesson
    names = dict(names_before(path, place))
    tree = ast.parse(code_cells(path)[place].source)
    last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "cell", "exec"), names)
    made = eval(compile(last, "cell", "eval"), names)
    return getattr(made, "explorer", made)  # an exercise holds its explorer


LESSONS = list(lesson_cells())


def controls(explorer):
    return [*dict.fromkeys(explorer.sliders.values()), explorer.start_x, explorer.start_y, explorer.steps]


def check_picture(explorer):
    """What is drawn, sent and said is what the controls say."""
    start, steps = (explorer.start_x.value, explorer.start_y.value), explorer.steps.value
    expected = [run(optimizer, explorer.surface, start, steps) for optimizer in explorer.optimizers()]
    for (place, name), control in explorer.sliders.items():
        assert getattr(expected[place].optimizer, name) == control.value
    for view in explorer.picture.views:
        if isinstance(view, ContourView):
            for line, trajectory in zip(view.paths, expected, strict=True):
                np.testing.assert_array_equal(np.column_stack(line.get_data()), trajectory.theta)
            diverged = [each.diverged_at for each in expected if each.diverged_at is not None]
            assert view.message.get_text().count("diverged at step") == len(diverged)
        elif isinstance(view, LossView):
            for line, trajectory in zip(view.lines, expected, strict=True):
                np.testing.assert_allclose(line.get_ydata(), np.maximum(trajectory.excess, 1e-9))
        elif isinstance(view, RateView):
            rates = [rate for trajectory in expected for rate in trajectory.effective_rate.T]
            for line, rate in zip(view.lines, rates, strict=True):
                np.testing.assert_allclose(line.get_ydata()[1:], rate[1:])
    assert all(trajectory.describe() in explorer.describe() for trajectory in expected)
    assert explorer.live.description == explorer.describe()
    check_message(explorer, expected)


def check_message(explorer, expected):
    """The browser gets the path's vertices, a block for each moving line, and the formula's numbers."""
    content, buffers = explorer.live.frame()
    vertices = np.frombuffer(buffers[0], np.float32).reshape(-1, 2)
    recorder = Recorder(explorer.picture.figure)
    explorer.picture.views[0].paths[0].draw(recorder)
    one = recorder.vertices[0]
    assert any(np.array_equal(vertices[i : i + len(one)], one) for i in range(len(vertices) - len(one) + 1))
    assert content["steps"] == explorer.steps.value
    moving = [command["moving"] for command in content["commands"] if "moving" in command]
    assert sorted(moving) == list(range(len(explorer.live.stepped)))
    all_steps, (blocks, numbers) = explorer.live.steps()
    rows = content["steps"] + 1
    assert len(blocks) == 8 * rows * sum(all_steps["each"]) and all_steps["frame"] == content["frame"]
    slots = np.frombuffer(numbers, np.float32).reshape(rows, all_steps["slots"])
    np.testing.assert_array_equal(np.frombuffer(buffers[2], np.float32), slots[explorer.live.step])
    last = [trajectory.theta[-1] for trajectory in expected]
    if all_steps["slots"] and explorer.steps.value:
        values = slots[-1][np.isfinite(slots[-1])]
        for theta in last[: len(explorer._slot_counts)]:
            for coordinate in theta[np.isfinite(theta)]:
                assert np.isclose(values, coordinate, rtol=1e-5, atol=1e-6).any()


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_control_of_every_lesson(lesson):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer = made_by(lesson)
        check_picture(explorer)
        before = explorer.describe()
        for control in controls(explorer):
            told = explorer.describe()
            kept = control.value
            values = (
                [value for _, value in control.options] if hasattr(control, "options") else [control.min, control.max]
            )
            for value in (values[0], values[-1]):
                control.value = value
                check_picture(explorer)
            control.value = values[-1] if kept != values[-1] else values[0]
            assert explorer.describe() != told, f"{control.description} changes nothing"
            control.value = kept
        assert explorer.describe() == before


@pytest.mark.parametrize("lesson", [each for each in LESSONS if "exercise" not in each.id])
def test_every_surface_and_reset(lesson):
    explorer = made_by(lesson)
    before = explorer.describe()
    for name, surface in explorer.chooser.options[:-1]:
        explorer.chooser.value = surface
        assert explorer.surface is surface and f"on the {name} surface" in explorer.describe()
        assert np.allclose([explorer.start_x.value, explorer.start_y.value], surface.start)
        check_picture(explorer)
    controls(explorer)[0].index = 0
    explorer.live.step = 3
    explorer.reset.click()
    assert explorer.describe() == before
    check_picture(explorer)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_an_explorer_for_each_optimizer(kind):
    explorer = explore(kind(), surfaces.ravine, steps=20)
    assert {control.description for control in explorer.sliders.values()} == {item.letter for item in kind.hypers()}
    assert all(row.caption in explorer.live.formula for row in kind.rows)
    assert explorer.live.formula.count("data-slot") == explorer.live.slots.shape[1] > 0
    declared = [arrow for row in kind.rows for arrow in row.arrows]
    assert declared and len(explorer.picture.views[0].arrows) == len(declared)
    check_picture(explorer)


def test_slots_are_the_numbers_of_the_step():
    explorer = explore(Momentum(eta=0.02, gamma=0.5), surfaces.ravine, steps=10)
    trajectory = explorer.trajectories[0]
    t = 4
    for axis in (0, 1):
        v = trajectory.state["v"][:, axis]
        gradient = trajectory.grad[t - 1, axis]
        row = explorer.live.slots[t][5 * axis : 5 * axis + 5]  # γ, v, η, ∇J and the result
        np.testing.assert_allclose(row, [0.5, v[t - 1], 0.02, gradient, v[t]])
    assert np.isnan(explorer.live.slots[0]).all()


def test_arrows_of_a_step_make_the_step():
    explorer = explore(Momentum(eta=0.02), surfaces.ravine, steps=10, step=4)
    momentum, gradient, total = (line.get_xydata() for _, _, line in explorer.picture.views[0].arrows)
    theta = explorer.trajectories[0].theta
    np.testing.assert_allclose(momentum[0], theta[3])
    np.testing.assert_allclose(gradient[0], momentum[1])
    np.testing.assert_allclose(gradient[1], theta[4])
    np.testing.assert_allclose(total[[0, 1]], theta[[3, 4]])


def dragged(explorer, axes, x, y):
    """What the browser sends while a pointer drags over data coordinates (x, y) of these Axes."""
    pixel = axes.transData.transform((x, y))
    place = explorer.live.figure.axes.index(axes)
    message = {"kind": "pointer", "x": float(pixel[0]), "y": float(pixel[1]), "axes": place}
    explorer.live._handle_custom_msg(message, [])


def test_dragging_the_start():
    explorer = explore(Momentum(), surfaces.ravine, steps=30)
    contour, loss = explorer.picture.views
    dragged(explorer, contour.axes, -2.5, 0.75)
    assert explorer.trajectories[0].theta[0] == pytest.approx([-2.5, 0.75], abs=2e-3)
    check_picture(explorer)
    before = explorer.describe()
    dragged(explorer, loss.axes, 10, 1)
    assert explorer.describe() == before, "only the contour plot takes hold of the start"
    dragged(explorer, contour.axes, 99, 0)
    assert explorer.start_x.value == explorer.start_x.max, "kept in view"
    explorer.live._handle_custom_msg({"kind": "key", "dx": -1, "dy": 1}, [])
    assert explorer.start_x.value == pytest.approx(4.9) and explorer.start_y.value == pytest.approx(0.04, abs=2e-3)
    for broken in ({"kind": "pointer"}, {"kind": "other"}, [], "text"):
        explorer.live._handle_custom_msg(broken, [])
    check_picture(explorer)


@pytest.mark.parametrize("kind", [Momentum, NAG])
def test_map_of_the_hyperparameters(kind):
    explorer = explore(kind(eta=0.02), surfaces.ravine, steps=60, views=("contour", "modes", "split", "map"))
    view = explorer.picture.views[3]
    dragged(explorer, view.axes, 0.05, 0.5)
    assert explorer.sliders[0, "eta"].value == 0.05 and explorer.sliders[0, "gamma"].value == 0.5
    assert np.ravel(view.here.get_data()).tolist() == [0.05, 0.5]
    assert f"{kind.title} (η = 0.05, γ = 0.5)" in explorer.describe() and "Map of" in explorer.describe()
    check_picture(explorer)
    eta, gamma = 40, 30
    one = run(kind(eta=view.etas[eta], gamma=view.gammas[gamma]), surfaces.ravine, steps=view.longest)
    assert view.found.steps_to_tolerance[eta, gamma] == one.first_below(1e-6)
    diverged = view.found.diverged_at >= 0
    assert not diverged[view.etas[:, None] < view.boundary() * 0.97].any()


def test_modes_split_the_loss_by_eigenvalue():
    surface = surfaces.Surface.from_formula("x^2 + x*y + 3*y^2", start=(2, 1))
    drawn = picture(run(Momentum(), surface, steps=40), views=("modes", "split"))
    shares = [line.get_ydata() for line in drawn.views[1].lines]
    np.testing.assert_allclose(np.sum(shares, axis=0), drawn.trajectories[0].loss, atol=1e-8)
    curvatures = np.linalg.eigvalsh(surface.hessian([0, 0]))
    assert [line.get_label() for line in drawn.views[0].lines] == [f"λ = {value:.3g}" for value in curvatures]


def test_map_needs_a_method_that_has_one():
    with pytest.raises(ValueError, match="Adam has none"):
        explore(Adam(), surfaces.ravine, views=("contour", "map"))


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_convention_switch(kind):
    explorer = explore(kind(), surfaces.ravine, steps=30)
    before, forms = explorer.describe(), conventions(kind)
    assert bool(explorer.choices) == (len(forms) > 1)
    for form in forms[1:]:
        explorer.choices[0].value = form
        assert type(explorer.trajectories[0].optimizer) is form and form.title in explorer.live.formula
        assert explorer.describe() != before
        check_picture(explorer)
        explorer.reset.click()
        assert explorer.describe() == before
    assert all(form.convention for form in forms)


def test_squares_show_the_divisor():
    explorer = explore(AdaGrad(), surfaces.ravine, steps=30)
    view = explorer.picture.views[0]
    sides = []
    for line in view.squares:
        pixels = view.axes.transData.transform(explorer.live.stepped[line][5])
        sides.append(np.ptp(pixels[:, 0]))
        assert np.ptp(pixels[:, 1]) == pytest.approx(sides[-1])
    root = np.sqrt(explorer.trajectories[0].state["G"][5] + 1e-8)
    assert sides[1] / sides[0] == pytest.approx(root[1] / root[0])


def test_vectors_know_their_row():
    explorer = explore(Momentum(), surfaces.ravine, steps=10)
    commands = [command for command in explorer.live.frame()[0]["commands"] if "moving" in command]
    assert sorted(command["row"] for command in commands) == [-1, -1, 0, 0, 1]


def test_own_formula_and_its_messages():
    explorer = explore(GradientDescent(eta=0.01), surfaces.bowl, steps=30)
    explorer.chooser.value = OWN
    assert explorer.own.layout.display == ""
    explorer.own.value = "x**2 + 3*y**2"
    assert explorer.message.value == "" and "3*y**2" in str(explorer.surface.expr)
    check_picture(explorer)
    drawn, surface = explorer.describe(), explorer.surface
    for text, part in (("__import__('os')", "not allowed"), ("", "empty"), ("x +", "cannot be read"), ("<b>q</b>", "")):
        explorer.own.value = text
        assert part in explorer.message.value and 'role="alert"' in explorer.message.value
        assert "<b>" not in explorer.message.value
        assert explorer.describe() == drawn and explorer.surface is surface
    explorer.own.value = "x**2 + y**4"
    assert explorer.message.value == ""
    check_picture(explorer)


def test_a_refused_value_becomes_a_message():
    explorer = explore(Momentum(), surfaces.bowl, steps=10)
    slider = explorer.sliders[0, "gamma"]
    slider.options = [*slider.options, ("1.5", 1.5)]
    drawn = explorer.describe()
    slider.value = 1.5
    assert "γ must be a number in [0, 1), not 1.5" in explorer.message.value
    assert explorer.trajectories[0].describe() in drawn
    slider.value = 0.5
    assert explorer.message.value == "" and "γ = 0.5" in explorer.describe()


def test_shared_and_own_sliders():
    explorer = explore([Momentum(eta=0.01), Adam(eta=0.3)], surfaces.ravine)
    labels = [control.description for control in dict.fromkeys(explorer.sliders.values())]
    assert labels == ["η Momentum", "γ", "η Adam", "β₁", "β₂", "ε"]
    explorer = explore([Momentum(eta=0.01), Adam(eta=0.01)], surfaces.ravine)
    assert explorer.sliders[0, "eta"] is explorer.sliders[1, "eta"]


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
def test_slider_values(kind):
    for item in kind.hypers():
        values = slider_values(item, item.default)
        assert values == sorted(set(values)) and item.default in values and len(values) >= 20
        assert all(item.domain.contains(np.array(value)) for value in values)
        assert 0.123456 in slider_values(item, 0.123456)


def test_saved_output():
    explorer = explore(Momentum(), surfaces.ravine, steps=30)
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == explorer.describe()
    assert (
        base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
        and "application/vnd.jupyter.widget-view+json" in bundle
    )


@pytest.mark.parametrize("wrong", ["Momentum", Momentum, [], [1], Momentum(eta=[0.1, 0.2])])
def test_explore_says_what_it_needs(wrong):
    with pytest.raises(TypeError, match="optimizers"):
        explore(wrong, surfaces.bowl)


def test_one_frame_for_one_move():
    """A slider's move sends one frame, without a new background."""
    explorer = explore(Momentum(), surfaces.ravine, steps=100)
    sent = []
    explorer.live.send = lambda content, buffers=None: sent.append(content["kind"])
    explorer.sliders[0, "eta"].index += 1
    assert sent == ["frame", "steps"]
    explorer.chooser.value = surfaces.beale
    assert sent == ["frame", "steps", "background", "frame", "steps"]


def test_all_steps_follow_when_the_hand_is_still():
    explorer = explore(Momentum(), surfaces.ravine, steps=100)
    sent = []
    explorer.live.send = lambda content, buffers=None: sent.append((content["kind"], content["frame"]))

    async def hurry():
        for _ in range(5):
            explorer.sliders[0, "eta"].index += 1
            await asyncio.sleep(0.01)
        kinds = [kind for kind, _ in sent]
        await asyncio.sleep(0.3)
        return kinds

    assert asyncio.run(hurry()) == ["frame"] * 5
    assert [kind for kind, _ in sent] == ["frame"] * 5 + ["steps"] and sent[-1][1] == sent[-2][1]
    assert explorer.live.description == explorer.describe()


def test_the_recorder_draws_what_agg_draws():
    """The recorded vertices are where matplotlib's own renderer puts the line."""
    explorer = explore(Momentum(), surfaces.ravine, steps=20)
    line = explorer.picture.views[0].paths[0]
    content, buffers = explorer.live.frame()
    command = content["commands"][0]
    vertices = np.frombuffer(buffers[0], np.float32).reshape(-1, 2)[command["from"] : command["to"]]
    expected = explorer.picture.views[0].axes.transData.transform(explorer.trajectories[0].theta)
    np.testing.assert_allclose(vertices[: len(expected)], expected, atol=0.01)
    assert line.get_color() == "#0072b2" and command["stroke"].startswith("rgba(0,114,178")


def test_large_type():
    size = matplotlib.rcParams["font.size"]
    try:
        large_type(1.5)
        assert matplotlib.rcParams["font.size"] == 15
        axes = picture(run(Momentum(), surfaces.bowl, steps=5)).views[0].axes
        assert axes.xaxis.label.get_size() == 15
    finally:
        large_type(1)
    assert matplotlib.rcParams["font.size"] == size
