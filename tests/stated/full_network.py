"""The numbers that the text and the solutions of ``full-network`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu.claims.reference import has_factor_a
from lrp_edu.messages import seven_neurons
from lrp_edu.rules import Flat, Gamma, WSquare

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
assert seven_neurons().explain([0.0, 2.0, 0.5], rules=[LRP0(), ZBox(0, 3)]).layers[1][1] == 0
for some in ([AlphaBeta(2)] * 3, [ZBox(), AlphaBeta(2), AlphaBeta(2)]):
    e = trained.explain(X, labels, some)
    assert np.allclose(e.relevance.sum(axis=1), e.value, rtol=1e-12)
before = trained.forward(X)
trained.explain(X, labels, [ZBox(), Gamma(0.5), WSquare()])
assert np.array_equal(trained.forward(X), before)
assert np.all((flat.forward(X[:2])[:, 3] < 0) & (labels[:2] != 3))

# The terms in the table of ``rules-in-practice``, by `pass_down`, on the first layer of the digits network. Its inputs
# have both signs.
a, W, layer = picture, first.weight, Network([Dense(first.weight)])
R, q = np.maximum(0, first.forward(a)), layer.forward(a)
plus, minus, one = np.maximum(0, a), np.minimum(0, a), np.ones_like(a)
Wp, Wm, kept = np.maximum(0, W), np.minimum(0, W), q / (q + np.copysign(0.25, q))
adds, takes = [(plus, Wp), (minus, Wm)], [(plus, Wm), (minus, Wp)]
table = {
    LRP0(): pass_down([(a, W)], R),
    Epsilon(0.25): pass_down([(a, W)], R * kept),  # LRP-0, with each R damped
    Gamma(0.25): pass_down([(a, W + 0.25 * Wp)], R),
    ZPlus(): pass_down(adds, R),
    AlphaBeta(2): 2 * pass_down(adds, R) - 1 * pass_down(takes, R),
    WSquare(): pass_down([(one, W**2)], R),
    Flat(): pass_down([(one, np.ones_like(W))], R),
    ZBox(-1, 1): pass_down([(a + 1, Wp), (a - 1, Wm)], R),
}
difference = max(np.abs(R_i - layer.relprop(R, rule)).max() for rule, R_i in table.items())
assert len(table) == len(RULES) and difference < 1e-12

# An output has no ReLU: z⁺ may find nobody who adds to a negative one. Here each has somebody.
for digit in range(10):
    e = trained.explain(X, digit, deep_taylor)
    assert np.allclose(e.relevance.sum(axis=1), e.value, rtol=1e-9)
nobody = Network([Dense([[1.0]]), ReLU(), Dense([[-1.0]])]).explain([1.0], rules=ZPlus())
assert nobody.value == -1 and nobody.relevance == 0 and nobody.audit().rows[0].no_receiver == -1
toy = seven_neurons()
assert toy.forward(np.array([1.0, 2.0, 1.0])) == 6 and np.allclose(toy.gradprop(np.ones(1)), [5, -2, 5])
# ε with the bias in, and small, is nearly gradient × input.
trained.forward(X)
product = X * trained.gradprop(T)
assert np.abs(trained.explain(X, labels, Epsilon(1e-6, absorb_bias=True)).relevance - product).max() < 0.01

# The exercise on other activation functions: where the tanh is negative, and other draws of the weights.
for given, got in (([-2.0, 1.0], [0, -0.762]), ([-2.0, -1.0], [0, 0])):
    bent = Network([Dense([[1.0], [1.0]]), Tanh()]).explain(given, rules=ZPlus())
    assert np.allclose(bent.relevance, got, atol=5e-4) and bent.value < -0.7
sizes = []
for seed in range(7):
    rng = np.random.default_rng(seed)
    x, (W1, W2, w) = rng.uniform(-1, 1, (1000, 8)), (rng.normal(size=(8, n)) for n in (8, 8, 1))
    for size in (0.1, 1.0, 10.0):
        net = Network([Dense(size * W1), Sigmoid(), Dense(size * W2), Sigmoid(), Dense(w)])
        e = net.explain(x)
        sizes.append(np.median(np.abs(e.relevance).sum(axis=1) / np.abs(e.value)))
assert [round(part) for part in (min(sizes[:3]), max(sizes[:3]), min(sizes[3:]), max(sizes[3:]))] == [34, 126, 8, 143]
