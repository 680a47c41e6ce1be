"""What a benchmark yields."""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    group: str
    what: str
    value: str


class Missing(Exception):
    """Something that a benchmark needs is not installed."""
