"""The tool that runs the notebooks under other arithmetics finds what it is for."""

import os
import re
import subprocess
import sys

import elsewhere
import nbformat
import numpy as np
import pytest

CELLS = {  # source: what is stored
    "from optcourse import GradientDescent, run, surfaces": "",
    "print(run(GradientDescent(eta=0.05), surfaces.ravine, (-4, 1), 20).loss[-1].round(3))": "1.028\n",  # as it is
    "print(run(GradientDescent(eta=0.05), surfaces.ravine, (-4, 1), 0).theta[0].tolist())": "[-4.0, 1.0]\n",  # no ulp off
    "print(run(GradientDescent(eta=0.05), surfaces.ravine, (-4, 1), 10).loss[-1].round(3))": "2.869\n",  # it is 2.868
}


def test_an_ulp_reaches_the_kernels_and_one_changed_last_digit_is_red(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(
            source,
            execution_count=place,
            outputs=[nbformat.v4.new_output("stream", name="stdout", text=text)] if text else [],
        )
        for place, (source, text) in enumerate(CELLS.items(), 1)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "small.ipynb")
    code, said = elsewhere.strict(tmp_path / "small.ipynb", "one ulp, other order")
    assert code == 1 and re.findall(r"FAILED \S+::Cell (\d+)", said) == ["2", "3"], said
    assert "2.868\n" in said


def test_a_start_up_that_fails_is_red(tmp_path, monkeypatch):
    monkeypatch.setitem(elsewhere.ARITHMETICS, "wrong", {elsewhere.SWITCH: "nugde 1"})
    command = [sys.executable, "-c", elsewhere.STARTUP]
    assert subprocess.run(command, env=elsewhere.environment("wrong", tmp_path)).returncode == 1


@pytest.mark.parametrize("words", ["nudge 1", "nudge 2, reverse"])
def test_what_the_switch_does(words):
    code = f"""
import elsewhere, numpy as np
elsewhere.switch_on({words!r})
from optcourse import GradientDescent, LeastSquares, Network, digits, run, surfaces, sweep, train
theta = run(GradientDescent(), surfaces.ravine, (-4, 0), 0).theta[0]
assert abs(theta[0] + 4) == np.spacing(4.0) and theta[1] == 0, theta
network, (images, labels) = Network(64, 10), digits().train
first = next(train(network, GradientDescent(), (images, labels), network.init(0), 32))
assert 0 < abs(first - network.init(0)).max() < 1e-15
print(repr(network.loss(network.init(0), images, labels)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=elsewhere.ROOT / "tools", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    from optcourse import Network, digits

    network = Network(64, 10)
    usual = network.loss(network.init(0), *digits().train)
    assert np.isclose(float(re.search(r"\d\.\d+", done.stdout)[0]), usual, rtol=1e-12)


def test_the_switch_is_no_part_of_the_package():
    for path in (elsewhere.ROOT / "optcourse").rglob("*.py"):
        assert elsewhere.SWITCH not in path.read_text(), path
    assert elsewhere.SWITCH not in os.environ
