"""Each kind of live figure comes as one script and one style sheet, on the pages that have it.

What several figures of a page share, such as the weights of a network, is a script of its own. The scripts are classic
and deferred, so that they load beside the page, run once this is there, and also run when the page was opened as a
file. The figures then take the place of the tables that stand in the page.
"""

import re
from pathlib import Path

from lrp_edu import explorables
from lrp_edu.explorables.core.bundle import FOLDER, data_script, page_script, styles
from lrp_edu.explorables.core.explorable import HINT

FIGURE = re.compile(r'<figure class="explorable" data-explorable="([a-z]+)"')
SHARED = {figure.name: figure.data for figure in (getattr(explorables, name) for name in explorables.__all__)}
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


def data_files(name):
    """Return where the data of a figure stand below ``_static``, by the name of the data."""
    return {data: f"figures/data/{data}.js" for data in SHARED.get(name, {})}


def scripts(names):
    """Return the scripts that figures of these names need, in their order: first what several may share."""
    shared = [file for name in names for file in data_files(name).values()]
    return [*dict.fromkeys(shared), *(files(name)[0] for name in names)]


def on_site(html):
    """Return a page in which figures say what they need there; in a notebook that is a cell to be run."""
    return html.replace(HINT, NO_SCRIPT)


def write(static, folder=FOLDER):
    """Write scripts and style sheets below the folder `static`, from the modules below `folder`."""
    (static / "figures" / "data").mkdir(parents=True, exist_ok=True)
    for name, data in SHARED.items():
        for one, file in data_files(name).items():
            (static / file).write_text(data_script(one, data[one]), "utf-8")
    for name in (path.stem for path in folder.glob("*/*.js") if path.stem == path.parent.name):
        script, sheet = files(name)
        (static / script).write_text(page_script(name, folder), "utf-8")
        (static / sheet).write_text(styles(name, folder), "utf-8")


def _write(app, builder):
    if builder.format == "html":
        write(Path(builder.outdir) / "_static")


def _add_to_page(app, pagename, templatename, context, doctree):
    names = kinds(context.get("body", ""))
    for script in scripts(names):
        app.add_js_file(script, priority=300, loading_method="defer")
    for name in names:
        app.add_css_file(files(name)[1])
        context["body"] = on_site(context["body"])
