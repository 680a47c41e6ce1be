r"""A layer that reads a sequence step by step: the LSTM (chapter ``recurrence``).

Its cell is a graph of sums and of products. Backward, relevance goes through the sums by the rule of the layer, and
through each product of a gate and a signal as a rule `Gated` says. tanh and the sigmoid hand on what they get.
"""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from . import _check as check
from .layers import Dense, Layer, Seen
from .propagate import losses, misfit, propagate, together
from .rules import LRP0, Epsilon

#: Ways to share the relevance of a product among its gate and its signal, and what others call them.
PRODUCTS = {
    "signal": "LRP-all: the signal takes all",
    "half": "LRP-half: half to each",
    "proportion": "LRP-prop: in proportion to the two factors",
    "magnitude": "LRP-abs: in proportion to their magnitudes",
}


@dataclass(frozen=True)
class Gated(Epsilon):
    r"""The ε rule for sums, and for the product of a gate u and a signal s one of four shares.

    .. math:: R_s = \theta R, \quad R_u = (1 - \theta) R, \qquad
              \theta \in \Big\{ 1,\; \tfrac12,\; \frac{s}{u + s},\; \frac{|s|}{|u| + |s|} \Big\}

    Parameters
    ----------
    epsilon : float, default=1e-6
        At least 0, in the unit of the sums, as of `Epsilon`. The two shares in proportion have it in their
        denominator too. 0 is LRP-0.
    product : {"signal", "half", "proportion", "magnitude"}, default="signal"
        Which θ: one of `PRODUCTS`, in the order of the equation.
    absorb_bias : bool, default=False
        Put the bias into the denominators of the gates' and the candidate's sums, as in the published rule.

    Raises
    ------
    ValueError
        If `epsilon` is negative or not finite, or `product` is none of the four.

    Notes
    -----
    Implements ``eq-gated`` [Arras2019]_. On a layer without products it is `Epsilon`.
    """

    product: str = "signal"
    name: ClassVar[str] = "ε"

    def __post_init__(self):
        super().__post_init__()
        if self.product not in PRODUCTS:
            raise ValueError(f"product must be one of {', '.join(PRODUCTS)}, got {self.product!r}")


class States(NamedTuple):
    """What an LSTM computes on its way through a sequence (``eq-lstm``), each of shape (..., steps, units).

    Attributes
    ----------
    i, f, g, o : ndarray
        Input gate, forget gate, candidate and output gate. The gates lie between 0 and 1, the candidate between -1 and
        1.
    c, h : ndarray
        The cell, and the output.
    """

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray


class Step(NamedTuple):
    """What one step of an LSTM saw: two sums, and the factors of three products (``eq-lstm``).

    Attributes
    ----------
    sums, cell : Seen
        What the sums below the gates saw, and the sum that makes the new cell.
    i, f, g, o : ndarray of shape (..., units)
        The three gates and the candidate.
    before, c, bent : ndarray of shape (..., units)
        The cell before the step and after it, and tanh of the latter.
    """

    sums: Seen
    cell: Seen
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    before: np.ndarray
    c: np.ndarray
    bent: np.ndarray

    @property
    def h(self):
        """The output of the step."""
        return self.o * self.bent


class LSTM(Layer):
    r"""Long short-term memory: it reads a sequence and returns its last output.

    .. math::
        \begin{aligned}
        (z^i, z^f, z^g, z^o)_t &= W_{ih}\, x_t + W_{hh}\, h_{t-1} + b, &
        c_t &= \sigma(z^f_t)\, c_{t-1} + \sigma(z^i_t) \tanh(z^g_t), \\
        & & h_t &= \sigma(z^o_t) \tanh(c_t)
        \end{aligned}

    Parameters
    ----------
    weight_ih : array_like of shape (4 units, inputs)
        From the inputs of a step to what the gates and the candidate sum up, in the order i, f, g, o.
    weight_hh : array_like of shape (4 units, units)
        From the outputs of the step before.
    bias : array_like of shape (4 units,), optional
        Zero if not given. torch has two, ``bias_ih`` and ``bias_hh``: pass their sum.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite.

    Notes
    -----
    Implements ``eq-lstm``, and by the rules `LRP0`, `Epsilon` and `Gated` ``eq-lstm-relevance`` [Arras2019]_; the first
    two share products as ``Gated(product="signal")`` does. Inputs have shape (..., steps, inputs) with at least one
    step, outputs (..., units). The sequence begins with an output and a cell of 0. Weights are those of
    ``torch.nn.LSTM(inputs, units, batch_first=True)``, names ending in ``_l0``.

    Examples
    --------
    >>> layer = LSTM([[0.0], [0.0], [2.0], [0.0]], np.zeros((4, 1)))
    >>> layer.forward([[1.0], [0.0]]).round(4)
    array([0.1182])
    """

    weighted = shares = composed = True

    def __init__(self, weight_ih, weight_hh, bias=None):
        weight_ih, weight_hh = check.real("weight_ih", weight_ih), check.real("weight_hh", weight_hh)
        if weight_ih.ndim != 2 or not weight_ih.size or len(weight_ih) % 4:
            raise ValueError(f"weight_ih must have shape (4 units, inputs), got {weight_ih.shape}")
        (rows, self.inputs), self.outputs = weight_ih.shape, len(weight_ih) // 4
        if weight_hh.shape != (rows, self.outputs):
            shape = (rows, self.outputs)
            raise ValueError(f"weight_hh must have shape {shape} to match weight_ih, got {weight_hh.shape}")
        bias = np.zeros(rows) if bias is None else check.vector("bias", bias, rows, match="weight_ih")
        self.weight_ih, self.weight_hh = check.frozen(weight_ih), check.frozen(weight_hh)
        self.bias, one = check.frozen(bias), np.eye(self.outputs)
        self.input_shape, self.output_shape = ("steps", self.inputs), (self.outputs,)
        self.sums = Dense(np.concatenate([weight_ih, weight_hh], axis=1).T, bias)  # of what a step sees
        self.add = Dense(np.concatenate([one, one]))  # two rows of units, unit by unit

    def __repr__(self):
        return f"LSTM({self.inputs} → {self.outputs})"

    def __reduce__(self):
        """Return what makes an equal layer; an array that was merely unpickled could be written to."""
        return LSTM, (self.weight_ih, self.weight_hh, self.bias)

    def shaped(self, shape):
        """Return the shape of an output, whatever that of the sequence."""
        return self.output_shape

    def held(self, shape):
        """Return how many numbers a pass holds at once for a sequence of the given shape: what all its steps keep."""
        steps, _ = shape
        return steps * (self.inputs + 16 * self.outputs)

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its last outputs."""
        x = check.points("x", x, self.input_shape, match=f"{self}")
        if not x.shape[-2]:
            raise ValueError(f"x must have at least one step, got shape {x.shape}")
        h = c = np.zeros((*x.shape[:-2], self.outputs), x.dtype)
        steps = []
        for x_t in np.moveaxis(x, -2, 0):
            sums, z = self.sums.see(np.concatenate([x_t, h], axis=-1))
            i, f, g, o = np.split(z, 4, axis=-1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            before, (cell, c) = c, self.add.see(np.concatenate([f * c, i * g], axis=-1))
            steps.append(Step(sums, cell, i, f, g, o, before, c, np.tanh(c)))
            h = steps[-1].h
        return Seen(self, x, product=h, inside=steps), h

    def states(self, x):
        """Return the `States` on the way through sequences `x`."""
        steps = self.see(x)[0].inside
        return States(*(np.stack([getattr(step, name) for step in steps], axis=-2) for name in States._fields))

    def gradprop(self, dy, x):
        """Return the derivatives with respect to the sequences `x` from those with respect to the last outputs."""
        seen, y = self.see(x)
        dh, dc, slopes = check.real("dy", dy), 0.0, []
        if dh.shape != y.shape:
            raise ValueError(f"dy must have shape {y.shape} to match x, got {dh.shape}")
        for at in reversed(seen.inside):
            dc = dc + dh * at.o * (1 - at.bent**2)
            di, df, dg, do = dc * at.g, dc * at.before, dc * at.i, dh * at.bent
            dz = [di * at.i * (1 - at.i), df * at.f * (1 - at.f), dg * (1 - at.g**2), do * at.o * (1 - at.o)]
            dx, dh = np.split(self.sums.gradprop(np.concatenate(dz, axis=-1)), [self.inputs], axis=-1)
            dc = dc * at.f
            slopes.insert(0, dx)
        return np.stack(slopes, axis=-2)

    def redistribute(self, rule, seen, R):
        """Return the relevance of each step's inputs, (..., steps, inputs), from that of the last outputs."""
        return self._down(rule, seen, R)[0]

    def carried(self, rule, x, R):
        """Return what relevance the output and the cell of each step have, before the step below hands it on.

        Parameters
        ----------
        rule : LRP0, Epsilon or Gated
            How to share.
        x : array_like of shape (..., steps, inputs)
            The sequences.
        R : array_like of shape (..., units)
            Relevance of their last outputs.

        Returns
        -------
        ndarray of shape (..., steps + 1, 2, units)
            That of h and of c: first before all steps, where it is 0, and last after all of them, (R, 0).

        Raises
        ------
        ValueError
            If the shapes do not fit, or the rule is none of these.

        Notes
        -----
        Implements ``eq-lstm-relevance``. The sum over the last two axes is what is on its way. From one entry to the
        one before it, it falls by what the inputs of that step get, and by what bias, stabilizer and the want of a
        receiver take.
        """
        seen, R = self.see(x)[0], check.real("R", R)
        if R.shape != seen.product.shape:
            raise misfit(R, seen)
        return self._down(rule, seen, R)[1]

    def losses(self, rule, seen, R):
        """Return what bias, stabilizer and the want of a receiver took in all sums of all steps (``eq-audit``)."""
        return together([losses(rule, its, handed) for its, handed in self._down(rule, seen, R)[2]])

    def _down(self, rule, seen, R):
        """Return the relevance of the sequence, what is `carried`, and what each sum was handed, as (`Seen`, R)."""
        if not isinstance(rule, LRP0):
            raise ValueError(f"rules must hold LRP0, Epsilon or Gated for {self}, got {rule}")
        handed, found, R_c = [], [], np.zeros_like(R)
        carried = [(R, R_c)]

        def through(its, R):
            handed.append((its, R))
            return propagate(rule, its, R)

        share = partial(self._share, getattr(rule, "product", "signal"), through)
        for at in reversed(seen.inside):
            R_o, R_bent = share(at.o, at.bent, R)
            R_kept, R_new = np.split(through(at.cell, R_c + R_bent), 2, axis=-1)
            R_f, R_c = share(at.f, at.before, R_kept)
            R_i, R_g = share(at.i, at.g, R_new)
            R_a = through(at.sums, np.concatenate([R_i, R_f, R_g, R_o], axis=-1))
            R_x, R = np.split(R_a, [self.inputs], axis=-1)
            found.insert(0, R_x)
            carried.insert(0, (R, R_c))
        carried = np.stack([np.stack(pair, axis=-2) for pair in carried], axis=-3)
        return np.stack(found, axis=-2), carried, handed

    def _share(self, product, through, gate, signal, R):
        """Return what a gate and a signal get of the relevance of their product (``eq-gated``)."""
        if product == "signal":
            return np.zeros_like(R), R
        if product == "half":
            return R / 2, R / 2
        factors = np.concatenate([gate, signal], axis=-1)  # shared as if they had been added
        factors = abs(factors) if product == "magnitude" else factors
        return np.split(through(self.add.see(factors)[0], R), 2, axis=-1)


def sigmoid(z):
    r"""Return :math:`\sigma(z) = 1 / (1 + e^{-z})`, between 0 and 1 (``eq-lstm``)."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))
