"""Inside a forked child: which outputs of tf.data iterators a call reads, so that some of its batches can be kept.

They are fetched in the very call that reads them: the iterator moves on as it would, and no other random number is drawn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

ITERATOR_OPS = {"IteratorGetNext", "IteratorGetNextSync"}
MOST_OPERATIONS = 20_000  # looked at behind one call
MOST_OUTPUTS = 8  # of iterators, in one call


class Yielded:
    """Finds the outputs of iterators that calls read; once for each set of fetches."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, tuple[str, ...]], list[str]] = {}

    def behind(self, graph: Any, fetches: Iterable[str]) -> list[str]:
        """Return the names of the numeric outputs of iterators that a call of these fetches reads anyway."""
        key = graph, tuple(fetches)
        if key not in self._known:
            self._known[key] = []
            with contextlib.suppress(Exception):  # wrong fetches: the session itself will raise an error
                self._known[key] = _outputs(graph, key[1])[:MOST_OUTPUTS]
        return self._known[key]


def _outputs(graph: Any, fetches: Iterable[str]) -> list[str]:
    waiting = [graph.get_operation_by_name(name.split(":")[0].lstrip("^")) for name in fetches]
    seen: set[str] = set()
    found = []
    while waiting and len(seen) < MOST_OPERATIONS:
        operation = waiting.pop()
        if operation.name in seen:
            continue
        seen.add(operation.name)
        if operation.type in ITERATOR_OPS and graph.is_fetchable(operation):
            found += [tensor.name for tensor in operation.outputs if _is_numeric(tensor.dtype)]
        waiting += [tensor.op for tensor in operation.inputs] + list(operation.control_inputs)
    return found


def _is_numeric(dtype: Any) -> bool:
    return bool(dtype.is_floating or dtype.is_integer or dtype.is_bool)
