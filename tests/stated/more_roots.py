"""The numbers that the text and the solutions of ``more-roots`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu import layers, network, rules

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

# The two inputs of which some rule says more than z⁺: who gives the second one a positive share.
unit, x = Neuron([1.5, -0.5]), np.array([2.0, 1.8])
signs = {name: np.sign(roots.relevance(unit, x, v).relevance[1]) for name, v in directions.items()}
assert signs == {"w²": 1, "z": -1, "z⁺": 0, "zᴮ": 1, "γ=1": -1, "αβ": -1, "flat": 1}
# The small square: x − v, for γ with the direction that switches the helpers off.
for name, v in (("z", x), ("zplus", roots.zplus_direction(x, unit.w)), ("zbox", roots.zbox_direction(x, unit.w, *box)),
                ("gamma", roots.gamma_direction(x, unit.w, 1) / 2)):  # fmt: skip
    assert np.allclose(NeuronFigure(x=(2, 1.8), w=(1.5, -0.5), b=0, direction=name, domain="box").last(), x - v)
# The nearest root in the box, among points of the hinge in it.
hinge = np.column_stack([np.linspace(0, 2 / 3, 2001), 3 * np.linspace(0, 2 / 3, 2001)])
nearest = hinge[np.linalg.norm(hinge - x, axis=1).argmin()]
assert np.allclose(nearest, (0.67, 2), atol=0.005) and np.allclose(unit.w * (x - nearest), (2, 0.1), atol=0.005)

# γ between z and z⁺ if n < 0: no root at γ = −n / n⁺.
turned, ones = Neuron([1.0, -2.0], 2.0), np.ones(2)
for gamma, sign in ((0.99, -1), (1.01, 1)):
    shares = roots.relevance(turned, ones, roots.gamma_direction(ones, turned.w, gamma)).relevance
    assert shares[0] * sign > 100 and abs(shares.sum() - 1) < 1e-10
# Five walks without a root: along the hinge, and without a direction.
corner = Neuron([1.0, 1.0], 1.0), np.zeros(2)
helpless = Neuron([-1.0, -1.0], 3.0), ones
for (silent_never, point), v in (
    ((turned, ones), roots.gamma_direction(ones, turned.w, 1)),
    (corner, roots.z_direction(corner[1], corner[0].w)),
    (corner, roots.gamma_direction(corner[1], corner[0].w, 1)),
    (corner, roots.zbox_direction(corner[1], corner[0].w, 0, 1)),
    (helpless, roots.zplus_direction(ones, helpless[0].w)),
):
    try:
        roots.root(silent_never, point, v)
    except ValueError:
        continue
    raise AssertionError(f"a root was found along {v}")
# In a box that goes below 0, z may walk on beyond the origin.
assert np.allclose(roots.z_root([0.5], [1.0], 0.3), -0.3)
# α = 1 and β = 0 are z⁺; the rules as published agree without a bias, and with one their shares miss z.
for rule, direction in ((rules.LRP0, roots.z_direction), (rules.Gamma, roots.gamma_direction),
                        (rules.AlphaBeta, roots.alphabeta_direction)):  # fmt: skip
    published = rule(absorb_bias=True)
    setting = [value for value in (getattr(published, "gamma", None), getattr(published, "alpha", None)) if value]
    for b in (0.0, -1.0):
        one = network.Network([layers.Dense(unit.w[:, None], [b]), layers.ReLU()])
        R = one.explain(x, rules=published).relevance
        ours = roots.relevance(Neuron(unit.w, b), x, direction(x, unit.w, *setting)).relevance
        assert np.allclose(R, ours) == (b == 0) and np.isclose(R.sum(), one.forward(x).item()) == (b == 0)
assert np.allclose(roots.alphabeta_direction(x, unit.w, 1.0) * unit.w, [1, 0])
# ε walks the way of z and stops before the hinge; what the output is there, stays behind.
damped = network.Network([layers.Dense(unit.w[:, None])]).explain(x, rules=rules.Epsilon(0.5)).relevance
stop = x - damped / unit.w
assert np.allclose(stop, stop[0] / x[0] * x) and np.isclose(unit(stop), unit(x) - damped.sum()) and unit(stop) > 0
# The sign of the denominator stays with ε.
lost = network.Network([layers.Dense([[1.0], [-1.0]], [1.0])])
for eps, R in ((0.1, (-0.83, 1.25)), (1.0, (-0.33, 0.5))):
    assert np.allclose(lost.explain([1.0, 1.5], rules=rules.Epsilon(eps)).relevance, R, atol=0.005)
# The conditions of the table, of which "ahead" is one: here z turns back, and its root lies inside though b > 0.
back = roots.root(Neuron([1.0, -1.0], 1.0), np.array([1.0, 1.5]), np.array([1.0, 1.5]))
assert np.allclose(back, (2, 3))
rng = np.random.default_rng(3)
for x, w, b in zip(rng.uniform(size=(400, 4)), rng.normal(size=(400, 4)), rng.normal(size=400), strict=True):
    if w @ x > 0 and w @ x + b > 0:
        sums = np.abs(np.minimum(0, w)) @ x
        for v, most in ((x, 0), (roots.gamma_direction(x, w, 1) / 2, sums / 2), (roots.zplus_direction(x, w), sums),
                        (roots.zbox_direction(x, w, 0, 1), -np.minimum(0, w).sum())):  # fmt: skip
            inside = roots.in_domain(roots.root(Neuron(w, b), x, v), -1e-12, 1 + 1e-12)
            assert inside == (b <= most) == (w @ (x - v) + b <= 0)
