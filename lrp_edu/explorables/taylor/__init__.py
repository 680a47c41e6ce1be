"""The live figure of the Taylor polynomial of one variable (chapter ``taylor-series``)."""

import numpy as np
import traitlets

from ...taylor import FUNCTIONS, evaluate
from ..core import Choice, Explorable, Number, plain

HIGHEST = 12
RANGE = (-3, 3)
HEIGHTS = {"sin": (-2.5, 2.5), "exp": (-4, 12), "log": (-3, 3), "cubic": (-4, 4), "relu": (-1.5, 3.5)}
"""The limits of the vertical axis."""
EVERY = {"exp": 4}
"""From one tick of the vertical axis to the next, where it is not 1."""
EDGE = FUNCTIONS["log"].domain[0]


class TaylorFigure(Explorable):
    r"""A function, its Taylor polynomial at :math:`a`, and the remainder at :math:`x` as a drawn gap.

    Parameters
    ----------
    function : {"sin", "exp", "log", "cubic", "relu"}, default="sin"
        A key of `lrp_edu.taylor.FUNCTIONS`.
    a : float, default=0
        The point of expansion.
    x : float, default=1.2
        Where function and polynomial are compared.
    degree : int, default=2
        The highest power, 0 to 12 (``eq-taylor-polynomial``).

    Examples
    --------
    >>> TaylorFigure(function="cubic", a=1, x=2, degree=3).numbers()["epsilon"]
    0.0
    """

    name = "taylor"
    labels = {"a": "a", "f_a": "f(a)", "x": "x", "f_x": "f(x)", "T_x": "T(x)", "epsilon": "ε = f(x) − T(x)"}
    warnings = {
        "no-a": "ln(1 + x) is defined for x > −1 only: there is nothing to expand at this a.",
        "no-x": "ln(1 + x) is defined for x > −1 only: there is no f(x) to compare with.",
        "beyond": "x is farther from a than the edge at −1: in the long run more terms make ε grow.",
        "across": "The corner at 0 lies between a and x: from degree 1 on ε stays, however many terms we take.",
    }
    remarks = {
        "everywhere": "This series converges everywhere: enough terms make ε as small as you like.",
        "near": "x is no farther from a than the edge at −1: enough terms make ε as small as you like.",
        "polynomial": "f is itself a polynomial of degree 3: from degree 3 on, only rounding is left over.",
        "piece": "a and x lie on the same straight piece: from degree 1 on, only rounding is left over.",
        "corner": "a is on the corner. With the slope to its right, ε vanishes there from degree 1 on, "
        "but not for x < 0.",
    }

    constants = {"highest": HIGHEST, "range": RANGE, "heights": HEIGHTS, "every": EVERY}

    function = Choice({key: function.label for key, function in FUNCTIONS.items()}, "sin", label="f", control="menu")
    a = Number(0.0, *RANGE, label="a, point of expansion", control="field")
    x = Number(1.2, *RANGE, label="x, point of comparison", control="field")
    degree = Number(2, 0, HIGHEST, step=1)

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    def numbers(self):
        """Return f, T, the remainder at x for each degree, and the coefficients; None where f is not defined."""
        f, coefficients, (low, high) = FUNCTIONS[self.function][1:]
        c = coefficients(self.a, HIGHEST) if low < self.a < high else None
        f_x = f(np.float64(self.x)) if low < self.x < high else None
        T = None if c is None else [evaluate(c[: n + 1], self.a, self.x) for n in range(HIGHEST + 1)]
        remainders = None if T is None or f_x is None else [f_x - T_n for T_n in T]
        return plain({
            "a": self.a,
            "f_a": None if c is None else c[0],
            "x": self.x,
            "f_x": f_x,
            "T_x": T and T[self.degree],
            "epsilon": remainders and remainders[self.degree],
            "remainders": remainders,
            "coefficients": c,
            "notes": self._notes(c, f_x),
        })

    def _notes(self, c, f_x):
        if c is None or f_x is None:
            return ["no-a"] * (c is None) + ["no-x"] * (f_x is None)
        a, x = self.a, self.x
        if self.function == "relu" and a == 0:
            return ["corner"] + ["piece"] * (x >= 0)
        if self.function == "relu":
            return ["piece" if (x >= 0 if a > 0 else x <= 0) else "across"]
        if self.function == "log":
            return ["near" if abs(x - a) <= a - EDGE else "beyond"]
        return ["polynomial" if self.function == "cubic" else "everywhere"]


CAPTION = (
    "Drag a and x along the curve, and add terms. [sin(x²) far from a](function=sin;a=0;x=2.2;degree=12) needs many; "
    "[ln(1 + x) beyond 1](function=log;a=0;x=1.6;degree=6) gets worse in the long run; and [across the corner "
    "of max(0, x)](function=relu;a=-1;x=1;degree=1) none helps."
)
