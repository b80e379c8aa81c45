"""The content of a run as TensorBoard knows it: series of scalars, images and histograms, under their tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Point(NamedTuple):
    """A scalar at a step."""

    step: int
    wall_time: float  # seconds since 1970
    value: float
    file: int = 0  # the number of its file among those of the run


@dataclass(frozen=True)
class Image:
    """An encoded image at a step, as in the file: a PNG if TensorFlow made it."""

    step: int
    content: bytes | memoryview  # a view where the file was read: most images of a series are looked at by nobody
    sample: int = 0  # its number in the batch that one value holds

    def __hash__(self) -> int:
        return hash((self.step, self.sample, len(self.content)))  # a view of an array has no hash

    @property
    def encoded(self) -> bytes:
        """The content of the image file."""
        return bytes(self.content)


@dataclass(frozen=True)
class Histogram:
    """A histogram at a step: the number of its values, the smallest and the largest."""

    step: int
    count: float
    minimum: float
    maximum: float


@dataclass
class Run:
    """A run: one folder with event files."""

    name: str  # relative to the logdir, with slashes; "." for the logdir itself
    files: list[str] = field(default_factory=list)
    scalars: dict[str, list[Point]] = field(default_factory=dict)
    images: dict[str, list[Image]] = field(default_factory=dict)
    histograms: dict[str, list[Histogram]] = field(default_factory=dict)
    graphs: list[bytes] = field(default_factory=list)  # serialized GraphDefs
    others: dict[str, dict[str, int]] = field(default_factory=dict)  # plugin -> tag -> newest step: not read any further
    events: int = 0
    values: int = 0  # in all summaries, of whatever kind
    tags: set[str] = field(default_factory=set)  # of all of them
