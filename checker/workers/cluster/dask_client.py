"""A session's connection to a Dask cluster: its members, calls of functions on one worker, and their replies.

Dask is an optional dependency: it is imported when a connection is made.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 5
ANSWER_S = 30  # for a connected scheduler to answer
FETCH_S = 60  # for a result to arrive, once it is there
CLOSE_S = 15
SERIALIZERS = ("dask", "msgpack")  # that a result may use: no pickle is read


class ConnectionLost(Exception):
    """The scheduler cannot be reached, or was started again: all calls under way are lost."""


@dataclass(frozen=True)
class Reply:
    """The result of a call, or why there is none."""

    worker: str
    result: object
    failure: str  # "" if there is a result


class DaskClient:
    """A connection to the scheduler at an address. Raises `ConnectionLost`, also when it is made."""

    def __init__(self, address: str) -> None:
        import dask
        import distributed

        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})  # an order holds files
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the session itself reports losses
        try:
            self._client: Client = distributed.Client(
                address, timeout=CONNECT_S, set_as_default=False, deserializers=SERIALIZERS, name="checker"
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise ConnectionLost(str(error)) from None
        self._name, self._numbers = uuid.uuid4().hex, itertools.count()
        self._scheduler = ""
        self._calls: dict[str, Future] = {}  # by worker, one each
        self._done: queue.SimpleQueue[tuple[str, Future] | None] = queue.SimpleQueue()

    def members(self) -> dict[str, str]:
        """Return the machine of each worker, by the worker's address."""
        if self._client.status != "running":
            raise ConnectionLost("the connection has ended")
        try:
            found: dict[str, Any] = self._client.sync(
                self._client.scheduler.identity, n_workers=-1, callback_timeout=ANSWER_S
            )
        except Exception as error:  # of Dask, its event loop or its sockets: all mean the same
            raise ConnectionLost(f"{type(error).__name__}: {error}") from None
        self._scheduler = self._scheduler or found["id"]
        if found["id"] != self._scheduler:
            raise ConnectionLost("the scheduler was started again")
        return {address: str(worker["host"]) for address, worker in found["workers"].items()}

    def call(self, worker: str, function: Callable[..., bytes | None], *arguments: object) -> None:
        """Have one certain worker call a function. Each worker has one call at a time.

        Without a connection nothing is called, and the next `members` raises `ConnectionLost`.
        """
        with contextlib.suppress(Exception):
            future = self._submit(worker, function, *arguments)
            self._calls[worker] = future
            future.add_done_callback(lambda done: self._done.put((worker, done)))

    def next_reply(self, timeout_s: float) -> Reply | None:
        """Return the reply of the next call that ends, None when none ends within the time, or at a call of `wake`."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                done = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if done is None:
                return None
            worker, future = done
            if self._calls.get(worker) is future:
                return self._reply(worker, future)

    def wake(self) -> None:
        """Have `next_reply` return at once, from any thread."""
        self._done.put(None)

    def drop(self, worker: str) -> None:
        """Forget the call of a worker."""
        future = self._calls.pop(worker, None)
        if future is not None:
            with contextlib.suppress(Exception):
                future.cancel(force=True)

    def restart(self, worker: str) -> None:
        """Have the nanny of a worker, if there is one, start it again. This does not wait."""

        def restart() -> None:
            with contextlib.suppress(Exception):
                self._client.restart_workers([worker], timeout=ANSWER_S, raise_for_error=False)

        threading.Thread(target=restart, daemon=True).start()

    def close(self, last_call: Callable[..., object] | None = None, *arguments: object, workers: Iterable[str] = ()) -> None:
        """Drop all calls, have these workers call a function once more, and disconnect."""
        from distributed import wait

        for worker in list(self._calls):
            self.drop(worker)
        with contextlib.suppress(Exception):
            if last_call and self._client.status == "running":
                wait([self._submit(worker, last_call, *arguments) for worker in workers], timeout=CLOSE_S)
        with contextlib.suppress(Exception):
            self._client.close(timeout=CLOSE_S)

    def _submit(self, worker: str, function: Callable[..., object], *arguments: object) -> Future:
        key = f"checker-{self._name}-{next(self._numbers)}"  # or Dask would take an order given again for the same one
        return self._client.submit(function, *arguments, key=key, workers=[worker], allow_other_workers=False)

    def _reply(self, worker: str, future: Future) -> Reply | None:
        if future.status in ("cancelled", "lost"):
            raise ConnectionLost("what was under way is cancelled")
        try:
            result = future.result(timeout=FETCH_S)
        except asyncio.TimeoutError:  # tried again, unless its worker has gone
            self._done.put((worker, future))
            return None
        except Exception as error:  # Dask raises whatever the call raised, and errors of its own
            reply = Reply(worker, None, f"{type(error).__name__}: {error}")
        else:
            reply = Reply(worker, result, "")
        del self._calls[worker]
        return reply
