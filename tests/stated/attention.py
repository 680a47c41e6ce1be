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

# Each network reads 100 %, to the digits shown. Another letter at each of the nine other places changes no answer.
assert min((t.forward(many.tokens).argmax(axis=1) == many.answers).mean() for t in networks) >= 0.9995
rng, moves, rows = np.random.default_rng(0), [], np.arange(100)
for _ in range(4):
    wish = rng.random((100, 12, 6))
    for letter in (drawn.tokens, np.repeat(drawn.tokens[:, -1:], 12, axis=1)):  # neither its own, nor that asked for
        np.put_along_axis(wish, letter[..., None], 2, axis=2)
    others = wish.argmin(axis=2)
    np.put_along_axis(others, three, np.take_along_axis(drawn.tokens, three, axis=1), axis=1)
    now = np.array([t.forward(others) for t in networks])
    assert np.all(now.argmax(axis=2) == drawn.answers)
    moves.append(np.abs(now - before)[:, rows, drawn.answers].mean())
assert round(float(np.mean(moves)), 2) == 0.35


# The table: what the text says of it.
def mean(name, part):
    return round(float(shares[name][part].mean()), 2)


def apart(one, other, part):
    return ev.interval(shares[one][part] - shares[other][part])


looks = "attention, block 2"
assert [mean(name, "answer") for name in shares] == [0.69, 0.76, 0.45, 0.29, 0.41, 0.65, 0.26, 0.08]
of_three = [mean(name, "three") for name in ("AttnLRP", "weights fixed", "another letter", looks)]
assert of_three == [0.93, 0.93, 0.99, 0.89]
assert [mean(name, "before") for name in ("AttnLRP", "weights fixed", "another letter")] == [0.06, 0.04, 0.25]
assert [mean(name, "question") for name in ("AttnLRP", "weights fixed")] == [0.19, 0.14]
assert [mean(name, "size") for name in ("AttnLRP", "gradient × input")] == [0.83, 0.90]
assert apart("AttnLRP", "gradient × input", "answer")[0] > 0 and apart("weights fixed", "AttnLRP", "answer")[0] < 0.015
ends = [apart(looks, way, part) for way in ("AttnLRP", "weights fixed") for part in ("answer", "three")]
assert all(low < 0.01 and high > -0.01 for low, high in ends)
assert apart("another letter", "AttnLRP", "three")[0] > 0.03 < apart("another letter", "weights fixed", "three")[0]
by_network = shares[looks]["answer"].mean(axis=1).round(2)
assert by_network.max() == 0.91 and by_network.min() == 0.20

# The letter before the answer, and what correlates with the fall of the logit.
nine = np.ones((100, 12), bool)
np.put_along_axis(nine, three, False, axis=1)
for name, blue, of_nine, part, alike in (("AttnLRP", 60, 56, 0.31, 0.66), ("weights fixed", 66, 53, 0.41, 0.65)):
    R = np.stack([m[name] for m in all_maps])
    own, all_blue = R[:, rows, drawn.places - 1], np.maximum(-R, 0)
    assert (round(100 * (own < 0).mean()), round(100 * (R < 0)[:, nine].mean())) == (blue, of_nine)
    by_network = (own < 0).mean(axis=1).round(2)
    assert (by_network.min(), by_network.max()) == {"AttnLRP": (0.36, 0.9), "weights fixed": (0.58, 0.79)}[name]
    assert name != "AttnLRP" or by_network[0] == 0.36
    assert round(float((np.maximum(-own, 0) / all_blue.sum(axis=2)).mean()), 2) == part
    assert round(np.mean([ev.correlation(m[name], m["another letter"]) for m in all_maps]), 2) == alike
names = *ways, "integrated gradients", looks, "rollout"
alike = {name: np.mean([ev.correlation(m[name], m["another letter"]) for m in all_maps]) for name in names}
assert round(alike["rollout"], 2) == 0.88 == round(max(alike.values()), 2)


# What the halves do: half to the values alone, and all to them with queries and keys as before.
def with_shares(to_weights, to_values, to_scores):
    rule = type("Uneven", (AttnLRP,), {"to_weights": to_weights, "to_values": to_values, "to_scores": to_scores})()
    R = [t.explain(drawn.tokens, drawn.answers, rule).relevance.sum(axis=2) for t in networks]
    return np.mean([on(one, three[:, :1]) for one in R], axis=1)


all_to_values = with_shares(0.5, 1, 0.5)
assert round(with_shares(0, 0.5, 0).mean(), 2) == 0.67 and round(all_to_values.mean(), 2) == 0.76
halved, fixed = (shares[name]["answer"].mean(axis=1) for name in ("AttnLRP", "weights fixed"))
made = (all_to_values - halved) / (fixed - halved)
assert np.all(abs(made[:2] - 0.5) < 0.15) and made[3] > 1 and max((fixed - halved)[[2, 4]]) < 0.005

# Integrated gradients: what the sums miss.
starts = [t.network.forward(t.letters.mean(axis=0) + t.places) for t in networks]
falls = np.stack([(z - start)[rows, drawn.answers] for z, start in zip(before, starts, strict=True)])
sums = np.stack([m["integrated gradients"].sum(axis=1) for m in all_maps])
assert round(float(np.median(abs(falls - sums))), 2) == 0.44 and round(float(falls.mean()), 1) == 9.5
assert round(float(np.mean(abs(falls - sums))), 1) == 1.5

# A bias of the keys: the change is proportional to it. Two tokens: as a softmax 0.24 of 1.
small, _ = with_other(key=Dense(heads.key.weight, key.bias / 10))
R, S, T = (t.explain(drawn.tokens, rules=AttnLRP(LRP0())).relevance.sum(axis=2) for t in (transformer, small, shifted))
assert np.allclose(10 * (S - R), T - R, atol=1e-9)
of_two = np.exp([2, 0]) / np.exp([2, 0]).sum()
assert (np.array([2, 0]) * (np.array([1, 0]) - of_two)).round(2).tolist() == [0.24, 0]

# The second largest logit, and what the heads of the figure read.
assert 0.45 < np.mean([np.sort(z, axis=1)[:, -2] < 0 for z in before]) < 0.55
by_row = [np.sort(row)[::-1][:2] for row in transformer.attention(ours)[0][:, -1]]
assert all(first < 0.35 for first, _ in by_row)
most = [[write([ours[row.argmax()]]) for row in block[:, -1]] for block in transformer.attention(ours)]
assert most == [["F", "C"], ["E", "E"]]

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
