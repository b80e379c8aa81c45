"""Fetching CIFAR-10 and California housing: verified archives, resumed downloads, a part held out."""

from __future__ import annotations

import hashlib
import http.server
import socket
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reference import archives, datasets, held_out, optional
from reference.datasets import DataError
from reference.download import Download
from reference.mirrors import SourceError
from tests.support import small_archives
from tests.support.small_archives import batch, tar_of

IMAGES = 3  # of each batch; the official ones have 10,000
MANY = 200  # rows of a table
TRUNCATED = 1_000  # bytes after which the server below hangs up, once


def quiet(what: str, done: int, total: int | None) -> None:
    """Report no progress."""


class Served:
    """A web server on this machine that understands ranges, and hangs up once for each file that is named in `cut`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.ranges: list[str] = []
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = served.files.get(self.path[1:])
                if content is None:
                    self.send_error(404)
                    return
                asked = self.headers.get("Range", "")
                served.ranges.append(asked)
                start = int(asked.removeprefix("bytes=").rstrip("-") or 0)
                if asked and start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(content) - start))
                if asked:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.end_headers()
                end = TRUNCATED if self.path[1:] in served.cut else len(content)
                served.cut.discard(self.path[1:])
                self.wfile.write(content[start:end])

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def served() -> Iterator[Served]:
    """A web server on this machine."""
    found = Served()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SUITE_CACHE", str(folder))
    return folder


def source(served: Served, name: str, content: bytes) -> list[optional.Archive]:
    """Return a source that serves some content under a name."""
    served.files[name] = content
    decode = archives.decode_cifar if name == "cifar10" else archives.decode_california
    return [optional.Archive(Download(served.address + name, hashlib.sha256(content).hexdigest(), 1 << 20), decode)]


def test_cifar_is_stored_without_its_held_out_images(served: Served, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (datasets, optional):
        monkeypatch.setattr(module, "HELD_OUT", slice(1, 2))
    monkeypatch.setattr("reference.fetch.HELD_OUT", slice(1, 2))
    assert not datasets.is_fetched("cifar10")
    fetched = optional.fetch_optional("cifar10", quiet, source(served, "cifar10", small_archives.cifar(IMAGES)))
    assert fetched is not None
    assert fetched.source == f"{served.address}cifar10"
    (x_train, y_train), (x_test, _) = datasets.cifar10()
    assert x_train.shape == (5 * IMAGES, 32, 32, 3)
    assert len(x_test) == IMAGES - 1
    record = np.frombuffer(batch(0, IMAGES), np.uint8)
    assert y_train[0] == record[0]
    assert x_train[0, 0, 1].tolist() == [record[1 + 1 + 1024 * colour] for colour in range(3)]
    held = held_out.held_out_optional("cifar10")
    assert held["x"].shape == (1, 32, 32, 3)
    assert not (x_test == held["x"]).all(axis=(1, 2, 3)).any()
    assert datasets.is_fetched("cifar10")
    assert sorted(path.name for path in cache.iterdir()) == [
        "cifar10.npz",
        "cifar10.npz.sha256",
        "cifar10.npz.source",
        "held_out",
    ]
    assert optional.fetch_optional("cifar10", quiet, []) is None  # there now: nothing is asked again


def test_california_is_made_as_scikit_learn_makes_it(served: Served) -> None:
    optional.fetch_optional("california", quiet, source(served, "california", small_archives.california(MANY)))
    houses, held = datasets.california(), held_out.held_out_optional("california")
    assert houses.data.shape == (MANY - MANY // 10, 8)
    assert len(houses.feature_names) == 8
    rows = small_archives.table(MANY)
    every = np.concatenate([houses.target, held["target"]])
    assert sorted(every) == pytest.approx(sorted(rows[:, 8] / 100_000))
    row = rows[np.flatnonzero(rows[:, 8] / 100_000 == houses.target[0])[0]]
    households = row[6]
    wanted = [row[7], row[2], row[3] / households, row[4] / households, row[5], row[5] / households, row[1], row[0]]
    assert houses.data[0] == pytest.approx(wanted)


@pytest.mark.parametrize("is_raw", [True, False])
def test_both_layouts_of_an_npz_give_the_same_houses(tmp_path: Path, is_raw: bool) -> None:
    (tmp_path / "a.tgz").write_bytes(small_archives.california(MANY))
    wanted = archives.decode_california(tmp_path / "a.tgz")
    x = small_archives.table(MANY)[:, :8] if is_raw else wanted["data"]
    np.savez(tmp_path / "a.npz", x=x, y=small_archives.table(MANY)[:, 8])
    found = archives.decode_california_npz(tmp_path / "a.npz")
    assert found["data"] == pytest.approx(wanted["data"])
    assert found["target"] == pytest.approx(wanted["target"])


def test_a_download_goes_on_where_it_stopped(served: Served, cache: Path) -> None:
    candidates = source(served, "cifar10", small_archives.cifar(IMAGES))
    served.cut.add("cifar10")
    with pytest.raises(DataError, match="1,000 bytes so far are kept"):
        optional.fetch_optional("cifar10", quiet, candidates)
    seen: list[int] = []
    assert optional.fetch_optional("cifar10", lambda what, done, total: seen.append(done), candidates)
    assert served.ranges == ["", f"bytes={TRUNCATED}-"]
    assert min(seen) > TRUNCATED
    assert not list(cache.glob("*.part"))


def test_a_part_that_is_longer_than_the_file_is_thrown_away(served: Served, cache: Path) -> None:
    candidates = source(served, "california", small_archives.california(MANY))
    cache.mkdir()
    (cache / f"{candidates[0].download.sha256[:16]}.part").write_bytes(bytes(len(served.files["california"]) + 1))
    assert optional.fetch_optional("california", quiet, candidates)


def test_another_file_is_refused_and_leaves_nothing(served: Served, cache: Path) -> None:
    candidates = source(served, "california", small_archives.california(MANY))
    served.files["california"] = small_archives.california(MANY) + b"\0"
    with pytest.raises(DataError, match=r"served another file: SHA-256 \w{12}…, not"):
        optional.fetch_optional("california", quiet, candidates)
    assert list(cache.iterdir()) == []
    assert not datasets.is_fetched("california")


def test_a_file_that_is_too_large_is_not_read_to_its_end(served: Served) -> None:
    served.files["large"] = bytes(200_000)
    download = Download(f"{served.address}large", "0" * 64, 100_000)
    with pytest.raises(SourceError, match="larger than 100,000 bytes"):
        download.into(datasets.cache_folder(), quiet)


def test_offline_names_every_source_that_was_tried() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    candidates = [
        optional.Archive(Download(nowhere + name, "0" * 64, 1_000), archives.decode_cifar) for name in ("first", "second")
    ]
    with pytest.raises(DataError) as caught:
        optional.fetch_optional("cifar10", quiet, candidates)
    message = str(caught.value)
    assert all(f"{nowhere}{name}: " in message for name in ("first", "second"))
    assert "remedy: " in message


def test_each_official_source_has_its_sha256_and_its_bound() -> None:
    assert {*optional.ARCHIVES} == {"cifar10", "california"}
    for candidates in optional.ARCHIVES.values():
        assert len({candidate.download.url for candidate in candidates}) == len(candidates) >= 2
        assert all(len(bytes.fromhex(candidate.download.sha256)) == 32 for candidate in candidates)
        assert all(candidate.download.url.startswith("https://") for candidate in candidates)


def test_a_damaged_file_is_named_with_its_remedy_and_replaced(served: Served, cache: Path) -> None:
    candidates = source(served, "california", small_archives.california(MANY))
    optional.fetch_optional("california", quiet, candidates)
    (cache / "california.npz").write_bytes(b"half a file")
    with pytest.raises(DataError, match=r"(?s)damaged.*remedy: python -m checker data --full california"):
        datasets.california()
    fetched = optional.fetch_optional("california", quiet, candidates)
    assert fetched is not None
    assert fetched.set_aside is not None
    assert Path(fetched.set_aside).read_bytes() == b"half a file"
    assert len(datasets.california().target) == MANY - MANY // 10


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "holds no data_batch_1.bin"),
        (
            {name: batch(1, IMAGES)[:-1] for name in archives.TRAINING_BATCHES} | {archives.TEST_BATCH: batch(1, IMAGES)},
            "no multiple of",
        ),
        ({name: bytes([10]) * 3073 for name in (*archives.TRAINING_BATCHES, archives.TEST_BATCH)}, "holds the class 10"),
        ({f"x/{number}": b"" for number in range(200)}, "more than 100 members"),
    ],
)
def test_an_archive_that_is_no_cifar_is_refused(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    (tmp_path / "a.tgz").write_bytes(tar_of(members))
    with pytest.raises(SourceError, match=reason):
        archives.decode_cifar(tmp_path / "a.tgz")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged archive"),
        (b"no archive", "damaged archive"),
        (small_archives.california(MANY)[:-200], "damaged archive"),
        (tar_of({"cal_housing.data": b"1,2,3\n"}), "not of nine finite columns"),
        (tar_of({"cal_housing.data": b"1,2,3,4,5,6,7,8,9\n"}), "longitudes"),
        (tar_of({"cal_housing.data": b"a,b\n"}), "no table of numbers"),
        (tar_of({"cal_housing.data": bytes(archives.LARGEST_TABLE + 1)}), "more than 4,194,304"),
    ],
)
def test_an_archive_that_is_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.tgz").write_bytes(content)
    with pytest.raises(SourceError, match=reason):
        archives.decode_california(tmp_path / "a.tgz")


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        link = tarfile.TarInfo("cal_housing.data")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    with pytest.raises(SourceError, match=r"holds no cal_housing\.data"):
        archives.decode_california(tmp_path / "a.tgz")
