"""The numbers that the text and the solutions of ``deep-taylor`` state, in the names of its cells."""
# ruff: noqa: F821

n = DeepFigure(x=(1, 2)).numbers()
assert n["a"][1] == [2, 2] and np.allclose(n["c"][::2], [2, 3]) and np.isclose(n["corners"][0]["s"], 0.6)
assert np.isclose(n["R_j"] - n["epsilon"], 6) and n["R"][0] == [4, 2] and n["f_x"] == 6 and np.isclose(n["epsilon"], -2)
n = DeepFigure(above="lrp0").numbers()
assert np.allclose(n["c"], 3) and [corner["neuron"] for corner in n["corners"]] == [4]
n = DeepFigure(neuron="5", b=-1).numbers()
assert np.allclose(n["c"][::2], [0.75, 0.6]) and not n["corners"]
n = DeepFigure(walk="w2").numbers()
assert np.allclose(n["c"], 2) and n["a"][1] == [2, 2]
for x1, hidden, switches, c, epsilon, R_3 in (
    (0.8, [1.8, 2.2], {"neuron": 5, "on": False}, [1.78, 1], 1.4, 3.2),
    (1.2, [2.2, 1.8], {"neuron": 4, "on": False}, [2.18, 3], -1.8, 4.8),
):
    n = DeepFigure(x=(x1, 2), walk="w2").numbers()
    assert np.allclose(n["a"][1], hidden) and np.allclose(n["c"][::2], c, atol=0.005)
    assert np.isclose(n["epsilon"], epsilon) and np.isclose(n["R_j"], R_3) and (n["root"][0] < 0) == (x1 < 1)
    assert [{key: corner[key] for key in ("neuron", "on")} for corner in n["corners"]] == [switches]
