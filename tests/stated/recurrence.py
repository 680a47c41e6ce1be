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
assert [round(one[4], 4) for one in cancel[1:]] == [-0.0028, -0.0023]

# The units of the shares in proportion.
assert round(s_theta := -0.6 / (0.5 - 0.6), 6) == 6 and round(-0.006 / (50 - 0.006), 5) == -0.00012

# In proportion, next to where no share exists, and there.
for s, found_s in ((-0.499, -58.34), (-0.5, 0.0)):
    halfway = Network([LSTM(np.diag([0.0, 0, 1, 0]), np.zeros((4, 1))), Dense([[1.0]])])
    alone = halfway.explain([[0, 0, np.arctanh(s), 0.0]], rules=Gated(0.0, "proportion"))
    assert round(alone.relevance.sum(), 2) == found_s and round(alone.value.item(), 2) == -0.12


# With fixed gates, and with the slope of each tanh, one gets gradient × input. Not so with the lines of LRP-0.
def with_fixed_gates(net, x):
    (cell_of, top_of), R, dc = net.layers, np.zeros_like(x), 0.0
    s, dh = cell_of.states(x), top_of.weight[0, 0]
    for t in reversed(range(x.shape[1])):
        dc = dc + dh * s.o[:, t] * (1 - np.tanh(s.c[:, t]) ** 2)
        dz = dc * s.i[:, t] * (1 - s.g[:, t] ** 2)
        R[:, t], dh, dc = x[:, t] * dz * cell_of.weight_ih[2], dz * cell_of.weight_hh[2], dc * s.f[:, t]
    return R


for task in TASKS:
    away = {"gates": [], "lines": []}
    for net in load_sequence_networks(task)[:10]:
        for some in sets:
            gradient = rows["gradient × input"](net, some)
            lines = net.explain(some.x, rules=LRP0(absorb_bias=True)).relevance
            for key, R in (("gates", with_fixed_gates(net, some.x)), ("lines", lines)):
                away[key].append(np.abs(some.of_numbers(R).sum(axis=2) - gradient).mean())
    assert np.mean(away["gates"]) < 0.0003 and 0.065 < np.mean(away["lines"]) < 0.08

# What a number has of two small summands in the sum of a gate: in the input gate of one network, the output gate of
# another.
for one, row, share in ((adders[0], 0, 8), (adders[12], 3, -17)):
    of_n = one.layers[0].weight_ih[row, 1] * 0.6
    of_h = one.layers[0].weight_hh[row, 0] * one.layers[0].states(x).h[4, 0]
    assert round(of_n / (of_n + of_h)) == share and max(abs(of_n), abs(of_h)) < 0.002
assert round(keeper.explain(x_k, rules=Gated(0.0, "half")).audit().rows[-1].no_receiver, 3) == 0.558

# One flagged number, and two, of the keeper: about their sum.
flagged = keeper.forward(np.array([[[0.8, 1], [0.0, 0.0]], [[0.8, 1], [0.6, 1]]]))[:, 0]
assert np.all(abs(flagged / [0.8, 1.4] - 1) < 0.08)

# The table.
right = {key: 100 * np.mean(off <= 0.1) for key, (_, off, _) in found.items()}
gaps = {key: np.median(gap) for key, (_, _, gap) in found.items()}
for task, share in (("sum", 99.4), ("difference", 100.0)):
    assert round(right[task, "signal"], 1) == share
    others = [name for name in PRODUCTS if name != "signal"]
    assert max(right[task, name] for name in others) <= 4
    assert max(gaps[task, name] for name in others) < gaps[task, "signal"] < 1.06e-5
    others_ε = [f"{name}, ε" for name in others]
    assert round(gaps[task, "signal, ε"], 2) == 0.02 < 0.2 < min(gaps[task, name] for name in others_ε)
    assert round(gaps[task, "signal, ε, bias"], 2) == 0.02
    assert round(min(gaps[task, f"{name}, ε, bias"] for name in others), 2) >= 0.36
    assert all(right[task, name] == 100 for name in ("integrated gradients", "Shapley", "occlusion", "mean gradient"))
    assert max(found[task, name][2].max() for name in ("integrated gradients", "Shapley")) < 0.002
    assert 0.8 < right[task, "signal, ε"] / right[task, "signal"] < 0.85
    assert np.all(found[task, "mean gradient"][0] > 0.9999)
    slopes = [[mean_gradient(net, some) / some.numbers for some in sets] for net in load_sequence_networks(task)[:10]]
    assert max(abs(long.mean(axis=0) / short.mean(axis=0) - 1).max() for short, long in slopes) < 0.015
    assert round(100 * np.mean(found[task, "mean gradient"][2] <= 0.05)) == {"sum": 52, "difference": 49}[task]
both_ways = {True: [], False: []}
for task, sign in TASKS.items():
    worth = np.concatenate([some.numbers * [1, sign] for some in sets])
    alike = worth.prod(axis=1) > 0
    good = found[task, "signal, ε"][1] <= 0.1
    for which in (True, False):
        both_ways[which].append(np.mean(good[:, alike == which]))
assert both_ways[True] == [1, 1] and np.allclose(both_ways[False], 2 / 3, atol=0.025)
cells = [np.abs(net.layers[0].states(some.x).c).mean() for net in adders for some in sets]
assert round(np.mean(cells), 2) == 0.13

# The gates of all networks hardly move, and the zeros are answered with nearly zero.
for task in TASKS:
    for net in load_sequence_networks(task):
        all_states = net.layers[0].states(sets[1].x)
        assert np.ptp(all_states.i) < 0.01 and np.ptp(all_states.o) < 0.11
        assert all(abs(net.forward(np.zeros((steps_of, 2)))[0]) < 0.002 for steps_of in (4, 10))
