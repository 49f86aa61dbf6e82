"""The notebooks strictly, under other arithmetics than the one that stored their outputs: ``make test-elsewhere``.

``python tools/elsewhere.py [NOTEBOOK …] [--arithmetic NAME …]``; every notebook under every arithmetic if none is named.
An arithmetic is a set of environment variables. Those of the libraries choose kernels for an older processor and
the number of threads; OPTCOURSE_ELSEWHERE, which only this file knows, moves each start by one unit in the last place and
adds up the data in another order.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent
SWITCH = "OPTCOURSE_ELSEWHERE"


def dispatched(*kept: str) -> str:
    """NumPy's groups of processor features that can be switched off on this machine, without those to keep."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name] and name not in kept)


ARITHMETICS = {
    "old processor": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": dispatched(),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    },
    "middling processor": {
        "OPENBLAS_CORETYPE": "Sandybridge",
        "NPY_DISABLE_CPU_FEATURES": dispatched("AVX2", "FMA3", "X86_V3"),
        "OPENBLAS_NUM_THREADS": "2",
    },
    "one ulp up": {"OPENBLAS_CORETYPE": "Haswell", SWITCH: "nudge 1"},
    "one ulp, other order": {"OPENBLAS_NUM_THREADS": "1", SWITCH: "nudge 3, reverse"},
}
REAL_DATA = ("02", "05", "08", "09")
QUICK = ("old processor", "one ulp, other order")


# ---- inside a kernel ----


def nudge(seed: int, ulps: float = 1.0) -> None:
    """From now on every run, sweep and training starts one unit in the last place away: each coordinate up or down."""
    from optcourse import sweeps, trajectory
    from optcourse.training import train as training

    rng = np.random.default_rng(seed)
    first_point, train = trajectory.first_point, training.train

    def moved(theta: np.ndarray) -> np.ndarray:
        return theta + ulps * np.spacing(np.abs(theta)) * rng.choice([-1.0, 1.0], theta.shape) * (theta != 0)

    def nudged_train(model, optimizer, data, theta, *rest, **options):
        return train(model, optimizer, data, moved(np.asarray(theta, dtype=float)), *rest, **options)

    for module in (trajectory, sweeps):
        module.first_point = lambda start, optimizer: moved(first_point(start, optimizer))
    training.train = nudged_train


def reverse() -> None:
    """From now on losses and gradients add up their examples from the last to the first."""
    from optcourse.training.network import LeastSquares, Network

    def backwards(function):
        def wrapped(self, theta, inputs, targets):
            flipped = np.ascontiguousarray(inputs[..., ::-1, :]), np.ascontiguousarray(targets[..., ::-1])
            return function(self, theta, *flipped)

        return wrapped

    for kind in (LeastSquares, Network):
        kind.loss, kind.gradient = backwards(kind.loss), backwards(kind.gradient)


def switch_on(words: str) -> None:
    """What OPTCOURSE_ELSEWHERE asks for: 'nudge SEED [ULPS]', 'reverse', or both with a comma."""
    for each in filter(None, (part.split() for part in words.split(","))):
        {"nudge": lambda seed, ulps=1: nudge(int(seed), float(ulps)), "reverse": reverse}[each[0]](*each[1:])


# A kernel runs this before the first cell. Should it fail, the kernel dies and the notebook is red.
STARTUP = f"""
try:
    import os, sys
    sys.path.insert(0, {str(ROOT / "tools")!r})
    import elsewhere
    elsewhere.switch_on(os.environ.get({SWITCH!r}, ""))
except BaseException:
    os._exit(1)
"""


# ---- outside ----


def environment(name: str, home: pathlib.Path) -> dict[str, str]:
    """The environment of an arithmetic, for a process whose kernels read their start-up file from ``home``."""
    place = home / "profile_default" / "startup" / "elsewhere.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(STARTUP)
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", **ARITHMETICS[name], "IPYTHONDIR": str(home)}


IN_FORCE = (
    STARTUP
    + """
import sklearn.linear_model
from threadpoolctl import threadpool_info
from optcourse import GradientDescent, run, surfaces

blas = {f"{each.get('architecture')} on {each['num_threads']}" for each in threadpool_info() if each["user_api"] == "blas"}
start = run(GradientDescent(), surfaces.ravine, (-4, 1), 0).theta[0]
print(f"BLAS {', '.join(sorted(blas))}; NumPy without {os.environ.get('NPY_DISABLE_CPU_FEATURES') or 'nothing'};", end=" ")
print("start", *start, "and sums reversed" * ("reverse" in os.environ.get("OPTCOURSE_ELSEWHERE", "")))
"""
)


def in_force(name: str) -> str:
    """What the libraries themselves say of an arithmetic: a machine may not know every processor."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-c", IN_FORCE]
        return subprocess.check_output(command, env=environment(name, pathlib.Path(home)), text=True).strip()


def strict(path: pathlib.Path, name: str) -> tuple[int, str]:
    """One notebook under one arithmetic through nbval, strictly; the exit code and what was said."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, str(path)],
            env=environment(name, pathlib.Path(home)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return done.returncode, done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path)
    parser.add_argument("--arithmetic", nargs="*", choices=ARITHMETICS, default=list(ARITHMETICS))
    parser.add_argument("--quick", action="store_true", help="the lessons with real data, under two arithmetics")
    chosen = parser.parse_args()
    places = chosen.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if chosen.quick:
        places = [path for path in places if path.name[:2] in REAL_DATA]
        chosen.arithmetic = QUICK
    for name in chosen.arithmetic:
        print(f"{name:22}{in_force(name)}", flush=True)
    jobs = [
        (path, name)
        for path in sorted(places, key=lambda path: "compare(" not in path.read_text())
        for name in chosen.arithmetic
    ]
    begun, red = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, name), (code, said) in zip(jobs, pool.map(lambda job: strict(*job), jobs), strict=True):
            print(f"{name:22}{path.stem:22}{'ok' if code == 0 else 'RED'}", flush=True)
            if code:
                red += 1
                print(said, flush=True)
    print(f"{len(jobs) - red} of {len(jobs)} green in {time.monotonic() - begun:.0f} s: {', '.join(chosen.arithmetic)}")
    return red


if __name__ == "__main__":
    sys.exit(main())
