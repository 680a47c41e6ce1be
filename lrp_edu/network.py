"""A network of layers: forward, gradprop, relprop (chapter ``full-network``)."""

import threading
from functools import partial

import numpy as np

from . import _check as check
from ._pieces import in_pieces
from .explanation import Explanation
from .propagate import propagate
from .rules import LRP0, Rule


class Network:
    """A feed-forward network.

    Parameters
    ----------
    layers : list
        `Dense` and `ReLU` layers, from the input up. At least one has weights; a layer may stand there twice.

    Attributes
    ----------
    layers, weighted : tuple
        All layers, and those with weights.
    inputs, outputs : int
        How many there are.

    Raises
    ------
    ValueError
        If no layer has weights, or one's inputs do not match the outputs below it.

    Notes
    -----
    Implements ``eq-forward``, ``eq-gradprop`` and ``eq-relprop``. `gradprop` and `relprop` use what the last `forward`
    of the same thread saw; `explain` needs none and leaves nothing behind.

    Examples
    --------
    >>> from lrp_edu.layers import Dense, ReLU
    >>> network = Network([Dense([[1.0, 2.0], [1.0, -1.0]]), ReLU(), Dense([[1.0], [1.0]])])
    >>> network.forward([1.0, 1.0])
    array([3.])
    >>> network.explain([1.0, 1.0]).relevance
    array([3., 0.])
    """

    def __init__(self, layers):
        self.layers = tuple(layers)
        for layer in self.layers:
            if isinstance(layer, type) or not hasattr(layer, "weighted"):
                raise ValueError(f"layers must hold layers such as Dense(weight) and ReLU(), got {layer!r}")
        self.weighted = tuple(layer for layer in self.layers if layer.weighted)
        if not self.weighted:
            raise ValueError(f"layers must hold at least one layer with weights, got {list(self.layers)}")
        for below, above in zip(self.weighted, self.weighted[1:], strict=False):
            if below.outputs != above.inputs:
                raise ValueError(f"layers must fit together: {below} hands {below.outputs} outputs to {above}")
        self.inputs, self.outputs = self.weighted[0].inputs, self.weighted[-1].outputs
        self._last = threading.local()

    def __repr__(self):
        return f"Network({list(self.layers)})"

    def __reduce__(self):
        """Return what makes an equal network; what it saw last stays behind."""
        return Network, (self.layers,)

    def forward(self, x):
        """Return the outputs, of shape (..., outputs), for inputs of shape (..., inputs)."""
        seen, output = self.see(np.array(check.points("x", x, self.inputs, match="the first layer")))
        self._last.seen, self._last.output = seen, output
        return output

    def see(self, x):
        """Return what each layer sees on the way up from the inputs `x`, a list of `Seen`, and the outputs."""
        seen = []
        for layer in self.layers:
            its, x = layer.see(x)
            seen.append(its)
        return seen, x

    def gradprop(self, dy):
        """Return the derivatives with respect to the inputs, (..., inputs), from those with respect to the outputs."""
        seen, dy = self._after_forward("dy", dy)
        for its in reversed(seen):
            dy = its.layer.gradprop(dy, its.a)
        return dy

    def relprop(self, relevance, rules):
        """Return the relevance of the inputs, of shape (..., inputs), from that of the outputs, (..., outputs).

        `rules` is one rule for all layers with weights, or a list with one for each, from the input up.
        """
        seen, R = self._after_forward("relevance", relevance)
        rules = self._rules(rules)
        for its in reversed(seen):
            if its.layer.weighted:  # a ReLU hands relevance on as it is
                R = propagate(rules.pop(), its, R)
        return R

    def explain(self, x, target=None, rules=LRP0()):  # noqa: B008 - a rule is immutable
        """Run the network forward, start from one output and redistribute its relevance down to the inputs.

        Parameters
        ----------
        x : array_like of shape (..., inputs)
            Inputs to be explained. A large batch is worked off in pieces, so that little is held beside the result.
        target : int or int array of the batch's shape, optional
            The output to be explained, one for all inputs or one for each. None takes the only output, or the largest.
        rules : Rule or list of Rule, default=LRP0()
            One rule for all layers with weights, or one for each, from the input up.

        Returns
        -------
        Explanation
            Which later calls cannot change.

        Raises
        ------
        ValueError
            If the shapes do not fit, the target is unknown, or the rules do not match the layers.

        Notes
        -----
        Implements ``eq-relprop``. The pass starts from the output itself, which for a classifier is the class's logit
        (``eq-softmax-logit``).
        """
        x = check.frozen(check.points("x", x, self.inputs, match="the first layer"))
        rules, target = self._rules(rules), self._target(target, x.shape[:-1])
        target, output, *layers = in_pieces(partial(self._explain, rules), x, target)
        return Explanation(self, x, rules, output, target, layers)

    def _explain(self, rules, x, target):
        """Return target, output and the relevance of all layers, from the input up, for inputs of shape (n, inputs)."""
        seen, output = self.see(x)
        target = np.argmax(output, axis=-1) if target is None else target
        layers = [np.where(np.arange(self.outputs) == target[:, None], output, 0)]
        seen = [its for its in seen if its.layer.weighted]
        for rule in reversed(rules):
            layers.insert(0, propagate(rule, seen.pop(), layers[0]))
        return [target, output, *layers]

    def _after_forward(self, name, value):
        """Return what the last forward pass saw, and `value` in its shape and precision."""
        seen = getattr(self._last, "seen", None)
        if seen is None:
            raise RuntimeError(f"forward(x) must be called first: {name} is propagated through what it saw")
        output = self._last.output
        value = check.real(name, value, output.dtype)
        if value.shape != output.shape:
            raise ValueError(f"{name} must have shape {output.shape} like the last output, got {value.shape}")
        return seen, value

    def _rules(self, rules):
        """Return a new list of rules, one for each layer with weights."""
        rules = list(rules) if isinstance(rules, (list, tuple)) else [rules] * len(self.weighted)
        if len(rules) != len(self.weighted):
            count = len(self.weighted)
            raise ValueError(f"rules must hold {count} rules, one for each layer with weights, got {len(rules)}")
        for rule in rules:
            if not isinstance(rule, Rule):
                raise ValueError(f"rules must hold rules such as LRP0(), got {rule!r}")
        return rules

    def _target(self, target, batch):
        """Return `target` as an int array of the batch's shape, or None."""
        if target is None:
            return None
        target = check.rows("target", target)
        if target.dtype.kind not in "iu" or target.shape not in ((), batch):
            raise ValueError(f"target must be an int, or an int array of shape {batch}, got {target!r}")
        if np.any((target < 0) | (target >= self.outputs)):
            raise ValueError(f"target must lie between 0 and {self.outputs - 1}, got {target.tolist()}")
        return np.broadcast_to(target, batch)
