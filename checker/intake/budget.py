"""How much a submission may hold: one budget for all its folders and archives."""

from __future__ import annotations

from dataclasses import dataclass

from checker.units import MIB

SUBMISSION_BYTES = 256 * MIB
SUBMISSION_FILES = 5_000


class OverBudget(Exception):
    """A submission holds more than a session keeps; the message says of what."""


@dataclass
class Budget:
    """How many bytes and files may still be taken in."""

    bytes_left: int = SUBMISSION_BYTES
    files_left: int = SUBMISSION_FILES

    def take_file(self) -> None:
        """Count one file. Raises `OverBudget`."""
        if self.files_left <= 0:
            raise OverBudget("more files than a session keeps of a learner")
        self.files_left -= 1

    def take_bytes(self, count: int) -> None:
        """Count bytes. Raises `OverBudget`."""
        if count > self.bytes_left:
            raise OverBudget("more bytes than a session keeps of a learner")
        self.bytes_left -= count

    @property
    def said(self) -> str:
        """The limits as a text for messages."""
        return f"at most {SUBMISSION_FILES:,} files and {SUBMISSION_BYTES // MIB} MiB"
