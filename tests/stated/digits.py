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

def goes(name):
    return np.array([fit(candidates[name], way) for way in changes])

composite, simple, product = map(goes, ("z^B, γ, LRP-0", "LRP-0 on every layer", "gradient × input"))
assert ((simple > composite).mean(axis=1) >= 0.83).all()
fixed, twin, stranger = map(goes, ("x × mean gradient", "image of this digit", "image of any digit"))
assert (np.median(fixed, axis=1) > np.median(composite, axis=1)).all()
assert (np.median(composite, axis=1) > np.median(np.maximum(twin, stranger), axis=1)).all()
assert ((product > composite).mean(axis=1) >= 0.83).all()
assert np.median(correlation(candidates["LRP-0 on every layer"], candidates["gradient × input"])).round(2) == 1
here = list(held_out).index(599)
assert composite[2, here].round(2) == 0.45 and composite[2].argmin() == here
assert (np.median(goes("x × mean ink"), axis=1) < np.median(composite, axis=1)).all()
trained.forward(X)
of_3 = trained.gradprop(T), trained.explain(X, labels, rules).relevance
assert [[effective_pixels(m), effective_pixels(m**2)] for m in of_3] == [[37, 17], [46, 24]]
# The 3 that the landing page opens with has no blue.
opened = DigitFigure().explanation()
assert opened.relevance.min() > 0
dropped = np.where(picture == -1, logits[3] - trained.forward(single)[:, 3], 0)
assert np.argsort(-dropped)[:2].tolist() == [43, 33] and dropped[33].round(2) == 1.65
assert trained.explain(picture, 3, rules).relevance[33].round(2) == 0.06

# The empty sheet, and the maps of the classes.
empty = np.sort(trained.forward(-np.ones(64)))
assert trained.forward(-np.ones(64)).argmax() == 1 and empty[-1].round(2) == 2.60 and empty[-2] < 0
of = [trained.explain(picture, c, rules) for c in range(10)]
per_logit = np.stack([e.relevance / e.value for e in of])
assert correlation(per_logit[3], per_logit[[4, 6]]).round(2).tolist() == [0.78, 0.79] and (logits[[4, 6]] < 0).all()
M, (one, other) = patterns(rules, 0), np.triu_indices(10, 1)
alike, asked = correlation(M[one], M[other]), (one[:, None] == top) | (other[:, None] == top)
assert np.quantile(alike[asked], [0.25, 0.5, 0.75]).round(2).tolist() == [0.16, 0.44, 0.66]
second_best = trained.forward(X).argsort(axis=1)[:, -2]
alike = correlation(M[top, np.arange(len(X))], M[second_best, np.arange(len(X))])
assert np.quantile(alike, [0.25, 0.5, 0.75]).round(2).tolist() == [-0.15, 0.06, 0.26]

# By pixels from 0 to 2 the composite beats LRP-0 in all tests, the other two in two.
def middle(name, way):
    return np.median(fit(recoded[name], way))

assert middle("z^B, γ, LRP-0", "erase") > middle("LRP-0 on every layer", "erase")
assert min(middle(name, "erase") for name in list(recoded)[2:]) > middle("z^B, γ, LRP-0", "erase")
for name in list(recoded)[1:]:
    assert not recoded[name][X == -1].any() and middle(name, "x → −x") < middle("z^B, γ, LRP-0", "x → −x")
