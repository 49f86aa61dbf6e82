"""Contract of the surfaces: every one in the catalogue inherits these tests."""

import re
import warnings

import numpy as np
import pytest
from language import CORPUS

from optcourse import GradientDescent, run, surfaces
from optcourse.surfaces.catalogue import CATALOGUE
from optcourse.surfaces.surface import Surface

every = pytest.mark.parametrize("surface", CATALOGUE, ids=lambda surface: surface.name)


def points(surface, count=40):
    left, right, bottom, top = surface.view
    rng = np.random.default_rng(3)
    return np.stack([rng.uniform(left, right, count), rng.uniform(bottom, top, count)], axis=1)


def finite_differences(function, theta, h=1e-5):
    """Central differences along x and y; a new last axis."""
    steps = np.eye(2) * h
    return np.stack([(function(theta + step) - function(theta - step)) / (2 * h) for step in steps], axis=-1)


@every
def test_gradient_and_hessian_against_finite_differences(surface):
    theta = points(surface)
    scale = np.abs(surface.hessian(theta)).max()
    expected = finite_differences(surface.value, theta)
    np.testing.assert_allclose(surface.gradient(theta), expected, atol=1e-6 * scale + 1e-7, rtol=1e-5)
    expected = finite_differences(surface.gradient, theta)
    np.testing.assert_allclose(surface.hessian(theta), expected, atol=1e-6 * scale + 1e-7, rtol=1e-5)


@every
def test_shapes(surface):
    for shape in ((), (3,), (2, 0), (4, 5)):
        theta = np.zeros((*shape, 2))
        assert surface.value(theta).shape == shape
        assert surface.gradient(theta).shape == (*shape, 2)
        assert surface.hessian(theta).shape == (*shape, 2, 2)


@every
def test_minima_are_minima(surface):
    assert np.abs(surface.gradient(surface.minima)).max() < 1e-8
    assert np.linalg.eigvalsh(surface.hessian(surface.minima)).min() > 0
    assert np.nanmin(surface.grid()[2]) >= surface.lowest - 1e-12
    left, right, bottom, top = surface.view
    assert left < surface.start[0] < right and bottom < surface.start[1] < top


def test_what_the_names_promise():
    assert np.linalg.cond(surfaces.ravine.hessian([0, 0])) == pytest.approx(25)
    assert np.linalg.cond(surfaces.bowl.hessian([1, 1])) == pytest.approx(1)
    assert np.prod(np.linalg.eigvalsh(surfaces.saddle.hessian([0, 0]))) < 0
    assert np.all(surfaces.saddle.gradient([0, 0]) == 0)
    local = surfaces.two_valleys.value(surfaces.two_valleys.minima)
    assert len(local) == 2 and local[1] > local[0] + 0.5
    assert np.linalg.norm(surfaces.plateau.gradient([-5, 0])) < 1e-4


@pytest.mark.parametrize(
    "surface", [surfaces.saddle, surfaces.two_valleys, surfaces.himmelblau], ids=lambda surface: surface.name
)
def test_landmarks_are_those_of_the_minimum_that_the_start_leads_to(surface):
    end = run(GradientDescent(eta=1e-3), surface, steps=10_000).theta[-1]
    assert np.linalg.norm(end - surface.default_minimum) < 0.05
    marks = surface.reference_values
    np.testing.assert_array_equal(marks["theta_min"], surface.default_minimum)
    assert [marks["lambda_1"], marks["lambda_2"]] == pytest.approx(
        np.linalg.eigvalsh(surface.hessian(surface.default_minimum))
    )
    assert marks["J_min"] == surface.lowest <= surface.value(surface.default_minimum)


def test_the_nearest_minimum_is_the_first_where_a_point_is_not_finite():
    found = surfaces.himmelblau.nearest_minimum([[-3, 3], [np.nan, 0]])
    np.testing.assert_allclose(found, [[-2.805118, 3.131313], surfaces.himmelblau.minima[0]], atol=1e-6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x**2 + 10*y**2", 41.0),
        ("x^2 + 10*y^2", 41.0),
        ("sin(x)*y - 2/(1 + y**2)", np.sin(1) * 2 - 0.4),
        ("abs(x - 3) + sqrt(y)", 2 + np.sqrt(2)),
        ("exp(-x)*pi + e", np.exp(-1) * np.pi + np.e),
        ("3", 3.0),
        (" -x + +y ", 1.0),
        ("1e-3*x", 1e-3),
        (r"\frac{x^2}{2} + 10 y^{2}", 40.5),
        ("|x| + sin x + x² − 2xy", 2 + np.sin(1) - 4),
        ("x**y + 2**x + max(x, y)", 5.0),
    ],
)
def test_own_formula(text, value):
    surface = Surface.from_formula(text)
    assert surface.value([1, 2]) == pytest.approx(value)
    assert surface.gradient([[1, 2], [3, 4]]).shape == (2, 2)


REFUSED = [each for kind in ("formulas", "surfaces") for each in CORPUS[kind] if "says" in each]


@pytest.mark.parametrize("each", REFUSED, ids=lambda each: ascii(each["text"][:40]))
def test_other_text_is_refused_with_a_message(each):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        with pytest.raises(ValueError, match=re.escape(each["says"])):
            Surface.from_formula(each["text"])


def test_text_is_never_executed(tmp_path):
    trap = tmp_path / "trap"
    for text in (f"open({str(trap)!r}, 'w')", f"__import__('pathlib').Path({str(trap)!r}).touch()"):
        with pytest.raises(ValueError):
            Surface.from_formula(text)
    assert not trap.exists()
    with pytest.raises(TypeError, match="must be text"):
        Surface.from_formula(None)


@pytest.mark.parametrize(
    "surface", [surfaces.rosenbrock, surfaces.beale, surfaces.himmelblau], ids=lambda each: each.name
)
def test_the_classic_functions_are_zero_at_their_minima(surface):
    assert np.abs(surface.value(surface.minima)).max() < 1e-20
    x, y = 0.7, -1.3
    by_hand = {
        "Rosenbrock": (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        "Beale": (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
        "Himmelblau": (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    }
    assert surface.value((x, y)) == pytest.approx(by_hand[surface.name], rel=1e-14)
