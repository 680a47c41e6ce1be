"""What the text and the solutions of ``judging-heatmaps`` state, in the names of its cells: with two rows of seeds."""
# ruff: noqa: F821

from lrp_edu import rules

best, simple = ("int. gr., mean", "occlusion, mean"), ("LRP-0", "gradient × input")
others_of = {name: [other for other in rows if other != name] for name in rows}
for one in (table, again):
    assert all(one.verdict(m, name, than="random") == 1 for m in flips for name in others_of["random"])
    for better, worse in ((best, ["x × mean gradient"]), (["x × mean gradient"], simple), (simple, ["z^B, γ, LRP-0"])):
        assert all(one.verdict(m, up, than=down) == 1 for m in flips for up in better for down in worse)
    assert all(one.verdict(m, "z^B, z⁺, z⁺") == -1 for m in flips)
    assert all(one.verdict(m, "z^B, z⁺, z⁺", than="sensitivity") == 1 for m in flips)
    won = {m: [n for n in rows if all(one.verdict(m, n, than=o) == 1 for o in others_of[n])] for m in flips}
    assert won == dict(zip(flips, (["int. gr., blank"], *[["int. gr., mean"]] * 2, ["occlusion, mean"]), strict=True))
    assert round(max(one.mean("flip, blank", n) for n in others_of["int. gr., blank"]), 1) == 9.4
    assert round(one.mean("flip, blank", "int. gr., blank"), 1) == 12.5
    verdicts = {n: one.verdict("flip, mean", "int. gr., blank", than=n) for n in others_of["int. gr., blank"]}
    assert verdicts == dict.fromkeys(verdicts, -1) | {"random": 1, "another image": 0}
    assert [round(one.mean("flip, mean", name), 1) for name in best] == [10.6, 9.8]
assert len(pairs) == 40 and not changed

# Two classes, a shuffled top (with other seeds, too), and moved inputs.
for one in (table, measure(measures=["top shuffled"], seeds=range(100, 105))):
    assert round(one.mean("top shuffled", "z^B, z⁺, z⁺"), 2) == 0.96
    assert abs(one.mean("top shuffled", "random")) < 0.005
two_classes = {name: round(table.mean("two classes", name), 2) for name in rows}
assert two_classes["z^B, z⁺, z⁺"] == 0.95 and two_classes["z^B, γ, LRP-0"] == two_classes["another image"] == 0.06
assert max(abs(one) for name, one in two_classes.items() if name != "z^B, z⁺, z⁺") < 0.3
assert [n for n in rows if table.mean("shifted", n) < 0.999] == [*simple, "random", "x × mean gradient"]
assert round(table.mean("shifted", "LRP-0"), 2) == 0.12
assert np.quantile(table.values["two classes"]["z^B, γ, LRP-0"], [0.25, 0.75]).round(2).tolist() == [-0.15, 0.26]
logits = trained.forward(X)
second_best = logits.argsort(axis=1)[:, -2]
path = explain["int. gr., blank"](trained, X, second_best).sum(axis=1)
assert np.mean(np.sign(path) != np.sign(logits[np.arange(len(X)), second_best])).round(2) == 0.40

# One pixel at a time, and the composite with the bias in the denominators.
def areas_of(R, **options):
    fall = [ev.flip(trained, X, R, top, replacement=r, **options) for r in (-1.0, mean)]
    return np.array([ev.area(each).mean() for each in fall])

first_row = maps["z^B, γ, LRP-0"]
assert areas_of(first_row)[1].round(2) == 8.60 and areas_of(first_row, step=4)[1].round(2) == 8.42
published = rules.composite(trained, rules.ZBox(), *[rules.Gamma(absorb_bias=True)] * 2, rules.LRP0(absorb_bias=True))
published = trained.explain(X, top, published).relevance
assert np.abs(areas_of(published, step=4) - areas_of(first_row, step=4)).max() < 0.01

# With blank at 0: what knows the box or the mean stays, LRP-0 falls below the map of another image, near random order,
# and the other two beat the composite only if pixels turn blank. The same with other seeds.
whole = ev.compare(moved, U, top, **box_2, explainers=rows, measures=flips, step=4, seeds=range(100, 105))
kept = [n for n in rows if n not in (*simple, "x × mean gradient", "random")]
assert all(abs(whole.mean(m, n) - again.mean(m, n)) < 1e-9 for m in flips for n in kept)
assert all(whole.verdict(m, n) == 1 for m in flips for n in best)
assert all(max(whole.verdict(m, o, than=n) for o in rows) == 1 for m in flips for n in rows if n[:3] in ("z^B", "LRP"))
for one in (other, whole):
    names = list(one.values["flip, mean"])
    assert all(one.verdict(m, n, than="random") == 1 for m in flips for n in names if n != "random")
    assert all(one.verdict(m, n, than="another image") == 1 for m in flips for n in names if n.startswith("z^B"))
    assert [one.verdict(m, "LRP-0") for m in flips] == [0, -1, -1, -1]
    assert [one.verdict(m, "LRP-0", than="another image") for m in flips] == [1, -1, -1, -1]
    for name in ("gradient × input", "x × mean gradient"):
        assert [one.verdict(m, name) for m in flips] == [1, -1, -1, -1]
near = [abs(other.mean(m, "LRP-0") - other.mean(m, "random")) for m in flips[1:]]
gained = [abs(table.mean(m, "LRP-0") - table.mean(m, "random")) for m in flips[1:]]
assert max(a / b for a, b in zip(near, gained, strict=True)) < 0.15

# The canvases, and others of them.
def where(seed):
    drawn = draw_canvases(200, count=2, seed=seed)
    c, there = drawn.labels[:, 0], drawn.masks[:, 0]
    has = reader.forward(drawn.images)[np.arange(200), c] > 0
    return ev.compare(reader, drawn.images[has], c[has], low=-1.0, high=1.0, mean=usual,
                      explainers=quick, mask=there[has], measures=["mass", "rank"])

for one in (located, where(1)):
    assert all(one.verdict("rank", name) == -1 for name in list(quick)[1:])
    beaten = {name: one.verdict("mass", name) for name in list(quick)[1:]}
    assert beaten.pop("int. gr., blank") >= 0 and set(beaten.values()) == {-1}
assert located.verdict("mass", "int. gr., blank") == 1 and round(located.mean("rank", "z^B, γ, LRP-0"), 2) == 0.61
assert [round(located.mean("mass", n), 2) for n in ("z^B, γ, LRP-0", "int. gr., blank", "random")] == [0.8, 0.81, 0.2]
R = np.array([[4.0, 3.0, 2.0, -1.0, 1.0]])
thing = np.array([True, True, False, True, False])
assert abs(ev.mass_accuracy(R, thing) - 0.7) < 1e-12 and abs(ev.rank_accuracy(R, thing) - 2 / 3) < 1e-12
assert abs(ev.mass_accuracy(np.ones((1, 5)), thing) - 0.6) < 1e-12 and inside[0].mean().round(2) == 0.2

# The opening, and what eight pixels hold.
difference = trained.forward(X[here])[3] - trained.forward(-np.ones(64))[3]
assert round(difference, 2) == 9.43 and round(maps["int. gr., blank"][here].sum(), 2) == 9.39
held = np.sort(maps["z^B, γ, LRP-0"], axis=1)[:, -8:].sum(axis=1).mean()
costs = [np.diff(ev.flip(trained, X, maps["z^B, γ, LRP-0"], top, replacement=r, step=8)[:, 1::-1]).mean()
         for r in (-1.0, mean, mixed)]
assert round(held, 1) == 2.1 and min(costs) > 2 * held

# Numbers of the exercises.
def first_other(order, replacement):
    states = (FlippingFigure(order=order, replacement=replacement, count=count) for count in range(65))
    return next(state.count for state in states if state.numbers()["read"] != 3)

assert [first_other(order, "mean") for order in ("composite", "lrp0", "path")] == [17, 2, 36]
assert [first_other(order, "blank") for order in ("composite", "lrp0", "path")] == [9, 9, 4]

# What one is asked to see in the figure.
at_20, areas = ({key: FlippingFigure(order=key, count=20).numbers()[what] for key in FlippingFigure.constants["names"]}
                for what in ("f", "area"))
assert round(at_20["random"], 2) == 2.5 and round(at_20["composite"], 2) == 2.47
assert max(at_20["lrp0"], at_20["zplus"]) < 0.9 < 2.4 < min(at_20["composite"], at_20["random"], at_20["path"])
read = {key: FlippingFigure(order=key, count=4, replacement="blank").numbers()["read"] for key in at_20}
assert read == dict.fromkeys(at_20, 3) | {"path": 9}
assert max(areas, key=areas.get) == "zplus" and round(areas["zplus"], 2) == 5.17
