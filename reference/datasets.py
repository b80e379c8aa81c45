"""The data sets of the six exercises, offline and verified.

There are two editions. *Embedded* is committed beside this file: all of Boston, and the first 10,000 training and 2,000 test
images of MNIST and of Fashion-MNIST. *Full* is the whole training set and every test image that is not held out;
``python -m checker data --full`` fetches it once. The variable ``SUITE_DATA`` (``embedded`` or ``full``) chooses.

Every array is verified by its SHA-256 before it is returned. This file keeps to Python 3.7 so that the exercises also run
under TensorFlow 1.15.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Dict, NamedTuple, Optional, Tuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Images = NDArray[np.uint8]  # [n, 28, 28], 0 (background) … 255 (ink)
    Labels = NDArray[np.uint8]  # [n], class index 0 … 9
    Split = Tuple[Images, Labels]
    Arrays = Dict[str, NDArray[Any]]

EDITIONS = ("embedded", "full")
EDITION_VARIABLE = "SUITE_DATA"
CACHE_VARIABLE = "SUITE_CACHE"
EMBEDDED_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")

# No file that a script can read holds test images [2000:3000] of the official 10,000: they measure its accuracy.
HELD_OUT = slice(2000, 3000)

IMAGE_ARRAYS = ("x_train", "y_train", "x_test", "y_test")

# SHA-256 over the decoded arrays (see `digest`), so that a repacked file with the same pixels still verifies.
DIGESTS = {
    ("embedded", "boston"): "cb6816d6a9df12a90308c2d26100fd2f0f5b25017ca5c21beb772452b0f56e64",
    ("embedded", "mnist"): "6ab008300436fcc94d8b2054dd3559ec11d6c9b96a426ec5d807abeb10adbd2c",
    ("embedded", "fashion_mnist"): "4228710a7ae487bb7be94870d03debec4cac1792648ca7ce9ed3d05e315094d9",
    ("full", "mnist"): "afd8e318f133afc1bed9e0ff0d0007d160b98054a2f36a3941db77001bb8351e",
    ("full", "fashion_mnist"): "d548de22f11c55b2968cf17d41a329182a91fedb0f5a58b8131f020bdfdb9d89",
}

FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class DataError(Exception):
    """A data set is missing or damaged; the message names the file and the remedy."""


class Boston(NamedTuple):
    """House prices in 506 census tracts around Boston (Harrison & Rubinfeld, 1978)."""

    data: NDArray[np.float64]
    target: NDArray[np.float64]
    feature_names: Tuple[str, ...]


def boston() -> Boston:
    """Return the 506 rows of Boston, the same in both editions.

    ``data`` is float64 [506, 13], one column per name in ``feature_names``; column 5, ``RM``, is the mean number of rooms
    per dwelling. ``target`` is float64 [506], the median house price in thousands of dollars of 1970, capped at 50.
    Raises `DataError` when the file is missing or damaged.
    """
    arrays = load_verified(embedded_path("boston"), DIGESTS["embedded", "boston"])
    return Boston(arrays["data"], arrays["target"], tuple(str(name) for name in arrays["feature_names"]))


def mnist(edition: Optional[str] = None) -> Tuple[Split, Split]:
    """Return handwritten digits as ``(x_train, y_train), (x_test, y_test)``.

    Images are uint8 [n, 28, 28], 0 (paper) … 255 (ink); labels are uint8 [n], the digit. Embedded: 10,000 and 2,000;
    full: 60,000 and 9,000 (the official 10,000 without the 1,000 held out). Without `edition`, ``SUITE_DATA`` chooses.
    Raises `DataError`.
    """
    return _image_set("mnist", edition)


def fashion_mnist(edition: Optional[str] = None) -> Tuple[Split, Split]:
    """Return garments as ``(x_train, y_train), (x_test, y_test)``: shapes, dtypes and sizes as in `mnist`.

    Labels index `FASHION_CLASSES`. Raises `DataError`.
    """
    return _image_set("fashion_mnist", edition)


def selected_edition() -> str:
    """Return ``embedded`` (the default) or ``full``, as ``SUITE_DATA`` says. Raises `DataError` for another value."""
    edition = os.environ.get(EDITION_VARIABLE) or "embedded"
    if edition not in EDITIONS:
        raise DataError("{}={!r} is not an edition of the data: use embedded or full".format(EDITION_VARIABLE, edition))
    return edition


def embedded_path(name: str) -> str:
    """Return the path of the committed edition of a data set."""
    return os.path.join(EMBEDDED_FOLDER, name + ".npz")


def cache_folder() -> str:
    """Return the folder of the full edition: ``SUITE_CACHE``, else the user's cache folder as platformdirs names it."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return chosen
    try:
        import platformdirs  # imported only here: the embedded edition needs nothing but NumPy
    except ImportError:
        raise DataError(
            "the full data set lies in your cache folder, and platformdirs, which finds that folder, is not installed: "
            "pip install platformdirs, or set {} to the folder".format(CACHE_VARIABLE)
        ) from None
    return platformdirs.user_cache_dir("graph-mode-suite", appauthor=False)


def full_path(name: str) -> str:
    """Return the path of the full edition of a data set in the cache."""
    return os.path.join(cache_folder(), name + ".npz")


def digest(arrays: Arrays) -> str:
    """Return the hexadecimal SHA-256 over names, dtypes, shapes and values of arrays, in the order of their names."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        sha.update("{} {} {}\n".format(name, array.dtype.str, array.shape).encode())
        sha.update(array.tobytes())
    return sha.hexdigest()


def load_verified(path: str, expected_digest: str) -> Arrays:
    """Return the arrays of an ``.npz`` file. Raises `DataError` when it is missing, unreadable or not as expected."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise DataError("{}: not there".format(path)) from None
    except Exception as error:  # zipfile, zlib and NumPy raise errors of their own for damage
        raise DataError("{}: damaged, cannot be read ({})".format(path, error)) from error
    found = digest(arrays)
    if found != expected_digest:
        raise DataError("{}: SHA-256 of the arrays is {}…, not {}…".format(path, found[:12], expected_digest[:12]))
    return arrays


def _image_set(name: str, edition: Optional[str]) -> Tuple[Split, Split]:
    edition = edition or selected_edition()
    path = embedded_path(name) if edition == "embedded" else full_path(name)
    try:
        arrays = load_verified(path, DIGESTS[edition, name])
    except DataError as error:
        remedy = "git checkout -- reference/data" if edition == "embedded" else "python -m checker data --full"
        raise DataError("{}\nremedy: {}".format(error, remedy)) from error
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
