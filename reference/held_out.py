"""The test images that no script can read: the checker measures accuracy on them.

They lie in a folder of their own, so that a sandbox can hide it from scripts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reference.datasets import EMBEDDED_FOLDER, load_verified

if TYPE_CHECKING:
    from reference.datasets import Split

HELD_OUT_FOLDER = os.path.join(EMBEDDED_FOLDER, "held_out")

DIGESTS = {
    "mnist": "d575a2c8bb44d31eb3fa414808a49156a64cabae3ce92726cdbecf8e4e2919fe",
    "fashion_mnist": "a2be4a23da8a4c8bedf3f7c789ee40bd11db1a2f2ea975c9038df7f79060f5be",
}


def path(name: str) -> str:
    """Return the path of the held-out images of a data set."""
    return os.path.join(HELD_OUT_FOLDER, name + ".npz")


def held_out(name: str) -> Split:
    """Return ``x`` uint8 [1000, 28, 28] and ``y`` uint8 [1000] of ``mnist`` or ``fashion_mnist``.

    They are test images 2000 … 2999 of the official set. Raises `reference.datasets.DataError` on a damaged file.
    """
    arrays = load_verified(path(name), DIGESTS[name])
    return arrays["x"], arrays["y"]
