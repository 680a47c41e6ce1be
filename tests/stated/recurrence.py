"""What the text and the solutions of ``recurrence`` state, in the names of its cells."""
# ruff: noqa: F821

from lrp_edu.explorables import SequenceFigure


def figure(**state):
    numbers = SequenceFigure(**state).numbers()
    return [round(numbers[key], 4) for key in ("R_first", "R_second", "f_x", "total", "gap")]

# Beside the figure, and in its exercise.
assert figure(product="half")[:4] == [-0.1209, 1.5386, 1.4177, 1.4177]
assert [round(R, 2) for R in figure(product="half", network=13)[:2]] == [9.34, -7.92]
aged = [figure(product="half", absorb="yes", first_step=step)[0] for step in (5, 4, 3, 2, 1)]
assert all(0.45 < old / new < 0.51 for new, old in zip(aged, aged[1:], strict=False))
cancel = [figure(first=-0.6, epsilon=epsilon) for epsilon in (0, 0.001, 0.01)]
assert [round(R, 2) for R in cancel[0][:2]] == [-0.73, 0.73] and cancel[0][2] == cancel[0][3] == -0.0023
assert [round(R, 3) for R in cancel[1][:2]] == [-0.012, 0.012] and max(map(abs, cancel[2][:2])) < 1e-4
assert [round(one[4], 3) for one in cancel[1:]] == [-0.003, -0.002]

# The units of the shares in proportion.
assert round(s_theta := -0.6 / (0.5 - 0.6), 6) == 6 and round(-0.006 / (50 - 0.006), 5) == -0.00012

# The table.
right = {key: 100 * np.mean(off <= 0.1) for key, (_, off, _) in found.items()}
gaps = {key: np.median(gap) for key, (_, _, gap) in found.items()}
for task, share in (("sum", 99.4), ("difference", 100.0)):
    assert round(right[task, "signal"], 1) == share
    others = [name for name in PRODUCTS if name != "signal"]
    assert max(right[task, name] for name in others) < 4
    assert max(gaps[task, name] for name in others) < gaps[task, "signal"] < 1.06e-5
    assert gaps[task, "signal, ε"] > 2000 * gaps[task, "signal"]
    assert round(gaps[task, "signal, ε, bias"], 2) == 0.02
    assert round(min(gaps[task, f"{name}, ε, bias"] for name in others), 2) >= 0.36
    assert all(right[task, name] == 100 for name in ("integrated gradients", "Shapley", "occlusion", "mean gradient"))
    assert max(found[task, name][2].max() for name in ("integrated gradients", "Shapley")) < 0.002
    assert 0.8 < right[task, "signal, ε"] / right[task, "signal"] < 0.85
    assert np.all(found[task, "mean gradient"][0] > 0.9999)
signs = {}
for task, sign in TASKS.items():
    nets = load_sequence_networks(task)[:10]
    worth = np.concatenate([some.numbers * [1, sign] for some in sets])
    alike = worth.prod(axis=1) > 0
    for net in nets:
        R = np.concatenate([rows["signal, ε"](net, some) for some in sets])
        for which in (alike, ~alike):
            signs.setdefault(which is alike, []).append(np.corrcoef(R[which, 0], worth[which, 0])[0, 1])
assert round(np.mean(signs[True]), 2) == 1 and round(np.mean(signs[False]), 2) == 0.97
cells = [np.abs(net.layers[0].states(some.x).c).mean() for net in adders for some in sets]
assert round(np.mean(cells), 2) == 0.13

# The gates of all networks hardly move, and the zeros are answered with nearly zero.
for task in TASKS:
    for net in load_sequence_networks(task):
        all_states = net.layers[0].states(sets[1].x)
        assert np.ptp(all_states.i) < 0.01 and np.ptp(all_states.o) < 0.11
        assert all(abs(net.forward(np.zeros((steps_of, 2)))[0]) < 0.002 for steps_of in (4, 10))
