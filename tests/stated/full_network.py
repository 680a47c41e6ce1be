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
why_not_2 = contrast(trained)
assert np.isclose(why_not_2.sum(), np.log(P[3] / P[2])) and why_not_2.sum().round(2) == 2.68
assert why_not_2.argmax() == strongest[1]
assert trained.explain(picture, 2, rules).relevance[strongest[1]] < 0

def medians(rule):
    def pattern(net):
        e = net.explain(X, top, [ZBox(), rule, rule])
        return e.relevance / e.value[:, None]

    whole = pattern(trained)
    weights = [np.random.default_rng(k).permutation(third.weight.ravel()).reshape(32, 10) for k in range(5)]
    maps = [pattern(Network([*trained.layers[:-1], Dense(W)])) for W in weights] + [np.roll(whole, 1, axis=0)]
    return [np.median(correlation(whole, m)).round(2) for m in maps]

*shuffles, images = medians(ZPlus())
assert min(shuffles) == 0.95 and max(shuffles) == 0.96 and images == 0.43, (shuffles, images)
*shuffles, images = medians(LRP0())
assert min(shuffles) == 0.21 and max(shuffles) == 0.48 and images == 0.11, (shuffles, images)
assert list(strongest) == [8 * 2 + 3, 8 * 5 + 3]
assert digits.images[digits.labels == 2][:, strongest[1]].mean() > 0.3
assert (third.weight[:, 3] <= 0).sum() and not c_second(a, 3)[third.weight[:, 3] <= 0].any()
