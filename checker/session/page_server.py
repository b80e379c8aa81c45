"""Serves the pages of a session to browsers on this machine while it runs: read-only, below a path that nobody can guess."""

from __future__ import annotations

import hmac
import math
import os
import secrets
import stat
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from checker.report.html import PAGES
from checker.session.reporting import CHANGES, LIKENESS, LOGDIR, PAGE, PAIRS

HOST = "127.0.0.1"
TOP_PAGES = (PAGE, LIKENESS, CHANGES)
FOLDERS = (PAGES, PAIRS)
LARGEST_BYTES = 64 << 20
TIMEOUT_S = 10.0  # of a request that does not come to its end
WATCHED_S, LINGER_S = 10.0, 5.0  # whoever looked within the one has the other to fetch the last page
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",  # besides what each page says itself
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class PageServer:
    """A server of the pages in one folder, on a free port of this machine. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._token = secrets.token_urlsafe(24)
        self._server = make_server(HOST, 0, Request.application(self._answer), threaded=True, request_handler=_QuietHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="pages", daemon=True)
        self._asked_at = -math.inf  # when the page of all learners was last asked for, by the monotonic clock

    @property
    def address(self) -> str:
        """The address of the page of all learners."""
        return f"http://{HOST}:{self._server.server_port}/{self._token}/{PAGE}"

    def forget_readers(self) -> None:
        """End at once, whoever looked: there is no last page to wait for."""
        self._asked_at = -math.inf

    def __enter__(self) -> PageServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and time.monotonic() - self._asked_at < WATCHED_S:
            with suppress(KeyboardInterrupt):
                time.sleep(LINGER_S)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: Request) -> Response:
        port = self._server.server_port
        if request.host not in (f"{HOST}:{port}", f"localhost:{port}"):  # a page elsewhere may have given us a name
            return _said(403, "this address is not served")
        if request.method not in ("GET", "HEAD"):
            return _said(405, "these pages are read-only", Allow="GET, HEAD")
        token, *path = request.path.lstrip("/").split("/")
        known = hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode())
        content = _read(self._folder, path) if known and is_served(path) else None
        if content is None:
            return _said(404, "there is no such page")
        if path == [PAGE]:
            self._asked_at = time.monotonic()
        kind = "image/png" if path[-1].endswith(".png") else "text/html; charset=utf-8"
        return Response(content, content_type=kind, headers=HEADERS)


class _QuietHandler(WSGIRequestHandler):
    """Writes no log, names no versions, and waits for nobody for ever."""

    timeout = TIMEOUT_S

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing: the screen belongs to the session."""

    def version_string(self) -> str:
        """Return the name of the server."""
        return "pages"


def is_served(path: Sequence[str]) -> bool:
    """Whether a path below the session's folder is a page or a figure; nothing else in the folder is served."""
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in path):
        return False
    if len(path) == 1:
        return path[0] in TOP_PAGES
    if len(path) == 2 and path[0] in FOLDERS:
        return path[1].endswith(".html")
    return len(path) > 2 and path[0] == LOGDIR and path[-1].endswith(".png")


def _read(folder: Path, path: Sequence[str]) -> bytes | None:
    """Return what a plain file holds; a link, or a file behind a link, is none."""
    file = folder.joinpath(*path)
    try:
        if file.resolve() != file:
            return None
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_BYTES:
                return None
            return opened.read()
    except (OSError, ValueError):
        return None


def _said(code: int, text: str, **headers: str) -> Response:
    return Response(text, code, content_type="text/plain; charset=utf-8", headers={**HEADERS, **headers})
