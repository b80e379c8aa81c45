"""The data sets of the six exercises, offline and verified.

There are two editions. *Embedded* is committed beside this file: Boston, the letters, and the first 10,000 training and
2,000 test images of MNIST and of Fashion-MNIST. *Full* is the whole training set and every test image that is not held out;
``python -m checker data --full`` fetches it once. The variable ``SUITE_DATA`` (``embedded`` or ``full``) chooses. The
text, fables of La Fontaine, is the same in both editions.

Two more data sets are optional, and the same in both editions: CIFAR-10 and California housing. They are there once
``python -m checker data --full cifar10 california`` has fetched them; `is_fetched` says so.

Every array and every text is verified by its SHA-256 before it is returned. This file keeps to Python 3.7 so that the
exercises also run under TensorFlow 1.15.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Iterator, NamedTuple, Optional, Tuple

import numpy as np

from reference.verified import DataError as DataError  # what the loaders raise belongs to them
from reference.verified import digest_path, load_fetched, load_verified, load_verified_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reference.verified import Arrays

    Images = NDArray[np.uint8]  # [n, 28, 28], 0 (background) … 255 (ink)
    Labels = NDArray[np.uint8]  # [n], class index 0 … 9
    Split = Tuple[Images, Labels]

EDITIONS = ("embedded", "full")
EDITION_VARIABLE = "SUITE_DATA"
CACHE_VARIABLE = "SUITE_CACHE"
EMBEDDED_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")

# No file that a script can read holds test images [2000:3000] of the official 10,000: they measure its accuracy.
HELD_OUT = slice(2000, 3000)

EMBEDDED_REMEDY = "git checkout -- reference/data"

IMAGE_ARRAYS = ("x_train", "y_train", "x_test", "y_test")

TEXTS = ("fables",)  # they lie in .txt files, everything else in .npz
TEST_PART = "\n=====\n"  # in a text, stands between the training and the test part

# SHA-256 over the decoded arrays (`reference.verified.digest`): a repacked file with the same pixels still verifies.
DIGESTS = {
    ("embedded", "boston"): "cb6816d6a9df12a90308c2d26100fd2f0f5b25017ca5c21beb772452b0f56e64",
    ("embedded", "mnist"): "6ab008300436fcc94d8b2054dd3559ec11d6c9b96a426ec5d807abeb10adbd2c",
    ("embedded", "fashion_mnist"): "4228710a7ae487bb7be94870d03debec4cac1792648ca7ce9ed3d05e315094d9",
    ("embedded", "letters"): "bae155e07b891bf5bf94f5933f07d367b2449dd5e94157f6b8de6acb82b09165",
    ("embedded", "fables"): "0c10a2d2c7f6fee90ea5cb6c5963dee474dc362421604aa79a9e3d72bb81339d",
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

LETTER_CLASSES = ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J")
CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CALIFORNIA_FEATURES = (
    "MedInc",  # median income, tens of thousands of dollars
    "HouseAge",  # years, median
    "AveRooms",  # per household, like the bedrooms and the people
    "AveBedrms",
    "Population",
    "AveOccup",
    "Latitude",
    "Longitude",
)


class Boston(NamedTuple):
    """House prices in 506 census tracts around Boston (Harrison & Rubinfeld, 1978)."""

    data: NDArray[np.float64]
    target: NDArray[np.float64]
    feature_names: Tuple[str, ...]


class California(NamedTuple):
    """House prices in block groups of California, from the census of 1990 (Pace & Barry, 1997)."""

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


def letters(file: Optional[str] = None) -> Tuple[Split, Split]:
    """Return the capitals A to J as ``(x_train, y_train), (x_test, y_test)``, the same in both editions.

    Images are uint8 [n, 28, 28], 0 (paper) … 255 (ink); labels are uint8 [n] and index `LETTER_CLASSES`. They are rendered
    from free fonts: 5,000 and 1,000. No family of fonts is in both parts. They are not notMNIST: whoever has that archive
    gives its `file`, see `reference.letters_file`. Raises `DataError`.
    """
    if file is not None:
        from reference import letters_file  # imported only here: a script that is copied away may do without it

        return letters_file.read(file)
    with _remedy(EMBEDDED_REMEDY):
        arrays = load_verified(embedded_path("letters"), DIGESTS["embedded", "letters"])
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def fables() -> Tuple[str, str]:
    """Return fables of La Fontaine as ``(training text, test text)``, the same in both editions.

    Both are whole fables in modern spelling: a title in a line of its own, one verse per line, an empty line between two
    fables. Each character of the test text comes in the training text, too. Raises `DataError`.
    """
    with _remedy(EMBEDDED_REMEDY):
        training, test = load_verified_text(embedded_path("fables"), DIGESTS["embedded", "fables"]).split(TEST_PART)
    return training, test


def cifar10() -> Tuple[Split, Split]:
    """Return small photographs as ``(x_train, y_train), (x_test, y_test)``, once they have been fetched.

    Images are uint8 [n, 32, 32, 3], red, green and blue; labels are uint8 [n] and index `CIFAR_CLASSES`: 50,000 and 9,000
    (the official 10,000 without the 1,000 held out). Raises `DataError`.
    """
    arrays = _fetched("cifar10")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def california() -> California:
    """Return the rows of California housing but for the 1,000 held out, once they have been fetched.

    ``data`` is float64 [19640, 8], one column per name in ``feature_names``; ``target`` is the median house price in
    hundreds of thousands of dollars, capped at 5.00001. Raises `DataError`.
    """
    arrays = _fetched("california")
    return California(arrays["data"], arrays["target"], CALIFORNIA_FEATURES)


def is_fetched(name: str) -> bool:
    """Return whether ``cifar10`` or ``california`` is in the cache; whether it is undamaged shows when it is loaded."""
    try:
        path = full_path(name)
    except DataError:  # there is no cache to look into
        return False
    return os.path.exists(path) and os.path.exists(digest_path(path))


def selected_edition() -> str:
    """Return ``embedded`` (the default) or ``full``, as ``SUITE_DATA`` says. Raises `DataError` for another value."""
    edition = os.environ.get(EDITION_VARIABLE) or "embedded"
    if edition not in EDITIONS:
        raise DataError("{}={!r} is not an edition of the data: use embedded or full".format(EDITION_VARIABLE, edition))
    return edition


def embedded_path(name: str) -> str:
    """Return the path of the committed edition of a data set."""
    return os.path.join(EMBEDDED_FOLDER, name + (".txt" if name in TEXTS else ".npz"))


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


@contextmanager
def _remedy(command: str) -> Iterator[None]:
    """Add to a `DataError` the command that mends it."""
    try:
        yield
    except DataError as error:
        raise DataError("{}\nremedy: {}".format(error, command)) from error


def _fetched(name: str) -> Arrays:
    with _remedy("python -m checker data --full {}".format(name)):
        return load_fetched(full_path(name))


def _image_set(name: str, edition: Optional[str]) -> Tuple[Split, Split]:
    edition = edition or selected_edition()
    path = embedded_path(name) if edition == "embedded" else full_path(name)
    with _remedy(EMBEDDED_REMEDY if edition == "embedded" else "python -m checker data --full"):
        arrays = load_verified(path, DIGESTS[edition, name])
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
