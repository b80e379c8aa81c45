"""Archives of strangers are unpacked inside their folder and within a budget, or refused with the reason."""

from __future__ import annotations

import io
import os
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from checker.intake import archives
from checker.intake.archives import BadArchive, unpack
from checker.intake.budget import Budget
from checker.units import MIB

SOURCE = b"print('hello')\n"
TarMode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, *members: tarfile.TarInfo, mode: TarMode = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size, kind, link
    return info


def refusal(archive: Path, folder: Path, budget: Budget | None = None) -> str:
    with pytest.raises(BadArchive) as caught:
        unpack(archive, folder / "out", budget or Budget())
    assert caught.value.hint
    assert sorted(path.name for path in folder.iterdir() if path.name not in ("out", archive.name)) == []
    return str(caught.value)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w"])
def test_a_tar_is_unpacked_whatever_its_compression(tmp_path: Path, mode: TarMode) -> None:
    archive = tar_of(tmp_path / "ada.tar", member("tf/ex01.py", 20_000), member("tf/data/", 0, tarfile.DIRTYPE), mode=mode)
    assert unpack(archive, tmp_path / "out", Budget()) == []
    assert (tmp_path / "out/tf/ex01.py").read_bytes() == b"x" * 20_000


def test_a_zip_is_unpacked_with_names_of_any_script_and_of_windows(tmp_path: Path) -> None:
    archive = zip_of(
        tmp_path / "ada.zip", {"Übung/ex01.py": SOURCE, "a\\ex02.py": SOURCE, "学生/ex03.py": b"", "folder/": b""}
    )
    assert unpack(archive, tmp_path / "out", Budget()) == []
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.py")}
    assert names == {"Übung/ex01.py", "a/ex02.py", "学生/ex03.py"}


def test_of_two_members_of_one_name_the_later_counts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ex01.py", b"old")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("ex01.py", b"new")
    unpack(tmp_path / "a.zip", tmp_path / "out", Budget())
    assert (tmp_path / "out/ex01.py").read_bytes() == b"new"


@pytest.mark.parametrize(
    "name", ["../ex01.py", "a/../../ex01.py", "/ex01.py", "C:/ex01.py", "C:\\ex01.py", "..\\ex01.py", "/"]
)
def test_a_member_that_leads_out_refuses_the_archive(tmp_path: Path, name: str) -> None:
    assert "leads out of it" in refusal(zip_of(tmp_path / "a.zip", {name: SOURCE}), tmp_path)
    if "\\" not in name:
        assert "leads out of it" in refusal(tar_of(tmp_path / "a.zip", member(name, 3)), tmp_path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_of_a_tar_are_left_out(tmp_path: Path, kind: bytes) -> None:
    link = member("ex01.py", 0, kind, "/etc/passwd")
    archive = tar_of(tmp_path / "a.tgz", link, member("ex02.py", 3))
    assert unpack(archive, tmp_path / "out", Budget()) == ["ex01.py"]
    assert os.listdir(tmp_path / "out") == ["ex02.py"]


def test_a_file_below_a_link_lies_below_a_folder(tmp_path: Path) -> None:
    archive = tar_of(tmp_path / "a.tgz", member("out", 0, tarfile.SYMTYPE, str(tmp_path)), member("out/stolen.py", 3))
    assert unpack(archive, tmp_path / "out", Budget()) == ["out"]
    assert (tmp_path / "out/out/stolen.py").is_file()
    assert not (tmp_path / "stolen.py").exists()


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("ex01.py")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert unpack(tmp_path / "a.zip", tmp_path / "out", Budget()) == ["ex01.py"]


@pytest.mark.parametrize("make", [lambda path: zip_of(path, {"zeros": bytes(300 * MIB)}), None], ids=["zip", "tar"])
def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, make: Callable[[Path], Path] | None) -> None:
    archive = make(tmp_path / "a") if make else tar_of(tmp_path / "a", member("zeros", 300 * MIB))
    assert "at most 200 times" in refusal(archive, tmp_path)
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*")) < 100 * MIB


def test_more_bytes_or_files_than_the_budget_are_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {f"{i}.txt": b"abc" for i in range(20)})
    assert "more files" in refusal(archive, tmp_path, Budget(files_left=19))
    assert "more bytes" in refusal(archive, tmp_path, Budget(bytes_left=50))


def test_a_zip_with_a_million_members_is_refused_at_once(tmp_path: Path) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + directory + end)
    began = time.process_time()
    assert "more files" in refusal(tmp_path / "a.zip", tmp_path)
    assert time.process_time() - began < 2


def test_a_tar_whose_header_says_that_it_is_endless_is_refused(tmp_path: Path) -> None:
    header = bytearray(member("pax", 8 << 30, tarfile.XHDTYPE).tobuf(tarfile.GNU_FORMAT))
    (tmp_path / "a.tar").write_bytes(bytes(header) + bytes(8 * MIB))
    assert "more bytes" in refusal(tmp_path / "a.tar", tmp_path, Budget(MIB, 10))


def test_an_encrypted_zip_is_told_apart(tmp_path: Path) -> None:
    data = bytearray(zip_of(tmp_path / "a.zip", {"ex01.py": SOURCE}).read_bytes())
    data[6] |= 1  # in the member's own header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # in the list of members
    (tmp_path / "a.zip").write_bytes(data)
    assert "ex01.py is encrypted" in refusal(tmp_path / "a.zip", tmp_path)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["zip", "w:gz", "w:xz", "w"])
def test_a_truncated_archive_is_told_apart(tmp_path: Path, kind: Literal["zip"] | TarMode, share: float) -> None:
    content = os.urandom(60_000)
    path = tmp_path / "a"
    if kind == "zip":
        zip_of(path, {"ex01.py": content})
    else:
        with tarfile.open(path, kind) as archive:
            info = member("ex01.py", len(content))
            archive.addfile(info, io.BytesIO(content))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(content) * share)])
    assert "cannot be read" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 bytes"),
        (b"Rar!\x1a\x07\x00", "found rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"<!doctype html><title>Log in</title>", "a web page"),
        (b"hello", "begins with b'hello'"),
        (b"\xfd7zXZ\x00 and nothing of the kind", "cannot be read"),
        (b"\x1f\x8b\x08 and nothing of the kind", "cannot be read"),
        (b"PK\x03\x04 and nothing of the kind", "cannot be read"),
    ],
)
def test_what_is_no_archive_is_named_by_its_first_bytes(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert said in refusal(tmp_path / "a.zip", tmp_path)


def test_a_file_that_is_a_folder_too_is_damage(tmp_path: Path) -> None:
    archive = tar_of(tmp_path / "a.tgz", member("a", 3), member("a/b", 3))
    assert "cannot be read" in refusal(archive, tmp_path)


def test_names_that_are_too_long_too_deep_or_hold_a_null_are_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tar_of(tmp_path / "a.tgz", member("x" * 300, 3)), tmp_path)
    assert "folders inside each other" in refusal(tar_of(tmp_path / "a.tgz", member("a/" * 50 + "b", 3)), tmp_path)


def test_a_chain_of_long_names_is_refused(tmp_path: Path) -> None:
    link = member("././@LongLink", 5, tarfile.GNUTYPE_LONGNAME).tobuf(tarfile.GNU_FORMAT) + b"name\0".ljust(512, b"\0")
    (tmp_path / "a.tar").write_bytes(link * 2_000)
    assert "cannot be read" in refusal(tmp_path / "a.tar", tmp_path)


def test_the_name_of_an_archive_is_told_from_its_ending() -> None:
    assert [archives.stem_of(name) for name in ("ada.tar.gz", "Ada.TGZ", "a.b.zip", "ada.7z", "ada")] == [
        "ada",
        "Ada",
        "a.b",
        "ada",
        "ada",
    ]
