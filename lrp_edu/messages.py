"""Messages between neurons, one by one (chapter ``messages``)."""

import numpy as np

from . import _check as check
from .layers import Dense, ReLU
from .network import Network
from .propagate import divide, numerators, stabilizer
from .rules import LRP0


def messages(a, W, R, rule=LRP0(), b=None):  # noqa: B008 - a rule is immutable
    r"""Return every message that the neurons of a layer send to their inputs.

    .. math:: R_{i \leftarrow k} = \frac{a_i W_{ik}}{\sum_h a_h W_{hk}}\, R_k

    Parameters
    ----------
    a : array_like of shape (inputs,)
        Activations of one input.
    W : array_like of shape (inputs, outputs)
        Weights of the layer.
    R : array_like of shape (outputs,)
        Relevance of the layer's outputs.
    rule : Rule, default=LRP0()
        How to share; the equation above is that of LRP-0.
    b : array_like of shape (outputs,), optional
        Bias, for a rule that puts it into the denominator.

    Returns
    -------
    ndarray of shape (inputs, outputs)
        Entry (i, k) is :math:`R_{i \leftarrow k}`. Row i adds up to :math:`R_i`, column k to :math:`R_k` less
        its losses.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    Implements ``eq-message``, and so ``eq-incoming-sum`` and ``eq-outgoing-sum`` [Bach2015]_. For teaching:
    `propagate` gives the sums without ever building this array.

    Examples
    --------
    >>> messages([1.0, 2.0], [[1.0, 2.0], [1.0, -1.0]], [3.0, 0.0])
    array([[1., 0.],
           [2., 0.]])
    """
    layer = Dense(W, b)
    a = check.vector("a", a, layer.inputs, match="W")
    R = check.vector("R", R, layer.outputs, match="W")
    with np.errstate(over="ignore", invalid="ignore"):
        parts = rule.parts(a, *layer.parameters(a.dtype))
        sent = sum(_sent(part, R, rule.epsilon) for part in parts)
    return check.computed(f"messages by {rule}", sent)


def _sent(part, R, epsilon):
    """Return the messages of one part, n_ij / d_j of its share of R_j."""
    n = numerators(part.terms)
    d = n.sum(axis=0) + part.bias
    return n * divide(part.share * R, d + stabilizer(d, epsilon))


def seven_neurons():
    """Return Bach's network of seven neurons: inputs 1 to 3, hidden 4 to 6, output 7 (``eq-seven-neurons``).

    The graph is that of [Bach2015]_, the weights are ours.
    Neuron 3 is no input of 4, and 1 no input of 6: these two weights are zero.

    >>> seven_neurons().forward([1.0, 2.0, 1.0])
    array([6.])
    """
    hidden = np.array([[1.0, 2.0, 0.0], [1.0, -1.0, 1.0], [0.0, 2.0, -1.0]])
    output = np.array([[1.0], [2.0], [-1.0]])
    return Network([Dense(hidden), ReLU(), Dense(output)])
