"""The numbers that the text and the solutions of ``explanations`` state, in the names of its cells."""
# ruff: noqa: F821

import numpy as np

from lrp_edu import layers, network, roots, rules

# The picture at the beginning.
score = w @ x + b
assert f"{score:.1f} {score:.2f} {np.sum(w * x):.2f} {b:.2f}" == "0.9 0.90 0.72 0.18"
assert digits.labels[1115] == 6 and 1115 not in digits.train and abs(w * x).max() < 0.25
assert abs(w[np.all(learn == 0, axis=0)]).max() < 1e-12
# The average image: least squares with a bias gives it the share of sixes.
assert abs(average @ w + b - is_6.mean()) < 1e-12 and f"{is_6.mean():.2f}" == "0.10"
R = w * (x - average)
assert f"{R.sum():.2f} {R[x == 0].sum():.2f}" == "0.80 0.34"
# Where the blank pixels speak from the average: at the upper right. And from the blank page, at the lower right.
blank, inked = (part.reshape(8, 8) for part in (np.where(x == 0, R, 0), w * x))
assert blank[:4, 4:].sum() > blank.sum() / 2
positive = np.maximum(inked, 0)
assert positive[4:, 4:].sum() > positive.sum() / 2
# The taxi.
assert taxi(np.array([5.0, 4.0])) == 17 and taxi(np.array([1.0, 2.0])) == 7 and taxi(np.zeros(2)) == 3
# The field from (1, 2), as the figure shows it.
shares = SharesFigure(function="product", x=(2, 3), a=(1, 2)).numbers()
assert shares["occlusion"] == {"R": [3, 2], "from": 2, "epsilon": -1}
assert shares["shapley"]["R"] == shares["integrated"]["R"] == [2.5, 1.5]
# What LRP gives the neuron: towards the origin, and to the nearest root.
for direction, R in ((roots.z_direction, [4 / 3, 2 / 3]), (roots.w2_direction, [1.6, 0.4])):
    assert np.allclose(roots.relevance(neuron, x_n, direction(x_n, neuron.w)).relevance, R, atol=1e-15)
assert 2**64 > 10**19
# The exercise with the figure.
for x_m, agree in (((0, 2), True), ((2, 0), True), ((1.5, 1.5), True), ((1, 2), False), ((2, 1), False)):
    numbers = SharesFigure(function="maximum", x=x_m, a=(0, 0)).numbers()
    assert np.allclose(numbers["integrated"]["R"], numbers["shapley"]["R"]) == agree
numbers = SharesFigure(function="maximum", x=(2, 3), a=(1, 0)).numbers()
assert numbers["integrated"]["R"] == numbers["shapley"]["R"] == [0.5, 1.5] and numbers["notes"] == ["change"]
for x_m, a_m, agree in (((1, 2), (2.5, 1.5), True), ((3, 0.5), (1, 1.5), False)):  # leads of the same size, or not
    numbers = SharesFigure(function="maximum", x=x_m, a=a_m).numbers()
    assert np.allclose(numbers["integrated"]["R"], numbers["shapley"]["R"]) == agree
on_corner = np.array([2.0, 2.0])
assert (integrated_gradients(maximum, maximum_gradient, on_corner, origin).relevance == [0, 2]).all()
# What the figure is asked to show: level with x three agree; to the lower left of a those that know it are negative.
know_a = ("occlusion", "integrated", "shapley")
numbers = SharesFigure(function="product", x=(2, 3), a=(0, 3)).numbers()
assert [numbers[name]["R"] for name in know_a] == [[6, 0]] * 3
numbers = SharesFigure(function="product", x=(1, 1), a=(2, 3)).numbers()
assert all(max(numbers[name]["R"]) < 0 for name in know_a) and min(numbers["gradient"]["R"]) > 0


# Products without a square: the path and Shapley agree. With one they part, and on x₁² + 3 x₂ three agree.
def bent(p):
    return p[..., 0] ** 2 * p[..., 1]


def bent_slopes(p):
    return np.stack([2 * p[..., 0] * p[..., 1], p[..., 0] ** 2], axis=-1)


def apart(p):
    return p[..., 0] ** 2 + 3 * p[..., 1]


path = integrated_gradients(volume, slopes, box, np.array([0.5, 0.0, 1.0]), 1000)
assert np.allclose(path.relevance, shapley(volume, box, np.array([0.5, 0.0, 1.0])).relevance, atol=1e-5)
assert np.allclose(integrated_gradients(bent, bent_slopes, x_n, origin).relevance, [2 / 3, 1 / 3], atol=1e-4)
assert np.allclose(shapley(bent, x_n, origin).relevance, 0.5, atol=1e-15)
two, a = np.array([2.0, 1.0]), np.array([1.0, 3.0])
path = integrated_gradients(apart, lambda p: np.stack([2 * p[..., 0], 3 + 0 * p[..., 1]], -1), two, a).relevance
for split in (occlusion(apart, two, a), shapley(apart, two, a)):
    assert np.allclose(split.relevance, path)
# The yardstick that adds: a millionth for each passenger.
split = shapley(lambda p: with_passengers(p) + 1e-6 * p[..., 2], ride, 0.0)
assert np.allclose(split.relevance, [10, 4, 3e-6], rtol=1e-9)
# The errors of two shares cancel.
split = integrated_gradients(lambda p: p[..., 0] ** 3 - p[..., 1] ** 3, lambda p: p**2 * [3, -3], x_n, origin, steps=1)
assert split.remainder == 0 and abs(split.relevance - [1, -1]).min() > 0.2
# With a corner on the way, shares may stay when n is doubled, and be wrong.
late = Neuron([2.0, 1.0], b=-0.3)
shares = [integrated_gradients(late, late.gradient, x_n, origin, n).relevance.tolist() for n in (1, 2, 4, 8, 16)]
assert shares == [[2, 1]] * 3 + [[1.75, 0.875]] * 2
assert np.allclose(integrated_gradients(late, late.gradient, x_n, origin, 1000).relevance, [1.8, 0.9])
# Two inputs of a maximum get the same if they add the same, and not because they play the same role.
assert shapley(maximum, np.array([2.0, 3.0]), origin).relevance.tolist() == [1, 2]
assert shapley(maximum, np.array([2.0, 2.0]), origin).relevance.tolist() == [1, 1]
# LRP as first published; and one function as two networks.
dense, relu = layers.Dense, layers.ReLU()
unit = network.Network([dense([[2.0], [1.0]], [-1.0]), relu])
assert (unit.explain([1.0, 1.0], rules=rules.LRP0(absorb_bias=True)).relevance == [2, 1]).all()
one = network.Network([dense([[1.0], [1.0]])])
same = network.Network([dense([[1.0, 0.0], [2.0, 1.0]]), relu, dense([[1.0], [-1.0]])])
assert np.allclose(one.forward(learn[:, :2]), same.forward(learn[:, :2]))
shares = [each.explain([1.0, 1.0], rules=rules.ZPlus()).relevance for each in (one, same)]
assert np.allclose(shares, [[1, 1], [2 / 3, 4 / 3]])
# The blue pixel: sixes have more ink there, and with a penalty on large weights its share nearly vanishes.
blue = (w * x).argmin()
assert divmod(blue, 8) == (6, 7) and f"{w[blue] * x[blue]:.2f}" == "-0.13"
assert f"{learn[is_6, blue].mean():.3f} {learn[~is_6, blue].mean():.3f}" == "0.035 0.010"
rows = np.column_stack([learn, np.ones(len(learn))])
*w_small, b_small = np.linalg.solve(rows.T @ rows + np.diag([10.0] * 64 + [0.0]), rows.T @ is_6)
assert (((ink[held_out] @ w_small + b_small > 0.5) == six).mean()) == (yes == six).mean()
assert f"{w_small[blue] * x[blue]:.2f}" == "-0.02"
assert f"{w[blue - 8]:.2f} {w_small[blue - 8]:.2f}" == "1.43 0.06"
