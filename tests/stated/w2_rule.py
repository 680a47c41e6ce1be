"""The numbers that the text of ``w2-rule`` states, in the names of its cells."""
# ruff: noqa: F821

for x2, outside in ((1.49, False), (1.51, True)):  # the border x₂ = 1 + x₁ / 2 at x₁ = 1
    assert (roots.w2_root([1.0, x2], [2, 1], -1)[0] < 0) == outside
for x1, outside in ((2.49, False), (2.51, True)):
    assert (roots.w2_root([x1, 1.0], [2, 1], -1)[1] < 0) == outside
w = np.array([2.0, 1.0])
for v, R in ((np.sign(w), [4 / 3, 2 / 3]), ([1, 0], [2, 0])):  # by the largest part, by their sum
    assert np.allclose(roots.relevance(Neuron(w, -1), [1, 1], v).relevance, R)
assert np.allclose(roots.root(Neuron(w, -1), np.ones(2), np.sign(w)), 1 / 3)
tied = Neuron(np.ones(2))  # as near, by the sum of the steps, and each with shares of its own
for a, R in (([-1, 1], [2, 0]), ([0, 0], [1, 1]), ([1, -1], [0, 2])):
    split = tied.decompose(np.ones(2), a)
    assert abs(1 - np.array(a)).sum() == 2 and split.relevance.tolist() == R and split.remainder == 0
for v in (np.sign, lambda w: w**3, lambda w: w / 7):  # other directions keep the denominator and the signs
    assert (W * v(W)).min() >= 0 and (W * v(W)).sum(axis=1).min() > 0
