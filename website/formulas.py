"""Formulas are written as MathML when the book is built, so that a reader's browser has no typesetting to do.

MathJax's own parser reads them, in a JavaScript engine that comes as a Python wheel. Out of the font STIX Two Math the
site ships the letters that its formulas show, and how brackets and braces grow; the font's license stays inside.
"""

import atexit
import base64
import html
import re
import unicodedata
from functools import cache
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number

PARSER = ["loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js"]
STYLE = "formulas.css"
# A mathvariant of MathML, and how the names of its characters begin.
VARIANTS = {
    "italic": "MATHEMATICAL ITALIC|PLANCK CONSTANT",
    "bold": "MATHEMATICAL BOLD (SMALL|CAPITAL|DIGIT)",
    "bold-italic": "MATHEMATICAL BOLD ITALIC",
    "double-struck": "(MATHEMATICAL )?DOUBLE-STRUCK",
    "script": "(MATHEMATICAL )?SCRIPT",
}
LEFT_OVER = re.compile(r' (data-mjx-[\w-]+|xmlns|columnalign|columnspacing|rowspacing)="[^"]*"|(?<=>)\s+(?=<)')
VARIANT = re.compile(rf'<(m\w) mathvariant="({"|".join(VARIANTS)})">([^<]+)<')
FORMULA = re.compile(r"<math.*?</math>", re.DOTALL)
IDENTIFIER = re.compile(r"<mi>([^<]*)</mi>")


class FormulaError(SphinxError):
    """A formula that cannot be written as MathML."""

    category = "Formula error"


@cache
def engine():
    """Return the JavaScript engine with MathJax's parser in it."""
    first = next(path for path in distribution("sphinx-mathjax-offline").files if path.match("mathjax/loader.js"))
    engine = MiniRacer()
    atexit.register(engine.close)  # from Python 3.13 on it is too late for that when the interpreter has ended
    engine.eval("var window = globalThis, MathJax = {loader: {load: []}, startup: {typeset: false}};")
    for source in [*(first.locate().parent / name for name in PARSER), Path(__file__).with_name("formulas.js")]:
        engine.eval(source.read_text("utf-8"))
    return engine


@cache
def mathml(tex, display=False):
    r"""Return a formula of TeX as MathML.

    Raises
    ------
    ValueError
        If it is no TeX, with MathJax's reason.

    Examples
    --------
    >>> mathml(r"\tilde x")
    '<math><mrow><mover accent="true"><mi>x</mi><mo stretchy="false">~</mo></mover></mrow></math>'
    """
    try:
        written = engine().call("mathml", tex, display)
    except JSEvalException as error:
        reason = re.search(r"Error: (.*)", str(error))
        raise ValueError(reason[1] if reason else str(error).splitlines()[0]) from None
    return VARIANT.sub(_letters, LEFT_OVER.sub("", written))


def _letters(found):
    """Write bold, double-struck and such letters as characters of their own: browsers know no other way."""
    tag, variant, text = found.groups()
    return f"<{tag}>{''.join(styled(letter, variant) for letter in html.unescape(text))}<"


def styled(letter, variant):
    """Return a letter in one of the `VARIANTS`, as a character of its own.

    Examples
    --------
    >>> styled("R", "double-struck"), styled("h", "italic")
    ('ℝ', 'ℎ')
    """
    for character in map(chr, [*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)]):
        same = unicodedata.decomposition(character) == f"<font> {ord(letter):04X}"
        if same and re.match(VARIANTS[variant], unicodedata.name(character)):
            return character
    raise ValueError(f"there is no {variant} {letter}")


# In Sphinx


class Glue(SphinxPostTransform):
    """Keep a comma at the formula that it follows, and a bracket at the one that it opens."""

    default_priority = 999
    formats = ("html",)

    def run(self, **_):
        """Put each formula into one span with the marks beside it."""
        for formula in list(self.document.findall(nodes.math)):
            parent, place = formula.parent, formula.parent.index(formula)
            before, after = parent[:place][-1:], parent[place + 1 :][:1]
            start, opening = split(before, r"[^\w\s]+$")
            rest, closing = split(after, r"^[^\w\s]+")
            if opening or closing:
                span = nodes.inline("", "", *opening, formula.deepcopy(), *closing, classes=["glued"])
                parent[place - len(before) : place + 1 + len(after)] = [*start, span, *rest]


def split(neighbor, marks):
    """Split what stands beside a formula, if it is text, into the rest and its marks next to the formula."""
    text = neighbor[0].astext() if neighbor and isinstance(neighbor[0], nodes.Text) else ""
    found = re.search(marks, text)
    return ([nodes.Text(re.sub(marks, "", text))], [nodes.Text(found[0])]) if found else (neighbor, [])


def write(self, node, tex, display):
    """Return the formula of a node; if it cannot be written, the build fails and names it."""
    try:
        return mathml(tex, display)
    except ValueError as error:
        place = f"{node.source or self.builder.current_docname}:{node.line or ''}"
        raise FormulaError(f"{place}: {error}: {tex}") from None


def visit_inline(self, node):
    """Write an inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(write(self, node, node.astext(), display=False) + "</span>")
    node.children = []


def visit_block(self, node):
    """Write a displayed formula, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(write(self, node, node.astext(), display=True) + "</div>\n")
    node.children = []


def write_font(app, error):
    """Write the style sheet with the letters that the formulas of the site show."""
    if error or app.builder.format != "html":
        return
    pages = "".join(path.read_text("utf-8") for path in Path(app.outdir).rglob("*.html"))
    font = base64.b64encode(math_font(characters(FORMULA.findall(pages)))).decode()
    sheet = Path(app.outdir) / "_static" / STYLE
    sheet.write_text(sheet.read_text("utf-8").replace("FONT", f"data:font/woff2;base64,{font}"), "utf-8")


def characters(formulas):
    """Return the characters that formulas show, with what browsers put there: italic letters and the sign of a root."""
    formulas = html.unescape("".join(formulas))
    identifiers = {name for name in IDENTIFIER.findall(formulas) if len(name) == 1}
    root = {"√"} if re.search("<m(sqrt|root)>", formulas) else set()
    return set(re.sub(r"<[^>]*>", "", formulas)) | {italic(name) for name in identifiers} | root


def italic(letter):
    """Return what a browser shows for an identifier of one letter: the italic letter, where there is one."""
    try:
        return styled(letter, "italic")
    except ValueError:
        return letter


def math_font(characters):
    """Return what shows these characters of STIX Two Math, in all the sizes that brackets and braces need."""
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 13, 14])  # with its license
    font = TTFont(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf"))
    for table in font["cmap"].tables:  # primes that can be raised and made small: the usual ones are both already
        table.cmap |= {ord("′"): "minute.ssty", ord("″"): "second.ssty", ord("‴"): "uni2034.ssty"}
    constants = font["MATH"].table.MathConstants
    constants.FractionNumeratorShiftUp.Value = 430  # of small fractions, which should fit into a line of text
    constants.FractionDenominatorShiftDown.Value = 370
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters))
    subsetter.subset(font)
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()


def setup(app):
    """Take the place of the renderer that typesets in the browser."""
    app.add_html_math_renderer("mathml", (visit_inline, lambda *_: None), (visit_block, lambda *_: None))
    app.add_post_transform(Glue)
    app.add_css_file(STYLE)
    app.connect("build-finished", write_font)
