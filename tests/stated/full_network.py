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
