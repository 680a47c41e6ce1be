"""The figure of pixels that are replaced: slow curves, its sentences, and pointer and keyboard in a browser."""

import numpy as np
import pytest
from test_live_figures import agrees, center
from twins import twin

from conftest import settle
from lrp_edu.digits import load_digits
from lrp_edu.explorables import FlippingFigure
from lrp_edu.explorables.digit import ink_of, pixels_of
from lrp_edu.explorables.flipping import HEIGHT, IMAGES, MAPS, MEAN, NETWORK, OURS, PLACES

CHOICES = {key: list(one["choices"]) for key, one in FlippingFigure.schema().items() if one["kind"] == "choice"}


def states():
    for digit in CHOICES["digit"]:
        for replacement in CHOICES["replacement"]:
            for first in CHOICES["first"]:
                yield {"digit": digit, "replacement": replacement, "first": first}


def test_images_are_held_out_and_read_rightly():
    data = load_digits()
    assert np.array_equal(IMAGES[3], data.images[OURS]) and OURS in data.test
    rows = [np.flatnonzero((data.images == image).all(axis=1)) for image in IMAGES]
    assert all(np.isin(row, data.test).all() and (data.labels[row] == k).all() for k, row in enumerate(rows))
    assert NETWORK.forward(IMAGES).argmax(axis=1).tolist() == list(range(10))
    assert np.array_equal(pixels_of(ink_of(IMAGES)), IMAGES)  # what the browser is told is the image itself


@pytest.mark.parametrize("order", CHOICES["order"])
def test_curves_are_those_of_slow_loops(order):
    for state in list(states())[:: len(CHOICES["order"])]:
        digit = int(state["digit"])
        r = {"mean": MEAN, "blank": -np.ones(64), "other": IMAGES[(digit + 1) % 10]}[state["replacement"]]
        sign = 1 if state["first"] == "least" else -1
        x, curve = IMAGES[digit].copy(), [NETWORK.forward(IMAGES[digit])[digit]]
        for i in sorted(range(64), key=lambda i: (sign * MAPS[order][digit][i], i)):  # noqa: B023 - used at once
            x[i] = r[i]
            curve.append(NETWORK.forward(x)[digit])
        numbers = twin(FlippingFigure, **state, order=order).numbers()
        assert numbers["curves"][order] == pytest.approx(curve, abs=1e-12)
        assert numbers["area"] == pytest.approx(sum(curve[0] - f for f in curve) / 65, abs=1e-12)


def test_every_curve_lies_in_the_picture_and_ends_where_the_others_do():
    for state in states():
        curves = np.array(list(twin(FlippingFigure, **state).numbers()["curves"].values()))
        assert HEIGHT[0] < curves.min() and curves.max() < HEIGHT[1]
        assert np.ptp(curves[:, [0, -1]], axis=0) == pytest.approx(0, abs=1e-12)


def test_the_browser_is_told_each_order():
    for digit, orders in enumerate(FlippingFigure.constants["orders"]):
        for key, both in orders.items():
            for sign, letters in zip((-1, 1), both, strict=True):
                order = [PLACES.index(letter) for letter in letters]
                assert sorted(order) == list(range(64))
                assert np.all(np.diff(sign * MAPS[key][digit][order]) >= 0)


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ({"count": 0}, ["none"]),
        ({"count": 64, "order": "lrp0"}, ["gone"]),
        ({"count": 16}, ["still"]),
        ({"count": 17}, ["changed"]),
        ({"order": "random", "count": 1}, ["still"]),
        ({"order": "lrp0", "first": "least", "count": 20}, ["still"]),
    ],
)
def test_a_sentence_says_what_has_happened(state, notes):
    assert FlippingFigure(**state).numbers()["notes"] == notes


def test_random_order_may_be_ahead():
    seen = set()
    for state in states():
        for order in ("path", "random"):
            numbers = twin(FlippingFigure, **state, order=order, count=12).numbers()
            noise, f = numbers["curves"]["random"][12], numbers["f"]
            ahead = order != "random" and (noise < f if state["first"] == "most" else noise > f)
            assert ("beaten" in numbers["notes"]) == ahead
            seen.add(bool(ahead))
    assert seen == {True, False}


@pytest.mark.parametrize("width", [1280, 320])
def test_the_point_is_dragged_along_its_curve(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(FlippingFigure())
    page.locator(".plot").scroll_into_view_if_needed()
    frame = page.locator(".plot-frame").bounding_box()
    x, y = center(page, "count")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 40.3 / 64, y - 30, steps=4)
    page.mouse.up()
    settle(page)
    assert agrees(page, FlippingFigure)["state"]["count"] == 40


@pytest.mark.parametrize(
    ("key", "count"), [("ArrowRight", 21), ("ArrowLeft", 19), ("PageUp", 30), ("Home", 0), ("End", 64)]
)
def test_keys_move_the_point(show_page, key, count):
    page = show_page(FlippingFigure())
    page.locator("[data-handle=count]").focus()
    page.keyboard.press(key)
    assert agrees(page, FlippingFigure)["state"]["count"] == count


def test_each_choice_agrees_with_python(show_page):
    page = show_page(FlippingFigure())
    page.locator("select[data-control=digit]").select_option("9")
    page.locator("select[data-control=order]").select_option("path")
    page.locator("[data-control=replacement][value=other]").check(force=True)
    page.locator("[data-control=first][value=least]").check(force=True)
    expected = {"digit": "9", "order": "path", "replacement": "other", "first": "least", "count": 20}
    assert agrees(page, FlippingFigure)["state"] == expected
