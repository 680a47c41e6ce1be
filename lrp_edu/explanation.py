"""What a backward pass of relevance leaves behind, and where all of it went (chapter ``full-network``)."""

from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from math import floor, fsum, log10

import numpy as np

from . import _check as check

HEAD = ["layer", "in", "= out", "+ bias", "+ stabilizer", "+ no receiver", "+ rounding"]


class Explanation:
    """The relevance of every layer for one output of a network. Its arrays cannot be written to.

    Attributes
    ----------
    output : ndarray of shape (..., outputs)
        What the network computed.
    target : int ndarray of shape (...)
        The output that is explained.
    value : ndarray of shape (...)
        Its value, from which the pass started.
    layers : list of ndarray
        The relevance of the inputs, of each hidden layer, and last of the outputs.

    Notes
    -----
    Its totals are those of ``eq-layer-conservation``, its audit that of ``eq-audit``.
    """

    def __init__(self, output, target, value, start, passes):
        self.output, self.target, self.value = check.sealed(output), check.frozen(target), check.sealed(value)
        self.layers = [check.sealed(R) for R in (*(passed.relevance for *_, passed in passes[::-1]), start)]
        self._passes = passes

    def __repr__(self):
        return f"Explanation(target={self.target}, value={self.value})"

    @property
    def relevance(self):
        """The relevance of the inputs, of shape (..., inputs)."""
        return self.layers[0]

    @property
    def totals(self):
        """The sum of each layer's relevance, inputs first; each of shape (...)."""
        return [R.sum(axis=-1) for R in self.layers]

    def audit(self):
        """Account for the relevance of each layer, from the output down (summed over a batch)."""
        start = self.layers[::-1]
        return Audit([
            Row.of(f"{layer}  {rule}", came_in, passed)
            for came_in, (layer, rule, passed) in zip(start, self._passes, strict=False)
        ])


@dataclass(frozen=True)
class Row:
    """One layer's account (``eq-audit``): what came in went out, or was lost to bias, stabilizer and no receiver."""

    layer: str
    incoming: float
    outgoing: float
    bias: float
    stabilizer: float
    no_receiver: float
    rounding: float = field(init=False)

    @classmethod
    def of(cls, layer, incoming, passed):
        """Return the account of a layer that got `incoming` and handed down `passed`."""
        return cls(layer, *(fsum(np.ravel(amount).astype(float)) for amount in (incoming, *passed)))

    def __post_init__(self):
        spent = (self.outgoing, self.bias, self.stabilizer, self.no_receiver)
        object.__setattr__(self, "rounding", fsum([self.incoming, *(-amount for amount in spent)]))

    def amounts(self):
        """Return in, out, bias, stabilizer, no receiver."""
        return [self.incoming, self.outgoing, self.bias, self.stabilizer, self.no_receiver]


@dataclass(frozen=True)
class Audit:
    r"""Where the relevance of each layer went.

    .. math:: R_j = \sum_i R_{i \leftarrow j} + R_j \frac{b_j}{d_j} + R_j \frac{\epsilon\,\mathrm{sign}(z_j)}{d_j}

    Notes
    -----
    Implements ``eq-audit``. Where :math:`d_j = 0` all of :math:`R_j` is without a receiver. `Row.rounding` is what
    floating-point arithmetic left over, so each row adds up exactly; the printed table shows the same for the digits
    that it prints.
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
        largest = max(abs(amount) for row in self.rows for amount in row.amounts())
        power = 0 if 1e-3 <= largest < 1e9 or not largest else floor(log10(largest))
        head = [f"layer (times 1e{power:+03})", *HEAD[1:]] if power else HEAD
        return [head, *(_printed(row, power) for row in self.rows)]


def _printed(row, power, decimals=6):
    """Return a row as strings; the last makes up for the digits that are not shown, so that the line adds up."""
    shown = [round(Decimal(amount).scaleb(decimals - power)) for amount in row.amounts()]
    shown.append(shown[0] - sum(shown[1:]))
    return [row.layer, *(f"{Decimal(number).scaleb(-decimals):.{decimals}f}" for number in shown)]


def _table(rows):
    """Return rows of strings as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)
    return "\n".join(lines)
