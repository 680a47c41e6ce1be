"""Tell whether two pictures, as PNG, show the same. The chapters' stored ones are compared with fresh ones by this.

A pixel counts as the same if its color lies between those that the other picture has around it; hardly any may be left
over, in either direction. Where the same version of matplotlib has drawn both, with the letters that it brings along,
that is next to nothing. Another version moves a line by a pixel and a letter by two: it still shows whether a curve, a
bar or a color is another one, though no longer a digit.
"""

import base64
import io

import numpy as np
from matplotlib import ft2font
from PIL import Image, ImageFilter

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


def pictures(outputs):
    """Return the PNG of each output that has one."""
    return [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
