"""Claims of the chapter ``recurrence``: what an LSTM computes, and what it hands down."""

import numpy as np
import sympy as sp

from .. import recurrence
from ..propagate import propagate
from ..rules import LRP0
from .cases import relative
from .checking import Claims

CLAIMS = Claims()


def _case(rng, low=-1.0):
    """Return weights and bias of an LSTM, sequences (cases, steps, inputs), and what each step computes, by name.

    No weight, no bias and no input is below `low`, or above 1. The names are z, of shape (cases, 4, units), the factors
    i, f, g, o, the cell before and after, and the output before and after.
    """
    cases, steps, inputs, units = rng.integers(1, 65), *rng.integers(1, 5, 3)
    W, V, b = (rng.uniform(low, 1, (4 * units, n)) for n in (inputs, units, 1))
    x, states = rng.uniform(low, 1, (cases, steps, inputs)), []
    h = c = np.zeros((cases, units))
    for t in range(steps):
        z = np.reshape(x[:, t] @ W.T + h @ V.T + b[:, 0], (cases, 4, units))
        i, f, o = (1 / (1 + np.exp(-z[:, k])) for k in (0, 1, 3))
        step = {"z": z, "i": i, "f": f, "g": np.tanh(z[:, 2]), "o": o, "before": c, "h": h}
        c = f * c + i * step["g"]
        h = o * np.tanh(c)
        states.append({**step, "c": c, "out": h})
    return (W, V, b[:, 0]), x, states


@CLAIMS.law("eq-lstm", "An LSTM keeps f of its cell, adds i times the candidate, and shows o times tanh of the sum.")
def lstm_is_a_loop(rng):
    parameters, x, states = _case(rng)
    return relative(recurrence.LSTM(*parameters).forward(x) - states[-1]["out"], 1.0)


@CLAIMS.proof("eq-product-roots", "Expanded at (u, 0) or at (0, s), the product u s has one term, and no remainder.")
def product_at_two_roots():
    u, s, a, b = sp.symbols("u s a b")
    terms, found = [b * (u - a), a * (s - b)], []  # of first order, at (a, b)
    for root, shares in (({a: u, b: 0}, (0, u * s)), ({a: 0, b: s}, (u * s, 0))):
        found += [(a * b).subs(root), *(term.subs(root) - share for term, share in zip(terms, shares, strict=True))]
    return found


def _apart(rng):
    """Return an LSTM of one unit each of whose sums has an input of its own, inputs, and what it computes there."""
    w, x = rng.uniform(0.1, 2, 4), rng.uniform(0.1, 2, (64, 1, 4))
    i, _, o = (1 / (1 + np.exp(-w[k] * x[:, 0, k])) for k in (0, 1, 3))
    return recurrence.LSTM(np.diag(w), np.zeros((4, 1))), x, i, np.tanh(w[2] * x[:, 0, 2]), o


@CLAIMS.law("eq-gated", "Of a product the signal has the share θ, and what it has not its gate has.")
def products_are_shared(rng):
    layer, x, i, g, o = _apart(rng)
    product, R = str(rng.choice(list(recurrence.PRODUCTS))), rng.normal(size=64)

    def share(gate, signal):
        return {"signal": 1.0, "half": 0.5}.get(product, signal / (gate + signal))

    upper, lower = share(o, np.tanh(i * g)), share(i, g)
    found = propagate(recurrence.Gated(0.0, product), layer.see(x)[0], R[:, None])[:, 0]
    expected = np.stack([upper * (1 - lower) * R, 0 * R, upper * lower * R, (1 - upper) * R], axis=1)
    return relative(found - expected, abs(R)[:, None])


@CLAIMS.law("eq-gated", "If the signal takes all, an input that only gates see gets nothing.", 0.0)
def gates_get_nothing(rng):
    layer, x, *_ = _apart(rng)
    found = propagate(recurrence.Gated(rng.uniform()), layer.see(x)[0], rng.normal(size=(64, 1)))[:, 0]
    return relative(found[:, [0, 1, 3]], 1.0)


@CLAIMS.counterexample("eq-gated", "With half to each, an input that only a gate sees gets some.")
def gates_get_half(rng):
    layer, x, *_ = _apart(rng)
    found = propagate(recurrence.Gated(0.0, "half"), layer.see(x)[0], np.ones((64, 1)))[:, 0]
    return np.min(found[:, [0, 3]], axis=1)


@CLAIMS.law("eq-lstm-relevance", "Back through a step relevance splits over what was kept, what was new, x and h.")
def lstm_hands_down(rng):
    (W, V, b), x, states = _case(rng, low=0.01)
    units = V.shape[1]
    W_g, V_g = W[2 * units : 3 * units], V[2 * units : 3 * units]
    R_h, R_c = rng.normal(size=(len(x), units)), 0.0
    found = propagate(LRP0(), recurrence.LSTM(W, V, b).see(x)[0], R_h)
    expected, size = np.zeros(x.shape), abs(R_h).sum(axis=1)[:, None, None]
    for t, step in reversed(list(enumerate(states))):
        s = (R_c + R_h) / step["c"]
        R_g, R_c = step["i"] * step["g"] * s, step["f"] * step["before"] * s
        s = R_g / (x[:, t] @ W_g.T + step["h"] @ V_g.T)
        expected[:, t], R_h = x[:, t] * (s @ W_g), step["h"] * (s @ V_g)
    return relative(found - expected, size)


@CLAIMS.law("eq-frozen", "LRP-0 with bias gives the terms of the network whose gates and slopes are held fixed.")
def gates_are_frozen(rng):
    (W, V, b), x, states = _case(rng, low=0.01)
    units = V.shape[1]
    W_g, V_g, R = W[2 * units : 3 * units], V[2 * units : 3 * units], rng.uniform(-1, 1, (len(x), units))
    found = propagate(LRP0(absorb_bias=True), recurrence.LSTM(W, V, b).see(x)[0], R * states[-1]["out"])
    dh, dc, slopes = R, 0.0, np.zeros(x.shape)
    for t, step in reversed(list(enumerate(states))):
        dc = dc + dh * step["out"] / step["c"]
        dz = dc * step["i"] * step["g"] / step["z"][:, 2]
        slopes[:, t], dh, dc = dz @ W_g, dz @ V_g, dc * step["f"]
    return relative(found - x * slopes, abs(R * states[-1]["out"]).sum(axis=1)[:, None, None])
