"""Serve the built site as its later host will: a wrong address answers with the page for wrong addresses.

``python -m website.serve 8000`` shows ``_build/html`` on localhost.
"""

import functools
import http.server
import sys
from http import HTTPStatus
from pathlib import Path


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and the nearest ``404.html`` for what is not there."""

    def send_error(self, code, message=None, explain=None):
        """Answer with a page of the site, if it has one for this."""
        page = self.page_for_wrong_addresses() if code == HTTPStatus.NOT_FOUND else None
        if not page:
            return super().send_error(code, message, explain)
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def page_for_wrong_addresses(self):
        """Return ``404.html`` of the folder that was asked for, or of one above it."""
        folders = Path(self.translate_path(self.path)).parents
        pages = (folder / "404.html" for folder in folders if folder.is_relative_to(self.directory))
        return next(filter(Path.is_file, pages), None)


if __name__ == "__main__":
    port = int(sys.argv[1])
    handler = functools.partial(Handler, directory="_build/html")
    with http.server.ThreadingHTTPServer(("localhost", port), handler) as server:
        print(f"http://localhost:{port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
