"""Claims of the chapters ``relu-neuron``, ``w2-rule`` and ``more-roots``."""

import numpy as np
import sympy as sp

from .. import neuron, roots, taylor
from . import cases
from .cases import numbers, relative, scale
from .checking import Claims

CLAIMS = Claims()


# Chapter relu-neuron --------------------------------------------------------------------------------------------------


@CLAIMS.law(
    "eq-relu-gradient", "The gradient is w on the active side and 0 on the silent one, as finite differences show."
)
def relu_gradient(rng):
    x, w, b = cases.neuron(rng)
    f, size = neuron.Neuron(w, b), abs(x) @ abs(w) + abs(b)
    x, size = x[abs(x @ w + b) > 1e-6 * size], size[abs(x @ w + b) > 1e-6 * size]
    h = abs(x @ w + b) / (2 * abs(w).max())
    slopes = np.stack([(f(x + h[:, None] * e) - f(x)) / h for e in np.eye(len(w))], axis=1)
    return relative(f.gradient(x) - slopes, (size / h)[:, None] + abs(w))


@CLAIMS.law("eq-hinge-rounding", "Expanded at a computed root, an active x has the shares wᵢ (xᵢ − aᵢ), and ε = 0.")
def expansion_at_a_computed_root(rng):
    x, w, b, v, _ = _any_walk(rng)
    if rng.random() < 0.5:  # towards the origin, and with a small bias almost there
        b, v, keep = b * scale(rng, 9), x, abs(x @ w) > 1e-6 * abs(x) @ abs(w)
        x, v = x[keep], v[keep]
    f = neuron.Neuron(w, b)
    x, v = x[f.active(x)], v[f.active(x)]
    a = roots.root(f, x, v)
    split = f.decompose(x, a)
    return relative(np.column_stack([split.relevance - w * (x - a), split.remainder]), _sizes(x, w, b, a))


@CLAIMS.counterexample(
    "eq-hinge-rounding", "A root near the origin carries the rounding of x, and by its own sum misses the hinge.", 0.01
)
def hinge_missed_by_the_rounding_of_x(rng):
    x, w = rng.uniform(0.5, 2, (256, 20)), rng.uniform(0.5, 2, 20)
    f = neuron.Neuron(w, -1e-6)
    a = roots.z_root(x, w, f.b)
    return np.array([(f.on_hinge(a, x) & ~f.on_hinge(a)).mean()])


@CLAIMS.law("eq-hinge", "With the part h of the way to a root left, f(a) = h f(x), and R is 1 − h of that at the root.")
def sliding_to_the_hinge(rng):
    x, w, b = cases.neuron(rng)
    f, h = neuron.Neuron(w, b), rng.uniform(0.01, 1)
    x = x[f.active(x)]
    root = roots.w2_root(x, w, b)
    split, last = f.decompose(x, root + h * (x - root)), roots.relevance(f, x, w)
    error = np.column_stack([split.baseline - h * f(x), split.relevance - (1 - h) * last.relevance, split.remainder])
    return relative(error, _sizes(x, w, b, root))


@CLAIMS.counterexample(
    "eq-hinge", "Without that limit it is a coin flip: of 256 computed roots, some have z > 0 and some do not.", 0.01
)
def coin_flip(rng):
    w, b = rng.normal(size=20), rng.normal()
    active = neuron.Neuron(w, b).active(roots.w2_root(rng.normal(size=(256, 20)), w, b)).mean()
    return np.array([min(active, 1 - active)])


@CLAIMS.law(
    "eq-epsilon-zero", "With a on the active side ε = f(x) − z, and so it is 0 for every active x, however far."
)
def no_remainder_on_the_active_side(rng):
    x, w, b = cases.neuron(rng)
    a = cases.active(numbers(rng, *x.shape), w, b)
    error = neuron.Neuron(w, b).decompose(x, a).remainder - np.maximum(-(x @ w + b), 0)
    return relative(error, (abs(x) + abs(a)) @ abs(w) + abs(b))


@CLAIMS.proof(
    "eq-epsilon-zero", "On the active side all second derivatives are 0, and the remainder of first order is too."
)
def second_derivatives_vanish():
    x, w, a, (b, s) = sp.symbols("x:3"), sp.symbols("w:3"), sp.symbols("a:3"), sp.symbols("b s")
    f = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    path = f.subs({x_i: a_i + s * (x_i - a_i) for x_i, a_i in zip(x, a, strict=True)}, simultaneous=True)
    return [*sp.hessian(f, x), taylor.remainder(path, s, 0, 1)]


@CLAIMS.law("eq-dead-side", "With a on the silent side every Rᵢ is 0 and ε = f(x): a root, and useless.")
def all_is_remainder_on_the_dead_side(rng):
    x, w, b = cases.neuron(rng)
    a = cases.active(numbers(rng, *x.shape), -w, -b)
    strict = a @ w + b < -1e-6 * (abs(a) @ abs(w) + abs(b))
    x, a = x[strict], a[strict]
    split = neuron.Neuron(w, b).decompose(x, a)
    error = np.column_stack([split.relevance, split.baseline, split.remainder - np.maximum(x @ w + b, 0)])
    return relative(error, (abs(x) @ abs(w) + abs(b))[:, None])


@CLAIMS.counterexample(
    "eq-dead-side", "“ε = 0, because ReLU is linear” fails with x active and a silent: Σ R misses f(x)."
)
def remainder_between_two_regions(rng):
    x, w, b = cases.neuron(rng)
    a = cases.active(numbers(rng, *x.shape), -w, -b) - w
    x = cases.active(x, w, b) + w
    split = neuron.Neuron(w, b).decompose(x, a)
    return abs(split.remainder) / split.value


def _sizes(x, w, b, *others):
    """Return the magnitudes that are summed at x and at other points, of shape (cases, 1)."""
    return sum(abs(point) @ abs(w) + abs(b) for point in (x, *others))[:, None]


# Chapters w2-rule and more-roots --------------------------------------------------------------------------------------

# For each direction: its name, the labels of root and relevance, what it takes besides x and w, and w_i v_i.
DIRECTIONS = {
    "w2": ("w²", "eq-w2-root", "eq-w2-relevance", lambda rng, d: (), lambda x, w: w * w + 0 * x),
    "z": ("z", "eq-z-direction", "eq-z-direction", lambda rng, d: (), lambda x, w: x * w),
    "zplus": ("z⁺", "eq-zplus-direction", "eq-zplus-direction", lambda rng, d: (), lambda x, w: np.maximum(x * w, 0)),
    "zbox": (
        "zᴮ", "eq-zbox-direction", "eq-zbox-direction",
        lambda rng, d: np.sort(numbers(rng, 2, d), axis=0),
        lambda x, w, low, high: (x - low) * np.maximum(w, 0) + (x - high) * np.minimum(w, 0),
    ),
    "gamma": (
        "γ", "eq-gamma-direction", "eq-gamma-direction",
        lambda rng, d: (scale(rng),),
        lambda x, w, gamma: x * (w + gamma * np.maximum(w, 0)),
    ),
}  # fmt: skip


def _walk(rng, stem):
    """Return x, w, b, what else the direction needs, and the shares w_i v_i, where they do not cancel."""
    *_, settings, shares = DIRECTIONS[stem]
    x, w, b = cases.neuron(rng)
    more = settings(rng, len(w))
    n = shares(x, w, *more)
    meets = abs(n.sum(axis=1)) > 1e-6 * abs(n).sum(axis=1)
    return x[meets], w, b, more, n[meets]


def _is_root(stem):
    def is_root(rng):
        x, w, b, more, n = _walk(rng, stem)
        a, t = getattr(roots, f"{stem}_root")(x, w, b, *more), (x @ w + b) / n.sum(axis=1)
        return relative(a @ w + b, abs(x) @ abs(w) + abs(b) + abs(t) * abs(n).sum(axis=1))

    is_root.__name__ = f"{stem}_root_is_a_root"
    return is_root


def _shares(stem):
    def shares(rng):
        x, w, b, more, n = _walk(rng, stem)
        split = roots.relevance(neuron.Neuron(w, b), x, getattr(roots, f"{stem}_direction")(x, w, *more))
        f, size = np.maximum(x @ w + b, 0)[:, None], (abs(x) @ abs(w) + abs(b))[:, None]
        slope, total = n.sum(axis=1, keepdims=True), abs(n).sum(axis=1, keepdims=True)
        return relative(split.relevance - n / slope * f, abs(n / slope) * (size + f * total / abs(slope)))

    shares.__name__ = f"{stem}_shares"
    return shares


@CLAIMS.proof("eq-w2-t", "On the line x̃ = x − t w, the sum w·x̃ + b is zero at t = z / ‖w‖², and only there.")
def w2_step():
    x, w, (b, t) = sp.symbols("x:3", real=True), sp.symbols("w:3", positive=True), sp.symbols("b t", real=True)
    z = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    on_line = z.subs({x_i: x_i - t * w_i for w_i, x_i in zip(w, x, strict=True)}, simultaneous=True)
    found, *others = sp.solve(on_line, t)
    return [len(others), found - z / sum(w_i**2 for w_i in w)]


@CLAIMS.proof(
    "eq-walk", "The point of the hinge nearest to x lies in the direction of w: Lagrange's condition x̃ − x ∥ w."
)
def nearest_by_lagrange():
    x, w, a = sp.symbols("x:2", real=True), sp.symbols("w:2", positive=True), sp.symbols("a:2", real=True)
    b, multiplier = sp.symbols("b multiplier", real=True)
    z = sum(w_i * a_i for w_i, a_i in zip(w, a, strict=True)) + b
    lagrangian = sum((a_i - x_i) ** 2 for a_i, x_i in zip(a, x, strict=True)) + multiplier * z
    (found,) = sp.solve([sp.diff(lagrangian, v) for v in (*a, multiplier)], [*a, multiplier], dict=True)
    return [(found[a[0]] - x[0]) * w[1] - (found[a[1]] - x[1]) * w[0], z.subs(found)]


@CLAIMS.law("eq-w2-root", "The w² root is the nearest: a solver finds the same point, and its distance is |z| / ‖w‖.")
def nearest_by_solver(rng):
    x, w, b = cases.neuron(rng)
    z, a = x @ w + b, roots.w2_root(x, w, b)
    shortest = np.linalg.lstsq(w[None], -z[None], rcond=None)[0].T
    error = np.column_stack([a - x - shortest, np.linalg.norm(a - x, axis=1) - abs(z) / np.linalg.norm(w)])
    return relative(error, (np.linalg.norm(x, axis=1) + (abs(x) @ abs(w) + abs(b)) / np.linalg.norm(w))[:, None])


@CLAIMS.law("eq-w2-root", "No point p of the hinge is nearer than the w² root x̃: ‖x − p‖² = ‖x − x̃‖² + ‖p − x̃‖².")
def nearest_of_many(rng):
    x, w, b = cases.neuron(rng)
    a, p = roots.w2_root(x, w, b), numbers(rng, *x.shape)
    on_hinge = p - ((p @ w + b) / (w @ w))[:, None] * w
    squared = [((u - v) ** 2).sum(axis=1) for u, v in ((x, on_hinge), (x, a), (on_hinge, a))]
    size = (abs(x) + abs(p)) @ np.ones(len(w)) + ((abs(x) + abs(p)) @ abs(w) + abs(b)) / np.linalg.norm(w)
    return relative(squared[0] - squared[1] - squared[2], size**2)


@CLAIMS.law("eq-w2-root", "Nearest by the largest part of a step R goes by |wᵢ|, by the sum of its parts to one input.")
def nearest_by_other_yardsticks(rng):
    x, w, b = cases.neuron(rng)
    f, p, winner = neuron.Neuron(w, b), numbers(rng, *x.shape), np.eye(len(w))[abs(w).argmax()]
    on_hinge, size = p - ((p @ w + b) / (w @ w))[:, None] * w, abs(x) @ abs(w) + abs(b)
    error = []
    for v, share, order in ((np.sign(w), abs(w) / abs(w).sum(), np.inf), (winner, winner, 1)):
        length, other = (np.linalg.norm(x - q, order, axis=1) for q in (roots.root(f, x, v), on_hinge))
        farther = np.maximum(length - other, 0) * abs(w).max() / len(w)
        error.append(np.column_stack([farther, roots.relevance(f, x, v).relevance - share * f(x)[:, None]]))
    return relative(np.column_stack(error), (size + abs(p) @ abs(w))[:, None])


@CLAIMS.counterexample("eq-w2-relevance", "The shares of w² depend on the units: with x₁ in a smaller one they differ.")
def w2_has_units(rng):
    x, w, units = rng.uniform(0.5, 2, (64, 3)), rng.uniform(0.5, 2, 3), np.array([rng.uniform(1.5, 3), 1, 1])
    here, there = neuron.Neuron(w), neuron.Neuron(w / units)
    R = roots.relevance(here, x, roots.w2_direction(x, w)).relevance
    other = roots.relevance(there, x * units, roots.w2_direction(x * units, there.w)).relevance
    return abs(R - other).max(axis=1) / here(x)


@CLAIMS.law("eq-master-relevance", "The shares of z, z⁺, γ, αβ, flat and, with its box, zᴮ do not depend on the units.")
def directions_without_units(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w, b, units = rng.normal(size=x.shape[1]), rng.normal(), 10 ** rng.uniform(-2, 2, x.shape[1])
    gamma, alpha, box, other_box = (scale(rng),), (1 + scale(rng, 1),), (low, high), (low * units, high * units)
    residuals = []
    for direction, settings, in_other_units in (
        (roots.z_direction, (), ()), (roots.zplus_direction, (), ()), (roots.flat_direction, (), ()),
        (roots.gamma_direction, gamma, gamma), (roots.alphabeta_direction, alpha, alpha),
        (roots.zbox_direction, box, other_box),
    ):  # fmt: skip
        v, there = direction(x, w, *settings), direction(x * units, w / units, *in_other_units)
        meets = abs(v @ w) > 1e-3 * (abs(v) @ abs(w))
        v, there, point = v[meets], there[meets], x[meets]
        R = roots.relevance(neuron.Neuron(w, b), point, v).relevance
        same = roots.relevance(neuron.Neuron(w / units, b), point * units, there).relevance
        residuals.append(relative(R - same, (abs(v) @ abs(w) / (v @ w))[:, None] ** 2 * _sizes(point, w, b)))
    return np.concatenate(residuals)


for _stem, (_name, _root, _relevance, *_) in DIRECTIONS.items():
    CLAIMS.law(_root, f"Where w·v ≠ 0 the {_name} root is a root, whatever the bias: there w·x̃ + b = 0.")(
        _is_root(_stem)
    )
    CLAIMS.law(
        _relevance, f"Where w·v ≠ 0, in the direction {_name} each input gets its share of w·v, and Σ R = f(x)."
    )(_shares(_stem))


@CLAIMS.law("eq-root", "The walk against any v with w·v ≠ 0 ends on the hinge.")
def any_walk_ends_on_the_hinge(rng):
    x, w, b, v, slope = _any_walk(rng)
    t = (x @ w + b) / slope
    size = abs(x) @ abs(w) + abs(b) + abs(t) * (abs(v) @ abs(w))
    return relative(roots.root(neuron.Neuron(w, b), x, v) @ w + b, size)


@CLAIMS.law("eq-master-relevance", "Σ R = f(x) for every v with w·v ≠ 0 and every bias, and both f(x̃) and ε are 0.")
def any_walk_conserves(rng):
    x, w, b, v, slope = _any_walk(rng)
    split = roots.relevance(neuron.Neuron(w, b), x, v)
    z, total = x @ w + b, abs(v) @ abs(w) / abs(slope)
    error = np.column_stack([split.relevance.sum(axis=1) - np.maximum(z, 0), split.baseline, split.remainder])
    return relative(error, (abs(x) @ abs(w) + abs(b) + abs(z) * total)[:, None])


@CLAIMS.law("eq-root", "For an active x the root lies on the side of −v if w·v > 0, and behind x if w·v < 0.", 0.0)
def side_of_the_root(rng):
    x, w, b, v, slope = _any_walk(rng)
    active = x @ w + b > 1e-9 * (abs(x) @ abs(w) + abs(b))
    x, v, slope = x[active], v[active], slope[active]
    way = ((x - roots.root(neuron.Neuron(w, b), x, v)) * v).sum(axis=1)
    far = abs(way) > 1e-9 * (abs(x) * abs(v)).sum(axis=1)
    return (np.sign(way) != np.sign(slope))[far] * 1.0


@CLAIMS.counterexample(
    "eq-master-relevance", "Without w·v > 0 signs turn over: with w·x < 0, z gives what adds a negative share."
)
def signs_turn_over(rng):
    x, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4)
    w[0] = -20
    split = roots.relevance(neuron.Neuron(w, b=50), x, roots.z_direction(x, w))
    return -split.relevance[:, 1:].max(axis=1) / abs(split.relevance).sum(axis=1)


@CLAIMS.law("eq-alphabeta-direction", "With inputs of both kinds αβ is a walk, w·v = 1, and its root has its shares.")
def alphabeta_is_a_walk(rng):
    x, w, b, n = _both_kinds(rng)
    f, alpha = neuron.Neuron(w, b), 1 + scale(rng, 1)
    v = roots.alphabeta_direction(x, w, alpha)
    adds, subtracts = (part / part.sum(axis=1, keepdims=True) for part in (np.maximum(n, 0), np.minimum(n, 0)))
    rule, z = alpha * adds - (alpha - 1) * subtracts, (x @ w + b)[:, None]
    error = np.column_stack([v @ w - 1, w * (x - roots.root(f, x, v)) - rule * z])
    magnitudes = (abs(n).sum(axis=1) + abs(b))[:, None] * (2 * alpha - 1) ** 2
    return relative(error, np.column_stack([0 * z + 2 * alpha - 1, magnitudes + abs(n)]))


@CLAIMS.counterexample(
    "eq-alphabeta-direction",
    "With α > 1 and nothing that subtracts, αβ's shares add up to α f(x), and no root has them.",
)
def alphabeta_without_both_kinds(rng):
    x, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4)
    return abs(roots.alphabeta_direction(x, w, 1 + scale(rng, 1)) @ w - 1)


def _both_kinds(rng):
    """Return x, w, b and the products wᵢ xᵢ, some of which are positive and some negative."""
    x, w, b = cases.neuron(rng)
    x, w = np.column_stack([x, rng.uniform(0.5, 2, (len(x), 2))]), np.append(w, [1, -1])
    return x, w, b, x * w


@CLAIMS.law("eq-flat-direction", "If no weight is 0, flat is the walk against v = 1/w: its root gives equal shares.")
def flat_is_a_walk(rng):
    x, w, b = cases.neuron(rng)
    w = np.where(w == 0, 1, w)
    shares = w * (x - roots.root(neuron.Neuron(w, b), x, roots.flat_direction(x, w)))
    return relative(shares - (x @ w + b)[:, None] / len(w), _sizes(x, w, b))


@CLAIMS.counterexample(
    "eq-flat-direction", "With a weight of 0 flat is no walk: on any walk that input has the share 0, not f(x)/d."
)
def flat_without_a_weight(rng):
    x, w, v = (rng.uniform(0.5, 2, shape) for shape in ((64, 4), 4, (64, 4)))
    w[0] = 0
    split = roots.relevance(neuron.Neuron(w), x, v)
    return abs(split.value / 4 - split.relevance[:, 0]) / split.value


def _any_walk(rng):
    x, w, b = cases.neuron(rng)
    v = numbers(rng, *x.shape)
    keep = abs(v @ w) > 1e-6 * (abs(v) @ abs(w))
    return x[keep], w, b, v[keep], (v @ w)[keep]


@CLAIMS.proof(
    "eq-master-relevance",
    "Rᵢ = wᵢ vᵢ / (w·v) · z adds up to z, and is the first-order term wᵢ (xᵢ − x̃ᵢ) at the root x̃.",
)
def master_relevance():
    x, w, v, b = sp.symbols("x:3"), sp.symbols("w:3"), sp.symbols("v:3"), sp.Symbol("b")
    z, slope = (sum(w_i * p_i for w_i, p_i in zip(w, p, strict=True)) for p in (x, v))
    R = [w_i * v_i / slope * (z + b) for w_i, v_i in zip(w, v, strict=True)]
    a = [x_i - (z + b) / slope * v_i for x_i, v_i in zip(x, v, strict=True)]
    return [sum(R) - z - b, *(R_i - w_i * (x_i - a_i) for R_i, w_i, x_i, a_i in zip(R, w, x, a, strict=True))]


@CLAIMS.law(
    "eq-domain", "The root lies on the segment from x to x − v exactly when w·(x − v) + b ≤ 0, for an active x."
)
def root_on_the_segment(rng):
    x, w, b, v, _ = _any_walk(rng)
    active = x @ w + b > 0
    x, v = x[active], v[active]
    t = ((x - roots.root(neuron.Neuron(w, b), x, v)) * v).sum(axis=1) / (v * v).sum(axis=1)
    return _agree((t >= 0) & (t <= 1), x, w, b, v)


@CLAIMS.law("eq-domain", "The z⁺ root of an active x ≥ 0 stays there exactly when b ≤ Σ xᵢ |wᵢ⁻|.")
def zplus_root_in_the_domain(rng):
    x, w, b = cases.neuron(rng, low=0)
    v = np.where(w > 0, x, 0)
    active = (x @ w + b > 0) & (v @ w > 0)
    x, v = x[active], v[active]
    return _agree(roots.in_domain(roots.zplus_root(x, w, b)), x, w, b, v)


@CLAIMS.law(
    "eq-domain",
    "The zᴮ root of an active x in the box, l ≤ 0 ≤ h, stays there exactly when its weakest corner is silent.",
)
def zbox_root_in_the_box(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w = numbers(rng, x.shape[1])
    v = x - np.where(w > 0, low, np.where(w < 0, high, 0))
    b = (x[0] - rng.uniform(0, 2) * v[0]) @ -w
    active = (x @ w + b > 0) & (v @ w > 1e-6 * abs(x) @ abs(w))
    x, v = x[active], v[active]
    return _agree(roots.in_domain(roots.zbox_root(x, w, b, low, high), low, high), x, w, b, v)


@CLAIMS.law(
    "eq-zbox-direction", "With a silent point in the box, an active x has its zᴮ root there if l ≤ 0 ≤ h or no wᵢ is 0."
)
def zbox_finds_a_root(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w = rng.normal(size=x.shape[1])
    if rng.random() < 0.5:
        w[1:] *= rng.random(len(w) - 1) < 0.7
    else:  # the box need not hold the origin
        shift = numbers(rng, len(w))
        low, high, x = low + shift, high + shift, x + shift
    silent = low + rng.random(x.shape[1]) * (high - low)
    b = -silent @ w
    x = x[x @ w + b > 1e-6 * (abs(x) @ abs(w) + abs(b))]
    root = roots.zbox_root(x, w, b, low, high)
    outside = np.maximum(np.maximum(low - root, root - high), 0)
    sizes = np.where(w == 0, abs(low) + abs(high), _sizes(x, w, b, low, high))
    return relative(outside * np.where(w == 0, 1, abs(w)), sizes)


@CLAIMS.counterexample(
    "eq-zbox-direction", "Another direction fails for some bias, as when only the weakest corner of the box is silent."
)
def another_direction_misses_the_corner(rng):
    x, w = rng.uniform(0.5, 1, (64, 4)), rng.uniform(0.5, 2, 4)
    v = x * np.array([2, 1, 1, 1])
    root = roots.root(neuron.Neuron(w, 0.0), x, v)
    return np.where(roots.in_domain(root, 0, 1), 0, -root.min(axis=1))


@CLAIMS.law("eq-zplus-direction", "For x ≥ 0, z⁺ is zᴮ in the box from 0 to x, whose weakest corner is x − v.", 0.0)
def zplus_is_zbox_below_x(rng):
    x, w, _ = cases.neuron(rng, low=0)
    w = np.where(w == 0, 1, w)
    boxed = np.stack([roots.zbox_direction(point, w, 0, point) for point in x])
    return abs(roots.zplus_direction(x, w) - boxed).max(axis=1)


@CLAIMS.law("eq-gamma-mix", "For x ≥ 0 the shares of γ are a mean of those of z and z⁺, weighted by w·x and γ Σ w⁺x.")
def gamma_is_a_mixture(rng):
    x, w, b = cases.neuron(rng, low=0)
    x = x[x @ w > 0.1 * (x @ abs(w))]
    f, gamma, n, plus = neuron.Neuron(w, b), scale(rng), (x @ w)[:, None], (x @ np.maximum(w, 0))[:, None]
    ways = roots.gamma_direction(x, w, gamma), roots.z_direction(x, w), roots.zplus_direction(x, w)
    mixed, by_z, by_zplus = (roots.relevance(f, x, v).relevance for v in ways)
    return relative(mixed - (n * by_z + gamma * plus * by_zplus) / (n + gamma * plus), 100 * _sizes(x, w, b))


@CLAIMS.law("eq-any-direction", "Behind any shares that add up to z > 0 there is a root, if no weight is 0: v = R / w.")
def any_shares_have_a_root(rng):
    x, w, b = cases.neuron(rng)
    w = np.where(w == 0, 1, w)
    f, shares = neuron.Neuron(w, b), rng.normal(size=x.shape)
    keep = (x @ w + b > 0) & (abs(shares.sum(axis=1)) > 0.1 * abs(shares).sum(axis=1))
    x, shares = x[keep], shares[keep]
    R = shares / shares.sum(axis=1, keepdims=True) * f(x)[:, None]
    return relative(roots.relevance(f, x, R / w).relevance - R, 100 * _sizes(x, w, b))


@CLAIMS.counterexample("eq-zbox-direction", "Told a box that is too wide, zᴮ can end outside of the right one, [0, 1].")
def zbox_with_a_wrong_box(rng):
    x, w = rng.uniform(0, 1, (64, 4)), rng.uniform(0.5, 2, 4)
    x[:, 0] = 0
    root = roots.zbox_root(x, w, -rng.uniform(0, 0.9) * (x @ w).min(), low=-1, high=1)
    return np.where(roots.in_domain(root, 0, 1), 0, -root.min(axis=1))


@CLAIMS.law("eq-path", "If x − v is silent and w·v > 0, integrated gradients from x − v are the shares of the walk.")
def path_is_the_walk(rng):
    x, w, b, v, slope = _any_walk(rng)
    v *= np.sign(slope)[:, None]
    z, z_before = x @ w + b, (x - v) @ w + b
    keep = (z > 0) & (z_before <= 0)
    x, v, f = x[keep], v[keep], neuron.Neuron(w, b)
    walk, total = roots.relevance(f, x, v).relevance, (abs(v) @ abs(w) / (v @ w))[:, None]
    return relative(_path(f, x, v) - walk, (_sizes(x, w, b, v) + f(x)[:, None]) * abs(w * v / (v @ w)[:, None]) * total)


@CLAIMS.proof("eq-path", "The path is active on its last part, z / (w·v) of it, and collects there what a walk shares.")
def path_is_the_walk_symbolic():
    x, w, v, (b, s) = sp.symbols("x:3"), sp.symbols("w:3"), sp.symbols("v:3"), sp.symbols("b s")
    z = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    slope = sum(w_i * v_i for w_i, v_i in zip(w, v, strict=True))
    on_path = z.subs({x_i: x_i - v_i + s * v_i for x_i, v_i in zip(x, v, strict=True)}, simultaneous=True)
    active = [sp.integrate(w_i * v_i, (s, 1 - z / slope, 1)) for w_i, v_i in zip(w, v, strict=True)]
    shares = [w_i * v_i / slope * z for w_i, v_i in zip(w, v, strict=True)]
    return [on_path.subs(s, 1 - z / slope), *(R - share for R, share in zip(active, shares, strict=True))]


@CLAIMS.counterexample("eq-path", "If x − v is active, they differ: the path begins there, the walk goes on beyond it.")
def path_from_an_active_baseline(rng):
    x, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4)
    f = neuron.Neuron(w, b=rng.uniform(0.5, 2))
    walk = roots.relevance(f, x, roots.z_direction(x, w))
    return abs(walk.relevance - _path(f, x, x)).max(axis=1) / walk.value


def _path(f, x, v):
    """Integrate the gradient from x − v to x, exactly: it is constant on either side of the hinge."""
    before, after = f.preactivation(x - v), f.preactivation(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = np.where(before * after < 0, before / (before - after), 0)[:, None]
    first, last = f.gradient(x - v + cut / 2 * v), f.gradient(x - (1 - cut) / 2 * v)
    return v * (cut * first + (1 - cut) * last)


@CLAIMS.law("eq-zbox-direction", "zᴮ with its box, and a path with its baseline, do not change if inputs are shifted.")
def zbox_survives_a_shift(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w, b, shift = rng.normal(size=x.shape[1]), rng.normal(), numbers(rng, x.shape[1], decades=1)
    v = roots.zbox_direction(x, w, low, high)
    x, v = (points[v @ w > 1e-3 * (abs(v) @ abs(w))] for points in (x, v))
    f, shifted, moved = neuron.Neuron(w, b), neuron.Neuron(w, b - shift @ w), x + shift
    to_corner = roots.zbox_direction(moved, w, low + shift, high + shift)
    walks = roots.relevance(f, x, v).relevance, roots.relevance(shifted, moved, to_corner).relevance
    paths = _path(f, x, v), _path(shifted, moved, v)
    error, total = [one - other for one, other in (walks, paths)], abs(v) @ abs(w) / (v @ w) * (1 + f(x) / (v @ w))
    return relative(np.column_stack(error), total[:, None] ** 2 * _sizes(x, w, b, low, high, shift))


@CLAIMS.counterexample("eq-z-direction", "z and γ do change if inputs are shifted: the same function, other shares.")
def z_does_not_survive_a_shift(rng):
    x, w, gamma, shift = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4), scale(rng), np.array([1, 0, 0, 0])
    f, shifted, moved, changes = neuron.Neuron(w), neuron.Neuron(w, -shift @ w), x + shift, []
    for direction, *settings in ((roots.z_direction,), (roots.gamma_direction, gamma)):
        R = roots.relevance(f, x, direction(x, w, *settings)).relevance
        other = roots.relevance(shifted, moved, direction(moved, w, *settings)).relevance
        changes.append(abs(R - other).max(axis=1) / f(x))
    return np.min(changes, axis=0)


def _agree(inside, x, w, b, v):
    """Return how far from its border the condition w·(x − v) + b ≤ 0 is where it disagrees with `inside`."""
    margin = (x - v) @ w + b
    return relative(np.where(inside == (margin <= 0), 0, margin), (abs(x) + abs(v)) @ abs(w) + abs(b))


@CLAIMS.counterexample("eq-domain", "The w² root can leave x ≥ 0 even if b ≤ 0: it does where xᵢ = 0 and wᵢ > 0.")
def w2_root_leaves_the_domain(rng):
    x, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4)
    x[:, 0] = 0
    a = roots.w2_root(x, w, -rng.uniform(0, 0.9) * (x @ w).min())
    return np.where(roots.in_domain(a), 0, -a.min(axis=1))


@CLAIMS.counterexample("eq-domain", "Without b ≤ 0 the z⁺ root can leave x ≥ 0: it does if no weight is negative.")
def zplus_root_leaves_the_domain(rng):
    x, w = rng.uniform(0.5, 2, (64, 4)), rng.uniform(0.5, 2, 4)
    a = roots.zplus_root(x, w, rng.uniform(0.1, 2))
    return np.where(roots.in_domain(a), 0, -a.min(axis=1))


@CLAIMS.law(
    "eq-master-relevance",
    "Where w·v > 0, w², z⁺ and, in its box, zᴮ are consistent: no share is negative, and Σ R = f(x).",
)
def consistent_directions(rng):
    low, high, x = cases.box(rng, rng.integers(1, 9))
    w, b = rng.normal(size=x.shape[1]) * scale(rng), numbers(rng)
    f, directions = neuron.Neuron(w, b), [roots.w2_direction(x, w), roots.zbox_direction(x, w, low, high)]
    splits = [roots.relevance(f, x[v @ w > 0], v[v @ w > 0]) for v in (*directions, roots.zplus_direction(x, w))]
    error = [np.column_stack([split.conservation_gap, np.minimum(split.relevance, 0)]) for split in splits]
    return relative(np.concatenate(error), np.concatenate([split.value for split in splits])[:, None])


@CLAIMS.counterexample(
    "eq-z-direction", "In the directions z and γ a share can be negative: that of xᵢ > 0 with wᵢ < 0."
)
def negative_shares(rng):
    x, w, gamma = rng.uniform(0.5, 2, (64, 4)), rng.uniform(1, 2, 4), rng.uniform(0, 2)
    w[0] *= -0.1
    directions = roots.z_direction(x, w), roots.gamma_direction(x, w, gamma)
    shares = np.concatenate([roots.relevance(neuron.Neuron(w), x, v).relevance for v in directions])
    return -shares[:, 0] / abs(shares).sum(axis=1)
