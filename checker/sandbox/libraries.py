"""Inside a box: the libraries that were imported before a job began are not taken down when its process ends.

To take TensorFlow down means to write to nearly every page of it, and a fork copies each page that is written to: 0.2 s of
processor time for each script. Nothing that a script made is in these modules. Its own modules, what it imported itself, and
where TensorFlow keeps what a script makes end as ever: an unclosed file is written to its end, or is not.
"""

from __future__ import annotations

import atexit
import ctypes
import sys
from types import ModuleType

PACKAGES = ("site-packages", "dist-packages")
# TensorFlow's own state: the default graph, session and writer, which a script may have made.
HOLD_WHAT_SCRIPTS_MAKE = (
    "tensorflow.python.eager.context",
    "tensorflow.python.framework.ops",
    "tensorflow.python.framework.stack",
    "tensorflow.python.ops.summary_ops_v2",
    "tensorflow.python.summary.writer.writer_cache",
)

_kept: list[ModuleType] = []


def leave_alone_at_the_end() -> None:
    """Prepare this: call it before any library is imported, because the first to be asked is the last to be done."""
    atexit.register(_leave_alone)


def remember() -> None:
    """Remember the libraries that are imported now."""
    _kept.extend(
        module for name, module in sys.modules.items() if name not in HOLD_WHAT_SCRIPTS_MAKE and _is_of_a_package(module)
    )


def _is_of_a_package(module: object) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(module, ModuleType) and isinstance(file, str) and any(f"/{folder}/" in file for folder in PACKAGES)


def _leave_alone() -> None:
    """Hide the libraries from the interpreter, which clears all modules that it knows when it ends."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_kept))  # no end of this module frees them
    kept = {id(module) for module in _kept}
    for name, module in [*sys.modules.items()]:
        if id(module) in kept:
            del sys.modules[name]
