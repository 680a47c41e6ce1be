"""The numbers that the text and the solutions of ``explanations`` state, in the names of its cells."""
# ruff: noqa: F821

import numpy as np

from lrp_edu import roots

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
