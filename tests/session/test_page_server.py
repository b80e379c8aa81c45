"""The pages of a session are served to this machine alone: pages and figures, read-only, below a path nobody can guess."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from checker.session.page_server import PageServer

SECRET = "of nobody's business"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = tmp_path / "monday"
    for name in ("index.html", "learners/Zoë b.html", "logdir/ada/ex01/figures/one.png", "likeness/ex01-1.html"):
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        (session / name).write_text(f"page {name}", "utf-8")
    for name in ("session.sqlite", "results.csv", "submissions/ada/ex01.py", "learners/.hidden.html", "logdir/ada/events"):
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        (session / name).write_text(SECRET)
    (tmp_path / "outside.html").write_text(SECRET)
    (session / "learners/link.html").symlink_to(tmp_path / "outside.html")
    (session / "logdir/linked").symlink_to(tmp_path)
    (tmp_path / "figure.png").write_text(SECRET)
    os.mkfifo(session / "learners/pipe.html")
    return session


@pytest.fixture
def server(folder: Path) -> Iterator[PageServer]:
    with PageServer(folder) as opened:
        yield opened
        opened.forget_readers()  # nobody waits for the last page


def asked(server: PageServer, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    """Ask for exactly this path, which no client has made safe."""
    parts = urlsplit(server.address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace"), dict(response.getheaders())
    finally:
        connection.close()


def base(server: PageServer) -> str:
    """Return the path below which the pages are."""
    return urlsplit(server.address).path.removesuffix("/index.html")


def test_pages_and_figures_are_served_with_headers_that_keep_them_apart(server: PageServer) -> None:
    for name in ("index.html", "learners/Zoë b.html", "logdir/ada/ex01/figures/one.png", "likeness/ex01-1.html"):
        status, text, headers = asked(server, f"{base(server)}/{quote(name)}")
        assert (status, text) == (200, f"page {name}")
        assert headers["Content-Type"] == ("image/png" if name.endswith("png") else "text/html; charset=utf-8")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
        assert "Python" not in headers["Server"]
    assert asked(server, f"{base(server)}/index.html", "HEAD")[:2] == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/learners", "/learners/", "/logdir/", "/session.sqlite", "/results.csv", "/submissions/ada/ex01.py"),
        *(
            "/../outside.html",
            "/learners/../../outside.html",
            "/learners/%2e%2e/%2e%2e/outside.html",
            "/learners/..%2foutside.html",
        ),
        *("/learners/link.html", "/learners/pipe.html", "/learners/.hidden.html", "/logdir/linked/figure.png"),
        *(
            "/logdir/ada/events",
            "//index.html",
            "/learners/%00.html",
            "/learners/..%5c..%5coutside.html",
            "/learners/%ff.html",
        ),
    ],
)
def test_nothing_else_of_the_folder_is_served_and_nothing_is_listed(server: PageServer, path: str) -> None:
    status, text, _headers = asked(server, base(server) + path)
    assert status == 404
    assert SECRET not in text


def test_without_the_random_path_there_is_nothing(server: PageServer) -> None:
    token = base(server).strip("/")
    assert len(token) >= 24
    for path in ("/", "/index.html", f"/{token[:-1]}/index.html", f"/{'x' * len(token)}/index.html", "/é/index.html"):
        assert asked(server, quote(path))[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_changed(server: PageServer, method: str) -> None:
    status, _text, headers = asked(server, f"{base(server)}/index.html", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_another_name_of_this_machine_is_refused(server: PageServer) -> None:
    port = urlsplit(server.address).port
    for host, status in ((f"localhost:{port}", 200), (f"evil.example:{port}", 403), ("127.0.0.1", 403)):
        assert asked(server, f"{base(server)}/index.html", Host=host)[0] == status
    assert urlsplit(server.address).hostname == "127.0.0.1"


def test_it_ends_with_the_session_and_the_next_one_has_another_path(folder: Path, server: PageServer) -> None:
    with PageServer(folder) as other:
        assert base(other) != base(server)
        assert asked(other, f"{base(server)}/index.html")[0] == 404
    with pytest.raises(ConnectionRefusedError):
        asked(other, f"{base(other)}/index.html")
