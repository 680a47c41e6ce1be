"""What the text and the solutions of ``judging-heatmaps`` state, in the names of its cells: with two rows of seeds."""
# ruff: noqa: F821

flipped = ["flip, blank", "flip, mean", "flip, others", "least first"]
simple = ("LRP-0", "gradient × input")
lrp = [name for name in explain if name.startswith(("z^B", "LRP"))]
for one in (table, again):
    assert all(one.verdict(m, name, than="random") == 1 for m in flipped for name in list(explain)[:-1])
    assert all(one.verdict(m, name) == 1 for m in flipped for name in simple)
    assert all(one.verdict(m, "z^B, z⁺, z⁺") == -1 for m in flipped)
    assert all(one.verdict(m, "z^B, z⁺, z⁺", than="sensitivity") == 1 for m in flipped)
    assert all(one.verdict(m, "another image") == -1 for m in flipped)
    assert max(one.mean("flip, blank", name) for name in explain if name != "integrated gr.") < 8.0
    assert round(one.mean("flip, blank", "integrated gr."), 1) == 12.5
    ahead = [name for name in explain if one.verdict("flip, mean", "integrated gr.", than=name) == -1]
    assert ahead == [name for name in explain if name not in ("integrated gr.", "another image", "random")]
    assert one.verdict("flip, mean", "integrated gr.", than="another image") == 0
    assert round(one.mean("two classes", "z^B, z⁺, z⁺"), 2) == 0.95
    assert round(one.mean("top shuffled", "z^B, z⁺, z⁺"), 2) == 0.96
    assert max(abs(one.mean("two classes", name)) for name in explain if name != "z^B, z⁺, z⁺") < 0.3
    assert abs(one.mean("top shuffled", "random")) < 0.005
    stays = [name for name in explain if one.mean("shifted", name) > 0.999]
    assert stays == [name for name in explain if name[:5] not in ("LRP-0", "gradi", "rando")]
    assert [round(one.mean("shifted", name), 2) for name in simple] == [0.12, 0.4]
assert not turned and open_now == [("flip, others", "LRP-0, γ, LRP-0")]

# With blank at 0: the rows of z^B stay, LRP-0 is near random order, others beat the composite if pixels turn blank.
for m in flipped:
    assert all(abs(other.mean(m, name) - table.mean(m, name)) < 1e-9 for name in explain if name.startswith("z^B"))
    assert all(other.verdict(m, name, than="random") == 1 for name in lrp)
near = [abs(other.mean(m, "LRP-0") - other.mean(m, "random")) for m in flipped[1:]]
gained = [abs(table.mean(m, "LRP-0") - table.mean(m, "random")) for m in flipped[1:]]
assert max(a / b for a, b in zip(near, gained, strict=True)) < 0.15
assert other.verdict("flip, blank", "gradient × input") == other.verdict("flip, blank", "integrated gr.") == 1

# The opening, and what eight pixels hold.
difference = trained.forward(X[here])[3] - trained.forward(-np.ones(64))[3]
assert round(difference, 2) == 9.43 and round(maps["integrated gr."][here].sum(), 2) == 9.39
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
