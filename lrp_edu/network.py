"""A network of layers: forward, gradprop, relprop (chapter ``full-network``)."""

import numpy as np

from . import _check as check
from .explanation import Explanation
from .rules import LRP0, Rule, propagate


class Network:
    """A feed-forward network.

    Parameters
    ----------
    layers : list
        `Dense` and `ReLU` layers, from the input up. At least one has weights.

    Raises
    ------
    ValueError
        If no layer has weights, one stands in the list twice, or one's inputs do not match the outputs below it.

    Notes
    -----
    Implements ``eq-forward``, ``eq-gradprop`` and ``eq-relprop``. `gradprop` and `relprop` use what the last
    `forward` saw.

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
        self.layers = list(layers)
        for layer in self.layers:
            if not hasattr(layer, "weighted"):
                raise ValueError(f"layers must hold layers such as Dense and ReLU, got {layer!r}")
        self.weighted = [layer for layer in self.layers if layer.weighted]
        if not self.weighted:
            raise ValueError(f"layers must hold at least one layer with weights, got {self.layers}")
        if len(set(map(id, self.layers))) < len(self.layers):
            raise ValueError(f"layers must not hold a layer twice: each remembers one forward pass, got {self.layers}")
        for below, above in zip(self.weighted, self.weighted[1:], strict=False):
            if below.outputs != above.inputs:
                raise ValueError(f"layers must fit together: {below} hands {below.outputs} outputs to {above}")
        self._seen = None

    def __repr__(self):
        return f"Network({self.layers})"

    @property
    def inputs(self):
        """How many inputs the network has."""
        return self.weighted[0].inputs

    @property
    def outputs(self):
        """How many outputs the network has."""
        return self.weighted[-1].outputs

    def forward(self, x):
        """Return the outputs, of shape (..., outputs), for inputs of shape (..., inputs)."""
        a = np.array(check.points("x", x, self.inputs, match="the first layer"))
        self._seen = None  # Should a layer fail, what its neighbors saw is of two passes.
        for layer in self.layers:
            a = layer.forward(a)
        self._seen = [layer.x for layer in self.layers]
        return a

    def gradprop(self, dy):
        """Return the derivatives by the inputs, of shape (..., inputs), from those by the outputs, (..., outputs)."""
        dy = self._at_outputs("dy", dy)
        for layer in self.layers[::-1]:
            dy = layer.gradprop(dy)
        return dy

    def relprop(self, relevance, rules):
        """Return the relevance of the inputs, of shape (..., inputs), from that of the outputs, (..., outputs).

        `rules` is one rule for all layers with weights, or a list with one for each, from the input up.
        """
        for _, passed in self._pass_down(relevance, rules):
            relevance = passed.relevance
        return relevance

    def explain(self, x, target=None, rules=LRP0()):  # noqa: B008 - a rule is immutable
        """Run the network forward, start from one output and hand its relevance down to the inputs.

        Parameters
        ----------
        x : array_like of shape (..., inputs)
            Inputs to be explained.
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
        output = self.forward(x)
        target = self._target(target, output)
        value = np.take_along_axis(output, target[..., None], axis=-1)
        start = np.where(np.arange(self.outputs) == target[..., None], value, 0)
        passes = [(str(layer), rule, passed) for (layer, rule), passed in self._pass_down(start, rules)]
        return Explanation(output, target, value[..., 0], start, passes)

    def _pass_down(self, R, rules):
        """Yield, from the output down, each weighted layer with its rule, and what it handed down."""
        R, rules = self._at_outputs("relevance", R), self._rules(rules)
        for layer, rule in zip(self.weighted[::-1], rules[::-1], strict=True):
            passed = propagate(rule, layer, R)
            yield (layer, rule), passed
            R = passed.relevance

    def _at_outputs(self, name, value):
        if self._seen is None:
            raise RuntimeError(f"forward(x) must be called first: {name} is propagated through what it saw")
        if any(layer.x is not x for layer, x in zip(self.layers, self._seen, strict=True)):
            raise RuntimeError("forward(x) must be called again: since then a layer has seen something else")
        value, shape = check.real(name, value), (*self._seen[0].shape[:-1], self.outputs)
        if value.shape != shape:
            raise ValueError(f"{name} must have shape {shape} like the last output, got {value.shape}")
        return check.cast(name, value, self._seen[0].dtype)

    def _rules(self, rules):
        rules = list(rules) if isinstance(rules, (list, tuple)) else [rules] * len(self.weighted)
        if len(rules) != len(self.weighted):
            count = len(self.weighted)
            raise ValueError(f"rules must hold {count} rules, one for each layer with weights, got {len(rules)}")
        for rule in rules:
            if not isinstance(rule, Rule):
                raise ValueError(f"rules must hold rules such as LRP0(), got {rule!r}")
        return rules

    def _target(self, target, output):
        """Return `target` as an int array of the batch's shape."""
        if target is None:
            return np.argmax(output, axis=-1)
        target = check.rows("target", target)
        batch = output.shape[:-1]
        if target.dtype.kind not in "iu" or target.shape not in ((), batch):
            raise ValueError(f"target must be an int, or an int array of shape {batch}, got {target!r}")
        if np.any((target < 0) | (target >= self.outputs)):
            raise ValueError(f"target must lie between 0 and {self.outputs - 1}, got {target.tolist()}")
        return np.broadcast_to(target, batch)
