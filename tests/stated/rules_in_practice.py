"""The numbers that the text and the solutions of ``rules-in-practice`` state, in the names of its cells."""
# ruff: noqa: F821

from dataclasses import replace
from itertools import product

from lrp_edu.rules import RULES

# 512 mixtures, of which 343 have no ε, and all of these add up to the logit of the 3.
every = [rule(0.25) if rule is Epsilon else rule() for rule in RULES.values()]
mixtures = list(product(every, repeat=3))
sums = np.array([trained.explain(picture, 3, list(chosen)).relevance.sum() for chosen in mixtures])
kept = np.isclose(sums, trained.forward(picture)[3], rtol=1e-9)
assert len(mixtures) == 512 and kept.sum() == 343
assert all(keeps == (Epsilon(0.25) not in chosen) for keeps, chosen in zip(kept, mixtures, strict=True))

# The pictures.
def red_and_blue(rules, target=3):
    R = trained.explain(picture, target, rules).relevance
    return np.maximum(R, 0).sum(), -np.minimum(R, 0).sum()

assert np.isclose(sum(red_and_blue(LRP0())), 14.1, atol=0.05)
assert round(trained.explain(picture, 3, Epsilon(0.25)).relevance.sum(), 2) == 4.14
assert all(more > less for more, less in zip(red_and_blue(Gamma(0.25)), red_and_blue(LRP0()), strict=True))
assert red_and_blue(ZPlus())[1] == 0 and red_and_blue([ZBox(), LRP0(), LRP0()])[1] < 0.005
assert min(red_and_blue([WSquare(), LRP0(), LRP0()])) < 0.05
assert np.allclose(neuron.explain(x, rules=AlphaBeta(2)).relevance, (2 * 2.1, -2.1))
assert np.allclose(trained.explain(picture, 3, [Flat(), LRP0(), LRP0()]).relevance, 5.148363 / 64)
assert trained.forward(picture)[9].round(2) == -2.19
assert np.allclose(red_and_blue(Gamma(0.25), 9), (34.2, 36.4), atol=0.05)
assert np.allclose(red_and_blue(LRP0(), 9), (8.0, 10.2), atol=0.05)
assert np.allclose(red_and_blue([Gamma(0.25), Gamma(0.25), LRP0()], 9), (10.6, 12.8), atol=0.05)
begun = DigitFigure(pixels=picture)  # no blue pixel; a change of one rule brings some
assert (begun.first, begun.hidden, begun.upper) == ("zbox", "gamma", "lrp0")
assert red_and_blue([ZBox(), Gamma(0.25), LRP0()])[1] == 0 < red_and_blue([LRP0(), Gamma(0.25), LRP0()])[1]
stopped = np.ones(2) - 2 / 3.5  # with b = -1: ε = 0.5, z = 2, q = 3, one neuron with w = (2, 1)
assert np.isclose(stopped @ [2, 1] - 1, 2 * 0.5 / 3.5)

# Negative outputs.
for rule, R in ((LRP0(), (1, -1.2)), (ZPlus(), (-0.2, 0)), (AlphaBeta(2), (-0.4, 0.2)), (Gamma(0.25), (-5, 4.8))):
    assert np.allclose(Network([Dense([[1.0], [-1.2]])]).explain([1.0, 1.0], rules=rule).relevance, R)
for rule, R in ((ZPlus(), (0, 0)), (AlphaBeta(2), (1, 2))):  # nothing adds
    assert np.allclose(Network([Dense([[-1.0], [-2.0]])]).explain([1.0, 1.0], rules=rule).relevance, R)
# A difference of outputs, one of them negative: by z⁺ the two passes and the one neuron differ.
two = Network([Dense([[0.5, 1.0], [0.0, -1.2]])])
start = two.forward([1.0, 1.0]) * [1, -1]
assert np.allclose(start, [0.5, 0.2])
for rule, passes, single in ((LRP0(), (-0.5, 1.2), (-0.5, 1.2)), (ZPlus(), (0.7, 0), (0, 0.7))):
    assert np.allclose(two.relprop(start, rule), passes)
    assert np.allclose(Network([Dense([[-0.5], [1.2]])]).explain([1.0, 1.0], rules=rule).relevance, single)

# Held not constant, s gives a gradient of zero: Σ z s is Σ R, whatever a is.
layer, h, R = Dense(second.weight), np.maximum(0, trained.weighted[0].forward(X)), e.layers[1]
z = layer.forward(h[:5])
assert np.allclose((z * (1 / z)).sum(axis=1), second.outputs)

assert np.maximum(0, trained.weighted[0].forward(X)).max() < 6

# The composites by kind see dense layers only.
of_kind = [make(trained) for name, make in COMPOSITES.items() if name.startswith("Epsilon")]
assert len(of_kind) == 5 and all(rule.name in ("ε", "flat") for chosen in of_kind for rule in chosen)

# The table, as the text reads it.
assert table["LRP-0, LRP-0, LRP-0"][0].round(1) == 2.4 and table["α2β1, α2β1, α2β1"][0].round(1) == 2.9
signs = [scores for name, scores in table.items() if "z⁺" not in name]
assert len(signs) == 5 and all(np.round(scores[1], 2) <= 0.25 and scores[1] < scores[2] + 0.04 for scores in signs)
for rule, size in {ZBox(): 1.02, WSquare(): 1.02, ZPlus(): 1.04, Flat(): 1.00}.items():
    maps = trained.explain(X, top, [rule, LRP0(), LRP0()])
    assert np.median(np.abs(maps.relevance).sum(axis=1) / np.abs(maps.value)).round(2) == size
assert all(layer.bias.max() <= 0 for layer in trained.weighted)  # so for z⁺ it changes nothing
for name, chosen in zip(table, candidates, strict=True):
    if "z⁺" in name:
        continue
    into = [rule if rule == box else replace(rule, absorb_bias=True) for rule in chosen]
    change = np.abs(np.subtract(scores(into), table[name]))
    if name == "LRP-0, LRP-0, LRP-0":
        assert (table[name][0] + change[0]).round(2) == 2.58
        change[0] = 0
    assert change.max() < 0.02
assert np.allclose(  # EpsilonGammaBox on such layers: our composite, but for a tiny ε
    trained.explain(X, top, [box, Gamma(0.25), tiny]).relevance, trained.explain(X, top, ours).relevance, atol=1e-5
)
most = np.array(list(table.values()))[:, 3:].argmax(axis=0)
assert all(list(table)[k] == "LRP-0, LRP-0, LRP-0" for k in most)
assert np.all(np.array(table["zᴮ, LRP-0, LRP-0"][3:]) >= table["zᴮ, γ, LRP-0"][3:])

# Another zero: gradient × input moves too, and with the bias in the denominator no share runs away.
for rule, there in ((WSquare(), WSquare()), (box, ZBox(0, 2))):
    before, after = trained.explain(X, top, [rule, LRP0(), LRP0()]), moved.explain(U, top, [there, LRP0(), LRP0()])
    assert np.array_equal(before.relevance, after.relevance)
both = [net.explain(inputs, top, LRP0(absorb_bias=True)).relevance for net, inputs in ((trained, X), (moved, U))]
assert np.median(correlation(*both)).round(2) == 0.40 and np.abs(both).max() < 10
for R, net, inputs in zip(both, (trained, moved), (X, U), strict=True):
    net.forward(inputs)
    assert np.allclose(R, inputs * net.gradprop(np.eye(10)[top]))
for inputs, net in ((X, trained), (U, moved)):
    assert np.abs(net.explain(inputs, top, [Gamma(0.25), LRP0(), LRP0()]).relevance).max() > 200

# The exercises.
for rule, R in (
    (LRP0(), (-1, 2)), (ZPlus(), (0, 1)), (AlphaBeta(2), (-1, 2)), (WSquare(), (0.2, 0.8)), (Flat(), (0.5, 0.5)),
    (ZBox(), (0, 1)), (Gamma(1), (0, 0)),
):
    assert np.allclose(of_one(rule, [1, -2], [-1, -1], 1), R)
for layer in ("upper", "hidden", "first"):
    assert "stabilizer" in DigitFigure(pixels=picture, **{layer: "epsilon"}).numbers()["notes"]
for layer, rule in product(("upper", "hidden"), ("wsquare", "flat", "zbox")):
    fed = DigitFigure(pixels=picture, **{layer: rule}).numbers()
    assert "fed" in fed["notes"] and np.isclose(fed["gap"], 0)
assert DigitFigure(pixels=picture, first="flat").numbers()["notes"] == ["conserved"]
