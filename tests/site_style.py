"""What was cut out of the site's style sheet and its font of icons, and what a page asks of them."""

import base64
import functools
import io
import re

from fontTools.ttLib import TTFont

# The script of the site that speaks of icons.
SPEAKS = "_static/scripts/pydata-sphinx-theme.js"

# Each declaration of a style sheet, but for custom properties, which may go where nothing asks for them: its selector,
# and all of it with the conditions that it stands under.
RULES = """
function* rules(list, under = "") {
  for (const rule of list) {
    if (rule.selectorText === undefined && rule.cssRules && !(rule instanceof CSSKeyframesRule))
      yield* rules(rule.cssRules, `${under}${rule.cssText.split("{")[0]}`);
    if (!(rule instanceof CSSStyleRule)) continue;
    const own = [...rule.style].filter((name) => !name.startsWith("--"))
      .map((name) => `${name}:${rule.style.getPropertyValue(name)}`);
    for (const selector of rule.selectorText.split(/,(?![^(]*\\))/).map((part) => part.trim()))
      for (const declaration of own) yield [selector, `${under}${selector} {${declaration}}`];
  }
}
const parse = (text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet.cssRules; };
"""

# The declarations that the new style sheet lacks, by what they apply to, in whatever state that is.
LACKING = f"""([before, after]) => {{
  {RULES}
  const STATE = new RegExp("::?(before|after|marker|placeholder|selection|backdrop|hover|focus(-visible|-within)?" +
    "|active|visited|link|target|open|checked|disabled|-[\\\\w-]+)", "g");
  const inAnyState = (selector) =>
    selector.replace(STATE, "").replace(/(^|[\\s>+~(])(?=$|[\\s>+~)])/g, "$1*");
  const kept = new Set([...rules(parse(after))].map(([, declaration]) => declaration));
  const lacking = {{}};
  for (const [selector, declaration] of rules(parse(before)))
    if (!kept.has(declaration)) (lacking[inAnyState(selector)] ??= []).push(declaration);
  return lacking;
}}"""

# Those of the selectors that some element of the page matches.
MATCHING = """(selectors) => selectors.filter((selector) => {
  try { return document.querySelector(selector) !== null; } catch { return false; }
})"""

# Each letter of an icon that the page shows, and the class of each icon that shows none; some icons are added.
ICONS = """(names) => {
  const shown = names.map((name) => Object.assign(document.createElement("i"), {className: `fa-solid ${name}`}));
  document.body.append(...shown);
  const found = [...document.querySelectorAll("*:not(math *)")].flatMap((element) => {
    const own = [...element.childNodes].map((node) => node.nodeType === 3 ? node.data : "");
    const drawn = ["::before", "::after"].map((part) => getComputedStyle(element, part).content);
    const letters = [...own, ...drawn].flatMap((text) => text.match(/[\ue000-\uf8ff]/g) ?? []);
    return element.matches(".fas, .far, .fab, [class*='fa-']") && !letters.length ? [element.className] : letters;
  });
  shown.forEach((icon) => icon.remove());
  return found;
}"""


@functools.cache
def sheets(book):
    """Return the style sheet of theme, tools and book as it was, and as it is now."""
    return (book.parent / ".doctrees" / "uncut.css").read_text(), (book / "_static" / "site.css").read_text()


@functools.cache
def icons(book):
    """Return the font of icons on the site as bytes."""
    return base64.b64decode(re.search(r"font/woff2;base64,([\w+/=]+)", sheets(book)[1])[1])


@functools.cache
def font(book):
    """Return the font of icons on the site, read."""
    return TTFont(io.BytesIO(icons(book)))


@functools.cache
def spoken(book):
    """Return the icons of which scripts speak."""
    found = set(re.findall(r"fa-[a-z-]+", (book / SPEAKS).read_text()))
    assert "fa-xmark" in found
    return sorted(found - {"fa-solid"})


def open_all(page):
    """Open all that drops down on a page or says something when the mouse comes."""
    for button in page.locator("[data-bs-toggle=dropdown]").all():
        button.click()
    for button in page.locator("[data-bs-toggle=tooltip]:visible").all():
        button.hover()


def close_all(page):
    """Close what `open_all` has opened."""
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.wait_for_function("() => !document.querySelector('.tooltip')")  # it fades


def missing(page, lacking):
    """Return the declarations that apply to the page and that the style sheet lacks."""
    return [declaration for selector in page.evaluate(MATCHING, list(lacking)) for declaration in lacking[selector]]


def letters(page, names):
    """Return the letters of the icons that the page shows, and of those of the `names`; a class where one has none."""
    return set(page.evaluate(ICONS, names))
