"""The moving picture at the top of README: a run, step by step, with the vectors that make each step."""

import io
import pathlib
import sys

from PIL import Image

from ..mathematics import surfaces
from ..mathematics.optimizers import Momentum
from ..mathematics.trajectory import Trajectory, run
from .drawings import Picture
from .views import with_lenses

NAME, STEPS, FRAME, DPI, COLOURS = "play.gif", 24, 300, 72, 96  # FRAME: milliseconds


def frame(trajectory: Trajectory, step: int) -> Image.Image:
    """The run with one step's vectors."""
    views = with_lenses(("contour", "loss"), 1)
    picture = Picture(trajectory.surface, [trajectory.optimizer], trajectory.steps, views, vectors=True)
    picture.show([trajectory], step)
    with io.BytesIO() as file:
        picture.figure.savefig(file, format="png", dpi=DPI)
        return (
            Image.open(file).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        )  # rare colours keep theirs


def main(folder: str) -> None:
    """Draw the animation into ``folder``."""
    trajectory = run(Momentum(eta=0.02, gamma=0.9), surfaces.ravine, steps=40)
    first, *more = (frame(trajectory, step) for step in range(1, STEPS + 1))
    first.save(pathlib.Path(folder) / NAME, save_all=True, append_images=more, duration=FRAME, loop=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
