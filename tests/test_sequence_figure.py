"""The figure of two numbers in a sequence: its sums and sentences, and pointer and keyboard in a browser."""

import numpy as np
import pytest
from test_live_figures import agrees, center
from twins import twin

from conftest import settle
from lrp_edu.explorables import SequenceFigure
from lrp_edu.explorables.sequence import NETWORKS, numbers_of
from lrp_edu.recurrence import Gated


def states():
    for product in SequenceFigure.schema()["product"]["choices"]:
        for absorb in ("no", "yes"):
            for task in ("sum", "difference"):
                yield {"product": product, "absorb": absorb, "task": task, "first": -0.7, "second": 0.9, "steps": 6}


def test_numbers_are_those_of_the_network():
    for state in states():
        numbers = twin(SequenceFigure, **state, network=3, first_step=1, second_step=9).numbers()
        network, x = NETWORKS[state["task"]][2], np.zeros((6, 2))
        x[0, 0], x[5, 1] = -0.7, 0.9  # what would stand beyond the end stands at the end
        rule = Gated(0.0, state["product"], absorb_bias=state["absorb"] == "yes")
        explanation = network.explain(x, rules=rule)
        assert numbers["f_x"] == explanation.value and np.array_equal(numbers["R"], explanation.relevance)
        assert numbers["right"] == pytest.approx(-0.7 + (0.9 if state["task"] == "sum" else -0.9))
        assert [numbers["R_first"], numbers["R_second"]] == [explanation.relevance[0, 0], explanation.relevance[5, 1]]
        assert numbers["totals"] == pytest.approx([float(total) for total in explanation.totals])
        assert numbers["gap"] == pytest.approx(numbers["f_x"] - numbers["total"])


def test_sums_lead_from_the_last_output_to_the_inputs_and_their_falls_are_the_losses():
    for state in states():
        numbers = twin(SequenceFigure, **state).numbers()
        sums, largest = np.array(numbers["sums"]), np.abs(numbers["sums"]).max()
        assert len(sums) == 7 and sums[-1] == pytest.approx(numbers["totals"][1], abs=1e-12)
        assert sums[0] == pytest.approx(numbers["total"], abs=1e-12 * largest)
        lost, upper = (sum(row.values()) for row in numbers["losses"])
        assert sums[-1] - sums[0] == pytest.approx(lost, abs=1e-11 * largest)
        assert numbers["gap"] == pytest.approx(lost + upper, abs=1e-11 * largest)


def test_the_browser_is_told_each_network():
    stored = np.frombuffer(SequenceFigure.data["sequence_network"], "<f4").reshape(2, 20, 17)
    for k, networks in enumerate(NETWORKS.values()):
        assert np.array_equal(stored[k], [numbers_of(network) for network in networks])


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ({}, ["signal"]),
        ({"product": "half", "first": -0.5}, ["half"]),
        ({"second": 0.4}, ["small", "signal"]),
        ({"first_step": 6, "product": "magnitude"}, ["order", "magnitude"]),
        ({"first_step": 9, "second_step": 10, "steps": 7, "product": "proportion"}, ["order", "proportion"]),
    ],
)
def test_sentences(state, notes):
    assert twin(SequenceFigure, **state).numbers()["notes"] == notes


def test_at_rest_it_is_a_table():
    text = SequenceFigure(first=0.5, second=0.75)._repr_html_()
    assert '<th scope="row">n₁ + n₂, the right answer</th><td>1.25</td>' in text
    assert '<th scope="row">n₁ − n₂, the right answer</th>' in SequenceFigure(task="difference")._repr_html_()


@pytest.mark.parametrize("width", [1280, 320])
def test_a_number_is_dragged_up_and_along(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(SequenceFigure())
    page.locator(".plot").first.scroll_into_view_if_needed()
    frame = page.locator(".plot-frame").first.bounding_box()
    x, y = center(page, "first")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + frame["width"] * 2.2 / 8, y + frame["height"] * 1.4 / 3, steps=4)
    page.mouse.up()
    settle(page)
    state = agrees(page, SequenceFigure)["state"]
    assert state["first_step"] == 4 and state["first"] == pytest.approx(-0.6, abs=0.1) and state["second_step"] == 6


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("ArrowRight", {"second_step": 7}),
        ("ArrowLeft", {"second_step": 5}),
        ("Shift+ArrowLeft", {"second_step": 1}),
        ("Home", {"second_step": 1}),
        ("End", {"second_step": 8}),
        ("ArrowUp", {"second": 0.7}),
        ("Shift+ArrowDown", {"second": -0.4}),
    ],
)
def test_keys_move_a_number_by_whole_steps_and_tenths(show_page, key, state):
    page = show_page(SequenceFigure())
    page.locator("[data-handle=second]").focus()
    page.keyboard.press(key)
    found = agrees(page, SequenceFigure)["state"]
    assert {name: found[name] for name in ("second", "second_step")} == {"second": 0.6, "second_step": 6} | state


def test_each_control_agrees_with_python(show_page):
    page = show_page(SequenceFigure())
    page.locator("select[data-control=product]").select_option("half")
    page.locator("[data-control=task][value=difference]").check(force=True)
    page.locator("[data-control=absorb][value=yes]").check(force=True)
    page.locator("summary", has_text="Network").click()
    page.locator("input[data-field=network]").fill("7")
    page.locator("input[data-field=steps]").fill("5")
    page.locator("input[data-field=epsilon]").fill("0.05")
    state = agrees(page, SequenceFigure)["state"]
    expected = {"product": "half", "task": "difference", "absorb": "yes", "network": 7, "steps": 5, "epsilon": 0.05}
    assert {key: state[key] for key in expected} == expected and state["second_step"] == 6
