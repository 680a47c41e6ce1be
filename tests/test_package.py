"""The package as others use it: what it needs, and what stands at its front door."""

import subprocess
import sys
from pathlib import Path

import lrp_edu
from lrp_edu import Dense, Network, ZPlus

PACKAGE = str(Path(lrp_edu.__file__).parent)
NUMERIC = (
    "attribution convolution decomposition digits explanation first_order interop layers messages "
    "network neuron propagate roots rules taylor"
)
EXTRAS = ("anywidget", "ipywidgets", "matplotlib", "sympy", "traitlets")
BLOCK = f"""
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {EXTRAS}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


def run(code):
    """Run code in a Python that has numpy, and nothing that draws, moves or computes with symbols."""
    return subprocess.run([sys.executable, "-c", BLOCK + code], capture_output=True, text=True)


def test_numbers_need_numpy_alone():
    done = run(
        f"from lrp_edu import {', '.join(NUMERIC.split())}\n"
        "network, digits = digits.load_network(), digits.load_digits()\n"
        "found = network.explain(digits.images[:2], rules=rules.ZPlus())\n"
        "print(len(found.audit().rows), taylor.FUNCTIONS['sin'].coefficients(0, 2))"
    )
    assert (done.stdout, done.stderr) == ("3 [0. 0. 1.]\n", "")


def test_what_is_missing_is_named():
    assert "No module named 'sympy'" in run("from lrp_edu import taylor\ntaylor.polynomial(1, 2)").stderr
    done = run("import runpy\nrunpy.run_module('lrp_edu', run_name='__main__')")
    assert done.returncode == 1 and done.stderr == "Checking the claims needs sympy: pip install 'lrp_edu[symbols]'\n"


def test_the_front_door():
    from lrp_edu import LRP0, Dense, Network, ReLU, ZPlus

    network = Network([Dense([[1.0], [2.0]]), ReLU()])
    assert network.explain([1.0, 1.0], rules=ZPlus()).relevance.tolist() == [1, 2]
    assert LRP0 in lrp_edu.RULES.values()
    assert all(hasattr(lrp_edu, name) for name in lrp_edu.__all__)


def test_a_pass_through_a_small_layer_enters_few_functions():
    """Whoever follows `relprop` through one layer by z⁺ meets at most twelve functions of the package."""
    network, entered = Network([Dense([[1.0, 2.0], [3.0, -1.0]])]), []
    network.forward([1.0, 1.0])

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            entered.append(frame.f_code.co_qualname)

    sys.setprofile(note)
    try:
        network.relprop([1.0, 1.0], ZPlus())
    finally:
        sys.setprofile(None)
    assert {"Network.relprop", "propagate", "ZPlus.terms"} <= set(entered) and len(entered) <= 12, entered
