"""The palette of both themes, measured: contrast on paper and on all of the ground, and how far apart any two colours are."""

import itertools

import numpy as np
import pytest

from optcourse import OPTIMIZERS, Adam, Momentum
from optcourse.plots import style
from optcourse.plots.views import labels_and_looks

# what a person without one kind of cones sees, in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
THEMES = {"light": style.LIGHT, "dark": style.DARK}
DRAWN = [*(f"method {number}" for number in range(8)), *style.LETTERS.values(), "ink"]


def colour_of(theme: str, name: str) -> str:
    kind, _, number = name.partition(" ")
    return THEMES[theme]["method"][int(number)] if kind == "method" else THEMES[theme][name]


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    high, low = sorted((float(XYZ[1] @ linear(each)) for each in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    """L*, a*, b* of a colour as one kind of vision sees it."""
    seen = XYZ @ np.clip(np.array(vision) @ linear(colour), 0, 1) / XYZ.sum(axis=1)
    f = np.where(seen > (6 / 29) ** 3, np.cbrt(seen), seen / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAWN)
def test_lines_are_seen_on_paper_and_on_all_of_the_ground(theme, name):
    for ground in ("paper", "heatmap-low", "heatmap-high"):
        assert contrast(colour_of(theme, name), THEMES[theme][ground]) >= 3, ground


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_colours_differ_for_every_kind_of_vision(theme, vision):
    """Methods and symbols alike, so that no method wears a symbol's colour."""
    seen = {name: lab(colour_of(theme, name), VISIONS[vision]) for name in DRAWN}
    apart = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in itertools.combinations(DRAWN, 2)}
    nearest = min(apart, key=apart.get)
    assert apart[nearest] >= 10, f"{nearest}: {apart[nearest]:.1f}"


def test_without_colour_methods_differ_by_line_and_marker():
    styles = [style.style(kind) for kind in OPTIMIZERS]
    assert len({each.dash for each in styles}) == len({each.mark for each in styles}) == len(styles)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*DRAWN, "faint", "warning", "focus"])
def test_text_is_readable_on_the_stage(theme, name):
    assert contrast(colour_of(theme, name), THEMES[theme]["paper"]) >= 4.5
    if (
        name != "faint"
    ):  # names on the contour plot stand on a halo of its lightest, or in the dark theme darkest, shade
        assert contrast(colour_of(theme, name), THEMES[theme]["heatmap-low"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_numbers_along_the_hero_are_readable(theme):
    """They stand on a halo of the strongest shade."""
    assert contrast(THEMES[theme]["faint"], THEMES[theme]["heatmap-high"]) >= 4.5


def test_both_themes_name_the_same_colours():
    assert style.LIGHT.keys() == style.DARK.keys() and len(style.LIGHT["method"]) == len(style.DARK["method"])


@pytest.mark.parametrize(
    ("optimizers", "labels"),
    [
        ([Momentum(), Adam()], ["Momentum", "Adam"]),
        ([Momentum(gamma=0.5), Momentum(gamma=0.9)], ["γ = 0.5", "γ = 0.9"]),
        ([Momentum(gamma=0.5), Momentum(gamma=0.9), Adam()], ["Momentum γ = 0.5", "Momentum γ = 0.9", "Adam"]),
    ],
)
def test_a_run_is_called_by_what_tells_it_from_the_others(optimizers, labels):
    assert labels_and_looks(optimizers)[0] == labels
