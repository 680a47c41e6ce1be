"""A network of layers: forward, gradprop, relprop (chapter ``full-network``)."""

import threading
from functools import partial
from math import prod

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
        Layers such as `Dense` and `ReLU`, or those of `convolution`, from the input up. At least one has weights; a
        layer may stand there twice.

    Attributes
    ----------
    layers, weighted, sharing : tuple
        All layers, those with weights, each of which takes a rule, and those that share relevance: these are the
        layers with weights and the average poolings, which bring a rule along.
    inputs, outputs : int
        How many there are; for images, how many channels.
    input_shape, output_shape : tuple
        The same for each axis of the features, with a name for each axis that may have any size.

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
        self.sharing = tuple(layer for layer in self.layers if layer.shares)
        self.input_shape, self.output_shape = _joined([layer for layer in self.layers if layer.input_shape])
        self.inputs, self.outputs = self.input_shape[0], self.output_shape[0]
        self._last = threading.local()

    def __repr__(self):
        return f"Network({list(self.layers)})"

    def __reduce__(self):
        """Return what makes an equal network; what it saw last stays behind."""
        return Network, (self.layers,)

    def forward(self, x):
        """Return the outputs, of shape (..., outputs), for inputs of shape (..., inputs)."""
        seen, output = self.see(np.array(check.points("x", x, self.input_shape, match="the first layer")))
        self._last.seen, self._last.output = seen, output
        return output

    def see(self, x):
        """Return what each layer sees on the way up from the inputs `x`, a list of `Seen`, and the outputs."""
        seen = []
        for layer in self.layers:
            its, x = layer.see(x)
            seen.append(its)
        return seen, x

    def largest(self, shape):
        """Return how many numbers the largest layer holds for one input of the given shape."""
        sizes = [prod(shape)]
        for layer in self.layers:
            sizes.append(layer.held(shape))
            shape = layer.shaped(shape)
        return max(sizes)

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
            R = propagate(rules.pop(), its, R) if its.layer.shares else its.layer.relprop(R, its)
        return R

    def explain(self, x, target=None, rules=LRP0(), through=None):  # noqa: B008 - a rule is immutable
        """Run the network forward, start from one output and redistribute its relevance down to the inputs.

        Parameters
        ----------
        x : array_like of shape (..., inputs)
            Inputs to be explained. A large batch is worked off in pieces, so that little is held beside the result.
        target : int or int array of the batch's shape, optional
            The output to be explained, one for all inputs or one for each. None takes the only output, or the largest.
        rules : Rule or list of Rule, default=LRP0()
            One rule for all layers with weights, or one for each, from the input up.
        through : dict, optional
            Relevance is to pass through some neurons only: ``{k: neurons}`` chooses from the inputs of
            ``network.sharing[k]``, those that ``explanation.layers[k]`` belongs to. The neurons are one or several
            indices on the first axis of these inputs, which counts the channels of images and the steps of sequences,
            or a boolean mask of this axis or of all axes. What the others hold is dropped; the audit calls it "not
            through".

        Returns
        -------
        Explanation
            Which later calls cannot change.

        Raises
        ------
        ValueError
            If the shapes do not fit, the target or what to go through is unknown, or the rules do not match the layers.

        Notes
        -----
        Implements ``eq-relprop`` and, with `through`, ``eq-through`` [Achtibat2023]_. The pass starts from the output
        itself, which for a classifier is the class's logit (``eq-softmax-logit``).
        """
        if len(self.output_shape) > 1:
            got = _told(self.output_shape)
            raise ValueError(f"layers must end in outputs of shape (..., outputs), got (..., {got}): add Flatten()")
        x = check.frozen(check.points("x", x, self.input_shape, match="the first layer"))
        batch, features = x.shape[: -len(self.input_shape)], x.shape[-len(self.input_shape) :]
        rules, target, through = self._rules(rules), self._target(target, batch), self._through(through, features)
        found = in_pieces(partial(self._explain, rules, through), x, target, batch, self.largest(features))
        target, output, *layers = found
        return Explanation(self, x, rules, output, target, layers, through)

    def _explain(self, rules, through, x, target):
        """Return target, output and the relevance of all layers, from the input up, for inputs of shape (n, ...)."""
        seen, output = self.see(x)
        target = np.argmax(output, axis=-1) if target is None else _one_of(target, output.shape[-1])
        R = np.where(np.arange(output.shape[-1]) == target[:, None], output, 0)
        layers, rules = [R], list(rules)
        while seen:  # what a layer saw is forgotten on the way down: a large batch needs the room
            its = seen.pop()
            if its.layer.shares:
                R = propagate(rules.pop(), its, R)
                place = len(rules)  # in `sharing`
                R = np.where(through[place], R, 0) if place in through else R
                layers.insert(0, R)
            else:
                R = its.layer.relprop(R, its)
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
        """Return a new list of rules, one for each layer that shares: those of `rules`, and what poolings bring."""
        rules = list(rules) if isinstance(rules, (list, tuple)) else [rules] * len(self.weighted)
        if len(rules) != len(self.weighted):
            count = len(self.weighted)
            raise ValueError(f"rules must hold {count} rules, one for each layer with weights, got {len(rules)}")
        for rule in rules:
            if not isinstance(rule, Rule):
                raise ValueError(f"rules must hold rules such as LRP0(), got {rule!r}")
        for place, layer in enumerate(self.sharing):
            if not layer.weighted:
                rules.insert(place, layer.rule)
        return rules

    def _through(self, through, shape):
        """Return `through` with masks, for features of the given shape at the input of the network."""
        through, shapes = {} if through is None else through, []
        if not isinstance(through, dict):
            raise ValueError(f"through must be a dict from places in network.sharing to neurons, got {through!r}")
        for layer in self.layers:
            if layer.shares:
                shapes.append(shape)
            shape = layer.shaped(shape)
        for place in through:
            if place not in range(len(shapes)):
                last = len(shapes) - 1
                raise ValueError(f"through must name places in network.sharing, from 0 to {last}, got {place!r}")
        return {k: check.chosen(f"through[{k}]", neurons, shapes[k]) for k, neurons in through.items()}

    def _target(self, target, batch):
        """Return `target` as an int array of the batch's shape, or None."""
        if target is None:
            return None
        target = check.rows("target", target)
        if target.dtype.kind not in "iu" or target.shape not in ((), batch):
            raise ValueError(f"target must be an int, or an int array of shape {batch}, got {target!r}")
        if isinstance(self.outputs, int):  # else the inputs will tell
            _one_of(target, self.outputs)
        return np.broadcast_to(target, batch)


def _joined(layers):
    """Return the shapes of the first inputs and the last outputs of layers, of which each must fit the one below it."""
    below, shape = None, layers[0].input_shape
    for layer in layers:
        if len(shape) != len(layer.input_shape) or any(
            a != b for a, b in zip(shape, layer.input_shape, strict=True) if isinstance(a, int) and isinstance(b, int)
        ):
            hands = f"{shape[0]} outputs" if len(shape) == 1 else f"outputs of shape ({_told(shape)})"
            between = ": put Flatten() between them" if len(shape) > len(layer.input_shape) else ""
            raise ValueError(f"layers must fit together: {below} hands {hands} to {layer}{between}")
        known = dict(zip(layer.input_shape, shape, strict=True))
        shape, below = tuple(known.get(size, size) for size in layer.output_shape), layer
    return layers[0].input_shape, shape


def _told(shape):
    """Return the sizes and names of a shape as text."""
    return ", ".join(map(str, shape))


def _one_of(target, outputs):
    """Return `target`, which must be one of so many outputs."""
    if np.any((target < 0) | (target >= outputs)):
        raise ValueError(f"target must lie between 0 and {outputs - 1}, got {target.tolist()}")
    return target
