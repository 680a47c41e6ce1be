"""The numbers that the text and the solutions of ``full-network`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu.claims.reference import has_factor_a

toy_plus = seven_neurons().explain([1.0, 2.0, 1.0], rules=ZPlus())
assert np.allclose(toy_plus.relevance * 7, [18, 12, 12]) and np.allclose(toy_plus.layers[1] * 7, [18, 24, 0])
for rule in RULES.values():
    silent = seven_neurons().explain([0.0, 2.0, 0.5], rules=rule()).layers[1][1]
    assert (silent == 0) == has_factor_a(rule.name), rule
back = Network([Dense([[1.0], [2.0]], [-1.0])]).explain([1.0, 1.0], rules=LRP0(absorb_bias=True))
assert back.value == 2 and np.allclose(back.relevance, [1, 2]) and back.audit().rows[0].bias == -1
assert np.allclose(leak.relevance, [1, 2]) and leak.value == 6
assert np.allclose(doubled.audit().rows[0].no_receiver, -3) and np.allclose(damped.audit().rows[1].stabilizer, 0.150159)

outputs = trained.forward(picture)
assert len(X) == 359 and np.allclose(outputs[[3, 2]], [5.15, 2.64], atol=0.005) and (outputs > 0).sum() == 2
assert all(np.all(layer.bias <= 0) for layer in trained.weighted)
for rule, R in ((LRP0(), (1, -1.2)), (ZPlus(), (-0.2, 0)), (AlphaBeta(2), (-0.4, 0.2)), (Gamma(0.25), (-5, 4.8))):
    assert np.allclose(Network([Dense([[1.0], [-1.2]])]).explain([1.0, 1.0], rules=rule).relevance, R)
stopped = np.ones(2) - 2 / 3.5  # with b = -1: ε = 0.5, z = 2, q = 3, one neuron with w = (2, 1)
assert np.isclose(stopped @ [2, 1] - 1, 2 * 0.5 / 3.5)
assert seven_neurons().explain([0.0, 2.0, 0.5], rules=[LRP0(), ZBox(0, 3)]).layers[1][1] == 0
for some in ([AlphaBeta(2)] * 3, [ZBox(), AlphaBeta(2), AlphaBeta(2)]):
    e = trained.explain(X, labels, some)
    assert np.allclose(e.relevance.sum(axis=1), e.value, rtol=1e-12)
before = trained.forward(X)
trained.explain(X, labels, [ZBox(), Gamma(0.5), WSquare()])
assert np.array_equal(trained.forward(X), before)
assert np.all((flat.forward(X[:2])[:, 3] < 0) & (labels[:2] != 3))
