"""Inside a forked child: run a submission's script as ``__main__``."""

from __future__ import annotations

import contextlib
import sys
import types
from pathlib import Path
from typing import Any

from checker.sandbox import recorder


def run(request: dict[str, Any]) -> None:
    """Run ``request["script"]`` as if Python had been started with it.

    An uncaught exception is printed without the frames of this file and ends the process with status 1.
    """
    path = request["script"]
    sys.argv = [path]
    if getattr(sys.flags, "safe_path", False):  # new in Python 3.11: there is no entry for a folder to replace
        sys.path.insert(0, str(Path(path).parent))
    else:
        sys.path[0] = str(Path(path).parent)
    main = types.ModuleType("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main
    recorder.install()
    try:
        # dont_inherit: the __future__ imports of this file are not the script's.
        exec(compile(Path(path).read_bytes(), path, "exec", dont_inherit=True), main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        own_frames = 1  # this function's
        trace = error.__traceback__
        for _ in range(own_frames):
            trace = trace.tb_next if trace else None
        # Python's own hook: `traceback.print_exception` of Python 3.10 and 3.11 leaves "Did you mean: …" away.
        sys.__excepthook__(type(error), error.with_traceback(trace), trace)
        with contextlib.suppress(Exception):  # the script may have closed it
            sys.stdout.flush()
        sys.exit(1)
