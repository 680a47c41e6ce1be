"""The README shows a reader the truth: its example runs, and prints what stands below it."""

import contextlib
import io
import re

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
