"""The numbers that the text and the solutions of ``digits`` state, in the names of its cells."""
# ruff: noqa: F821

why_not_2 = contrast(trained)
assert why_not_2.argmax() == 43 == strongest[0] and strongest[1] == 27
assert trained.explain(picture, 2, rules).relevance[43] < 0 < trained.explain(picture, 3, rules).relevance[43]
single = np.repeat(picture[None], 64, axis=0)
np.fill_diagonal(single, 1.0)
read = trained.forward(single).argmax(axis=1)
assert np.flatnonzero(read[picture == -1] != 3).size == 1 and read[43] == 2
assert np.round(logits[3] - trained.forward(single)[43, 3], 1) == 2.1
assert digits.images[digits.labels == 2][:, 43].mean() > 0.3
def medians(rule):
    def pattern(net):
        e = net.explain(X, top, [ZBox(), rule, rule])
        return e.relevance / e.value[:, None]

    whole = pattern(trained)
    weights = [np.random.default_rng(k).permutation(third.weight.ravel()).reshape(32, 10) for k in range(5)]
    maps = [pattern(Network([*trained.layers[:-1], Dense(W)])) for W in weights] + [np.roll(whole, 1, axis=0)]
    return [np.median(correlation(whole, m)).round(2) for m in maps]

*shuffles, images = medians(ZPlus())
assert min(shuffles) == 0.97 and max(shuffles) == 0.98 and images == 0.56, (shuffles, images)
*shuffles, images = medians(LRP0())
assert min(shuffles) == 0.32 and max(shuffles) == 0.49 and images == 0.21, (shuffles, images)
