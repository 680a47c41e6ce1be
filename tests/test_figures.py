"""What is drawn is what was given: data, colors, limits. Only the legend's place is left to matplotlib."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lrp_edu import figures
from lrp_edu.deep_taylor import NeuronWalk
from lrp_edu.layers import Dense, ReLU
from lrp_edu.messages import messages, seven_neurons
from lrp_edu.network import Network
from lrp_edu.neuron import Neuron
from lrp_edu.rules import Epsilon


@pytest.fixture
def ax():
    """Axes of a figure that pyplot does not know; it is rendered at the end, where warnings are errors."""
    figure = Figure()
    yield figure.subplots()
    figure.canvas.draw()


def lines(ax):
    return {line.get_label(): line for line in ax.get_lines()}


def bars(ax):
    return [(bar.get_y(), bar.get_height()) for bar in ax.patches]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def color(artist):
    return to_hex(artist.get_facecolor())


# --- taylor


def plot_sine(ax, **options):
    figures.plot_taylor(ax, lambda x: np.sin(x**2), [0, 0, 1, 0, 0, 0, -1 / 6], 0.0, **options)


def test_taylor_draws_the_function_and_each_polynomial(ax):
    plot_sine(ax, degrees=[6, 2])
    drawn = lines(ax)
    t = drawn["$f$"].get_xdata()
    assert (t[0], t[-1]) == (-3, 3)
    np.testing.assert_allclose(drawn["$f$"].get_ydata(), np.sin(t**2))
    np.testing.assert_allclose(drawn["degree 2"].get_ydata(), t**2)
    np.testing.assert_allclose(drawn["degree 6"].get_ydata(), t**2 - t**6 / 6, atol=1e-12)
    assert ax.get_xlim() == (-3, 3) and ax.get_ylim() == (-2, 2)


def test_taylor_polynomial_is_about_its_point(ax):
    figures.plot_taylor(ax, np.exp, np.exp(1) * np.array([1, 1, 1 / 2]), 1.0, ylim=(0, 9))
    line = lines(ax)["degree 2"]
    np.testing.assert_allclose(line.get_ydata(), np.e * (1 + (line.get_xdata() - 1) + (line.get_xdata() - 1) ** 2 / 2))
    (point,) = [line for line in ax.get_lines() if line.get_marker() == "o"]
    assert point.get_xydata().tolist() == [[1.0, np.e]]


def test_taylor_gap_reaches_from_the_highest_polynomial_to_the_function(ax):
    plot_sine(ax, x=1.0, degrees=[2, 6])
    (gap,) = [line for line in ax.get_lines() if to_hex(line.get_color()) == figures.EPSILON]
    np.testing.assert_allclose(gap.get_xydata(), [[1, 1 - 1 / 6], [1, np.sin(1)]])
    assert gap.get_label() == r"$\varepsilon = 0.00814$"


def test_taylor_draws_nothing_where_the_function_is_not_finite(ax):
    figures.plot_taylor(ax, np.log1p, [0, 1], 0.0)
    line = lines(ax)["$f$"]
    assert np.array_equal(np.isnan(line.get_ydata()), line.get_xdata() <= -1)


@pytest.mark.parametrize("degrees", [[7], [-1, 2], []])
def test_taylor_refuses_a_degree_that_was_not_given(degrees):
    with pytest.raises(ValueError, match=r"degrees must lie between 0 and 6, got"):
        plot_sine(Figure().subplots(), degrees=degrees)


def test_remainder_is_drawn_by_size_and_zero_is_hollow(ax):
    figures.plot_remainder(ax, [-1.0, 0.1, 0.0], label="x", ylim=(1e-6, 10))
    sizes, hollow = ax.get_lines()
    assert sizes.get_xydata().tolist() == [[0, 1], [1, 0.1], [2, 1e-6]]
    assert hollow.get_xydata().tolist() == [[2, 1e-6]] and hollow.get_markerfacecolor() == figures.PAPER
    assert ax.get_yscale() == "log" and ax.get_ylim() == (1e-6, 10)


def test_remainder_takes_degrees(ax):
    figures.plot_remainder(ax, [1.0, 0.5], degrees=[3, 5])
    assert len(ax.get_lines()) == 1 and ax.get_lines()[0].get_xdata().tolist() == [3, 5]


# --- area


@pytest.mark.parametrize(
    "a, parts",
    [
        ([1, 2], {"f(a) = 2", "R_1 = 2", "R_2 = 1", "\\varepsilon = 1"}),
        ([0, 1], {"R_1 = 2", "\\varepsilon = 4"}),
        ([2, 0], {"R_2 = 6"}),
        ([0, 0], {"\\varepsilon = 6"}),
    ],
)
def test_area_is_cut_into_the_terms_of_the_expansion(ax, a, parts):
    figures.plot_area(ax, [2, 3], a)
    assert {text.strip("$") for text in texts(ax)} == parts
    assert sum(part.get_width() * part.get_height() for part in ax.patches) == 6
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 2), (0, 3))


@pytest.mark.parametrize("a", [[-1, 1], [1, 4]])
def test_area_is_cut_inside(a):
    with pytest.raises(ValueError, match="a must lie between 0 and x"):
        figures.plot_area(Figure().subplots(), [2, 3], a)


# --- neuron

NEURON = Neuron([2.0, 1.0], b=-1.0)
X, ROOT = (1.0, 1.0), (0.2, 0.6)


def points(ax):
    """Return the marked points and the colors they are filled with."""
    lines = [line for line in ax.get_lines() if line.get_marker() == "o"]
    return {tuple(line.get_xydata()[0]): line.get_markerfacecolor() for line in lines}


def arrows(ax):
    return [(tuple(text.xyann), tuple(text.xy)) for text in ax.texts if text.arrow_patch is not None]


def test_neuron_draws_hinge_point_root_and_walk(ax):
    figures.plot_neuron(ax, NEURON, X, ROOT, lim=(-1, 3))
    (hinge,) = [line for line in ax.get_lines() if line.get_marker() == "None"]
    np.testing.assert_allclose(NEURON.preactivation([hinge.get_xy1(), hinge.get_xy2()]), 0, atol=1e-15)
    assert not np.allclose(hinge.get_xy1(), hinge.get_xy2())
    assert points(ax) == {X: figures.MARK, ROOT: figures.MARK}
    assert arrows(ax) == [(X, ROOT)]
    assert ax.get_xlim() == ax.get_ylim() == (-1, 3) and ax.get_aspect() == 1


def test_neuron_is_gray_where_silent_and_pale_to_dark_where_active(ax):
    plane = figures.plot_neuron(ax, NEURON)
    assert plane.cmap(plane.norm(-0.1)) == to_rgba(figures.SILENT)
    assert plane.cmap(plane.norm(1e-9)) == to_rgba(figures.ACTIVATION_COLORS[0])
    assert plane.cmap(plane.norm(4.99)) == to_rgba(figures.ACTIVATION_COLORS[-1])


def test_neuron_has_the_same_colors_for_the_same_vmax():
    one, two = (figures.plot_neuron(Figure().subplots(), Neuron(w), vmax=4) for w in ([1, 1], [3, -1]))
    assert one.levels.tolist() == two.levels.tolist() and one.levels[0] == 0 and one.levels[-1] == 4


@pytest.mark.parametrize(
    "options, expected",
    [
        ({}, figures.MARK),
        ({"low": 0}, figures.MARK),
        ({"low": 0, "high": 1}, figures.LIGHT),
        ({"high": [1, 2]}, figures.MARK),
        ({"low": [0.5, 0]}, figures.LIGHT),
    ],
)
def test_neuron_warns_of_a_root_outside_the_domain(ax, options, expected):
    x, root = (1.0, 0.9), (0.37, 1.11)
    figures.plot_neuron(ax, Neuron([3.0, -1.0]), x, root, **options)
    assert points(ax)[root] == expected
    assert len([patch for patch in ax.patches if isinstance(patch, Rectangle)]) == bool(options)


def test_neuron_warns_of_the_dead_side_and_not_of_the_active_one(ax):
    figures.plot_neuron(ax, NEURON, X, (-0.2, 0.2), name="a")
    figures.plot_neuron(ax, NEURON, X, (0.75, 0.75), name="a")
    assert points(ax) == {X: figures.MARK, (-0.2, 0.2): figures.LIGHT, (0.75, 0.75): figures.MARK}
    assert "$a$" in texts(ax)


def test_neuron_domain_is_outlined_where_it_has_bounds(ax):
    figures.plot_neuron(ax, NEURON, low=0, high=[1, np.inf], lim=(-0.5, 2))
    (box,) = ax.patches
    assert box.get_xy() == (0, 0) and box.get_width() == 1
    assert box.get_height() > 2 and box.get_y() + box.get_height() > ax.get_ylim()[1]


@pytest.mark.parametrize("neuron", [Neuron([0.0, 0.0], b=1.0), Neuron([0.0, 0.0], b=-1.0), Neuron([1.0, 1.0], b=-99.0)])
def test_neuron_without_a_visible_hinge_is_drawn(ax, neuron):
    figures.plot_neuron(ax, neuron)
    assert ax.get_xlim() == (-0.5, 2)


def test_neuron_in_three_dimensions_is_refused():
    with pytest.raises(ValueError, match="neuron must have 2 inputs to be drawn in a plane, got 3"):
        figures.plot_neuron(Figure().subplots(), Neuron([1, 2, 3]))


def test_walks_lead_from_x_to_each_root(ax):
    roots = {"w²": ROOT, "z": (1 / 3, 1 / 3), "off": (-0.5, 2.0)}
    figures.plot_walks(ax, NEURON, X, roots, low=0)
    assert arrows(ax) == [(X, root) for root in roots.values()]
    colors = points(ax)
    assert [colors[root] for root in roots.values()] == [figures.MARK, figures.MARK, figures.LIGHT]
    assert set(roots) <= set(texts(ax))


# --- relevance


def test_relevance_bars_stand_on_zero(ax):
    figures.plot_relevance(ax, [1.5, -0.5, 0.0], labels=["a", "b", "c"])
    assert bars(ax) == [(0, 1.5), (0, -0.5), (0, 0)]
    assert [color(bar) for bar in ax.patches[:2]] == [figures.POSITIVE, figures.NEGATIVE]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert texts(ax) == ["1.5", "−0.5", "0"]


def test_relevance_bars_climb_to_the_total(ax):
    figures.plot_relevance(ax, [1.5, -1.0, 0.5], total=1.0, ylim=(-1, 3))
    assert bars(ax) == [(0, 1.5), (1.5, -1.0), (0.5, 0.5)]
    assert ax.get_lines()[0].get_ydata() == [1.0, 1.0] and "$f(x) = 1$" in texts(ax)
    assert ax.get_ylim() == (-1, 3)


@pytest.mark.parametrize("total, gap", [(3.0, 1.0), (1.5, -0.5)])
def test_relevance_shows_what_is_missing(ax, total, gap):
    figures.plot_relevance(ax, [1.5, 0.5], total=total)
    assert bars(ax)[-1] == (2.0, gap) and color(ax.patches[-1]) == figures.PAPER
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, False, True]
    assert ax.get_xticklabels()[-1].get_text() == "gap"


def test_what_is_missing_has_the_name_it_is_given(ax):
    figures.plot_relevance(ax, [1.5, 0.5], total=3.0, rest="ε")
    assert [label.get_text() for label in ax.get_xticklabels()][1:] == ["$R_{2}$", "ε"]


def test_relevance_takes_rounding_for_no_gap(ax):
    figures.plot_relevance(ax, [0.1] * 3, total=0.3)
    assert len(ax.patches) == 3


def test_relevance_refuses_labels_that_do_not_fit():
    with pytest.raises(ValueError, match="labels must hold 2 names, got 1"):
        figures.plot_relevance(Figure().subplots(), [1, 2], labels=["a"])


def test_layer_sums_are_the_totals(ax):
    explanation = seven_neurons().explain([1.0, 2.0, 1.0], rules=Epsilon(0.5))
    figures.plot_layer_sums(ax, explanation, ylim=(0, 8))
    assert bars(ax) == [(0, total) for total in explanation.totals]
    assert ax.get_lines()[0].get_ydata() == [explanation.value] * 2
    assert [label.get_text() for label in ax.get_xticklabels()] == ["inputs", "hidden", "output"]
    assert ax.get_ylim() == (0, 8)


# --- network


@pytest.fixture
def passes():
    """Return the seven neurons, their weights, activations, messages and relevances."""
    network, x = seven_neurons(), np.array([1.0, 2.0, 1.0])
    W = [layer.weight for layer in network.weighted]
    a = [x, np.maximum(x @ W[0], 0), network.forward(x)]
    relevance = network.explain(x).layers
    return network, W, a, [messages(a[i], W[i], relevance[i + 1]) for i in range(2)], relevance


def edges(ax):
    """Return (start, end) → (width, color, style) of every edge."""
    found = {}
    for lines in ax.collections:
        if isinstance(lines, LineCollection):
            for path, *style in zip(lines.get_segments(), lines.get_linewidths(), lines.get_colors(), strict=True):
                found[tuple(map(tuple, path))] = (style[0], to_hex(style[1]))
    return found


def test_network_has_a_node_for_each_neuron_and_no_edge_of_weight_zero(ax, passes):
    network, W, *_ = passes
    figures.plot_network(ax, network)
    (nodes,) = [artist for artist in ax.collections if isinstance(artist, PathCollection)]
    assert nodes.get_offsets().tolist() == [[0, 2], [0, 1], [0, 0], [1, 2], [1, 1], [1, 0], [2, 1]]
    assert texts(ax) == ["1", "2", "3", "4", "5", "6", "7"]
    pairs = edges(ax)
    assert len(pairs) == 10 and ((0, 0), (1, 2)) not in pairs and ((0, 2), (1, 0)) not in pairs
    assert {color for _, color in pairs.values()} == {figures.GUIDE}


def test_network_edges_are_as_thick_as_their_messages_and_colored_by_sign(ax, passes):
    _, W, a, M, relevance = passes
    figures.plot_network(ax, W, a, M, relevance)
    drawn = edges(ax)
    column = [[(0, 2), (0, 1), (0, 0)], [(1, 2), (1, 1), (1, 0)], [(2, 1)]]
    for layer, amounts in enumerate(M):
        for i, k in np.argwhere(W[layer] != 0):
            width, hue = drawn[column[layer][i], column[layer + 1][k]]
            assert width == pytest.approx(0.8 + 9 * abs(amounts[i, k]) / 6)
            assert hue == (figures.NEGATIVE if amounts[i, k] < 0 else figures.POSITIVE)


def test_network_nodes_carry_color_and_numbers(ax, passes):
    _, W, a, M, relevance = passes
    figures.plot_network(ax, W, a, M, relevance, limit=6)
    (nodes,) = [artist for artist in ax.collections if isinstance(artist, PathCollection)]
    flat = np.concatenate(relevance)
    np.testing.assert_allclose(nodes.get_facecolors(), figures.RELEVANCE(0.5 + flat / 12))
    written = texts(ax)
    assert written[7:14] == [f"$a = {figures.number(v)}$" for v in np.concatenate(a)]
    assert written[14:] == [f"$R = {figures.number(v)}$" for v in flat]


def test_network_colors_nodes_by_activation_without_relevance(ax, passes):
    _, W, a, *_ = passes
    figures.plot_network(ax, W, a)
    (nodes,) = [artist for artist in ax.collections if isinstance(artist, PathCollection)]
    np.testing.assert_allclose(nodes.get_facecolors(), figures.ACTIVATION(np.concatenate(a) / 6))


def test_network_writes_what_edges_carry(ax, passes):
    _, W, a, M, relevance = passes
    figures.plot_network(ax, W, messages=M, numbers=True, labels=list("abcdefg"))
    carried = sorted(figures.number(M[i][at]) for i in range(2) for at in map(tuple, np.argwhere(W[i] != 0)))
    assert sorted(texts(ax)) == sorted([*carried, *"abcdefg"])


def test_network_of_another_shape_is_centered(ax):
    figures.plot_network(ax, [np.ones((2, 4))])
    (nodes,) = [artist for artist in ax.collections if isinstance(artist, PathCollection)]
    assert nodes.get_offsets()[:, 1].tolist() == [2, 1, 3, 2, 1, 0]


def test_network_without_any_relevance_is_drawn(ax, passes):
    _, W, a, M, relevance = passes
    figures.plot_network(ax, W, [0 * v for v in a], [0 * m for m in M], [0 * r for r in relevance])
    assert {hue for _, hue in edges(ax).values()} == {figures.GUIDE}


# --- images


def test_heatmap_is_the_relevance_on_a_symmetric_scale(ax):
    relevance = np.arange(64.0) - 40
    image = figures.plot_heatmap(ax, relevance)
    assert np.array_equal(image.get_array(), relevance.reshape(8, 8))
    assert image.get_clim() == (-40, 40) and image.cmap is figures.RELEVANCE
    assert to_hex(image.to_rgba(0.0)) == "#f7f7f7"


@pytest.mark.parametrize("limit, expected", [(3, (-3, 3)), (None, (-1, 1))])
def test_heatmap_takes_a_limit_and_draws_zeros(ax, limit, expected):
    image = figures.plot_heatmap(ax, np.zeros((2, 3)), shape=(2, 3), limit=limit)
    assert image.get_clim() == expected


def test_digit_is_black_on_white(ax):
    image = figures.plot_digit(ax, np.linspace(-1, 1, 64))
    assert image.get_clim() == (-1, 1)
    assert [to_hex(image.to_rgba(value)) for value in (-1.0, 1.0)] == ["#ffffff", "#000000"]


@pytest.mark.parametrize("draw", [figures.plot_heatmap, figures.plot_digit])
def test_images_of_another_size_are_refused(draw):
    with pytest.raises(ValueError, match=r"must have 8 x 8 pixels, got shape \(63,\)"):
        draw(Figure().subplots(), np.zeros(63))


# --- shared


def test_palette_is_the_one_of_the_book():
    assert [to_hex(c) for c in figures.RELEVANCE(np.linspace(0, 1, 5))] == list(figures.RELEVANCE_COLORS)
    assert [to_hex(c) for c in figures.ACTIVATION(np.linspace(0, 1, 5))] == list(figures.ACTIVATION_COLORS)
    assert figures.RELEVANCE_COLORS == ("#2166ac", "#92c5de", "#f7f7f7", "#f4a582", "#b2182b")


def test_style_is_light_opaque_and_readable():
    with mpl.rc_context():
        figures.use_book_style()
        sizes = [mpl.rcParams[f"{name}.labelsize"] for name in ("axes", "xtick", "ytick")]
        assert min([*sizes, mpl.rcParams["font.size"], mpl.rcParams["legend.fontsize"]]) >= 11
        axes = Figure().subplots()
        assert not axes.spines["top"].get_visible() and not axes.spines["right"].get_visible()
        assert axes.figure.get_facecolor() == to_rgba("white") == to_rgba(mpl.rcParams["savefig.facecolor"])


def test_inputs_are_not_changed_and_no_figure_is_made(ax):
    from matplotlib import _pylab_helpers

    relevance = np.array([1.0, -2.0])
    figures.plot_relevance(ax, relevance, total=-1.0)
    figures.plot_neuron(ax, NEURON, X, ROOT)
    assert relevance.tolist() == [1.0, -2.0] and not _pylab_helpers.Gcf.figs


@pytest.mark.parametrize(
    "value, text", [(0.0, "0"), (-0.0, "0"), (1 / 3, "0.333"), (-2.2e-16, "−2.2e−16"), (12345, "1.23e4"), (100, "100")]
)
def test_number_is_short_and_never_rounded_to_zero(value, text):
    assert figures.number(value) == text


# --- the walk of a neuron in a network


def test_neuron_walk_draws_relevance_model_tangent_and_remainder(ax):
    """By head: c falls from 0.75 to 0.5, R is (1 − s)(1.5 − s) / (2 − s)."""
    small = Network([Dense([[1, 0, 0], [0, 1, 1]]), ReLU(), Dense([[1], [1], [-0.5]])])
    figures.plot_neuron_walk(ax, NeuronWalk(small, [1, 1], 1, 0), points=5)
    drawn = lines(ax)
    s, R = drawn["$R_j(s)$"].get_data()
    np.testing.assert_allclose(s, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(R, (1 - s) * (1.5 - s) / (2 - s), rtol=1e-12)
    np.testing.assert_allclose(drawn[r"model $a_j(s)\, c_j(0)$"].get_ydata(), 0.75 * (1 - s), rtol=1e-12)
    np.testing.assert_allclose(drawn["tangent at the root"].get_ydata(), 0.5 * (1 - s), rtol=1e-12)
    gap = drawn[r"$\varepsilon = 0.25$"]
    np.testing.assert_allclose(gap.get_xydata(), [[0, 0.5], [0, 0.75]], rtol=1e-12)
    assert to_hex(gap.get_color()) == figures.EPSILON
    (root,) = [line for line in ax.get_lines() if line.get_marker() == "o"]
    assert root.get_xydata().tolist() == [[1, 0]]
    assert ax.get_xlim() == (0, 1)
