r"""One neuron's walk inside a network, and what its relevance does on the way (chapter ``deep-taylor``).

Deep Taylor decomposition takes the relevance of a neuron for its activation times a number :math:`c_j`, and holds
:math:`c_j` fixed while the activations below walk to the neuron's root. Here both sides are computed, and two other
ways beside it: a relevance model that is trained, and the nearest root of the network as a whole.
"""

import numpy as np

from . import _check as check
from .layers import Dense
from .network import Network
from .propagate import divide, propagate, stabilizer
from .roots import zplus_direction
from .rules import ZPlus

#: Stands for 1 − s at s = 1, so that what is 0 / 0 at the root is its limit from the active side.
LEFT = 2.0**-200


def factors(rule, seen, R):
    r"""Return what is left of the relevance of a layer's inputs when their activations are divided out.

    .. math:: c_i = \sum_j \sum_t W_{t,ij} \frac{R_j}{d_j}, \qquad R_i = a_i c_i

    Parameters
    ----------
    rule : Rule
        One with a factor :math:`a_i`: LRP-0, ε, γ, αβ or z⁺, the last two for :math:`a \ge 0`. Under w², flat and z^B
        a silent neuron has relevance, and no such :math:`c_i` exists.
    seen : Seen
        What a layer with weights saw in the forward pass, as for `propagate`.
    R : ndarray of shape (..., outputs)
        Relevance of its outputs.

    Returns
    -------
    ndarray of shape (..., inputs)
        The numbers :math:`c_i`, also those of silent inputs.

    Raises
    ------
    ValueError
        If the rule has no factor :math:`a_i`.

    Notes
    -----
    Implements ``eq-factor``, the sum that stands in a rule's relevance once :math:`a_i` is pulled out [Montavon2017]_.

    Examples
    --------
    >>> from lrp_edu import Dense
    >>> seen, output = Dense([[2.0], [1.0]]).see([1.0, 0.0])
    >>> factors(ZPlus(), seen, output)
    array([2., 1.])
    """
    c = np.zeros_like(seen.a)
    for part in rule.parts(seen.a, seen.W, seen.b):
        if any(x is not seen.a for x, _ in part.terms):
            raise ValueError(f"rule must have the factor a_i, with a >= 0 for αβ and z⁺, got {rule}")
        d = rule.total(seen, part.terms) + part.bias
        s = part.share * divide(R, d + stabilizer(d, rule.epsilon))
        for _, W in part.terms:
            c += seen.layer.transpose(s, W, seen.a.shape)
    return c


class NeuronWalk:
    r"""The walk of one hidden neuron j: from the activations below it, :math:`a`, straight to the root of its rule.

    .. math:: a(s) = a - s\, \frac{z_j}{w_j^\top v}\, v, \qquad 0 \le s \le 1

    Its activation falls linearly to 0. Its relevance need not: :math:`c_j` contains the activation itself, and those of
    the other neurons of its layer, which listen to the same activations below and change as well.

    Parameters
    ----------
    network : Network
        Its layers with weights are followed by a ReLU, but for the last.
    x : array_like of shape (..., inputs)
        Inputs of the network at which the neuron is active.
    layer : int
        The neuron's hidden layer, 1 for the first, as in ``Explanation.layers``.
    neuron : int
        Its place in the layer.
    direction : callable, default=zplus_direction
        Takes the activations a and the neuron's weights w, and returns v, as the directions of `roots` do.
    rules : Rule or list of Rule, default=ZPlus()
        What hands the relevance down to the neuron's layer: one for all layers above it, or one for each, from the
        lowest up. The lowest must have a factor :math:`a_j`, see `factors`.
    target : int or int array, optional
        The output that is explained along all of the walk. None takes the largest at `x`.

    Attributes
    ----------
    start, root : ndarray of shape (..., inputs of the layer)
        The activations below at s = 0 and at s = 1.

    Raises
    ------
    ValueError
        If there is no such neuron, it is silent at `x`, its walk does not lead to its hinge (:math:`w^\top v > 0`),
        or the rule above it has no factor :math:`a_j`.

    Notes
    -----
    Implements ``eq-network-walk``, ``eq-deep-taylor`` and ``eq-walk-remainder``. The numbers `s` broadcast against the
    batch of `x`. At s = 1 every value is the limit from the active side.

    Examples
    --------
    >>> from lrp_edu import Dense, ReLU
    >>> network = Network([Dense([[1.0, 1.0], [0.0, 1.0]]), ReLU(), Dense([[1.0], [1.0]], bias=[-0.75])])
    >>> walk = NeuronWalk(network, [1.0, 1.0], layer=1, neuron=0)
    >>> walk.root, walk.activation(0.5), walk.relevance(0), walk.relevance(0.5)
    (array([0., 1.]), np.float64(0.5), np.float64(0.75), np.float64(0.3125))
    >>> walk.factor([0, 1])
    array([0.75, 0.25])
    """

    def __init__(self, network, x, layer, neuron, direction=zplus_direction, rules=ZPlus(), target=None):  # noqa: B008
        if not 1 <= layer < len(network.weighted):
            raise ValueError(f"layer must be a hidden one, from 1 to {len(network.weighted) - 1}, got {layer}")
        place = [k for k, its in enumerate(network.layers) if its.weighted][layer - 1]
        own = self.layer = network.layers[place]
        if not 0 <= neuron < own.outputs:
            raise ValueError(f"neuron must be one of 0 to {own.outputs - 1} of {own}, got {neuron}")
        self.above = Network(network.layers[place + 2 :])
        self.neuron, count = neuron, len(self.above.weighted)
        self.rules = list(rules) if isinstance(rules, (list, tuple)) else [rules] * count
        x = check.points("x", check.real("x", x, np.dtype(float)), network.inputs, match="the first layer")
        seen, output = network.see(x)
        self.target = np.argmax(output, axis=-1) if target is None else np.asarray(target)

        self.start, w, z = seen[place].a, own.weight[:, neuron], seen[place].product + own.bias
        if not np.all(z[..., neuron] > 0):
            raise ValueError(f"x must make neuron {neuron} active, got z = {z[..., neuron]}")
        v = direction(self.start, w)
        slopes = v @ own.weight  # w_m · v, for every neuron m of the layer
        slope = slopes[..., neuron, None]
        if not np.all(slope > 0):
            raise ValueError(f"direction must have w @ v > 0, got {slope[..., 0]}")
        self.root = self.start - z[..., neuron, None] / slope * v
        self._z = z, z - z[..., neuron, None] * (slopes / slope)  # at s = 0 and at s = 1

    def point(self, s):
        """Return a(s), the activations below, of shape (..., inputs of the layer)."""
        s = np.asarray(s)[..., None]
        return (1 - s) * self.start + s * self.root

    def neurons(self, s):
        """Return the activations of all neurons of the layer; on the way each preactivation is linear in s."""
        s = np.asarray(s)[..., None]
        z, z_root = self._z
        return np.maximum(0, np.maximum(1 - s, LEFT) * z + s * z_root)

    def explain(self, s):
        """Return the `Explanation` of the network from this layer up, at a(s)."""
        return self._explain(self.neurons(s))

    def factors(self, s):
        """Return the :math:`c` of all neurons of the layer (``eq-factor``), of shape (..., neurons), at a(s)."""
        return self._factors(self.neurons(s))

    def factor_at(self, a):
        """Return :math:`c_j` where the layer below has any activations `a`, of shape (..., inputs of the layer)."""
        return self._factors(np.maximum(0, self.layer.forward(a)))[..., self.neuron]

    def _explain(self, h):
        return self.above.explain(h, np.broadcast_to(self.target, h.shape[:-1]), self.rules)

    def _factors(self, h):
        """Go up from the layer's activations `h`, and down again to its :math:`c`."""
        seen, _ = self.above.see(h)
        lowest = next(its for its in seen if its.layer.weighted)
        return factors(self.rules[0], lowest, self._explain(h).layers[1])

    def activation(self, s):
        r"""Return :math:`a_j(s) = (1 - s)\, a_j`."""
        return (1 - np.asarray(s)) * self._z[0][..., self.neuron]

    def factor(self, s):
        """Return :math:`c_j(s) = R_j(s) / a_j(s)`."""
        return self.factors(s)[..., self.neuron]

    def relevance(self, s):
        r"""Return the true :math:`R_j(s) = a_j(s)\, c_j(s)`, what the layers above hand to the neuron at a(s).

        At s = 1 it is 0, unless :math:`c_j` grows there beyond all bounds.
        """
        c = self.factor(s)
        bounded = (np.asarray(s) < 1) | (np.abs(c) < LEFT**-0.5)
        return np.where(bounded, self.activation(s), self.neurons(s)[..., self.neuron]) * c

    def model(self, s):
        r"""Return the model :math:`a_j(s)\, c_j(0)`, which holds :math:`c_j` fixed."""
        return self.activation(s) * self.factor(0)

    def gap(self, s):
        """Return by how much the true relevance exceeds its model."""
        return self.relevance(s) - self.model(s)

    def remainder(self):
        r"""Return :math:`\varepsilon_j = a_j (c_j(0) - c_j(1))`, what an expansion at the root leaves over."""
        return self.activation(0) * (self.factor(0) - self.factor(1))


class MinMaxRelevance:
    r"""A relevance model that is trained: each neuron's relevance, from what it hears and from the relevance above.

    .. math:: \hat R_j = \sum_k y_k, \qquad y_k = \max\Big(0, \sum_i x_i v_{ik} + a_k\Big),
              \qquad a_k = \min\Big(0, \sum_l R_l u_{lk} + d_k\Big)

    Each neuron j has `parts` detectors k of its own. With :math:`a_k` held, a detector is a ReLU neuron of the inputs
    with a bias that is not positive. So it has a root of its own, at which nothing is left over.

    Parameters
    ----------
    layer : Dense
        The layer of the neurons j.
    parts : int, default=1
        Detectors for each neuron.
    seed : int, default=0
        For the start, near the model with one constant :math:`c_j` for all inputs, and for the order of training.

    Attributes
    ----------
    V, U, d : ndarray of shape (parts, inputs, neurons), (parts, above, neurons), (parts, 1, neurons)
        The weights of the inputs, of the relevance above, and the constants; there after `fit`.

    Notes
    -----
    Implements ``eq-min-max`` [Montavon2017]_, with one layer of neurons at a time.

    Examples
    --------
    >>> from lrp_edu import Dense
    >>> layer, x = Dense([[1.0], [1.0]], bias=[-1.0]), np.random.default_rng(0).random((200, 2))
    >>> R = 2 * np.maximum(0, layer.forward(x))
    >>> model = MinMaxRelevance(layer).fit(x, R, R, epochs=400, rate=0.01)
    >>> bool(np.abs(model.predict(x, R) - R).mean() < 0.02)
    True
    """

    def __init__(self, layer, parts=1, seed=0):
        self.layer, self.parts, self.seed = layer, parts, seed

    def fit(self, x, above, R, epochs=40, rate=2e-3):
        """Train on inputs `x` (n, inputs), the relevance `above` (n, above) and `R` (n, neurons), by least squares.

        Plain Adam on pieces of 64. Returns the model itself.
        """
        rng, shape = np.random.default_rng(self.seed), (self.parts, *self.layer.weight.shape)
        a = np.maximum(0, self.layer.forward(x))
        c = (a * R).sum(axis=0) / np.maximum((a * a).sum(axis=0), LEFT) / self.parts
        self.V = c * self.layer.weight * (1 + 0.3 * rng.normal(size=shape))
        self.U = 0.01 * rng.normal(size=(self.parts, above.shape[1], R.shape[1]))
        self.d = np.tile(c * self.layer.bias, (self.parts, 1, 1))
        weights = [self.V, self.U, self.d]
        moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]
        steps = [rows for _ in range(epochs) for rows in np.array_split(rng.permutation(len(x)), len(x) // 64 or 1)]
        for n, rows in enumerate(steps):
            adam(weights, self._slopes(x[rows], above[rows], R[rows]), moments, n + 1, rate * (1 - n / len(steps)))
        return self

    def _slopes(self, x, above, R):
        """Return the derivatives of the mean squared error with respect to V, U and d."""
        q, y = above @ self.U + self.d, self.detectors(x, above)
        g = 2 / len(x) * (y.sum(axis=0) - R) * (y > 0)
        below_zero = g * (q < 0)
        return x.T @ g, above.T @ below_zero, below_zero.sum(axis=1, keepdims=True)

    def detectors(self, x, above):
        """Return every :math:`y_k`, of shape (parts, n, neurons)."""
        return np.maximum(0, x @ self.V + np.minimum(0, above @ self.U + self.d))

    def predict(self, x, above):
        r"""Return :math:`\hat R_j`, of shape (n, neurons)."""
        return self.detectors(x, above).sum(axis=0)

    def relevance(self, x, above, rule):
        r"""Share every :math:`y_k` over the inputs by a `rule` for their domain; return :math:`R_i`, (n, inputs)."""
        y = self.detectors(x, above)
        return sum(propagate(rule, Dense(V).see(x)[0], part) for V, part in zip(self.V, y, strict=True))


def adam(weights, slopes, moments, n, rate):
    """Take step `n` (from 1) of Adam, in place: the usual way to train, here for ``eq-min-max``."""
    for w, slope, (mean, square) in zip(weights, slopes, moments, strict=True):
        mean += 0.1 * (slope - mean)
        square += 0.001 * (slope**2 - square)
        w -= rate * mean / (1 - 0.9**n) / (np.sqrt(square / (1 - 0.999**n)) + 1e-8)


def nearest_root(network, x, target, steps=12, far=8.0):
    r"""Search for the root of one output of a network, as a whole, that lies nearest to each input.

    .. math:: \tilde x = \operatorname{arg\,min}_p \lVert p - x \rVert \quad \text{with} \quad f(p) = 0

    Shoot from x straight to the first place where the output is 0, look at the gradient there, shoot against it, and so
    on; keep the nearest. Where the search stays, the way from x to the root runs along the gradient at the root, as it
    must at the nearest.

    Parameters
    ----------
    network : Network
        The network.
    x : array_like of shape (n, inputs)
        Inputs at which the output is positive.
    target : int array of shape (n,)
        The outputs.
    steps : int, default=12
        How often to shoot.
    far : float, default=8.0
        How far a shot goes at most.

    Returns
    -------
    root : ndarray of shape (n, inputs)
        The nearest root that was found, on its active side up to rounding. There may be nearer ones.
    gradient : ndarray of shape (n, inputs)
        The gradient of the output at the root.

    Raises
    ------
    ValueError
        If an output is not positive, or no shot came to a root.

    Notes
    -----
    Implements ``eq-whole-root``.

    Examples
    --------
    >>> from lrp_edu import Dense
    >>> root, gradient = nearest_root(Network([Dense([[2.0], [1.0]], bias=[-1.0])]), [[1.0, 1.0]], [0])
    >>> root.round(6)
    array([[0.2, 0.6]])
    """
    x, one = check.points("x", x, network.inputs), np.eye(network.outputs)[np.asarray(target)]

    def f(p):
        return (network.forward(p) * one).sum(axis=1)

    def gradient(p):
        network.forward(p)
        return network.gradprop(one)

    if not np.all(f(x) > 0):
        raise ValueError("x must have a positive output to walk away from")
    root, best, u = np.full_like(x, np.nan), np.full(len(x), np.inf), -gradient(x)
    for _ in range(steps):
        u /= np.linalg.norm(u, axis=1, keepdims=True)
        s = _first_zero(lambda s, u=u: f(x + s[:, None] * u), len(x), far)
        p = x + s[:, None] * u
        nearer = s < best
        root[nearer], best[nearer] = p[nearer], s[nearer]
        g = gradient(np.where(np.isfinite(p), p, x))
        u -= g / np.linalg.norm(g, axis=1, keepdims=True)
    if not np.isfinite(best).all():
        raise ValueError(f"x must have a root of its output nearer than {far}, found none")
    return root, gradient(root)


def _first_zero(f, n, far):
    """Return the least s at which `f` turns negative, for each of `n` inputs; infinity where none is nearer than `far`.

    A grid finds the first negative value, and halving the place where it begins.
    """
    grid = np.linspace(0, far, 65)[1:]
    negative = np.array([f(np.full(n, s)) < 0 for s in grid])
    high = grid[negative.argmax(axis=0)]
    low = high - grid[0]
    for _ in range(55):
        middle = (low + high) / 2
        positive = f(middle) >= 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
    return np.where(negative.any(axis=0), low, np.inf)
