"""The numbers that the text and the solutions of ``more-roots`` state, in the names of its cells."""
# ruff: noqa: F821

unit, x, box = Neuron([1.5, -0.5]), np.array([2.0, 1.8]), (0, 2)
for v, point, R in (
    (roots.w2_direction(x, unit.w), (0.74, 2.22), (1.89, 0.21)),
    (roots.zbox_direction(x, unit.w, *box), (0.65, 1.94), (2.03, 0.07)),
    (roots.zplus_direction(x, unit.w), (0.6, 1.8), (2.1, 0)),
    (roots.z_direction(x, unit.w), (0, 0), (3, -0.9)),
    (roots.gamma_direction(x, unit.w, 1), (0.35, 1.06), (2.47, -0.37)),
):
    assert np.allclose(roots.root(unit, x, v), point, atol=0.005)
    assert np.allclose(roots.relevance(unit, x, v).relevance, R, atol=0.005)

# What happens to the walks as the bias of the live figure is raised by steps of 0.1.
for name, last in (("z", 0), ("gamma", 0.4), ("zplus", 0.9), ("zbox", 1)):
    states = [NeuronFigure(x=(2, 1.8), w=(1.5, -0.5), b=b / 10, direction=name, domain="box") for b in range(21)]
    assert [figure.b for figure in states if figure.numbers()["notes"] == ["root"]][-1] == last

for name, ends in (("z", False), ("zplus", True), ("zbox", True)):
    figure = NeuronFigure(x=(1, 1), w=(2, -1), b=0.5, direction=name, domain="box")
    assert (figure.numbers()["notes"] == ["root"]) == ends and figure.numbers()["f_x"] == 1.5
assert np.allclose(roots.z_root([1, 1], [2, -1], 0.5), -0.5)
assert np.allclose(roots.zbox_root([0, 1], [1, 1], -0.5, -1, 1), (-1 / 6, 2 / 3))
assert np.allclose(roots.zbox_root([0, 1], [1, 1], -0.5, 0, 1), (0, 0.5))

unit, x = Neuron([3.0, 2.0, -1.0], 0.5), np.ones(3)
assert np.allclose(x - np.multiply([0.1, 0.1, 0.8], unit(x)) / unit.w, (0.85, 0.775, 4.6))
