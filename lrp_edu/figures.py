"""Drawings for the chapters.

Every function draws into the matplotlib `ax` it is given, makes no figure and shows nothing. Limits and color
scales are fixed by arguments, so that two pictures can be compared. Relevance is always drawn on one
diverging scale centered at zero, activation on another, sequential one.

On the site a picture follows the page: `INK`, `GUIDE` and `PAPER` turn with it from light to dark. What lies on
colors that stand for numbers stays as they do, and is drawn in `MARK` and `LIGHT`.
"""

import sys

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle

from . import _check as check
from .palette import ACTIVATION_COLORS, EPSILON, RELEVANCE_COLORS

NEGATIVE, POSITIVE = RELEVANCE_COLORS[0], RELEVANCE_COLORS[-1]
#: What is wrong, in a chapter's own comparison. The remainder is not: it has EPSILON.
WARNING = "#b35806"
#: Text and main lines; lines that guide the eye; the region where a neuron is silent; the page.
INK, GUIDE, SILENT, PAPER = "#222222", "#767676", "#e4e4e4", "#ffffff"
#: Text and lines on the colors of data, dark and light.
MARK, LIGHT = "#16191d", "#fdfdfd"
#: Colors for several lines in one picture, dark first. None but that of `NEGATIVE` is a color of data, too.
LINES = ("#1c4f61", "#2166ac", "#8c510a", "#762a83", "#3a8f89")
#: Colors for polynomials, from the lowest degree to the highest.
SHADES = (LINES[4], "#2b6f76", LINES[0])

# An odd number of steps has a middle one: zero is exactly its color.
RELEVANCE = LinearSegmentedColormap.from_list("relevance", RELEVANCE_COLORS, N=257)
ACTIVATION = LinearSegmentedColormap.from_list("activation", ACTIVATION_COLORS, N=257)

#: A figure of the book is 4.6 inches wide, whatever its height: then its letters have one size on every page, and they
#: can be read on a phone, which is no wider.
BOOK_STYLE = {
    "figure.figsize": (4.6, 3.0),
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "savefig.facecolor": PAPER,
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "axes.facecolor": PAPER,
    "axes.edgecolor": GUIDE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 2,
    "mathtext.fontset": "dejavusans",
    # The same drawing is the same text, and needs no font where it is shown.
    "svg.hashsalt": "lrp_edu",
    "svg.fonttype": "path",
}


def use_book_style():
    """Let all figures that follow look like those of the book; call it once, before the first figure.

    In a notebook they are shown as SVG. Beside it stands a PNG for programs that show no SVG which they did not make
    themselves.
    """
    mpl.rcParams.update(BOOK_STYLE)
    if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
        from matplotlib_inline.config import InlineBackend

        backend = InlineBackend.instance(parent=shell)
        backend.print_figure_kwargs = {"bbox_inches": None, "metadata": {"Date": None}}
        backend.figure_formats = {"png", "svg"}


# --- Taylor series ----------------------------------------------------------------------------------------------------


def plot_taylor(ax, f, coefficients, about, x=None, degrees=None, xlim=(-3, 3), ylim=(-2, 2)):
    """Draw a function, its Taylor polynomials about a point, and the remainder at `x` as a vertical gap.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    f : callable
        The function, of arrays. Where it is not finite, nothing is drawn.
    coefficients : array_like of shape (n + 1,)
        Taylor coefficients c_0 to c_n about the point.
    about : float
        The point of expansion, a.
    x : float, optional
        Where to show the remainder of the polynomial of the highest degree; its value stands in the legend.
    degrees : sequence of int, optional
        Polynomials to draw, each at most n; default is the one of degree n.
    xlim, ylim : pair of float
        Limits of the picture.

    Notes
    -----
    Draws ``eq-taylor-polynomial`` and ``eq-taylor-remainder``.
    """
    coefficients = check.vector("coefficients", coefficients)
    degrees = [coefficients.size - 1] if degrees is None else sorted(degrees)
    if not degrees or not 0 <= degrees[0] <= degrees[-1] < coefficients.size:
        raise ValueError(f"degrees must lie between 0 and {coefficients.size - 1}, got {degrees}")
    t = np.linspace(*xlim, 601)
    ax.plot(t, _finite(f, t), color=INK, linewidth=3, label="$f$", zorder=2)
    for degree, style in zip(degrees, _styles(len(degrees)), strict=True):
        ax.plot(t, _polynomial(coefficients, about, degree, t), **style, label=f"degree {degree}", zorder=3)
    _frame(ax, xlim, ylim, "$x$", "")
    if x is not None:
        _gap(ax, x, _polynomial(coefficients, about, degrees[-1], x), float(_finite(f, x)))
    _point(ax, about, float(_finite(f, about)), "$a$", INK, PAPER)
    ax.legend(loc="best")


def plot_remainder(ax, remainders, degrees=None, label=None, color=LINES[0], ylim=(1e-17, 1e2)):
    """Draw the size of the remainder over the degree on a logarithmic axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; call again on the same axes for another line.
    remainders : array_like of shape (n,)
        Remainders of either sign. One that is exactly 0 has no logarithm: it is drawn hollow, on the lower edge.
    degrees : array_like of shape (n,), optional
        Their degrees, 0 to n - 1 if not given.
    label, color : str, optional
        Name in the legend, and color.
    ylim : pair of float
        Limits of the picture.

    Notes
    -----
    Draws ``eq-taylor-remainder``.
    """
    sizes = np.abs(check.vector("remainders", remainders))
    degrees = np.arange(sizes.size) if degrees is None else check.vector("degrees", degrees, sizes.size, "remainders")
    ax.plot(degrees, np.maximum(sizes, ylim[0]), "o-", color=color, markersize=5, label=label)
    if not sizes.all():
        zero = degrees[sizes == 0]
        ax.plot(zero, np.full(zero.shape, ylim[0]), "o", color=color, markerfacecolor=PAPER, clip_on=False, zorder=4)
    ax.set(yscale="log", ylim=ylim, xlabel="degree", ylabel="$|\\varepsilon|$")
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    if label is not None:
        ax.legend(loc="best")


def _polynomial(coefficients, about, degree, x):
    return np.polynomial.polynomial.polyval(np.asarray(x) - about, coefficients[: degree + 1])


def _finite(f, x):
    """Return f(x), with NaN where it has no finite value."""
    with np.errstate(all="ignore"):
        y = np.asarray(f(np.asarray(x, dtype=float)), dtype=float)
    return np.where(np.isfinite(y), y, np.nan)


def _styles(n):
    """Return the styles of `n` lines: the lower the degree, the lighter and the more broken."""
    dashes = ["solid", (0, (5, 1.5)), (0, (2, 1.5)), (0, (1, 1.5))]
    places = np.linspace(0, len(SHADES) - 1, n).round().astype(int) if n > 1 else [0]
    return [{"color": SHADES[i], "linestyle": dashes[min(n - 1 - k, 3)]} for k, i in enumerate(places)]


def _gap(ax, x, start, end):
    """Draw the remainder at `x`, from the polynomial up or down to the function, and name it in the legend."""
    label = f"$\\varepsilon = {number(end - start)}$"
    ax.plot([x, x], [start, end], color=EPSILON, linewidth=4, solid_capstyle="butt", zorder=4, label=label)


# --- A rectangle cut in four ------------------------------------------------------------------------------------------


def plot_area(ax, x, a):
    r"""Draw the rectangle with the sides `x`, cut at `a`: the expansion of :math:`f(x) = x_1 x_2` as areas.

    The parts are :math:`f(a) = a_1 a_2`, :math:`R_1 = a_2 (x_1 - a_1)`, :math:`R_2 = a_1 (x_2 - a_2)` and
    :math:`\varepsilon = (x_1 - a_1)(x_2 - a_2)`. One that is 0 is not there.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    x : array_like of shape (2,)
        Width and height.
    a : array_like of shape (2,)
        Point of expansion, with 0 <= a <= x.

    Notes
    -----
    Draws ``eq-first-order``.
    """
    x, a = check.vector("x", x, 2, "the two sides"), check.vector("a", a, 2, "x")
    if not np.all((a >= 0) & (a <= x)):
        raise ValueError(f"a must lie between 0 and x = {x}, got {a}")
    (a1, a2), (h1, h2) = a, x - a
    _part(ax, (0, 0), a1, a2, "f(a)", SILENT)
    _part(ax, (a1, 0), h1, a2, "R_1", POSITIVE)
    _part(ax, (0, a2), a1, h2, "R_2", RELEVANCE_COLORS[3])
    _part(ax, (a1, a2), h1, h2, "\\varepsilon", EPSILON)
    _frame(ax, (0, x[0]), (0, x[1]), "$x_1$", "$x_2$")
    ax.set(aspect="equal", xticks=np.unique([0, a1, x[0]]), yticks=np.unique([0, a2, x[1]]))
    ax.plot(a1, a2, "o", color=MARK, markersize=7, markeredgecolor=LIGHT, clip_on=False, zorder=5)


def _part(ax, corner, width, height, name, color):
    """Draw a rectangle that carries its name and its area."""
    if width * height == 0:
        return
    ax.add_patch(Rectangle(corner, width, height, facecolor=color, edgecolor=PAPER, linewidth=2, zorder=1))
    middle = (corner[0] + width / 2, corner[1] + height / 2)
    text = f"${name} = {number(width * height)}$"
    ax.annotate(text, middle, ha="center", va="center", color=readable(color), zorder=3)


# --- The plane of a neuron --------------------------------------------------------------------------------------------


def plot_neuron(ax, neuron, x=None, root=None, lim=(-0.5, 2), vmax=None, low=None, high=None, name="\\tilde x"):
    r"""Draw the plane of a neuron's two inputs: its output as color, the hinge, a point and the walk to its root.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    neuron : Neuron
        A neuron with two inputs.
    x, root : array_like of shape (2,), optional
        The point to be explained, and the root, or any other point of expansion. Outside the domain, or strictly
        inside the silent region, it is hollow.
    lim : pair of float
        Limits of both axes.
    vmax : float, optional
        Output with the darkest color; default is the largest in the picture.
    low, high : float or array_like of shape (2,), optional
        Domain of the inputs, outlined. With ``low=0`` alone it is x ≥ 0.
    name : str
        Name of the root, in mathematical notation.

    Returns
    -------
    matplotlib.contour.QuadContourSet
        The colors of the plane, for a color bar.

    Notes
    -----
    Draws ``eq-relu-neuron``, ``eq-hinge``, ``eq-walk`` and ``eq-domain``.
    """
    plane = _plane(ax, neuron, lim, vmax)
    _domain(ax, low, high, lim)
    if root is not None:
        if x is not None:
            _walk(ax, x, root)
        _point(ax, *root, f"${name}$", away=x, hollow=not _sound(neuron, root, x, low, high))
    if x is not None:
        _point(ax, *x, "$x$")
    return plane


def plot_walks(ax, neuron, x, roots, lim=(-0.5, 2), vmax=None, low=None, high=None):
    """Draw several walks from one point, each to its own root.

    Parameters
    ----------
    ax, neuron, lim, vmax, low, high
        As for `plot_neuron`.
    x : array_like of shape (2,)
        The point to be explained.
    roots : dict of str to array_like of shape (2,)
        The root of each direction, by the name to be written beside it.

    Returns
    -------
    matplotlib.contour.QuadContourSet
        The colors of the plane, for a color bar.

    Notes
    -----
    Draws ``eq-root`` for each direction.
    """
    plane = _plane(ax, neuron, lim, vmax)
    _domain(ax, low, high, lim)
    for name, root in roots.items():
        _walk(ax, x, root)
        _point(ax, *root, name, away=x, hollow=not _sound(neuron, root, x, low, high))
    _point(ax, *x, "$x$")
    return plane


def _plane(ax, neuron, lim, vmax):
    """Draw the output of a neuron as color, gray where it is silent, and the hinge between."""
    if neuron.w.size != 2:
        raise ValueError(f"neuron must have 2 inputs to be drawn in a plane, got {neuron.w.size}")
    grid = np.stack(np.meshgrid(lim, lim), axis=-1)  # the corners: z is linear, and so are its contours
    z = neuron.preactivation(grid)
    vmax = max(z.max(), 1e-9) if vmax is None else check.at_least("vmax", vmax, 0)
    levels = mpl.ticker.MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(0, vmax)
    colors = [SILENT, *ACTIVATION(np.linspace(0, 1, len(levels) - 1)), ACTIVATION_COLORS[-1]]
    plane = ax.contourf(grid[..., 0], grid[..., 1], z, levels=levels, colors=colors, extend="both", zorder=0)
    if neuron.w.any():
        foot = -neuron.b * neuron.w / (neuron.w @ neuron.w)
        ax.axline(foot, foot + [-neuron.w[1], neuron.w[0]], color=MARK, linewidth=1.5, zorder=2)
    _frame(ax, lim, lim, "$x_1$", "$x_2$")
    ax.set_aspect("equal")
    return plane


def _domain(ax, low, high, lim):
    """Outline the domain, up to the edge of the picture where it has no bound."""
    if low is None and high is None:
        return
    low, high = _bounds(low, high)
    corner, opposite = np.maximum(low, lim[0] - 1), np.minimum(high, lim[1] + 1)
    style = {"facecolor": "none", "edgecolor": MARK, "linestyle": (0, (4, 3)), "linewidth": 1.2, "zorder": 1}
    ax.add_patch(Rectangle(corner, *(opposite - corner), **style))


def _bounds(low, high):
    """Return both bounds as arrays of shape (2,), infinite where there is none."""
    low, high = -np.inf if low is None else low, np.inf if high is None else high
    return np.broadcast_to(low, 2).astype(float), np.broadcast_to(high, 2).astype(float)


def _sound(neuron, point, x, low, high, slack=1e-12):
    """Tell whether a point of expansion lies in the domain, and not on the dead side of the hinge."""
    low, high = _bounds(low, high)
    inside = np.all((point >= low - slack) & (point <= high + slack))
    dead = not (neuron.active(point) or neuron.on_hinge(point, x))
    return bool(inside and not dead)


def _walk(ax, x, root):
    """Draw the way from `x` to its root as an arrow."""
    style = {"arrowstyle": "-|>,head_width=0.3,head_length=0.6", "color": MARK, "linewidth": 2, "shrinkB": 3}
    ax.annotate("", tuple(root), tuple(x), arrowprops=style, zorder=3, annotation_clip=False)


def plot_neuron_walk(ax, walk, points=201):
    r"""Draw the relevance of a neuron along its walk, the model that holds :math:`c_j`, and the tangent at the root.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    walk : lrp_edu.deep_taylor.NeuronWalk
        The walk of one neuron from one input.
    points : int, default=201
        How many points of the curve.

    Notes
    -----
    Draws ``eq-walk-remainder``: at the start the tangent misses :math:`R_j` by the remainder.
    """
    s = np.linspace(0, 1, points)
    true, model, tangent = walk.relevance(s), walk.model(s), walk.activation(s) * walk.factor(1)
    ax.plot(s, true, color=LINES[0], label="$R_j(s)$", zorder=3)
    ax.plot(s, model, color=LINES[2], linestyle="--", label=r"model $a_j(s)\, c_j(0)$")
    ax.plot(s, tangent, color=GUIDE, linestyle=":", label="tangent at the root")
    _gap(ax, 0, tangent[0], true[0])
    ax.plot(1, true[-1], "o", color=INK, clip_on=False, zorder=5)
    ax.axhline(0, color=GUIDE, linewidth=0.8, zorder=1)
    ax.set(xlabel="part of the way, $s$", xlim=(0, 1), xticks=[0, 0.5, 1])
    ax.legend(loc="upper right")


# --- Relevance as bars ------------------------------------------------------------------------------------------------


def plot_relevance(ax, relevance, labels=None, total=None, ylim=None, rest="gap"):
    r"""Draw relevances as signed bars, which climb to the total when it is given.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    relevance : array_like of shape (d,)
        One bar for each.
    labels : sequence of str, optional
        Their names; default is R_1, R_2, ….
    total : float, optional
        What they should add up to. Each bar then starts where the one before it ended, a line marks
        the total, and what is missing at the end is drawn as a hatched bar.
    ylim : pair of float, optional
        Limits of the picture, to compare several.
    rest : str, default="gap"
        Name of the hatched bar.

    Notes
    -----
    Draws ``eq-relevance-decomposition``.
    """
    relevance = check.vector("relevance", relevance)
    labels = _names("R", relevance.size) if labels is None else _labels(labels, relevance.size)
    bottoms = np.zeros_like(relevance) if total is None else np.cumsum(relevance) - relevance
    heights, colors, missing = list(relevance), [_sign_color(R) for R in relevance], False
    if total is not None:
        ax.axhline(total, color=INK, linestyle=(0, (4, 3)), linewidth=1.2, zorder=1)
        where = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        ax.annotate(f"$f(x) = {number(total)}$", (1, total), (4, 0), **where)
        gap = total - relevance.sum()
        if abs(gap) > 1e-9 * max(abs(total), np.abs(relevance).sum()):
            heights, bottoms = [*heights, gap], [*bottoms, relevance.sum()]
            labels, colors, missing = [*labels, rest], [*colors, PAPER], True
    bars = _bars(ax, heights, bottoms, colors, labels)
    if missing:
        bars[-1].set(edgecolor=INK, hatch="////")
    if ylim is not None:
        ax.set_ylim(ylim)


def plot_layer_sums(ax, explanation, labels=None, ylim=None):
    """Draw the sum of each layer's relevance, beside a line at the value that the pass started from.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    explanation : Explanation
        Of one input.
    labels : sequence of str, optional
        Names of the layers, inputs first.
    ylim : pair of float, optional
        Limits of the picture, to compare several.

    Notes
    -----
    Draws ``eq-layer-conservation``.
    """
    totals = check.vector("explanation.totals", explanation.totals)
    inner = [f"hidden\n{i}" if totals.size > 3 else "hidden" for i in range(1, totals.size - 1)]
    labels = ["inputs", *inner, "output"] if labels is None else _labels(labels, totals.size)
    value = float(explanation.value)
    ax.axhline(value, color=INK, linestyle=(0, (4, 3)), linewidth=1.2, zorder=1)
    _bars(ax, totals, np.zeros_like(totals), [_sign_color(total) for total in totals], labels)
    ax.set_ylabel("$\\Sigma\\,R$")
    if ylim is not None:
        ax.set_ylim(ylim)


def _bars(ax, heights, bottoms, colors, labels):
    """Draw bars that carry their heights as numbers, and return them."""
    bars = ax.bar(range(len(heights)), heights, bottom=bottoms, color=colors, width=0.55, zorder=2)
    for text in ax.bar_label(bars, [number(height) for height in heights], padding=2):
        _set_off(text, PAPER)
    ax.axhline(0, color=GUIDE, linewidth=1)
    ax.set_xticks(range(len(heights)), labels)
    ax.tick_params(axis="x", length=0)
    ax.margins(y=0.18)
    return bars


def _sign_color(value):
    return NEGATIVE if value < 0 else POSITIVE


def _names(symbol, n):
    return [f"${symbol}_{{{i}}}$" for i in range(1, n + 1)]


def _labels(labels, n):
    if len(labels) != n:
        raise ValueError(f"labels must hold {n} names, got {len(labels)}")
    return list(labels)


# --- Networks ---------------------------------------------------------------------------------------------------------


def plot_network(
    ax, weights, activations=None, messages=None, relevance=None, labels=None, limit=None, numbers=False
):
    """Draw a small network: neurons in columns, inputs left, and edges as thick as what they carry.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    weights : Network or list of ndarray of shape (inputs, outputs)
        One array for each layer of edges. A weight of exactly 0 is no edge.
    activations : list of array_like, optional
        What each layer holds, inputs first: the color of the neurons, and a number above each.
    messages : list of ndarray, optional
        What each edge carries back, in the shapes of `weights`: its width and, by its sign, its color.
        Without them the weights themselves are drawn, in gray, and dashed where negative.
    relevance : list of array_like, optional
        Relevance of each layer: then it is the color of the neurons, and a number below each.
    labels : list of str, optional
        Names of the neurons, column by column; default is 1, 2, 3, ….
    limit : float, optional
        What the thickest edge and the strongest relevance stand for; default is the largest there is.
    numbers : bool, default=False
        Whether each edge says what it carries, near its left end.

    Notes
    -----
    Draws ``eq-message`` and ``eq-incoming-sum``.
    """
    weights = [layer.weight for layer in weights.weighted] if hasattr(weights, "weighted") else weights
    carried = weights if messages is None else messages
    limit = limit or max(_largest(carried), _largest(relevance or [[0.0]]))
    places = _columns([len(weights[0]), *(W.shape[1] for W in weights)])
    for W, amounts, start, end in zip(weights, carried, places, places[1:], strict=False):
        edges = [(start[i], end[k], amounts[i][k]) for i, k in np.argwhere(np.asarray(W) != 0)]
        _edges(ax, edges, limit, signed=messages is not None)
        if numbers:
            _edge_numbers(ax, edges)
    flat = np.concatenate(places)
    labels = [str(i) for i in range(1, len(flat) + 1)] if labels is None else _labels(labels, len(flat))
    _nodes(ax, flat, labels, _fills(activations, relevance, limit, len(flat)))
    _node_numbers(ax, flat, activations, "a", 17)
    _node_numbers(ax, flat, relevance, "R", -17)
    ax.set(xlim=(-0.4, len(places) - 0.6), ylim=(-0.62, max(map(len, places)) - 0.38))
    ax.axis("off")


def _columns(sizes):
    """Return the places of the neurons of each layer, in a column around the middle, the first one on top."""
    tallest = max(sizes)
    return [np.array([(i, (tallest + n) / 2 - 1 - j) for j in range(n)]) for i, n in enumerate(sizes)]


def _edges(ax, edges, limit, signed):
    """Draw the edges between two columns, the strongest on top."""
    edges = sorted(edges, key=lambda edge: abs(edge[2]))
    style = {
        "linewidths": [0.8 + (9 if signed else 4) * abs(amount) / limit for *_, amount in edges],
        "colors": [_sign_color(amount) if signed and amount else GUIDE for *_, amount in edges],
        "linestyles": ["dashed" if not signed and amount < 0 else "solid" for *_, amount in edges],
    }
    lines = LineCollection([edge[:2] for edge in edges], zorder=1, **style)
    ax.add_collection(lines, autolim=False)


def _edge_numbers(ax, edges):
    for start, end, amount in edges:
        place = start + 0.3 * (end - start)
        _set_off(ax.annotate(number(amount), place, ha="center", va="center", zorder=5), PAPER)


def _nodes(ax, places, labels, fills):
    ax.scatter(*places.T, s=560, c=fills, edgecolors=INK, linewidths=1.2, zorder=3)
    for place, label, fill in zip(places, labels, fills, strict=True):
        ax.annotate(label, place, ha="center", va="center", color=readable(fill), zorder=4)


def _fills(activations, relevance, limit, n):
    """Return the color of each neuron, by its relevance or else its activation."""
    if relevance is not None:
        return RELEVANCE(Normalize(-limit, limit)(_flat(relevance)))
    if activations is not None:
        return ACTIVATION(Normalize(0, _largest(activations))(_flat(activations)))
    return np.tile(mpl.colors.to_rgba(LIGHT), (n, 1))


def _node_numbers(ax, places, values, symbol, offset):
    """Write a number above or below each neuron."""
    for place, value in zip(places, [] if values is None else _flat(values), strict=False):
        text = f"${symbol} = {number(value)}$"
        where = {"ha": "center", "va": "bottom" if offset > 0 else "top", "textcoords": "offset points"}
        _set_off(ax.annotate(text, place, (0, offset), zorder=5, **where), PAPER)


def _flat(layers):
    return np.concatenate([np.ravel(layer) for layer in layers]).astype(float)


def _largest(arrays):
    """Return the largest magnitude, or 1 where all are zero."""
    return float(max(np.abs(array).max() for array in arrays)) or 1.0


# --- Images -----------------------------------------------------------------------------------------------------------


def plot_heatmap(ax, relevance, shape=(8, 8), limit=None):
    """Draw the relevance of pixels as an image, white where it is zero.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    relevance : array_like of shape (rows * columns,) or (rows, columns)
        Relevance of each pixel; of a color image, the sum over its colors.
    shape : pair of int
        Rows and columns.
    limit : float, optional
        Relevance of the strongest color, of either sign; default is the largest magnitude. Give
        one to compare heatmaps.

    Returns
    -------
    matplotlib.image.AxesImage
        For a color bar.
    """
    relevance = _as_image("relevance", relevance, shape)
    limit = _largest([relevance]) if limit is None else check.at_least("limit", limit, 0)
    return _show(ax, relevance, RELEVANCE, -limit, limit)


def plot_digit(ax, image, shape=(8, 8)):
    """Draw an image with values from -1 (background, white) to 1 (ink, black)."""
    return _show(ax, _as_image("image", image, shape), "gray_r", -1, 1)


def _as_image(name, values, shape):
    values = check.real(name, values)
    if values.size != np.prod(shape) or values.ndim > 2:
        raise ValueError(f"{name} must have {shape[0]} x {shape[1]} pixels, got shape {values.shape}")
    return values.reshape(shape)


def _show(ax, image, colors, low, high):
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, color=GUIDE, linewidth=0.8)
    # Not even resampled: an SVG then holds one pixel for each number.
    return ax.imshow(image, cmap=colors, vmin=low, vmax=high, interpolation="none")


# --- Shared -----------------------------------------------------------------------------------------------------------


def number(value, digits=3):
    """Return a number as short text with a true minus sign; what is not zero is never rounded to zero.

    >>> number(2), number(-0.123456), number(1e-16)
    ('2', '−0.123', '1e−16')
    """
    text = f"{float(value) + 0.0:.{digits}g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")


def _frame(ax, xlim, ylim, xlabel, ylabel):
    ax.set(xlim=xlim, ylim=ylim, xlabel=xlabel, ylabel=ylabel)


def _point(ax, x1, x2, label, ink=MARK, paper=LIGHT, away=None, hollow=False):
    """Draw a point and its name, on the side that looks away from another point."""
    face, edge = (paper, ink) if hollow else (ink, paper)
    ax.plot([x1], [x2], "o", color=ink, markersize=7, markerfacecolor=face, markeredgecolor=edge, zorder=5)
    step = np.array([1.0, 0.8]) if away is None else np.subtract((x1, x2), away)
    right, up = step / (np.linalg.norm(step) or 1)
    where = {"ha": _side(right, "right", "left"), "va": _side(up, "top", "bottom"), "textcoords": "offset points"}
    _set_off(ax.annotate(label, (x1, x2), (9 * right, 9 * up), color=ink, zorder=4, **where), paper)


def _side(share, before, behind):
    """Return the side of a text that looks to its point."""
    return "center" if abs(share) < 0.35 else behind if share > 0 else before


def _set_off(text, paper):
    """Set off a text from what lies behind it."""
    text.set_bbox({"boxstyle": "round,pad=0.12", "facecolor": paper, "edgecolor": "none", "alpha": 0.85})


def readable(fill):
    """Return the color of a text that can be read best on a color.

    >>> readable("#d9e6b5") == MARK, readable("#1d4f60") == LIGHT
    (True, True)
    """
    return max((MARK, LIGHT), key=lambda ink: contrast(ink, fill))


def contrast(one, other):
    """Return the contrast of two colors as the guidelines for web content define it, from 1 to 21.

    >>> print(f"{contrast('white', 'black'):.1f}, {contrast('#767676', 'white'):.2f}")
    21.0, 4.54
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color):
    rgb = np.array(mpl.colors.to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
