"""The README shows a reader the truth: its example runs, and prints what stands below it."""

import contextlib
import io
import re
import tomllib

import yaml

from benchmarks.web import ROOT


def test_the_example_prints_what_the_readme_shows():
    readme = (ROOT / "README.md").read_text()
    code, shown = re.search(r"```python\n(.*?)```.*?```text\n(.*?)```", readme, re.DOTALL).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == shown


def test_the_readme_names_every_chapter_and_no_missing_file():
    readme = (ROOT / "README.md").read_text()
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = [entry["file"] for part in toc["parts"] for entry in part["chapters"] if "/" in entry["file"]]
    assert not [name for name in chapters if f"`{name.removeprefix('chapters/')}`" not in readme]
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", readme) if "://" not in link]
    assert not [link for link in links if link and not (ROOT / link).exists()]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def test_the_way_without_make_is_what_make_does():
    """Each command stands in a recipe of the Makefile; the settings of make for JupyterLab are a convenience."""
    recipes = (ROOT / "Makefile").read_text().replace("$(BIN)", ".venv/bin").replace("$(VENV)", ".venv")
    recipes = recipes.replace("$(PORT)", "8000").replace("$(PYTHON)", "python3").replace("--quiet ", "")
    (without,) = (block for block in blocks("sh") if "pip install" in block)
    commands = [line.split("   ")[0].strip() for line in without.splitlines()]
    assert len(commands) == 6
    assert [command for command in commands if command.removesuffix(" chapters") not in recipes] == []


def test_the_targets_of_make_that_the_readme_names_exist_and_help_lists_them():
    makefile = (ROOT / "Makefile").read_text()
    for text in ((ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md")):
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert {"book", "test"} <= named
        assert not [target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
        assert not [target for target in named if f"'make {target} " not in makefile]


def test_the_extras_that_the_readme_installs_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    groups = re.findall(r"\.\[([a-z,]+)\]", (ROOT / "README.md").read_text())
    assert groups and set(",".join(groups).split(",")) <= set(extras)
