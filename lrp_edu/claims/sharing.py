"""Claims of the chapters ``messages``, ``full-network`` and ``rules-in-practice`` about one layer."""

from dataclasses import replace

import numpy as np
import sympy as sp

from .. import layers, messages, neuron, propagate, roots, rules
from . import cases, reference
from .cases import numbers, relative, scale
from .checking import Claims
from .reference import draw_rule

CLAIMS = Claims()


def hand_down(rule, a, W, R, b=None):
    """Return the relevance that `lrp_edu` hands down through one layer."""
    return propagate.propagate(rule, layers.Dense(W, b).see(a)[0], R)


def losses(rule, a, W, R, b=None):
    """Return what `lrp_edu` says that bias, stabilizer and the want of a receiver took."""
    return propagate.losses(rule, layers.Dense(W, b).see(a)[0], R)


# Chapter messages -----------------------------------------------------------------------------------------------------


@CLAIMS.law("eq-message", "A message is R(i←k) = aᵢ wᵢₖ / Σₕ aₕ wₕₖ · Rₖ, whatever the signs.")
def message(rng):
    a, W, R = cases.layer(rng)
    sent = messages.messages(a[0], W, R[0])
    expected, size = reference.share(a[:1, :, None] * W, R[:1])
    return relative(sent[None] - expected, size)


@CLAIMS.law("eq-incoming-sum", "Under every rule the messages that a neuron gets add up to its relevance.")
def incoming_sum(rng):
    a, W, R = cases.layer(rng)
    rule = draw_rule(rng, len(W))
    _, size = reference.sent(rule, a[:1], W, R[:1])
    error = messages.messages(a[0], W, R[0], rule).sum(axis=1) - hand_down(rule, a, W, R)[0]
    return relative(error[None], size.sum(axis=2))


@CLAIMS.law(
    "eq-outgoing-sum", "But for the ε rule messages sent add up to Rₖ, if there is a receiver; for αβ, of both kinds."
)
def outgoing_sum(rng):
    a, W, R = cases.layer(rng)
    rule = draw_rule(rng, len(W) + 2, set(rules.RULES) - {"ε"})
    a, W = np.append(abs(a[0]), [1, 1]), np.vstack([W, np.abs(R[:1]) + 1, -np.abs(R[:1]) - 2])
    expected, size = reference.sent(rule, a[None], W, R[:1])
    return relative((messages.messages(a, W, R[0], rule).sum(axis=0) - R[0])[None], size.sum(axis=1))


@CLAIMS.proof("eq-outgoing-sum", "What a neuron sends adds up to Rₖ: the denominator is the sum of the numerators.")
def outgoing_sum_symbolic():
    a, w, R = sp.symbols("a:4"), sp.symbols("w:4"), sp.Symbol("R")
    n = [a_i * w_i for a_i, w_i in zip(a, w, strict=True)]
    return [sum(n_i / sum(n) * R for n_i in n) - R]


# Chapters full-network and rules-in-practice: the rules ---------------------------------------------------------------


def _rule(name, label):
    def rule_is_its_equation(rng):
        a, W, R = cases.layer(rng)
        rule, b = draw_rule(rng, len(W), [name], absorb=True), numbers(rng, W.shape[1])
        expected, size = reference.sent(rule, a, W, R, b)
        return relative(hand_down(rule, a, W, R, b) - expected.sum(axis=2), size.sum(axis=2))

    rule_is_its_equation.__name__ = label.removeprefix("eq-").replace("-", "_")
    return rule_is_its_equation


for _rule_name, _reference in reference.RULES.items():
    _with = ", with the bias and without" if reference.takes_bias(_rule_name) else ""
    CLAIMS.law(_reference.label, f"{_reference.name} is what its equation says, for inputs of either sign{_with}.")(
        _rule(_rule_name, _reference.label)
    )


@CLAIMS.law("eq-terms", "On one neuron a rule is a walk: LRP-0, z⁺, w², zᴮ and γ give what their directions give.")
def rules_are_directions(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w, b, gamma = np.abs(numbers(rng, x.shape[1])) + scale(rng), numbers(rng), scale(rng)
    w[1:] *= rng.choice([-1, 1], len(w) - 1)
    pairs = [
        (rules.LRP0(), roots.z_direction(x, w)),
        (rules.ZPlus(), roots.zplus_direction(x, w)),
        (rules.WSquare(), roots.w2_direction(x, w)),
        (rules.ZBox(low, high), roots.zbox_direction(x, w, low, high)),
        (rules.Gamma(gamma), roots.gamma_direction(x, w, gamma)),
    ]
    rule, v = pairs[rng.integers(5)]
    meets = abs(v @ w) > 1e-6 * (abs(v) @ abs(w))
    x, v = x[meets], v[meets]
    condition = abs(v) @ abs(w) / abs(v @ w)
    f = np.maximum(x @ w + b, 0)[:, None]
    R = hand_down(rule, x, w[:, None], f)
    size = condition**2 * (abs(x) @ abs(w) + abs(b))
    return relative(R - roots.relevance(neuron.Neuron(w, b), x, v).relevance, size[:, None])


@CLAIMS.law("eq-alphabeta-rule", "With α = 1 and β = 0 the αβ rule is the z⁺ rule, for inputs of either sign.", 0.0)
def alpha_one_is_zplus(rng):
    a, W, R = cases.layer(rng)
    one, other = (hand_down(rule, a, W, R) for rule in (rules.AlphaBeta(1), rules.ZPlus()))
    return relative(one - other, abs(one) + abs(other))


@CLAIMS.law(
    "eq-alphabeta-rule",
    "Where something adds and nothing subtracts, αβ multiplies the relevance by α; α = 2 doubles it.",
)
def alpha_multiplies(rng):
    a, W, R = cases.layer(rng, low=0.01)
    alpha, W = 1 + scale(rng), abs(W) + 0.01
    total = hand_down(rules.AlphaBeta(alpha), a, W, R).sum(axis=1)
    return relative(total - alpha * R.sum(axis=1), alpha * abs(R).sum(axis=1))


@CLAIMS.law("eq-alphabeta-rule", "The αβ rule hands on R times α, if anything adds, less β, if anything subtracts.")
def alpha_and_beta_need_receivers(rng):
    a, W, R = cases.layer(rng)
    alpha = 1 + scale(rng)
    _, size = reference.sent(rules.AlphaBeta(alpha), a, W, R)
    contributions = a[..., None] * W
    adds, subtracts = (contributions > 0).any(axis=1), (contributions < 0).any(axis=1)
    expected = (R * (alpha * adds - (alpha - 1) * subtracts)).sum(axis=1)
    passed = hand_down(rules.AlphaBeta(alpha), a, W, R).sum(axis=1)
    return relative(passed - expected, size.sum(axis=(1, 2)))


def _one_neuron(rng, low=None):
    """Return inputs (cases, d), weights (d, 1) and relevance (cases, 1)."""
    x, w, _ = cases.neuron(rng, low)
    return x, w[:, None], numbers(rng, len(x), 1)


@CLAIMS.law("eq-gamma-rule", "For inputs ≥ 0 the γ rule tends to z⁺, like 1/γ, if anything adds.")
def gamma_tends_to_zplus(rng):
    a, w, R = _one_neuron(rng, low=0)
    gamma, p_i, m_i = 10.0 ** rng.integers(1, 9), a * reference.plus(w).T, -a * reference.minus(w).T
    p, m = p_i.sum(axis=1, keepdims=True), m_i.sum(axis=1, keepdims=True)
    large = ((p > 0) & (gamma * p > 2 * m))[:, 0]
    a, R, p_i, m_i, p, m = (array[large] for array in (a, R, p_i, m_i, p, m))
    near, limit = (hand_down(rule, a, w, R) for rule in (rules.Gamma(gamma), rules.ZPlus()))
    return relative(near - limit - (p_i * m - m_i * p) / (p * (p + gamma * p - m)) * R, abs(R))


@CLAIMS.counterexample("eq-gamma-rule", "If an input is negative, the γ rule need not tend to z⁺.")
def gamma_needs_inputs_of_one_sign(rng):
    a, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, (4, 1))
    a[:, 0] *= -0.5
    near, limit = (hand_down(rule, a, w, np.ones((64, 1))) for rule in (rules.Gamma(1e9), rules.ZPlus()))
    return abs(near - limit).max(axis=1)


@CLAIMS.law(
    "eq-epsilon-rule", "With q = Σ aᵢ wᵢ the ε rule takes R ϵ / (|q| + ϵ) and keeps proportions; as ϵ → 0 it is LRP-0."
)
def epsilon_tends_to_lrp0(rng):
    a, w, R = _one_neuron(rng)
    z, size, epsilon = abs(a @ w), abs(a) @ abs(w), scale(rng, 9)
    a, R, z, size = (array[(z > 1e-6 * size)[:, 0]] for array in (a, R, z, size))
    leaky, exact = (hand_down(rule, a, w, R) for rule in (rules.Epsilon(epsilon), rules.LRP0()))
    return relative(leaky - exact * z / (z + epsilon), abs(exact) * size / z)


@CLAIMS.law("eq-epsilon-rule", "With b = 0 and ϵ = (1/t − 1) z the ε rule expands at (1 − t) x, which is no root.")
def epsilon_is_an_expansion(rng):
    x, w, _ = cases.neuron(rng)
    x, t = cases.active(x, w, 0)[:1], rng.uniform(0.1, 1)
    f = neuron.Neuron(w)
    R = hand_down(rules.Epsilon((1 / t - 1) * float(f(x)[0])), x, w[:, None], f(x)[:, None])
    return relative(R - f.decompose(x, (1 - t) * x).relevance, abs(x) @ abs(w)[:, None])


@CLAIMS.law("eq-zbox-rule", "With l = 0 and no weight negative, zᴮ is z⁺ for inputs ≥ 0, whatever h is.")
def zbox_is_zplus(rng):
    a, w, R = _one_neuron(rng, low=0)
    w, high = abs(w), a.max() * (1 + scale(rng))
    one, other = (hand_down(rule, a, w, R) for rule in (rules.ZBox(0, high), rules.ZPlus()))
    return relative(one - other, abs(other))


@CLAIMS.law("eq-zbox-rule", "If a weight is negative, with l = 0, h → ∞ the shares of zᴮ tend to |wᵢ⁻| / Σ |w⁻|.")
def zbox_tends_to_negative_weights(rng):
    a, w, R = _one_neuron(rng, low=0)
    w[0] = -abs(w[0]) - scale(rng)
    high, u = (a.max() + scale(rng)) * 10.0 ** rng.integers(9), reference.minus(w).T / reference.minus(w).sum()
    N = a @ w - high * reference.minus(w).sum()
    shares = u + (a * w.T - u * (a @ w)) / N
    size = (abs(a) @ abs(w) + high * abs(w).sum()) / N
    return relative(hand_down(rules.ZBox(0, high), a, w, R) - shares * R, size**2 * abs(R))


@CLAIMS.counterexample(
    "eq-zbox-rule", "With l = 0, h → ∞ zᴮ is not z⁺: a negative weight leaves nothing for what adds."
)
def zbox_is_not_zplus(rng):
    a, w = rng.uniform(0, 1, (64, 4)), rng.uniform(0.5, 2, (4, 1))
    w[0] *= -1
    R = hand_down(rules.ZBox(0, 1e6), a, w, np.ones((64, 1)))
    return 1 - R[:, 1:].sum(axis=1)


@CLAIMS.law("eq-zbox-rule", "zᴮ is free of units: scaling and shifting each input with its bounds changes nothing.")
def zbox_without_units(rng):
    low, high, a = cases.box(rng, rng.integers(1, 7))
    w, R, c, s = (
        numbers(rng, a.shape[1], 1),
        numbers(rng, len(a), 1),
        scale(rng) * rng.choice([-1, 1]),
        numbers(rng, a.shape[1]),
    )
    bounds = np.sort([c * low + s, c * high + s], axis=0)
    settings = [(rules.ZBox(low, high), a, w), (rules.ZBox(*bounds), np.clip(c * a + s, *bounds), w / c)]
    one, other = (hand_down(*setting, R) for setting in settings)
    size = sum(reference.sent(rule, x, v, R)[1] for rule, x, v in settings)[..., 0]
    off_the_corner = (a - np.where(w.T > 0, low, high)) @ w > 1e-9 * ((abs(a) + abs(s / c)) @ abs(w))
    return relative(one - other, size)[off_the_corner[:, 0]]


@CLAIMS.counterexample(
    "eq-lrp0-rule", "LRP-0, γ and gradient × input change when an input is measured from another zero."
)
def shift_changes_shares(rng):
    a, w, gamma = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, (4, 1)), scale(rng, 1)
    w[1] *= -0.2
    shift, f = np.array([1.0, 0, 0, 0]), a @ w
    pairs = [[hand_down(rule, x, w, f) for x in (a, a + shift)] for rule in (rules.LRP0(), rules.Gamma(gamma))]
    pairs.append([x * layers.Dense(w).gradprop(np.ones((64, 1))) for x in (a, a + shift)])
    return np.min([abs(one - other).max(axis=1) / abs(f[:, 0]) for one, other in pairs], axis=0)


@CLAIMS.law("eq-audit", "A bias in the denominator is one more input that is always 1, under LRP-0, ε, γ, αβ and z⁺.")
def bias_is_an_input(rng):
    a, W, R = cases.layer(rng)
    rule = draw_rule(rng, len(W), [name for name in rules.RULES if reference.takes_bias(name)])
    rule, b = replace(rule, absorb_bias=True), numbers(rng, W.shape[1])
    extended = np.column_stack([a, np.ones(len(a))]), np.vstack([W, b])
    expected, size = reference.sent(replace(rule, absorb_bias=False), *extended, R)
    return relative(hand_down(rule, a, W, R, b) - expected[:, :-1].sum(axis=2), size[:, :-1].sum(axis=2))


@CLAIMS.law("eq-alphabeta-rule", "With the bias in its denominators αβ hands on R (1 − α b⁺/z⁺ + β b⁻/z⁻).")
def alpha_beta_with_bias(rng):
    a, W, R = cases.layer(rng, low=0.1)
    W, alpha, b = np.vstack([abs(W), -abs(W)]) + 0.1, 1 + scale(rng), numbers(rng, W.shape[1])
    W[len(W) // 2 :] -= 0.2
    a = np.hstack([a, a])
    over, under = (a[..., None] * part(W) for part in (reference.plus, reference.minus))
    z, y = over.sum(axis=1) + reference.plus(b), under.sum(axis=1) + reference.minus(b)
    kept = alpha * reference.plus(b) / z - (alpha - 1) * reference.minus(b) / y
    passed = hand_down(rules.AlphaBeta(alpha, absorb_bias=True), a, W, R, b).sum(axis=1)
    return relative(passed - (R * (1 - kept)).sum(axis=1), alpha * abs(R).sum(axis=1))


@CLAIMS.counterexample(
    "eq-lrp0-rule", "Leaving b out can turn signs: it does where b outweighs inputs whose sum has the other sign."
)
def bias_turns_signs(rng):
    x, w = rng.uniform(0.5, 2, (64, 3)), np.array([[1.0], [-2.0], [-2.0]])
    w[0] *= rng.uniform(0.1, 1)
    b = 2 * (abs(x) @ abs(w)).max()
    R = x @ w + b
    out, into = (hand_down(rules.LRP0(absorb_bias=absorb), x, w, R, [b]) for absorb in (False, True))
    return (-out * into).min(axis=1)


@CLAIMS.law("eq-wsquare-rule", "The w² and the flat rule do not look at the input.", 0.0)
def blind_rules(rng):
    a, W, R = cases.layer(rng)
    rule = rng.choice([rules.WSquare(), rules.Flat()])
    one, other = (hand_down(rule, x, W, R) for x in (a, numbers(rng, *a.shape)))
    return relative(one - other, abs(one) + abs(other))


FACTOR_A = [name for name in rules.RULES if reference.has_factor_a(name)]


@CLAIMS.law("eq-relprop", f"A silent neuron gets nothing under the rules with a factor aᵢ: {', '.join(FACTOR_A)}.", 0.0)
def silent_gets_nothing(rng):
    a, W, R = cases.layer(rng, low=0)
    rule = draw_rule(rng, len(W), FACTOR_A)
    return relative(np.where(a > 0, 0, hand_down(rule, a, W, R)), 1)


@CLAIMS.counterexample(
    "eq-relprop", "Under w², flat and zᴮ a silent neuron can get something: they are for the first layer."
)
def silent_gets_something(rng):
    a, W, R = (
        rng.uniform(0, 1, (64, 4)),
        rng.uniform(0.5, 2, (4, 3)) * rng.choice([-1, 1], (4, 3)),
        rng.uniform(0, 1, (64, 3)),
    )
    a[:, 0] = 0
    given = [hand_down(rule, a, W, R) for rule in (rules.WSquare(), rules.Flat(), rules.ZBox(-1, 1))]
    return np.concatenate([r[:, 0] / r.sum(axis=1) for r in given])


# Chapter rules-in-practice --------------------------------------------------------------------------------------------


def _modified(rng):
    """Return a rule with one modified weight, with the bias or without, and its ρ, a function of weights or a bias."""
    absorb, gamma = bool(rng.integers(2)), scale(rng, 1)
    choices = [
        (rules.LRP0(absorb_bias=absorb), lambda w: w),
        (rules.Gamma(gamma, absorb_bias=absorb), lambda w: w + gamma * reference.plus(w)),
        (rules.ZPlus(absorb_bias=absorb), reference.plus),
    ]
    return choices[rng.integers(3)]


@CLAIMS.law("eq-general-rule", "For a ≥ 0 LRP-0, γ and z⁺ share by aᵢ ρ(wᵢⱼ), and a bias in the denominator is ρ(bⱼ).")
def one_modified_weight(rng):
    a, W, R = cases.layer(rng, low=0)
    (rule, rho), b = _modified(rng), numbers(rng, W.shape[1])
    expected, size = reference.share(a[..., None] * rho(W), R, rho(b) * rule.absorb_bias)
    return relative(hand_down(rule, a, W, R, b) - expected.sum(axis=2), size.sum(axis=2))


@CLAIMS.law("eq-gradient-trick", "Relevance is aᵢ times the gradient of Σⱼ zⱼ(a) sⱼ, z with ρ(w) and s held constant.")
def relevance_by_a_gradient(rng):
    a, W, R = cases.layer(rng, low=0)
    (rule, rho), b = _modified(rng), numbers(rng, W.shape[1])
    V, c = rho(W), rho(b) * rule.absorb_bias
    d = (a[..., None] * V).sum(axis=1) + c
    s = np.divide(R, d, out=np.zeros_like(R), where=d != 0)
    step = a[:, None, :] + 1e-100j * np.eye(len(W))  # one step for each input, in an imaginary direction
    slope = (((step[..., None] * V).sum(axis=2) + c) * s[:, None]).sum(axis=2).imag / 1e-100
    _, size = reference.share(a[..., None] * V, R, c)
    return relative(hand_down(rule, a, W, R, b) - a * slope, size.sum(axis=2))


@CLAIMS.law("eq-alphabeta-rule", "By αβ the magnitudes of a layer grow at most α + β times; so by z⁺ not at all.")
def magnitudes_are_bounded(rng):
    a, W, R = cases.layer(rng)
    alpha = rng.choice([1, 1 + scale(rng)])
    most = (2 * alpha - 1) * abs(R).sum(axis=1)
    handed = abs(hand_down(rules.AlphaBeta(alpha), a, W, R)).sum(axis=1)
    return relative(np.maximum(0, handed - most), most)


@CLAIMS.law("eq-shift", "Inputs that are counted from another zero, and another bias: z stays as it was.")
def another_zero(rng):
    x, W, _ = cases.layer(rng)
    b, t = numbers(rng, W.shape[1]), numbers(rng, len(W))
    z = [layers.Dense(W, bias).forward(point) for point, bias in ((x, b), (x + t, b - t @ W))]
    return relative(z[0] - z[1], (abs(x) + 2 * abs(t)) @ abs(W) + abs(b))
