"""Files of data that are verified by SHA-256 before anything of them is used.

This file keeps to Python 3.7, like ``datasets.py``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]


class DataError(Exception):
    """A data set is missing or damaged; the message names the file and the remedy."""


def digest_path(path: str) -> str:
    """Return the path of the digest that was noted when a file was fetched."""
    return path + ".sha256"


def load_fetched(path: str) -> Arrays:
    """Return the arrays of a file that has its digest beside it. Raises `DataError` as `load_verified` does."""
    try:
        with open(digest_path(path), encoding="utf-8") as note:
            expected = note.read(100).strip()
    except (OSError, ValueError):
        raise DataError(f"{path}: not there, or without its digest") from None
    return load_verified(path, expected)


def digest(arrays: Arrays) -> str:
    """Return the hexadecimal SHA-256 over names, dtypes, shapes and values of arrays, in the order of their names."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        sha.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()


def load_verified(path: str, expected_digest: str) -> Arrays:
    """Return the arrays of an ``.npz`` file. Raises `DataError` when it is missing, unreadable or not as expected."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise DataError(f"{path}: not there") from None
    except Exception as error:  # zipfile, zlib and NumPy raise errors of their own for damage
        raise DataError(f"{path}: damaged, cannot be read ({error})") from error
    found = digest(arrays)
    if found != expected_digest:
        raise DataError(f"{path}: SHA-256 of the arrays is {found[:12]}…, not {expected_digest[:12]}…")
    return arrays


def text_digest(text: str) -> str:
    """Return the hexadecimal SHA-256 over a text in UTF-8, whose lines end with a line feed alone."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load_verified_text(path: str, expected_digest: str) -> str:
    """Return the text of a file. Raises `DataError` when it is missing, unreadable or not as expected."""
    try:
        with open(path, encoding="utf-8") as file:  # any end of line becomes a line feed, as git may change it
            text = file.read()
    except FileNotFoundError:
        raise DataError(f"{path}: not there") from None
    except (OSError, ValueError) as error:  # a ValueError is a wrong byte
        raise DataError(f"{path}: damaged, cannot be read ({error})") from error
    found = text_digest(text)
    if found != expected_digest:
        raise DataError(f"{path}: SHA-256 of the text is {found[:12]}…, not {expected_digest[:12]}…")
    return text
