"""References are Markdown links, such as ``[(4.3)](w2-rule.ipynb#eq-w2-root)``, that read well in every program.

Their numbers are Sphinx's, and the authors and years those of ``references.bib``. Here such a link finds its equation,
figure, exercise or publication on the site, and the build warns of each page that writes another number. Nobody types
numbers: ``tools/references.py`` writes them.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from pybtex.database import parse_file
from pybtex.plugin import find_plugin
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

BIBLIOGRAPHY = "references"  # the page, and the file with its entries
NUMBERED = ("displaymath", "figure", "exercise")
NUMBER = re.compile(r"\d+(?:\.\d+)*")
LINK = re.compile(r"(?<=\[)(?P<text>[^\[\]]+)(?=\]\([\w./-]*#(?P<label>[\w-]+)\))")
NAME = re.compile(r"(?<=\*\*)(?P<text>[^*\n]+)(?=\*\*[^\n]* <!-- (?P<label>[\w-]+) -->)")
TAG = re.compile(r"(?:\\tag\{[^}\n]*\} *)?% (?P<label>eq-[\w-]+)(?=\n)")


class Target(NamedTuple):
    """Something that a link can lead to."""

    page: str
    anchor: str
    text: str  # its number; of a publication "author, year"


def targets(env):
    """Return the targets of the book by their labels."""
    found = dict(publications(Path(env.srcdir, f"{BIBLIOGRAPHY}.bib")))
    for page, kinds in env.toc_fignumbers.items():
        for kind in NUMBERED:
            for anchor, number in kinds.get(kind, {}).items():
                found[anchor.removeprefix("equation-")] = Target(page, anchor, ".".join(map(str, number)))
    return found


@cache
def publications(path):
    """Return a target for each entry of a BibTeX file."""
    found = {}
    for key, entry in parse_file(path).entries.items():
        persons = entry.persons["author"]
        others = " et al." if len(persons) > 2 else ""
        names = [_last_name(person) for person in (persons[:1] if others else persons)]
        authors = " and ".join(names) + others
        found[key] = Target(BIBLIOGRAPHY, key, f"{authors}, {entry.fields['year']}")
    return found


def _last_name(person):
    return " ".join(map(str, person.rich_last_names))


def publications_page(path):
    """Return the page that lists the entries of a BibTeX file."""
    style = find_plugin("pybtex.style.formatting", "plain")()
    backend = find_plugin("pybtex.backends", "markdown")()
    lines = ["# References", ""]
    for entry in style.format_bibliography(parse_file(path)):
        text = re.sub(r"\\([-.()])", r"\1", entry.text.render(backend).replace("\n", " "))
        lines.append(f'- <a id="{entry.key}"></a>{text}')
    return "\n".join(lines) + "\n"


def rewrite(text, targets):
    """Return the Markdown `text` with the numbers of the targets that its links, names and tags have as labels."""

    def renew(match):
        target = targets.get(match["label"])
        if target is None:
            return match[0]
        if match.re is TAG:
            return f"\\tag{{{target.text}}} % {match['label']}"
        if target.page != BIBLIOGRAPHY:
            return NUMBER.sub(target.text, match["text"])
        authors, year = target.text.rsplit(", ", 1)
        return f"{authors} ({year})" if match["text"].endswith(")") else target.text

    for pattern in (LINK, NAME, TAG):
        text = pattern.sub(renew, text)
    return text


def rewrite_file(path, targets):
    """Return the text of a page's file as it is, and with the right numbers."""
    before = path.read_text("utf-8")
    if path.name == f"{BIBLIOGRAPHY}.md":
        return before, publications_page(path.with_suffix(".bib"))
    if path.suffix != ".ipynb":
        return before, rewrite(before, targets)
    notebook = json.loads(before)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = rewrite("".join(cell["source"]), targets).splitlines(keepends=True)
    return before, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


class Resolver(SphinxPostTransform):
    """Leads links to what has a number, or stands in the bibliography; MyST, which comes next, knows the rest."""

    default_priority = 8

    def run(self):
        """Resolve the links of one page."""
        known = targets(self.env)
        for link in list(self.document.findall(pending_xref)):
            in_page = link.get("refdomain") == "doc"
            target = known.get(link.get("reftargetid") if in_page else link["reftarget"])
            if link["reftype"] != "myst" or target is None:
                continue
            if target.page == (link["reftarget"] if in_page else self.env.docname):
                inner = nodes.inline("", "", *link[0].children)
                here, builder = self.env.docname, self.app.builder
                link.replace_self(make_refnode(builder, here, target.page, target.anchor, inner))


def warn_of_old_numbers(app, env):
    """Warn of each page whose references are not those that the site has."""
    known = targets(env)
    for name in sorted(env.found_docs):
        before, after = rewrite_file(Path(env.doc2path(name)), known)
        if before != after:
            logging.getLogger(__name__).warning("%s: its references are old: make notebooks", name)


def setup(app):
    """Resolve the links, and hold their text to what they lead to."""
    app.add_post_transform(Resolver)
    app.connect("env-check-consistency", warn_of_old_numbers)
