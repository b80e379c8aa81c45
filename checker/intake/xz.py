"""The xz format with a bound on memory, which `lzma.LZMAFile` lacks: a header may ask for a dictionary of 4 GiB."""

from __future__ import annotations

import io
import lzma
from typing import IO

from checker.units import MIB

MEMORY_BYTES = 128 * MIB  # the highest level, xz -9, takes 65 MiB
CHUNK = 1 << 16


class XzFile(io.RawIOBase):
    """The unpacked bytes of a file. Reading raises `EOFError` if it is cut off, and `ValueError` if it is damaged."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decompressor = lzma.LZMADecompressor(memlimit=MEMORY_BYTES)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with the next bytes; return their number, 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # what io gives is always a buffer
        while not self._decompressor.eof:
            packed = self._file.read(CHUNK) if self._decompressor.needs_input else b""
            if self._decompressor.needs_input and not packed:
                raise EOFError("it ends too early")
            try:
                data = self._decompressor.decompress(packed, len(view))
            except lzma.LZMAError as error:
                raise ValueError(str(error)) from None
            if data:
                view[: len(data)] = data
                return len(data)
        return 0
