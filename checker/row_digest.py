"""A short digest of an image that does not depend on how its pixels were scaled: the recorder and its readers share it."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS = 255


def row_digest(row: NDArray[Any]) -> int:
    """Return a digest (32 bits) of a row of pixels, the same after any scaling by one factor and one shift; 0 for none.

    A row of one value, or one that is not finite, has none.
    """
    values = np.asarray(row, dtype=np.float64).reshape(-1)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if not (np.isfinite(low) and np.isfinite(high) and high > low):
        return 0
    return zlib.crc32(np.rint((values - low) * (LEVELS / (high - low))).astype(np.uint8).tobytes())
