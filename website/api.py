"""Docstrings become a page of the book, whose labels, sources, chapters and names are links; chapters lead back to it.

=========================  ====================================================
in a docstring             on the page
=========================  ====================================================
an equation's label        the number of the equation, and a link to it
a chapter's name, as code  the title of the chapter, and a link to it
``[Bach2015]_``            authors and year, and a link to the publications
a name between backticks   code, and a link where the page has such a name
a section of numpydoc      a small heading, and a list of names and meanings
=========================  ====================================================

In a chapter ``lrp_edu.roots``, as code, leads to what the page says of this module.
"""

import importlib
import inspect
import pkgutil
import re
from functools import cache, cached_property
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from .references import BIBLIOGRAPHY, publications

PACKAGE = "lrp_edu"
CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
# What is set apart in a line of a docstring, each kind in a group of its own.
MARKED = re.compile(
    r"(?P<role>:\w+:`[^`]+`)|\(``(?P<equation>eq-[\w-]+)``\)|``(?P<code>[^`]+)``|`(?P<name>[^`]+)`|\[(?P<publication>[A-Z]\w+)\]_|(?P<escaped>[*|])"
)
UNDERLINE = re.compile(r" *-{3,}")
DEFINED = re.compile(r"(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)(?P<kind> : .*)?")
CODE = re.compile(rf"{PACKAGE}(?:\.\w+)+")


# What has a place on the page


def modules():
    """Return the names of the package's modules that everybody may use."""
    package = importlib.import_module(PACKAGE)
    return [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]


def public(module):
    """Return the public functions and classes of a module: its own, or those that it says it has."""
    names = getattr(module, "__all__", vars(module))
    own = {name: value for name, value in vars(module).items() if name in names and not name.startswith("_")}
    belong = hasattr(module, "__all__")
    return {
        name: value for name, value in own.items()
        if inspect.isroutine(value) or inspect.isclass(value)
        if belong or value.__module__ == module.__name__
    }  # fmt: skip


def members(value):
    """Return the names of what the page tells of a class, or of anything else none."""
    return [name for name, part in vars(value).items() if not leave_out(name, part)] if inspect.isclass(value) else []


def leave_out(name, value):
    """Tell whether a member of a class has no place on the page: it is private, untold, or no function or property."""
    told = inspect.isroutine(value) or isinstance(value, (property, cached_property))
    return name.startswith("_") or not told or not inspect.getdoc(value)


@cache
def known():
    """Return the full name of each module, function, class and method by all names that it may be called.

    A short name that several have is nobody's; methods are not called by their last name alone.
    """
    found = {}
    for module_name in modules():
        module = importlib.import_module(f"{PACKAGE}.{module_name}")
        _add(found, module.__name__, 1)
        for name, value in public(module).items():
            _add(found, f"{module.__name__}.{name}", 1)
            for member in members(value):
                _add(found, f"{module.__name__}.{name}.{member}", 2)
    return {short: names[0] for short, names in found.items() if len(names) == 1}


def _add(found, full, least):
    """Add a full name under all of its endings of at least so many parts."""
    parts = full.split(".")
    for first in range(len(parts) - least + 1):
        found.setdefault(".".join(parts[first:]), []).append(full)


# From numpydoc to the markup of Sphinx


def rewritten(lines, home):
    """Yield the lines of a docstring as Sphinx reads them; `home` is the full name of whose it is."""
    section, example = None, False
    formula = None  # how far a formula is set in, which stays as it is
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        depth = len(line) - len(line.lstrip())
        if formula is not None and line.strip() and depth <= formula:
            formula = None
        if formula is None and line.lstrip().startswith(".. math::"):
            formula = depth
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        if line.strip() and UNDERLINE.fullmatch(below) and len(below) == len(line):
            section = line.strip()
            yield from ("", f".. rubric:: {section}", "")
        elif section and UNDERLINE.fullmatch(line):
            continue
        elif example or formula is not None:
            yield line
        elif section in ("Parameters", "Attributes") and not depth and (found := DEFINED.fullmatch(line)):
            names = ", ".join(f"``{name}``" for name in found["names"].split(", "))
            yield names + with_roles(found["kind"] or "", home)
        else:
            yield with_roles(line, home)


def with_roles(line, home):
    """Return a line with roles in the place of what shall be a link, and with nothing that is markup by chance."""

    def role(found):
        if found["role"]:
            return found[0]
        if found["escaped"]:
            return f"\\{found[0]}"
        text = f":publication:`{found['publication']}`" if found["publication"] else None
        text = text or _code(found["equation"] or found["code"] or "") or _name(found["name"] or found["code"], home)
        glued = found.start() and not line[found.start() - 1].isspace(), line[found.end() : found.end() + 1].strip()
        return "\\ " * bool(glued[0]) + text + "\\ " * bool(glued[1])

    return MARKED.sub(role, line)


def _code(text):
    """Return a link to the equation or the chapter that a piece of code names, if it does."""
    if text.startswith("eq-"):
        return f":eq:`{text}`"
    return f":doc:`/chapters/{text}`" if (CHAPTERS / f"{text}.ipynb").exists() else ""


def _name(text, home):
    """Return a name as code, and as a link if the page has it: as part of `home`, of what that is in, or of all."""
    parts = home.split(".")
    inside = [".".join([*parts[:end], text]) for end in range(len(parts), 0, -1)]
    full = next((name for name in inside if known().get(name) == name), known().get(text))
    return f":py:obj:`{text} <{full}>`" if full not in (None, home) else f"``{text}``"


def rewrite(app, what, name, obj, options, lines):
    """Rewrite a docstring in place."""
    lines[:] = rewritten(lines, name)


def skip(app, what, name, obj, skipped, options):
    """Skip what `leave_out` says. What of a module is public Sphinx knows itself."""
    return True if what == "class" and leave_out(name, obj) else None


# Links


def publication(role, raw, key, line, inliner, options=None, content=None):
    """Return a link to a publication, which `website.references` resolves as it does those of the chapters."""
    env = inliner.document.settings.env
    target = publications(Path(env.srcdir, f"{BIBLIOGRAPHY}.bib")).get(key)
    if target is None:
        return [], [inliner.reporter.error(f"{BIBLIOGRAPHY}.bib has no {key}", line=line)]
    found = pending_xref("", nodes.inline("", target.text), refdomain="doc", reftype="myst", refexplicit=True,
                         reftarget=BIBLIOGRAPHY, reftargetid=key, refdoc=env.docname)  # fmt: skip
    return [nodes.Text("("), found, nodes.Text(")")], []


class CodeLinks(SphinxPostTransform):
    """Leads from the name of a module or of what is in it, wherever it stands as code, to the page."""

    default_priority = 700

    def run(self, **_):
        """Make links of one page."""
        places = self.env.get_domain("py").objects
        for code in list(self.document.findall(nodes.literal)):
            place = places.get(code.astext()) if CODE.fullmatch(code.astext()) else None
            if place and not isinstance(code.parent, (nodes.title, nodes.reference)):
                page, anchor = place.docname, place.node_id
                code.replace_self(make_refnode(self.app.builder, self.env.docname, page, anchor, code.deepcopy()))


def setup(app):
    """Read docstrings as numpydoc, and lead from the chapters to them."""
    app.add_role("publication", publication)
    app.connect("autodoc-process-docstring", rewrite)
    app.connect("autodoc-skip-member", skip)
    app.add_post_transform(CodeLinks)
