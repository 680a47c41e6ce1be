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
import pytest
from PIL import Image
from twins import twin

from benchmarks.web import lay_out_figures, page_of, serving
from lrp_edu.explorables.core.explorable import entry, label_for, plain, show
from lrp_edu.palette import ACTIVATION_COLORS, EPSILON, RELEVANCE_COLORS

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

    @property
    def unit(self):
        """How many pixels one unit across is."""
        return (self.right - self.left) / np.ptp(self.x)

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


# --- what several figures draw alike ---

INK, LIGHT, SILENT, HATCH = (22, 25, 29), (255, 255, 255), (241, 239, 232), (216, 213, 202)
"""The colors of marks and of the ground on a plane, which is light in both themes."""
DIM = {"light": 1, "dark": 0.86}
"""How bright a plane is."""
PAGE_INK = {"light": (31, 35, 40), "dark": (230, 233, 236)}
MUTED = {"light": (89, 99, 110), "dark": (163, 173, 184)}
ACCENT = {"light": (11, 107, 203), "dark": (108, 182, 255)}
SIGNS = {1: rgb(RELEVANCE_COLORS[-1]), -1: rgb(RELEVANCE_COLORS[0]), 0: MUTED["light"]}
"""The colors of the legs of a way on a plane."""
KINDS = {
    theme: {
        "baseline": rgb(ACTIVATION_COLORS[3]),
        "positive": rgb(RELEVANCE_COLORS[positive]),
        "negative": rgb(RELEVANCE_COLORS[negative]),
        "remainder": rgb(EPSILON),
    }
    for theme, positive, negative in (("light", 4, 0), ("dark", 3, 1))
}
"""The colors of bars: of f(a), of positive and of negative shares, of ε."""
BANDS = 16


def rounded_up(size, low=2):
    """Return the end of a scale: the least power of two, `low` or more, that holds a size."""
    return max(low, 2 ** np.ceil(np.log2(size or low)))


def sums_of(terms):
    """Return what terms add up to, one after the other, from 0."""
    return np.concatenate([[0], np.cumsum(terms)])


def axes_agree(picture, scale, numbers, names=("x₁", "x₂")):
    """Check the numbers at the axes of a plane, and their names."""
    for ticks, i, near_enough in (("x ticks", 0, 2), ("y ticks", 1, 3)):
        assert [tick.text for tick in picture.all(ticks)] == [show(k) for k in numbers]
        for k, tick in zip(numbers, picture.all(ticks), strict=True):
            off = abs(tick.middle[i] - scale.pixels([k, k])[i])
            assert off < near_enough or "−" in tick.text and off < 5, picture
    right, top = picture.all("axis labels")
    assert (right.text, top.text) == names
    assert right.middle[1] > scale.bottom and top.middle[1] < scale.top


def square_and_cut_off(picture, scale, least=220):
    """Check that a plane is square, ends at its frame, and is as bright as the theme has it."""
    assert scale.right - scale.left == pytest.approx(scale.bottom - scale.top, abs=1) and scale.right > least
    assert picture.one("data").style["clipPath"].startswith("url(")
    assert near(picture.parts["clip"][0].points, picture.one("frame").points)
    assert picture.one("data").style["filter"] == ("brightness(0.86)" if picture.look.theme == "dark" else "none")


def painted_in_bands(picture, scale, f, brightest, hatched):
    """Return how much of a plane has the color of its band of f, and how much of the ground that of the ground.

    The others lie below a line or a letter. The ground is where f is below 0, or where it is 0 and `hatched`.
    """
    across, up = (np.linspace(low + 0.04, high - 0.04, 34) for low, high in (scale.x, scale.y))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    right, ground = [], []
    for place, point in zip(f(points) / brightest * BANDS, scale.pixels(points), strict=True):
        color = np.array(picture.pixel(point)) / DIM[picture.look.theme]
        if place < -0.2 or hatched and place == 0:
            darkest = HATCH if hatched else SILENT
            ground.append(all(darkest[i] - 8 <= color[i] <= SILENT[i] + 8 for i in range(3)))
        elif 0.15 < place % 1 < 0.85 or place > BANDS:
            band = min(np.floor(place), BANDS - 1)
            right.append(near(color, blend(ACTIVATION_COLORS, (band + 0.5) / BANDS), 5))
    return np.mean(right), np.mean(ground) if ground else 1


def x_and_a_stand_there(picture, scale):
    """Check the handles of x, a disc, and of a, an open diamond."""
    for key in "xa":
        place = scale.pixels(picture.whole_state[key])
        handle, mark = picture.one(key), picture.one(f"{key}mark")
        assert near(handle.points[0], place) and near(mark.middle, place, 1.5)
        assert mark.tag == ("circle" if key == "x" else "path")
        assert picture.one(f"{key} name").text == key
        assert (mark.fill[:3] == INK) == (key == "x") and (mark.fill[:3] == LIGHT) == (key == "a")
    assert all(min(grab.box[2:]) >= 43.9 for grab in picture.all("grabs"))


def way_is_straight(picture, scale):
    """Check the straight way from a to x, and the halo below it."""
    ends = scale.pixels([picture.whole_state["a"], picture.whole_state["x"]])
    for name in ("way", "halo"):
        assert near(picture.parts[name][0].points, ends), picture
    assert picture.parts["way"][0].stroke == (*INK, 1) and picture.parts["halo"][0].stroke[:3] == LIGHT


def follows(picture, scale, name, s, values):
    """Check that a line of the side view lies on a graph over s, and shows all of it."""
    size = 50 * np.ptp(scale.y)
    exact = scale.pixels(np.stack([s, np.clip(values, -size, size)], axis=1))
    points = picture.one(name).points
    assert (distance_to_graph(points[scale.holds(points)], exact) < 1).all(), f"{picture}: {name} leaves its graph"
    assert covered(exact[scale.holds(exact, slack=-2)], points), f"{picture}: {name} has holes"


def gap_is_epsilon(picture, scale, slack):
    """Check the gap of the side view at x, and that its name stands there; `slack` is how far beyond it, in pixels."""
    n = picture.numbers
    gap, name = picture.one("side gap"), picture.one("side gap name")
    (x, foot), (_, top) = ends = scale.pixels([[1, n["f_a"] + sum(n["R"])], [1, n["f_x"]]])
    assert near(gap.points, ends), f"{picture}: the gap"
    assert gap.stroke == (*rgb(EPSILON), 1) and 3 <= gap.width <= 6
    assert name.text.startswith("ε = ") and says(name.text.removeprefix("ε = "), n["epsilon"], 4), picture
    assert 0 < name.box[0] - x < 20
    assert min(foot, top) - slack < name.middle[1] < max(foot, top) + slack, f"{picture}: not at the gap"


def ends_are_marked(picture, scale, start):
    """Check the marks of the end of the tangent, and of both ends of the way with their names; return their places."""
    n = picture.numbers
    places = scale.pixels([[1, n["f_a"] + sum(n["R"])], [0, n["f_a"]], [1, n["f_x"]]])
    for mark, place in zip(picture.all("side marks"), places, strict=True):
        assert mark.tag == "circle" and near(mark.middle, place), picture
    assert (picture.one("side start name").text, picture.one("side end name").text) == (f"f({start})", "f(x)")
    return places


def silence_is_gray(picture, scale, f):
    """Check the stretch of the side view where f of s is 0."""
    s = np.linspace(*scale.x, 2001)
    silent = s[f(s) <= 1e-12]
    if len(silent) < 2:
        assert picture.hidden("side silent") or picture.one("side silent").box[2] < 1, picture
        return
    region = picture.one("side silent")
    left, top, width, height = region.box
    assert near([left, left + width], scale.pixels([[silent[0], 0], [silent[-1], 0]])[:, 0], 1), picture
    assert near([top, top + height], [scale.top, scale.bottom], 1)
    assert region.fill is not None and region.fill[3] < 1 and region.stroke is None


def place_on_bars(picture, limit):
    """Return a function that gives the place of a number across the bars, whose scale goes from −limit/2 to limit."""
    left, _, width, _ = picture.one("bar area").box
    return lambda value: left + width * (np.clip(value, -limit / 2, limit) + limit / 2) / (1.5 * limit)


def bars_lead_to_the_output(picture, start, terms, limit):
    """Check the bars of f(start), R₁, R₂ and ε: each begins where the one before it ends."""
    place = place_on_bars(picture, limit)
    assert [name.text for name in picture.all("bar names")] == [f"f({start})", "R₁", "R₂", "ε"]
    stops, signs = sums_of(terms), ["negative" if term < 0 else "positive" for term in terms]
    for i, (bar, kind) in enumerate(zip(picture.all("bars"), ["baseline", *signs[1:3], "remainder"], strict=True)):
        low, high = sorted(place(stops[[i, i + 1]]))
        assert abs(bar.box[0] - low) < 0.7 and abs(bar.box[2] - max(high - low, 1)) < 0.7, picture
        if terms[i] == 0 or abs(terms[i]) > 1e-12:
            assert bar.background == (*KINDS[picture.look.theme][kind], 1), picture


def scale_of_bars(picture, limit):
    """Check the numbers below the bars, and the line of f(x) with its name."""
    assert [tick.text for tick in picture.all("bar ticks")] == [show(share * limit) for share in (-0.5, 0, 1)]
    f_x = picture.numbers["f_x"]
    assert abs(picture.one("bar goal").box[0] - place_on_bars(picture, limit)(f_x)) < 0.7
    assert picture.one("bar goal name").text == f"f(x) = {show(f_x)}"


def function_is_chosen(picture, functions):
    """Check the menu of functions, given by key as tuples that end with the name."""
    menu = picture.one("function")
    assert menu.value == picture.whole_state["function"] and menu.labels == ["f"]
    assert menu.options == [[key, text] for key, (*_, text) in functions.items()]


def fields_agree(picture, keys, limits):
    """Check the number fields of points."""
    for key in keys:
        for i, value in enumerate(picture.whole_state[key]):
            field = picture.one(f"field {key}.{i}")
            assert float(field.value) == pytest.approx(value, abs=1e-9)
            assert (float(field.min), float(field.max)) == limits
