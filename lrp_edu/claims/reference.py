"""The other side of the claims: networks and rules from the equations alone, with whole arrays of messages."""

import numpy as np


def activations(x, parameters):
    """Return the inputs of every layer and last the outputs, each of shape (..., neurons); `x` may be complex."""
    seen = [x]
    for W, b in parameters:
        z = (seen[-1][..., None] * W).sum(axis=-2) + b
        seen.append(np.where(z.real > 0, z, 0))
    return [*seen[:-1], z]


def magnitude(x, parameters):
    """Return the magnitudes that are summed for each output, of shape (cases, outputs)."""
    return activations(abs(x), [(abs(W), abs(b)) for W, b in parameters])[-1]


def complex_step(x, parameters):
    """Return the derivatives of all outputs, (cases, inputs, outputs), from one step in an imaginary direction."""
    steps = x[:, None, :] + 1e-100j * np.eye(x.shape[1])
    return activations(steps, parameters)[-1].imag / 1e-100


def plus(x):
    """Return the positive part."""
    return np.where(x > 0, x, 0)


def minus(x):
    """Return the negative part."""
    return np.where(x < 0, x, 0)


def share(n, R, extra=0.0, terms=None):
    """Return n_ij / (Σ_h n_hj + extra_j) · R_j, 0 where nobody receives, and the magnitudes that stand behind it.

    `n` and both results have shape (cases, inputs, outputs), `R` and `extra` (cases, outputs). `terms` are the
    magnitudes that were summed for `n` itself, by default its own.
    """
    d, terms = n.sum(axis=1) + extra, abs(n) if terms is None else terms
    inverse = np.divide(1, d, out=np.zeros_like(d), where=d != 0)[:, None]
    condition = abs(inverse) * (terms.sum(axis=1) + abs(extra))[:, None]
    return n * inverse * R[:, None], (terms + abs(n) * condition) * abs(inverse * R[:, None])


def epsilon(rule, a, W, R):
    """Return LRP-0's messages with ε in the denominator, on the side where z lies."""
    n = a * W
    return share(n, R, np.where(n.sum(axis=1) < 0, -rule.epsilon, rule.epsilon))


def alpha_beta(rule, a, W, R):
    """Return α times what adds, less β times what subtracts."""
    (adds, one), (subtracts, other) = share(plus(a * W), R), share(minus(a * W), R)
    alpha, beta = rule.alpha, rule.alpha - 1
    return alpha * adds - beta * subtracts, alpha * one + beta * other


def z_box(rule, a, W, R):
    """Return the messages in proportion to a w - l w⁺ - h w⁻."""
    low, high = np.reshape(rule.low, (-1, 1)) * plus(W), np.reshape(rule.high, (-1, 1)) * minus(W)
    return share(a * W - low - high, R, terms=abs(a * W) + abs(low) + abs(high))


# By the label of the rule's equation: messages R_{i←j} and their magnitudes, (cases, inputs, outputs), from the rule's
# settings, activations (cases, inputs, 1), weights (inputs, outputs) and relevance (cases, outputs).
MESSAGES = {
    "eq-lrp0-rule": lambda rule, a, W, R: share(a * W, R),
    "eq-epsilon-rule": epsilon,
    "eq-gamma-rule": lambda rule, a, W, R: share(a * (W + rule.gamma * plus(W)), R),
    "eq-alphabeta-rule": alpha_beta,
    "eq-zplus-rule": lambda rule, a, W, R: share(plus(a * W), R),
    "eq-wsquare-rule": lambda rule, a, W, R: share(W * W + 0 * a, R),
    "eq-flat-rule": lambda rule, a, W, R: share(np.ones_like(a * W), R),
    "eq-zbox-rule": z_box,
}
