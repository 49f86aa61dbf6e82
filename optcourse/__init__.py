"""optcourse: an interactive course on the optimizers of deep learning.

What a notebook needs comes from here: ``from optcourse import Momentum, explore, run, surfaces``. Each name is imported
from its room when it is first asked for (PEP 562), so that a lesson waits only for what it uses.
"""

import importlib
import sys
from typing import Any

_ROOMS = {
    "mathematics.declaration": "Optimizer",
    "mathematics.optimizers": "NAG OPTIMIZERS AdaGrad Adam GradientDescent Momentum RMSProp",
    "mathematics.conventions": "CONVENTIONS AdaGradOutside AdamInside AdamWPaper DampedMomentum RMSPropOutside "
    "conventions",
    "mathematics.beyond": "BEYOND AMSGrad AdaDelta AdamW Lion Muon Nadam UncorrectedAdam",
    "mathematics.schedules": "Schedule cosine warmup",
    "mathematics.surfaces": "CATALOGUE Surface",
    "mathematics.trajectory": "Trajectory best_eta run sweep tail_loss",
    "mathematics.verdicts": "lowest paired",
    "mathematics.training": "ETAS Comparison LeastSquares Network Slice batches compare digits on_surface six_or_nine "
    "train",
    "mathematics.contest": "contest",
    "pictures.typeset": "Card",
    "pictures.drawings": "Curves OneStep Picture Race picture",
    "live.explorers": "Explorer explore large_type",
    "live.trainers": "BatchExplorer Trainer",
    "learning.exercises": "check",
    "learning.activities": "Goal Predict Question Quiz SetUp reach",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}
_MODULES = {"surfaces": "mathematics.surfaces", "questions": "learning.questions"}
__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        found = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    elif name in _HOME:
        found = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]


# a terminal or a file without Greek letters gets their names, not an error
if not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf") and hasattr(
    sys.stdout, "reconfigure"
):
    importlib.import_module(f"{__name__}.mathematics.writing")
    sys.stdout.reconfigure(errors="optcourse.letters")
