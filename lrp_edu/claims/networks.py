"""Claims of the chapters ``messages``, ``full-network`` and ``rules-in-practice`` about whole networks."""

import numpy as np
import sympy as sp

from .. import layers, messages, network, rules
from . import cases, reference
from .cases import numbers, relative, scale
from .checking import Claims
from .reference import draw_rule
from .sharing import hand_down, losses

CLAIMS = Claims()


def build(parameters):
    """Return the network that has these weights and biases."""
    stack = [layer for W, b in parameters for layer in (layers.Dense(W, b), layers.ReLU())]
    return network.Network(stack[:-1])


@CLAIMS.law(
    "eq-layer-conservation",
    "Every layer adds up to f(x) for any bias, if no bias or ϵ takes a share and all find receivers.",
)
def layers_conserve(rng):
    x, parameters = cases.network(rng)
    drawn = [draw_rule(rng, len(W), set(rules.RULES) - {"ε", "αβ"}) for W, _ in parameters]
    e, passes = _explained(parameters, x, drawn)
    receives = np.all([((M != 0).any(axis=1) | (R == 0)).all(axis=1) for M, _, R in passes], axis=0)
    size = abs(e.value) + sum(sizes.sum(axis=(1, 2)) for _, sizes, _ in passes)
    gaps = np.stack([total - e.value for total in e.totals], axis=1)
    return relative(gaps[receives], size[receives, None])


def _explained(parameters, x, drawn):
    """Return an explanation, and of each layer from the output down the messages, their magnitudes and R, by equation.

    The magnitudes include those of the layers above. The activations are those that the layers saw: `forward` has a
    claim of its own.
    """
    net = build(parameters)
    e = net.explain(x, rules=drawn)
    R = size = e.layers[-1]
    passes, seen = [], [its.a for its in net.see(x)[0] if its.W is not None]
    for rule, a, (W, _) in zip(drawn[::-1], seen[::-1], parameters[::-1], strict=True):
        M, _ = reference.sent(rule, a, W, R)
        _, sizes = reference.sent(rule, a, W, abs(size))
        passes.append((M, sizes, R))
        R, size = M.sum(axis=2), sizes.sum(axis=2)
    return e, passes


@CLAIMS.law("eq-seven-neurons", "In the seven-neuron network every layer adds up to R₇, and nothing passes 3→4 or 1→6.")
def seven_neurons(rng):
    net, x = messages.seven_neurons(), rng.uniform(0.1, 3, 3)
    e, (first, _, last) = net.explain(x), net.layers
    hidden = np.maximum(0, first.forward(x))
    M, top = messages.messages(x, first.weight, e.layers[1]), messages.messages(hidden, last.weight, e.layers[2])
    error = [M[2, 0], M[0, 2], top.sum() - e.value, *(M.sum(axis=0) - top[:, 0]), e.relevance.sum() - e.value]
    return relative([error], [[np.abs(M).sum() + np.abs(top).sum()]])


@CLAIMS.law("eq-forward", "The forward pass is zⱼ = Σ xᵢ wᵢⱼ + bⱼ, layer by layer, with max(0, z) between.")
def forward(rng):
    x, parameters = cases.network(rng)
    error = build(parameters).forward(x) - reference.activations(x, parameters)[-1]
    return relative(error, reference.magnitude(x, parameters))


@CLAIMS.law("eq-gradprop", "`gradprop` gives the derivatives that a complex step gives.")
def gradprop(rng):
    x, parameters = cases.network(rng)
    net, dy = build(parameters), numbers(rng, len(x), parameters[-1][0].shape[1])
    net.forward(x)
    exact = (reference.complex_step(x, parameters) * dy[:, None]).sum(axis=2)
    steepest = np.linalg.multi_dot([np.eye(x.shape[1]), *(abs(W) for W, _ in parameters), np.eye(dy.shape[1])])
    return relative(net.gradprop(dy) - exact, abs(dy) @ steepest.T)


@CLAIMS.law("eq-relprop", "`relprop` hands the relevance down layer by layer, each by its own rule.")
def relprop(rng):
    x, parameters = cases.network(rng)
    e, passes = _explained(parameters, x, [draw_rule(rng, len(W)) for W, _ in parameters])
    pairs = [(R - M.sum(axis=2), sizes.sum(axis=2)) for R, (M, sizes, _) in zip(e.layers[-2::-1], passes, strict=True)]
    return np.max([relative(error, size) for error, size in pairs], axis=0)


@CLAIMS.law(
    "eq-gradient-input", "With the bias in the denominator LRP-0 is gradient × input on ReLU networks, if f(x) ≠ 0."
)
def lrp0_is_gradient_times_input(rng):
    x, parameters = cases.network(rng)
    e = build(parameters).explain(x, rules=rules.LRP0(absorb_bias=True))
    gradient = np.take_along_axis(reference.complex_step(x, parameters), e.target[:, None, None], axis=2)[..., 0]
    size = np.take_along_axis(reference.magnitude(x, parameters), e.target[:, None], axis=1)
    return relative(e.relevance - x * gradient, size)


@CLAIMS.law("eq-gradient-input", "Without biases gradient × input, and so LRP-0, adds up to the output.")
def gradient_times_input(rng):
    x, parameters = cases.network(rng)
    parameters = [(W, 0 * b) for W, b in parameters]
    net = build(parameters)
    f = net.forward(x)[:, 0]
    gradient = net.gradprop(np.eye(net.outputs)[np.zeros(len(x), int)])
    return relative((x * gradient).sum(axis=1) - f, reference.magnitude(x, parameters)[:, 0])


@CLAIMS.law("eq-audit", "The bias keeps Rⱼ bⱼ / dⱼ and the stabilizer Rⱼ ϵ sign(zⱼ) / dⱼ; the rest arrives.")
def kept(rng):
    a, W, R = cases.layer(rng)
    b, epsilon = numbers(rng, W.shape[1]), rng.choice([0, 1]) * scale(rng)
    z, size = a @ W + b, abs(a) @ abs(W) + abs(b) + epsilon
    meets = (abs(z) > 1e-6 * size).all(axis=1)
    a, R, z, size = (array[meets] for array in (a, R, z, size))
    rule, stabilizer = rules.Epsilon(epsilon, absorb_bias=True), np.copysign(epsilon, z)
    arrived, lost, s = hand_down(rule, a, W, R, b), losses(rule, a, W, R, b), R / (z + stabilizer)
    total = arrived.sum(axis=1) + (lost.bias + lost.stabilizer).sum(axis=1)
    error = np.column_stack([lost.bias - s * b, lost.stabilizer - s * stabilizer, total - R.sum(axis=1)])
    return relative(error, (abs(s) * size * size / abs(z + stabilizer)).sum(axis=1)[:, None])


@CLAIMS.law("eq-audit", "Where nothing adds, z⁺ has no receiver: all of Rⱼ is booked there, nothing arrives.", 0.0)
def nobody_receives(rng):
    a, W, R = cases.layer(rng, low=0)
    arrived, lost = (go(rules.ZPlus(), a, -abs(W), R) for go in (hand_down, losses))
    return relative(np.column_stack([arrived, lost.no_receiver - R]), 1)


@CLAIMS.law("eq-audit", "In every layer of the audit, what comes in is what goes out and the losses.")
def audit_adds_up(rng):
    x, parameters = cases.network(rng)
    e, passes = _explained(parameters, x[:3], [draw_rule(rng, len(W)) for W, _ in parameters])
    rows, size = e.audit().rows, [sizes.sum() + abs(R).sum() for _, sizes, R in passes]
    spent = [row.outgoing + row.bias + row.stabilizer + row.no_receiver for row in rows]
    moved = [(row.incoming - R.sum(), row.outgoing - M.sum()) for row, (M, _, R) in zip(rows, passes, strict=True)]
    error = [[row.incoming - total, *pair] for row, total, pair in zip(rows, spent, moved, strict=True)]
    return relative([error], np.array(size)[:, None])


@CLAIMS.law(
    "eq-zplus-rule", "With b ≤ 0 ≤ f(x) and l ≤ 0 ≤ h, zᴮ first and z⁺ above give R ≥ 0 and Σ R = f(x) in each layer."
)
def deep_taylor(rng):
    low, high, x = cases.box(rng, rng.integers(1, 7))
    _, parameters = cases.network(rng)
    W = numbers(rng, x.shape[1], len(parameters[0][0]), decades=1)
    parameters = [(W, -abs(numbers(rng, W.shape[1], decades=1))), *((W, -abs(b)) for W, b in parameters)]
    net = network.Network([*build(parameters).layers, layers.ReLU()])
    e = net.explain(x, rules=[rules.ZBox(low, high), *[rules.ZPlus()] * (len(parameters) - 1)])
    negative = np.stack([np.minimum(R, 0).sum(axis=1) for R in e.layers], axis=1)
    gaps = np.stack([total - e.value for total in e.totals], axis=1)
    return relative(np.column_stack([gaps, negative]), e.value[:, None])


@CLAIMS.law("eq-through", "Through chosen neurons only, a layer hands on their messages, and nothing of the others.")
def only_the_chosen_hand_on(rng):
    x, parameters = cases.network(rng)
    drawn, place = [draw_rule(rng, len(W)) for W, _ in parameters], rng.integers(len(parameters))
    kept = rng.random(len(parameters[place][0])) < 0.5
    e = build(parameters).explain(x, rules=drawn, through={int(place): kept})
    whole, passes = _explained(parameters, x, drawn)
    M, size, _ = passes[len(parameters) - 1 - place]
    unchanged = zip(e.layers[place + 1 :], whole.layers[place + 1 :], strict=True)
    moved = np.max([abs(one - other).max(axis=1) for one, other in unchanged], axis=0)
    error = np.where(kept, M.sum(axis=2), 0) - e.layers[place]
    return relative(np.column_stack([error, moved]), size.sum(axis=(1, 2))[:, None])


@CLAIMS.law("eq-through", "The explanations through each neuron of a layer alone add up to the whole explanation.")
def parts_make_the_whole(rng):
    x, parameters = cases.network(rng)
    drawn, place = [draw_rule(rng, len(W)) for W, _ in parameters], int(rng.integers(len(parameters)))
    net, (e, passes) = build(parameters), _explained(parameters, x, drawn)
    parts = [net.explain(x, rules=drawn, through={place: k}).relevance for k in range(len(parameters[place][0]))]
    return relative(sum(parts) - e.relevance, passes[-1][1].sum(axis=2))


@CLAIMS.counterexample("eq-through", "What passes through a neuron is not what the output loses when it is silenced.")
def through_is_no_loss(rng):
    x = rng.uniform(0.5, 1, (64, 2))
    parameters = [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.array([-0.9]))]
    net = network.Network([*build(parameters).layers, layers.ReLU()])
    passed = net.explain(x, through={1: 0}).relevance.sum(axis=1)
    return abs(net.forward(x)[:, 0] - net.forward(x * [0, 1])[:, 0] - passed)


@CLAIMS.law("eq-softmax-logit", "A term common to all logits changes no difference and, with LRP-0, no contrast.")
def common_term(rng):
    h, W, _ = cases.layer(rng, low=0)
    W, u, R = np.column_stack([W, W[:, 0] - 1]), numbers(rng, len(W), 1), []
    for weight in (W, W + u):
        z = h @ weight
        first, last = np.eye(z.shape[1])[[0, -1]]
        one, other = (hand_down(rules.LRP0(), h, weight, z * start) for start in (first, last))
        R.append(np.column_stack([one - other, (one - other).sum(axis=1) - (z[:, 0] - z[:, -1])]))
    size, z = abs(h) @ (abs(W) + abs(u)), np.stack([h @ W, h @ (W + u)])[..., [0, -1]]
    clear = abs(z).min(axis=(0, 2)) > 1e-3 * size.max(axis=1)
    condition = size.max(axis=1)[clear] / abs(z[:, clear]).min(axis=(0, 2))
    return relative((R[0] - R[1])[clear], (condition * size.sum(axis=1)[clear])[:, None])


@CLAIMS.counterexample("eq-softmax-logit", "It changes the shares of a single logit, by LRP-0 and by γ.")
def common_term_changes_shares(rng):
    h, W, shift = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, (4, 1)), np.array([[1.0], [0], [0], [0]])
    moves = []
    for rule in (rules.LRP0(), rules.Gamma(scale(rng, 1))):
        one, other = (hand_down(rule, h, V, h @ V) for V in (W, W + shift))
        shares = [R / R.sum(axis=1, keepdims=True) for R in (one, other)]
        moves.append(abs(shares[0] - shares[1]).max(axis=1))
    return np.min(moves, axis=0)


@CLAIMS.law("eq-softmax-logit", "An explanation starts from the logit of its class; all other outputs get nothing.")
def starts_from_the_logit(rng):
    x, parameters = cases.network(rng)
    f = reference.activations(x, parameters)[-1]
    target = rng.integers(f.shape[1], size=len(x))
    start = np.where(np.arange(f.shape[1]) == target[:, None], f, 0)
    e = build(parameters).explain(x, target=target)
    return relative(e.layers[-1] - start, reference.magnitude(x, parameters))


@CLAIMS.proof(
    "eq-softmax-logit", "Softmax couples classes: log(Pᵢ / Pₖ) = zᵢ − zₖ, and ∂Pᵢ/∂zₖ = −Pᵢ Pₖ is not 0 for i ≠ k."
)
def softmax_couples():
    z = sp.symbols("z:3", real=True)
    P = [sp.exp(z_c) / sum(map(sp.exp, z)) for z_c in z]
    return [sp.log(sp.simplify(P[0] / P[1])) - (z[0] - z[1]), sp.diff(P[0], z[1]) + P[0] * P[1]]


PLACES = ("lower", "middle", "upper")
REGULAR = set(rules.RULES) - {"z^B"}  # whose bounds need not have the size of a hidden layer


@CLAIMS.law("eq-composite", "A composite shares each layer by the rule of its place: first, lower, middle or upper.")
def composites(rng):
    x, parameters = cases.network(rng, depth=7, size=3)
    low, *above = (draw_rule(rng, len(parameters[0][0]), names) for names in (None, *[REGULAR] * 3))
    # Deal the layers above the first to upper, lower, middle, upper, … and put them in order.
    dealt = sorted(PLACES.index(("upper", "lower", "middle")[n % 3]) for n in range(len(parameters) - 1))
    net = build(parameters)
    e, passes = _explained(parameters, x, [low, *(above[place] for place in dealt)])
    got = net.explain(x, rules=rules.composite(net, low, *above))
    return relative(got.relevance - passes[-1][0].sum(axis=2), passes[-1][1].sum(axis=2))
