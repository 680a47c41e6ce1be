"""Live figures in Python alone: traits, numbers, and what is stored in a page. No browser."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import traitlets

from lrp_edu import explorables
from lrp_edu.explorables import Explorable, NeuronFigure
from lrp_edu.explorables.core import Array, Choice, Number, plain
from lrp_edu.explorables.core.bundle import EXPORT, FOLDER, IMPORT, bundle, modules, page_script
from lrp_edu.explorables.core.explorable import label_for, show
from lrp_edu.neuron import Neuron
from lrp_edu.roots import relevance, root, w2_direction

FIGURES = [getattr(explorables, name) for name in explorables.__all__ if name != "Explorable"]
HOSTILE = "</script><script>alert(1)</script>\"'&--><img src=x onerror=alert(1)>"


class Toy(Explorable):
    """A figure with one trait of each kind, and texts that try to break out of the page."""

    labels = {"value": HOSTILE}
    warnings = {"note": HOSTILE}
    degree = Number(3, 0, 12, step=1)
    level = Number(0.5, -1, 1)
    grid = Array(((1, 2), (3, 4)), -5, 5)
    kind = Choice({"good": "good", HOSTILE: HOSTILE}, "good")

    def numbers(self):
        return plain({"value": self.level, "notes": ["note"]})


class Page(HTMLParser):
    """Collects the tags, the attributes of the figure, and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.figure, self.text = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "figure":
            self.figure = dict(attrs)

    def handle_data(self, data):
        self.text += data


# --- traits ---


@pytest.mark.parametrize(
    ("trait", "given", "kept"),
    [
        ("level", 7, 1.0),
        ("level", -1e300, -1.0),
        ("level", np.float32(0.25), 0.25),
        ("degree", 4.0, 4),
        ("degree", 99, 12),
        ("grid", [[9, 0], [0, -9]], ((5.0, 0.0), (0.0, -5.0))),
        ("grid", np.ones((2, 2), np.float32), ((1.0, 1.0), (1.0, 1.0))),
    ],
)
def test_a_number_is_clamped_to_its_limits(trait, given, kept):
    figure = Toy(**{trait: given})
    assert getattr(figure, trait) == kept
    assert type(getattr(figure, trait)) is type(kept)


@pytest.mark.parametrize(
    ("trait", "given", "expected"),
    [
        ("level", float("nan"), "a finite number, not the float nan"),
        ("level", float("inf"), "a finite number, not the float inf"),
        ("level", "1", "a finite number, not the str '1'"),
        ("level", None, "a finite number, not the NoneType None"),
        ("level", (1, 2), "a finite number, not the tuple (1, 2)"),
        ("level", True, "a finite number, not the bool True"),
        ("degree", 2.5, "a whole number, not the float 2.5"),
        ("grid", (1, 2), r"finite numbers of shape (2, 2), not the tuple (1, 2)"),
        ("grid", [[1, 2], [3]], "finite numbers of shape (2, 2), not the list"),
        ("grid", [[1, 2], [3, float("nan")]], "finite numbers of shape (2, 2), not the list"),
        ("kind", "bad", "not the str 'bad'"),
    ],
)
def test_bad_input_is_named(trait, given, expected):
    figure = Toy()
    before = figure.state
    for attempt in (lambda: Toy(**{trait: given}), lambda: setattr(figure, trait, given)):
        with pytest.raises(traitlets.TraitError, match=f"The '{trait}' trait of a Toy instance") as error:
            attempt()
        assert expected in str(error.value)
    assert figure.state == before


def test_an_unknown_name_is_refused():
    with pytest.raises(TypeError, match="NeuronFigure takes x, w, b, mode, direction, v, a, domain, got y"):
        NeuronFigure(y=1)


def test_inputs_are_not_kept():
    x = np.array([1.0, 1.0])
    figure = NeuronFigure(x=x)
    x[0] = 3
    assert figure.x == (1.0, 1.0)


# --- numbers ---


def test_the_walk_gives_the_numbers_of_lrp_edu():
    figure = NeuronFigure(x=(1, 1), w=(2, 1), b=-1)
    neuron, v = Neuron((2, 1), -1), w2_direction((1, 1), (2, 1))
    split, numbers = relevance(neuron, (1, 1), v), figure.numbers()
    assert numbers["R"] == split.relevance.tolist() == pytest.approx([1.6, 0.4])
    assert numbers["a"] == root(neuron, (1, 1), v).tolist()
    assert (numbers["f_x"], numbers["f_a"], numbers["epsilon"]) == (split.value, split.baseline, split.remainder)
    assert numbers["gap"] == split.conservation_gap


@pytest.mark.parametrize(
    ("direction", "shares"),
    [
        ("w2", (1.6, 0.4)),
        ("z", (4 / 3, 2 / 3)),
        ("zplus", (4 / 3, 2 / 3)),
        ("zbox", (4 / 3, 2 / 3)),
        ("gamma", (4 / 3, 2 / 3)),
        ("free", (2, 0)),
    ],
)
def test_each_direction_has_its_shares(direction, shares):
    assert NeuronFigure(direction=direction).numbers()["R"] == pytest.approx(shares)


@pytest.mark.parametrize(
    ("a", "note", "f_a", "shares", "epsilon"),
    [
        ((0.2, 0.6), "hinge", 0, (1.6, 0.4), 0),
        ((1, 0), "active", 1, (0, 1), 0),
        ((-1, -1), "dead", 0, (0, 0), 2),
    ],
)
def test_an_expansion_says_where_it_stands(a, note, f_a, shares, epsilon):
    numbers = NeuronFigure(mode="expansion", a=a).numbers()
    assert numbers["notes"] == [note]
    assert (numbers["f_a"], numbers["epsilon"]) == pytest.approx((f_a, epsilon))
    assert numbers["R"] == pytest.approx(shares)


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ({}, "root"),
        ({"x": (0.2, 2), "b": -0.5}, "outside"),
        ({"x": (0.2, 2), "b": -0.5, "domain": "plane"}, "root"),
        ({"x": (-0.5, 3)}, "x-outside"),
        ({"x": (1, 2.5), "domain": "box"}, "x-outside-box"),
        ({"x": (1, 2.5), "domain": "plane", "direction": "zbox"}, "x-outside-box"),
        ({"x": (2, 1.8), "w": (1.5, -0.5), "b": 0, "domain": "box"}, "outside-box"),
        ({"x": (2, 1.8), "w": (1.5, -0.5), "b": 1, "direction": "zbox"}, "root"),
        ({"x": (2, 1.8), "w": (1.5, -0.5), "b": 1.1, "direction": "zbox"}, "outside-box"),
        ({"x": (0, 0)}, "silent"),
        ({"w": (0, 0)}, "no-weights"),
        ({"direction": "free", "v": (1, -2)}, "no-root"),
        ({"direction": "free", "v": (0, 0)}, "no-root"),
        ({"direction": "free", "v": (-1, 0)}, "behind"),
        ({"direction": "z", "x": (-1, 0), "b": 3, "domain": "plane"}, "behind"),
        ({"x": (0, 0), "mode": "expansion"}, "silent"),
    ],
)
def test_what_is_invalid_is_said(state, note):
    figure = NeuronFigure(**state)
    assert figure.numbers()["notes"] == [note]
    assert (figure.warnings | figure.remarks)[note]
    assert (note in figure.warnings) == (note not in ("root", "hinge", "active"))


def test_without_a_root_there_are_no_shares():
    numbers = NeuronFigure(w=(0, 0), b=1).numbers()
    assert numbers["f_x"] == 1
    assert [numbers[key] for key in ("a", "f_a", "gradient", "R", "sum_R", "epsilon", "gap", "way")] == [None] * 8


@pytest.mark.parametrize(
    ("state", "f", "tangent", "corner"),
    [
        ({}, (0, 0, 2, 3.2), (-0.8, 0, 2, 3.2), 0),
        ({"mode": "expansion", "a": (-1, -1)}, (0, 0, 2, 5.6), (0, 0, 0, 0), 2 / 3),
        ({"mode": "expansion", "a": (1, 0)}, (0.6, 1, 2, 2.6), (0.6, 1, 2, 2.6), None),
        ({"mode": "expansion", "a": (2, 1), "x": (-0.5, 1)}, (6, 4, 0, 0), (6, 4, -1, -4), 4 / 5),
        ({"mode": "expansion", "a": (1, 1)}, (2, 2, 2, 2), (2, 2, 2, 2), None),
        ({"x": (0.2, 0.6)}, (0, 0, 0, 0), (0, 0, 0, 0), None),
        ({"x": (-1, 0.5)}, (1, 0, 0, 0), (0, 0, 0, 0), 0),
    ],
)
def test_the_way_to_x_has_its_tangent_and_its_corner(state, f, tangent, corner):
    numbers = NeuronFigure(**state).numbers()
    way = numbers["way"]
    assert way["s"] == [-0.4, 0, 1, 1.6]
    assert way["f"] == pytest.approx(f, abs=1e-15) and way["tangent"] == pytest.approx(tangent, abs=1e-15)
    assert way["corner"] == (corner if corner is None else pytest.approx(corner, abs=1e-15))
    assert numbers["f_x"] - way["tangent"][2] == pytest.approx(numbers["epsilon"], abs=1e-15)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-2.220446049250313e-16, "−2.2e-16"),
        (2.0, "2"),
        (0.03125, "0.0313"),
        (0.001, "0.001"),
        (0.00099999, "1.0e-3"),
        (-123456.0, "−1.2e+5"),
        (3, "3"),
        ([0.2, -0.6], "(0.2, −0.6)"),
        (None, "–"),
    ],
)
def test_only_an_exact_zero_is_shown_as_zero(value, text):
    assert show(value) == text


def test_what_is_not_finite_becomes_none():
    assert plain({"a": np.array([1.0, np.nan]), "b": np.float64(np.inf), "c": ("x", 1)}) == {
        "a": [1.0, None],
        "b": None,
        "c": ["x", 1],
    }


# --- what is stored in a page ---


@pytest.mark.parametrize("figure", FIGURES)
def test_the_page_holds_state_and_numbers(figure):
    shown = figure()
    page = Page(shown._repr_html_())
    stored = json.loads(page.figure["data-state"])
    assert page.figure["data-explorable"] == stored["figure"] == shown.name
    assert stored["state"] == plain(shown.state)
    assert stored["numbers"] == shown.numbers()
    assert list(stored["schema"]) == list(shown.state)
    for label in shown.labels.values():
        assert label_for(label, shown.state) in page.text
    assert stored == plain(shown._stored)


def test_the_table_shows_each_number():
    text = NeuronFigure()._repr_html_()
    for label, value in {"R₁": "1.6", "R₂": "0.4", "ε": "0", "x̃": "(0.2, 0.6)"}.items():
        assert f'<th scope="row">{label}</th><td>{value}</td>' in text


def test_no_text_breaks_out():
    figure = Toy(kind=HOSTILE, caption=f'{HOSTILE} [{HOSTILE}](b="onmouseover=alert)')
    page = Page(figure._repr_html_())
    assert set(page.tags) <= {"figure", "div", "table", "tbody", "tr", "th", "td", "p", "em", "figcaption", "span"}
    assert json.loads(page.figure["data-state"])["state"]["kind"] == HOSTILE
    assert page.text.count(HOSTILE) == 4


def test_a_caption_may_set_the_state():
    text = NeuronFigure(caption="Try [b = 2](b=2;x=1,1).")._repr_html_()
    assert 'Try <span data-set="b=2;x=1,1">b = 2</span>.' in text


def test_a_new_caption_reaches_the_browser():
    figure = NeuronFigure()
    assert figure._caption_html in figure._repr_html_()
    figure.caption = "Try <b> [b = 2](b=2)."
    assert figure._caption_html == 'Try &lt;b&gt; <span data-set="b=2">b = 2</span>.'
    assert "_caption_html" in figure.keys


def test_the_bundle_offers_all_three_forms():
    data, _ = NeuronFigure()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert data["text/plain"] == repr(NeuronFigure())
    assert data["text/plain"].startswith("NeuronFigure(x=(1.0, 1.0), w=(2.0, 1.0), b=-1.0, mode='root'")
    assert NeuronFigure()._repr_html_() == NeuronFigure()._repr_html_()


JUPYTER = {"JPY_SESSION_NAME": "notes/chapter.ipynb"}
VS_CODE = {"JPY_SESSION_NAME": "notes/chapter-jvsc-0c5f.ipynb"}


@pytest.mark.parametrize(("environment", "wakes"), [({}, False), (JUPYTER, True), (VS_CODE, False)])
def test_where_the_html_comes_to_life_no_view_is_stored_beside_it(monkeypatch, environment, wakes):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    figure, other = NeuronFigure(), NeuronFigure()
    data, _ = figure._repr_mimebundle_()
    assert ("application/vnd.jupyter.widget-view+json" in data) == (not wakes)
    assert Page(data["text/html"]).figure.get("data-home", "") == figure._home
    assert bool(figure._home) == (figure._home != other._home) == wakes


def test_what_is_displayed_again_is_checked_again():
    figure = NeuronFigure()
    figure.x = (2, 1)
    assert figure._repr_mimebundle_()[0]["text/html"] == figure._repr_html_()
    assert figure._stored["state"]["x"] == (2.0, 1.0)
    assert figure._stored["numbers"]["z"] == 4


# --- the module of the browser ---


SCRIPTS = sorted(FOLDER.glob("*/*.js"))


@pytest.mark.parametrize("figure", FIGURES)
def test_the_module_stands_alone(figure):
    script = page_script(figure.name)
    assert len(re.findall(r"^ *export\b", figure()._esm, re.MULTILINE)) == 1
    assert not re.search(r"^ *export\b", script, re.MULTILINE)
    for text in (figure()._esm, script):
        assert not re.search(r"^ *import\b|\bimport\(|\bfrom \"", text, re.MULTILINE)
        assert "figure({ numbers, view })" in text


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_import_and_export_can_be_bundled(path):
    text = path.read_text("utf-8")
    assert len(re.findall(r"^import\b", text, re.MULTILINE)) == len(IMPORT.findall(text))
    assert len(re.findall(r"^export\b", text, re.MULTILINE)) == len(EXPORT.findall(text))
    assert not re.search(r"\bimport\(|\bimport\.meta", text)
    assert bundle(path)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_module_comes_once_and_after_those_that_it_needs(path):
    order = list(modules(path))
    assert order[-1] == path
    for place, text in enumerate(modules(path).values()):
        needs = {(order[place].parent / match["path"]).resolve() for match in IMPORT.finditer(text)}
        assert needs <= set(order[:place])


def test_nothing_is_fetched_from_elsewhere():
    for path in FOLDER.glob("*/*.*s*"):
        assert set(re.findall(r"https?://[^\s\"']*", path.read_text("utf-8"))) <= {"http://www.w3.org/2000/svg"}
