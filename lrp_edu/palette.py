"""The colors of the book, for pictures and for live figures alike.

Relevance always has one diverging scale centered at zero, activation another, sequential one. The remainder has a
color of its own, which nothing else uses.
"""

#: Relevance, from negative over zero to positive.
RELEVANCE_COLORS = ("#2166ac", "#92c5de", "#f7f7f7", "#f4a582", "#b2182b")
#: Activation, from zero up.
ACTIVATION_COLORS = ("#fbfaf3", "#d9e6b5", "#8cc29a", "#3b8f89", "#1d4f60")
#: What an expansion leaves over.
EPSILON = "#d95f02"
