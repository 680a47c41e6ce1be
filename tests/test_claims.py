"""The claims of the book: each holds, each stands at an equation of a chapter, and each notices a plausible slip."""

import numpy as np
import pytest
import sympy as sp
from test_book import ROOT, code_cells, labels_in_chapters

from lrp_edu import (
    attention,
    attribution,
    convolution,
    decomposition,
    deep_taylor,
    evaluation,
    explanation,
    first_order,
    layers,
    messages,
    network,
    neuron,
    propagate,
    recurrence,
    roots,
    rules,
    taylor,
)  # fmt: skip
from lrp_edu.claims import CLAIMS, Claim, Claims, check, reference
from lrp_edu.claims.cases import relative

NAMED = {claim.name: claim for claim in CLAIMS}
EACH_CLAIM = pytest.mark.parametrize("name", NAMED)


@EACH_CLAIM
def test_claim_holds(name):
    result = check(NAMED[name])  # as `python -m lrp_edu` does it
    assert result.holds, result
    assert result.cases >= 3000 or NAMED[name].kind == "proof"


def test_every_claim_stands_at_an_equation_of_a_chapter():
    assert not {claim.label for claim in CLAIMS} - set(labels_in_chapters())


def test_a_table_of_the_chapter_shows_every_claim():
    cells = "\n".join(cell.source for cell in code_cells(ROOT / "chapters" / "checked-claims.ipynb"))
    modules = {claim.function.__module__.rpartition(".")[2] for claim in CLAIMS}
    assert {module for module in modules if f"claims.{module}.CLAIMS" not in cells} == set()


def test_claims_are_told_apart_and_told_in_sentences():
    sentences = [claim.sentence for claim in CLAIMS]
    assert len(NAMED) == len(set(sentences)) == len(CLAIMS)
    assert all(sentence.endswith(".") and len(sentence) <= 110 for sentence in sentences)
    assert {claim.kind for claim in CLAIMS} == {"law", "counter-example", "proof"}


def test_every_rule_has_its_claim():
    assert {one.label for one in reference.RULES.values()} <= {claim.label for claim in CLAIMS}


def test_tolerances_are_those_of_rounding():
    assert max(claim.bound for claim in CLAIMS if claim.kind == "law") <= 30 * np.finfo(float).eps
    assert min(claim.bound for claim in CLAIMS if claim.kind == "counter-example") >= 1e-3


# Slips: what a hurried programmer, or a careless reader of the equation, could well have written. For each claim the
# place, what stands there by mistake, and with it the claim must fail.


def terms(*pairs):
    return lambda self, a, W: [pair(a, W) for pair in pairs]


def coefficients(name, slip):
    """Return a replacement in the table of Taylor functions."""
    right = taylor.FUNCTIONS[name]
    return taylor.FUNCTIONS, name, right._replace(series=lambda a, degree: slip(right.series(a, degree)))


def one_degree_too_many(name):
    right = taylor.FUNCTIONS[name]
    return right._replace(series=lambda a, degree: right.series(a, degree + 1))


def relu_with(value_and_slope):
    """Return the ReLU with other coefficients at a."""
    return taylor.FUNCTIONS["relu"]._replace(series=lambda a, degree: np.array(value_and_slope(a), float))


def k(c):
    return np.arange(len(c))


def without_factorials(expr, x, about=0, degree=1):
    return sp.Add(*(sp.diff(expr, x, n).subs(x, about) * (x - about) ** n for n in range(degree + 1)))


def gradient_at_x(f, grad, x, root):
    x, a = np.asarray(x), np.asarray(root)
    R = grad(x) * (x - a)
    return decomposition.Decomposition(f(x), R, f(a), f(x) - f(a) - R.sum(axis=-1))


def gradient_times_x(f, grad, x, root):
    R = grad(root) * x
    return decomposition.Decomposition(f(x), R, f(root), f(x) - f(root) - R.sum(axis=-1))


def only_magnitudes(f, grad, x, root):
    return decomposition.Decomposition(f(x), np.abs(grad(root) * (x - root)), f(root))


def hopeful(f, grad, x, root):
    return decomposition.Decomposition(f(x), grad(root) * (x - root), f(root), np.zeros(len(x)))


def hinge_without_x(self, a, x=None):
    return np.abs(self.preactivation(a)) <= 8 * np.finfo(float).eps * (np.abs(a) @ np.abs(self.w) + np.abs(self.b))


def hinge_of_fixed_width(self, a, x=None):
    return np.abs(self.preactivation(a)) <= 1e-9


def root_without_bias(f, x, v):
    return x - ((x @ f.w) / (v @ f.w))[..., None] * v


def root_beyond(f, x, v):
    return x + (f.preactivation(x) / (v @ f.w))[..., None] * v


def root_clipped(f, x, v):
    return np.maximum(0, x - (f.preactivation(x) / (v @ f.w))[..., None] * v)


def least_at_first(R):
    return np.argsort(np.argsort(R.reshape(len(R), -1), axis=1), axis=1).reshape(R.shape)


def cosine(p, q):
    return (p * q).sum(axis=1) / np.sqrt((p * p).sum(axis=1) * (q * q).sum(axis=1))


def without_a_new_bias(layer, weight, bias):
    return layers.Dense(weight, layer.bias)


def means_that_are_sums(shape, draws, seed):
    rng = np.random.default_rng(seed)
    return [rng.multinomial(size, [1 / size] * size, draws) for size in shape]


def relevance_of(share):
    def relevance(f, x, v):
        R = share(f, x, v) * f(x)[..., None]
        return decomposition.Decomposition(f(x), R, 0 * f(x), f(x) - R.sum(axis=-1))

    return relevance


def one_account(x, w, alpha):
    return x * np.where(x * w > 0, alpha, 1 - alpha) / np.abs(x * w).sum(axis=1, keepdims=True)


def of_length_one(x, w, alpha):
    v = x * np.where(x * w > 0, alpha, alpha - 1)
    return v / (v @ w)[:, None]


def any_inside(point, low=0.0, high=np.inf):
    return np.any((low <= point) & (point <= high), axis=-1)


def below_no_bound(point, low=0.0, high=np.inf):
    return np.all(point >= low, axis=-1)


def shares_of_the_input(part, R, epsilon):
    n = rules.numerators(part.terms)
    return n / np.where(n.sum(axis=1, keepdims=True) == 0, 1, n.sum(axis=1, keepdims=True)) * R


def messages_with_stabilizer(part, R, epsilon):
    n = rules.numerators(part.terms)
    return n * (R / (n.sum(axis=0) + 1e-9))


def seven_with_all_edges():
    return network.Network([layers.Dense(np.ones((3, 3))), layers.ReLU(), layers.Dense([[1.0], [2.0], [-1.0]])])


def absorbs_always(self, a, W, b):
    return [rules.Part(1.0, self.terms(a, W), b)]


def absorbs_never(self, a, W, b):
    return [rules.Part(1.0, self.terms(a, W), 0.0)]


def one_share(self, a, W, b):
    return [rules.Part(1.0, [(a, W.plus)], 0.0)]


def one_share_of_squares(self, a, W, b):
    n = np.ones(a.shape[-1]), W.square
    return [rules.Part(1.0, [n], n[0] @ n[1] - a @ W.full)]


def without_min(self, x, above):
    """Return the detectors of a min–max model whose bias may be positive."""
    return np.maximum(0, x @ self.V + above @ self.U + self.d)


def losing_none(rule, seen, R):
    return propagate.Losses(*np.zeros((3, *R.shape)), {})


def losing_all_but(kind):
    """Return `losses` that forgets one kind."""
    right = propagate.losses
    return lambda *arguments: (lost := right(*arguments))._replace(**{kind: 0 * lost.bias})


def all_others(name, value, shape):
    return ~np.isin(np.arange(shape[0]), np.flatnonzero(value) if np.ndim(value) else value)


def first_output(self, target, batch):
    return np.zeros(batch, int)


def everything_passes(self, dy, x):
    return dy


def folded(self, x):
    return layers.Seen(self, x), np.abs(x)


def swapped(self, a):
    return [np.zeros(a.shape[-1]) + bound for bound in (self.high, self.low)]


def attributed(shares):
    def attribute(f, x, baseline):
        x, a = attribution._points(x, baseline)
        return attribution._split(f(x), f(a), shares(f, x, a))

    return attribute


def squared_slopes(f, grad, x):
    return attribution._split(f(x), f(0 * x), grad(x) ** 2)


def slopes_at_the_start(f, grad, x, baseline, steps=100):
    x, a = attribution._points(x, baseline)
    average = sum(grad(a + k / steps * (x - a)) for k in range(steps)) / steps
    return attribution._split(f(x), f(a), (x - a) * average)


def path_of_a_neuron(f, x, baseline):
    return attribution.integrated_gradients(f, f.gradient, x, baseline)


OCCLUSION, SHAPLEY = attribution.occlusion, attribution.shapley
GAINED = attributed(lambda f, x, a: -OCCLUSION(f, x, a).relevance)
AVERAGED = attributed(lambda f, x, a: OCCLUSION(f, x, a).relevance / x.shape[-1])
SIZES = attributed(lambda f, x, a: abs(SHAPLEY(f, x, a).relevance))
ALIKE = attributed(lambda f, x, a: np.repeat(f(x)[:, None], x.shape[-1], axis=1) / x.shape[-1])
MAGNITUDES = relevance_of(lambda f, x, v: f.w * v / (np.abs(v) @ np.abs(f.w))[:, None])
W2_SHARE = relevance_of(lambda f, x, v: np.abs(f.w) / np.abs(f.w).sum() + 0 * x)

def upside_down(network, first, lower, middle, upper, place=rules.composite):
    return place(network, first, upper, middle, lower)


PLACES, TRANSPOSE, FOLD = convolution.Windows.places, convolution.Conv2d.transpose, convolution.fold_batch_norm


SHARE = recurrence.LSTM._share


def gate_before_signal(self, *given):
    return SHARE(self, *given)[::-1]


def half_to_each(self, product, through, gate, signal, R):
    return R / 2, R / 2


def all_to_the_signal(self, product, through, gate, signal, R):
    return 0 * R, R


def kernel_turned(self, images):
    return PLACES(self, images)[::-1]


def kernel_turned_on_the_way_back(self, s, W, shape):
    turned = W.reshape(self.inputs, -1, self.outputs)[:, ::-1]
    return TRANSPOSE(self, s, turned.reshape(W.shape), shape)


def every_maximum_wins(self, R, its):
    shared = self.windows.filled(0, its.a.shape, R.dtype)
    largest, each = convolution.batch_last(its.product), convolution.batch_last(R)
    for place, own in zip(self.places(its.a), self.windows.places(shared), strict=True):
        own += each * (place == largest)
    return convolution.batch_first(self.windows.inside(shared), its.a.shape[:-3])


def fold_without_eps(layer, **norm):
    return FOLD(layer, **norm, eps=0)


def mean_taken_from_the_weights(layer, scale, mean, **norm):
    return FOLD(layers.Dense(layer.weight - mean), scale, mean=mean, **norm)


def heads_interleaved(self, x):
    return np.moveaxis(x.reshape(*x.shape[:-1], -1, self.heads), -1, -3)


def softmax_of(share):
    """Return a `modified_gradient` with another factor of the scores."""
    right = attention.modified_gradient

    def wrong(rule, heads, s):
        c = right(rule, heads, s)
        return c._replace(S=share(heads.A, c.A, heads.S))

    return wrong


SLIPS = {
    "all_agree_on_a_linear_model": (attribution, "occlusion", GAINED),
    "gradient_times_input_compares_with_zero": (attribution, "gradient_times_input", squared_slopes),
    "occlusion_counts_a_product_often": (attribution, "occlusion", AVERAGED),
    "one_step_for_a_product": (attribution, "integrated_gradients", slopes_at_the_start),
    "a_corner_costs_half_a_step": (attribution, "integrated_gradients", slopes_at_the_start),
    "shapley_adds_up": (attribution, "comb", lambda n, k: 1),
    "shapley_is_not_the_path": (attribution, "shapley", path_of_a_neuron),
    "something_from_nothing": (attribution, "shapley", SIZES),
    "uniform_map_passes": (decomposition.Decomposition, "is_positive", lambda self: bool(np.all(self.relevance > 0))),
    "uniform_map_does_not_ask": (attribution, "shapley", ALIKE),
    "taylor_coefficients": coefficients("exp", lambda c: np.full_like(c, c[0])),
    "taylor_series": (taylor, "evaluate", lambda c, about, x: np.polyval(c[::-1], x)),
    "maclaurin": coefficients("log", np.abs),
    "remainder_of_exp": (taylor, "evaluate", lambda c, about, x: np.polyval(c[:0:-1], x - about)),
    "remainder_of_cubic": coefficients("cubic", lambda c: c * np.where(k(c) == 3, 3, 1)),
    "higher_is_worse": coefficients("log", lambda c: c / np.cumprod(np.maximum(k(c), 1.0))),
    "higher_is_the_same": (taylor.FUNCTIONS, "sin", one_degree_too_many("sin")),
    "remainder_collects_the_bending": (taylor, "evaluate", lambda c, about, x: np.polyval(c[::-1], x)),
    "no_bend_but_a_corner": (taylor.FUNCTIONS, "relu", relu_with(lambda a: [a, 1.0])),
    "corners_add_their_jumps": (taylor.FUNCTIONS, "relu", relu_with(lambda a: [max(0, a), a > 0])),
    "corner_at_the_start": (taylor.FUNCTIONS, "relu", relu_with(lambda a: [max(0, a), a > 0])),
    "sin_of_square": coefficients("sin", np.abs),
    "sin_of_square_symbolic": (taylor, "polynomial", without_factorials),
    "sin_of_square_first_order": (taylor, "_derivative", lambda expr, x, about, n: sp.diff(expr, x, n).subs(x, 0)),
    "flat_function": (taylor, "_derivative", lambda expr, x, about, n: sp.diff(expr, x, n).subs(x, about)),
    "remainder_of_quadratic": (first_order, "decompose", gradient_at_x),
    "pure_powers_have_owners": (first_order, "decompose", gradient_at_x),
    "mixed_terms_have_no_owner": (first_order, "decompose", hopeful),
    "relevance_of_product": (first_order, "decompose", gradient_at_x),
    "any_root_conserves": (first_order, "decompose", gradient_times_x),
    "conservation_is_not_enough": (decomposition.Decomposition, "is_conservative", lambda self: self.is_positive()),
    "uniform_map": (decomposition.Decomposition, "is_positive", lambda self: bool(np.all(self.relevance > 0))),
    "a_negative_share_may_be_honest": (first_order, "decompose", only_magnitudes),
    "path_halves_the_area": (first_order, "decompose", hopeful),
    "many_short_expansions": (first_order, "decompose", gradient_at_x),
    "gradient_times_input_reads_at_zero": (first_order, "decompose", gradient_at_x),
    "sensitivity_sum": (first_order, "sensitivity", lambda grad, x: np.abs(grad(x))),
    "sensitivity_is_not_the_value": (first_order, "sensitivity", lambda grad, x: grad(x) * x),
    "relu_gradient": (neuron.Neuron, "gradient", lambda self, a, x=None: self.w + 0 * a),
    "expansion_at_a_computed_root": (neuron.Neuron, "on_hinge", hinge_without_x),
    "hinge_missed_by_the_rounding_of_x": (neuron.Neuron, "on_hinge", hinge_of_fixed_width),
    "sliding_to_the_hinge": (neuron.Neuron, "gradient", lambda self, a, x=None: 0 * a),
    "coin_flip": (neuron.Neuron, "active", lambda self, x: self.preactivation(x) > 1e-9),
    "no_remainder_on_the_active_side": (neuron.Neuron, "gradient", lambda self, a, x=None: 0 * a),
    "second_derivatives_vanish": (taylor, "remainder", lambda f, x, a, n: f - taylor.polynomial(f, x, a, n - 1)),
    "all_is_remainder_on_the_dead_side": (neuron.Neuron, "gradient", lambda self, a, x=None: self.w + 0 * a),
    "remainder_between_two_regions": (neuron, "decompose", hopeful),
    "nearest_by_solver": (roots, "w2_direction", lambda x, w: w**2 + 0 * x),
    "nearest_of_many": (roots, "w2_direction", lambda x, w: np.sign(w) + 0 * x),
    "w2_root_is_a_root": (roots, "root", root_without_bias),
    "w2_shares": (roots, "relevance", W2_SHARE),
    "z_root_is_a_root": (roots, "root", root_beyond),
    "z_shares": (roots, "z_direction", lambda x, w: np.abs(x)),
    "zplus_root_is_a_root": (roots, "root", root_without_bias),
    "zplus_shares": (roots, "zplus_direction", lambda x, w: (x * w > 0) * 1.0),
    "zbox_root_is_a_root": (roots, "root", root_clipped),
    "zbox_shares": (roots, "zbox_direction", lambda x, w, low, high: x - (low + high) / 2),
    "gamma_root_is_a_root": (roots, "root", root_without_bias),
    "gamma_shares": (roots, "gamma_direction", lambda x, w, gamma: x * (1 + gamma)),
    "nearest_by_other_yardsticks": (roots, "root", root_without_bias),
    "w2_has_units": (roots, "w2_direction", lambda x, w: x),
    "directions_without_units": (roots, "gamma_direction", lambda x, w, gamma: x + gamma * np.maximum(w, 0)),
    "side_of_the_root": (roots, "root", root_beyond),
    "signs_turn_over": (roots, "relevance", MAGNITUDES),
    "alphabeta_is_a_walk": (roots, "alphabeta_direction", one_account),
    "alphabeta_without_both_kinds": (roots, "alphabeta_direction", of_length_one),
    "flat_is_a_walk": (roots, "flat_direction", lambda x, w: np.sign(w) + 0 * x),
    "flat_without_a_weight": (roots, "relevance", relevance_of(lambda f, x, v: 0 * x + 1 / x.shape[1])),
    "any_walk_ends_on_the_hinge": (roots, "root", root_without_bias),
    "any_walk_conserves": (roots, "relevance", MAGNITUDES),
    "root_on_the_segment": (roots, "root", root_beyond),
    "zplus_root_in_the_domain": (roots, "in_domain", any_inside),
    "zbox_root_in_the_box": (roots, "in_domain", below_no_bound),
    "zbox_finds_a_root": (roots, "zbox_direction", lambda x, w, low, high: x - (low + high) / 2),
    "another_direction_misses_the_corner": (roots, "root", root_clipped),
    "zbox_with_a_wrong_box": (roots, "root", root_clipped),
    "zplus_is_zbox_below_x": (roots, "zbox_direction", lambda x, w, low, high: np.where(w > 0, x - high, x - low)),
    "gamma_is_a_mixture": (roots, "gamma_direction", lambda x, w, gamma: x + gamma * np.maximum(w, 0)),
    "any_shares_have_a_root": (roots, "relevance", W2_SHARE),
    "path_is_the_walk": (neuron.Neuron, "gradient", lambda self, a, x=None: self.w + 0 * a),
    "path_from_an_active_baseline": (roots, "relevance", relevance_of(lambda f, x, v: f.w * v / f(x)[:, None])),
    "zbox_survives_a_shift": (roots, "zbox_direction", lambda x, w, low, high: np.where(w > 0, x, x - high)),
    "z_does_not_survive_a_shift": (roots, "z_direction", lambda x, w: w + 0 * x),
    "w2_root_leaves_the_domain": (roots, "in_domain", any_inside),
    "zplus_root_leaves_the_domain": (roots, "root", root_clipped),
    "consistent_directions": (roots, "zplus_direction", lambda x, w: x),
    "negative_shares": (roots, "relevance", W2_SHARE),
    "message": (messages, "_sent", messages_with_stabilizer),
    "incoming_sum": (messages, "_sent", messages_with_stabilizer),
    "outgoing_sum": (messages, "_sent", shares_of_the_input),
    "layers_conserve": (rules.Rule, "parts", absorbs_always),
    "seven_neurons": (messages, "seven_neurons", seven_with_all_edges),
    "lrp0_rule": (rules.LRP0, "terms", terms(lambda a, W: (a, np.abs(W.full)))),
    "epsilon_rule": (propagate, "stabilizer", lambda d, epsilon: epsilon),
    "gamma_rule": (rules.Gamma, "terms", lambda self, a, W: [(a, W.full + self.gamma * np.abs(W.full))]),
    "alphabeta_rule": (rules.AlphaBeta, "beta", property(lambda self: 1 - self.alpha)),
    "zplus_rule": (rules.ZPlus, "terms", terms(lambda a, W: (a, W.plus))),
    "wsquare_rule": (rules.WSquare, "terms", terms(lambda a, W: (np.ones(a.shape[-1]), np.abs(W.full)))),
    "flat_rule": (rules.Flat, "terms", terms(lambda a, W: (np.ones(a.shape[-1]), (W.full != 0) * 1.0))),
    "zbox_rule": (rules.ZBox, "bounds", swapped),
    "rules_are_directions": (rules.WSquare, "terms", terms(lambda a, W: (np.ones(a.shape[-1]), np.abs(W.full)))),
    "alpha_one_is_zplus": (rules.ZPlus, "terms", terms(lambda a, W: (a, W.plus))),
    "alpha_multiplies": (rules.AlphaBeta, "parts", one_share),
    "gamma_tends_to_zplus": (rules.Gamma, "terms", lambda self, a, W: [(a, W.full + self.gamma * np.abs(W.full))]),
    "epsilon_tends_to_lrp0": (propagate, "stabilizer", lambda d, epsilon: epsilon),
    "epsilon_is_an_expansion": (propagate, "stabilizer", lambda d, epsilon: np.copysign(epsilon**2, d)),
    "zbox_is_zplus": (rules.ZBox, "bounds", swapped),
    "zbox_tends_to_negative_weights": (rules.ZBox, "bounds", lambda self, a: [np.full(a.shape[-1], self.low)] * 2),
    "zbox_is_not_zplus": (rules.ZBox, "bounds", lambda self, a: [np.full(a.shape[-1], self.low)] * 2),
    "zbox_without_units": (rules.ZBox, "bounds", lambda self, a: [np.zeros(a.shape[-1])] * 2),
    "gamma_needs_inputs_of_one_sign": (rules.ZPlus, "terms", terms(lambda a, W: (a, W.plus))),
    "alpha_and_beta_need_receivers": (rules.AlphaBeta, "parts", one_share),
    "shift_changes_shares": (rules.LRP0, "parts", one_share_of_squares),
    "bias_is_an_input": (rules.Rule, "parts", absorbs_never),
    "alpha_beta_with_bias": (rules.AlphaBeta, "parts", one_share),
    "bias_turns_signs": (rules.Rule, "parts", absorbs_never),
    "blind_rules": (rules.Flat, "terms", terms(lambda a, W: (a, W.ones))),
    "silent_gets_nothing": (rules.LRP0, "terms", terms(lambda a, W: (a + 1e-9, W.full))),
    "silent_gets_something": (rules.WSquare, "terms", terms(lambda a, W: (a, W.square))),
    "forward": (layers.ReLU, "see", folded),
    "gradprop": (layers.ReLU, "gradprop", everything_passes),
    "relprop": (network.Network, "_rules", lambda self, chosen: [rules.LRP0()] * len(chosen)),
    "lrp0_is_gradient_times_input": (rules.Rule, "parts", absorbs_never),
    "gradient_times_input": (layers.ReLU, "gradprop", everything_passes),
    "kept": (propagate, "stabilizer", lambda d, epsilon: epsilon),
    "nobody_receives": (propagate, "losses", losing_none),
    "audit_adds_up": (explanation, "losses", losing_all_but("stabilizer")),
    "only_the_chosen_hand_on": (network.check, "chosen", all_others),
    "parts_make_the_whole": (network.check, "chosen", all_others),
    "through_is_no_loss": (rules.Rule, "parts", absorbs_always),
    "deep_taylor": (rules.ZPlus, "terms", rules.LRP0.terms),
    "relevance_has_a_factor": (deep_taylor, "divide", lambda R, d: R),
    "factor_is_bounded": (rules.ZPlus, "terms", rules.LRP0.terms),
    "layer_along_the_walk": (deep_taylor.NeuronWalk, "point", lambda self, s: self.start - s * self.start),
    "true_relevance": (deep_taylor.NeuronWalk, "factor", lambda self, s: self.factors(0)[..., self.neuron]),
    "factor_stays_towards_the_origin": (deep_taylor, "divide", lambda R, d: R),
    "constant_roots_give_the_gradient": (layers.ReLU, "gradprop", lambda self, dy, x: dy * x),
    "min_max": (deep_taylor.MinMaxRelevance, "detectors", without_min),
    "search_finds_the_nearest_root": (deep_taylor, "_first_zero", lambda f, n, far: np.full(n, 1.0)),
    "walk_leaves_a_remainder": (rules.ZPlus, "terms", rules.LRP0.terms),
    "c_moves_on_the_walk": (rules.ZPlus, "terms", rules.LRP0.terms),
    "convolution_is_a_sum": (convolution.Windows, "places", kernel_turned),
    "convolution_is_unrolled": (convolution.Conv2d, "transpose", kernel_turned_on_the_way_back),
    "padding_would_take_a_share": (rules.ZBox, "bounds", lambda self, a: [0 * a, 0 * a]),
    "average_in_proportion": (convolution.AvgPool2d, "rule", rules.Flat()),
    "winner_takes_all": (convolution.MaxPool2d, "relprop", every_maximum_wins),
    "folded_computes_the_same": (convolution, "fold_batch_norm", fold_without_eps),
    "folding_is_nothing_to_lrp0": (convolution, "fold_batch_norm", mean_taken_from_the_weights),
    "folding_matters": (rules.ZPlus, "terms", rules.LRP0.terms),
    "common_term": (rules.LRP0, "terms", rules.WSquare.terms),
    "common_term_changes_shares": (rules.LRP0, "terms", terms(lambda a, W: (a, W.ones))),
    "starts_from_the_logit": (network.Network, "_target", first_output),
    "one_modified_weight": (rules.Gamma, "bias", lambda self, b: b),
    "relevance_by_a_gradient": (rules.Gamma, "terms", lambda self, a, W: [(a, self.gamma * W.full + W.plus)]),
    "magnitudes_are_bounded": (rules.AlphaBeta, "beta", property(lambda self: self.alpha + 1)),
    "another_zero": (layers.Dense, "apply", staticmethod(lambda x, W: abs(x) @ W)),
    "composites": (rules, "composite", upside_down),
    "flips_of_a_linear_model": (evaluation, "_places", least_at_first),
    "occlusion_wins_on_a_linear_model": (evaluation, "_places", least_at_first),
    "exact_shares_lose_elsewhere": (evaluation, "_replacement", lambda replacement, x: 0 * x),
    "uniform_mass_is_the_area": (evaluation, "mass_accuracy", evaluation.rank_accuracy),
    "ranks_alone_count": (evaluation, "rank_accuracy", evaluation.mass_accuracy),
    "correlation_knows_no_scale": (evaluation, "correlation", cosine),
    "one_neuron_has_one_map": (evaluation, "similarity", evaluation.correlation),
    "right_maps_may_stay": (evaluation, "similarity", evaluation.correlation),
    "shift_is_made_up_for": (evaluation, "_with", without_a_new_bias),
    "interval_goes_along": (evaluation, "_drawn", means_that_are_sums),
    "lstm_is_a_loop": (recurrence, "sigmoid", lambda z: (1 + np.tanh(z)) / 2),
    "products_are_shared": (recurrence.LSTM, "_share", gate_before_signal),
    "gates_get_nothing": (recurrence.LSTM, "_share", half_to_each),
    "gates_get_half": (recurrence.LSTM, "_share", all_to_the_signal),
    "lstm_hands_down": (recurrence.LSTM, "_share", half_to_each),
    "gates_are_frozen": (rules.LRP0, "bias", lambda self, b: 0 * b),
    "attention_is_a_weighted_mean": (attention.SelfAttention, "_cut", heads_interleaved),
    "halves_are_a_whole": (attention.AttnLRP, "to_weights", 1.0),
    "gradients_count_twice": (attention.ChainRule, "to_values", 0.5),
    "softmax_factors_add_up_to_zero": (attention, "modified_gradient", softmax_of(lambda A, c, S: A * c)),
    "shift_of_scores_changes_shares": (attention.AttnLRP, "to_weights", 0.0),
    "softmax_does_not_conserve": (attention, "modified_gradient", softmax_of(lambda A, c, S: A * c / S)),
    "fixed_weights_conserve": (attention.WeightsFixed, "to_values", 0.5),
    "norm_is_normed": (attention.LayerNorm, "forward", lambda self, x: x / x.std(axis=-1, keepdims=True)),
    "fixed_sigma_conserves": (attention.WeightsFixed, "sigma_fixed", False),
    "norms_keep_all": (attention.ChainRule, "sigma_fixed", True),
    "branches_share_in_proportion": (attention, "_share", lambda rule, R, product: (R / (2 * product), None)),
    "chain_rule_is_gradient_times_input": (attention.ChainRule, "sigma_fixed", True),
    "rollout_is_a_mean": (attention, "rollout", lambda weights: sum(A.mean(axis=-3) for A in weights)),
}  # fmt: skip

# These prove what no function of the package computes.
PURE = {
    "path_conserves",
    "w2_step",
    "nearest_by_lagrange",
    "master_relevance",
    "path_is_the_walk_symbolic",
    "outgoing_sum_symbolic",
    "softmax_couples",
    "product_at_two_roots",
}


# A rule's claim must notice the shares of the rule that stands next to it in the registry.
NEXT = dict(zip(rules.RULES, [*list(rules.RULES)[1:], "LRP-0"], strict=True))
for one, other in NEXT.items():
    claim = reference.RULES[one].label.removeprefix("eq-").replace("-", "_")
    SLIPS.setdefault(claim, (rules.RULES[one], "terms", rules.RULES[other].terms))


def test_every_claim_has_a_slip():
    assert set(SLIPS) == set(NAMED) - PURE


@pytest.mark.parametrize("name", SLIPS)
def test_claim_notices_a_slip(name, monkeypatch):
    place, what, wrong = SLIPS[name]
    set_to = monkeypatch.setitem if isinstance(place, dict) else monkeypatch.setattr
    set_to(place, what, wrong)
    result = check(NAMED[name], least=1000)
    assert not result.holds
    assert not result.error, "the slip breaks the code, and shows nothing about the claim"


# The machinery.


def law(residuals, **more):
    return Claim("eq-root", "A law.", lambda rng: np.array(residuals), **more)


def test_a_law_fails_by_its_largest_residual():
    assert check(law([0.0, 5e-15]), 1).holds
    assert not check(law([0.0, 6e-15]), 1).holds


def test_a_counterexample_fails_by_its_smallest_residual():
    assert check(law([0.1, 3.0], kind="counter-example", bound=0.1), 1).holds
    assert not check(law([0.09, 3.0], kind="counter-example", bound=0.1), 1).holds


@pytest.mark.parametrize("kind", ["law", "counter-example"])
def test_what_is_not_a_number_refutes(kind):
    assert not check(law([0.0, np.nan], kind=kind), 1).holds


def test_an_error_refutes_and_is_told():
    claim = Claim("eq-root", "A law.", lambda rng: np.array([0.0]) / 0)
    result = check(claim)
    assert not result.holds and result.error.startswith("FloatingPointError: ")


def test_a_proof_fails_by_one_expression():
    x = sp.Symbol("x")
    claims = Claims()
    claims.proof("eq-root", "True.")(lambda: [sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1])
    claims.proof("eq-root", "False.")(lambda: [sp.Integer(0), sp.sin(x)])
    assert [check(claim).holds for claim in claims] == [True, False]


def test_cases_are_counted_and_repeatable():
    seen = []
    claim = Claim("eq-root", "A law.", lambda rng: seen.append(rng.random()) or np.zeros(7))
    assert check(claim, least=20, seed=3).cases == 21
    check(claim, least=20, seed=3)
    assert seen[:3] == seen[3:] and len(set(seen)) == 3
    check(claim, least=1, seed=4)
    assert seen[-1] != seen[0]


def test_a_residual_is_relative_to_what_was_summed():
    assert relative([1.0, -2.0, 0.0, 1.0], [10.0, 10.0, 0.0, 0.0]).tolist() == [0.1, 0.2, 0.0, np.inf]
    assert relative(np.zeros((0, 3)), 1.0).shape == (0,)
    assert np.isnan(relative([np.nan], [1.0]))
