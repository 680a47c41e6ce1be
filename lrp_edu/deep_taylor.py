r"""One neuron's walk inside a network, and what its relevance does on the way (chapter ``deep-taylor``).

Deep Taylor decomposition takes the relevance of a neuron for its activation times a number :math:`c_j`, and holds
:math:`c_j` fixed while the activations below walk to the neuron's root. Here both sides are computed.
"""

import numpy as np

from . import _check as check
from .network import Network
from .propagate import divide, stabilizer
from .roots import zplus_direction
from .rules import ZPlus

#: Stands for 1 − t at t = 1, so that what is 0 / 0 at the root is its limit from the active side.
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
    Implements ``eq-deep-taylor`` [Montavon2017]_.

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
            c += seen.layer.transpose(s, W)
    return c


class NeuronWalk:
    r"""The walk of one hidden neuron j: from the activations below it, :math:`a`, straight to the root of its rule.

    .. math:: a(t) = a - t\, \frac{z_j}{w_j^\top v}\, v, \qquad 0 \le t \le 1

    Its activation falls linearly to 0. Its relevance need not: the other neurons of its layer listen to the same
    activations, and change as well.

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
        The activations below at t = 0 and at t = 1.

    Raises
    ------
    ValueError
        If there is no such neuron, it is silent at `x`, its walk does not lead to its hinge (:math:`w^\top v > 0`),
        or the rule above it has no factor :math:`a_j`.

    Notes
    -----
    Implements ``eq-deep-taylor`` and ``eq-walk-remainder``. The numbers `t` broadcast against the batch of `x`. At
    t = 1 every value is the limit from the active side.

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
        own = network.layers[place]
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
        self._z = z, z - z[..., neuron, None] * (slopes / slope)  # at t = 0 and at t = 1

    def point(self, t):
        """Return a(t), the activations below, of shape (..., inputs of the layer)."""
        t = np.asarray(t)[..., None]
        return (1 - t) * self.start + t * self.root

    def neurons(self, t):
        """Return the activations of all neurons of the layer; on the way each preactivation is linear in t."""
        t = np.asarray(t)[..., None]
        z, z_root = self._z
        return np.maximum(0, np.maximum(1 - t, LEFT) * z + t * z_root)

    def factors(self, t):
        """Return the :math:`c` of all neurons of the layer (``eq-deep-taylor``): up from a(t), and down again."""
        h = self.neurons(t)
        seen, _ = self.above.see(h)
        lowest = next(its for its in seen if its.layer.weighted)
        return factors(self.rules[0], lowest, self.explain(t).layers[1])

    def explain(self, t):
        """Return the `Explanation` of the network from this layer up, at a(t)."""
        h = self.neurons(t)
        return self.above.explain(h, np.broadcast_to(self.target, h.shape[:-1]), self.rules)

    def activation(self, t):
        r"""Return :math:`a_j(t) = (1 - t)\, a_j`."""
        return (1 - np.asarray(t)) * self._z[0][..., self.neuron]

    def factor(self, t):
        """Return :math:`c_j(t) = R_j(t) / a_j(t)`."""
        return self.factors(t)[..., self.neuron]

    def relevance(self, t):
        r"""Return the true :math:`R_j(t) = a_j(t)\, c_j(t)`, what the layers above hand to the neuron at a(t)."""
        return self.activation(t) * self.factor(t)

    def model(self, t):
        r"""Return the model :math:`a_j(t)\, c_j(0)`, which holds :math:`c_j` fixed."""
        return self.activation(t) * self.factor(0)

    def gap(self, t):
        """Return by how much the true relevance exceeds its model."""
        return self.relevance(t) - self.model(t)

    def remainder(self):
        r"""Return :math:`\varepsilon_j = a_j (c_j(0) - c_j(1))`, what an expansion at the root leaves over."""
        return self.activation(0) * (self.factor(0) - self.factor(1))
