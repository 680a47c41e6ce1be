"""Write the numbers of all references, and the list of publications: ``make notebooks`` calls this.

Sphinx reads the book, and the numbers are those that it gives. So where a chapter, an equation or an exercise is put
in between, nobody has to count.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))  # for website


def read_book(folder):
    """Return Sphinx's environment of the book, built from nothing; `folder` takes what it leaves."""
    from jupyter_book.config import get_final_config
    from sphinx.application import Sphinx

    given = {"latex_individualpages": False}
    config, _ = get_final_config(user_yaml=ROOT / "_config.yml", sourcedir=ROOT, cli_config=given)
    app = Sphinx(ROOT, None, folder, folder, "dummy", confoverrides=config, status=None, warning=None)
    app.build()
    return app.env


def main():
    """Write what has changed."""
    from website.references import rewrite_file, targets

    with tempfile.TemporaryDirectory() as folder:
        env = read_book(folder)
        for name in env.found_docs:
            path = Path(env.doc2path(name))
            before, after = rewrite_file(path, targets(env))
            if before != after:
                path.write_text(after, "utf-8")
                print(f"{path.name}: references renewed")


if __name__ == "__main__":
    main()
