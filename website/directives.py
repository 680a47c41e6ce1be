r"""From the Markdown that every notebook program shows to the directives that the site needs.

JupyterLab, Notebook, Colab or GitHub know neither labels nor exercises. So the chapters are written without them: what
only the site needs stands in comments, and a solution is an HTML block that is closed until it is clicked.

=============================================  ==============================================
in a chapter                                   on the site
=============================================  ==============================================
``\tag{4.3} % eq-w2-root`` below a formula     its label; the number is Sphinx's own
``**Exercise 4.1** (title) <!-- ex-leave -->``  an exercise, up to its solution
``<details>`` with the summary "Solution"       the solution of the exercise above, closed
``<details>`` with another summary              a box with this title, closed
``**Fig. 4.1** <!-- fig-outside -->``           the caption of the picture in the cell above
=============================================  ==============================================

All of it happens when a page is read, before anything else sees it.
"""

import json
import re

EQUATION = re.compile(r"\n(?:\\tag\{[^}\n]*\} *)?% (eq-[\w-]+)\n\$\$")
EXERCISE = r"^\*\*Exercise [^*\n]*\*\*(?: \((?P<title>[^\n]*)\))? <!-- (?P<label>[\w-]+) -->\n"
TASK = r"(?P<task>.*?)(?=^<details>|\Z)"
DETAILS = r"^<details>\n<summary>(?P<summary>[^\n]*)</summary>\n(?P<inside>.*?)\n</details>$"
BLOCK = re.compile(f"{EXERCISE}{TASK}|{DETAILS}", re.MULTILINE | re.DOTALL)
CAPTION = re.compile(r"\*\*Fig\. [^*\n]*\*\* <!-- (fig-[\w-]+) -->\s+(.*)", re.DOTALL)


def translate(text):
    """Return the Markdown `text` with the directives of the site."""
    label = None

    def block(match):
        nonlocal label
        if match["label"]:
            label = match["label"]
            return directive("exercise", match["title"] or "", match["task"], label=label)
        if match["summary"] == "Solution":
            name = "sol-" + label.removeprefix("ex-")
            return directive("solution", label, match["inside"], label=name, **{"class": "dropdown"})
        return directive("admonition", match["summary"], match["inside"], **{"class": "dropdown"})

    return BLOCK.sub(block, EQUATION.sub(r"\n$$ (\1)", text))


def directive(name, argument, body, **options):
    """Return a MyST directive, as text, that may hold others and code."""
    lines = [f"``````{{{name}}} {argument}".rstrip(), *(f":{key}: {value}" for key, value in options.items())]
    return "\n".join([*lines, "", body.strip("\n"), "``````", ""])


def translate_notebook(notebook):
    """Translate the cells of `notebook` in place; what is the caption of a picture moves to its cell."""
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            if caption := CAPTION.fullmatch(source):
                figure = {"name": caption[1], "caption": " ".join(caption[2].split())}
                cells[-1]["metadata"].setdefault("mystnb", {})["figure"] = figure
                continue
            cell["source"] = translate(source)
        cells.append(cell)
    notebook["cells"] = cells


def translate_page(app, name, content):
    """Translate a page as Sphinx reads it: ``content`` is a list with its text, to be changed in place."""
    if app.env.doc2path(name).endswith(".ipynb"):
        notebook = json.loads(content[0])
        translate_notebook(notebook)
        content[0] = json.dumps(notebook)
    else:
        content[0] = translate(content[0])


def setup(app):
    """Translate each page when it is read."""
    app.connect("source-read", translate_page)
