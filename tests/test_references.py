"""Numbers of references are written by a tool, and the build notices old ones; the site has its directives."""

from pathlib import Path

import pytest
from sphinx.cmd.build import main as sphinx_build

from website.directives import translate, translate_notebook
from website.references import Target, publications_page, rewrite

TARGETS = {
    "eq-root": Target("walk", "equation-eq-root", "4.13"),
    "fig-walk": Target("walk", "fig-walk", "4.2"),
    "ex-walk": Target("walk", "ex-walk", "4.6"),
    "Bach2015": Target("references", "Bach2015", "Bach et al., 2015"),
}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("by [(1.2)](#eq-root).", "by [(4.13)](#eq-root)."),
        ("[(0)](walk.ipynb#eq-root) and [(0)](../a-b/walk.ipynb#eq-root)", None),
        ("[the root](#eq-root) and [step 1](#step-1), (1.2), `[x](#eq-other)`", ""),
        ("[Fig. 0](#fig-walk), see [Exercise 12.34](#ex-walk)", "[Fig. 4.2](#fig-walk), see [Exercise 4.6](#ex-walk)"),
        ("**Exercise 0** (2 walks) <!-- ex-walk -->\n", "**Exercise 4.6** (2 walks) <!-- ex-walk -->\n"),
        ("**Fig. 0** <!-- fig-walk -->\nThe 3 walks.", "**Fig. 4.2** <!-- fig-walk -->\nThe 3 walks."),
        ("$$\nx\n% eq-root\n$$", "$$\nx\n\\tag{4.13} % eq-root\n$$"),
        ("$$\nx\n\\tag{4.2} % eq-root\n$$", "$$\nx\n\\tag{4.13} % eq-root\n$$"),
        ("([x, 1](references.md#Bach2015))", "([Bach et al., 2015](references.md#Bach2015))"),
        ("[x (1)](../references.md#Bach2015) say", "[Bach et al. (2015)](../references.md#Bach2015) say"),
    ],
)
def test_a_reference_has_the_number_of_its_target(before, after):
    expected = before.replace("(0)", "(4.13)") if after is None else after or before
    assert rewrite(before, TARGETS) == expected
    assert rewrite(expected, TARGETS) == expected


def test_plain_markdown_becomes_directives():
    plain = (
        "$$\nx\n\\tag{4.1} % eq-root\n$$\n\n**Exercise 4.6** (By hand) <!-- ex-walk -->\n\nWalk.\n\n"
        "<details>\n<summary>Solution</summary>\n\nDone.\n\n</details>\n\n"
        "<details>\n<summary>A proof</summary>\n\nYes.\n\n</details>"
    )
    assert translate(plain).split("\n\n") == [
        "$$\nx\n$$ (eq-root)",
        "``````{exercise} By hand\n:label: ex-walk",
        "Walk.\n``````\n``````{solution} ex-walk\n:label: sol-walk\n:class: dropdown",
        "Done.\n``````",
        "\n``````{admonition} A proof\n:class: dropdown",
        "Yes.\n``````\n",
    ]


def test_a_caption_moves_to_the_picture_above_it():
    code = {"cell_type": "code", "metadata": {"mystnb": {"image": {"alt": "A line."}}}, "source": ["draw()"]}
    text = {"cell_type": "markdown", "metadata": {}, "source": ["**Fig. 4.2** <!-- fig-walk -->\n", "Two\n", "lines."]}
    notebook = {"cells": [code, text]}
    translate_notebook(notebook)
    figure = {"name": "fig-walk", "caption": "Two lines."}
    assert notebook["cells"] == [code] and code["metadata"]["mystnb"] == {"image": {"alt": "A line."}, "figure": figure}


SETTINGS = """
extensions = ["myst_nb", "sphinx_exercise", "website.directives", "website.references"]
myst_enable_extensions = ["dollarmath"]
numfig = math_numfig = True
"""
ONE = "# One\n\n$$\nx\n\\tag{1.1} % eq-one\n$$\n\n**Exercise 1.1** <!-- ex-one -->\n\nDo.\n"
TWO = "# Two\n\nBy [(1.1)](one.md#eq-one), [Exercise 1.1](one.md#ex-one) and [A, 2015](references.md#A).\n"


@pytest.fixture
def build(tmp_path):
    """Return a function that builds a small book with these chapters, and returns its folder and what it warned of."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(SETTINGS)
    (source / "references.bib").write_text("@book{A, author = {A, B}, title = {T}, publisher = {P}, year = {2015}}")
    (source / "references.md").write_text(publications_page(source / "references.bib"))

    def run(**chapters):
        for name, text in chapters.items():
            (source / f"{name}.md").write_text(text)
        tree = "```{toctree}\n:numbered: 1\n" + "\n".join([*chapters, "references"]) + "\n```\n"
        (source / "index.md").write_text(f"# Book\n\n{tree}")
        warnings = tmp_path / "warnings"
        sphinx_build(["-qE", "-w", str(warnings), str(source), str(tmp_path / "out")])
        return Path(tmp_path, "out"), [line for line in warnings.read_text().splitlines() if "WARNING" in line]

    return run


def test_links_lead_to_what_has_a_number(build):
    folder, warnings = build(one=ONE, two=TWO)
    assert warnings == []
    page = (folder / "two.html").read_text()
    for link in ('one.html#equation-eq-one"><span>(1.1)', 'one.html#ex-one"', 'references.html#A"><span>A, 2015'):
        assert link in page, link


def test_a_chapter_put_in_before_others_makes_their_numbers_old(build):
    _, warnings = build(zero="# Zero\n", one=ONE, two=TWO)
    assert [line.partition("WARNING: ")[2] for line in warnings] == [
        "one: its references are old: make notebooks",
        "two: its references are old: make notebooks",
    ]


def test_a_link_to_nothing_is_noticed(build):
    _, warnings = build(one=ONE, two=TWO.replace("-one)", "-two)").replace("#A", "#B"))
    assert len(warnings) == 3 and all("xref_missing" in line for line in warnings)
