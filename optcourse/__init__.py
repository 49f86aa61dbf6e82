"""optcourse: an interactive course on the optimizers of deep learning.

What a notebook needs comes from here: ``from optcourse import Momentum, explore, run, surfaces``. Each name is imported
from its module when it is first asked for (PEP 562), so that a lesson waits only for what it uses.
"""

import importlib
import sys
from typing import Any

_MODULES = {
    "methods.base": "Optimizer",
    "methods.card": "Card",
    "methods.more": "BEYOND AMSGrad AdaDelta AdamW Lion Muon Nadam UncorrectedAdam",
    "methods.optimizers": "NAG OPTIMIZERS AdaGrad Adam GradientDescent Momentum RMSProp",
    "methods.schedules": "Schedule cosine warmup",
    "methods.variants": "VARIANTS AdaGradOutside AdamInside AdamWPaper DampedMomentum RMSPropOutside variants",
    "surfaces.catalogue": "CATALOGUE",
    "surfaces.surface": "Surface",
    "trajectory": "Trajectory run",
    "sweeps": "best_eta sweep tail_loss",
    "statistics": "lowest paired",
    "training.data": "digits six_or_nine",
    "training.network": "LeastSquares Network",
    "training.plane": "Slice",
    "training.train": "ETAS Comparison batches compare on_surface train",
    "plots.figures": "Curves OneStep Picture Race picture",
    "widgets.activities": "Goal Predict Question Quiz SetUp reach",
    "widgets.explorer": "Explorer explore large_type",
    "widgets.minibatch": "BatchExplorer",
    "widgets.trainer": "Trainer",
    "exercises.check": "check",
    "benchmarks.contest": "contest",
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
_PACKAGES = {"surfaces": "surfaces", "questions": "exercises.questions"}
__all__ = sorted([*_HOME, *_PACKAGES])


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        found = importlib.import_module(f"{__name__}.{_PACKAGES[name]}")
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
    importlib.import_module(f"{__name__}.formula.write")
    sys.stdout.reconfigure(errors="optcourse.letters")
