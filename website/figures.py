"""Each kind of live figure comes as one script and one style sheet, on the pages that have it.

The script is classic and deferred, so that it loads beside the page, runs once this is there, and also runs when the
page was opened as a file. Its figures then take the place of the tables that stand in the page.
"""

import re
from pathlib import Path

from lrp_edu.explorables.core.bundle import FOLDER, page_script, styles
from lrp_edu.explorables.core.explorable import HINT

FIGURE = re.compile(r'<figure class="explorable" data-explorable="([a-z]+)"')
NO_SCRIPT = "<noscript><p>This figure is at rest: it moves where JavaScript may run.</p></noscript>"


def setup(app):
    """Write the scripts and style sheets, and name them on the pages that need them."""
    app.connect("write-started", _write)
    app.connect("html-page-context", _add_to_page)


def kinds(html):
    """Return the names of the figures in a page."""
    return sorted(set(FIGURE.findall(html)))


def files(name):
    """Return where script and style sheet of a figure stand below ``_static``."""
    return f"figures/{name}.js", f"figures/{name}.css"


def on_site(html):
    """Return a page in which figures say what they need there; in a notebook that is a cell to be run."""
    return html.replace(HINT, NO_SCRIPT)


def write(static, folder=FOLDER):
    """Write scripts and style sheets below the folder `static`, from the modules below `folder`."""
    (static / "figures").mkdir(parents=True, exist_ok=True)
    for name in (path.stem for path in folder.glob("*/*.js") if path.stem == path.parent.name):
        script, sheet = files(name)
        (static / script).write_text(page_script(name, folder), "utf-8")
        (static / sheet).write_text(styles(name, folder), "utf-8")


def _write(app, builder):
    if builder.format == "html":
        write(Path(builder.outdir) / "_static")


def _add_to_page(app, pagename, templatename, context, doctree):
    for name in kinds(context.get("body", "")):
        script, sheet = files(name)
        app.add_js_file(script, priority=300, loading_method="defer")
        app.add_css_file(sheet)
        context["body"] = on_site(context["body"])
