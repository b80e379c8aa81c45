"""Downloads that go on where they stopped: a part of a file is kept, and is verified when the file is whole."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reference.mirrors import CHUNK_BYTES, NETWORK_TIMEOUT_S, Progress, SourceError

PARTIAL, NOT_SATISFIABLE = 206, 416  # HTTP statuses


@dataclass(frozen=True)
class Download:
    """A file somewhere in the network, known by its SHA-256."""

    url: str
    sha256: str
    largest_bytes: int

    def into(self, folder: str, progress: Progress) -> Path:
        """Return the verified file, of which an earlier call may have left a part in `folder`.

        Raises `SourceError` when it cannot be had whole, which keeps the part, or is another file, which does not.
        """
        part = Path(folder, f"{self.sha256[:16]}.part")  # by what it is: another source of the same file goes on with it
        try:
            os.makedirs(folder, exist_ok=True)
            if not (part.exists() and _sha256(part) == self.sha256):
                self._receive(part, progress)
        except (urllib.error.URLError, OSError, ValueError) as error:
            kept = f"; the {part.stat().st_size:,} bytes so far are kept" if part.exists() else ""
            raise SourceError(f"{getattr(error, 'reason', error)}{kept}") from error
        found = _sha256(part)
        if found != self.sha256:
            part.unlink()
            raise SourceError(f"served another file: SHA-256 {found[:12]}…, not {self.sha256[:12]}…")
        return part

    def _receive(self, part: Path, progress: Progress) -> None:
        """Append what is missing of a file; begin again where the server cannot go on."""
        have = part.stat().st_size if part.exists() else 0
        request = urllib.request.Request(self.url, headers={"Range": f"bytes={have}-"} if have else {})
        try:
            with urllib.request.urlopen(request, timeout=NETWORK_TIMEOUT_S) as response:
                goes_on = response.status == PARTIAL and response.headers.get("Content-Range", "").startswith(
                    f"bytes {have}-"
                )
                length = response.headers.get("Content-Length", "")
                start = have if goes_on else 0
                total = start + int(length) if length.isdigit() else None
                with part.open("ab" if goes_on else "wb") as file:
                    self._copy(response, file, start, total, progress)
        except urllib.error.HTTPError as error:
            if not (have and error.code == NOT_SATISFIABLE):
                raise
            part.unlink()  # it is longer than the file
            self._receive(part, progress)

    def _copy(self, response: IO[bytes], file: IO[bytes], start: int, total: int | None, progress: Progress) -> None:
        done = start
        while chunk := response.read(CHUNK_BYTES):
            done += len(chunk)
            if done > self.largest_bytes:
                file.truncate(0)
                raise SourceError(f"larger than {self.largest_bytes:,} bytes")
            file.write(chunk)
            progress(self.url, done, total)
        if total is not None and done < total:
            raise OSError(f"ended after {done:,} of {total:,} bytes")


def _sha256(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            sha.update(chunk)
    return sha.hexdigest()
