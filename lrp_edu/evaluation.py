r"""How good is a heatmap? Measures, baselines and intervals (chapter ``judging-heatmaps``).

Images `x` have shape (n, ...): the first axis counts them, the others are the network's inputs, of any shape. A map
of relevance has the shape of `x`, and a measure of n maps the shape (n,). The inputs are never changed.
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from zlib import crc32

import numpy as np

from . import _check as check
from .attribution import gradient_times_input, integrated_gradients, occlusion
from .network import Network
from .rules import LRP0, Gamma, ZBox, composite, deep_taylor


def flip(network, x, relevance, target, *, replacement, step=1, least_first=False):
    r"""Replace one input after the other, in the order of a map, and watch an output.

    .. math:: f_m = f\big(x^{(m)}\big), \qquad x^{(m)}_i =
              \begin{cases} r_i & \text{if } i \text{ is among the first } m, \\ x_i & \text{else} \end{cases}

    Parameters
    ----------
    network : Network
        What is asked.
    x : array_like of shape (n, ...)
        Images.
    relevance : array_like of shape (n, ...)
        The map of each image. What has most relevance comes first, and of two that have as much the one that comes
        first in the image.
    target : int or int array of shape (n,)
        The output that is watched.
    replacement : float or array_like that broadcasts to (n, ...)
        What stands for an input that is gone, r: a number, one image for all, or one for each. There is no default,
        because the answer depends on it.
    step : int, default=1
        So many inputs are replaced between two points of the curve; the last step takes what is left.
    least_first : bool, default=False
        Turn the order round: what has least relevance comes first.

    Returns
    -------
    ndarray of shape (n, steps + 1)
        The output after each step, from that of `x` itself to that of `replacement`.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or `step` is not a whole number of at least 1.

    Notes
    -----
    Implements ``eq-flip``: pixel flipping [Bach2015]_ [Samek2017]_.

    Examples
    --------
    >>> from lrp_edu.layers import Dense
    >>> linear = Network([Dense([[3.0], [1.0], [-1.0]])])
    >>> flip(linear, [[1.0, 1.0, 1.0]], [[3.0, 1.0, -1.0]], 0, replacement=0.0)
    array([[ 3.,  0., -1.,  0.]])
    """
    x, R = _maps(x, relevance)
    r, target = _replacement(replacement, x), _target(network, target, x)
    place = _places(-R if least_first else R)
    size, step = place[0].size if len(x) else 0, _whole("step", step)
    counts = [*range(0, size, step), size]
    return np.stack([_output(network, np.where(place < count, r, x), target) for count in counts], axis=-1)


def area(curve):
    r"""Return the area over a curve of `flip`: by how much the output has dropped, on average over the steps.

    .. math:: A = \frac{1}{L + 1} \sum_{m=0}^{L} (f_0 - f_m)

    Parameters
    ----------
    curve : array_like of shape (..., L + 1)
        Outputs after 0 to L steps.

    Returns
    -------
    ndarray of shape (...)
        In the unit of the output. With the most relevant first, a large area speaks for the map; with the least
        relevant first, a small one.

    Raises
    ------
    ValueError
        If there is no point, or a number is not finite.

    Notes
    -----
    Implements ``eq-flip-area``, the area over the perturbation curve [Samek2017]_.

    Examples
    --------
    >>> area([3.0, 0.0, -1.0, 0.0])
    np.float64(2.5)
    """
    curve = check.real("curve", curve)
    if curve.ndim < 1 or not curve.shape[-1]:
        raise ValueError(f"curve must have shape (..., steps + 1), got {curve.shape}")
    return (curve[..., :1] - curve).mean(axis=-1)


def mass_accuracy(relevance, mask):
    r"""Return how much of the positive relevance lies where it belongs.

    .. math:: \frac{\sum_{i \in M} R_i^+}{\sum_i R_i^+}

    Parameters
    ----------
    relevance : array_like of shape (n, ...)
        Maps.
    mask : array_like of bool that broadcasts to (n, ...)
        Where the object lies, M.

    Returns
    -------
    ndarray of shape (n,)
        From 0 to 1; 0 for a map without positive relevance. A map with one positive number everywhere has the mask's
        part of the image.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the mask of an image is empty.

    Notes
    -----
    Implements ``eq-mass-accuracy`` [Arras2022]_; with the positive part [Kohlbrenner2020]_.

    Examples
    --------
    >>> mass_accuracy([[3.0, 1.0, -2.0, 0.0]], [True, False, True, False])
    array([0.75])
    """
    R, mask = _masked(relevance, mask)
    positive = np.maximum(R, 0)
    inside, total = _flat(np.where(mask, positive, 0)).sum(axis=1), _flat(positive).sum(axis=1)
    return np.divide(inside, total, out=np.zeros_like(total), where=total > 0)


def rank_accuracy(relevance, mask):
    r"""Return how many of the K most relevant inputs lie where they belong, as a part of K, the size of the mask.

    .. math:: \frac{|T_K \cap M|}{K}, \qquad K = |M|

    Parameters
    ----------
    relevance : array_like of shape (n, ...)
        Maps. Only the order counts; of two inputs with the same relevance that comes first which stands first.
    mask : array_like of bool that broadcasts to (n, ...)
        Where the object lies, M.

    Returns
    -------
    ndarray of shape (n,)
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the mask of an image is empty.

    Notes
    -----
    Implements ``eq-rank-accuracy`` [Arras2022]_, with :math:`T_K` the K inputs that have the most relevance.

    Examples
    --------
    >>> rank_accuracy([[3.0, 1.0, -2.0, 0.0]], [True, False, True, False])
    array([0.5])
    """
    R, mask = _masked(relevance, mask)
    K = _flat(mask).sum(axis=1)
    top = _flat(_places(R)) < K[:, None]
    return (top & _flat(mask)).sum(axis=1) / K


def correlation(one, other):
    r"""Return how alike two maps are, up to a positive factor and a constant.

    .. math:: \mathrm{corr}(R, R') = \frac{\sum_i D_i D'_i}{\lVert D \rVert\, \lVert D' \rVert},
              \qquad D_i = R_i - \frac{1}{d} \sum_k R_k

    Parameters
    ----------
    one, other : array_like of shape (n, ...)
        Maps.

    Returns
    -------
    ndarray of shape (n,)
        From -1 to 1. A map that is the same everywhere has no pattern: its correlation is 0.

    Raises
    ------
    ValueError
        If the shapes differ, or a number is not finite.

    Notes
    -----
    Implements ``eq-map-correlation``.

    Examples
    --------
    >>> correlation([[1.0, 2.0, 3.0]], [[-1.0, -3.0, -5.0]])
    array([-1.])
    """
    both = (_flat(maps) for maps in _maps(one, other, ("one", "other")))
    one, other = (_unit(maps - maps.mean(axis=1, keepdims=True)) for maps in both)
    return np.clip((one * other).sum(axis=1), -1, 1)


def similarity(one, other):
    r"""Return how alike two maps are, each per unit of what it adds up to.

    .. math:: \mathrm{corr} \Big( \frac{R}{\sum_i R_i},\; \frac{R'}{\sum_i R'_i} \Big)

    Parameters
    ----------
    one, other : array_like of shape (n, ...)
        Maps, for instance of two classes, or of a network before and after its weights were shuffled.

    Returns
    -------
    ndarray of shape (n,)
        From -1 to 1. The `correlation`, turned round if one of the two adds up to a negative number; 0 if to 0.

    Raises
    ------
    ValueError
        If the shapes differ, or a number is not finite.

    Notes
    -----
    Implements ``eq-map-similarity``. Without ε and with the bias left out a map of LRP adds up to the logit, which may
    be negative, unless a neuron found no receiver.

    Examples
    --------
    >>> similarity([[1.0, 2.0, 3.0]], [[-1.0, -3.0, -5.0]])
    array([1.])
    """
    one, other = _maps(one, other, ("one", "other"))
    return np.sign(_flat(one).sum(axis=1)) * np.sign(_flat(other).sum(axis=1)) * correlation(one, other)


def randomized(network, layers, seed):
    r"""Return a network in which the weights of the upper layers are shuffled.

    .. math:: W_1, \dots, W_L \;\to\; W_1, \dots, W_{L-m}, W'_{L-m+1}, \dots, W'_L

    Parameters
    ----------
    network : Network
        It stays as it is.
    layers : int
        In how many layers with weights, m, from the top down; from 0 to all of them.
    seed : int
        Where the random numbers start. With one seed an upper layer is shuffled in the same way whatever `layers` is.

    Returns
    -------
    Network
        In each of those layers the weights have changed places among each other, and so have the biases.

    Raises
    ------
    ValueError
        If there are not so many layers with weights.

    Notes
    -----
    Makes the second network of ``eq-cascade``: the cascading randomization of [Adebayo2018]_. They draw new weights;
    shuffled ones keep their size and their distribution.

    Examples
    --------
    >>> from lrp_edu.layers import Dense
    >>> network = Network([Dense([[1.0, 2.0, 3.0, 4.0]])])
    >>> randomized(network, 1, seed=0).layers[0].weight
    array([[3., 1., 2., 4.]])
    """
    count = len(network.weighted)
    if _whole("layers", layers, least=0) > count:
        raise ValueError(f"layers must be at most {count}, the number of layers with weights, got {layers}")
    rng, stack, left = np.random.default_rng(seed), [], layers
    for layer in reversed(network.layers):
        shuffle = layer.weighted and left > 0
        stack.insert(0, _shuffled(layer, rng) if shuffle else layer)
        left -= shuffle
    return Network(stack)


def shifted(network, shift):
    r"""Return the network that computes from moved inputs what `network` computes from the old ones.

    .. math:: f'(x + \Delta) = f(x), \qquad b'_j = b_j - \sum_i \Delta\, W_{ij}

    Parameters
    ----------
    network : Network
        Its first layer is dense, or a convolution without padding: zeros around an image do not move.
    shift : float
        By how much each input moves, :math:`\Delta`.

    Returns
    -------
    Network
        With another bias in the first layer, and else the same.

    Raises
    ------
    ValueError
        If the first layer is neither.

    Notes
    -----
    Implements ``eq-input-shift``. That a map should stay is the input invariance of [Kindermans2019]_.

    Examples
    --------
    >>> from lrp_edu.layers import Dense
    >>> network = Network([Dense([[2.0], [1.0]], bias=[-1.0])])
    >>> network.forward([1.0, 1.0]), shifted(network, 0.5).forward([1.5, 1.5])
    (array([2.]), array([2.]))
    """
    first, *above = network.layers
    moving = {2: 0, 4: (1, 2, 3)}.get(np.ndim(getattr(first, "weight", 0)))  # the axes of the inputs
    if moving is None or np.any(getattr(getattr(first, "windows", None), "padding", 0)):
        raise ValueError(f"network must begin with a dense layer, or a convolution without padding, got {first!r}")
    bias = first.bias - check.scalar("shift", shift) * first.weight.sum(axis=moving)
    return Network([_with(first, first.weight, bias), *above])


def interval(values, level=0.95, draws=1000, seed=0):
    r"""Return how far a mean could lie elsewhere, had we drawn other images (and other seeds).

    .. math:: \Big[ q_{(1 - p)/2},\; q_{(1 + p)/2} \Big] \text{ of the means }
              \frac{1}{S n} \sum_{s \text{ drawn}} \; \sum_{k \text{ drawn}} v_{s, k}

    Parameters
    ----------
    values : array_like of shape (n,) or (S, n)
        A measure of n images, for each of S seeds if there are several.
    level : float, default=0.95
        The part of the means that lie inside, p.
    draws : int, default=1000
        How often n images, and S seeds, are drawn at random with replacement.
    seed : int, default=0
        Where the random numbers start.

    Returns
    -------
    ndarray of shape (2,)
        The lower and the upper end.

    Raises
    ------
    ValueError
        If there are no values, or `level` does not lie between 0 and 1.

    Notes
    -----
    Implements ``eq-interval``, the percentile interval of the bootstrap [Efron1993]_. Images and seeds are drawn
    independently. Of few seeds it knows little: with 5, the part of their scatter is too small by about a tenth, and
    where there is no other scatter an interval that is said to hold 95 % holds about 84 %.

    Examples
    --------
    >>> interval([1.0, 2.0, 3.0, 4.0]).tolist()
    [1.5, 3.5]
    """
    values = np.atleast_2d(check.real("values", values))
    if values.ndim > 2 or not values.size:
        raise ValueError(f"values must have shape (n,) or (seeds, n), got {values.shape}")
    if not 0 < check.scalar("level", level) < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    of_seeds, of_images = _drawn(values.shape, _whole("draws", draws), seed)
    means = ((of_seeds @ values) * of_images).sum(axis=1)
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


@lru_cache(maxsize=8)
def _drawn(shape, draws, seed):
    """Return for each draw how often each seed and each image came, as parts of the whole."""
    rng = np.random.default_rng(seed)
    return [check.sealed(rng.multinomial(size, [1 / size] * size, draws) / size) for size in shape]


# --- A table of maps and measures -------------------------------------------------------------------------------------


def by_rules(choose):
    """Return an explainer by a composite: a function of a network and the two ends of the box (``eq-composite``).

    An explainer is a function of a network, images, a class for each, the ends of the box, and the mean of the data.
    """

    def explain(network, x, target, low, high, mean):
        return network.explain(x, target, choose(network, low, high)).relevance

    return explain


def by_attribution(attribute):
    """Return an explainer by a function of `attribution`, given f, its gradient, points, blank and the mean.

    See ``eq-gradient-input``, ``eq-integrated-gradients`` and ``eq-occlusion``.
    """

    def explain(network, x, target, low, high, mean):
        def f(points):
            return _output(network, points.reshape(x.shape), target)

        def gradient(points):
            return _gradient(network, points.reshape(x.shape), target).reshape(points.shape)

        return attribute(f, gradient, _flat(x), low, _flat(np.broadcast_to(mean, x.shape))).reshape(x.shape)

    return explain


def by_mean_gradient(images, classes):
    """Return a baseline: the mean gradient of a class over its `images`, times x (``eq-gradient-input``).

    The images move along with the data, as the mean tells.
    """

    def explain(network, x, target, low, high, mean):
        gradients = _gradient(network, images + (mean - images.mean(axis=0)), classes)
        return x * np.stack([gradients[classes == c].mean(axis=0) for c in range(classes.max() + 1)])[target]

    return explain


def _gamma_box(network, low, high):
    return composite(network, ZBox(low, high), Gamma(0.25), Gamma(0.25), LRP0())


def _of_another_image(network, x, target, low, high, mean):
    """Return the maps of the first explainer, each for the image before."""
    return np.roll(next(iter(EXPLAINERS.values()))(network, x, target, low, high, mean), 1, axis=0)


def _noise(network, x, target, low, high, mean):
    """Return noise, other noise for each network and each choice of classes."""
    numbers = [array.tobytes() for layer in network.weighted for array in (layer.weight, layer.bias)]
    return np.random.default_rng(crc32(b"".join([*numbers, target.astype("<i8").tobytes()]))).random(x.shape)


#: What the table of the chapter compares, by name; the first is what the others are held against (``eq-interval``).
EXPLAINERS = {
    "z^B, γ, LRP-0": by_rules(_gamma_box),
    "z^B, z⁺, z⁺": by_rules(deep_taylor),
    "LRP-0": by_rules(lambda network, low, high: LRP0()),
    "gradient × input": by_attribution(lambda f, g, x, low, mean: gradient_times_input(f, g, x).relevance),
    "int. gr., blank": by_attribution(lambda f, g, x, low, mean: integrated_gradients(f, g, x, low, 16).relevance),
    "int. gr., mean": by_attribution(lambda f, g, x, low, mean: integrated_gradients(f, g, x, mean, 16).relevance),
    "occlusion, mean": by_attribution(lambda f, g, x, low, mean: occlusion(f, x, mean).relevance),
    "sensitivity": by_attribution(lambda f, g, x, low, mean: g(x) ** 2),
    "another image": _of_another_image,
    "random": _noise,
}

#: A smaller difference is none (``eq-interval``).
ROUNDING = 1e-9

#: Each measure, and whether more of it is better (+1), less is (-1), or neither (0) (``eq-interval``).
MEASURES = {
    "flip, blank": 1, "flip, mean": 1, "flip, others": 1, "least first": -1,
    "two classes": 0, "top shuffled": 0, "shifted": 0, "mass": 1, "rank": 1,
}  # fmt: skip


def compare(
    network, x, target, *, low, high, mean,
    explainers=EXPLAINERS, measures=None, mask=None, shift=1.0, step=1, seeds=range(5),
):  # fmt: skip
    """Measure several explainers on the same images.

    Parameters
    ----------
    network : Network
        A classifier.
    x : array_like of shape (n, ...)
        Images, at least 2.
    target : int array of shape (n,)
        The class that each is explained for.
    low, high : float
        The box of the inputs. `low` is blank.
    mean : array_like that broadcasts to (n, ...)
        The mean of the data, which stands for inputs that are gone.
    explainers : dict
        Functions of a network, images, classes, `low`, `high` and `mean`, by name. The first is what the others are
        held against.
    measures : iterable of str, optional
        Some of `MEASURES`; by default all for which there is what they need.
    mask : array_like of bool that broadcasts to (n, ...), optional
        Where the object lies, if it is known: then mass and rank are measured, too.
    shift : float or None, default=1.0
        By how much the inputs move; None leaves that measure out, for networks that `shifted` does not take.
    step : int, default=1
        So many inputs are flipped at once.
    seeds : iterable of int, default=range(5)
        What is drawn (other images, shuffled weights) is drawn once for each.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If shapes do not fit, or a measure has another name.

    Notes
    -----
    The measures are ``eq-flip-area``, ``eq-map-similarity``, ``eq-cascade``, ``eq-input-shift``,
    ``eq-mass-accuracy`` and ``eq-rank-accuracy``, the intervals ``eq-interval``. The second class is the one with the
    largest logit among the others.
    """
    x, seeds = _images(x), list(seeds)
    target, mean = _target(network, target, x), check.real("mean", mean)
    turns = [np.random.default_rng(seed).integers(1, len(x), size=len(x)) for seed in seeds]
    others = [x[(np.arange(len(x)) + turn) % len(x)] for turn in turns]
    broken = [randomized(network, 1, seed) for seed in seeds]
    output = network.forward(x)
    second = np.where(np.arange(output.shape[1]) == target[:, None], -np.inf, output).argmax(axis=1)

    def lost(R, replacement, **options):
        return area(flip(network, x, R, target, replacement=replacement, step=step, **options))

    def moved(explain):
        box = {"low": low + shift, "high": high + shift, "mean": mean + shift}
        return explain(shifted(network, shift), x + shift, target, **box)

    tell = {
        "flip, blank": lambda explain, R: lost(R, low),
        "flip, mean": lambda explain, R: lost(R, mean),
        "flip, others": lambda explain, R: np.stack([lost(R, r) for r in others]),
        "least first": lambda explain, R: lost(R, mean, least_first=True),
        "two classes": lambda explain, R: similarity(R, explain(network, x, second)),
        "top shuffled": lambda explain, R: np.stack([similarity(R, explain(net, x, target)) for net in broken]),
        "shifted": lambda explain, R: correlation(R, moved(explain)),
        "mass": lambda explain, R: mass_accuracy(R, mask),
        "rank": lambda explain, R: rank_accuracy(R, mask),
    }
    if measures is None:
        lacking = ["shifted"] * (shift is None) + ["mass", "rank"] * (mask is None)
        measures = [measure for measure in MEASURES if measure not in lacking]
    values = {measure: {} for measure in _some("measures", measures, MEASURES)}
    for name, explain in explainers.items():
        explain = partial(explain, low=low, high=high, mean=mean)
        R = explain(network, x, target)
        for measure, column in values.items():
            column[name] = tell[measure](explain, R)
    return Comparison(values)


@dataclass(frozen=True)
class Comparison:
    """What `compare` has measured (``eq-interval``).

    Attributes
    ----------
    values : dict
        For each measure and each explainer by name an array of shape (n,) or (seeds, n).
    """

    values: dict

    def mean(self, measure, name):
        """Return the mean over images and seeds."""
        return float(self.values[measure][name].mean())

    def interval(self, measure, name, **options):
        """Return the interval of that mean."""
        return interval(self.values[measure][name], **options)

    def verdict(self, measure, name, than=None, **options):
        """Tell whether a map does better than another, by default the first (+1), or worse (-1), or neither (0).

        Neither where the interval of the difference, image by image, holds 0, up to rounding.
        """
        than = next(iter(self.values[measure])) if than is None else than
        low, high = interval(self.values[measure][name] - self.values[measure][than], **options)
        return MEASURES[measure] * (int(low > ROUNDING) - int(high < -ROUNDING))

    def of(self, *measures):
        """Return the part of the comparison about these measures."""
        return Comparison({measure: self.values[measure] for measure in _some("measures", measures, self.values)})

    def __repr__(self):
        return "\n".join("  ".join([row[0].ljust(17), *(cell.rjust(13) for cell in row[1:])]) for row in self._cells())

    def _cells(self):
        measures = list(self.values)
        names = list(self.values[measures[0]])
        return [["", *measures], *([name, *(self._cell(measure, name) for measure in measures)] for name in names)]

    def _cell(self, measure, name):
        low, high = self.interval(measure, name)
        sign = {1: "+", 0: "", -1: "−"}[self.verdict(measure, name)]
        return f"{self.mean(measure, name):.2f} ± {(high - low) / 2:.2f}{sign:1}".replace("-", "−")


# --- Shared -----------------------------------------------------------------------------------------------------------


def _images(x):
    x = check.real("x", x)
    if x.ndim < 2:
        raise ValueError(f"x must have shape (n, ...), the first axis for the images, got {x.shape}")
    return x


def _maps(x, relevance, names=("x", "relevance")):
    """Return two arrays of one shape (n, ...)."""
    x, R = check.real(names[0], x), check.real(names[1], relevance)
    if x.ndim < 2:
        raise ValueError(f"{names[0]} must have shape (n, ...), the first axis for the images, got {x.shape}")
    if R.shape != x.shape:
        raise ValueError(f"{names[1]} must have shape {x.shape} like {names[0]}, got {R.shape}")
    return x, R


def _masked(relevance, mask):
    """Return maps, and a mask for each."""
    R, mask = check.real("relevance", relevance), np.asarray(mask)
    if R.ndim < 2:
        raise ValueError(f"relevance must have shape (n, ...), the first axis for the images, got {R.shape}")
    if mask.dtype != bool:
        raise ValueError(f"mask must hold True and False, got dtype {mask.dtype}")
    mask = _spread("mask", mask, R)
    if not _flat(mask).any(axis=1).all():
        raise ValueError("mask must hold at least one input of each image, got an empty one")
    return R, mask


def _replacement(replacement, x):
    return _spread("replacement", check.real("replacement", replacement, x.dtype), x)


def _spread(name, array, x):
    try:
        return np.broadcast_to(array, x.shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast to the shape {x.shape} of the images, got {array.shape}") from None


def _target(network, target, x):
    """Return `target` as an int array, one for each image."""
    target = check.rows("target", target)
    if target.dtype.kind not in "iu" or target.shape not in ((), x.shape[:1]):
        raise ValueError(f"target must be an int, or an int array of shape {x.shape[:1]}, got {target!r}")
    outputs = network.outputs if isinstance(network.outputs, int) else network.forward(x).shape[-1]
    if np.any((target < 0) | (target >= outputs)):
        raise ValueError(f"target must lie between 0 and {outputs - 1}, got {target.tolist()}")
    return np.broadcast_to(target, x.shape[:1])


def _some(name, given, known):
    """Return a list of names, all of them known."""
    given = list(given)
    unknown = [one for one in given if one not in known]
    if unknown or not given:
        raise ValueError(f"{name} must be some of {', '.join(known)}, got {', '.join(map(str, unknown))}")
    return given


def _whole(name, value, least=1):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def _flat(array):
    """Return an array of shape (n, ...) as one of shape (n, d)."""
    return array.reshape(len(array), -1)


def _unit(maps):
    """Return rows of length 1; one of zeros stays."""
    maps = np.divide(maps, size := np.abs(maps).max(axis=1, keepdims=True), out=np.zeros_like(maps), where=size > 0)
    length = np.linalg.norm(maps, axis=1, keepdims=True)
    return np.divide(maps, length, out=np.zeros_like(maps), where=length > 0)


def _places(R):
    """Return the place of each input in the order of its map, 0 for the one with most relevance."""
    order = np.argsort(-_flat(R), axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(order.shape[1])[None], axis=1)
    return places.reshape(R.shape)


def _output(network, x, target):
    """Return the output `target` of each image."""
    return np.take_along_axis(network.forward(x), target[:, None], axis=1)[:, 0]


def _gradient(network, x, target):
    """Return the derivatives of the output `target` of each image."""
    output = network.forward(x)
    return network.gradprop(np.where(np.arange(output.shape[1]) == target[:, None], output.dtype.type(1), 0))


def _shuffled(layer, rng):
    return _with(layer, rng.permutation(layer.weight.ravel()).reshape(layer.weight.shape), rng.permutation(layer.bias))


def _with(layer, weight, bias):
    """Return a layer of the same kind with another weight and bias."""
    kind, (_, _, *settings) = layer.__reduce__()
    return kind(weight, bias, *settings)
