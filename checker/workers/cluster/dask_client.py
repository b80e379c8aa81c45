"""The link of a session to a Dask cluster: who is there, functions called on one worker, and what they return.

Dask is an extra: it is imported when a link is made.
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
PATIENCE_S = 30  # with a scheduler that is connected and gives no answer
FETCH_S = 60  # for an answer to arrive, once it is there
FAREWELL_S = 15
PASSED_ON = ("dask", "msgpack")  # what is read of an answer: pickles are not


class ConnectionLost(Exception):
    """The scheduler cannot be reached, or is another one: whatever was under way is nobody's any more."""


@dataclass(frozen=True)
class Reply:
    """What became of a call."""

    worker: str
    result: object
    broke: str  # why there is none, "" if there is one


class DaskClient:
    """A connection to the scheduler at an address. Raises `ConnectionLost`, also when it is made."""

    def __init__(self, address: str) -> None:
        import dask
        import distributed

        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})  # an order brings its files along
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what a loss means is said by the session
        try:
            self._client: Client = distributed.Client(
                address, timeout=CONNECT_S, set_as_default=False, deserializers=PASSED_ON, name="checker"
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise ConnectionLost(str(error)) from None
        self._name, self._numbers = uuid.uuid4().hex, itertools.count()
        self._scheduler = ""
        self._calls: dict[str, Future] = {}  # by worker, one each
        self._done: queue.SimpleQueue[tuple[str, Future]] = queue.SimpleQueue()

    def members(self) -> dict[str, str]:
        """Return the addresses of the workers, with the machine each is on."""
        if self._client.status != "running":
            raise ConnectionLost("the connection has ended")
        try:
            found: dict[str, Any] = self._client.sync(
                self._client.scheduler.identity, n_workers=-1, callback_timeout=PATIENCE_S
            )
        except Exception as error:  # of Dask, its event loop and its sockets: all of them mean the same
            raise ConnectionLost(f"{type(error).__name__}: {error}") from None
        self._scheduler = self._scheduler or found["id"]
        if found["id"] != self._scheduler:
            raise ConnectionLost("the scheduler was started again")
        return {address: str(worker["host"]) for address, worker in found["workers"].items()}

    def call(self, worker: str, function: Callable[..., bytes | None], *arguments: object) -> None:
        """Have a worker, and no other one, call a function. It has one call at a time.

        Without a connection nothing is called: the next look at the members says so.
        """
        with contextlib.suppress(Exception):
            future = self._submit(worker, function, *arguments)
            self._calls[worker] = future
            future.add_done_callback(lambda done: self._done.put((worker, done)))

    def hear(self, timeout_s: float) -> Reply | None:
        """Wait until a call has ended, and forget it; None when none has within the time."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                worker, future = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if self._calls.get(worker) is future:
                return self._heard(worker, future)

    def drop(self, worker: str) -> None:
        """Forget the call of a worker, whatever becomes of it."""
        future = self._calls.pop(worker, None)
        if future is not None:
            with contextlib.suppress(Exception):
                future.cancel(force=True)

    def restart(self, worker: str) -> None:
        """Have the nanny of a worker, if it has one, start it again, without waiting for that."""

        def restart() -> None:
            with contextlib.suppress(Exception):
                self._client.restart_workers([worker], timeout=PATIENCE_S, raise_for_error=False)

        threading.Thread(target=restart, daemon=True).start()

    def close(self, farewell: Callable[..., object] | None = None, *arguments: object, workers: Iterable[str] = ()) -> None:
        """Give up what is under way, have workers call a function for the last time, and disconnect."""
        from distributed import wait

        for worker in list(self._calls):
            self.drop(worker)
        with contextlib.suppress(Exception):
            if farewell and self._client.status == "running":
                wait([self._submit(worker, farewell, *arguments) for worker in workers], timeout=FAREWELL_S)
        with contextlib.suppress(Exception):
            self._client.close(timeout=FAREWELL_S)

    def _submit(self, worker: str, function: Callable[..., object], *arguments: object) -> Future:
        key = f"checker-{self._name}-{next(self._numbers)}"  # the same order given again is another order
        return self._client.submit(function, *arguments, key=key, workers=[worker], allow_other_workers=False)

    def _heard(self, worker: str, future: Future) -> Reply | None:
        if future.status in ("cancelled", "lost"):
            raise ConnectionLost("what was under way is cancelled")
        try:
            result = future.result(timeout=FETCH_S)
        except asyncio.TimeoutError:  # asked for again, unless its worker has gone
            self._done.put((worker, future))
            return None
        except Exception as error:  # whatever Dask makes of what it could not call
            heard = Reply(worker, None, f"{type(error).__name__}: {error}")
        else:
            heard = Reply(worker, result, "")
        del self._calls[worker]
        return heard
