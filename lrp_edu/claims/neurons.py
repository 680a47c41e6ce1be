"""Claims of the chapters ``relu-neuron`` and ``w2-rule``."""

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


# Chapter w2-rule ------------------------------------------------------------------------------------------------------

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


@CLAIMS.proof("eq-w2-t", "On the line a = x + t w, the sum w·a + b is zero at t = −(w·x + b) / ‖w‖², and only there.")
def w2_step():
    x, w, (b, t) = sp.symbols("x:3", real=True), sp.symbols("w:3", positive=True), sp.symbols("b t", real=True)
    z = sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True)) + b
    on_line = z.subs({x_i: x_i + t * w_i for w_i, x_i in zip(w, x, strict=True)}, simultaneous=True)
    found, *others = sp.solve(on_line, t)
    return [len(others), found + z / sum(w_i**2 for w_i in w)]


@CLAIMS.proof(
    "eq-walk", "The point of the hinge nearest to x lies in the direction of w: Lagrange's condition a − x ∥ w."
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


@CLAIMS.law("eq-w2-root", "No point p of the hinge is nearer than the w² root a: ‖x − p‖² = ‖x − a‖² + ‖p − a‖².")
def nearest_of_many(rng):
    x, w, b = cases.neuron(rng)
    a, p = roots.w2_root(x, w, b), numbers(rng, *x.shape)
    on_hinge = p - ((p @ w + b) / (w @ w))[:, None] * w
    squared = [((u - v) ** 2).sum(axis=1) for u, v in ((x, on_hinge), (x, a), (on_hinge, a))]
    size = (abs(x) + abs(p)) @ np.ones(len(w)) + ((abs(x) + abs(p)) @ abs(w) + abs(b)) / np.linalg.norm(w)
    return relative(squared[0] - squared[1] - squared[2], size**2)


for _stem, (_name, _root, _relevance, *_) in DIRECTIONS.items():
    CLAIMS.law(_root, f"The {_name} root is a root, whatever the bias: there w·a + b = 0.")(_is_root(_stem))
    CLAIMS.law(_relevance, f"In the direction {_name} each input gets its share of w·v, and Σ R = f(x).")(
        _shares(_stem)
    )


@CLAIMS.law("eq-root", "The walk against any v with w·v ≠ 0 ends on the hinge.")
def any_walk_ends_on_the_hinge(rng):
    x, w, b, v, slope = _any_walk(rng)
    t = (x @ w + b) / slope
    size = abs(x) @ abs(w) + abs(b) + abs(t) * (abs(v) @ abs(w))
    return relative(roots.root(neuron.Neuron(w, b), x, v) @ w + b, size)


@CLAIMS.law("eq-master-relevance", "Σ R = f(x) for every direction v and every bias, and both f(root) and ε are 0.")
def any_walk_conserves(rng):
    x, w, b, v, slope = _any_walk(rng)
    split = roots.relevance(neuron.Neuron(w, b), x, v)
    z, total = x @ w + b, abs(v) @ abs(w) / abs(slope)
    error = np.column_stack([split.relevance.sum(axis=1) - np.maximum(z, 0), split.baseline, split.remainder])
    return relative(error, (abs(x) @ abs(w) + abs(b) + abs(z) * total)[:, None])


def _any_walk(rng):
    x, w, b = cases.neuron(rng)
    v = numbers(rng, *x.shape)
    keep = abs(v @ w) > 1e-6 * (abs(v) @ abs(w))
    return x[keep], w, b, v[keep], (v @ w)[keep]


@CLAIMS.proof(
    "eq-master-relevance",
    "Rᵢ = wᵢ vᵢ / (w·v) · z adds up to z, and is the first-order term wᵢ (xᵢ − aᵢ) at the root a.",
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


@CLAIMS.law("eq-master-relevance", "w², z⁺ and, in its box, zᴮ are consistent: no share is negative, and Σ R = f(x).")
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
