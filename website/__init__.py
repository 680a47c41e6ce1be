"""How the chapters become the site: small Sphinx extensions, one for each concern, which ``_config.yml`` loads as one.

Nothing here knows the mathematics. The pages can be written without it, and the package runs without it.
"""

import gc

from . import (
    address,
    api,
    directives,
    figures,
    finish,
    formulas,
    notfound,
    pdf,
    pictures,
    printing,
    references,
    search,
    wheel,
)

PARTS = [
    address, api, directives, figures, finish, formulas, notfound, pdf, pictures, printing, references, search, wheel,
]  # fmt: skip


def setup(app):
    """Set up each part."""
    gc.set_threshold(10_000_000)  # of a build, a fifth went into looking for garbage in trees that still live
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
