"""Small archives in the layout of CIFAR-10 and of California housing, for tests: the real ones need the network."""

from __future__ import annotations

import io
import tarfile

import numpy as np
from numpy.typing import NDArray

from reference import archives


def tar_of(members: dict[str, bytes]) -> bytes:
    """Return a gzipped tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def batch(seed: int, images: int) -> bytes:
    """Return records of CIFAR-10: random pixels, a little brighter or darker by their class."""
    random = np.random.default_rng(seed)
    records = random.integers(0, 200, (images, archives.RECORD)).astype(np.uint8)
    records[:, 0] = random.integers(0, 10, images)
    records[:, 1:] += 5 * records[:, :1]
    return records.tobytes()


def cifar(images: int) -> bytes:
    """Return a small CIFAR-10, so many images per batch; its paths lead out of every folder."""
    batches = {f"../../{name}": batch(number, images) for number, name in enumerate(archives.TRAINING_BATCHES)}
    return tar_of(
        {"cifar-10-batches-bin/readme.html": b"no batch", **batches, f"/etc/{archives.TEST_BATCH}": batch(9, images)}
    )


def table(rows: int) -> NDArray[np.float64]:
    """Return rows like those of the published table; the price follows the income."""
    random = np.random.default_rng(5)
    low = [-124, 33, 1, 100, 20, 50, 10, 1, 20_000]
    high = [-115, 41, 52, 9_000, 900, 3_000, 900, 15, 120_000]
    found = np.round(random.uniform(low, high, (rows, 9)), 2)
    found[:, archives.VALUE] += np.round(25_000 * found[:, archives.INCOME])
    return found


def california(rows: int) -> bytes:
    """Return a small table in its archive."""
    stream = io.BytesIO()
    np.savetxt(stream, table(rows), delimiter=",", fmt="%.2f")
    return tar_of({"CaliforniaHousing/cal_housing.data": stream.getvalue()})
