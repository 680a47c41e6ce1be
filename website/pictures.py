"""The chapters' pictures are written into the page as SVG, so that they follow its theme.

A chapter stores what matplotlib has drawn: dark on white, with letters as outlines. Here the colors of ink and paper
become CSS variables, which ``book.css`` sets for the dark theme, and what is only weight goes. Colors that stand for
numbers stay. One drawing serves both themes and the print, and no further file is fetched.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from lrp_edu import figures

#: The variable for each color that is another one on dark paper.
VARIABLES = {
    figures.INK: "ink",
    figures.GUIDE: "guide",
    figures.PAPER: "paper",
    figures.POSITIVE: "positive",
    **{color: f"line-{i}" for i, color in enumerate(figures.LINES)},
    figures.NEGATIVE: "negative",
    figures.SHADES[1]: "shade",
}
#: Pixels for each point. Where there is room for it, the letters of a picture are as large as those of the text.
ZOOM = 1.45

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
COLOR = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
URL = re.compile(r"url\(#([\w-]+)\)")


class InlinePictures(SphinxPostTransform):
    """Puts the SVG in the place of each image that is one."""

    default_priority = 700  # after a kind of output has been chosen, before images are copied
    formats = ("html",)

    def run(self, **kwargs):
        """Write the pictures of one page, which share the outlines of their letters."""
        outlines = {}
        images = [image for image in self.document.findall(nodes.image) if image["uri"].endswith(".svg")]
        for number, image in enumerate(images, 1):
            drawn = Path(self.app.srcdir, image["uri"]).read_text("utf-8")
            svg = inline(drawn, image.get("alt", ""), f"picture-{number}", outlines)
            image.replace_self(nodes.raw("", svg, format="html"))


def inline(drawn, alt, name, outlines):
    """Return a drawing of matplotlib as part of a page.

    Parameters
    ----------
    drawn : str
        The SVG as it is stored.
    alt : str
        What it shows, in words.
    name : str
        What its ids begin with.
    outlines : dict
        The paths that the page can already refer to, and their ids. Those of this drawing are added.
    """
    root = ElementTree.fromstring(drawn)
    width, height = (float(side) for side in root.get("viewBox").split()[2:])
    _use_variables(root)
    _mark_labels(root)
    _name(root, name, outlines)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for key, value in element.items():
            element.set(key, _short(key, value))
    page = ElementTree.Element("svg", {
        "class": "picture", "role": "img", "aria-label": alt, "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{ZOOM * width:.0f}", "height": f"{ZOOM * height:.0f}", "stroke-linejoin": "round",
    })  # fmt: skip
    page.extend(part for child in root for part in _needed(child))
    return ElementTree.tostring(page, encoding="unicode").replace(" />", "/>")


def _use_variables(element, data=()):
    """Let colors be variables, but not those that stand for numbers: of a contour, a color bar, the fill of a node."""
    group = element.get("id", "")
    if group.startswith(("QuadContourSet", "QuadMesh")):
        data = ("fill", "stroke")
    elif group.startswith("PathCollection"):
        data = ("fill",)

    def variable(found):
        key, color = found.groups()
        return f"{key}: var(--{VARIABLES[color]}, {color})" if color in VARIABLES and key not in data else found[0]

    if element.get("fill") in VARIABLES:  # of a hatched bar
        element.set("style", f"fill: {element.attrib.pop('fill')}")
    if style := element.get("style"):
        element.set("style", COLOR.sub(variable, style))
    for child in element:
        _use_variables(child, data)


def _mark_labels(root):
    """Mark the groups that hold the letters of a label, so that its size can be measured on the page."""
    for text in (group for group in root.iter() if group.get("id", "").startswith("text_")):
        for group in text.iter(f"{SVG}g"):
            if group.find(f"{SVG}use") is not None:
                group.set("class", "label")


def _name(root, name, outlines):
    """Give the parts that are referred to a name that no other picture of the page has, and drop all other names.

    A path that the page has already is dropped. Other parts are not shared: a clip path does not clip as long as the
    browser skips the picture that it stands in.
    """
    used = {element.get(HREF)[1:] for element in root.iter() if HREF in element.attrib}
    used |= {own for element in root.iter() for value in element.attrib.values() for own in URL.findall(value)}
    names = {}
    for parent in root.iter():
        for child in list(parent):
            if (own := child.attrib.pop("id", "")) not in used:
                continue
            names[own] = new = f"{name}-{len(names)}"
            if child.tag == f"{SVG}path":
                names[own] = outlines.setdefault(tuple(sorted(child.items())), new)
            if names[own] == new:
                child.set("id", new)
            else:
                parent.remove(child)
    for element in root.iter():
        for key, value in list(element.items()):
            if key != HREF:
                element.set(key, URL.sub(lambda found: f"url(#{names[found[1]]})", value))
            else:
                element.set("href", f"#{names[value[1:]]}" if value.startswith("#") else value)
                del element.attrib[HREF]


def _short(key, value):
    """Return an attribute with its numbers rounded to a hundredth of a point, and without needless blanks."""
    if key in ("d", "x", "y", "transform"):
        value = NUMBER.sub(_rounded, value)
    blanks = {"d": r"\s*([A-Za-z])\s*", "style": r"([:;,]) "}
    return re.sub(blanks[key], r"\1", value).strip() if key in blanks else value


def _rounded(number):
    """Return a number as short as possible; a scale, which is small, keeps more digits."""
    value = float(number[0])
    return f"{value:.{2 if abs(value) >= 1 else 6}f}".rstrip("0").rstrip(".")


def _needed(element):
    """Yield what the page needs of an element: itself, nothing, or its children where it only groups them."""
    if element.tag in ("metadata", "style"):
        return
    children = [part for child in element for part in _needed(child)]
    element[:], element.text, element.tail = children, None, None
    drawn = element.tag != "path" or {"d", "id"} & set(element.attrib)
    if (element.tag in ("g", "defs") and not children) or not drawn:  # the letter of a blank has no line, but a name
        return
    yield from children if element.tag == "g" and not element.attrib else [element]


def setup(app):
    """Write the pictures of the chapters into their pages."""
    app.add_post_transform(InlinePictures)
