"""The digit that one draws: traits and numbers in Python, pen, pointer, keys and samples in a browser."""

import base64
import json
import re

import numpy as np
import pytest
import traitlets

from conftest import settle
from lrp_edu import LRP0, Gamma, ZBox
from lrp_edu.digits import load_digits, load_network
from lrp_edu.explorables import DigitFigure
from lrp_edu.explorables.core.bundle import data_script
from lrp_edu.explorables.core.explorable import levels
from lrp_edu.explorables.digit import SAMPLES, ink_of, pixels_of
from website import figures

DIGITS, NETWORK = load_digits(), load_network()
LABELS, READ = DIGITS.labels[DIGITS.test], NETWORK.forward(DIGITS.images[DIGITS.test]).argmax(axis=-1)


# --- in Python ---


def test_ink_and_pixels_are_the_same_drawing():
    assert (pixels_of(ink_of(DIGITS.images)) == DIGITS.images).all()
    figure = DigitFigure(pixels=DIGITS.images[7])
    assert (figure.pixels == DIGITS.images[7]).all()
    figure.pixels = np.linspace(-2, 2, 64)
    assert figure.ink[0] == 0 and figure.ink[-1] == 16 and figure.ink[32] == 8
    assert np.abs(figure.pixels - np.clip(np.linspace(-2, 2, 64), -1, 1)).max() <= 1 / 16


@pytest.mark.parametrize("wrong", [[1] * 63, [[1] * 8] * 8, [0.5] * 64, "0" * 64, [float("nan")] * 64])
def test_what_is_no_drawing_is_refused(wrong):
    with pytest.raises(traitlets.TraitError, match="64 whole numbers"):
        DigitFigure(ink=wrong)


def test_pixels_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="pixels must be finite numbers from -1 to 1, got"):
        DigitFigure(pixels=[float("nan")] * 64)


def test_ink_is_clamped():
    assert DigitFigure(ink=[-3, 99] * 32).ink == (0, 16) * 32


def test_the_explanation_is_that_of_the_network():
    image = DIGITS.images[DIGITS.test[0]]
    figure = DigitFigure(pixels=image, target="5")
    expected = NETWORK.explain(image, 5, [ZBox(), Gamma(0.25), LRP0()])
    assert (figure.explanation().relevance == expected.relevance).all()
    assert figure.numbers()["R"][0] == expected.relevance.tolist()
    assert figure.numbers()["f"] == expected.value


def test_a_contrast_starts_from_both_logits():
    image = DIGITS.images[DIGITS.test[0]]
    figure = DigitFigure(pixels=image, target="3", against="8")
    logits, start = NETWORK.forward(image), np.zeros(10)
    start[3], start[8] = logits[3], -logits[8]
    expected = NETWORK.relprop(start, [ZBox(), Gamma(0.25), LRP0()])  # with LRP-0 on top it is the same
    assert figure.explanation().relevance == pytest.approx(expected, abs=1e-12)
    assert figure.numbers()["f"] == pytest.approx(logits[3] - logits[8], abs=1e-12)


def test_the_second_is_the_largest_of_the_others():
    order = np.argsort(NETWORK.forward(DigitFigure().pixels))
    assert DigitFigure(against="second").numbers()["against"] == order[-2]
    assert DigitFigure(against="second", target=str(order[-2])).numbers()["against"] == order[-1]


def test_samples_are_held_out_and_the_hard_ones_are_misread():
    wrong = np.flatnonzero(LABELS != READ)
    assert len(SAMPLES) == 10 + min(6, len(wrong))
    held_out = [levels(ink_of(image)) for image in DIGITS.images[DIGITS.test]]
    for n, sample in enumerate(SAMPLES):
        row = held_out.index(sample["ink"])
        assert (sample["label"], sample["read"]) == (LABELS[row], READ[row])
        assert (sample["label"] == sample["read"] == n) if n < 10 else (sample["label"] != sample["read"])


def test_the_weights_reach_a_page_once_and_are_small(tmp_path):
    (data,) = DigitFigure.data.values()
    numbers = np.frombuffer(data, "<f4").astype(float)
    parts = [part.ravel() for layer in NETWORK.weighted for part in (layer.weight, layer.bias)]
    assert (numbers == np.concatenate(parts)).all()
    assert len(data_script("digits_network", data)) <= 40_000
    assert figures.scripts(["digit"]) == ["figures/data/digits_network.js", "figures/digit.js"]
    assert base64.b64encode(data)[:60].decode() not in json.dumps(DigitFigure().stored())
    assert DigitFigure._esm.count(base64.b64encode(data)[:60].decode()) == 1


def test_at_rest_the_heatmap_is_a_table():
    html = DigitFigure().at_rest()
    cells = re.findall(r'<td style="background: (#\w{6}); color: #\w+">([^<]*)</td>', html)
    R = DigitFigure().numbers()["R"][0]
    assert [float(text.replace("−", "-")) for _, text in cells] == pytest.approx(R, abs=0.0051)
    for (color, _), value in zip(cells, R, strict=True):
        red, blue = int(color[1:3], 16), int(color[5:], 16)
        assert abs(value) < 0.02 or (red > blue) == (value > 0)


# --- the pen, against a slow one ---


PEN = """async ([name, ...given]) => {
    const pen = await import("./modules/digit/pen.js");
    const paper = pen.sheet([8, 8], 4);
    paper.points.set(given[0]);
    if (name === "stroke") for (const [from, to, width] of given[1]) pen.stroke(paper, from, to, width);
    if (name === "follow") pen.follow(paper, given[1]);
    if (name === "fit") pen.fit(paper);
    return [[...paper.points], pen.inkOf(paper)];
}"""


def in_the_browser(page, *given):
    points, ink = page.evaluate(PEN, list(given))
    return np.array(points).reshape(32, 32), np.array(ink)


def counted(points):
    return points.reshape(8, 4, 8, 4).sum(axis=(1, 3)).ravel()


def test_a_stroke_covers_the_points_near_its_line(show_page):
    page, random = show_page(), np.random.default_rng(4)
    middles = np.moveaxis(np.mgrid[:32, :32][::-1] + 0.5, 0, -1)
    for _ in range(12):
        strokes = [(*random.uniform(-4, 36, (2, 2)).tolist(), random.uniform(1, 8)) for _ in range(3)]
        expected = np.zeros((32, 32), bool)
        for start, end, width in strokes:
            way = np.linspace(start, end, 1001)
            for row in range(32):
                near = np.hypot(*np.moveaxis(middles[row][:, None] - way, -1, 0)).min(axis=1)
                expected[row] |= near <= width / 2
        drawn, ink = in_the_browser(page, "stroke", [0] * 1024, strokes)
        assert (drawn != expected).sum() <= 3  # the way above has steps
        assert (ink == counted(drawn)).all()


def test_a_bitmap_follows_its_ink_and_keeps_what_fits(show_page):
    page, random = show_page(), np.random.default_rng(5)
    for _ in range(20):
        before = (random.random((32, 32)) < random.random()).astype(int)
        ink = np.where(random.random(64) < 0.5, counted(before), random.integers(0, 17, 64))
        points, shown = in_the_browser(page, "follow", before.ravel().tolist(), ink.tolist())
        assert (shown == ink).all() and (counted(points) == ink).all()
        same = np.kron((counted(before) == ink).reshape(8, 8), np.ones((4, 4))) > 0
        assert (points == before)[same].all()


def test_what_is_fitted_fills_the_frame_in_its_middle(show_page):
    page, random = show_page(), np.random.default_rng(6)
    for _ in range(30):
        height, width = random.integers(4, 33, 2)
        top, left = random.integers(0, 33 - height), random.integers(0, 33 - width)
        before = np.zeros((32, 32), int)
        shape = random.random((height, width)) < 0.6
        shape[[0, -1]] = shape[:, [0, -1]] = True
        before[top : top + height, left : left + width] = shape
        after, _ = in_the_browser(page, "fit", before.ravel().tolist())
        rows, columns = (np.flatnonzero(after.any(axis=axis)) for axis in (1, 0))
        sizes = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert max(sizes) == 32
        assert min(sizes) == pytest.approx(32 * min(height, width) / max(height, width), abs=1)
        assert abs(rows[0] + rows[-1] - 31) <= 1 and abs(columns[0] + columns[-1] - 31) <= 1
        assert after.sum() == pytest.approx(before.sum() * (32 / max(height, width)) ** 2, rel=0.15)
    assert not in_the_browser(page, "fit", [0] * 1024)[0].any()


def test_fit_leaves_digits_of_the_data_set_almost_as_they_stand(show_page):
    page, images = show_page(), ink_of(DIGITS.images[DIGITS.test[:60]])
    bitmaps = [in_the_browser(page, "follow", [0] * 1024, image.tolist())[0] for image in images]
    fitted = np.array([in_the_browser(page, "fit", bitmap.ravel().tolist())[1] for bitmap in bitmaps])
    alike = [np.corrcoef(one, two)[0, 1] for one, two in zip(fitted, images, strict=True)]
    assert np.median(alike) > 0.9
    before, after = (NETWORK.forward(pixels_of(ink)).argmax(axis=-1) for ink in (images, fitted))
    assert (before == after).mean() > 0.95


# --- what a hand does ---


def state(page):
    settle(page)
    return page.evaluate("document.querySelector('.explorable').explorable.state")


def draw(page, *places):
    """Draw through places, in parts of the pad."""
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()
    settle(page)


def agrees(page):
    """Check what the browser has against Python, in the state that the browser has."""
    settle(page)
    seen = page.evaluate(
        """(({state, numbers}) => JSON.parse(JSON.stringify({state, numbers})))(
            document.querySelector('.explorable').explorable)"""
    )
    numbers = DigitFigure(**seen["state"]).numbers()
    for key in ("logits", "totals", "f", "gap"):
        assert seen["numbers"][key] == pytest.approx(numbers[key], abs=1e-10)
    for ours, theirs in zip(seen["numbers"]["R"], numbers["R"], strict=True):
        assert ours == pytest.approx(theirs, abs=1e-10)
    assert seen["numbers"]["notes"] == numbers["notes"]
    return seen["state"]


def test_a_drawing_is_fitted_with_the_pen_that_drew_it(show_page):
    """Its lines are scaled and drawn anew; ink that came from elsewhere is scaled as it is."""
    page = show_page(DigitFigure(ink=[0] * 64))
    for width in (2, 4):
        page.evaluate("(pen) => document.querySelector('.explorable').explorable.set({ pen })", width)
        page.locator(".clear").click()
        draw(page, (0.4, 0.3), (0.4, 0.7))
        draw(page, (0.4, 0.5), (0.55, 0.5))
        small = state(page)["ink"]
        page.locator(".fit").click()
        ink = np.reshape(agrees(page)["ink"], (8, 8))
        assert np.abs(ink[[1, 2, 5, 6]].sum(axis=1) - 4 * width).max() <= 4  # the upright line is as wide as it was
        rows, columns = np.nonzero(ink)
        assert (rows.min(), rows.max()) == (0, 7) and abs(columns.min() + columns.max() - 7) <= 1
        page.locator(".fit").click()
        assert (np.reshape(state(page)["ink"], (8, 8)) == ink).all()
        page.locator(".undo").click()
        assert state(page)["ink"] == small
        page.locator(".fit").click()
        assert (np.reshape(state(page)["ink"], (8, 8)) == ink).all()  # also after it was undone
    page.locator(".undo").click()
    page.locator("[data-cell='18']").press("9")  # ink that no line has left
    page.locator(".fit").click()
    assert sum(state(page)["ink"]) > 1.5 * ink.sum()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_pointer_draws(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(DigitFigure(ink=[0] * 64))
    draw(page, (0.5, 0.0625), (0.5, 0.9375))
    ink = np.reshape(agrees(page)["ink"], (8, 8))
    assert (ink[1:7, 3:5] == 8).all() and not ink[:, :3].any() and not ink[:, 5:].any()


def test_the_heatmap_forms_while_the_pen_moves(show_page):
    page = show_page(DigitFigure(ink=[0] * 64))
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    seen = set()
    for step in range(6):
        page.mouse.move(box["x"] + 60 + 30 * step, box["y"] + 40 + 20 * step)
        settle(page)
        seen.add(page.locator(".verdict").text_content() + str(page.locator(".heat").nth(20).get_attribute("fill")))
        numbers = page.evaluate("document.querySelector('.explorable').explorable.numbers")
        assert numbers["totals"][0] == pytest.approx(numbers["f"], abs=1e-12)
    page.mouse.up()
    assert len(seen) > 4


def test_a_finger_draws_and_the_page_does_not_scroll(show_page, page):
    page.set_viewport_size({"width": 360, "height": 600})
    show_page(DigitFigure(ink=[0] * 64))
    touch, box = page.context.new_cdp_session(page), page.locator(".pad").bounding_box()

    def finger(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    x = box["x"] + box["width"] / 2
    finger("touchStart", (x, box["y"] + 250))
    for y in range(240, 20, -20):
        finger("touchMove", (x, box["y"] + y))
    finger("touchEnd")
    ink = np.reshape(agrees(page)["ink"], (8, 8))
    assert ink[1:6, 3:5].all() and not ink[:, :3].any()
    assert page.evaluate("scrollY") == 0
    actions = "(element) => getComputedStyle(element).touchAction"
    assert page.locator(".pad").evaluate(actions) == "none" and page.locator(".stage").evaluate(actions) == "auto"


def test_strokes_and_steps_are_undone(show_page):
    page = show_page(DigitFigure())
    start, states = state(page)["ink"], []
    undo = page.locator(".undo")
    assert undo.is_disabled()
    for act in (
        lambda: page.locator(".clear").click(),
        lambda: draw(page, (0.3, 0.4), (0.5, 0.6)),
        lambda: page.locator(".fit").click(),
        lambda: page.locator(".specimen").nth(8).click(),
        lambda: page.locator("[data-cell='9']").press("4"),
    ):
        act()
        states.append(state(page)["ink"])
    assert len(set(map(tuple, states))) == 5 and not any(states[0])
    page.locator("[data-cell='9']").press("4")  # changes nothing, so it is no step
    for before in [*states[-2::-1], start]:
        undo.click()
        assert state(page)["ink"] == before
    assert undo.is_disabled()


def test_a_stroke_is_one_step_and_keys_undo_too(show_page):
    page = show_page(DigitFigure(ink=[0] * 64))
    draw(page, (0.2, 0.2), (0.8, 0.2), (0.3, 0.9))
    draw(page, (0.2, 0.8), (0.8, 0.8))
    page.locator("[data-cell='0']").press("Control+z")
    page.locator("[data-cell='0']").press("Control+z")
    assert not any(state(page)["ink"])


def test_keys_go_from_cell_to_cell_and_give_ink(show_page):
    page = show_page(DigitFigure(ink=[0] * 64))
    page.locator("[data-cell='0']").focus()
    expected = [0] * 64
    for keys, cell, ink in [
        (["Space"], 0, 16),
        (["ArrowRight", "ArrowDown", "5"], 9, 9),
        (["+"], 9, 10),
        (["-", "-"], 9, 8),
        (["End", "9"], 15, 16),
        (["Home", "PageDown", "1"], 56, 2),
        (["PageUp", "Space"], 0, 0),
        (["ArrowLeft", "ArrowUp", "Enter"], 0, 16),
        (["Delete"], 0, 0),
    ]:
        for key in keys:
            page.keyboard.press(key)
        expected[cell] = ink
        assert page.evaluate("document.activeElement.dataset.cell") == str(cell)
        assert agrees(page)["ink"] == expected
    assert page.locator("[data-cell][tabindex='0']").count() == 1
    assert page.locator(".cell-ring").is_visible()


def test_a_pixel_that_is_pointed_at_tells_its_relevance(show_page):
    page = show_page(DigitFigure())
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 4.5 / 8 * box["width"], box["y"] + 2.5 / 8 * box["height"])
    settle(page)
    R, ink = DigitFigure().numbers()["R"][0][20], DigitFigure().ink[20]
    said = re.fullmatch(
        r"row 2, column 4: ink (\d+) of 16, x = (\S+), R = (\S+)", page.locator(".reading").text_content()
    )
    ours = [float(text.replace("−", "-")) for text in said.groups()]
    assert ours == pytest.approx([ink, ink / 8 - 1, R], abs=5.1e-5)
    page.mouse.move(2, 2)
    settle(page)
    assert page.locator(".reading").text_content().startswith("Point at")
    page.locator("[data-cell='20']").focus()
    settle(page)
    assert page.locator(".reading").text_content() == said[0]


def test_a_finger_that_only_looks_draws_nothing(show_page, page):
    page.set_viewport_size({"width": 360, "height": 700})
    show_page(DigitFigure())
    before = state(page)["ink"]
    page.locator(".look").click()
    touch, box = page.context.new_cdp_session(page), page.locator(".pad").bounding_box()
    point = {"x": box["x"] + 4.5 / 8 * box["width"], "y": box["y"] + 2.5 / 8 * box["height"]}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert state(page)["ink"] == before
    assert page.locator(".reading").text_content().startswith("row 2, column 4: ink")
    page.locator(".look").click()
    draw(page, (0.1, 0.1), (0.1, 0.3))
    assert state(page)["ink"] != before


def test_a_bar_is_clicked_to_explain_its_class(show_page):
    page = show_page(DigitFigure())
    page.locator(".logit").nth(5).click()
    assert agrees(page)["target"] == "4"
    page.keyboard.press("ArrowDown")
    assert agrees(page)["target"] == "5"
    assert "The logit of\u00a05: " in page.locator(".verdict").text_content()
    page.locator("select[data-control=against]").select_option("second")
    assert agrees(page)["against"] == "second"


def test_each_sample_is_read_as_it_says(show_page):
    page = show_page(DigitFigure(ink=[0] * 64))
    for n, sample in enumerate(SAMPLES):
        page.locator(".specimen").nth(n).click()
        assert levels(agrees(page)["ink"]) == sample["ink"]
        assert page.locator("[data-number=read]").text_content() == str(sample["read"])


def test_colors_and_bars_do_not_flicker_while_the_pen_is_down(show_page):
    page = show_page(DigitFigure())
    page.locator(".clear").click()
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    limits = []
    for step in range(60):
        page.mouse.move(box["x"] + 40 + 4 * (step % 50), box["y"] + 40 + 5 * step)
        settle(page)
        limits.append([float(page.locator(where).last.text_content()) for where in (".limit", ".logit-axis span")])
    page.mouse.up()
    assert (np.diff(limits, axis=0) >= 0).all()


# --- the address ---


def test_the_drawing_is_64_characters_of_the_address(show_page):
    page = show_page(DigitFigure(ink=[0] * 64))
    draw(page, (0.2, 0.2), (0.8, 0.2), (0.4, 0.9))
    ink = state(page)["ink"]
    page.wait_for_function("ink => location.hash.includes(`ink=${ink};`)", arg=levels(ink))
    page.reload()
    page.locator(".pad").wait_for()
    assert agrees(page)["ink"] == ink


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ("ink=" + "0g" * 32, [0, 16] * 32),
        ("ink=" + "0z" * 32, [0, 16] * 32),
        ("ink=" + "0g" * 31, None),
        ("ink=" + "0-" * 32, [0, None] * 32),
        ("ink=<img src=x onerror=alert(1)>", None),
        ("ink=;pen=99;target=11", None),
    ],
)
def test_a_hostile_address_is_clamped(show_page, part, kept):
    start = list(DigitFigure().ink)
    page = show_page(DigitFigure(), hash=f"#digit:{part}")
    kept = [old if new is None else new for new, old in zip(kept or start, start, strict=True)]
    after = agrees(page)
    assert after["ink"] == kept and after["target"] == "largest" and after["pen"] in (4, 8)


def test_reset_brings_back_the_stored_drawing(show_page):
    page = show_page(DigitFigure(ink=[3] * 64, target="7"))
    draw(page, (0.2, 0.2), (0.8, 0.2))
    page.locator(".reset").click()
    after = agrees(page)
    assert after["ink"] == [3] * 64 and after["target"] == "7"


def test_two_figures_of_a_page_share_the_weights_and_nothing_else(show_page):
    page = show_page(DigitFigure(), DigitFigure(ink=[0] * 64))
    page.locator(".specimen").nth(1).click()
    settle(page)
    inks = page.evaluate("[...document.querySelectorAll('.explorable')].map((one) => one.explorable.state.ink)")
    assert levels(inks[0]) == SAMPLES[1]["ink"] and not any(inks[1])
    assert page.locator("script[src*='digits_network']").count() == 1
