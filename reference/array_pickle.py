"""Reading a pickle of NumPy arrays without unpickling it.

A pickle is a program: it may import and call whatever it likes. This reader knows the few operations that dictionaries,
lists, texts, numbers and NumPy arrays are written with, and interprets them itself. It imports and calls nothing that a
file names; whatever else a file holds is refused. The file is mapped, not read: arrays are views of its bytes.

It keeps to Python 3.7, as `reference.datasets` does.
"""

from __future__ import annotations

import mmap
import pickle
import struct
from collections.abc import Callable
from typing import Any

from reference.datasets import DataError
from reference.pickled_values import NAMES, Name, build, call, plain, short_text

MOST_OPERATIONS = 200_000
LARGEST_TEXTS = 256 << 20  # bytes of all texts; those that hold an array in protocol 2 of Python 3 are the long ones
LARGEST_FILE = 4 << 30  # bytes; notMNIST.pickle has 690 MB
REMEDY = (
    "remedy: only dictionaries, lists, texts, numbers and NumPy arrays are read, as pickle.dump writes them with "
    "protocol 2 or higher; give the archive notMNIST_small.tar.gz instead"
)


_MARK = object()


def load_arrays(path: str) -> Any:
    """Return what a pickle holds. Raises `reference.datasets.DataError`, which names the byte and a remedy."""
    try:
        with open(path, "rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: the file is empty
        raise DataError(f"{path}: cannot be read ({error})\n{REMEDY}") from error
    if len(content) > LARGEST_FILE:
        raise DataError(f"{path}: {len(content):,} bytes, the limit is {LARGEST_FILE:,}\n{REMEDY}")
    machine = _Machine(memoryview(content))
    try:
        return plain(machine.run())
    except DataError as error:
        raise DataError(f"{path}, byte {machine.at:,}: {error}\n{REMEDY}") from None
    except (LookupError, TypeError, ValueError, struct.error, MemoryError, AttributeError) as error:
        raise DataError(
            f"{path}, byte {machine.at:,}: damaged, or no pickle ({type(error).__name__}: {error})\n{REMEDY}"
        ) from error


class _Machine:
    """The stack that a pickle is written for."""

    def __init__(self, content: memoryview) -> None:
        self.at = 0  # of the operation that is done
        self._content = content
        self._next = 0
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._left = LARGEST_TEXTS

    def run(self) -> Any:
        """Return what the last operation leaves."""
        for _ in range(MOST_OPERATIONS):
            self.at = self._next
            code = bytes(self._take(1))
            if code == b".":
                return self._stack[-1]
            operation = OPERATIONS.get(code)
            if operation is None:
                known = [name for name in pickle.__all__ if name.isupper() and getattr(pickle, name) == code]
                raise DataError(f"operation {known[0] if known else repr(code)} is not read")
            operation(self)
        raise DataError(f"more than {MOST_OPERATIONS:,} operations")

    def _take(self, count: int) -> memoryview:
        """Return the next bytes of the file."""
        if not 0 <= count <= len(self._content) - self._next:
            raise DataError(f"{count:,} bytes are announced, {len(self._content) - self._next:,} are left")
        self._next += count
        return self._content[self._next - count : self._next]

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def push_number(self, form: str) -> None:
        """Push a number of a fixed size."""
        self._stack.append(self._number(form))

    def push_bytes(self, form: str) -> None:
        """Push bytes, or what was a text in Python 2, as a view; their number comes first."""
        self._stack.append(self._take(self._number(form)))

    def push_text(self, form: str) -> None:
        """Push a text; the number of its bytes comes first."""
        length = self._number(form)
        self._spend(length)
        self._stack.append(bytes(self._take(length)).decode("utf-8", "surrogatepass"))

    def push_long(self) -> None:
        """Push a whole number of any size up to 255 bytes."""
        self._stack.append(int.from_bytes(bytes(self._take(self._number("<B"))), "little", signed=True))

    def push(self, make: Callable[[], Any]) -> None:
        """Push a new value."""
        self._stack.append(make())

    def skip(self, count: int) -> None:
        """Pass over the version of the protocol, or the length of a frame."""
        self._take(count)

    def name(self) -> None:
        """Push a name, which is given in two lines."""
        lines = []
        for _ in range(2):
            line = b""
            while not line.endswith(b"\n") and len(line) < 200:
                line += bytes(self._take(1))
            lines.append(line.decode("utf-8").rstrip("\n"))
        self._push_name(*lines)

    def name_on_stack(self) -> None:
        """Push a name, whose two texts are on the stack."""
        name, module = self._stack.pop(), self._stack.pop()
        self._push_name(short_text(module), short_text(name))

    def _push_name(self, module: str, name: str) -> None:
        if (module, name) not in NAMES:
            raise DataError(f"{module[:60]}.{name[:60]} is named, which nothing here calls")
        self._stack.append(Name(module, name))

    def put(self, form: str) -> None:
        """Remember the value on top under a number."""
        self._memo[self._number(form)] = self._stack[-1]

    def memoize(self) -> None:
        """Remember the value on top under the next number."""
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, form: str) -> None:
        """Push a value that is remembered."""
        self._stack.append(self._memo[self._number(form)])

    def mark(self) -> None:
        """Mark where a list, a tuple or the items of a dictionary begin."""
        self._stack.append(_MARK)

    def since_mark(self) -> list[Any]:
        """Take and return everything after the last mark."""
        start = len(self._stack) - 1 - self._stack[::-1].index(_MARK)
        found = self._stack[start + 1 :]
        del self._stack[start:]
        return found

    def last(self, count: int) -> list[Any]:
        """Take and return the last values."""
        found = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return found

    def push_tuple(self, values: list[Any]) -> None:
        """Push a tuple of values."""
        self._stack.append(tuple(values))

    def append(self, values: list[Any]) -> None:
        """Add values to the list on top."""
        if not isinstance(self._stack[-1], list):
            raise DataError("items for what is no list")
        self._stack[-1].extend(values)

    def set_items(self, values: list[Any]) -> None:
        """Add pairs of key and value to the dictionary on top."""
        if not isinstance(self._stack[-1], dict) or len(values) % 2:
            raise DataError("items for what is no dictionary")
        for key, value in zip(values[::2], values[1::2]):
            self._stack[-1][short_text(key)] = value

    def reduce(self) -> None:
        """Do what one of the known functions does."""
        arguments, name = self._stack.pop(), self._stack.pop()
        made = call(name, arguments)
        if isinstance(made, memoryview):
            self._spend(len(made))
        self._stack.append(made)

    def build(self) -> None:
        """Fill the array on top, or give a dtype its order of bytes."""
        state = self._stack.pop()
        build(self._stack[-1], state)

    def _spend(self, count: int) -> None:
        """Count bytes that are no view of the file. Raises `DataError` for too many."""
        self._left -= count
        if self._left < 0:
            raise DataError(f"texts of more than {LARGEST_TEXTS:,} bytes: save it with protocol 4")


OPERATIONS: dict[bytes, Callable[[_Machine], None]] = {
    b"\x80": lambda machine: machine.skip(1),
    b"\x95": lambda machine: machine.skip(8),
    b"N": lambda machine: machine.push(lambda: None),
    b"\x88": lambda machine: machine.push(lambda: True),
    b"\x89": lambda machine: machine.push(lambda: False),
    b"K": lambda machine: machine.push_number("<B"),
    b"M": lambda machine: machine.push_number("<H"),
    b"J": lambda machine: machine.push_number("<i"),
    b"G": lambda machine: machine.push_number(">d"),
    b"\x8a": lambda machine: machine.push_long(),
    b"U": lambda machine: machine.push_bytes("<B"),
    b"T": lambda machine: machine.push_bytes("<i"),
    b"C": lambda machine: machine.push_bytes("<B"),
    b"B": lambda machine: machine.push_bytes("<I"),
    b"\x8e": lambda machine: machine.push_bytes("<Q"),
    b"\x96": lambda machine: machine.push_bytes("<Q"),
    b"X": lambda machine: machine.push_text("<I"),
    b"\x8c": lambda machine: machine.push_text("<B"),
    b"\x8d": lambda machine: machine.push_text("<Q"),
    b"c": lambda machine: machine.name(),
    b"\x93": lambda machine: machine.name_on_stack(),
    b"q": lambda machine: machine.put("<B"),
    b"r": lambda machine: machine.put("<I"),
    b"\x94": lambda machine: machine.memoize(),
    b"h": lambda machine: machine.get("<B"),
    b"j": lambda machine: machine.get("<I"),
    b"(": lambda machine: machine.mark(),
    b"}": lambda machine: machine.push(dict),
    b"]": lambda machine: machine.push(list),
    b")": lambda machine: machine.push(tuple),
    b"t": lambda machine: machine.push_tuple(machine.since_mark()),
    b"\x85": lambda machine: machine.push_tuple(machine.last(1)),
    b"\x86": lambda machine: machine.push_tuple(machine.last(2)),
    b"\x87": lambda machine: machine.push_tuple(machine.last(3)),
    b"a": lambda machine: machine.append(machine.last(1)),
    b"e": lambda machine: machine.append(machine.since_mark()),
    b"s": lambda machine: machine.set_items(machine.last(2)),
    b"u": lambda machine: machine.set_items(machine.since_mark()),
    b"R": lambda machine: machine.reduce(),
    b"b": lambda machine: machine.build(),
}
