"""The numbers that the text and the solutions of ``deep-taylor`` state, in the names of its cells."""
# ruff: noqa: F821

head = NeuronWalk(small, [1, 1], layer=1, neuron=0)
assert np.allclose(head.factor(np.array([0, 1])), [0.75, 0.5]) and np.isclose(head.remainder(), 0.25)
assert np.isclose(head.relevance(0.5), 1 / 3) and np.isclose(head.model(0.5), 0.375)
two = Network([Dense([[1, 0], [0, 1]]), ReLU(), Dense([[1], [1]])])
assert np.allclose(NeuronWalk(two, [1, 1], 1, 0).factor(s), 1)

for b, c, remainder in ((-0.75, [0.75, 0.25], 0.5), (0.0, [1, 1], 0)):
    biased = Network([Dense([[1, 1], [0, 1]]), ReLU(), Dense([[1], [1]], bias=[b])])
    head = NeuronWalk(biased, [1, 1], 1, 0)
    assert np.allclose(head.factor([0, 1]), c) and np.isclose(head.remainder(), remainder)
    assert np.isclose(head.factor(0.5), (3 + b - 1) / 2)

# Biases of the trained network, and the c of the neurons that the class has no use for.
assert max(layer.bias.max() for layer in trained.weighted) <= 0 and not third.bias.any()
for walk, on in walks(2, ZPlus()):
    unused = third.weight[walk.neuron, read[on]] <= 0
    assert not walk.factor(0)[unused].any() and (walk.factor(0)[~unused] != 0).all()

negative, of_all = [], []
for walk, _ in walks(2, ZPlus()):
    start, end = walk.factor([[0], [1]])
    below_zero = walk.explain(1).value < 0
    many = (start != 0) & (np.abs(start - end) > 3 * np.abs(start))
    negative.append(below_zero[many])
    of_all.append(below_zero)
assert f"{np.mean(np.concatenate(negative)):.0%} {np.mean(np.concatenate(of_all)):.0%}" == "98% 8%"

# The closing table, and what the text says of the walks and of the search.
for layer, left in ((2, 0.32), (1, 0.09)):
    pairs = [walk.factor([[1], [0]])[:, walk.factor(0) != 0] for walk, _ in walks(layer, ZPlus())]
    q = np.divide(*np.hstack(pairs))
    assert round(np.median(np.abs(1 - q)), 2) == left
assert (length < np.where(same, apart, np.inf).min(axis=1)).mean() > 0.8
assert quality(predicted).endswith("off by 8%") and f"{np.median(over):.0%}" == "8%"

n = DeepFigure(x=(1, 2)).numbers()
assert n["a"][1] == [2, 2] and np.allclose(n["c"][::2], [2, 3]) and np.isclose(n["corners"][0]["s"], 0.6)
assert np.isclose(n["R_j"] - n["epsilon"], 6) and n["R"][0] == [4, 2] and n["f_x"] == 6 and np.isclose(n["epsilon"], -2)
n = DeepFigure(above="lrp0").numbers()
assert np.allclose(n["c"], 3) and [corner["neuron"] for corner in n["corners"]] == [4]
n = DeepFigure(neuron="5", b=-1).numbers()
assert np.allclose(n["c"][::2], [0.75, 0.6]) and not n["corners"]
n = DeepFigure(walk="w2").numbers()
assert np.allclose(n["c"], 2) and n["a"][1] == [2, 2]
for x1, both, switches, c, epsilon, R_3 in (
    (0.8, [1.8, 2.2], {"neuron": 5, "on": False}, [1.78, 1], 1.4, 3.2),
    (1.2, [2.2, 1.8], {"neuron": 4, "on": False}, [2.18, 3], -1.8, 4.8),
):
    n = DeepFigure(x=(x1, 2), walk="w2").numbers()
    assert np.allclose(n["a"][1], both) and np.allclose(n["c"][::2], c, atol=0.005)
    assert np.isclose(n["epsilon"], epsilon) and np.isclose(n["R_j"], R_3) and (n["root"][0] < 0) == (x1 < 1)
    assert [{key: corner[key] for key in ("neuron", "on")} for corner in n["corners"]] == [switches]

# By relevance: the first and the fourth row of the table, and where many times R_j is left over.
for layer, rules_above, part in ((2, [ZPlus()], 0.71), (1, [ZPlus(), ZPlus()], 0.33)):
    (E, S), starts, many = np.zeros((2, len(X))), [], []
    for walk, on in walks(layer, rules_above):
        start, end = walk.factor([[0], [1]])
        E[on] += np.abs(walk.remainder())
        S[on] += np.abs(walk.relevance(0))
        starts.append(np.abs(start[start != 0]))
        many.append(np.abs(start - end)[start != 0] > 3 * starts[-1])
    assert round(np.median(E / S), 2) == part
    starts, many = np.concatenate(starts), np.concatenate(many)
assert np.median(starts[many]) < 0.05 * np.median(starts)
assert np.mean(starts[many] < 0.05 * np.median(starts)) > 0.8
# In the second layer, with z⁺, c_j is its weight times one number, negative at the root where the output is.
one_number = {row: [] for row in range(len(X))}
for walk, on in walks(2, ZPlus()):
    start, end = walk.factor([[0], [1]])
    assert ((end < 0) == (walk.explain(1).value < 0))[start > 0].all()
    used = start > 0
    for row, c in zip(on[used], start[used] / third.weight[walk.neuron, read[on[used]]], strict=True):
        one_number[row].append(c)
assert all(np.ptp(c) < 1e-14 for c in one_number.values() if c)


# When c_j stays: neither condition is enough alone.
def left_in_second(network, way):
    seen = np.maximum(0, network.weighted[0].forward(X))
    q = []
    for j in range(32):
        on = network.weighted[1].forward(seen)[:, j] > 0
        start, end = NeuronWalk(network, X[on], 2, j, way, ZPlus(), read[on]).factor([[0], [1]])
        q.append(np.abs(1 - end[start != 0] / start[start != 0]))
    return round(np.median(np.concatenate(q)), 2)


assert left_in_second(plain, roots.zplus_direction) == 0.35 and left_in_second(trained, roots.z_direction) == 0.2
# The picture of the nearest root, set back into the box, and what lies outside of it.
row = np.flatnonzero((X[some] == picture).all(axis=1))[0]
back = trained.forward(np.clip(root[row], -1, 1))[target[row]] / value[row]
assert f"{back:.0%}" == "14%" and (np.abs(root) > 1 + 1e-9).any(axis=1).all()
# The weights of neurons 3 and 4, and the biases of -1 at 5, 6 and 7.
figure = DeepFigure()
assert np.array_equal(figure.constants["weights"][0], [[1, -1], [1, 3]])
assert tuple(figure.constants["bias"]) == (-1, -3)
