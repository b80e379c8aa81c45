"""notMNIST from a file of the user: read within bounds, never run, and refused with a reason and a remedy."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reference import datasets, grey_png, letters_file
from reference.array_pickle import load_arrays
from reference.datasets import LETTER_CLASSES, DataError

FEW = 12  # pictures of each letter
RANDOM = np.random.default_rng(0)
PICTURES = {letter: RANDOM.integers(0, 256, (FEW, 28, 28), dtype=np.uint8) for letter in LETTER_CLASSES}


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def members() -> Iterator[tuple[str, bytes]]:
    for letter, images in PICTURES.items():
        for number, image in enumerate(images):
            yield f"notMNIST_small/{letter}/{number:02}.png", png(image)


def write_archive(path: Path, files: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def assert_all_letters_are_there(splits: tuple[Any, Any]) -> None:
    (x_train, y_train), (x_test, y_test) = splits
    assert np.bincount(y_train).tolist() == [10] * 10
    assert np.bincount(y_test).tolist() == [2] * 10
    assert x_train.dtype == x_test.dtype == np.uint8
    read = {(int(label), image.tobytes()) for x, y in splits for image, label in zip(x, y)}
    assert read == {(label, image.tobytes()) for label, letter in enumerate(LETTER_CLASSES) for image in PICTURES[letter]}


# --- what is read ----------------------------------------------------------------------------------------------------


def test_an_archive_gives_every_picture_with_the_letter_of_its_folder(tmp_path: Path) -> None:
    write_archive(tmp_path / "notMNIST_small.tar.gz", dict(members()))
    assert_all_letters_are_there(datasets.letters(str(tmp_path / "notMNIST_small.tar.gz")))


@pytest.mark.parametrize("below", ["", "notMNIST_small"])
def test_a_folder_of_folders_is_read_as_well(tmp_path: Path, below: str) -> None:
    for name, content in members():
        path = tmp_path / below / name.removeprefix("notMNIST_small/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert_all_letters_are_there(datasets.letters(str(tmp_path)))


def test_a_folder_with_a_pickle_for_each_letter_is_read_as_well(tmp_path: Path) -> None:
    for letter, images in PICTURES.items():
        fractions = ((images.astype(np.float32) - 127.5) / 255).astype(np.float32)
        (tmp_path / f"{letter}.pickle").write_bytes(pickle.dumps(fractions, 2))
    assert_all_letters_are_there(datasets.letters(str(tmp_path)))


def test_broken_pictures_are_skipped_and_counted(tmp_path: Path) -> None:
    files = dict(members())
    files |= {
        "notMNIST_small/A/empty.png": b"",
        "notMNIST_small/B/text.png": b"no picture",
        "notMNIST_small/README": b"text",
    }
    files["notMNIST_small/C/wide.png"] = png(np.zeros((28, 29), np.uint8))
    files["notMNIST_small/D/cut.png"] = png(PICTURES["D"][0])[:-20]
    write_archive(tmp_path / "letters.tar.gz", files)
    with pytest.warns(UserWarning, match=r"letters\.tar\.gz: 4 pictures were skipped; the last one is cut off"):
        splits = datasets.letters(str(tmp_path / "letters.tar.gz"))
    assert_all_letters_are_there(splits)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["uint8", "float32", ">f4", "float64"])
def test_a_pickle_of_any_protocol_gives_its_arrays(tmp_path: Path, protocol: int, dtype: str) -> None:
    images = np.concatenate([*PICTURES.values()])
    values = images if dtype == "uint8" else ((images - 127.5) / 255).astype(dtype)
    labels = np.repeat(np.arange(10, dtype=np.int32), FEW)
    content = {"train_dataset": values, "train_labels": labels, "test_dataset": values[::6], "test_labels": labels[::6]}
    (tmp_path / "notMNIST.pickle").write_bytes(pickle.dumps(content, protocol))
    (x_train, y_train), (x_test, y_test) = datasets.letters(str(tmp_path / "notMNIST.pickle"))
    assert np.array_equal(x_train, images)
    assert np.array_equal(x_test, images[::6])
    assert (y_train.tolist(), y_test.tolist()) == (labels.tolist(), labels[::6].tolist())


def test_a_pickle_of_python_2_is_read(tmp_path: Path) -> None:
    """There, bytes are texts: the operations BINSTRING and SHORT_BINSTRING."""
    shape = b"K\x02K\x03\x86"
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01" + shape + dtype
    data = b"\x89T" + struct.pack("<i", 6) + bytes(range(6)) + b"tb"
    (tmp_path / "old.pickle").write_bytes(b"\x80\x02}U\x01aq\x01" + array + data + b"s.")
    found = load_arrays(str(tmp_path / "old.pickle"))
    assert found["a"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_lists_texts_numbers_and_fortran_arrays_are_read(tmp_path: Path) -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3))
    content = {"list": [1, -2, 3.5, None, True, 1 << 40], "text": "été", "array": array}
    for protocol in (2, 4):
        (tmp_path / "some.pickle").write_bytes(pickle.dumps(content, protocol))
        found = load_arrays(str(tmp_path / "some.pickle"))
        assert found["list"] == content["list"]
        assert found["text"] == "été"
        assert np.array_equal(found["array"], array)


def test_every_filter_of_png_is_undone() -> None:
    smooth = (np.add.outer(np.arange(28) ** 2, 7 * np.arange(28)) % 256).astype(np.uint8)
    rows = [bytes([kind % 5]) + _filtered(smooth, number, kind % 5) for number, kind in enumerate(range(28))]
    chunks = [(b"IHDR", grey_png.HEADER), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")]
    assert np.array_equal(grey_png.decode(_png_of(chunks)), smooth)


def _filtered(image: np.ndarray[Any, Any], number: int, kind: int) -> bytes:
    """As the specification of PNG says it, with whole numbers."""
    row, above = image[number].astype(int), image[number - 1].astype(int) if number else np.zeros(28, int)
    left, corner = np.append(0, row[:-1]), np.append(0, above[:-1])
    far = [abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)]
    paeth = np.where((far[0] <= far[1]) & (far[0] <= far[2]), left, np.where(far[1] <= far[2], above, corner))
    guess = [np.zeros(28, int), left, above, (left + above) // 2, paeth][kind]
    return bytes(((row - guess) % 256).astype(np.uint8))


def _png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    return grey_png.SIGNATURE + b"".join(parts)


# --- what is refused -------------------------------------------------------------------------------------------------


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch ran",)


def short_of(code: bytes) -> bytes:
    return b"\x80\x02" + code + b"."


HOSTILE = {
    "calls a command": (pickle.dumps({"train_dataset": Evil()}, 2), "posix.system is named"),
    "calls a command, newer": (pickle.dumps(Evil(), 4), "posix.system is named"),
    "builds an object": (pickle.dumps(Path("a"), 2), "is named, which nothing here calls"),
    "is text of protocol 0": (pickle.dumps({"a": 1}, 0), "a whole tar archive is expected, or a pickle of protocol 2"),
    "announces more than is there": (short_of(b"B" + struct.pack("<I", 1 << 31)), "bytes are announced"),
    "array of objects": (pickle.dumps(np.array([print], dtype=object), 2), "is named"),
    "array of a false size": (
        pickle.dumps(np.zeros((2, 3), np.uint8), 4).replace(b"K\x02K\x03\x86", b"K\x09K\x09\x86"),
        "an array of shape",
    ),
    "texts without end": (
        short_of(
            b"c_codecs\nencode\nq\x01X"
            + struct.pack("<I", 1 << 20)
            + b"a" * (1 << 20)
            + b"U\x06latin1\x86q\x02"
            + b"Rh\x01h\x02" * 300
        ),
        "save it with protocol 4",
    ),
    "list in itself": (short_of(b"]q\x00h\x00a"), "lists in each other"),
    "a billion values": (
        short_of(b"]q\x00(" + b"K\x01" * 999 + b"e" + b"0" * 0 + b"]q\x01(" + b"h\x00" * 999 + b"e"),
        "values",
    ),
    "operations without end": (short_of(b"N" * 300_000), "operations"),
    "an empty stack": (short_of(b"s"), "no dictionary|damaged"),
    "cut off": (pickle.dumps({"train_dataset": np.zeros((6, 28, 28))}, 4)[:-200], "are left|damaged"),
    "nothing": (b"", "a whole tar archive is expected"),
    "no arrays": (pickle.dumps({"a": 1}, 2), "no arrays with the keys train_dataset and train_labels"),
    "other shapes": (
        pickle.dumps({"train_dataset": np.zeros((6, 32, 32)), "train_labels": np.zeros(6, int)}, 2),
        r"images of shape \(6, 32, 32\)",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_pickle_that_is_more_or_less_than_arrays_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content, says = HOSTILE[what]
    (tmp_path / "evil.pickle").write_bytes(content)
    with pytest.raises(DataError, match=rf"(?s)evil\.pickle.*({says}).*\nremedy: ") as refused:
        datasets.letters("evil.pickle")
    assert str(refused.value).count("remedy:") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["evil.pickle"]


def one_more(name: str, **attributes: Any) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(member, key, value)
    return member


MEMBERS = {
    "symbolic link": (
        one_more("notMNIST_small/A/a.png", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        "is a link or a device",
    ),
    "hard link": (one_more("notMNIST_small/A/a.png", type=tarfile.LNKTYPE, linkname="x"), "is a link or a device"),
    "device": (one_more("notMNIST_small/A/a.png", type=tarfile.CHRTYPE), "is a link or a device"),
    "absolute path": (one_more("/etc/A/a.png"), "leads out of the archive"),
    "path upwards": (one_more("../A/a.png"), "leads out of the archive"),
}


@pytest.mark.parametrize("what", MEMBERS)
def test_a_member_that_has_no_place_in_an_archive_is_refused(what: str, tmp_path: Path) -> None:
    member, says = MEMBERS[what]
    with tarfile.open(tmp_path / "letters.tar", "w") as archive:
        archive.addfile(member)
    with pytest.raises(DataError, match=rf"(?s)letters\.tar: member .*{says}.*\nremedy: "):
        datasets.letters(str(tmp_path / "letters.tar"))


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_member_of_gigabytes_is_refused_by_its_header(tmp_path: Path, kind: bytes) -> None:
    header = one_more("notMNIST_small/A/a.png", size=8 << 30, type=kind).tobuf(tarfile.GNU_FORMAT)
    with gzip.open(tmp_path / "bomb.tar.gz", "wb") as file:
        file.write(header)
        for _ in range(20):
            file.write(bytes(1 << 20))
    with pytest.raises(DataError, match=r"(?s)bomb\.tar\.gz: .*8,589,934,592 bytes, the limit is 65,536.*\nremedy: "):
        datasets.letters(str(tmp_path / "bomb.tar.gz"))


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters_file, "MOST_MEMBERS", 50)
    write_archive(tmp_path / "letters.tar.gz", dict(members()))
    with pytest.raises(DataError, match="more than 50 members"):
        datasets.letters(str(tmp_path / "letters.tar.gz"))


def test_a_picture_that_unpacks_to_megabytes_is_skipped_at_once() -> None:
    bomb = _png_of([(b"IHDR", grey_png.HEADER), (b"IDAT", zlib.compress(bytes(64 << 20), 9))])
    with pytest.raises(grey_png.PngError, match="bytes of pixels"):
        grey_png.decode(bomb)


def test_an_archive_that_is_cut_off_is_named(tmp_path: Path) -> None:
    write_archive(tmp_path / "whole.tar.gz", dict(members()))
    whole = (tmp_path / "whole.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"(?s)cut\.tar\.gz: (cannot be read|a whole tar archive).*\nremedy: "):
        datasets.letters(str(tmp_path / "cut.tar.gz"))


@pytest.mark.parametrize(("make", "says"), [(Path.mkdir, "no folders A to J"), (lambda path: None, "not there")])
def test_what_is_no_data_is_named_with_a_remedy(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    make(tmp_path / "letters")
    with pytest.raises(DataError, match=rf"(?s)letters: {says}.*\nremedy: give notMNIST_small\.tar\.gz"):
        datasets.letters(str(tmp_path / "letters"))


def test_a_letter_without_pictures_is_named(tmp_path: Path) -> None:
    write_archive(tmp_path / "letters.tar.gz", {name: content for name, content in members() if "/G/" not in name})
    with pytest.raises(DataError, match="0 pictures of the letter G"):
        datasets.letters(str(tmp_path / "letters.tar.gz"))


def test_reading_a_pickle_imports_nothing_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "evil.pickle").write_bytes(short_of(b"cantigravity\nfly\n"))
    code = (
        "import sys\nfrom reference.array_pickle import load_arrays\nfrom reference.datasets import DataError\n"
        f"try:\n    load_arrays({str(tmp_path / 'evil.pickle')!r})\nexcept DataError as error:\n    print(error)\n"
        "print('antigravity' in sys.modules, 'pickle' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "antigravity.fly is named" in told.stdout
    assert told.stdout.splitlines()[-1].startswith("False")
