"""The numbers that the text and the solutions of ``convolutions`` state, in the names of its cells."""
# ruff: noqa: F821

# The weights of the first layer, and what they would be unrolled.
assert reader.layers[0].weight.size == 108 and 12 * 320 * 320 > 1_000_000
assert sum(layer.weight.size + layer.bias.size for layer in reader.weighted) - 10 == 15_696

# Where the relevance lies, and the same with other canvases.
def medians(names, where):
    return [round(float(np.median(inside(maps[name], where))), 2) for name in names]

composite, plus, zero, product, ink = list(maps)[:5]
assert medians((composite, plus, zero, product, ink), right) == [0.81, 0.49, 0.62, 0.51, 0.79]
assert medians((composite, plus, zero, product, ink), wrong) == [0.05, 0.27, 0.15, 0.17, 0.21]
assert np.allclose(inside(maps[ink], right) + inside(maps[ink], wrong), 1)
sides = ((R, two.masks[:, 0]), (-R, two.masks[:, 1]))
assert [round(float(np.median(inside(m, w))), 2) for m, w in sides] == [0.75, 0.75]

again = draw_canvases(100, count=2, seed=99)
sum_of = []
for choice in (choices[composite], choices[zero], choices[plus]):
    e = reader.explain(again.images, again.labels[:, 0], choice)
    sure = e.value > 0
    sum_of.append(np.median(inside(e.relevance[sure], again.masks[sure, 0])))
assert sum_of[0] > sum_of[1] + 0.1 > sum_of[2] + 0.15

# Exercise on the border.
row = Conv2d(np.ones((1, 1, 1, 3)))
framed_row = Conv2d(np.ones((1, 1, 1, 3)), padding=(0, 1))
for conv, expected in ((row, [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]), (framed_row, [5 / 6, 7 / 6, 1, 7 / 6, 5 / 6])):
    net = Network([conv])
    given = np.ones_like(net.forward(np.ones((1, 1, 5))))
    assert np.allclose(net.relprop(given, RULES["flat"]()), expected)
