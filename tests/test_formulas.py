"""The formulas of the built book: all of them MathML, with the spaces, the columns and the braces of TeX."""

import base64
import html
import io
import re
import subprocess
import sys

import pytest
from fontTools.ttLib import TTFont
from sphinx.cmd.build import main as sphinx_build

from website.formulas import FORMULA, characters, mathml

RAW = re.compile(r"\\[a-zA-Z(\[]|\$\S|&")


def texts(book):
    """Return the text of each page outside of code, scripts and formulas, and its formulas."""
    for path in book.rglob("*.html"):
        if "_static" not in path.parts:
            page = re.sub(r"<(script|style|pre|code|title)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
            yield path.name, html.unescape(re.sub(r"<[^>]*>", "", FORMULA.sub("", page))), FORMULA.findall(page)


def test_no_page_shows_raw_tex(book):
    for name, text, formulas in texts(book):
        assert not re.findall(r"\\[a-zA-Z(\[].{20}|\$[^$\n]{1,40}\$", text), name
        for formula in formulas:
            shown = html.unescape(re.sub(r"<[^>]*>", "", formula))
            assert shown.strip() and not RAW.search(shown) and "merror" not in formula, (name, formula)


def test_chapters_have_their_formulas(book):
    # The six chapters together; none would be here if the renderer were not asked.
    assert sum(len(formulas) for _, _, formulas in texts(book)) > 1500


def test_numbers_of_equations_stand_beside_them_and_links_name_them(book):
    pages = {path: path.read_text("utf-8") for path in (book / "chapters").glob("*.html")}
    numbers = {}
    equation = re.compile(r'<div class="math[^>]*id="(equation-[\w-]+)">\s*<span class="eqno">\(([\d.]+)\)<a')
    for page in pages.values():
        numbers |= dict(equation.findall(page))
    link = re.compile(r'#(equation-[\w-]+)">(?:<[^>]*>)*\(([\d.]+)\)<')
    links = [found for page in pages.values() for found in link.findall(page)]
    assert len(numbers) > 20 and len(links) > 20
    assert [link for link in links if numbers[link[0]] != link[1]] == []


def test_every_letter_of_a_formula_is_in_the_font(book):
    sheet = (book / "_static" / "formulas.css").read_text("utf-8")
    font = TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]*)", sheet)[1])))
    shown = characters(formula for _, _, formulas in texts(book) for formula in formulas)
    invisible = {"\u2061", "\xa0", " ", "\n"}
    assert {letter for letter in shown - invisible if ord(letter) not in font.getBestCmap()} == set()
    assert "𝑥" in shown and "𝜀" in shown and "𝜖" in shown
    assert "SIL Open Font License" in font["name"].getDebugName(13)


@pytest.mark.parametrize("tex", [r"\sqrt 2", r"\sqrt[3]{x}"])
def test_the_sign_of_a_root_is_in_the_font_though_no_formula_names_it(tex):
    assert "√" not in mathml(tex) and "√" in characters([mathml(tex)])
    assert "√" not in characters([mathml("x")])


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        ("(-1)", ['<mo lspace="0" rspace="0">&#x2212;</mo>']),
        ("a - 1", ['<mo lspace="0.2222em" rspace="0.2222em">&#x2212;</mo>']),
        ("a = |b|", ['rspace="0">=</mo><mrow><mo stretchy="false" lspace="0.2778em" rspace="0">|']),
        ("w_{i \\leftarrow j}", ['lspace="0" rspace="0">&#x2190;']),
        ("2 \\ln x", ['<mspace width="0.1667em"></mspace><mi>ln</mi>', 'rspace="0.1667em">&#x2061;</mo><mi>x</mi>']),
        ("\\max(0, z)", ['rspace="0">max</mo>']),
        ("\\Big|_{x}", ['stretchy="true"', 'minsize="']),
        ("\\boldsymbol x \\in \\mathbb R", ["<mi>𝒙</mi>", "<mi>ℝ</mi>"]),
        ("\\underbrace{a}_{b}", ['<munder accentunder="true">']),
        ("\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}", ['<mtd class="right"', '<mtd class="left"']),
        ("\\begin{cases} a & b \\\\ c & d \\end{cases}", [">{</mo><mtable", 'class="left" style="padding: 0 0 0 1em"']),
        ("\\begin{pmatrix} a & b \\end{pmatrix}", ['<mtd class="center"']),
    ],
)
def test_mathml_has_what_tex_knows(tex, parts):
    assert [part for part in parts if part not in mathml(tex)] == []


@pytest.mark.parametrize(("tex", "reason"), [(r"\foo x", "Undefined control sequence"), (r"\frac{1", "close brace")])
def test_what_is_no_tex_is_an_error_that_says_why(tex, reason):
    with pytest.raises(ValueError, match=reason):
        mathml(tex)


def test_python_ends_after_a_formula():
    subprocess.run([sys.executable, "-c", "from website.formulas import mathml; mathml('x')"], check=True, timeout=60)


def test_a_formula_that_cannot_be_written_fails_the_build_and_is_named(tmp_path, capsys):
    (tmp_path / "conf.py").write_text("extensions = ['website.formulas']\nhtml_math_renderer = 'mathml'\n")
    (tmp_path / "index.rst").write_text("Title\n=====\n\nSee :math:`\\nothing x`.\n")
    assert sphinx_build(["-q", str(tmp_path), str(tmp_path / "out")]) != 0
    message = capsys.readouterr().err
    assert r"\nothing x" in message and "index" in message


# Where a browser puts things: braces as tall as what they embrace, columns where TeX has them, commas in their place.

TALL = """() => [...document.querySelectorAll('mrow > mo:first-child')].filter((mo) => mo.textContent === '{')
  .map((mo) => mo.getBoundingClientRect().height / mo.nextElementSibling.getBoundingClientRect().height)"""
COLUMNS = """() => {
  const cells = [...document.querySelectorAll('mtd.right, mtd.left')].filter((cell) => cell.childElementCount);
  return cells.map((cell) => {
    const [box, style] = [cell.getBoundingClientRect(), getComputedStyle(cell)];
    const row = [...cell.querySelectorAll('*')].map((e) => e.getBoundingClientRect()).filter((e) => e.width);
    return cell.className === 'right'
      ? box.right - parseFloat(style.paddingRight) - Math.max(...row.map((e) => e.right))
      : Math.min(...row.map((e) => e.left)) - box.left - parseFloat(style.paddingLeft);
  });
}"""


def test_braces_grow_and_columns_stand_right_in_a_browser(page, site):
    page.goto(f"{site}chapters/relu-neuron.html")
    braces = page.evaluate(TALL)
    assert len(braces) == 3 and min(braces) > 0.85  # (4.1), (4.3) and (4.5)
    gaps = page.evaluate(COLUMNS)
    assert len(gaps) > 10 and max(map(abs, gaps)) < 6  # a space of TeX may stand at the border of a cell


def test_an_underbrace_reaches_from_end_to_end(page, site):
    from PIL import Image

    page.goto(f"{site}chapters/full-network.html")
    wide = max(page.locator("munder[accentunder=true]").all(), key=lambda found: found.bounding_box()["width"])
    picture = Image.open(io.BytesIO(wide.screenshot())).convert("L")
    width, height = picture.size
    brace = picture.crop((0, int(height * 0.75), width, height))
    for left in (0, width - width // 10):
        assert brace.crop((left, 0, left + width // 10, brace.height)).getextrema()[0] < 128


def test_an_accent_keeps_off_its_letter(page, site):
    page.goto(f"{site}chapters/w2-rule.html")
    gaps = page.evaluate("""() => [...document.querySelectorAll('mover[accent=true]')].map((e) => {
      const [letter, accent] = e.children;
      const [size, padding] = ['fontSize', 'paddingBottom'].map((key) => parseFloat(getComputedStyle(accent)[key]));
      return (letter.getBoundingClientRect().top - accent.getBoundingClientRect().bottom + padding) / size;
    })""")
    assert len(gaps) > 10 and min(gaps) > 0.04


def test_a_comma_stays_with_its_formula(browser, site):
    with browser.new_context(viewport={"width": 360, "height": 780}) as context:
        page = context.new_page()
        page.goto(f"{site}chapters/full-network.html")
        alone = """() => [...document.querySelectorAll('.glued')].filter((e) => e.getClientRects().length > 1)
            .map((e) => e.textContent)"""
        assert page.evaluate("() => document.querySelectorAll('.glued').length") > 50
        assert page.evaluate(alone) == []
