"""The numbers that the text and the solutions of ``convolutions`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu.explorables import CanvasFigure


def median(values, digits=2):
    return round(float(np.median(values)), digits)

# The frame, whatever a patch holds: the pixels next to the border get most, and a patch with no pixel has no receiver.
flat = Network([Conv2d(np.ones((1, 1, 3, 3)), padding=1)])
flat.forward(np.ones((1, 5, 5)))
spread = flat.relprop(np.ones((1, 5, 5)), RULES["flat"]())[0]
assert np.allclose([spread.max(), spread.min(), 1], [spread[1, 1], spread[0, 0], spread[2, 2]]) and spread[1, 1] > 1.3
alone = Network([Conv2d([[[[1.0]]]], [1.0], padding=1), Flatten()])
assert alone.explain(np.ones((1, 1, 1)), 0).audit().rows[0].no_receiver == 1

# Poolings: how many blocks have several winners, and what passes through them.
active = np.maximum(0, reader.layers[0].forward(two.images))
pooled = reader.layers[2].forward(active)
blocks = active.reshape(-1, 12, 8, 2, 10, 2)
winners = (blocks == pooled[:, :, :, None, :, None]).sum(axis=(3, 5))
tied = (winners > 1) & (pooled > 0)
magnitudes = np.abs(Network(reader.layers[3:]).explain(pooled, two.labels[:, 0], rules[1:]).relevance)
assert round((pooled > 0).mean(), 2) == 0.48 and round(tied.sum() / (pooled > 0).sum(), 2) == 0.38
assert round(magnitudes[tied].sum() / magnitudes.sum(), 2) == 0.09

# Poolings: with the last winner in place of the first, by a network that sees all upside down.
def turned(kernel):
    return kernel[..., ::-1, ::-1]

layers = [
    Conv2d(turned(layer.weight), layer.bias, padding=layer.windows.padding) if isinstance(layer, Conv2d) else layer
    for layer in reader.layers[:-1]
]
last = reader.layers[-1].weight.reshape(32, 1, 2, 10)[:, :, ::-1].reshape(64, 10)
upside = Network([*layers, Dense(last)])
asked_first = two.labels[:, 0]
assert np.allclose(upside.forward(turned(two.images)), reader.forward(two.images))
first_wins = reader.explain(two.images, asked_first, rules).relevance
last_wins = turned(upside.explain(turned(two.images), asked_first, rules).relevance)
assert median(correlation(first_wins, last_wins)) == 0.99
assert abs(median(inside(first_wins, two.masks[:, 0])) - median(inside(last_wins, two.masks[:, 0]))) < 0.015

# Batch norm: folded and apart, on paper.
below, at = Dense([[2.0], [-1.0]]), np.array([1.0, 1.0])
folded = fold_batch_norm(below, scale=[-1.0], shift=[0.0], mean=[3.0], variance=[1.0], eps=0)
assert (below.forward(at), folded.weight.ravel().tolist(), folded.bias) == (1, [-2, 1], 3)
for rule, own_shares, apart_shares in ((ZPlus(), [0, 2], [2, 0]), (LRP0(), [4, -2], [4, -2])):
    e = Network([folded]).explain(at, rules=rule)
    assert e.value == 2 and e.relevance.tolist() == own_shares
    e = Network([below, Dense([[-1.0]], [3.0])]).explain(at, rules=[rule, LRP0()])
    assert e.value == 2 and e.relevance.tolist() == apart_shares

# Batch norm: other halves, two images, and how the magnitudes grow.
own, five = [ZBox(), g, g, LRP0()], [ZBox(), g, LRP0(), g, LRP0()]
before = reader.explain(some, two.labels[:100, 0], own).relevance
value = reader.explain(some, two.labels[:100, 0], own).value
assert abs(median(correlation(before[1:], before[:-1]))) < 0.03
rng = np.random.default_rng(1)
for signs in (half, -half, rng.permutation(half)):
    unfolded = with_norm(signs * rng.uniform(0.5, 2, 24), rng)[1].explain(some, two.labels[:100, 0], five).relevance
    assert 0.4 < median(correlation(before, unfolded)) < 0.6
    if signs is half:
        assert [median(np.abs(m).sum(axis=(1, 2, 3)) / np.abs(value), 1) for m in (before, unfolded)] == [2.4, 9.8]
for seed in (1, 2):
    rng, biased = np.random.default_rng(seed), LRP0(absorb_bias=True)
    net = with_norm(rng.uniform(0.5, 2, 24), rng)[1]
    unfolded = net.explain(some, two.labels[:100, 0], [ZBox(), biased, LRP0(), biased, LRP0()]).relevance
    before = reader.explain(some, two.labels[:100, 0], [ZBox(), biased, biased, LRP0()]).relevance
    assert 0.3 < median(correlation(before, unfolded)) < 0.5

# Where the relevance lies, and the same with other canvases.
names = list(heatmaps)
shares = {name: [median(inside(heatmaps[name], where)) for where in (right, wrong)] for name in names}
assert [shares[name] for name in names] == [
    [0.81, 0.05], [0.76, 0.10], [0.68, 0.10], [0.62, 0.15], [0.74, 0.08], [0.49, 0.27],
    [0.51, 0.17], [0.79, 0.21], [0.83, 0.17], [0.91, 0.04], [0.50, 0.50], [0.20, 0.20],
]  # fmt: skip
for name in ("gradient × ink", "integrated gradients"):
    assert np.allclose(inside(heatmaps[name], right) + inside(heatmaps[name], wrong), 1)
mine = heatmaps[names[0]]
assert median(inside(-mine, wrong)) == 0.49
blank_other, blank_own = (
    np.take_along_axis(reader.forward(np.where(where, -1, both)), asked_both[:, None], axis=1)[:, 0]
    for asked_both in [two.labels.ravel()[found]] for where in (wrong, right)
)  # fmt: skip
assert round((blank_other > f).mean(), 2) == 0.78 and median(blank_own, 1) == -9.5
assert (median(f, 1), median(blank_other, 1)) == (10.6, 11.8)

again = draw_canvases(100, count=2, seed=99)
found_again = []
for name in names[:6]:
    e = reader.explain(again.images, again.labels[:, 0], choices[name])
    sure = e.value > 0
    found_again.append(np.median(inside(e.relevance[sure], again.masks[sure, 0])))
composite, pixels, gamma, zero_all, plus_below, plus_all = found_again
assert composite > pixels > gamma > zero_all + 0.03 > plus_all + 0.1 and plus_below > plus_all + 0.2

# The exercises: the border, the digits side by side, the contrast.
row = Conv2d(np.ones((1, 1, 1, 3)))
framed_row = Conv2d(np.ones((1, 1, 1, 3)), padding=(0, 1))
for conv, expected in ((row, [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]), (framed_row, [5 / 6, 7 / 6, 1, 7 / 6, 5 / 6])):
    net = Network([conv])
    given = np.ones_like(net.forward(np.ones((1, 1, 5))))
    assert np.allclose(net.relprop(given, RULES["flat"]()), expected)

def side_by_side(one, other, **rules):
    places = dict(zip(("row", "column", "other_row", "other_column"), (*one, *other), strict=True))
    seen = [CanvasFigure(one="3", other="7", target=digit, **places, **rules).numbers() for digit in "37"]
    return [(round(n["f"], 1), round(n["inside"], 2), round(n["outside"], 2)) for n in seen]

def insides(*places, **rules):
    return [share for _, share, _ in side_by_side(*places, **rules)]

assert insides((0, 0), (8, 12)) == [0.74, 0.87]
assert insides((4, 2), (4, 10)) == [0.76, 0.71] and insides((4, 2), (4, 8)) == [0.72, 0.81]
assert [side_by_side((4, c), (4, d))[1][0] for c, d in ((1, 9), (0, 12))] == [0.8, 4.3]
assert side_by_side((0, 0), (8, 12), upper="zplus", hidden="zplus")[0][1:] == (0.34, 0.34)
three = [reader.forward(CanvasFigure(one="3", other="none", row=r, column=c).canvas)[3] for r, c in np.ndindex(9, 13)]
assert 5 < min(three) < 5.5 and 16.5 < max(three) < 17

outside = ~two.masks.any(axis=1)
single = reader.explain(two.images, first, rules).relevance
assert [median(inside(R, where)) for where in (two.masks[:, 1], outside)] == [0.07, 0.17]
assert [median(inside(single, where)) for where in (two.masks[:, 0], outside)] == [0.81, 0.12]

# Concepts: the small example, and what the text says of the maps.
small = Network([Dense([[1.0, 0.0], [2.0, 1.0]]), Dense([[1.0], [4.0]])])
parts = [small.explain([-1.0, 1.0], through={1: k}).relevance.tolist() for k in (0, 1)]
assert parts == [[-1, 2], [0, 4]] and small.explain([-1.0, 1.0]).relevance.tolist() == [-1, 6]
one_maps, zero_maps = (of_maps(reader.explain(canvas, c, rules)) for c in pair)
assert round(reader.explain(canvas, pair[0], rules).value.item(), 2) == 14.01
ranked = np.sort(one_maps)
assert [round(float(part.sum()), 2) for part in (ranked[-3:], ranked[:-3])] == [17.29, -3.28]
assert all(16 in np.argsort(-maps)[:3] and maps[16] > 2.5 for maps in (one_maps, zero_maps))
assert reader.sharing[2] is reader.layers[6]
for c, own in zip(pair, two.masks[5], strict=True):
    shares = {k: inside(heat[None], own)[0] for k, heat in through[c].items()}
    assert {k for k, share in shares.items() if share < 0.8} == ({16} if c == pair[1] else set())
assert round(inside(through[pair[1]][16][None], two.masks[5, 0])[0], 2) == 0.63
assert round(inside(through[pair[1]]["all"][None], two.masks[5, 0])[0], 2) == 0.03
of_all = measured["z^B, γ, γ, LRP-0"]
assert round(np.median((drop * of_all).sum(axis=1) / (of_all**2).sum(axis=1)), 1) == 1.4
