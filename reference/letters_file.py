"""Letters from a file of the user: notMNIST as its archive, as folders of PNGs, or as a pickle.

Whatever the file holds, little of it is read, and nothing of it runs. An archive is read and never unpacked; a pickle is
interpreted (`reference.array_pickle`). This keeps to Python 3.7, as `reference.datasets` does.
"""

from __future__ import annotations

import os
import tarfile
import warnings
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.array_pickle import load_arrays
from reference.datasets import LETTER_CLASSES, DataError
from reference.grey_png import SIDE, PngError, decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reference.datasets import Split

MOST_OF_A_LETTER = 1_200  # pictures; a sixth of them are for the test
LARGEST_PICTURE = 64 << 10  # bytes; a PNG of 28 * 28 pixels has less than one thousand
MOST_MEMBERS = 700_000  # of an archive; notMNIST_large has 529,114
LARGEST_ARCHIVE = 2 << 30  # bytes, unpacked
PICKLED = b"\x80"  # the first byte of every pickle of protocol 2 or higher
TRAINING, TEST = 10_000, 2_000  # images of a pickle
REMEDY = (
    "remedy: give notMNIST_small.tar.gz as it was published, a folder with the folders A to J, or notMNIST.pickle; "
    "without --data-file, the letters of the suite are read"
)


def read(file: str) -> tuple[Split, Split]:
    """Return (images, labels) for training and for testing: uint8 [n, 28, 28] and uint8 [n].

    `file` is an archive (tar, also compressed), a folder, or a pickle. Broken pictures are skipped, and a warning tells how
    many. Raises `reference.datasets.DataError`, which names the file, what is wrong, and a remedy.
    """
    try:
        if os.path.isdir(file):
            return _folder(file)
        if not os.path.isfile(file):
            raise DataError("not there")
        with open(file, "rb") as opened:
            is_pickle = opened.read(1) == PICKLED
        return _of_pickle(load_arrays(file)) if is_pickle else _split(file, _members(file))
    except DataError as error:
        told = str(error) if str(error).startswith(file) else f"{file}: {error}"
        raise DataError(told if "remedy:" in told else f"{told}\n{REMEDY}") from error
    except tarfile.ReadError as error:
        told = "a whole tar archive is expected, or a pickle of protocol 2 or higher"
        raise DataError(f"{file}: {told} ({error})\n{REMEDY}") from error
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(f"{file}: cannot be read ({error})\n{REMEDY}") from error


def _folder(folder: str) -> tuple[Split, Split]:
    """Return the letters of a folder. Below it, or one folder deeper, each letter has a folder or a pickle."""
    inner = [os.path.join(folder, name) for name in sorted(os.listdir(folder))[:100]]
    for each in [folder, *inner]:
        if all(os.path.isdir(os.path.join(each, letter)) for letter in LETTER_CLASSES):
            return _split(folder, _files(each))
        if all(os.path.isfile(os.path.join(each, letter + ".pickle")) for letter in LETTER_CLASSES):
            return _of_arrays([load_arrays(os.path.join(each, letter + ".pickle")) for letter in LETTER_CLASSES])
    raise DataError("no folders A to J are in it")


def _files(folder: str) -> Iterator[tuple[int, bytes]]:
    """Yield the label and the bytes of the PNGs in the folders A to J; links are left out."""
    for label, letter in enumerate(LETTER_CLASSES):
        names = sorted(os.listdir(os.path.join(folder, letter)))
        for name in [name for name in names if name.endswith(".png")][: MOST_OF_A_LETTER + 100]:
            path = os.path.join(folder, letter, name)
            if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= LARGEST_PICTURE:
                with open(path, "rb") as opened:
                    yield label, opened.read(LARGEST_PICTURE)


class _ArchiveMember(tarfile.TarInfo):
    """A member of an archive, refused before anything of it is read where it is large, or is no file and no folder."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _ArchiveMember:
        """Return the member that a header describes. Raises `DataError`."""
        member = super().frombuf(buf, encoding, errors)
        if member.size > LARGEST_PICTURE:
            raise DataError(f"member {member.name:.80} has {member.size:,} bytes, the limit is {LARGEST_PICTURE:,}")
        return member


def _members(file: str) -> Iterator[tuple[int, bytes]]:
    """Yield the label and the bytes of the PNGs of an archive. Raises `DataError` for a member that has no place in it."""
    counts, total = [0] * len(LETTER_CLASSES), 0
    with tarfile.open(file, "r:*", tarinfo=_ArchiveMember) as archive:
        for number, member in enumerate(archive, start=1):
            archive.members = []  # type: ignore[attr-defined]  # else it keeps them all
            total += member.size + tarfile.BLOCKSIZE
            if number > MOST_MEMBERS or total > LARGEST_ARCHIVE:
                raise DataError(f"more than {MOST_MEMBERS:,} members or {LARGEST_ARCHIVE:,} bytes")
            parts = member.name.split("/")
            if not (member.isfile() or member.isdir()):
                raise DataError(f"member {member.name:.80} is a link or a device")
            if member.name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
                raise DataError(f"member {member.name:.80} leads out of the archive")
            letter = parts[-2] if len(parts) > 1 else ""
            if not member.isfile() or letter not in LETTER_CLASSES or not member.name.endswith(".png"):
                continue
            label = LETTER_CLASSES.index(letter)
            counts[label] += 1
            opened = archive.extractfile(member) if counts[label] <= MOST_OF_A_LETTER + 100 else None
            if opened is not None:
                yield label, opened.read(LARGEST_PICTURE)


def _split(file: str, pictures: Iterator[tuple[int, bytes]]) -> tuple[Split, Split]:
    """Return the letters of some PNGs, at most `MOST_OF_A_LETTER` of each, and every sixth of them for the test."""
    found: list[list[NDArray[np.uint8]]] = [[] for _ in LETTER_CLASSES]
    skipped, why = 0, ""
    for label, content in pictures:
        try:
            if len(found[label]) < MOST_OF_A_LETTER:
                found[label].append(decode(content))
        except PngError as error:
            skipped, why = skipped + 1, str(error)
    if skipped:
        warnings.warn(f"{file}: {skipped} pictures were skipped; the last one is {why}", stacklevel=4)
    return _of_arrays([np.array(images, np.uint8).reshape(-1, SIDE, SIDE) for images in found])


def _of_arrays(arrays: list[Any]) -> tuple[Split, Split]:
    """Return the letters of ten arrays of images, one for each letter. Raises `DataError` where one is empty."""
    order = np.random.RandomState(0)
    images, labels, for_test = [], [], []
    for label, array in enumerate(arrays):
        chosen = _as_pixels(array)[:MOST_OF_A_LETTER]
        if len(chosen) < 6:
            raise DataError(f"{len(chosen)} pictures of the letter {LETTER_CLASSES[label]}; six or more are needed")
        images.append(chosen)
        labels.append(np.full(len(chosen), label, np.uint8))
        for_test.append(np.arange(len(chosen)) % 6 == 5)
    every, names, test = np.concatenate(images), np.concatenate(labels), np.concatenate(for_test)
    mixed = order.permutation(len(names))
    train_part, test_part = mixed[~test[mixed]], mixed[test[mixed]]
    return (every[train_part], names[train_part]), (every[test_part], names[test_part])


def _of_pickle(content: Any) -> tuple[Split, Split]:
    """Return the letters of a dictionary with a training and a test part. Raises `DataError` where one is missing."""
    parts = []
    for part, most in (("train", TRAINING), ("test", TEST)):
        keys = (part + "_dataset", part + "_labels")
        if not isinstance(content, dict) or not all(isinstance(content.get(key), np.ndarray) for key in keys):
            raise DataError("no arrays with the keys {} and {}".format(*keys))
        images, labels = (content[key] for key in keys)
        if labels.ndim != 1 or len(labels) != len(images) or not len(labels) or not np.isin(labels[:most], range(10)).all():
            raise DataError(f"{keys[1]}: one label from 0 to 9 for each image is expected, not shape {labels.shape}")
        parts.append((_as_pixels(images[:most]), labels[:most].astype(np.uint8)))
    return parts[0], parts[1]


def _as_pixels(images: Any) -> NDArray[np.uint8]:
    """Return images as uint8 from 0 to 255; fractions are taken as -0.5 … 0.5, or as 0 … 1. Raises `DataError`."""
    if not isinstance(images, np.ndarray) or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise DataError("images of shape {}, not [n, 28, 28]".format(getattr(images, "shape", type(images).__name__)))
    images = images[:TRAINING]
    if images.dtype == np.uint8:
        return np.array(images)
    values = images.astype(np.float64)
    if not np.isfinite(values).all():
        raise DataError("images with pixels that are not finite")
    if values.size and values.min() < 0:
        values = values + 0.5
    if values.size and values.max() <= 1.5:
        values = values * 255
    pixels: NDArray[np.uint8] = np.clip(np.round(values), 0, 255).astype(np.uint8)
    return pixels
