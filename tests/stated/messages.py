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
w5, v = W1[:, 1], np.array([1.0, 2.0, 1.0])  # the walk of neuron 5
assert np.allclose(w5 * v / (w5 @ v), [1, -1, 1]) and np.allclose(to_inputs[:, 1], [4, -4, 4])
slope = W1 @ (W2[:, 0] * (x @ W1 > 0))
assert slope[1] == -2 and np.allclose(x * slope, explanation.relevance)
assert np.allclose(messages([1.0, 1.0], [[1.0], [-1.0]], [1.0]), 0)
assert np.allclose(messages([1.0, 1.0], [[1.0], [-2.0]], [2.0]).T, [-2, 4])
almost = messages(np.ones(3), [[0.1], [0.2], [-0.3]], [1.0])
assert 1e14 < np.abs(almost).max() < 1e16
assert net.forward(np.array([0.0, 2.0, 0.5])) == 0.5 and net.forward(np.array([0.0, 0.0, 0.5])) == 2

figure = NetworkFigure(b=(0, 1, 0))
assert figure.numbers()["totals"] == [8, 8, 8]
figure.absorb = "yes"
assert np.allclose(figure.numbers()["totals"], [6, 8, 8])
assert NetworkFigure(W1=((1, 2, 0), (1, 0, 1), (0, 2, -1))).numbers()["totals"] == [10, 10, 10]
rng = np.random.default_rng(0)
a, W, b, R = rng.random(4), rng.normal(size=(4, 3)), rng.normal(size=3), rng.random(3)
bach = messages(a, W, R, LRP0(absorb_bias=True), b)
extended = messages(np.append(a, 1), np.vstack([W, b]), R)
assert np.allclose(extended[:-1], bach) and np.allclose(extended.sum(axis=0), R)
assert np.allclose(extended[-1], R * b / (a @ W + b))
# On a hinge, x = (2, 1, 1), the one-sided slopes in x_2 and x_3 differ, and LRP-0 goes with neither side alone.
at, h = np.array([2.0, 1.0, 1.0]), 1e-3
sides = [(net.forward(at + s * h * e) - net.forward(at)).item() / (s * h) for e in np.eye(3)[1:] for s in (-1, 1)]
assert np.allclose(sides, [-1, -2, 5, 4])
