"""A figure in Python for each state of a figure in the browser."""

from functools import cache


@cache
def _kept(figure_class):
    figure = figure_class()
    figure.close()  # or each change would be packed for a browser that is not there
    return figure


def twin(figure_class, **state):
    """Return a figure in the given state. It is always the same one: making widgets takes longest.

    As long as the state stays, its numbers are computed once. So the figure is to be read, not changed.
    """
    figure = _kept(figure_class)
    state = {**figure._stored["state"], **state}
    if repr(state) != vars(figure).get("asked"):
        for key, value in state.items():
            setattr(figure, key, value)
        figure.asked, figure.numbers = repr(state), cache(type(figure).numbers.__get__(figure))
    return figure
