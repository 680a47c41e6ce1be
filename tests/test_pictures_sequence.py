"""The picture of two numbers in a sequence, read back from the page and compared with ``lrp_edu``."""

import numpy as np
from pictures import WIDE, Album, Look, contrast, covered, near, panel_agrees, rgb, rounded_up
from sequence_cases import sequence_case

from lrp_edu.explorables import SequenceFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.palette import EPSILON, RELEVANCE_COLORS
from lrp_edu.propagate import KINDS
from lrp_edu.sequences import TASKS

LINES = {"i": "input gate i", "f": "forget gate f", "o": "output gate o", "c": "cell c"}
BESIDE, HALF = 0.19, 0.15
PLOTS = ("shares", "sums", "gates")


def states():
    """Return states: named ones, each product with and without biases, the ends of the sequence, and random ones."""
    random = np.random.default_rng(7)
    drawn = [
        {},
        {"product": "half", "network": 13},
        {"product": "half", "absorb": "yes"},
        {"task": "difference", "first": -1.0, "second": 1.0},
        {"product": "proportion", "second": -0.9},
        {"steps": 4, "first_step": 1, "second_step": 10},
        {"first_step": 5, "second_step": 5, "product": "magnitude"},
        {"first": 0.0, "second": 0.0},
    ]
    return drawn + [sequence_case(random) for _ in range(12)]


ALBUM = Album(
    SequenceFigure,
    states(),
    {
        **{f"frame {name}": f".{name} .plot-frame" for name in PLOTS},
        **{f"x ticks {name}": f".{name} .tick-x" for name in PLOTS},
        **{f"y ticks {name}": f".{name} .tick-y" for name in PLOTS},
        **{f"axis labels {name}": f".{name} .axis-label" for name in PLOTS},
        "bars": ".shares .share",
        "worths": ".shares .worth",
        "zeros": ".shares .zeros",
        "first": "[data-handle=first] .mark",
        "second": "[data-handle=second] .mark",
        "line": ".sums .sum-line",
        "goal": ".sums .sum-goal",
        "gap": ".sums .gap",
        **{f"state {name}": f".gates .state-{name}" for name in LINES},
        **{f"sample {name}": f".legend-item .state-{name}" for name in LINES},
        **{f"named {name}": f".legend-item:has(.state-{name}) .legend-text" for name in LINES},
        "named worth": ".legend-item:has(.worth) .legend-text",
        "named gap": ".legend-item:has(.gap) .legend-text",
        "account": ".account td",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    looks=(WIDE, Look(320, "dark")),
    photos=2,
)


def limit(values):
    return min(rounded_up(np.abs(values).max() / 0.75), 8)


def scale_of(picture, name):
    """Return the scale of a plot, and its limit."""
    numbers, across = picture.numbers, (0.5, picture.whole_state["steps"] + 0.5)
    if name == "gates":
        return picture.scale("frame gates", across, (-1.2, 1.2)), 1
    values = [numbers["R_first"], numbers["R_second"]] if name == "shares" else [*numbers["sums"], numbers["f_x"]]
    top = limit(values)
    return picture.scale(f"frame {name}", across, (-0.75 * top, 0.75 * top)), top


def cut(value, top):
    return np.clip(value, -0.8 * top, 0.8 * top)


def places(state):
    return [min(state[key], state["steps"]) for key in ("first_step", "second_step")]


def test_the_axes_have_numbers_and_names(drawn):
    names = {"shares": ["step", "R"], "sums": ["step", "Σ R"], "gates": ["step"]}
    for picture in drawn:
        for name, texts in names.items():
            scale, top = scale_of(picture, name)
            across = range(1, picture.whole_state["steps"] + 1)
            up = [-1, 0, 1] if name == "gates" else [-top / 2, 0, top / 2]
            assert [tick.text for tick in picture.all(f"x ticks {name}")] == [show(t) for t in across]
            assert [tick.text for tick in picture.all(f"y ticks {name}")] == [show(value) for value in up]
            for t, tick in zip(across, picture.all(f"x ticks {name}"), strict=True):
                assert abs(tick.middle[0] - scale.pixels([t, 0])[0]) < 2
            for value, tick in zip(up, picture.all(f"y ticks {name}"), strict=True):
                assert abs(tick.middle[1] - scale.pixels([1, value])[1]) < 3
            assert [label.text for label in picture.parts[f"axis labels {name}"] if label.text] == texts


def test_a_bar_is_the_relevance_of_its_number(drawn):
    for picture in drawn:
        scale, top = scale_of(picture, "shares")
        dark = picture.look.theme == "dark"
        for k, (bar, step) in enumerate(zip(picture.parts["bars"], places(picture.whole_state), strict=True)):
            value = picture.numbers[("R_first", "R_second")[k]]
            middle = step + (BESIDE if k else -BESIDE)
            corners = scale.pixels([[middle - HALF, cut(max(value, 0), top)], [middle + HALF, cut(min(value, 0), top)]])
            if value:
                assert near(bar.points.min(axis=0), corners[0]) and near(bar.points.max(axis=0), corners[1]), picture
                color = RELEVANCE_COLORS[(1 if dark else 0) if value < 0 else (3 if dark else 4)]
                assert bar.fill[:3] == rgb(color) and ("cut" in bar.data) == (abs(value) > 0.75 * top)


def test_a_mark_says_what_the_number_is_worth_and_the_handle_what_it_is(drawn):
    for picture in drawn:
        state, (scale, _) = picture.whole_state, scale_of(picture, "shares")
        for k, (mark, step) in enumerate(zip(picture.all("worths"), places(state), strict=True)):
            number, middle = state[("first", "second")[k]], step + (BESIDE if k else -BESIDE)
            worth = number * (TASKS[state["task"]] if k else 1)
            assert near(mark.points.mean(axis=0), scale.pixels([middle, worth])), picture
            assert abs(np.ptp(mark.points[:, 0]) - 2 * HALF * scale.unit - 16) < 1 and np.ptp(mark.points[:, 1]) < 0.1
            assert near(picture.one(("first", "second")[k]).middle, scale.pixels([middle, number]), 1)


def test_steps_without_a_number_have_a_line_at_zero(drawn):
    for picture in drawn:
        scale, _ = scale_of(picture, "shares")
        steps = np.arange(1, picture.whole_state["steps"] + 1)
        points = picture.one("zeros").points
        assert covered(scale.pixels(np.stack([steps, 0 * steps], axis=1)), points)
        assert np.ptp(points[:, 1]) < 0.6 and not covered(scale.pixels([[1.5, 0]]), points)


def test_the_line_is_the_sum_after_each_step_and_the_gap_is_what_is_missing(drawn):
    for picture in drawn:
        scale, top = scale_of(picture, "sums")
        sums, f, end = picture.numbers["sums"], picture.numbers["f_x"], picture.whole_state["steps"] + 0.5
        for t, value in enumerate(sums):
            along = np.linspace(max(t, 0.5), min(t + 1, end), 9)[1:-1]
            points = scale.pixels(np.stack([along, np.full(7, cut(value, top))], axis=1))
            assert covered(points, picture.one("line").points), f"{picture}: after step {t}"
        (start, stop), dashed = picture.one("goal").points[[0, -1]], picture.one("goal")
        assert near(start, scale.pixels([0.5, f])) and near(stop, scale.pixels([end, f])) and dashed.dashes
        gap = picture.parts["gap"][0]
        ends = scale.pixels([[0.5, cut(picture.numbers["total"], top)], [0.5, f]]) + [4, 0]
        assert near(gap.points[0], ends[0]) and near(gap.points[-1], ends[1])
        assert gap.stroke is None or gap.stroke[:3] == rgb(EPSILON)


def test_gates_and_cell_are_drawn_over_the_steps(drawn):
    for picture in drawn:
        scale, _ = scale_of(picture, "gates")
        lines = {name: picture.one(f"state {name}") for name in LINES}
        for name, line in lines.items():
            values = picture.numbers["states"][name]
            points = scale.pixels(np.stack([np.arange(1, len(values) + 1), values], axis=1))
            inside = scale.holds(points)
            assert covered(points[inside], line.points), f"{picture}: {name}"
            sample = picture.one(f"sample {name}")
            assert (line.stroke, line.width, line.dashes) == (sample.stroke, sample.width, sample.dashes)
            assert picture.one(f"named {name}").text == LINES[name]
            assert contrast(line.stroke, picture.look.page) >= 3
        assert len({line.dashes for line in lines.values()}) == len(LINES)


def test_words_and_numbers_agree(drawn):
    for picture in drawn:
        panel_agrees(picture)
        assert picture.one("named worth").text == "what the number is worth" and picture.one("named gap").text == "gap"


def test_the_account_tells_sums_and_losses(drawn):
    names = dict(zip(KINDS, ("bias", "ε", "no receiver"), strict=True))
    for picture in drawn:
        steps, last, answer = (show(total) for total in picture.numbers["totals"])
        lower, upper = (
            ", ".join(f"{names[kind]} {show(row[kind])}" for kind in KINDS if row[kind]) or "0"
            for row in picture.numbers["losses"]
        )
        found = [cell.text for cell in picture.all("account")]
        if max(map(abs, picture.numbers["totals"])) < 100:  # where rounding shows in no digit
            assert found == [answer, upper, last, lower, steps]
