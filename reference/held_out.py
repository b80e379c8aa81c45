"""The test images and the fables that no script can read: the checker measures on them.

They lie in a folder of their own, so that a sandbox can hide it from scripts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reference.datasets import EMBEDDED_FOLDER, TEXTS, cache_folder
from reference.verified import load_fetched, load_verified, load_verified_text

if TYPE_CHECKING:
    from reference.datasets import Split
    from reference.verified import Arrays

HELD_OUT_FOLDER = os.path.join(EMBEDDED_FOLDER, "held_out")

DIGESTS = {
    "mnist": "d575a2c8bb44d31eb3fa414808a49156a64cabae3ce92726cdbecf8e4e2919fe",
    "fashion_mnist": "a2be4a23da8a4c8bedf3f7c789ee40bd11db1a2f2ea975c9038df7f79060f5be",
    "letters": "aaf3bd991f8a09cb39a99e5ed02c78fa2fcf57555f0aa98d9abb13e6cfcd9af1",
    "fables": "230d61094020e7d9b5ea46bc0a8b16e72bca20e785afb39deb23bc6bb4f00eda",
}


def path(name: str) -> str:
    """Return the path of the held-out part of a data set."""
    return os.path.join(HELD_OUT_FOLDER, name + (".txt" if name in TEXTS else ".npz"))


def held_out(name: str) -> Split:
    """Return ``x`` uint8 [1000, 28, 28] and ``y`` uint8 [1000] of ``mnist``, ``fashion_mnist`` or ``letters``.

    They are test images 2000 … 2999 of the official set, or letters of fonts that scripts do not see. Raises
    `reference.datasets.DataError` on a damaged file.
    """
    arrays = load_verified(path(name), DIGESTS[name])
    return arrays["x"], arrays["y"]


def held_out_text(name: str) -> str:
    """Return the held-out part of ``fables``: whole fables, of which no script gets any.

    Raises `reference.datasets.DataError` on a damaged file.
    """
    return load_verified_text(path(name), DIGESTS[name])


def optional_path(name: str) -> str:
    """Return the path of the held-out part of ``cifar10`` or ``california``, in a folder of the cache that no box shows."""
    return os.path.join(cache_folder(), "held_out", name + ".npz")


def held_out_optional(name: str) -> Arrays:
    """Return the held-out part of a fetched data set: ``x`` and ``y``, or ``data`` and ``target``.

    Raises `reference.datasets.DataError` when it was not fetched, or is damaged.
    """
    return load_fetched(optional_path(name))
