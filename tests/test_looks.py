"""The one palette, measured: contrast on paper and on the darkest contour, and how far apart any two colours are."""

import itertools
import pathlib
import re

import numpy as np
import pytest

from optcourse import OPTIMIZERS
from optcourse.pictures import looks

STYLE = (pathlib.Path(__file__).parent.parent / "optcourse" / "live" / "stage.css").read_text(encoding="utf-8")
# what a person without one kind of cones sees, in linear RGB: Machado, Oliveira and Fernandes (2009), severity 1
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
LINES = {f"method {place}": colour for place, colour in enumerate(looks.METHODS)} | looks.SYMBOLS | {"ink": looks.INK}


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


@pytest.mark.parametrize("name", LINES)
def test_lines_are_seen_on_paper_and_on_the_darkest_contour(name):
    assert contrast(LINES[name], looks.PAPER) >= 3 and contrast(LINES[name], looks.DEEPEST) >= 3


@pytest.mark.parametrize("vision", VISIONS)
def test_any_two_colours_differ_for_every_kind_of_vision(vision):
    """Methods and symbols alike, so that no method wears a symbol's colour."""
    apart = {
        pair: np.linalg.norm(lab(LINES[pair[0]], VISIONS[vision]) - lab(LINES[pair[1]], VISIONS[vision]))
        for pair in itertools.combinations(LINES, 2)
    }
    nearest = min(apart, key=apart.get)
    assert apart[nearest] >= 10, f"{nearest}: {apart[nearest]:.1f}"


def test_without_colour_methods_differ_by_line_and_marker():
    styles = [looks.style(kind) for kind in OPTIMIZERS]
    assert len({str(each["linestyle"]) for each in styles}) == len({each["marker"] for each in styles}) == len(styles)


def test_text_is_readable_on_the_stage():
    """The stage is a sheet of white paper in the light and in the dark theme."""
    assert "background: #fff;" in STYLE and "color-scheme: light" in STYLE
    named = dict(re.findall(r"(--oc-[\w-]+): (#[0-9a-f]{3,6});", STYLE))
    texts = (
        {name: f"#{colour[1:] * 2}"[:7] for name, colour in named.items()} | looks.SYMBOLS | {"warning": looks.WARNING}
    )
    assert set(named) == {"--oc-text", "--oc-faint", "--oc-warning", "--oc-focus"}
    for name, colour in texts.items():
        assert contrast(colour, "#ffffff") >= 4.5 and contrast(colour, looks.PAPER) >= 4.5, name
    assert named["--oc-warning"] == looks.WARNING
