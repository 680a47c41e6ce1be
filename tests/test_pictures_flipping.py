"""The picture of pixels that are replaced, read back from the page and compared with ``lrp_edu``."""

import numpy as np
from pictures import WIDE, Album, Look, contrast, covered, near, panel_agrees, says

from lrp_edu.explorables import FlippingFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.explorables.flipping import HEIGHT, IMAGES, MAPS, NAMES

LIMITS = (0, 64), HEIGHT


def states():
    """Return states: named ones, each map, each replacement, both ends, and random ones."""
    random = np.random.default_rng(5)
    drawn = [
        {},
        {"count": 0},
        {"count": 64, "replacement": "blank"},
        {"order": "path", "replacement": "blank", "count": 4},
        {"order": "path", "replacement": "mean", "count": 33},
        {"first": "least", "count": 40, "order": "lrp0"},
        {"digit": "9", "replacement": "other", "count": 25, "order": "zplus"},
        {"digit": "0", "order": "random", "count": 1},
    ]
    schema = FlippingFigure.schema()
    choices = {key: list(one["choices"]) for key, one in schema.items() if one["kind"] == "choice"}
    for _ in range(16):
        state = {key: str(random.choice(values)) for key, values in choices.items()}
        drawn.append(state | {"count": int(random.integers(65))})
    return drawn


ALBUM = Album(
    FlippingFigure,
    states(),
    {
        "frame": ".plot-frame",
        "x ticks": ".tick-x",
        "y ticks": ".tick-y",
        "axis labels": ".axis-label",
        "clip": "clipPath rect",
        "image": "svg.flipped",
        "pixels": ".pixel",
        "marks": ".replaced",
        "point": "[data-handle=count] .mark-disc",
        **{f"line {key}": f".plot .by-{key}" for key in NAMES},
        **{f"sample {key}": f".legend-item .by-{key}" for key in NAMES},
        **{f"named {key}": f".legend-item[data-order={key}] .legend-text" for key in NAMES},
        **{f"value {key}": f".legend-item[data-order={key}] .legend-value" for key in NAMES},
        "verdict": ".verdict",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    looks=(WIDE, Look(320, "dark")),
    photos=4,
)


def gone(picture):
    state = picture.whole_state
    R = MAPS[state["order"]][int(state["digit"])]
    return np.argsort(R if state["first"] == "least" else -R, kind="stable")[: state["count"]].tolist()


def test_the_image_has_the_grays_of_what_the_network_sees(drawn):
    for picture in drawn:
        for n, pixel in enumerate(picture.all("pixels")):
            gray = 255 * (1 - (picture.numbers["image"][n] + 1) / 2)
            assert near(pixel.fill[:3], [gray] * 3, 0.6) and pixel.fill[3] == 1


def test_each_pixel_lies_in_its_place(drawn):
    for picture in drawn:
        left, top, width, height = picture.one("image").box
        assert abs(width - height) < 0.5 and width > 170
        for n, pixel in enumerate(picture.all("pixels")):
            row, column = divmod(n, 8)
            corner = pixel.points.min(axis=0)
            assert near(corner, [left + column * width / 8, top + row * height / 8])
            assert near(pixel.points.max(axis=0) - corner, [width / 8, height / 8])


def test_what_is_replaced_is_marked(drawn):
    for picture in drawn:
        marks = picture.all("marks")
        assert sorted(int(mark.data["pixel"]) for mark in marks) == sorted(gone(picture))
        for mark in marks:
            pixel = picture.all("pixels")[int(mark.data["pixel"])]
            assert near(mark.points[0], pixel.points.mean(axis=0), 1) or near(mark.middle, pixel.middle, 1)
            assert mark.stroke[:3] == (255, 255, 255) and contrast(mark.fill, (255, 255, 255)) > 3


def test_the_axes_have_numbers_and_names(drawn):
    for picture in drawn:
        scale = picture.scale("frame", *LIMITS)
        across, up = range(0, 65, 16), range(-12, 13, 4)
        assert [tick.text for tick in picture.all("x ticks")] == [show(k) for k in across]
        assert [tick.text for tick in picture.all("y ticks")] == [show(k) for k in up]
        for k, tick in zip(across, picture.all("x ticks"), strict=True):
            assert abs(tick.middle[0] - scale.pixels([k, 0])[0]) < 2
        for k, tick in zip(up, picture.all("y ticks"), strict=True):
            assert abs(tick.middle[1] - scale.pixels([0, k])[1]) < 3
        assert [label.text for label in picture.all("axis labels")] == ["pixels replaced", "logit"]


def test_each_curve_is_drawn_as_far_as_the_slider_stands(drawn):
    for picture in drawn:
        scale, count = picture.scale("frame", *LIMITS), picture.whole_state["count"]
        for key in NAMES:
            points = scale.pixels(np.column_stack([np.arange(count + 1), picture.numbers["curves"][key][: count + 1]]))
            (line,) = picture.parts[f"line {key}"]
            if count == 0:
                continue
            assert near(line.points[0], points[0]) and near(line.points[-1], points[-1]), f"{picture}: {key}"
            assert covered(points, line.points), f"{picture}: {key}"
            between = points[:-1] + np.diff(points, axis=0) * np.random.default_rng(1).random((count, 1))
            assert covered(between, line.points) and line.fill is None


def test_the_chosen_curve_stands_out_and_the_others_differ_without_color(drawn):
    for picture in drawn:
        chosen = picture.whole_state["order"]
        lines = {key: picture.parts[f"line {key}"][0] for key in NAMES}
        samples = {key: picture.one(f"sample {key}") for key in NAMES}
        assert len({line.dashes for line in lines.values()}) == len(NAMES)
        for key, line in lines.items():
            sample = samples[key]
            assert (line.width, line.stroke, line.dashes) == (sample.width, sample.stroke, sample.dashes)
            assert (line.width > 2.5) == (key == chosen)
            bold = int(picture.one(f"named {key}").style["fontWeight"]) >= 600
            assert bold == (key == chosen)
        assert all(lines[key].stroke != lines[chosen].stroke for key in NAMES if key != chosen)


def test_the_point_stands_at_the_end_of_the_chosen_curve(drawn):
    for picture in drawn:
        count = picture.whole_state["count"]
        place = picture.scale("frame", *LIMITS).pixels([count, picture.numbers["f"]])
        assert near(picture.one("point").middle, place, 1)


def test_the_legend_names_the_maps_and_their_logits(drawn):
    for picture in drawn:
        for key, name in NAMES.items():
            assert picture.one(f"named {key}").text == f"{name}:"
            value = picture.numbers["curves"][key][picture.whole_state["count"]]
            assert says(picture.one(f"value {key}").text, value, 2)


def test_words_and_numbers_agree(drawn):
    for picture in drawn:
        panel_agrees(picture)
        count, read = picture.whole_state["count"], picture.numbers["read"]
        assert picture.one("verdict").text == f"{count} of 64 replaced: read as {read}"


def test_nothing_is_replaced_at_first(drawn):
    (picture,) = [one for one in drawn if one.whole_state["count"] == 0 and one.whole_state["digit"] == "3"][:1]
    assert np.array_equal(picture.numbers["image"], IMAGES[3]) and picture.hidden("marks")
