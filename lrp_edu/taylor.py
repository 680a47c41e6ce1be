r"""The Taylor series of one variable (chapter ``taylor-series``).

Two views of one thing: `polynomial` and `remainder` work on sympy expressions, exactly; a `TaylorFunction` gives
the same coefficients as floating-point numbers, fast enough for a figure that is being dragged. Only the former need
sympy, which is imported where it is used.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from . import _check as check


def polynomial(expr, x, about=0, degree=1):
    r"""Return the Taylor polynomial of a sympy expression.

    .. math:: T_n(x) = \sum_{k=0}^{n} \frac{f^{(k)}(a)}{k!} (x - a)^k

    Parameters
    ----------
    expr : sympy.Expr
        The function :math:`f`.
    x : sympy.Symbol
        Its variable.
    about : number or sympy.Expr, default=0
        The point of expansion :math:`a`; at 0 the polynomial is Maclaurin's.
    degree : int, default=1
        The highest power :math:`n`.

    Returns
    -------
    sympy.Expr
        A polynomial in ``x - about``.

    Raises
    ------
    ValueError
        If `expr` is not a sympy expression, `x` not a symbol, `about` neither a finite number nor an expression, or
        `degree` not a whole number >= 0; or if a derivative does not exist. Text is refused: sympy would execute it.

    Notes
    -----
    Implements ``eq-taylor-polynomial`` and, at 0, ``eq-maclaurin``.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> polynomial(sp.sin(x**2), x, degree=6)
    -x**6/6 + x**2
    """
    import sympy as sp

    _whole("degree", degree)
    _instance("expr", expr, sp.Expr, "a sympy expression")
    _instance("x", x, sp.Symbol, "a sympy symbol")
    about = _symbolic("about", about)
    if _undefined(about):
        raise ValueError(f"about must be finite, got {about}")
    terms = (_derivative(expr, x, about, k) / sp.factorial(k) * (x - about) ** k for k in range(degree + 1))
    return sp.Add(*terms)


def remainder(expr, x, about=0, degree=1):
    r"""Return what the Taylor polynomial misses, :math:`\varepsilon(x) = f(x) - T_n(x)`.

    Parameters, errors and types are those of `polynomial`.

    Notes
    -----
    Implements ``eq-taylor-remainder``. Of degree 1 it is :math:`\int_a^x (x - s)\, f''(s)\, ds` if :math:`f''` is
    continuous all the way from :math:`a` to :math:`x` (``eq-remainder-integral``); a corner on the way adds to it.

    Examples
    --------
    >>> import sympy as sp
    >>> x = sp.Symbol("x")
    >>> remainder(x**3, x, about=1, degree=2).expand()
    x**3 - 3*x**2 + 3*x - 1
    """
    return expr - polynomial(expr, x, about, degree)


def _instance(name, value, kind, description):
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {description}, got {value!r}")


def _symbolic(name, value):
    """Return a number or an expression as sympy holds it. ``strict`` refuses text, which sympy would execute."""
    import sympy as sp

    try:
        converted = sp.sympify(value, strict=True)
    except sp.SympifyError:
        converted = value
    _instance(name, converted, sp.Expr, "a number or a sympy expression")
    return converted


def _derivative(expr, x, about, k):
    """Return the k-th derivative at `about`, as a limit from both sides where the formula is undefined or may jump."""
    import sympy as sp

    derivative = sp.diff(expr, x, k)
    value = derivative.subs(x, about)
    if _undefined(value) or _jumps(derivative, x, about):
        try:
            value = sp.limit(derivative, x, about, "+-")
        except ValueError:  # The two sides differ.
            value = sp.nan
    if _undefined(value):
        raise ValueError(f"expr must have {k} derivatives at about = {about}, got {expr}")
    return value


def _jumps(derivative, x, about):
    """Tell whether a step stands at `about`: there sympy gives the slope of max(0, x) as 1/2, though it has none."""
    import sympy as sp

    return any(step.args[0].subs(x, about) == 0 for step in derivative.atoms(sp.Heaviside, sp.sign))


def _undefined(value):
    """Tell whether `value` is infinite or NaN; of a symbol neither is known, so it is none."""
    import sympy as sp

    return value.is_finite is False or value.has(sp.nan, sp.AccumBounds)


class TaylorFunction(NamedTuple):
    r"""A function with its Taylor coefficients in floating-point numbers.

    Attributes
    ----------
    label : str
        The function as text.
    f : callable
        Maps an array to an array of the same shape.
    series : callable
        Maps a point and a degree, both checked, to the coefficients there.
    domain : tuple of float
        The open interval where f is defined.
    """

    label: str
    f: Callable
    series: Callable
    domain: tuple = (-np.inf, np.inf)

    def coefficients(self, a, degree):
        r"""Return :math:`c_0, \dots, c_n`, of shape (degree + 1,), with :math:`c_k = f^{(k)}(a) / k!`.

        Implements ``eq-taylor-polynomial``. A point `a` outside the domain, or one so large that a coefficient
        overflows, is a ``ValueError``.
        """
        a, (low, high) = np.float64(check.scalar("a", a)), self.domain
        if not low < a < high:
            raise ValueError(f"a must lie between {low} and {high}, got {a}")
        with np.errstate(over="ignore", invalid="ignore"):
            return check.computed("coefficients", self.series(a, _whole("degree", degree)))


def evaluate(coefficients, about, x):
    r"""Return :math:`\sum_k c_k (x - a)^k` by Horner's scheme (``eq-taylor-polynomial``).

    Parameters
    ----------
    coefficients : array_like of shape (n + 1,)
        The :math:`c_k`, lowest power first.
    about : float
        The point of expansion :math:`a`.
    x : array_like of shape (...)
        Where to evaluate.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        If a number is not finite, or the sum overflows.

    Examples
    --------
    >>> float(evaluate([1.0, 2.0], 1.0, 3.0))
    5.0
    """
    with np.errstate(over="ignore", invalid="ignore"):
        h = check.real("x", x) - check.scalar("about", about)
        total = np.zeros_like(h)
        for c in check.vector("coefficients", coefficients)[::-1].astype(h.dtype):
            total = total * h + c
    return check.computed("the polynomial", total)


def _sin_of_square(a, degree):
    """Return the coefficients of sin(x²): with u = x², s = sin u and c = cos u obey s' = c u', c' = -s u'."""
    u = [a * a, 2 * a, 1.0]
    s, c = [np.sin(u[0])], [np.cos(u[0])]
    for k in range(1, degree + 1):
        slopes = [(j * u[j], k - j) for j in range(1, min(k, 2) + 1)]
        s_k = sum(du * c[i] for du, i in slopes) / k
        c_k = -sum(du * s[i] for du, i in slopes) / k
        s.append(s_k)
        c.append(c_k)
    return np.array(s)


def _exponential(a, degree):
    c = [np.exp(a)]
    for k in range(1, degree + 1):
        c.append(c[-1] / k)
    return np.array(c)


def _logarithm(a, degree):
    q = -1 / (1 + a)
    return np.array([np.log1p(a)] + [-(q**k) / k for k in range(1, degree + 1)])


def _cubic(a, degree):
    return np.array([a**3 / 3 - a, a * a - 1, a, 1 / 3] + [0.0] * degree)[: degree + 1]


def _hinge(a, degree):
    """Return the coefficients of max(0, x); at the corner they are the limit from the active side."""
    return np.array([max(0.0, a), float(a >= 0)] + [0.0] * degree)[: degree + 1]


def _whole(name, value):
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a whole number >= 0, got {value!r}")
    return int(value)


FUNCTIONS = {
    "sin": TaylorFunction("sin(x²)", lambda x: np.sin(np.square(x)), _sin_of_square),
    "exp": TaylorFunction("exp(x)", np.exp, _exponential),
    "log": TaylorFunction("ln(1 + x)", np.log1p, _logarithm, (-1, np.inf)),
    "cubic": TaylorFunction("x³/3 − x", lambda x: x**3 / 3 - x, _cubic),
    "relu": TaylorFunction("max(0, x)", lambda x: np.maximum(0, x), _hinge),
}
