"""What is made from the package and stored is what the package gives today; tables of rules name every rule."""

import sys

import pytest
from test_book import text_of

from benchmarks.web import ROOT
from lrp_edu.rules import COMPOSITES, RULES

sys.path.insert(0, str(ROOT / "tools"))
import generated  # noqa: E402


@pytest.mark.parametrize("name", generated.FILES)
def test_a_generated_part_of_a_page_is_up_to_date(name):
    stored = (ROOT / name).read_text("utf-8")
    assert stored == generated.FILES[name](stored), "run `make notebooks`"


def test_the_page_on_notation_names_every_rule():
    table = (ROOT / "notation.md").read_text("utf-8")
    assert not [rule.__name__ for rule in RULES.values() if f"| `{rule.__name__}(" not in table]


TABLES = {
    "full-network": "| rule | numerator $n_{ij}$ |",
    "rules-in-practice": "| rule | equation | direction $v_i$ | terms",
}


@pytest.mark.parametrize("name", TABLES)
def test_the_chapters_have_a_row_for_every_rule(name):
    chapter = text_of(ROOT / "chapters" / f"{name}.ipynb")
    table = chapter.partition(TABLES[name])[2]
    missing = [rule for rule in RULES if f"\n| {rule.replace('^B', 'ᴮ')} | " not in table]
    assert not missing, f"chapters/{name}.ipynb: write {missing} into the table of rules"


def test_the_chapter_names_every_composite():
    """Those by kind have a row, those by place stand in the text above it."""
    chapter = text_of(ROOT / "chapters" / "rules-in-practice.ipynb")
    missing = [name for name in COMPOSITES if f"\n| {name} | " not in chapter and f"*{name}*" not in chapter]
    assert not missing, f"chapters/rules-in-practice.ipynb: name {missing} in the section on composites"
