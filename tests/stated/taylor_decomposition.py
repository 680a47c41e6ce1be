"""The numbers that the text and the solutions of ``taylor-decomposition`` state, in the names of its cells."""
# ruff: noqa: F821

import numpy as np

from lrp_edu import roots

field = np.array([2.0, 3.0])


def of_field(**state):
    return PlaneFigure(**{"function": "product", "x": (2, 3), "a": (1, 2)} | state).numbers()


def along(**state):
    return PlaneFigure(mode="path", **state).numbers()


# What to try with the first figure.
start, halfway = of_field(), of_field(x=(1.5, 2.5))
assert (start["f_a"], start["R"], start["epsilon"], start["gap"]) == (2, [2, 1], 1, 3)
assert (halfway["R"], halfway["epsilon"]) == ([1, 0.5], 0.25)
assert (of_field(a=(0, 3))["f_a"], of_field(a=(0, 3))["epsilon"]) == (0, 0)
random = np.random.default_rng(1)
for x_s, a_s in random.uniform(-1, 3, (100, 2, 2)):
    assert abs(of_field(function="sum", x=tuple(x_s), a=tuple(a_s))["epsilon"]) < 1e-13
# The roots of the neuron: along its line the sum is the same, far beyond it every share is 0.
for share in np.linspace(-0.9, 0.9, 7):
    on_line = of_field(function="neuron", x=(1, 1), a=(share, 1 - 2 * share))
    assert abs(sum(on_line["R"]) - 2) < 1e-12 and abs(on_line["R"][0] - 2 * (1 - share)) < 1e-12
assert of_field(function="neuron", x=(1, 1), a=(-1, -1))["R"] == [0, 0]
# Along the path: the average is the gradient halfway, and first in length, then in width, gives all to the width.
assert of_field(mode="path", a=(0, 0), steps=1)["gradient"] == [1.5, 1]
corner = np.array([0.0, 3.0])
steps = [integrated_gradients(area, area_gradient, end, start, 1).relevance
         for start, end in ((np.zeros(2), corner), (corner, field))]  # fmt: skip
assert np.array_equal(sum(steps), [6, 0])
# What to try with the second figure.
neuron_path = {n: along(function="neuron", x=(1, 1), a=(0, 0), steps=n) for n in (3, 10, 100)}
assert np.allclose(neuron_path[10]["R"], [1.4, 0.7], atol=1e-14)
assert neuron_path[10]["other"] == {"R": [0, 0], "epsilon": 2}
assert [f"{neuron_path[n]['epsilon']:.2f}" for n in (10, 100)] == ["-0.10", "-0.01"]
assert np.allclose(neuron_path[3]["R"], [4 / 3, 2 / 3], atol=1e-15) and abs(neuron_path[3]["epsilon"]) < 1e-15
smooth = [along(function="smooth", x=(3, 0), a=(0, 2), steps=n)["epsilon"] for n in (4, 8)]
assert f"{smooth[0]:.4f}" == "-0.0131" and abs(smooth[1] / smooth[0] - 0.25) < 0.01
on_hinge = along(function="neuron", x=(1, 1), a=(0.2, 0.6))
assert np.allclose(on_hinge["R"], on_hinge["other"]["R"], atol=1e-15)
# Sensitivity, gradient × input, and what doubling the input changes.
assert neuron(2 * x_n) == 5 and first_order.sensitivity(neuron.gradient, 2 * x_n).tolist() == [4, 1]
assert neuron(x_n) - x_n @ neuron.gradient(x_n) == -1 == neuron.b
# A fixed rule that justifies the uniform map.
uniform = roots.relevance(neuron, x_n, 1 / neuron.w)
assert np.allclose(uniform.relevance, [1, 1], atol=1e-15)
# Exercise 3.3, by path and by point, and what lies far beyond the line.
path_3 = along(function="neuron", x=(2, 1), a=(0, 0), steps=5)
assert np.allclose(path_3["R"], [3.2, 0.8], atol=1e-14) and path_3["other"] == {"R": [0, 0], "epsilon": 4}
assert np.allclose(of_field(function="neuron", x=(2, 1), a=(0.4, 0.2))["R"], [3.2, 0.8], atol=1e-14)
assert of_field(function="neuron", x=(1, 1), a=(-1, -1))["epsilon"] == 2
# Inputs that play the same role get the same from the straight way only where their values are equal, too.
larger = np.array([0.0, 1.0])  # the gradient of the maximum wherever x₂ leads, as on the whole way
split = integrated_gradients(lambda p: p.max(axis=-1), lambda p: larger + 0 * p, field, np.zeros(2), 9)
assert np.allclose(split.relevance, [0, 3])
# Exercise 3.1: no root of x₁ (x₁ + x₂) is nearer to (1, 1) than (0, 1).
roots_of_f = np.concatenate([[(0, c), (c, -c)] for c in np.linspace(-3, 3, 601)])
nearest = np.linalg.norm(roots_of_f - 1, axis=1)
assert nearest.min() == 1 and roots_of_f[nearest.argmin()].tolist() == [0, 1]
