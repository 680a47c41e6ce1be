"""A figure in Python for each state of a figure in the browser."""

from functools import cache


@cache
def _kept(figure_class):
    return figure_class()


def twin(figure_class, **state):
    """Return a figure in the given state. It is always the same one: making widgets takes longest."""
    figure = _kept(figure_class)
    for key, value in {**figure._stored["state"], **state}.items():
        setattr(figure, key, value)
    return figure
