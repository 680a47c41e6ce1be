"""What a backward pass of relevance leaves behind, and where all of it went (chapter ``full-network``)."""

from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from math import floor, fsum, log10

import numpy as np

from . import _check as check
from ._pieces import flat, pieces
from .propagate import losses

HEAD = ["layer", "in", "= out", "+ bias", "+ stabilizer", "+ no receiver"]


class Explanation:
    """The relevance of every layer for one output of a network. Its arrays cannot be written to.

    The explanation of a batch can be indexed: ``explanation[0]`` is that of its first input.

    Attributes
    ----------
    output : ndarray of shape (..., outputs)
        What the network computed.
    target : int ndarray of shape (...)
        The output that is explained.
    value : ndarray of shape (...)
        Its value, from which the pass started.
    layers : tuple of ndarray
        The relevance of the inputs, of each hidden layer, and last of the outputs: ``layers[k]`` belongs to the inputs
        of ``network.sharing[k]``.

    Notes
    -----
    Its totals are those of ``eq-layer-conservation``, its audit that of ``eq-audit``.
    """

    def __init__(self, network, x, rules, output, target, layers):
        self.output, self.target = check.sealed(output), check.sealed(target)
        self.value = check.sealed(np.take_along_axis(output, target[..., None], axis=-1)[..., 0])
        self.layers = tuple(map(check.sealed, layers))
        self._network, self._x, self._rules = network, check.sealed(x), rules

    def __repr__(self):
        return f"Explanation(target={self.target}, value={self.value})"

    def __reduce__(self):
        """Return what makes an equal explanation; an array that was merely unpickled could be written to."""
        return Explanation, (self._network, self._x, self._rules, self.output, self.target, self.layers)

    def __len__(self):
        if not self.target.ndim:
            raise TypeError("an explanation of one input has no length, only that of a batch has")
        return len(self.target)

    def __iter__(self):
        return (self[n] for n in range(len(self)))

    def __getitem__(self, index):
        """Return the explanation of some inputs of a batch, of those that `index` takes from an array of its shape."""
        if not self.target.ndim:
            raise IndexError("an explanation of one input cannot be indexed, only that of a batch can")
        kept = np.arange(self.target.size).reshape(self.target.shape)[index]
        x, output, *layers = (flat(array, self.target.ndim)[kept] for array in (self._x, self.output, *self.layers))
        return Explanation(self._network, x, self._rules, output, np.asarray(self.target.ravel()[kept]), layers)

    @property
    def relevance(self):
        """The relevance of the inputs, of the shape of the inputs."""
        return self.layers[0]

    @property
    def totals(self):
        """The sum of each layer's relevance, inputs first; each of shape (...)."""
        return [R.sum(axis=tuple(range(self.target.ndim, R.ndim))) for R in self.layers]

    def audit(self):
        """Account for the relevance of each layer, from the output down (summed over a batch)."""
        points, *layers = (flat(array, self.target.ndim) for array in (self._x, *self.layers))
        cut = pieces(points, self._network.largest(points.shape[1:]))
        parts = [self._rows(points[piece], [R[piece] for R in layers]) for piece in cut]
        return Audit([_added(rows) for rows in zip(*parts, strict=True)])

    def _rows(self, x, layers):
        """Return the account of each layer that shares, from the output down, for all inputs `x` together."""
        rows, rules, (*below, R) = [], list(self._rules), layers
        for its in reversed(self._network.see(x)[0]):
            if its.layer.shares:
                rule = rules.pop()
                *lost, others = losses(rule, its, R)
                amounts = map(_total, (R, R := below.pop(), *lost))
                others = {name: _total(amount) for name, amount in others.items()}
                rows.append(Row(f"{its.layer}  {rule}", *amounts, others))
            else:
                R = its.layer.relprop(R, its)
        return rows


def _total(array):
    return fsum(np.ravel(array).tolist())


@dataclass(frozen=True)
class Row:
    """One layer's account (``eq-audit``): what came in went out, or was lost to bias, stabilizer and no receiver.

    `others` says by name what else took relevance and how much, in layers that have such losses.
    """

    layer: str
    incoming: float
    outgoing: float
    bias: float
    stabilizer: float
    no_receiver: float
    others: dict = field(default_factory=dict, hash=False)
    rounding: float = field(init=False)

    def __post_init__(self):
        incoming, *spent = self.amounts(self.others)
        object.__setattr__(self, "rounding", fsum([incoming, *(-amount for amount in spent)]))

    def amounts(self, others=()):
        """Return in, out, bias, stabilizer, no receiver, and what the named `others` took, 0.0 if they are not here."""
        amounts = [self.incoming, self.outgoing, self.bias, self.stabilizer, self.no_receiver]
        return amounts + [self.others.get(name, 0.0) for name in others]


def _others(rows):
    """Return the names of all that took relevance in some row beside bias, stabilizer and no receiver."""
    return list(dict.fromkeys(name for row in rows for name in row.others))


def _added(rows):
    """Return one row for all pieces of a batch, from the row of each."""
    others = _others(rows)
    amounts = [fsum(parts) for parts in zip(*(row.amounts(others) for row in rows), strict=True)]
    return Row(rows[0].layer, *amounts[:5], dict(zip(others, amounts[5:], strict=True)))


@dataclass(frozen=True)
class Audit:
    r"""Where the relevance of each layer went.

    .. math:: R_j = \sum_i R_{i \leftarrow j} + R_j \frac{b_j}{d_j} + R_j \frac{\epsilon\,\mathrm{sign}(q_j)}{d_j}

    Notes
    -----
    Implements ``eq-audit``, with :math:`q_j` the denominator before the stabilizer. Where :math:`d_j = 0` all of
    :math:`R_j` is without a receiver. `Row.rounding` is what floating-point arithmetic left over, so each row adds up
    exactly. The table prints six decimals, what is too small for them with an exponent, and only an exact zero as 0.
    What else took relevance, such as a softmax, has a column of its own if some row has it.
    """

    rows: list

    def __repr__(self):
        return _table(self._cells())

    def _repr_html_(self):
        """Return the same table for a notebook, where it may be too wide for a line of text."""
        head, *lines = self._cells()
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
        head = "".join(f"<th>{name}</th>" for name in head)
        return f'<table class="audit"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _cells(self):
        """Return the table as rows of strings, with a power of ten in its head where the amounts need one."""
        others = _others(self.rows)
        largest = max(abs(amount) for row in self.rows for amount in row.amounts(others))
        power = 0 if 1e-3 <= largest < 1e9 or not largest else floor(log10(largest))
        first, *head = [*HEAD, *(f"+ {name}" for name in others), "+ rounding"]
        head = [f"{first} (times 1e{power:+03})" if power else first, *head]
        return [head, *(_printed(row, others, power) for row in self.rows)]


def _printed(row, others, power):
    """Return a row as strings, amounts with six decimals; what would look like 0 and is not has an exponent."""
    *amounts, rounding = (Decimal(amount).scaleb(-power) for amount in (*row.amounts(others), row.rounding))
    return [row.layer, *map(_shown, amounts), f"{float(rounding):.1e}"]


def _shown(amount, decimals=6):
    return f"{amount:.{decimals}f}" if round(amount, decimals) else f"{float(amount):.1e}" if amount else "0"


def _table(rows):
    """Return rows of strings as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)
    return "\n".join(lines)
