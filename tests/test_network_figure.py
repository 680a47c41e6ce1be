"""The live figure of the seven neurons: its numbers and sentences in Python, its diagram in a browser."""

import re

import numpy as np
import pytest
import test_live_figures as live
from network_cases import network_case

from lrp_edu.claims.reference import takes_bias
from lrp_edu.explorables import NetworkFigure
from lrp_edu.explorables.core import plain
from lrp_edu.explorables.core.explorable import show
from lrp_edu.explorables.core.rules import RULES_BY_KEY

RULES = list(NetworkFigure.schema()["rule"]["choices"])

STATES = {
    "start": {},
    "nothing subtracts": {"rule": "alphabeta", "selected": "4"},
    "bias": {"b": (0, 1, 0), "absorb": "yes"},
    "bias adds": {"b": (0, -1, 0), "absorb": "yes"},
    "silent": {"x": (1, 0, 1), "selected": "6"},
    "fed": {"x": (1, 0, 1), "rule": "wsquare"},
    "hinge": {"x": (2, 1, 1), "selected": "36"},
    "no receiver": {"x": (1, 2, 1), "W1": ((1, 2, 0), (1, -2, 1), (0, 2, -1)), "b": (0, 3, 0), "selected": "5"},
    "sign of zero": {"W1": ((1, 2, 0), (1, -2, 1), (0, 2, -1)), "b": (0, 3, 0), "rule": "epsilon"},
    "huge": {"W1": ((1, 2, 0), (1, -1.95, 1), (0, 2, -1)), "b": (0, 3, 0)},
    "cancel": {"x": (1, 1, 1), "W2": ((1,), (-0.64,), (0,)), "selected": "7"},
    "nothing adds": {"W1": ((1, -0.5, 0), (1, -0.5, 1), (0, 0, -1)), "b": (0, 3, 0), "rule": "zplus"},
    "stabilizer": {"x": (-1.35, 2, -0.7), "rule": "epsilon", "selected": "7"},
    "box": {"x": (2, 2, 2), "rule": "zbox"},
    "missing edge": {"rule": "gamma", "first": "flat", "selected": "34"},
    "nothing": {"x": (0, 0, 0), "selected": "2"},
}


# --- in Python ---


def test_it_starts_with_the_numbers_of_the_chapter():
    numbers = NetworkFigure().numbers()
    assert numbers["a"] == [[1, 2, 1], [3, 2, 1], [6]]
    assert numbers["messages"] == [[[1, 4, 0], [2, -4, -2], [0, 4, 1]], [[3], [4], [-1]]]
    assert numbers["R"] == [[5, -4, 5], [3, 4, -1], [6]]
    assert numbers["totals"] == [6, 6, 6]
    assert numbers["gaps"] == [0, 0, 0]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("absorb", ["no", "yes"])
def test_every_neuron_accounts_for_its_relevance(rule, absorb):
    figure = NetworkFigure(x=(1.5, 2, -0.5), b=(1, -0.5, 0.5), rule=rule, absorb=absorb, epsilon=0.25)
    numbers = figure.numbers()
    audit = figure.network.explain(figure.x, rules=figure.rules).audit()
    for layer, row in zip((1, 0), audit.rows, strict=True):
        sent, losses = np.array(numbers["messages"][layer]), numbers["losses"][layer]
        assert sent.sum(axis=1) == pytest.approx(numbers["R"][layer], abs=1e-12)
        assert sent.sum(axis=0) + np.sum(list(losses.values()), axis=0) == pytest.approx(numbers["R"][layer + 1])
        assert [sum(loss) for loss in losses.values()] == pytest.approx([row.bias, row.stabilizer, row.no_receiver])


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ("start", ["conserved", "negative"]),
        ("nothing subtracts", ["nothing-subtracts-4", "negative"]),
        ("bias", ["bias", "negative"]),
        ("bias adds", ["bias-adds", "negative"]),
        ("silent", ["silent-6", "conserved"]),
        ("fed", ["fed-6", "conserved"]),
        ("hinge", ["hinge-6", "conserved", "negative"]),
        ("no receiver", ["no-receiver-5", "negative"]),
        ("sign of zero", ["stabilizer", "negative"]),
        ("huge", ["carried-5", "conserved", "negative"]),
        ("cancel", ["huge-7", "hinge-6", "conserved", "negative"]),
        ("nothing adds", ["nothing-adds-5"]),
        ("stabilizer", ["stabilizer", "below-zero", "silent-5", "negative"]),
        ("box", ["fed-6", "box", "conserved"]),
        ("missing edge", ["missing", "conserved", "negative"]),
        ("nothing", ["nothing", "hinge-4", "hinge-5", "hinge-6"]),
    ],
)
def test_what_happens_is_said(state, notes):
    assert NetworkFigure(**STATES[state]).numbers()["notes"] == notes


def test_every_note_has_one_sentence():
    random = np.random.default_rng(7)
    assert not set(NetworkFigure.warnings) & set(NetworkFigure.remarks)
    for _ in range(300):
        notes = NetworkFigure(**network_case(random)).numbers()["notes"]
        assert set(notes) <= NetworkFigure.warnings.keys() | NetworkFigure.remarks.keys()
        assert len(notes) == len(set(notes))
    sentences = {**NetworkFigure.warnings, **NetworkFigure.remarks}.values()
    assert not any("#" in sentence for sentence in sentences)


# --- in a browser ---


def number(page, key):
    return page.locator(f"[data-account='{key}']").inner_text()


def drag_knob(page, key, value):
    """Drag the knob of an input to a value between -3 and 3, along its track as it is drawn."""
    track = (
        page.locator("line.track")
        .nth(2 * int(key))
        .evaluate("(line) => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))")
    )
    box = page.locator("svg.network").bounding_box()
    share = (value + 3) / 6
    target = [box[side] + track[i] + share * (track[i + 2] - track[i]) for i, side in enumerate("xy")]
    page.mouse.move(*live.center(page, f"'x.{key}'"))
    page.mouse.down()
    page.mouse.move(*target, steps=4)
    page.mouse.up()
    live.settle(page)


def middle(page, key, share=0.6):
    """Return where a point of an edge lies on the screen."""
    box = page.locator("svg.network").bounding_box()
    x1, y1, x2, y2 = page.locator(f"[data-item='{key}'] .edge-line").evaluate(
        "(line) => ['x1', 'y1', 'x2', 'y2'].map((name) => Number(line.getAttribute(name)))"
    )
    return box["x"] + x1 + share * (x2 - x1), box["y"] + y1 + share * (y2 - y1)


@pytest.mark.parametrize("width", [1280, 360])
def test_every_state_agrees_and_fits(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(*(NetworkFigure(**state) for state in STATES.values()))
    for index in range(len(STATES)):
        assert live.agrees(page, NetworkFigure, index)["parity"] == "ok"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for handle in page.locator("[data-handle] .handle-grab").all():
        box = handle.bounding_box()
        assert round(min(box["width"], box["height"]), 3) >= 44


@pytest.mark.parametrize("width", [1280, 360])
def test_an_input_is_dragged(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NetworkFigure())
    drag_knob(page, "1", -1.5)
    seen = live.agrees(page, NetworkFigure)
    assert seen["state"]["x"] == pytest.approx([1, -1.5, 1], abs=0.06)
    assert seen["state"]["selected"] == "2"
    expected = NetworkFigure(x=seen["state"]["x"]).numbers()
    assert seen["numbers"]["R"][0] == pytest.approx(expected["R"][0], rel=1e-12)


def test_a_knob_moves_by_key_and_stays_on_its_track(show_page):
    page = show_page(NetworkFigure())
    page.locator("[data-handle='x.0']").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert live.agrees(page, NetworkFigure)["state"]["x"] == [1.2, 2, 1]
    page.keyboard.press("Shift+ArrowDown")
    assert live.agrees(page, NetworkFigure)["state"]["x"] == [0.2, 2, 1]
    for _ in range(5):
        page.keyboard.press("Shift+ArrowUp")
    assert live.agrees(page, NetworkFigure)["state"]["x"] == [3, 2, 1]
    assert page.locator("[data-handle='x.0']").get_attribute("aria-valuetext") == "3"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("edge", "field"), [("25", "W1.1.1"), ("67", "W2.2.0")])
def test_an_edge_is_clicked_and_its_weight_typed(show_page, page, width, edge, field):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NetworkFigure())
    page.mouse.click(*middle(page, edge))
    assert live.shown(page)["state"]["selected"] == edge
    page.locator(f"[data-field='{field}']").fill("0.75")
    seen = live.agrees(page, NetworkFigure)
    name, i, k = field.split(".")
    assert seen["state"][name][int(i)][int(k)] == 0.75
    message = seen["numbers"]["messages"][name == "W2"][int(i)][int(k)]
    assert number(page, "message") == show(message)
    page.locator(f"[data-control='{field}']").focus()
    page.keyboard.press("ArrowRight")
    assert live.agrees(page, NetworkFigure)["state"][name][int(i)][int(k)] > 0.75


def test_a_click_beside_an_edge_takes_the_nearest(show_page):
    page = show_page(NetworkFigure(selected="1"))
    x, y = middle(page, "57", 0.5)
    page.mouse.click(x, y + 14)
    assert live.shown(page)["state"]["selected"] == "57"


def test_the_arrow_keys_walk_through_the_network(show_page):
    page = show_page(NetworkFigure(selected="1"))
    page.locator("[data-item='1']").focus()
    walk = []
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        walk.append(live.shown(page)["state"]["selected"])
    assert walk == ["14", "15", "5", "57", "7", "7", "47"]
    assert page.evaluate("document.activeElement.dataset.item") == "47"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    assert live.agrees(page, NetworkFigure)["state"]["W2"][0] == [0.9]
    page.locator("[data-item='47']").focus()
    page.keyboard.press("Tab")
    reached = page.evaluate("document.activeElement.dataset.handle ?? document.activeElement.dataset.control")
    assert reached == "x.0"
    assert page.locator("[data-item][tabindex='0']").count() == 1


def test_a_missing_edge_is_found_and_gets_a_weight(show_page):
    page = show_page(NetworkFigure(selected="2"))
    line = page.locator("[data-item='34'] .edge-line")
    assert line.get_attribute("data-sign") == "missing"
    page.mouse.click(*middle(page, "34", 0.8))
    page.locator("[data-field='W1.2.0']").fill("-1")
    assert live.agrees(page, NetworkFigure)["state"]["W1"][2][0] == -1
    assert line.get_attribute("data-sign") == "negative"


def test_a_neuron_lists_its_messages(show_page):
    page = show_page(NetworkFigure())
    page.locator("[data-item='4']").click()
    live.settle(page)
    assert [number(page, key) for key in ("4<7", "received", "1<4", "2<4", "3<4", "sent")] == list("331203")
    page.locator("[data-control=rule]").select_option("alphabeta")
    seen = live.agrees(page, NetworkFigure)
    R = seen["numbers"]["R"][1][0]
    lost = seen["numbers"]["losses"][0]["no_receiver"][0]
    assert lost == pytest.approx(-R)
    assert number(page, "no_receiver") == show(lost)
    assert number(page, "whole") == number(page, "received") == show(R)
    page.get_by_role("button", name="to 2, select this edge").click()
    assert live.shown(page)["state"]["selected"] == "24"


def test_the_sums_stand_beside_the_layers(show_page):
    page = show_page(NetworkFigure(**STATES["bias"]))
    assert page.locator(".layer-sum").all_text_contents() == ["Σ R = 6", "Σ R = 8", "Σ R = 8"]
    assert page.locator(".layer-loss").all_text_contents() == ["≠bias +2", "="]
    page.get_by_role("button", name="Reset").click()
    page.locator("[data-control=absorb][value=no]").check()
    live.settle(page)
    assert page.locator(".layer-sum").all_text_contents() == ["Σ R = 8"] * 3
    assert page.locator(".layer-loss").all_text_contents() == ["=", "="]


def test_an_edge_is_as_thick_as_its_message(show_page):
    page = show_page(NetworkFigure())
    width = {key: float(page.locator(f"[data-item='{key}'] .edge-line").get_attribute("stroke-width")) for key in
             ("24", "25", "57", "47")}  # fmt: skip
    assert width["25"] == width["57"] == 2 * width["24"]
    assert width["47"] == pytest.approx(width["57"] * 3 / 4)
    colors = page.evaluate(
        "['25', '57'].map((key) => getComputedStyle(document.querySelector(`[data-item='${key}'] .edge-line`)).stroke)"
    )
    assert colors == ["rgb(33, 102, 172)", "rgb(178, 24, 43)"]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_chosen(show_page, rule):
    page = show_page(NetworkFigure(b=(0.5, -0.5, 1), rule="lrp0" if rule != "lrp0" else "gamma"))
    page.locator("[data-control=rule]").select_option(rule)
    assert live.agrees(page, NetworkFigure)["state"]["rule"] == rule
    setting = {"epsilon": "epsilon", "gamma": "gamma", "alphabeta": "alpha"}.get(rule)
    visible = {key for key in ("epsilon", "gamma", "alpha") if page.locator(f"[data-field={key}]").is_visible()}
    assert visible == ({setting} if setting else set())
    assert page.locator("[data-control=absorb]").first.is_visible() == takes_bias(RULES_BY_KEY[rule].name)
    if setting:
        page.locator(f"[data-field={setting}]").fill("1.5")
        assert live.agrees(page, NetworkFigure)["state"][setting] == 1.5
    page.locator("[data-control=first]").select_option("zbox")
    assert live.agrees(page, NetworkFigure)["state"]["first"] == "zbox"


@pytest.mark.parametrize("width", [360, 740, 1280])
def test_nothing_below_moves_while_an_input_is_dragged(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NetworkFigure(selected="2", b=(1, -0.5, 0.3)))
    random = np.random.default_rng(8)
    for rule in RULES:
        states = [{"rule": rule, "absorb": "yes", "x": random.uniform(-3, 3, 3).tolist()} for _ in range(40)]
        heights = page.evaluate(
            """(states) => {
                const [root, heights] = [document.querySelector(".explorable"), new Set()];
                for (const state of states) {
                    root.explorable.set(state);
                    root.explorable.flush();
                    heights.add(Math.round(root.querySelector(".columns").getBoundingClientRect().height));
                }
                return [...heights];
            }""",
            states,
        )
        assert len(heights) == 1, f"{rule}: {heights}"


def test_the_scale_rests_while_one_drags(show_page):
    page = show_page(NetworkFigure())

    def drawn():
        live.settle(page)
        texts = page.locator(".legend-item > span:not(.swatch)").all_text_contents()
        width = page.locator("[data-item='57'] .edge-line").get_attribute("stroke-width")
        return [text for text in texts if text.isdigit()], float(width)

    assert drawn() == (["8", "0", "8"], 6)
    x, y = live.center(page, "'x.0'")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=4)
    assert live.shown(page)["state"]["x"] == [3, 2, 1]
    assert drawn() == (["8", "0", "8"], 18)  # the message is 12
    page.mouse.up()
    assert drawn() == (["16", "0", "16"], 9)


def test_a_finger_drags_an_input_and_not_the_page(show_page, page):
    page.set_viewport_size({"width": 360, "height": 500})
    show_page(NetworkFigure(), NetworkFigure())
    page.evaluate("scrollTo(0, 180)")
    touch = page.context.new_cdp_session(page)
    box = page.locator("[data-item='2'] .node-body").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.evaluate("scrollY")
    for kind, place in (("touchStart", (x, y)), ("touchMove", (x - 12, y - 15)), ("touchMove", (x - 40, y - 90))):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    seen = live.agrees(page, NetworkFigure)
    assert seen["state"]["x"][1] < 0 and seen["state"]["selected"] == "2"
    assert page.evaluate("scrollY") == before


def test_a_screen_reader_hears_the_numbers(show_page):
    page = show_page(NetworkFigure(x=(1, 0, 1)))
    assert page.get_by_role("radio", name="edge 2 to 5: weight −1, message 0", exact=True).count() == 1
    assert page.get_by_role("radio", name="hidden neuron 6: activation 0, silent, relevance 0").count() == 1
    assert page.get_by_role("radio", checked=True, name="hidden neuron 5").count() == 1
    assert page.get_by_role("slider", name="input x₂").count() == 1
    for role in ("slider", "spinbutton", "radio", "button", "combobox"):
        controls = page.get_by_role(role)
        assert all(
            control.evaluate("(e) => e.ariaLabel || e.labels?.length || e.textContent") for control in controls.all()
        )


def test_each_link_of_the_caption_shows_what_it_says(show_page):
    page = show_page(NetworkFigure(), hash="#network:b=1,1,1;rule=gamma;gamma=2")
    seen = {}
    for link in page.locator(".caption a, figcaption a").all():
        link.click()
        seen[link.inner_text()] = live.agrees(page, NetworkFigure)
        assert seen[link.inner_text()]["state"]["gamma"] == 0.25
    assert seen["Set w₂₅ to 0"]["state"]["W1"][1] == [1, 0, 1]
    notes = {text: one["numbers"]["notes"][0] for text, one in seen.items()}
    assert notes["Without input 2"] == "silent-6"
    assert notes["α2β1"] == "nothing-subtracts-4"
    assert notes["A bias of 1 in the denominator"] == "bias"
    assert notes["w² in both layers"] == "fed-6"
    assert notes["zᴮ below and z⁺ above"] == "silent-6"


def test_the_address_sets_weights(show_page):
    page = show_page(NetworkFigure(), hash="#network:W1=1,2,0,1,0,1,0,2,9;W2=1,2;selected=99;rule=zbox;b=1,1,1")
    seen = live.agrees(page, NetworkFigure)
    assert seen["state"]["W1"] == [[1, 2, 0], [1, 0, 1], [0, 2, 3]]
    assert seen["state"]["W2"] == [[1], [2], [-1]]
    assert (seen["state"]["selected"], seen["state"]["rule"]) == ("5", "zbox")


def test_python_and_the_page_hold_the_same_state():
    figure = NetworkFigure(W2=np.array([[0.5], [9], [-9]]), selected="67")
    assert figure.W2 == ((0.5,), (3.0,), (-3.0,))
    text = figure._repr_html_()
    assert re.search(r'<th scope="row">f\(x\)</th><td>[^<]+</td>', text)
    assert plain(figure.state)["selected"] == "67"
