"""Two digits on one canvas: numbers in Python, and what a pointer, a finger and keys do in a browser."""

import json

import numpy as np
import pytest

from conftest import settle
from lrp_edu import LRP0, Gamma, ZBox
from lrp_edu.canvas import load_canvas_network
from lrp_edu.digits import load_digits
from lrp_edu.explorables import CanvasFigure
from lrp_edu.explorables.canvas import IMAGES, positive_share
from lrp_edu.explorables.core.bundle import data_script
from website import figures

DIGITS, NETWORK = load_digits(), load_canvas_network()


# --- in Python ---


def test_the_digits_are_held_out_images():
    held_out = {image.tobytes(): label for image, label in zip(*_held_out(), strict=True)}
    assert [held_out[image.tobytes()] for image in IMAGES] == list(range(10))
    canvas = CanvasFigure(one="4", other="none", row=2, column=5).canvas
    assert np.array_equal(canvas[0, 2:10, 5:13].ravel(), IMAGES[4]) and (canvas[0, :2] == -1).all()


def _held_out():
    return DIGITS.images[DIGITS.test], DIGITS.labels[DIGITS.test]


def test_the_explanation_is_that_of_the_network():
    figure = CanvasFigure(target="7")
    expected = NETWORK.explain(figure.canvas, 7, [ZBox(), Gamma(0.25), Gamma(0.25), LRP0()])
    assert (figure.explanation().relevance == expected.relevance).all()
    numbers = figure.numbers()
    assert numbers["R"] == expected.relevance.ravel().tolist() and numbers["f"] == expected.value
    assert numbers["totals"] == pytest.approx([total.item() for total in expected.totals], abs=1e-12)
    positive = np.maximum(expected.relevance[0], 0)
    assert numbers["inside"] == pytest.approx(positive[6:14, 11:19].sum() / positive.sum(), abs=1e-12)
    assert numbers["outside"] == pytest.approx(positive[1:9, 1:9].sum() / positive.sum(), abs=1e-12)


def test_a_contrast_starts_from_both_logits():
    figure = CanvasFigure(target="3", against="7")
    logits, start = NETWORK.forward(figure.canvas), np.zeros(10)
    start[3], start[7] = logits[3], -logits[7]
    expected = NETWORK.relprop(start, [ZBox(), Gamma(0.25), Gamma(0.25), LRP0()])  # with LRP-0 on top it is the same
    assert figure.explanation().relevance == pytest.approx(expected, abs=1e-12)


def test_what_is_not_there_has_no_square():
    numbers = CanvasFigure(one="3", other="none", target="7").numbers()
    assert numbers["inside"] is None and numbers["notes"][0] == "absent" and 0 <= numbers["outside"] <= 1
    alone = CanvasFigure(one="3", other="none", target="3").numbers()
    assert alone["outside"] is None and "absent" not in alone["notes"]


def test_one_digit_twice_has_two_squares():
    figure = CanvasFigure(one="3", other="3", target="3")
    assert figure.mask(3).sum() == 128 and "same" in figure.numbers()["notes"]
    assert CanvasFigure(row=0, column=0, other_row=0, other_column=7).numbers()["notes"][0] == "overlap"
    assert "overlap" not in CanvasFigure(row=0, column=0, other_row=0, other_column=8).numbers()["notes"]


def test_a_share_of_nothing_is_none():
    assert positive_share(np.array([-1.0, 0.0]), np.array([True, False])) is None


def test_the_weights_reach_a_page_once_and_are_small():
    (data,) = CanvasFigure.data.values()
    parts = [part.ravel() for layer in NETWORK.weighted for part in (layer.weight, layer.bias)]
    assert (np.frombuffer(data, "<f4").astype(float) == np.concatenate(parts)).all()
    assert len(data_script("canvas_network", data)) <= 85_000
    assert figures.scripts(["canvas"]) == ["figures/data/canvas_network.js", "figures/canvas.js"]
    assert len(json.dumps(CanvasFigure().stored())) < 30_000


# --- what a hand does ---


def state(page):
    settle(page)
    return page.evaluate("document.querySelector('.explorable').explorable.state")


def agrees(page):
    """Check what the browser has against Python, in the state that the browser has."""
    settle(page)
    seen = page.evaluate(
        """(({state, numbers}) => JSON.parse(JSON.stringify({state, numbers})))(
            document.querySelector('.explorable').explorable)"""
    )
    numbers = CanvasFigure(**seen["state"]).numbers()
    for key in ("logits", "R", "totals", "f", "inside", "outside"):
        assert seen["numbers"][key] == pytest.approx(numbers[key], abs=1e-10)
    assert seen["numbers"]["notes"] == numbers["notes"]
    return seen["state"]


def at(page, row, column):
    """Return where the middle of a pixel lies on the screen."""
    box = page.locator(".canvas").bounding_box()
    size = box["width"] / 20
    return box["x"] + (column + 0.5) * size, box["y"] + (row + 0.5) * size


@pytest.mark.parametrize("width", [1280, 360])
def test_a_digit_is_dragged_by_any_of_its_pixels(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(CanvasFigure(target="3"))
    page.locator(".canvas").scroll_into_view_if_needed()
    page.mouse.move(*at(page, 2, 7))
    page.mouse.down()
    page.mouse.move(*at(page, 7, 9), steps=5)
    page.mouse.up()
    now = agrees(page)
    assert (now["row"], now["column"], now["other_row"], now["other_column"]) == (6, 3, 6, 11)
    page.mouse.move(*at(page, 13, 18))
    page.mouse.down()
    page.mouse.move(*at(page, 1, 1), steps=5)  # farther than the canvas has room
    page.mouse.up()
    now = agrees(page)
    assert (now["row"], now["column"], now["other_row"], now["other_column"]) == (6, 3, 0, 0)


def test_keys_move_a_digit_and_up_is_up(show_page):
    page = show_page(CanvasFigure(target="3"))
    page.locator("[data-handle=one]").focus()
    for key, expected in [("ArrowDown", (2, 1)), ("ArrowRight", (2, 2)), ("ArrowUp", (1, 2)), ("End", (0, 2))]:
        page.keyboard.press(key)
        now = agrees(page)
        assert (now["row"], now["column"]) == expected, key
    page.locator("[data-handle=other]").press("ArrowLeft")
    assert agrees(page)["other_column"] == 10


def test_a_finger_on_a_digit_drags_it_and_the_page_does_not_scroll(show_page, page):
    page.set_viewport_size({"width": 360, "height": 600})
    show_page(CanvasFigure(target="3"))
    touch = page.context.new_cdp_session(page)

    def finger(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    finger("touchStart", at(page, 4, 4))
    for row in range(4, 10):
        finger("touchMove", at(page, row, 4))
    finger("touchEnd")
    assert agrees(page)["row"] == 6 and page.evaluate("scrollY") == 0


def test_digits_are_chosen_and_a_class_is_clicked(show_page):
    page = show_page(CanvasFigure(target="3"))
    page.locator("select[data-control=one]").select_option("5")
    page.locator("select[data-control=other]").select_option("none")
    page.locator(".logit:has(input[value='5'])").click()
    now = agrees(page)
    assert (now["one"], now["other"], now["target"]) == ("5", "none", "5")
    assert page.locator("[data-handle=other]").is_hidden()


def test_a_pixel_is_read(show_page):
    page = show_page(CanvasFigure(target="3"))
    page.mouse.move(*at(page, 15, 19))
    settle(page)
    assert page.locator(".reading").text_content().startswith("row 15, column 19: x = −1, R = ")


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_nothing_is_wider_than_the_page(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(CanvasFigure())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
