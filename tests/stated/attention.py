"""The numbers that the text and the solutions of ``attention`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu.explorables import TokensFigure


def relevance(text, way, target=None):
    return transformer.explain(read(text), target, ways[way]).relevance.sum(axis=1)


# The opening and its audits: what the softmax took and added, and what the last norm left.
assert write([transformer.forward(ours).argmax()]) == "E" and write(ours) == "BCFADBECAFDB"
rows = transformer.explain(ours, rules=AttnLRP()).audit().rows
softmax = [row.others.get("softmax", 0) for row in rows]
assert [round(amount, 2) for amount in softmax] == [0, 0, 0, 3.14, 0, -0.75] and round(rows[0].incoming, 2) == 9.45
rows = transformer.explain(ours, rules=ChainRule()).audit().rows
assert round(rows[1].outgoing, 6) == 0.000007 and round(rows[-1].outgoing, 2) == -0.43
clue = {name: relevance("BCFADBECAFDB", name)[5] for name in ways}
assert round(clue["AttnLRP"], 2) == -0.79 and round(clue["weights fixed"], 2) == -2.65

# By chance one letter in six is right; each network reads 100 %, to the digits shown.
assert min((t.forward(many.tokens).argmax(axis=1) == many.answers).mean() for t in networks) >= 0.9995

# The table: what the text says of it.
def mean(name, part):
    return round(float(shares[name][part].mean()), 2)

assert [mean(name, "answer") for name in shares] == [0.69, 0.76, 0.45, 0.29, 0.35, 0.65, 0.26, 0.08]
assert [mean(name, "three") for name in ("AttnLRP", "weights fixed", "another letter", "attention, block 2")] == [
    0.93, 0.93, 0.87, 0.89,
]  # fmt: skip
assert [mean(name, "before") for name in ("AttnLRP", "weights fixed", "another letter")] == [0.06, 0.04, 0.23]
assert [mean(name, "question") for name in ("AttnLRP", "weights fixed")] == [0.19, 0.14]
three_ways = ("AttnLRP", "weights fixed", "attention, block 2")
own, fixed, weights = (ev.interval(shares[name]["answer"]) for name in three_ways)
assert own[1] > fixed[0] and weights[1] > fixed[0] and weights[0] < own[0]
assert ev.interval(shares["attention, block 2"]["three"])[1] > 0.93
lowest = min(ev.interval(shares[name]["three"])[0] for name in three_ways[:2])
assert ev.interval(shares["another letter"]["three"])[1] < lowest
spread = {name: np.ptp([mean(name, part) for part in ("answer", "before", "question")]) for name in shares}
assert spread["another letter"] < min(spread["AttnLRP"], spread["weights fixed"])

# The exercises: another last B, and letters beside places.
changes = "BCFADAECAFDB", "BCFADBDCAFDB", "BCFADADCAFDB"
assert [write([transformer.forward(read(text)).argmax()]) for text in changes] == ["C", "D", "C"]
assert TokensFigure(letters=read("BCFADAECAFDB").tolist()).numbers()["answer"] == "C"
for s in (0.5, -3.0):
    A, R_A = np.full(4, 0.25), np.array([1.0, 0, 0, 0])
    assert np.allclose(s * (R_A - A * R_A.sum()), s * np.array([0.75, -0.25, -0.25, -0.25]))
g, row = np.array([1.0, 2.0, 0.5]), np.array([1.0, -2.0, 3.0])
r = np.sqrt((row**2).mean())
slopes = np.diag(g / r) - np.outer(g * row / r**2, row / (3 * r))
assert np.allclose(slopes @ row, 0)
