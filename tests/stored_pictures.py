"""Tell whether two pictures show the same. The chapters' stored ones are compared with fresh ones by this.

Two SVG show the same if they have the same parts, in the same order and colors, and no number in them differs by more
than rounding. Another version of matplotlib arranges the parts elsewise: then the PNG beside them are what is compared.

Of two PNG, a pixel counts as the same if its color lies between those that the other picture has around it; hardly any
may be left over, in either direction. Where the same version of matplotlib has drawn both, with the letters that it
brings along, that is next to nothing. Another version moves a line by a pixel and a letter by two: it still shows
whether a curve, a bar or a color is another one, though no longer a digit.
"""

import base64
import io
import re
from itertools import zip_longest
from xml.etree import ElementTree

import numpy as np
from matplotlib import ft2font
from PIL import Image, ImageFilter

POINTS, LEVELS = 0.01, 4
"""By how much the numbers of a drawing may differ, and the colors of an image in it, of 255."""
SHADE = 16
"""By how much a color may lie beyond those around its place, of 255."""
SIZE = 0.02
"""By how much the sizes may differ, as a share: what is cut off around a picture depends on its letters."""
SAME, OTHER = (3, 2e-5), (7, 4e-3)
"""The side of the square in which a color is looked for, and the share of the pixels that may be left over."""


def difference(stored, fresh):
    """Say how two pictures differ, each a PNG in base64; return an empty text where they show the same."""
    stored, fresh = (Image.open(io.BytesIO(base64.b64decode(png))) for png in (stored, fresh))
    if any(abs(p - q) > SIZE * max(p, q) for p, q in zip(stored.size, fresh.size, strict=True)):
        return f"the stored one has {stored.size} pixels, the fresh one {fresh.size}"
    drawn_alike = stored.info.get("Software") == fresh.info.get("Software") and stored.size == fresh.size
    around, most = SAME if drawn_alike and ft2font.__freetype_build_type__ == "local" else OTHER
    stored, fresh = stored.convert("RGB"), fresh.resize(stored.size).convert("RGB")
    share = max(left_over(stored, fresh, around), left_over(fresh, stored, around))
    return f"{share:.2%} of the pixels differ" if share > most else ""


def left_over(one, other, around):
    """Return the share of the pixels of one picture whose color is not found around their place in the other."""
    low, high = (np.array(other.filter(kind(around)), int) for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter))
    colors = np.array(one, int)
    return ((colors < low - SHADE) | (colors > high + SHADE)).any(axis=2).mean()


def drawing_difference(stored, fresh):
    """Say how two drawings differ, each an SVG of matplotlib; return an empty text where they show the same."""
    stored, fresh = (ElementTree.fromstring(svg) for svg in (stored, fresh))
    if re.search(MADE_BY, ElementTree.tostring(stored, "unicode"))[0] not in ElementTree.tostring(fresh, "unicode"):
        return ""
    one_id, other_id = {}, {}
    for one, other in zip_longest(stored.iter(), fresh.iter()):
        if one is None or other is None:
            return "one has more parts than the other"
        was, draws = parts(one, one_id), parts(other, other_id)
        if len(was) != len(draws) or not all(map(alike, was, draws)):
            return f"{shown(one)} where the cell draws {shown(other)}"
    return ""


MADE_BY = r"Matplotlib v[\d.]+"
PNG = "data:image/png;base64,"
NUMBER = re.compile(r"(?<![\w#.])(-?\d+\.?\d*(?:e-?\d+)?)")  # no digits of a color


def parts(element, ids):
    """Return what an element says, as words, numbers and images.

    An id is replaced by the place where it comes first: its name is made from numbers, and hangs on their last digits.
    """

    def place(name):
        return f"id {ids.setdefault(name[0], len(ids))}"

    found = [element.tag, (element.text or "").strip()]
    for key, value in sorted(element.items()):
        found.append(key)
        if value.startswith(PNG):
            found.append(np.array(Image.open(io.BytesIO(base64.b64decode(value[len(PNG) :]))).convert("RGBA"), int))
        else:
            value = re.sub(r".+" if key == "id" else r"(?<=url\(#)[\w-]+|(?<=^#)[\w-]+", place, " ".join(value.split()))
            found += [float(word) if i % 2 else word for i, word in enumerate(NUMBER.split(value))]
    return found


def alike(one, other):
    """Tell whether two words, numbers or images are the same."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and np.abs(one - other).max() <= LEVELS
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= POINTS
    return type(one) is type(other) and one == other


def shown(element):
    """Return the start of an element, for a message."""
    return ElementTree.tostring(element, "unicode")[:200]


KINDS = {"image/png": difference, "image/svg+xml": drawing_difference}


def differences(stored, fresh):
    """Yield how the stored outputs of a cell differ from fresh ones in their pictures."""
    for kind, difference_of in KINDS.items():
        one, other = ([o["data"][kind] for o in outputs if kind in o.get("data", {})] for outputs in (stored, fresh))
        if len(one) != len(other):
            yield f"The cell draws {len(other)} pictures as {kind}, {len(one)} are stored."
        else:
            found = filter(None, map(difference_of, one, other))
            yield from (f"A stored picture is not what the cell draws: {what}." for what in found)
