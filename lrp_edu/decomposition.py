"""A decomposition: one number, split over the inputs that it came from (chapter ``taylor-decomposition``)."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Decomposition:
    r"""A function value and its shares.

    .. math:: f(x) = f(a) + \sum_i R_i + \varepsilon

    Attributes
    ----------
    value : ndarray of shape (...)
        The output :math:`f(x)` to be explained.
    relevance : ndarray of shape (..., d)
        The share :math:`R_i` of each input, in the unit of the output.
    baseline : ndarray of shape (...), default=0.0
        The output :math:`f(a)` at the point of expansion.
    remainder : ndarray of shape (...), default=0.0
        What is left over, :math:`\varepsilon`.

    Notes
    -----
    Holds the terms of ``eq-first-order``; the three properties are those of [Montavon2017]_ (``eq-conservation``).

    Examples
    --------
    >>> split = Decomposition(value=2.0, relevance=[1.6, 0.4])
    >>> split.is_consistent()
    True
    """

    value: np.ndarray
    relevance: np.ndarray
    baseline: np.ndarray = 0.0
    remainder: np.ndarray = 0.0

    @property
    def conservation_gap(self):
        r"""The part of the output that no input received: :math:`f(x) - \sum_i R_i`, of shape (...)."""
        return self.value - np.sum(self.relevance, axis=-1)

    def is_conservative(self, tolerance=1e-12):
        """Tell whether the shares add up to the value, up to `tolerance` of the summed magnitudes."""
        scale = np.abs(self.value) + np.abs(self.relevance).sum(axis=-1)
        return bool(np.all(np.abs(self.conservation_gap) <= tolerance * scale))

    def is_positive(self):
        """Tell whether no share is negative."""
        return bool(np.all(np.asarray(self.relevance) >= 0))

    def is_consistent(self, tolerance=1e-12):
        """Tell whether the shares are both conservative and positive."""
        return self.is_conservative(tolerance) and self.is_positive()
