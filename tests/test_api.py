"""The page on the code: it has every public name, and leads to its equations, and the chapters lead to it."""

import importlib
import inspect
import re
from html import unescape

import pytest
from bs4 import BeautifulSoup
from test_book import CHAPTERS, LABEL, ROOT, text_of

from website import api

NAMED = re.compile(f"``({LABEL.pattern})``")


def names():
    """Yield the full name and the object of all that the page must have."""
    for module_name in api.modules():
        module = importlib.import_module(f"lrp_edu.{module_name}")
        yield module.__name__, module
        for name, value in api.public(module).items():
            yield f"{module.__name__}.{name}", value
            for member in api.members(value):
                yield f"{module.__name__}.{name}.{member}", inspect.getattr_static(value, member)


NAMES = dict(names())


def told(*lines, home="lrp_edu.roots.root"):
    return list(api.rewritten(lines, home))


def test_labels_sources_and_chapters_become_links():
    assert told("Implements ``eq-root`` [Bach2015]_ (chapter ``w2-rule``), ``eq-walk``.") == [
        "Implements :eq:`eq-root` :publication:`Bach2015` (chapter :doc:`/chapters/w2-rule`\\ ), :eq:`eq-walk`\\ ."
    ]
    assert told("The hinge (``eq-hinge``).") == ["The hinge :eq:`eq-hinge`\\ ."]


def test_names_become_code_and_links_where_the_page_has_them():
    assert told("Of `x` by `Neuron`, `roots.w2_direction`.") == [
        "Of ``x`` by :py:obj:`Neuron <lrp_edu.neuron.Neuron>`\\ , "
        ":py:obj:`roots.w2_direction <lrp_edu.roots.w2_direction>`\\ ."
    ]
    assert told("See `forward` and `root`.", home="lrp_edu.network.Network.explain") == [
        "See :py:obj:`forward <lrp_edu.network.Network.forward>` and :py:obj:`root <lrp_edu.roots.root>`\\ ."
    ]
    assert told("The `Network` itself.", home="lrp_edu.network.Network") == ["The ``Network`` itself."]


def test_what_is_markup_by_chance_is_not():
    assert told("Of shape (*batch, d), |`a`| small, f(`x`).") == [
        "Of shape (\\*batch, d), \\|\\ ``a``\\ \\| small, f(\\ ``x``\\ )."
    ]


def test_formulas_and_examples_stay_as_they_are():
    formula = [".. math:: a * b |c|", "", "    `x` * ``y``", ""]
    example = [">>> 'a' * 2", "'a*a'", "", "And `x`."]
    assert told(*formula, "`x` * y") == [*formula, "``x`` \\* y"]
    assert told(*example) == [*example[:3], "And ``x``\\ ."]
    assert told("As :math:`a * |b|` is.") == ["As :math:`a * |b|` is."]


def test_sections_become_lists_of_names_and_meanings():
    parameters = ["Parameters", "----------", "x, *y : array of `d`", "    The `x`.", ""]
    assert told(*parameters, "Returns", "-------", "float", "    It.") == [
        "", ".. rubric:: Parameters", "", "``x``, ``*y`` : array of ``d``", "    The ``x``\\ .", "",
        "", ".. rubric:: Returns", "", "float", "    It.",
    ]  # fmt: skip


def test_private_and_untold_members_have_no_place():
    assert {"lrp_edu.network.Network.explain", "lrp_edu.layers.Weights.square", "lrp_edu.rules.LRP0"} <= set(NAMES)
    assert not [name for name in NAMES if re.search(r"\._|\.numpy|\.np$", name)]


@pytest.fixture(scope="module")
def page(book):
    return BeautifulSoup((book / "api.html").read_text("utf-8"), "html.parser")


def test_the_page_has_every_public_name(page):
    missing = [name for name in NAMES if page.find(id=name if name.count(".") > 1 else f"module-{name}") is None]
    assert missing == []


def test_each_name_leads_to_the_equations_that_its_docstring_names(page):
    for name, value in NAMES.items():
        labels = set(NAMED.findall(getattr(value, "__doc__", None) or ""))
        if labels and name.count(".") > 1:
            links = page.find(id=name).parent.find_all("a", href=True)
            assert labels <= {link["href"].partition("#equation-")[2] for link in links}, name


def test_nothing_is_left_of_the_docstrings_marks(page):
    for code in page.find_all("pre"):
        code.decompose()
    text = unescape(page.find("main").get_text())
    assert not re.search(r"``|:eq:|:doc:|:py:|\beq-[a-z]|\]_|-----", text)


def test_chapters_lead_to_the_modules_that_they_name(book):
    for path in CHAPTERS:
        code = re.search(r"\*\*Code\*\* (.*)", text_of(path))[1]
        top = BeautifulSoup((book / "chapters" / f"{path.stem}.html").read_text("utf-8"), "html.parser")
        links = {link["href"] for link in top.find_all("a", href=True)}
        for module in re.findall(r"`(lrp_edu\.\w+)`", code):
            assert f"../api.html#module-{module}" in links, path.stem


def test_the_page_names_each_module_once_under_a_heading():
    text = (ROOT / "api.md").read_text("utf-8")
    blocks = re.findall(r"^## (\w+)\n\n```\{eval-rst\}\n\.\. automodule:: lrp_edu\.(\w+)\n```$", text, re.MULTILINE)
    assert sorted(module for _, module in blocks) == sorted(api.modules())
    assert all(title == module for title, module in blocks)
