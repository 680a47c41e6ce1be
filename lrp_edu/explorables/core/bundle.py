"""One script from a figure's modules, so that it comes in one piece, with a page or with a widget.

A browser would fetch one module after the other, and none at all for a page that was opened as a file. Here each module
becomes a function that gives what it exports. The modules are ours, so two forms are enough: an import of names or of
the whole stands in one line, and an export before what it names.
"""

import re
from base64 import b64encode
from pathlib import Path

FOLDER = Path(__file__).parent.parent
IMPORT = re.compile(r'^import (?:\* as (?P<whole>\w+)|(?P<names>\{[^}]*\})) from "(?P<path>\.\.?/[\w/-]+\.js)";$', re.M)
EXPORT = re.compile(r"^export (?:(?P<default>default )|(?=(?:async )?(?:function|const|class) (?P<name>\w+)))", re.M)


def bundle(path):
    """Return an ES module without imports that has the default export of the module at `path`."""
    return f"{_scopes(modules(path))}\nexport default {_name(path)}.default;\n"


def page_script(name, folder=FOLDER):
    """Return the classic script that brings the figures `name` of a page to life; `folder` holds the modules."""
    boot, own = folder / "core" / "boot.js", folder / name / f"{name}.js"
    scopes = _scopes(modules(boot) | modules(own))
    return f'(() => {{\n"use strict";\n{scopes}\n{_name(boot)}.boot("{name}", {_name(own)}.default);\n}})();\n'


def data_script(name, data):
    r"""Return the script that hands bytes to the figures of a page, in base64, under a name (see ``shared.js``).

    >>> data_script("two", bytes(2))
    '(globalThis.explorableData ??= {}).two = "AAA=";\n'
    """
    return f'(globalThis.explorableData ??= {{}}).{name} = "{b64encode(data).decode()}";\n'


def styles(name, folder=FOLDER):
    """Return the style sheet of the figures `name`."""
    return "\n".join((folder / part / f"{part}.css").read_text("utf-8") for part in ("core", name))


def modules(path):
    """Return the text of the module at `path` and of all that it needs, by path, each after those that it needs."""
    text, found = path.read_text("utf-8"), {}
    for match in IMPORT.finditer(text):
        found |= modules((path.parent / match["path"]).resolve())
    return found | {path.resolve(): text}


def _scopes(texts):
    return "\n".join(_scope(path, text) for path, text in texts.items())


def _scope(path, text):
    """Return a module as a constant: the object of what it exports."""

    def imported(match):
        names = match["whole"] or match["names"].replace(" as ", ": ")
        return f"const {names} = {_name(path.parent / match['path'])};"

    def exported(match):
        return "const exported = " if match["default"] else ""

    names = [match["name"] or "default: exported" for match in EXPORT.finditer(text)]
    body = EXPORT.sub(exported, IMPORT.sub(imported, text))
    return f"const {_name(path)} = (() => {{\n{body}return {{ {', '.join(names)} }};\n}})();"


def _name(path):
    """Return the name of a module's constant.

    >>> _name(Path("core/side-view.js"))
    'core_side_view'
    """
    path = path.resolve()
    return re.sub(r"\W", "_", f"{path.parent.name}_{path.stem}")
