"""Take the picture of the book, ``assets/book.png``, for the README and for other sites that link to a page.

Build the book first. ``python tools/picture.py`` takes it anew: the live figure in the chapter on the w² rule.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.web import launch, serving, visit, wake_figures  # noqa: E402

SIZE = {"width": 1200, "height": 630}
FIGURE = "figure[data-explorable=neuron]"


def take(folder):
    """Return a picture of the figure beside the chapters, in 256 colors."""
    with serving(folder) as site, sync_playwright() as playwright:
        page = launch(playwright).new_page(viewport=SIZE, color_scheme="light")
        visit(page, f"{site}chapters/w2-rule.html")
        wake_figures(page)
        page.evaluate(
            "figure => scrollTo({top: scrollY + document.querySelector(figure).getBoundingClientRect().top - 70,"
            " behavior: 'instant'})",
            FIGURE,
        )
        page.wait_for_timeout(500)  # the bar above the page hides while one scrolls
        shot = page.screenshot()
        page.context.browser.close()
    return Image.open(io.BytesIO(shot)).convert("RGB").quantize(256)


if __name__ == "__main__":
    take(ROOT / "_build" / "html").save(ROOT / "assets" / "book.png", optimize=True)
