"""Live figures for everybody: through a screen reader, in colors of the reader's own, on paper, in wide letters."""

import io
import re

import pytest
from pictures import contrast, parse_color
from pypdf import PdfReader

from benchmarks.web import page_of
from conftest import settle
from lrp_edu import explorables
from lrp_edu.explorables import (
    CanvasFigure,
    DeepFigure,
    DigitFigure,
    FlippingFigure,
    NetworkFigure,
    NeuronFigure,
    PlaneFigure,
    SequenceFigure,
    SharesFigure,
    TaylorFigure,
    TokensFigure,
)
from lrp_edu.explorables.core.explorable import entry, show
from lrp_edu.explorables.digit import SAMPLES

# --- a screen reader's walk: what Tab leads to, as role, name, value, limits and description ---

TWO = "The arrow keys move it in two dimensions."


def field(name, value, low, high):
    return "spinbutton", name, value, low, high, None


def slider(name, value, low, high, said=None):
    """Return a slider and the field beside it."""
    return [("slider", name, value, low, high, said), field(f"{name}, as a number", value, low, high)]


def plain_stop(role, name, value=None):
    return role, name, value, None, None, None


FOLD = "DisclosureTriangle"
RULES = [
    plain_stop("combobox", "upper layer", "LRP-0"),
    plain_stop("combobox", "hidden layers", "γ"),
    plain_stop("combobox", "first layer", "zᴮ"),
    field("ε", 0.25, 0, 3),
    field("γ", 0.25, 0, 4),
    field("α", 2, 1, 4),
    plain_stop("radio", "no"),
]
BLANK = [0] * 64
CANVAS = CanvasFigure(target="3", caption="")
TOKENS = TokensFigure(caption="Try [gradient × input](rule=chain).")
EMPTY = DigitFigure(ink=BLANK, target="7").numbers()


def said(sample):
    """Return how an image is called, and how the network misreads it."""
    return f"a {sample['label']}" + (f", read as {sample['read']}" if sample["label"] != sample["read"] else "")


def changed_by(figure, **change):
    """Return what is announced of a figure when a part of its state has changed."""
    before, after = figure.numbers(), type(figure)(**figure.state | change).numbers()
    texts = [(figure.labels[key], *(show(entry(numbers, key)) for numbers in (before, after))) for key in figure.spoken]
    notes = [note for note in after["notes"][: figure.at_once] if note not in before["notes"][: figure.at_once]]
    told = [f"{label} = {new}" for label, old, new in texts if old != new]
    return ", ".join(told + [(figure.warnings | figure.remarks)[note] for note in notes])


LOGITS = CANVAS.numbers()["logits"]
WALKS = {
    "free": (
        NeuronFigure(direction="free", v=(0.5, 0.25), caption="Try [b = 2](b=2)."),
        [
            ("slider", "x, point to be explained", 1, -3, 3, TWO),
            ("slider", "w, tip of the weights", 2, -3, 3, TWO),
            ("slider", "direction of the walk, minus v", 0.5, -6, 6, TWO),
            plain_stop("radio", "free"),
            *(field(name, value, -3, 3) for name, value in (("x₁", 1), ("x₂", 1), ("w₁", 2), ("w₂", 1))),
            *(field(name, value, -6, 6) for name, value in (("v₁", 0.5), ("v₂", 0.25))),
            *slider("bias b", -1, -3, 3),
            plain_stop("button", "Reset"),
            plain_stop("link", "b = 2"),
        ],
        "f(x) = 2.2, R₁ = 1.76, R₂ = 0.44",
    ),
    "expansion": (
        NeuronFigure(mode="expansion", a=(0.75, 0.25), caption=""),
        [
            ("slider", "x, point to be explained", 1, -3, 3, TWO),
            ("slider", "w, tip of the weights", 2, -3, 3, TWO),
            ("slider", "a, point of expansion", 0.75, -3, 3, TWO),
            *(field(name, value, -3, 3) for name, value in (("x₁", 1), ("x₂", 1), ("w₁", 2), ("w₂", 1))),
            *(field(name, value, -3, 3) for name, value in (("a₁", 0.75), ("a₂", 0.25))),
            *slider("bias b", -1, -3, 3),
            plain_stop("button", "Reset"),
        ],
        "f(x) = 2.2, R₁ = 0.7",
    ),
    "taylor": (
        TaylorFigure(x=1.5, degree=6, caption=""),
        [
            ("slider", "a, point of expansion", 0, -3, 3, None),
            ("slider", "x, point of comparison", 1.5, -3, 3, None),
            plain_stop("combobox", "f", "sin(x²)"),
            field("a, point of expansion", 0, -3, 3),
            field("x, point of comparison", 1.5, -3, 3),
            *slider("degree", 6, 0, 12),
            plain_stop("button", "Reset"),
        ],
        "a = 0.1, f(a) = 0.01, T(x) = 0.353, ε = f(x) − T(x) = 0.4251",
    ),
    "flipping": (
        FlippingFigure(caption="Try [blank paper](replacement=blank)."),
        [
            ("slider", "pixels replaced", 20, 0, 64, None),
            *slider("pixels replaced", 20, 0, 64),
            plain_stop("combobox", "order by", "zᴮ, γ, LRP-0"),
            plain_stop("combobox", "image of a", "3"),
            plain_stop("radio", "mean image"),
            plain_stop("radio", "most relevant"),
            plain_stop("button", "Reset"),
            plain_stop("link", "blank paper"),
        ],
        f"logit of the class = {show(FlippingFigure(count=21).numbers()['f'])}",
    ),
    "sequence": (
        SequenceFigure(caption="Try [half each](product=half)."),
        [
            plain_stop("combobox", "products", "signal takes all"),
            ("slider", "n₁: its step and the number", 2, 1, 8, TWO),
            ("slider", "n₂: its step and the number", 6, 1, 8, TWO),
            plain_stop("radio", "n₁ + n₂"),
            field("n₁", 0.8, -1, 1),
            field("step of n₁", 2, 1, 10),
            field("n₂", 0.6, -1, 1),
            field("step of n₂", 6, 1, 10),
            plain_stop("radio", "gets nothing"),
            plain_stop(FOLD, "Network, length, ε"),
            plain_stop(FOLD, "Sums of the layers"),
            plain_stop("button", "Reset"),
            plain_stop("link", "half each"),
        ],
        changed_by(SequenceFigure(), first_step=3),
    ),
    "shares": (
        SharesFigure(x=(2, 2.5), caption="Try [a sum](function=sum)."),
        [
            plain_stop("combobox", "f", "x₁ x₂"),
            ("slider", "x, point to be explained", 2, 0, 3, TWO),
            ("slider", "a, baseline", 0, 0, 3, TWO),
            *(field(name, value, 0, 3) for name, value in (("x₁", 2), ("x₂", 2.5), ("a₁", 0), ("a₂", 0))),
            plain_stop("button", "Reset"),
            plain_stop("link", "a sum"),
        ],
        "f(x) = 5.25, integrated gradients: R = (2.625, 2.625), Shapley: R = (2.625, 2.625)",
    ),
    "plane": (
        PlaneFigure(caption="Try [a sum](function=sum)."),
        [
            ("slider", "x, point to be explained", 2, -1, 3, TWO),
            ("slider", "a, point of expansion", 1, -1, 3, TWO),
            plain_stop("combobox", "f", "x₁ x₂"),
            plain_stop("radio", "point"),
            *(field(name, value, -1, 3) for name, value in (("x₁", 2), ("x₂", 3), ("a₁", 1), ("a₂", 2))),
            *slider("path: gradients", 10, 1, 100),
            plain_stop("button", "Reset"),
            plain_stop("link", "a sum"),
        ],
        "f(x) = 6.3, R₁ = 2.2, ε = 1.1",
    ),
    "path": (
        PlaneFigure(mode="path", function="neuron", x=(1, 1), a=(0, 0), caption=""),
        [
            ("slider", "x, point to be explained", 1, -1, 3, TWO),
            ("slider", "a, point of expansion", 0, -1, 3, TWO),
            plain_stop("combobox", "f", "max(0, 2x₁ + x₂ − 1)"),
            plain_stop("radio", "path"),
            *(field(name, value, -1, 3) for name, value in (("x₁", 1), ("x₂", 1), ("a₁", 0), ("a₂", 0))),
            *slider("path: gradients", 10, 1, 100),
            plain_stop("button", "Reset"),
        ],
        "f(x) = 2.2, R₁ = 1.54, ε = −0.04",
    ),
    "network": (
        NetworkFigure(caption=""),
        [
            plain_stop("combobox", "rule", "LRP-0"),
            plain_stop("combobox", "first layer", "same"),
            plain_stop("radio", "no"),
            plain_stop("radio", "hidden neuron 5: activation 2, relevance 4"),
            *(("slider", f"input x{n}", value, -3, 3, None) for n, value in zip("₁₂₃", (1, 2, 1), strict=True)),
            *slider("bias b₅", 0, -3, 3),
            *(plain_stop("button", f"{text}, select this edge") for text in ("from 7", "to 1", "to 2", "to 3")),
            plain_stop("button", "Reset"),
        ],
        "f(x) = 6.5, a₄, a₅, a₆ = (3.1, 2.2, 1), R₄, R₅, R₆ = (3.1, 4.4, −1), R₁, R₂, R₃ = (5.5, −4, 5)",
    ),
    "digit": (
        DigitFigure(ink=BLANK, target="7", caption=""),
        [
            plain_stop("gridcell", f"row 0, column 0: ink 0 of 16, relevance {show(EMPTY['R'][0][0])}"),
            plain_stop("button", "Clear"),
            plain_stop("button", "Fit in frame"),
            plain_stop("button", "Look only"),
            plain_stop(FOLD, "Pen, and images to start from"),
            *slider("pen", 4, 1, 8),
            *(plain_stop("button", f"image: {said(sample)}") for sample in SAMPLES),
            plain_stop(FOLD, "Rules: zᴮ, γ, LRP-0"),
            plain_stop("radio", f"7: logit {show(EMPTY['logits'][7])}{', the largest' * (EMPTY['read'] == 7)}"),
            plain_stop("combobox", "minus that of", "–"),
            plain_stop(FOLD, "Sums of the layers"),
            plain_stop("button", "Reset"),
        ],
        None,
    ),
    "canvas": (
        CANVAS,
        [
            ("slider", "a 3: column and row of its upper left pixel", 1, 0, 12, TWO),
            ("slider", "a 7: column and row of its upper left pixel", 11, 0, 12, TWO),
            plain_stop("combobox", "one digit", "3"),
            field("row", 1, 0, 8),
            field("column", 1, 0, 12),
            plain_stop("combobox", "the other", "7"),
            field("other row", 6, 0, 8),
            field("other column", 11, 0, 12),
            plain_stop(FOLD, "Rules: zᴮ, γ, LRP-0"),
            plain_stop("radio", f"3: logit {show(LOGITS[3])}{', the largest' * (max(LOGITS) == LOGITS[3])}"),
            plain_stop("combobox", "minus that of", "–"),
            plain_stop(FOLD, "Sums of the layers"),
            plain_stop("button", "Reset"),
        ],
        changed_by(CANVAS, column=2),
    ),
    "tokens": (
        TOKENS,
        [
            ("spinbutton", "token 1", 2, 1, 6, None),
            plain_stop("combobox", "relevance by", "AttnLRP"),
            plain_stop("radio", "2"),
            plain_stop("radio", "1"),
            plain_stop("radio", "the largest"),
            plain_stop(FOLD, "Sums of the layers"),
            plain_stop("button", "Reset"),
            plain_stop("link", "gradient × input"),
        ],
        changed_by(TOKENS, letters=(2, *TOKENS.letters[1:])),
    ),
    "deep": (
        DeepFigure(caption="Try [LRP-0 above](above=lrp0)."),
        [
            ("slider", "x, input to be explained", 1, 0, 3, TWO),
            ("slider", "s, part of the way", 0.5, 0, 1, None),
            plain_stop("radio", "3"),
            plain_stop("radio", "z⁺"),
            plain_stop("radio", "z⁺"),
            field("x₁", 1, 0, 3),
            field("x₂", 2, 0, 3),
            field("s", 0.5, 0, 1),
            *slider("b of 5, 6, 7", 0, -2, 0),
            plain_stop("button", "Reset"),
            plain_stop("link", "LRP-0 above"),
        ],
        "R₃ at x = 4.4, R₃ at s = 2.9097, gap at s = 0.7097, ε, left over by the root = −1.9",
    ),
    "deep, second layer": (
        DeepFigure(neuron="5", b=-1, caption=""),
        [
            ("slider", "a, activations below the neuron", 2, 0, 6, TWO),
            ("slider", "s, part of the way", 0.5, 0, 1, None),
            plain_stop("radio", "5"),
            plain_stop("radio", "z⁺"),
            plain_stop("radio", "z⁺"),
            field("x₁", 1, 0, 3),
            field("x₂", 2, 0, 3),
            field("s", 0.5, 0, 1),
            *slider("b of 5, 6, 7", -1, -2, 0),
            plain_stop("button", "Reset"),
        ],
        "R₅ at x = 0.9209, R₅ at s = 0.4235, gap at s = −0.0369, ε, left over by the root = 0.2009",
    ),
}
KEYS = {
    "digit": ("[data-cell='0']", "9"),
    "tokens": ("[data-token='0']", "ArrowUp"),
    "deep, second layer": ("[data-handle=a]", "ArrowRight"),
}
"""What is pressed on which element, where this is not an arrow key on a handle."""


def heard(page, client):
    """Return what the accessibility tree says of the element that has the focus."""
    focused = client.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    tree = client.send("Accessibility.getPartialAXTree", {"objectId": focused, "fetchRelatives": False})
    (node,) = tree["nodes"]
    assert not node["ignored"]
    more = {one["name"]: one["value"].get("value") for one in node["properties"]}
    role, name, value, said = (node.get(key, {}).get("value") for key in ("role", "name", "value", "description"))
    if role == "radio":
        assert more["checked"] == "true"
    return role, name, value, more.get("valuemin"), more.get("valuemax"), said


def changed_in(walk):
    """Return what is announced of a digit with one full cell."""
    figure, *_ = WALKS[walk]
    before, after = (DigitFigure(**figure.state | {"ink": [ink, *BLANK[1:]]}).numbers() for ink in (0, 16))
    told = {"read": "read as", "f": "its logit", "totals.0": "Σ R of the pixels"}
    texts = [
        f"{label} = {show(entry(after, key))}" for key, label in told.items() if entry(before, key) != entry(after, key)
    ]
    notes = [note for note in after["notes"][: figure.at_once] if note not in before["notes"][: figure.at_once]]
    return ", ".join(texts + [(figure.warnings | figure.remarks)[note] for note in notes])


def test_every_figure_has_its_walk():
    walked = {type(figure).__name__ for figure, *_ in WALKS.values()} | {"Explorable"}
    assert set(explorables.__all__) - walked == set(), "say in WALKS what a screen reader hears of these figures"


@pytest.mark.parametrize("walk", WALKS)
def test_a_screen_reader_walks_through_a_figure(show_page, walk):
    figure, stops, announced = WALKS[walk]
    page = show_page(figure)
    client = page.context.new_cdp_session(page)
    for stop in stops:
        page.keyboard.press("Tab")
        role, name, value, *rest = heard(page, client)
        assert (role, name, *rest) == (stop[0], stop[1], *stop[3:])
        assert value == (pytest.approx(stop[2]) if isinstance(stop[2], float | int) else stop[2]), name
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement === document.body")  # nothing else, and what is hidden never
    for handle in page.locator("[role=slider]:visible").all():
        assert handle.get_attribute("aria-valuetext")
    selector, key = KEYS.get(walk, ("[data-handle]", "ArrowRight"))
    page.locator(selector).first.focus()
    page.keyboard.press(key)
    page.wait_for_function("document.querySelector('[aria-live=polite]').textContent")
    assert page.locator("[aria-live=polite]").text_content() == (announced or changed_in(walk))


def test_what_is_folded_is_opened_by_a_key_and_walked_through(show_page):
    page = show_page(DigitFigure(caption=""))
    client = page.context.new_cdp_session(page)
    page.locator("summary", has_text="Rules").press("Enter")
    for stop in RULES:
        page.keyboard.press("Tab")
        assert heard(page, client) == stop
    page.locator("select[data-control=hidden]").select_option("zplus")
    settle(page)
    assert page.locator("summary", has_text="Rules").text_content() == "Rules: zᴮ, z⁺, LRP-0"


def test_a_sentence_is_announced_once(show_page):
    page = show_page(TaylorFigure(function="log", a=0, x=0.5))
    said = []
    for x in ("0.6", "1.5", "1.6"):
        page.locator("[data-field=x]").fill(x)
        changed = "(old) => document.querySelector('[aria-live=polite]').textContent !== old"
        page.wait_for_function(changed, arg="".join(said[-1:]))
        said.append(page.locator("[aria-live=polite]").text_content())
    assert said[1] == TaylorFigure.warnings["beyond"]
    assert said[0].startswith("x = 0.6") and said[2].startswith("x = 1.6") and max(map(len, said)) < 150


# --- colors: WCAG asks for 3 to 1 between what must be seen and what lies beside it ---

ALL = (
    NeuronFigure(),
    TaylorFigure(a=0.3, x=1.5, degree=2),
    NetworkFigure(x=(1, 0, 1), rule="alphabeta"),
    SharesFigure(function="neuron", x=(1, 1)),
    PlaneFigure(mode="path", function="neuron", x=(1, 1), a=(0, 0), steps=4),
    DigitFigure(against="second"),
    DeepFigure(),
    CanvasFigure(),
    FlippingFigure(count=30),
    SequenceFigure(second=-0.4),
)
READ = """([selector, name]) => [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility() && !element.closest("[display=none]"))
    .map((element) => [getComputedStyle(element)[name], Number(getComputedStyle(element).opacity)])"""
LINES = {
    "input[type=number], select, button:not(.to-edge), .choice span": "borderTopColor",
    ".bar:not([data-kind=baseline]), .ladder-bar, .logit:not([data-against]) .logit-bar": "backgroundColor",
    ".specimen, .logit:has(:checked)": "borderTopColor",
    ".flip-line, .worth, .zeros, .sum-line, .sum-goal, .state": "stroke",
    ".share": "fill",
    ".curve, .polynomial, .side-curve, .side-tangent, .gap, .edge-line:not([data-sign=missing]), .track": "stroke",
    ".taylor .mark, .side-view .mark-disc, .network .handle .mark": "fill",
    ".plot:not(.on-light) .mark-open, .plot:not(.on-light) .mark-diamond": "stroke",
    ".tick-x, .tick-y, .axis-label, .layer-name, .layer-sum, .node-relevance, .node-name, .side-name": "fill",
}


def pale(page, ground):
    """Return what has less than 3 to 1 on the ground, with its contrast."""
    page.add_style_tag(content="* {transition: none !important}")
    found = {}
    for selector, name in LINES.items():
        seen = page.evaluate(READ, [selector, name])
        assert seen, selector
        for text, opacity in seen:
            *color, alpha = parse_color(text)
            shown = [opacity * alpha * c + (1 - opacity * alpha) * g for c, g in zip(color, ground, strict=True)]
            if contrast(shown, ground) < 3:
                found[selector, text, opacity] = round(contrast(shown, ground), 2)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_must_be_seen_stands_out(page, folder, address, theme):
    ground = (255, 255, 255) if theme == "light" else (20, 24, 30)
    (folder / "index.html").write_text(page_of(*ALL, theme=theme, color=ground), "utf-8")
    page.goto(address)
    assert pale(page, ground) == {}


def test_on_dark_data_arrow_and_focus_have_a_light_rim(show_page):
    page = show_page(NeuronFigure())
    page.locator("[data-handle=w]").focus()
    page.keyboard.press("ArrowUp")
    darkest = (29, 79, 96)
    rim = parse_color(page.locator(".weights-halo").evaluate("(line) => getComputedStyle(line).stroke"))
    shown = [rim[3] * c + (1 - rim[3]) * d for c, d in zip(rim, darkest, strict=False)]
    shaft = parse_color(page.locator("line.weights").first.evaluate("(line) => getComputedStyle(line).stroke"))
    assert contrast(shown, darkest) >= 3 and contrast(shown, shaft[:3]) >= 3
    ring = page.locator("[data-handle=w] .handle-ring").evaluate("(ring) => getComputedStyle(ring).filter")
    assert ring.count("drop-shadow(rgb(255, 255, 255)") == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_be_seen_in_colors_of_the_readers_own(browser, folder, address, theme, scheme):
    (folder / "index.html").write_text(page_of(*ALL, theme=theme), "utf-8")
    with browser.new_context(forced_colors="active", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(address)
        ground = parse_color(page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3]
        assert ground == ((255, 255, 255) if scheme == "light" else (0, 0, 0))
        assert pale(page, ground) == {}
        style = "(span) => getComputedStyle(span).backgroundColor"
        chosen, others = (
            page.locator(f".choice input{state} + span").first for state in (":checked", ":not(:checked)")
        )
        assert chosen.evaluate(style) != others.evaluate(style)
        swatch = page.locator(".swatch-activation").evaluate("(span) => getComputedStyle(span).backgroundImage")
        assert "linear-gradient" in swatch


# --- on paper ---


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.name)
def test_a_figure_lies_on_one_sheet(show_page, page, figure, paper):
    page.set_viewport_size({"width": 390, "height": 900})
    show_page("<p style='margin-bottom: 500px'>Before it.</p>", figure)
    marks = {".stage": "Picture", ".side": "Numbers", "figcaption": "Caption"}
    for part, mark in marks.items():
        page.locator(part).evaluate("(part, mark) => part.prepend(mark)", mark)
    margin = dict.fromkeys(["top", "bottom", "left", "right"], "22mm")  # narrower than two columns on a screen
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format=paper, margin=margin))).pages]
    for text in (*marks.values(), re.sub(r"\]\(.*?\)", "", figure.caption).split()[-1]):
        assert [n for n, sheet in enumerate(sheets) if text in sheet] == [1], text


@pytest.mark.parametrize("width", [1280, 390])
def test_on_paper_a_figure_is_black_on_white_and_nothing_overlaps(page, folder, address, width):
    # The theme's colors of the page, which are not those of the paper.
    dark = "<style>html[data-theme=dark] { --pst-color-background: #14181e }</style>"
    (folder / "index.html").write_text(page_of(dark, *ALL, theme="dark"), "utf-8")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 900})  # the paper
    assert pale_on_paper(page) == []
    boxes = """() => [...document.querySelectorAll(".explorable")].map((figure) => {
        const parts = [...figure.querySelectorAll(".stage > *, .side > *")].filter((part) => part.checkVisibility());
        return [figure, ...parts].map((part) => part.getBoundingClientRect())
            .filter(({ height }) => height).map(({ left, right, top, bottom }) => [left, right, top, bottom]);
    })"""
    for (left, right, *_), *parts in page.evaluate(boxes):
        edge = bottom = 0
        for part in parts:
            assert left - 1 <= part[0] and part[1] <= right + 1 and (part[2] >= bottom - 1 or part[0] >= edge)
            edge, bottom = max(edge, part[1]), part[3]
    assert not page.locator(".explorable :is(input, .reset)").filter(visible=True).count()


def pale_on_paper(page):
    """Return the texts that are hard to read on white, with their rims."""
    texts = page.evaluate(
        """() => [...document.querySelectorAll(".explorable :is(text, th, td, p, span, figcaption, label, option)")]
            .filter((element) => element.checkVisibility() && element.textContent.trim())
            .filter((element) => !element.closest(".on-light, .node-value, [display=none]"))
            .map((element) => [element, getComputedStyle(element)])
            .map(([element, { color, fill, stroke }]) => [element.textContent.trim().slice(0, 30),
                ...(element instanceof SVGElement ? [fill, stroke] : [color, "none"])])"""
    )
    assert len(texts) > 100
    white = (255, 255, 255)
    dark_rim = [text for text, _, rim in texts if rim != "none" and parse_color(rim)[:3] != white]
    return dark_rim + [text for text, color, _ in texts if contrast(parse_color(color)[:3], white) < 4.5]


# --- narrow, and in wide letters ---

SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""  # WCAG 1.4.12


def test_wide_letters_do_not_scroll_sideways(show_page, page):
    page.set_viewport_size({"width": 320, "height": 900})
    show_page(*ALL)
    page.add_style_tag(content=SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    wide = """(figure) => [...figure.querySelectorAll("*:not(svg, svg *, select, .visually-hidden, .point legend)")]
        .filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`)"""
    for figure in page.locator(".explorable").all():
        assert figure.evaluate(wide) == []


@pytest.mark.parametrize("width", [320, 360, 390, 768])
def test_the_ends_of_the_tracks_keep_clear_of_each_other(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NetworkFigure())
    boxes = [text.bounding_box() for text in page.locator(".track-end").all()]
    for i, one in enumerate(boxes):
        for two in boxes[i + 1 :]:
            beside = one["x"] + one["width"] < two["x"] or two["x"] + two["width"] < one["x"]
            assert beside or one["y"] + one["height"] < two["y"] or two["y"] + two["height"] < one["y"]
