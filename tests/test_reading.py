"""The chapters as a reader meets them in any notebook program: no raw keys, solutions closed, and an honest time."""

import re
from itertools import pairwise

import pytest
from test_book import EACH_CHAPTER, chapters_in_order, code_cells, notebook, text_of

from benchmarks.web import ROOT

# What only programs with MyST read: a role, a directive, or the target of a link.
MYST = re.compile(r"\{[\w:-]+\}`|^```+\{.*|^:::.*|^\([\w-]+\)=$|\$\$ *\([\w-]+\)|\[\]\(|\]\(\)", re.MULTILINE)
EXERCISE = re.compile(r"^\*\*Exercise [\d.]+\*\*(?: \([^\n]+\))? <!-- ([\w-]+) -->$", re.MULTILINE)
SOLUTION = "<details>\n<summary>Solution</summary>\n\n"


@EACH_CHAPTER
def test_chapter_can_be_read_without_myst(path):
    shown = [output.get("data", {}).get("text/markdown", "") for cell in code_cells(path) for output in cell.outputs]
    assert MYST.findall("\n".join([text_of(path), *shown])) == []
    # A caption in the metadata of a cell shows on the site alone, and what is removed there shows everywhere else.
    assert not [cell.id for cell in code_cells(path) if "figure" in cell.metadata.get("mystnb", {})]
    assert not [cell.id for cell in code_cells(path) if "remove-cell" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("name", ["notation.md", "glossary.md", "references.md"])
def test_page_that_chapters_link_to_can_be_read_without_myst(name):
    assert MYST.findall((ROOT / name).read_text()) == []


@EACH_CHAPTER
def test_each_exercise_has_one_solution_that_is_closed(path):
    before, *exercises = re.split(f"(?={EXERCISE.pattern})", text_of(path), flags=re.MULTILINE)[:: 1 + EXERCISE.groups]
    assert len(exercises) >= 3
    assert SOLUTION not in before
    assert [exercise.count(SOLUTION) for exercise in exercises] == [1] * len(exercises)


@EACH_CHAPTER
def test_what_is_folded_stands_in_one_cell_between_blank_lines(path):
    """A block of HTML ends at a blank line, and the Markdown inside of it is only read if there are some."""
    for cell in notebook(path).cells:
        tags = re.findall(r"^</?details.*", cell.source, re.MULTILINE)
        assert tags == ["<details>", "</details>"] * (len(tags) // 2), cell.source
        begun = re.findall(r"(?:\n\n|\A)<details>\n<summary>[^\n]+</summary>\n\n", cell.source)
        ended = re.findall(r"\n\n</details>(?:\n\n|\Z)", cell.source)
        assert len(begun) == len(ended) == len(tags) // 2, cell.source


HEAD = re.compile(
    r"\*\*Time\*\* about (?P<minutes>\d+) minutes · \*\*Needs\*\* (?P<needs>.+)"
    r" · \*\*Leads to\*\* (?P<leads>.+) · \*\*Code\*\* .*`lrp_edu\.\w+`.*"
)


def head(path):
    """Return what stands below the title: the minutes, what the chapter needs, and where it leads."""
    found = HEAD.fullmatch(text_of(path).split("\n\n")[1])
    assert found, f"{path.name}: below the title write time, needs, what it leads to and code as the other chapters do"
    return int(found["minutes"]), found["needs"], found["leads"]


def minutes(path):
    """Estimate how long one reads, without the exercises and what may be skipped.

    200 words or 5 lines of code that stand open a minute, one for each picture and displayed formula, 3 seconds for a
    short formula, and 5 minutes to play with a live figure.
    """
    skipped = r"^## Exercises$.*?(?=^## )|<details>.*?</details>"
    text = re.sub(skipped, "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    text, displayed = re.subn(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    text, short = re.subn(r"\$[^$]+\$", "", text)
    cells = code_cells(path)
    read = [cell.source for cell in cells if "hide-input" not in cell.metadata.get("tags", [])]
    lines = sum(bool(line.strip()) for source in read for line in source.splitlines())
    live = sum("Figure(" in cell.source for cell in cells)
    return len(text.split()) / 200 + lines / 5 + displayed + text.count("<!-- fig-") + short / 20 + 5 * live


@EACH_CHAPTER
def test_stated_time_is_what_reading_takes(path):
    assert head(path)[0] == pytest.approx(minutes(path), rel=0.25)


def test_each_chapter_needs_earlier_ones_and_leads_to_the_next():
    files = [f"{name}.ipynb" for name in chapters_in_order()]
    for place, (before, here) in enumerate(zip(files, files[1:], strict=False), 1):
        needed = re.findall(r"\]\((.+?)\)", head(ROOT / "chapters" / here)[1])
        assert needed and set(needed) <= set(files[:place])
        assert f"]({here})" in head(ROOT / "chapters" / before)[2]


def test_landing_page_gives_title_and_time_of_each_chapter_and_of_all():
    text = (ROOT / "intro.md").read_text()
    rows = re.findall(r"^\|.*\| \[(.+)\]\(chapters/(.+)\.ipynb\) \|.*\| (\d+) \|$", text, re.MULTILINE)
    paths = [ROOT / "chapters" / f"{name}.ipynb" for name in chapters_in_order() if name != "checked-claims"]
    titles = [text_of(path).partition("\n")[0].removeprefix("# ") for path in paths]
    stated = [head(path)[0] for path in paths]
    assert rows == [(t, path.stem, str(m)) for t, path, m in zip(titles, paths, stated, strict=True)]
    names = [path.stem for path in paths]
    neuron = names.index("messages")  # where part III begins
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
    halves = [round(sum(some) / 30) for some in (stated, stated[:neuron])]
    hours, before = (words[n // 2 - 1] + " and a half" * (n % 2) for n in halves)
    assert f"chapters take about {hours} hours, without the exercises; parts I and II" in text
    assert f"about {before} of them." in text
    starts = [*(names.index(name) for name in ("explanations", "relu-neuron", "messages", "rules-in-practice")), None]
    quarters = [round(sum(stated[slice(*part)]) / 15) for part in pairwise(starts)]
    told = [f"{n // 4}{['', '¼', '½', '¾'][n % 4]}" for n in quarters]
    assert f"Parts I to IV take about {', '.join(told[:3])} and {told[3]} hours" in text
