"""Layers of a transformer and the ways of relevance through them, against slow loops over complex numbers."""

import pickle

import numpy as np
import pytest

from lrp_edu.attention import (
    VARIANTS,
    AttnLRP,
    ChainRule,
    LastToken,
    LayerNorm,
    Residual,
    SelfAttention,
    Transformer,
    WeightsFixed,
    rollout,
)
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.propagate import KINDS, losses, propagate
from lrp_edu.rules import LRP0, Epsilon, ZPlus

TOKENS, FEATURES, HEADS = 4, 6, 2
STEP = 1e-30


def dense(rng, inputs, outputs, bias=True):
    return Dense(rng.normal(size=(inputs, outputs)) / np.sqrt(inputs), bias * rng.normal(size=outputs) * 0.3)


def norm(rng, bias=True):
    return LayerNorm(rng.normal(size=FEATURES), bias * rng.normal(size=FEATURES) * 0.3, eps=0.01)


def heads(rng, bias=True):
    sizes = (FEATURES, 4), (FEATURES, 4), (FEATURES, FEATURES), (FEATURES, FEATURES)
    return SelfAttention(*(dense(rng, *size, bias) for size in sizes), heads=HEADS)


def transformer(seed=0, bias=True):
    rng, layers = np.random.default_rng(seed), []
    for _ in range(2):
        layers.append(Residual([norm(rng, bias), heads(rng, bias)]))
        feed = dense(rng, FEATURES, 7, bias), ReLU(), dense(rng, 7, FEATURES, bias)
        layers.append(Residual([norm(rng, bias), *feed]))
    layers += [LastToken(), norm(rng, bias), dense(rng, FEATURES, 3, bias)]
    return Transformer(rng.normal(size=(5, FEATURES)), rng.normal(size=(TOKENS, FEATURES)), layers)


def sequences(seed=0, n=6):
    return np.random.default_rng(seed).integers(5, size=(n, TOKENS))


# --- slow twins, in loops over complex numbers. What a rule holds fixed keeps the value that it had at the point.
# What it halves is half of a product with the one factor held and half with the other. ---


def slow_dense(layer, x, keep):
    W, b = layer.weight, layer.bias
    return [[b[j] + sum(row[i] * W[i, j] for i in range(len(row))) for j in range(len(b))] for row in x]


def slow_norm(layer, x, keep):
    y = []
    for t, row in enumerate(x):
        mean = sum(row) / len(row)
        sigma = keep(f"σ {t}", "sigma", (sum((v - mean) ** 2 for v in row) / len(row) + layer.eps) ** 0.5)
        y.append([(v - mean) / sigma * g + b for v, g, b in zip(row, layer.scale, layer.shift, strict=True)])
    return y


def slow_attention(layer, x, keep):
    q, k, v = (slow_dense(part, x, keep) for part in (layer.query, layer.key, layer.value))
    tokens, e, wide = range(len(x)), len(q[0]) // layer.heads, len(v[0]) // layer.heads
    O = [[0] * len(v[0]) for _ in tokens]  # noqa: E741
    for h in range(layer.heads):
        for i in tokens:
            raw = []
            for j in tokens:
                pairs = [(q[i][c], k[j][c], f"{h} {i} {j} {c}") for c in range(h * e, (h + 1) * e)]
                raw.append(sum(keep.times(f"s {n}", "scores", a, b) for a, b, n in pairs) / e**0.5)
            parts = [np.exp(s) for s in raw]
            weights = [part / sum(parts) for part in parts]
            for c in range(h * wide, (h + 1) * wide):
                name = f"{h} {i} {c}"
                O[i][c] = sum(keep.times(f"o {name} {j}", "values", weights[j], v[j][c]) for j in tokens)
    return slow_dense(layer.output, O, keep)


def slow(layers, x, keep):
    for n, layer in enumerate(layers):
        inside = keep.at(n)
        if isinstance(layer, Residual):
            y = slow(layer.layers, x, inside)
            x = [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(x, y, strict=True)]
        elif isinstance(layer, ReLU):
            x = [[v if np.real(v) > 0 else 0 for v in row] for row in x]
        elif isinstance(layer, LastToken):
            x = x[-1:]
        else:
            x = {Dense: slow_dense, LayerNorm: slow_norm, SelfAttention: slow_attention}[type(layer)](layer, x, inside)
    return x


class Keep:
    """Remembers what each step computed at the point itself, and then holds it fixed, as far as the variant says."""

    def __init__(self, variant, kept=None, place=""):
        self.variant, self.kept, self.place = variant, {} if kept is None else kept, place

    def at(self, n):
        return Keep(self.variant, self.kept, f"{self.place}/{n}")

    def held(self, name, value):
        return self.kept.setdefault(f"{self.place} {name}", value)

    def __call__(self, name, what, value):
        held = self.held(name, value)
        return value if self.variant == "gradient × input" else held

    def times(self, name, what, a, b):
        a_held, b_held = self.held(name, (a, b))
        if self.variant == "gradient × input":
            return a * b
        if self.variant == "weights fixed":
            return a_held * (b if what == "values" else b_held)
        return (a * b_held + a_held * b) / 2


def slow_relevance(net, x, target, variant):
    """Return x times the derivative of what the variant leaves of the network, by a complex step for each number."""
    keep, R = Keep(variant), np.zeros(x.shape)
    slow(net.layers, x.tolist(), keep)  # which fills what is kept
    for place in np.ndindex(*x.shape):
        moved = x.astype(complex)
        moved[place] += 1j * STEP
        R[place] = x[place] * slow(net.layers, moved.tolist(), keep)[-1][target].imag / STEP
    return R


@pytest.fixture(scope="module", params=[False, True], ids=["no bias", "bias"])
def case(request):
    model = transformer(1, request.param)
    return model, sequences(1, 2)


def test_outputs_are_those_of_slow_loops(case):
    model, tokens = case
    for one in tokens:
        expected = slow(model.network.layers, model.embed(one).tolist(), Keep("gradient × input"))[-1]
        np.testing.assert_allclose(model.forward(one), expected, rtol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_is_a_modified_gradient(case, variant):
    """With the bias in the denominator, by derivatives in complex steps of a network in which something is held."""
    model, tokens = case
    R = model.explain(tokens, 1, VARIANTS[variant]()).relevance
    expected = [slow_relevance(model.network, model.embed(one), 1, variant) for one in tokens]
    np.testing.assert_allclose(R, expected, rtol=1e-9, atol=1e-12)


def test_gradients_are_the_chain_rule(case):
    model, tokens = case
    x = model.embed(tokens)
    gradient = model.gradient(tokens, 2)
    np.testing.assert_allclose(model.explain(tokens, 2, ChainRule()).relevance, x * gradient, rtol=1e-9, atol=1e-12)
    for layer in (model.network.layers[0], *model.network.layers[0].layers):
        y, dy = layer.forward(x), np.random.default_rng(2).normal(size=x.shape)
        slopes = layer.gradprop(dy, x)
        for place in [(0, 0, 0), (1, 2, 5)]:
            moved = x[place[0]].astype(complex)
            moved[place[1:]] += 1j * STEP
            slow_y = np.array(slow([layer], moved.tolist(), Keep("gradient × input")))
            np.testing.assert_allclose(slow_y.real, y[place[0]], rtol=1e-12)
            expected = (slow_y.imag / STEP * dy[place[0]]).sum()
            np.testing.assert_allclose(slopes[place], expected, rtol=1e-9, atol=1e-12)


# --- what is conserved, and who took the rest ---


@pytest.mark.parametrize(
    "sums", [LRP0(absorb_bias=True), LRP0(), Epsilon(0.3), Epsilon(0.3, absorb_bias=True)], ids=str
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_audit_accounts_for_all(variant, sums):
    model, tokens = transformer(2), sequences(2)
    explanation = model.explain(tokens, 0, VARIANTS[variant](sums))
    size = abs(explanation.layers[0]).sum() + abs(explanation.value).sum()
    rows = explanation.audit().rows
    total = rows[0].incoming
    for row, R in zip(rows, explanation.layers[-2::-1], strict=True):
        assert abs(row.rounding) < 1e-12 * size * 100 and row.outgoing == pytest.approx(R.sum(), abs=1e-12 * size)
        assert abs(row.incoming - total) < 1e-11 * size
        total = row.outgoing
    taken = {name for row in rows for name in row.others if row.others[name]}
    allowed = {"AttnLRP": {"softmax"}, "weights fixed": set(), "gradient × input": {"softmax", "norm", "product"}}
    assert taken == allowed[variant]
    assert any(row.bias for row in rows) == sums.absorb_bias and any(row.stabilizer for row in rows) == bool(
        sums.epsilon
    )


@pytest.mark.parametrize("shares", [(1, 0, 0.5), (0, 0.5, 0), (0, 0, 0), (0.3, 0.3, 0.7), (0.5, 0.5, 1)], ids=str)
def test_the_audit_accounts_for_shares_that_are_no_whole(shares):
    """Whatever a subclass gives each factor, the audit says what the products add or take."""
    names = ("to_weights", "to_values", "to_scores")
    rule = type("Uneven", (AttnLRP,), dict(zip(names, shares, strict=True)))()
    model, tokens = transformer(2), sequences(2)
    explanation = model.explain(tokens, 0, rule)
    size = abs(explanation.layers[0]).sum() + abs(explanation.value).sum()
    rows = explanation.audit().rows
    assert all(abs(row.rounding) < 1e-10 * size for row in rows)
    taken = {name for row in rows for name in row.others if row.others[name]}
    assert ("softmax" in taken, "product" in taken) == (shares[0] > 0, shares != (1, 0, 0.5))


def test_without_biases_nothing_is_lost_where_weights_are_fixed():
    model, tokens = transformer(3, bias=False), sequences(3, 50)
    explanation = model.explain(tokens, 1, WeightsFixed())
    size = abs(explanation.relevance).sum(axis=(1, 2))
    assert np.all(abs(explanation.relevance.sum(axis=(1, 2)) - explanation.value) < 1e-12 * size)


def test_a_rule_for_sums_stands_for_fixed_weights():
    model, tokens = transformer(4), sequences(4)
    for sums in (LRP0(), Epsilon(0.1)):
        plain, named = (model.explain(tokens, 1, rule).relevance for rule in (sums, WeightsFixed(sums)))
        assert np.array_equal(plain, named)
    zplus = model.explain(tokens, 1, AttnLRP(ZPlus()))
    assert zplus.relevance.sum() == pytest.approx(zplus.audit().rows[-1].outgoing)


def test_of_two_halves_each_product_is_whole():
    """A token that reads from two: what each factor gets, computed by hand."""
    one = Dense([[1.0]])
    layer = SelfAttention(one, one, one, one)
    its, y = layer.see(np.array([[1.0], [2.0]]))
    heads = its.inside
    A = np.exp([[1, 2], [2, 4]]) / np.exp([[1, 2], [2, 4]]).sum(axis=1, keepdims=True)
    assert np.allclose(heads.A, A) and np.allclose(y[:, 0], A @ [1, 2])
    R = np.array([[3.0], [-1.0]])
    V = np.array([1.0, 2.0])
    R_V = [sum(R[i, 0] * A[i, j] * V[j] / y[i, 0] / 2 for i in range(2)) for j in range(2)]
    R_A = R * A * V / y / 2
    assert sum(R_V) + R_A.sum() == pytest.approx(R.sum())
    S = np.array([[1.0, 2], [2, 4]])
    R_S = S * (R_A - A * R_A.sum(axis=1, keepdims=True))
    expected = np.add(R_V, R_S.sum(axis=1) / 2 + R_S.sum(axis=0) / 2)
    np.testing.assert_allclose(propagate(AttnLRP(), its, R)[:, 0], expected)
    assert losses(AttnLRP(), its, R).others["softmax"].sum() == pytest.approx(R_A.sum() - R_S.sum())
    fixed = [sum(R[i, 0] * A[i, j] * V[j] / y[i, 0] for i in range(2)) for j in range(2)]
    np.testing.assert_allclose(propagate(WeightsFixed(), its, R)[:, 0], fixed)
    assert losses(WeightsFixed(), its, R).others == {}


def test_what_reads_nothing_has_no_receiver():
    """Where the values cancel, nobody can be given the relevance of O, and the audit says so."""
    one = Dense([[1.0]])
    layer = SelfAttention(Dense([[0.0]]), one, one, Dense([[1.0]], [2.0]))
    its, y = layer.see(np.array([[1.0], [-1.0]]))
    R = y.copy()
    assert np.array_equal(propagate(AttnLRP(LRP0()), its, R), [[0.0], [0.0]])
    assert losses(AttnLRP(LRP0()), its, R).no_receiver.sum() == R.sum() == 4.0
    assert losses(AttnLRP(), its, R).bias.sum() == 4.0


# --- layer norm: with σ fixed a sum, with its derivative of degree 0 ---


def test_a_norm_with_sigma_fixed_is_a_dense_layer():
    rng = np.random.default_rng(5)
    layer, x = norm(rng), rng.normal(size=(3, 2, FEATURES))
    its, y = layer.see(x)
    R = rng.normal(size=y.shape)
    for place in np.ndindex(3, 2):
        sigma = np.sqrt(x[place].var() + layer.eps)
        matrix = (np.eye(FEATURES) - 1 / FEATURES) / sigma * layer.scale
        as_dense = Dense(matrix, layer.shift)
        seen, product = as_dense.see(x[place])
        np.testing.assert_allclose(y[place], product, rtol=1e-12)
        for rule in (LRP0(), LRP0(absorb_bias=True), Epsilon(0.2)):
            expected = propagate(rule, seen, R[place])
            np.testing.assert_allclose(propagate(WeightsFixed(rule), its, R)[place], expected, rtol=1e-9, atol=1e-12)


def test_by_the_derivative_a_norm_keeps_but_what_eps_leaves():
    rng = np.random.default_rng(6)
    layer, x = LayerNorm(rng.normal(size=FEATURES), eps=1e-3), rng.normal(size=(50, FEATURES))
    its, y = layer.see(x)
    R = rng.normal(size=y.shape)
    below = propagate(ChainRule(), its, R).sum(axis=1)
    variance = x.var(axis=1)
    np.testing.assert_allclose(below, R.sum(axis=1) * 1e-3 / (variance + 1e-3), rtol=1e-9, atol=1e-12)
    taken = losses(ChainRule(), its, R).others["norm"].sum(axis=1)
    np.testing.assert_allclose(taken, R.sum(axis=1) - below, rtol=1e-9, atol=1e-12)


# --- layers ---


def test_a_residual_sum_shares_number_by_number():
    layer = Residual([Dense([[2.0, 0.0], [0.0, -3.0]])])
    its, z = layer.see(np.array([[1.0, 1.0]]))
    assert z.tolist() == [[3.0, -2.0]]
    assert propagate(LRP0(), its, np.array([[6.0, 4.0]])).tolist() == [[6.0, 4.0]]  # the one 2 + 4, the other −2 + 6
    cancels, z = Residual([Dense([[-1.0]])]).see(np.array([[1.0]]))
    assert z.tolist() == [[0.0]] and losses(LRP0(), cancels, np.array([[5.0]])).no_receiver.sum() == 5.0


def test_a_norm_in_a_branch_may_stand_over_any_axes():
    layer = Residual([LayerNorm(np.ones(3))])
    assert layer.forward(np.ones((2, 4, 3))).shape == (2, 4, 3)
    with pytest.raises(ValueError, match=r"x must have shape \(..., tokens, 3\)"):
        layer.forward(np.ones(3))


def test_what_was_seen_last_stays_with_the_pass_and_inputs_are_not_changed():
    model, tokens = transformer(7), sequences(7)
    x = model.embed(tokens)
    kept = x.copy()
    for rule in VARIANTS.values():
        model.network.explain(x, 0, rule())
    assert np.array_equal(x, kept)


@pytest.mark.parametrize("variant", VARIANTS)
def test_batches_and_single_sequences_agree(variant):
    model, tokens = transformer(8), sequences(8).reshape(2, 3, TOKENS)
    rule = VARIANTS[variant]()
    together = model.explain(tokens, rules=rule)
    assert together.relevance.shape == (2, 3, TOKENS, FEATURES) and together.target.shape == (2, 3)
    for place in np.ndindex(2, 3):
        alone = model.explain(tokens[place], rules=rule)
        np.testing.assert_allclose(together.relevance[place], alone.relevance, rtol=1e-9, atol=1e-12)
        assert together[place].audit().rows[0].layer == alone.audit().rows[0].layer


def test_the_precision_is_that_of_the_input():
    model, tokens = transformer(9), sequences(9)
    x = model.embed(tokens).astype(np.float32)
    for rule in VARIANTS.values():
        explanation = model.network.explain(x, 0, rule())
        assert {R.dtype for R in (explanation.output, *explanation.layers)} == {np.dtype(np.float32)}
        exact = model.explain(tokens, 0, rule())
        np.testing.assert_allclose(explanation.relevance, exact.relevance, atol=1e-3)
    model.network.forward(x)
    assert model.network.gradprop(np.eye(3, dtype=np.float32)[[0] * 6]).dtype == np.float32


def test_layers_are_equal_after_pickling():
    model = transformer(10)
    copy = pickle.loads(pickle.dumps(model))
    assert repr(copy) == repr(model)
    assert np.array_equal(copy.forward(sequences()), model.forward(sequences()))
    with pytest.raises(ValueError, match="read-only"):
        copy.network.layers[-2].scale[0] = 1


def test_layers_and_rules_say_what_they_are():
    layers = transformer().network.layers
    assert [repr(layer) for layer in layers[:3]] == [
        "Residual(LayerNorm, SelfAttention)",
        "Residual(LayerNorm, Dense, ReLU, Dense)",
        "Residual(LayerNorm, SelfAttention)",
    ]
    assert repr(layers[0].layers[1]) == "SelfAttention(6 → 6, heads 2)" and repr(layers[-2]) == "LayerNorm(6)"
    assert str(AttnLRP()) == "AttnLRP" and str(WeightsFixed(LRP0())) == "weights fixed, LRP-0"
    assert {rule().name for rule in VARIANTS.values()} == set(VARIANTS)


# --- attention weights ---


def test_rows_of_attention_and_rollout_add_up_to_one():
    model, tokens = transformer(11), sequences(11)
    weights = model.attention(tokens)
    assert [A.shape for A in weights] == [(6, HEADS, TOKENS, TOKENS)] * 2
    for A in (*weights, rollout(weights)):
        np.testing.assert_allclose(A.sum(axis=-1), 1, rtol=1e-12)


def test_rollout_multiplies_from_the_top():
    rng = np.random.default_rng(12)
    first, second = (rng.dirichlet(np.ones(3), (2, 3)) for _ in range(2))
    total = np.eye(3)
    for A in (first, second):
        total = (
            np.array([[0.5 * (i == j) + 0.25 * (A[0, i, j] + A[1, i, j]) for j in range(3)] for i in range(3)]) @ total
        )
    np.testing.assert_allclose(rollout([first, second]), total, rtol=1e-12)


def test_losses_of_a_layer_are_named():
    rng = np.random.default_rng(13)
    layer = heads(rng)
    its, y = layer.see(rng.normal(size=(TOKENS, FEATURES)))
    lost = losses(ChainRule(), its, y)
    total = sum(getattr(lost, kind).sum() for kind in KINDS) + sum(part.sum() for part in lost.others.values())
    assert list(lost.others) == ["softmax", "product"]
    assert propagate(ChainRule(), its, y).sum() + total == pytest.approx(y.sum(), abs=1e-12)


def test_a_network_knows_what_fits():
    rng = np.random.default_rng(14)
    net = Network([heads(rng), LastToken(), dense(rng, FEATURES, 3)])
    assert net.input_shape == ("tokens", FEATURES) and net.output_shape == (3,)
    with pytest.raises(ValueError, match="layers must fit together"):
        Network([heads(rng), LastToken(), dense(rng, 5, 3)])
