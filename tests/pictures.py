"""What a live figure paints, read back from the page, so that tests can compare it with Python's numbers.

A test file says which figure it is about, in which states, and which parts it looks at:

    ALBUM = Album(TaylorFigure, states=[{}, {"a": 1}], parts={"frame": ".plot-frame", "gap": ".gap"})

The fixture ``drawn`` then holds one `Picture` for each state, and the file's tests, each a function of ``drawn`` alone,
go through them. ``tests/slips.py`` calls the same functions with figures that are drawn wrongly.

What is read is what a visitor sees: pixels of the window and computed styles, whatever the figure's own variables say.
"""

import io
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image
from twins import twin

from benchmarks.web import lay_out_figures, page_of, serving
from lrp_edu.explorables.core.explorable import entry, label_for, plain

READ = (Path(__file__).parent / "pictures.js").read_text("utf-8")
HEIGHT = 2100
"""Of the window: every figure fits, so that nothing scrolls."""


@dataclass(frozen=True)
class Look:
    """How the page is shown."""

    width: int
    theme: str = "light"

    @property
    def page(self):
        """The color of the page."""
        return (255, 255, 255) if self.theme == "light" else (20, 24, 30)

    def __str__(self):
        return f"{self.width}-{self.theme}"


WIDE, NARROW_DARK = Look(1280), Look(360, "dark")


@dataclass(frozen=True)
class Album:
    """The states in which a figure is drawn, one after the other, and the parts that are read back, by selector.

    Of the first few states, `photos`, there is a photo as well.
    """

    figure: type
    states: list
    parts: dict
    looks: tuple = (WIDE, NARROW_DARK)
    photos: int = 3


class Part:
    """One element as it is painted. Its ``points`` and ``box`` (left, top, width, height) are pixels of the window."""

    def __init__(self, read):
        self.__dict__.update(read)
        self.points = np.array(read.get("points", []), float).reshape(-1, 2)

    @property
    def data(self):
        """Its ``data-…`` attributes."""
        return {key[5:]: value for key, value in self.attributes.items() if key.startswith("data-")}

    @property
    def stroke(self):
        """The color of its line as (red, green, blue, opacity), all from 0 to 255 and 0 to 1; None without a line."""
        return self._color("stroke", float(self.style["strokeOpacity"]) * (self.width > 0))

    @property
    def fill(self):
        """The color of its inside."""
        return self._color("fill", float(self.style["fillOpacity"]))

    @property
    def background(self):
        """The color of its box."""
        return self._color("backgroundColor", 1)

    @property
    def color(self):
        """The color of its text."""
        return self.fill if self.tag in ("text", "tspan") else self._color("color", 1)

    def border(self, side="Top"):
        """Return the width, style and color of a border."""
        width, style = float(self.style[f"border{side}Width"].removesuffix("px")), self.style[f"border{side}Style"]
        return width, style, self._color(f"border{side}Color", 1)

    @property
    def width(self):
        """The thickness of its line on the screen."""
        width = float(self.style["strokeWidth"].removesuffix("px"))
        return width if self.style["vectorEffect"] == "non-scaling-stroke" else width * self.scale

    @property
    def dashes(self):
        """The lengths of its dashes and gaps, () for a line without."""
        return tuple(map(float, re.findall(r"[\d.]+", self.style["strokeDasharray"])))

    @property
    def radius(self):
        """Of a circle."""
        return np.hypot(*(self.points[1] - self.points[0]))

    @property
    def middle(self):
        """The middle of its box."""
        left, top, width, height = self.box
        return np.array([left + width / 2, top + height / 2])

    @property
    def painted(self):
        """Whether anything of it can be seen: it is shown, and has a line, an inside or a text with a color."""
        return self.shown and any(color is not None for color in (self.stroke, self.fill))

    def _color(self, name, opacity):
        color = parse_color(self.style[name])
        opacity *= self.opacity * (color[3] if color else 0)
        return (*color[:3], opacity) if opacity else None

    def __repr__(self):
        return f"<{self.tag} {self.attributes} {self.text!r} at {self.points[:2].tolist() or self.box}>"


@dataclass
class Picture:
    """One state of a figure as it is painted, with Python's numbers for it."""

    figure: type
    state: dict
    look: Look
    parts: dict
    photo: np.ndarray = field(default=None, repr=False)

    @cached_property
    def whole_state(self):
        """The state, with what is as it always is at first."""
        return plain(twin(self.figure, **self.state).state)

    @cached_property
    def numbers(self):
        """What Python computes for the state."""
        return twin(self.figure, **self.state).numbers()

    def all(self, name):
        """Return the parts of a name that are shown, in the order of the page."""
        return [part for part in self.parts[name] if part.shown]

    def one(self, name):
        """Return the only part of a name, which is shown."""
        (part,) = self.parts[name]
        assert part.shown, f"{name} is not shown: {self}"
        return part

    def hidden(self, name):
        """Tell whether nothing of a name is shown."""
        return not self.all(name)

    def scale(self, frame, x, y):
        """Return the scale of a plot of the given limits, whose frame is the part of this name."""
        return Scale(self.one(frame).points, x, y)

    def pixel(self, point):
        """Return the color of the photo at a point of the window."""
        column, row = np.floor(point).astype(int)
        return tuple(int(channel) for channel in self.photo[row, column])

    def __repr__(self):
        return f"{self.figure.__name__}({self.state}) at {self.look}"


class Scale:
    """From pixels of the window to numbers, and back: the sides of a frame stand for the limits."""

    def __init__(self, corners, x, y):
        (self.left, self.top), (self.right, self.bottom) = corners.min(axis=0), corners.max(axis=0)
        self.x, self.y = x, y

    def numbers(self, points):
        """Return the numbers at points of the window."""
        px, py = np.moveaxis(np.asarray(points, float), -1, 0)
        across = (px - self.left) / (self.right - self.left)
        up = (self.bottom - py) / (self.bottom - self.top)
        return np.stack([self.x[0] + across * np.ptp(self.x), self.y[0] + up * np.ptp(self.y)], axis=-1)

    def pixels(self, points):
        """Return the points of the window where numbers stand."""
        x, y = np.moveaxis(np.asarray(points, float), -1, 0)
        across, up = (x - self.x[0]) / np.ptp(self.x), (y - self.y[0]) / np.ptp(self.y)
        return np.stack(
            [self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)], axis=-1
        )

    def holds(self, points, slack=0):
        """Tell which points of the window lie in the frame."""
        px, py = np.moveaxis(np.asarray(points, float), -1, 0)
        inside = (self.left - slack <= px) & (px <= self.right + slack)
        return inside & (self.top - slack <= py) & (py <= self.bottom + slack)


def take(browser, album, look, folder, change=lambda files: None):
    """Draw an album in a browser and return its pictures. `change` may change the figures' modules."""
    lay_out_figures(folder, change)
    (folder / "index.html").write_text(page_of(album.figure(), theme=look.theme, color=look.page), "utf-8")
    size = {"width": look.width, "height": HEIGHT}
    with serving(folder) as address, browser.new_context(viewport=size, reduced_motion="reduce") as context:
        page, errors = context.new_page(), []
        page.on("console", lambda message: message.type in ("warning", "error") and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}index.html")
        page.wait_for_function("document.querySelector('.explorable').explorable")
        page.evaluate("document.querySelectorAll('.explorable details').forEach((part) => { part.open = true; })")
        seen = [(state, *_photo(page, album, state)) for state in album.states[: album.photos]]
        rest = album.states[album.photos :]
        seen += [(state, parts, None) for state, parts in zip(rest, _read(page, album, rest), strict=True)]
        if errors:
            raise RuntimeError(f"the figure breaks: {errors[0]}")
    return [Picture(album.figure, state, look, parts, photo) for state, parts, photo in seen]


def _read(page, album, states):
    if not states:
        return []
    first = album.figure().stored()["state"]
    whole = [{**first, **state} for state in states]
    pictures = json.loads(page.evaluate(READ, {"index": 0, "states": whole, "parts": album.parts}))
    return [{name: [Part(one) for one in parts] for name, parts in picture.items()} for picture in pictures]


def _photo(page, album, state):
    (parts,) = _read(page, album, [state])
    return parts, np.array(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def panel_agrees(picture):
    """Check the table of numbers beside a picture, and the sentences below it."""
    labels = [label_for(label, picture.whole_state) for label in picture.figure.labels.values()]
    assert [part.text for part in picture.all("labels")] == labels
    for part, key in zip(picture.all("numbers"), picture.figure.labels, strict=True):
        expected = entry(picture.numbers, key)
        if isinstance(expected, list):
            assert part.text[0] + part.text[-1] == "()"
            texts = part.text[1:-1].split(", ")
            assert all(says(text, number, 4) for text, number in zip(texts, expected, strict=True)), picture
        else:
            assert says(part.text, expected, 4), f"{picture}: {key} = {part.text}"
    texts = picture.figure.warnings | picture.figure.remarks
    notes = picture.numbers["notes"][: picture.figure.at_once]
    assert [part.text for part in picture.all("notes")] == [texts[note] for note in notes], picture
    for part, note in zip(picture.all("notes"), notes, strict=True):
        assert ("warning" in part.attributes["class"]) == (note in picture.figure.warnings)


def says(text, number, decimals):
    """Tell whether a text shows a number, rounded to so many decimals; small and large ones have an exponent.

    What is zero up to rounding may be shown as 0 or as what was left of it.
    """
    if number is None or text == "–":
        return number is None and text == "–"
    read = float(text.replace("−", "-"))
    if abs(number) < 1e-9:
        return abs(read) < 2e-9
    relative = abs(number) < 10.0**-decimals * (10 if decimals == 4 else 1) or abs(number) >= 10 ** (decimals + 1)
    return abs(read - number) <= (0.0501 * abs(number) if relative else 0.5001 * 10**-decimals)


def parse_color(text):
    """Return a computed color as (red, green, blue, opacity), or None for ``none``."""
    if text == "none" or text.startswith("url"):
        return None
    numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", text.removeprefix("color(srgb"))]
    size = 255 if text.startswith("color(srgb") else 1
    assert text.startswith(("rgb", "color(srgb")), f"what color is {text}?"
    return (*(round(number * size) for number in numbers[:3]), numbers[3] if len(numbers) > 3 else 1.0)


def rgb(text):
    """Return ``"#b2182b"`` as (red, green, blue)."""
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def blend(palette, share):
    """Return the color at `share`, clamped to 0 and 1, of a palette of hexadecimal colors."""
    places = np.linspace(0, 1, len(palette))
    return tuple(np.interp(share, places, channel) for channel in zip(*map(rgb, palette), strict=True))


def over(color, page):
    """Return what a color with an opacity looks like on the page."""
    return tuple(color[3] * c + (1 - color[3]) * p for c, p in zip(color, page, strict=False))


def contrast(one, two):
    """Return the contrast of two colors, from 1 to 21 (WCAG 2)."""
    dark, light = sorted(map(_luminance, (one, two)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color):
    channels = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return np.dot(channels, (0.2126, 0.7152, 0.0722))


def near(one, two, pixels=0.6):
    """Tell whether two points of the window are the same up to a part of a pixel."""
    return bool(np.all(np.abs(np.asarray(one) - np.asarray(two)) <= pixels))


def distance_to_graph(points, graph, reach=8):
    """Return how far each point lies from a graph, given by its vertices at steps of one size from left to right.

    What lies farther than `reach` pixels beside a point is not looked at.
    """
    step = graph[1, 0] - graph[0, 0]
    around = np.arange(-np.ceil(reach / step), np.ceil(reach / step) + 1).astype(int)
    nearest = np.floor((points[:, 0] - graph[0, 0]) / step).astype(int)
    first = np.clip(nearest[:, None] + around, 0, len(graph) - 2)
    start, along = graph[first], graph[first + 1] - graph[first]
    share = np.clip(((points[:, None] - start) * along).sum(axis=2) / (along**2).sum(axis=2), 0, 1)
    return np.hypot(*np.moveaxis(points[:, None] - start - share[..., None] * along, -1, 0)).min(axis=1, initial=np.inf)


def covered(points, others, cell=3):
    """Tell whether near each of the points there is one of the others: in the same cell, or in one beside it."""
    neighbors = np.stack(np.meshgrid((-1, 0, 1), (-1, 0, 1)), axis=-1).reshape(-1, 1, 2)
    taken = (np.floor(others / cell) + neighbors).reshape(-1, 2)
    return bool(np.isin(np.floor(points / cell) @ (1e5, 1), taken @ (1e5, 1)).all())
