"""What all live figures have in common: the base class here, and the frame that its modules build in a browser."""

from .explorable import Array, Choice, Explorable, Levels, Number, levels, plain

__all__ = ["Array", "Choice", "Explorable", "Levels", "Number", "levels", "plain"]
