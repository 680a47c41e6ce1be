"""The numbers that the text and the solutions of ``messages`` state, in the names of its cells."""
# ruff: noqa: F821

e = net.explain([2.0, 1.0, 1.0])
assert np.allclose(e.relevance, [10, -1, 4]) and e.value == 13 and np.allclose(e.layers[1], [3, 10, 0])
e = net.explain([0.0, 2.0, 0.5])
assert np.allclose(e.relevance, [0, 0, 0.5]) and np.allclose(e.layers[1], [2, 0, -1.5])
for w, bias, root in (((2, 1), -1, 1 / 3), ((1, 2), 3, -1), ((1, -2), 3, 3)):
    z = sum(w) + bias
    assert z > 0 and np.isclose(root * sum(w) + bias, 0)  # it lies on the line through the origin and (1, 1)
    assert np.allclose(messages([1.0, 1.0], np.transpose([w]), [z])[:, 0], np.multiply(w, 1 - root))
slope = W1 @ (W2[:, 0] * (x @ W1 > 0))
assert slope[1] == -2 and np.allclose(x * slope, explanation.relevance)
assert np.allclose(messages([1.0, 1.0], [[1.0], [-1.0]], [1.0]), 0)
assert np.allclose(messages([1.0, 1.0], [[1.0], [-2.0]], [2.0]).T, [-2, 4])
rng = np.random.default_rng(0)
a, W, b, R = rng.random(4), rng.normal(size=(4, 3)), rng.normal(size=3), rng.random(3)
bach = messages(a, W, R, LRP0(absorb_bias=True), b)
extended = messages(np.append(a, 1), np.vstack([W, b]), R)
assert np.allclose(extended[:-1], bach) and np.allclose(extended.sum(axis=0), R)
assert np.allclose(extended[-1], R * b / (a @ W + b))
