"""The base of every live figure.

A live figure is a Python class, which computes the numbers with ``lrp_edu``, and an ES module, which draws them and
lets the reader drag. To add one, called ``cone``, make a folder of that name beside ``core`` with

1. ``__init__.py``: a subclass of `Explorable` with ``name = "cone"``, its state as `Number`, `Array` and `Choice`
   traits with the labels of their controls, the method ``numbers()``, the ``constants`` that both sides need, and the
   texts: ``labels`` of the numbers, ``remarks`` and ``warnings``, ``caption``;
2. ``cone.js``: ``export default figure({ numbers, view })`` (see ``core/figure.js``). Its ``numbers(state, constants)``
   gives the same dictionary, from formulas in ``core/lrp.js``;
3. ``cone.css``: how the picture looks, nested in ``.explorable[data-explorable="cone"]``.

Then one line in ``explorables/__init__.py``, and one entry in the parity test of ``tests/test_live_figures.py``.

What Python knows (limits, labels, constants, colors, sentences, numbers) is handed to the browser, so nothing is
written down twice except the formulas; and these are compared whenever a figure starts.
"""

import html
import json
import math
import os
import re
import sys
from decimal import ROUND_HALF_UP, Decimal, localcontext
from uuid import uuid4

import anywidget
import numpy as np
import traitlets

from ...palette import ACTIVATION_COLORS, EPSILON, RELEVANCE_COLORS
from .bundle import FOLDER, bundle, data_script, styles

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
HINT = '<p class="explorable-hint"><em>In Jupyter, run this cell to bring the figure to life.</em></p>'
PALETTE = {"relevance": RELEVANCE_COLORS, "activation": ACTIVATION_COLORS, "epsilon": EPSILON}


class Number(traitlets.TraitType):
    """A finite number, clamped to ``[low, high]``; whole if `step` is an int.

    `label` names it for the reader. Its `control` is a ``"slider"`` with a number field, or the ``"field"`` alone.
    """

    def __init__(self, default, low, high, step=0.1, *, label=None, control="slider"):
        super().__init__(default)
        self.low, self.high, self.step, self.label, self.control = low, high, step, label, control
        self.info_text = f"{'a whole' if self.whole else 'a finite'} number"
        self.tag(sync=True)

    @property
    def whole(self):
        """Tell whether only whole numbers are taken."""
        return isinstance(self.step, int)

    @property
    def schema(self):
        """What the browser needs to clamp a value and to build its control."""
        limits = {"low": self.low, "high": self.high, "step": self.step, "whole": self.whole}
        return {"kind": "number", "label": self.label or self.name, "control": self.control, **limits}

    def validate(self, obj, value):
        """Return the clamped number, or raise a ``TraitError``."""
        number = _finite(value)
        if number is None or number.ndim or (self.whole and number % 1):
            self.error(obj, value)
        clamped = min(max(number.item(), self.low), self.high)
        return int(clamped) if self.whole else float(clamped)


class Array(traitlets.TraitType):
    """Finite numbers in nested tuples, of the shape of `default`, each clamped to ``[low, high]``.

    `label` names all of them for the reader, and `names`, of the same shape, each: x₁, x₂, … where none are given.
    """

    def __init__(self, default, low, high, step=0.1, *, label=None, names=None):
        super().__init__(_tuples(np.asarray(default, float)))
        self.low, self.high, self.step, self.shape = low, high, step, np.shape(default)
        self.label, self.names = label, names
        self.info_text = f"finite numbers of shape {self.shape}"
        self.tag(sync=True)

    @property
    def schema(self):
        """What the browser needs to clamp the values, to read them from the address, and to build their controls."""
        names = self.names or [f"{self.name}{chr(0x2081 + i)}" for i in range(self.shape[0])]
        limits = {"shape": list(self.shape), "low": self.low, "high": self.high, "step": self.step}
        return {"kind": "array", "label": self.label or self.name, "names": names, **limits}

    def validate(self, obj, value):
        """Return the clamped numbers as nested tuples, or raise a ``TraitError``."""
        numbers = _finite(value)
        if numbers is None or numbers.shape != self.shape:
            self.error(obj, value)
        return _tuples(np.clip(numbers, self.low, self.high))


class Levels(traitlets.TraitType):
    """A row of whole numbers from 0 to `high`, at most 35: in the address each is one character, 0 to 9 and on from a.

    What lies outside is clamped. `label` names all of them for the reader.
    """

    def __init__(self, default, high, *, label=None):
        super().__init__(tuple(map(int, default)))
        self.size, self.high, self.label = len(default), high, label
        self.info_text = f"{self.size} whole numbers"
        self.tag(sync=True)

    @property
    def schema(self):
        """What the browser needs to clamp the levels, and to read them from the address."""
        return {"kind": "levels", "label": self.label or self.name, "size": self.size, "high": self.high}

    def validate(self, obj, value):
        """Return the clamped levels as a tuple of ints, or raise a ``TraitError``."""
        numbers = _finite(value)
        if numbers is None or numbers.shape != (self.size,) or np.any(numbers % 1):
            self.error(obj, value)
        return tuple(np.clip(numbers, 0, self.high).astype(int).tolist())


class Choice(traitlets.Enum):
    """One of the keys of a dictionary; its values are what a reader sees.

    `label` names it. Its `control` is a row of ``"radio"`` buttons, or a ``"menu"`` where there are many.
    """

    def __init__(self, choices, default, *, label=None, control="radio"):
        super().__init__(list(choices), default_value=default)
        self.choices, self.label, self.control = choices, label, control
        self.tag(sync=True)

    @property
    def schema(self):
        """What the browser needs to build the control."""
        return {"kind": "choice", "label": self.label or self.name, "control": self.control, "choices": self.choices}


KINDS = Number | Array | Levels | Choice


class Explorable(anywidget.AnyWidget):
    """A live figure: traits that sync with the browser, and numbers computed by ``lrp_edu``.

    Subclasses set the names below and define `numbers`.

    Parameters
    ----------
    **state
        Values of the traits. Numbers outside of their limits are clamped.

    Raises
    ------
    traitlets.TraitError
        If a value is not what its trait holds; the message says what is expected and what came.
    TypeError
        If there is no trait of that name.
    """

    name = ""
    """Name of the ES module, and of the figure in addresses (``#neuron:b=2``)."""
    labels = {}
    """Which numbers to show, in order: key (``"R.0"`` for the first entry of ``R``) to label.

    A label that depends on a choice of the state is a dictionary, such as ``{"mode": {"root": "x̃", "any": "a"}}``.
    """
    spoken = ()
    """Keys of the few numbers that a screen reader hears when they have changed."""
    remarks = {}
    """Key to sentence. Shown while ``numbers()["notes"]`` holds the key."""
    warnings = {}
    """As `remarks`, set off as warnings."""
    at_once = 1
    """So many sentences are shown: of those that apply, the first."""
    constants = {}
    """What the browser's half of the figure needs to know besides the state."""
    data = {}
    """Numbers too many for each figure, by name: bytes that a page loads once (``sharedNumbers`` in ``shared.js``)."""
    caption = traitlets.Unicode(
        "", help="Text under the figure. ``[drag b](b=2)`` is a link that sets b, and all else as it was stored."
    )

    _stored = traitlets.Dict().tag(sync=True)
    _caption_html = traitlets.Unicode().tag(sync=True)
    _home = traitlets.Unicode(help="Names the outputs that come to life as they stand.").tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        """Find the browser's half of the figure."""
        if "name" in vars(cls):  # and not in the copies of a class that traitlets makes
            shared = "".join(data_script(name, data) for name, data in cls.data.items())
            cls._esm, cls._css = shared + bundle(FOLDER / cls.name / f"{cls.name}.js"), styles(cls.name)
        super().__init_subclass__(**kwargs)

    def __init__(self, **state):
        unknown = set(state) - set(self.traits())
        if unknown:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.schema())}, got {', '.join(sorted(unknown))}")
        super().__init__(**state)
        self._stored, self._caption_html = self.stored(), caption_html(self.caption)

    @traitlets.default("_home")
    def _name_home(self):
        return uuid4().hex if wakes_html() else ""

    @traitlets.observe("caption")
    def _show_caption(self, change):
        self._caption_html = caption_html(change.new)

    @classmethod
    def schema(cls):
        """Return what each part of the state may be, by name, in the order of definition."""
        traits = {key: value for base in reversed(cls.__mro__) for key, value in vars(base).items()}
        return {key: trait.schema for key, trait in traits.items() if isinstance(trait, KINDS)}

    @property
    def state(self):
        """The state as a dictionary."""
        return {key: getattr(self, key) for key in self.schema()}

    def numbers(self):
        """Return all numbers of the figure, computed by ``lrp_edu``, and the keys of the ``notes`` that apply."""
        raise NotImplementedError

    def stored(self):
        """Return all that the browser needs to start, the numbers to check itself against included."""
        return {
            "figure": self.name,
            "state": self.state,
            "numbers": plain(self.numbers()),
            "schema": self.schema(),
            "labels": self.labels,
            "spoken": list(self.spoken),
            "remarks": self.remarks,
            "warnings": self.warnings,
            "at_once": self.at_once,
            "constants": plain(self.constants),
            "palette": PALETTE,
        }

    def __repr__(self):
        state = ", ".join(f"{key}={value!r}" for key, value in self.state.items())
        return f"{type(self).__name__}({state})"

    def _repr_mimebundle_(self, **kwargs):
        self._stored = self.stored()
        views, metadata = ({}, {}) if self._home else super()._repr_mimebundle_(**kwargs)
        return {**views, "text/html": self._repr_html_(), "text/plain": repr(self)}, metadata

    def _repr_html_(self):
        """Return the figure as a table of numbers, which a script brings to life: the site's, or the widget's own."""
        stored = self.stored()
        numbers, rows = stored["numbers"], []
        for key, label in self.labels.items():
            head = html.escape(label_for(label, self.state))
            rows.append(f'<tr><th scope="row">{head}</th><td>{show(entry(numbers, key))}</td></tr>')
        sentences = {**self.warnings, **self.remarks}
        notes = "".join(f"<p>{html.escape(sentences[key])}</p>" for key in numbers.get("notes", [])[: self.at_once])
        home = f' data-home="{self._home}"' if self._home else ""
        return (
            f'<figure class="explorable" data-explorable="{self.name}"{home}'
            f' data-state="{html.escape(json.dumps(stored))}">'
            f'<div class="explorable-static"><table><tbody>{"".join(rows)}</tbody></table>'
            f"{self.at_rest()}{notes}{HINT}</div>"
            f"<figcaption>{caption_html(self.caption)}</figcaption></figure>"
        )

    def at_rest(self):
        """Return what stands below the table of numbers until a script runs, as HTML: nothing, or another table."""
        return ""


def wakes_html():
    """Tell whether what shows the outputs is JupyterLab or Notebook, where a widget finds its HTML in the page.

    Both run kernels through a Jupyter server, which names the session. So may VS Code, whose sessions have a mark of
    their own, and Colab; there, as in any other program, a figure needs the view of a widget.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    return bool(session) and "-jvsc-" not in session and "google.colab" not in sys.modules


def show(value):
    """Return a number as the reader sees it; ``format`` in ``elements.js`` does the same.

    Only an exact zero is shown as 0. Small and large numbers keep their exponent.

    >>> show(0.0), show(-2.220446049250313e-16), show(4 / 3), show((0.2, -0.6)), show(None)
    ('0', '−2.2e-16', '1.3333', '(0.2, −0.6)', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return f"({', '.join(map(show, value))})"
    with localcontext(rounding=ROUND_HALF_UP):
        size = Decimal(abs(value))
        fixed = f"{size:.4f}".rstrip("0").rstrip(".")
        text = "0" if not size else fixed if Decimal("1e-3") <= size < 10**5 else f"{size:.1e}"
    return f"−{text}" if value < 0 else text


def label_for(label, state):
    """Return the text of a label in a state.

    >>> label_for({"mode": {"root": "x̃", "expansion": "a"}}, {"mode": "root"})
    'x̃'
    """
    if isinstance(label, str):
        return label
    ((key, texts),) = label.items()
    return texts[state[key]]


def levels(values):
    """Return whole numbers below 36 as one text, as ``levels`` in ``state.js``.

    >>> levels((0, 9, 16))
    '09g'
    """
    return "".join("0123456789abcdefghijklmnopqrstuvwxyz"[value] for value in values)


def entry(numbers, key):
    """Return ``numbers["R"][0]`` for the key ``"R.0"``."""
    for part in key.split("."):
        numbers = None if numbers is None else numbers[int(part) if part.isdigit() else part]
    return numbers


def plain(value):
    """Return numbers, arrays and dictionaries of them as what JSON can hold; what is not finite becomes None."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def caption_html(caption):
    """Return a caption as HTML, in which ``[text](b=2)`` says what it sets: once the figure is live, it is a link.

    >>> caption_html("Try [b = 2](b=2).")
    'Try <span data-set="b=2">b = 2</span>.'
    """
    return LINK.sub(r'<span data-set="\2">\1</span>', html.escape(caption))


def _finite(value):
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None
    return numbers if np.isfinite(numbers).all() and np.asarray(value).dtype.kind in "fiu" else None


def _tuples(array):
    return tuple(map(_tuples, array)) if array.ndim else float(array)
