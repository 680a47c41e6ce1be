"""How a claim of the book is checked (chapter ``checked-claims``)."""

import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sympy as sp


@dataclass(frozen=True)
class Claim:
    """One sentence of the book, and the function that tries to refute it.

    Attributes
    ----------
    label : str
        Label of the equation that the sentence is about.
    sentence : str
        What is claimed.
    function : callable
        Maps a numpy Generator to the relative residuals of the cases that it drew, of shape (cases,). That of a proof
        takes nothing and returns a list of sympy expressions, which must vanish.
    kind : {"law", "counter-example", "proof"}
        A law holds if no residual exceeds `bound`. A counter-example takes a condition away: it holds if the residual
        of every case reaches `bound`, so that the violation is real.
    bound : float, default=5e-15
        About twenty roundings.
    """

    label: str
    sentence: str
    function: Callable
    kind: str = "law"
    bound: float = 5e-15

    @property
    def name(self):
        """The name of the function, or the sentence if it has none."""
        return getattr(self.function, "__name__", self.sentence)


@dataclass(frozen=True)
class Result:
    """What came of a claim: how many cases were tried, the residual nearest to refuting it, and the seconds it took."""

    claim: Claim
    cases: int
    worst: float
    seconds: float
    error: str = ""

    @property
    def holds(self):
        """Whether the claim stands. A residual that is not a number refutes it."""
        bound = self.claim.bound
        within = self.worst >= bound if self.claim.kind == "counter-example" else self.worst <= bound
        return bool(within) and not self.error


BAR = r"\|"  # a plain one would end the cell of a Markdown table


def equations(folder="."):
    """Return a Markdown link to each numbered equation of the chapters in `folder`, by its label."""
    links = {}
    for path in sorted(Path(folder).glob("*.ipynb")):
        # In the file a backslash is written twice.
        for number, label in re.findall(r"\\\\tag\{([\d.]+)\} % (eq-[\w-]+)", path.read_text("utf-8")):
            links[label] = f"[({number})]({path.name}#{label})"
    return links


def as_markdown(results, links=None):
    """Return results as a Markdown table, without what differs between machines; `links` are those of the equations.

    >>> print(as_markdown([Result(Claim("eq-root", "The walk ends.", None), cases=200, worst=1e-16, seconds=0.1)]))
    | equation | claim |
    |---|---|
    | eq-root | The walk ends. |
    """
    lines = ["| equation | claim |", "|---|---|"]
    for result in results:
        claim = result.claim
        note = "" if result.holds else " **It fails.**"
        note += f" *({claim.kind})*" if claim.kind != "law" else " *(exact)*" if not claim.bound else ""
        equation = (links or {}).get(claim.label, claim.label)
        lines.append(f"| {equation} | {claim.sentence.replace('|', BAR)}{note} |")
    return "\n".join(lines)


class Claims(list):
    """A list of claims with a decorator for each kind, which puts the function that it decorates at the end.

    Examples
    --------
    >>> claims = Claims()
    >>> @claims.law("eq-relu-neuron", "Every number is below 1.")
    ... def is_small(rng):
    ...     return rng.uniform(0, 2, size=50)
    >>> check(claims[0]).holds
    False
    """

    def law(self, label, sentence, bound=5e-15):
        """Add what always holds: no residual exceeds `bound`."""
        return self._add(label, sentence, "law", bound)

    def counterexample(self, label, sentence, bound=1e-3):
        """Add what fails without a condition: every residual reaches `bound`."""
        return self._add(label, sentence, "counter-example", bound)

    def proof(self, label, sentence):
        """Add what sympy shows: every expression that the function returns reduces to 0."""
        return self._add(label, sentence, "proof", 0.0)

    def _add(self, label, sentence, kind, bound):
        def add(function):
            self.append(Claim(label, sentence, function, kind, bound))
            return function

        return add


def check(claim, least=3000, seed=0):
    """Try to refute a claim.

    Parameters
    ----------
    claim : Claim
        What to check.
    least : int, default=3000
        How many random cases to try at least; the last batch is tried whole. A proof has none.
    seed : int, default=0
        Where the random numbers start. Each claim has its own, whatever other claims there are.

    Returns
    -------
    Result
    """
    start = time.perf_counter()
    try:
        tried, worst = _proved(claim) if claim.kind == "proof" else _tried(claim, least, seed)
        return Result(claim, tried, worst, time.perf_counter() - start)
    except Exception as error:  # whatever a wrong `lrp_edu` raises refutes the claim, and is shown
        return Result(claim, 0, np.nan, time.perf_counter() - start, f"{type(error).__name__}: {error}")


def _proved(claim):
    return 0, float(sum(sp.simplify(expression) != 0 for expression in claim.function()))


def _tried(claim, least, seed):
    rng = np.random.default_rng([seed, zlib.crc32(claim.name.encode())])
    residuals, tried = [], 0
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        while tried < least:
            residuals.append(claim.function(rng))
            tried += len(residuals[-1])
    extreme = np.min if claim.kind == "counter-example" else np.max
    return tried, float(extreme(np.concatenate(residuals)))
