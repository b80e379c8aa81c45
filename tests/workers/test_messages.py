"""What travels to and from a cluster arrives as it was sent, or is refused: wrong types, sizes, paths and kinds."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from checker.intake.archives import BadArchive
from checker.intake.budget import Budget, OverBudget
from checker.workers.cluster import messages
from checker.workers.cluster.messages import FAILED, REPORT, Answer, BadMessage, Greeting, Order, pack, unpack

ORDER = Order(
    token="t",
    process="p",
    session="/some/séssion",
    login="cyd é \udcff",
    folder="cyd_é",
    exercises=["ex01", "ex02"],
    scripts={"ex01": "submissions/cyd_é/ex01.py"},
    packs=["packs/sea"],
    number=1,
    edition="embedded",
    timeout_s=None,
    isolation="bubblewrap",
    workers_on_machine=2,
    largest_run=5,
)


def test_what_is_sent_arrives() -> None:
    with_files = replace(ORDER, archive=b"\n\0archive\n")
    assert Order.read(with_files.to_bytes()) == with_files
    answer = Answer(REPORT, 'two\nlines, "é" and \udcff', b"\n\n")
    assert Answer.read(answer.to_bytes()) == answer
    assert Greeting.read(Greeting("p", "1+2", "").to_bytes()) == Greeting("p", "1+2", "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("text", "a str where bytes"),
        (Answer(FAILED), "a Answer where bytes"),
        (pickle.dumps(Answer(FAILED)), "no JSON|without the end of a line"),
        (b"", "without the end of a line"),
        (b"{}", "without the end of a line"),
        (b"[1]\n", "a JSON list"),
        (b'{"kind": "report"}\n', "no texts under kind, text"),
        (b'{"kind": "report", "text": 5}\n', "no texts"),
        (b'{"kind": "other", "text": ""}\n', "of the kind 'other'"),
        (b"[" * 100_000 + b"\n", "no JSON"),
        (b'{"kind": "report", "text": "' + b"x" * 2000 + b'"}\n', "without the end of a line"),
        (b'{"kind": "report", "text": ""}\n' + b"x" * 2000, "too large an archive"),
    ],
)
def test_what_is_no_answer_is_refused(data: object, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(data, bytes) and b"xxx" in data:
        monkeypatch.setattr(messages, "LARGEST_LINE", 1000)
        monkeypatch.setattr(messages, "LARGEST_ARCHIVE", 1000)
    with pytest.raises(BadMessage, match=said):
        Answer.read(data)


def test_files_of_any_name_travel(tmp_path: Path) -> None:
    top = tmp_path / "top"
    names = ["a:b.py", "ünï cödé.py", os.fsdecode(b"\xff.txt"), "x" * 200, "sub/sub/deep.py"]
    for name in names:
        path = top / "submissions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))
    files = [top / "submissions" / name for name in names]
    unpack(pack(top, files, Budget()), tmp_path / "there", Budget())
    for name in names:
        assert (tmp_path / "there/submissions" / name).read_bytes() == name.encode("utf-8", "surrogateescape")


def test_more_than_agreed_is_neither_packed_nor_unpacked(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"0" * 1_000_000)
    packed = pack(tmp_path, [tmp_path / "large"], Budget())
    assert len(packed) < 10_000
    for budget in (Budget(bytes_left=999_999), Budget(files_left=0)):
        with pytest.raises(OverBudget):
            pack(tmp_path, [tmp_path / "large"], replace(budget))
        with pytest.raises(BadArchive):
            unpack(packed, tmp_path / "there", replace(budget))


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out"])
def test_an_archive_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BadArchive, match="leads out of it"):
        unpack(made.getvalue(), tmp_path / "there", Budget())
    with pytest.raises(BadArchive):
        unpack(made.getvalue()[:20], tmp_path / "there", Budget())
