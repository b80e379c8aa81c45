"""Inside a forked child: run a submission's script as ``__main__``."""

from __future__ import annotations

import contextlib
import sys
import types
from pathlib import Path
from typing import Any

from checker.sandbox import prelude, session_hooks
from checker.sandbox.job_words import leave_to_the_script, tell_live
from checker.sandbox.live import LiveNumbers
from checker.sandbox.notebook import NotebookError
from checker.sandbox.other_python import HANDED_OVER, PYTHON, hand_over

OURS = Path(__file__).parent

# TensorFlow remembers the line of an operation by its code object, and does not keep that alive. A graph that no session
# extended is asked for its lines at the end, when what ran the script is gone.
_codes: list[types.CodeType] = []


def run(request: dict[str, Any]) -> None:
    """Run ``request["script"]`` as ``python SCRIPT`` would, in another interpreter where the request names one.

    An uncaught exception is printed without the frames of this file and ends the process with status 1.
    """
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    try:
        path, source = prelude.read_script(request["script"])
        if request.get(PYTHON):
            hand_over(request, path)
        sys.argv = [path]
        if getattr(sys.flags, "safe_path", False):  # new in Python 3.11: sys.path begins without the folder of the script
            sys.path.insert(0, str(Path(path).parent))
        else:
            sys.path[0] = str(Path(path).parent)
        main.__file__ = path
        prelude.install(path, source, main.__dict__, is_tensorflow_1=HANDED_OVER in request)
        session_hooks.install(str(Path(path).parent), LiveNumbers(tell_live) if request["live"] else None)
        leave_to_the_script()
        # dont_inherit: the __future__ imports of this file must not apply to the script.
        _codes.extend([*_running(), compile(source, path, "exec", dont_inherit=True)])
        exec(_codes[-1], main.__dict__)
    except SystemExit:
        raise
    except NotebookError as error:
        sys.exit(f"NotebookError: {error}")
    except BaseException as error:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename.startswith(
            str(OURS)
        ):  # skip our frames, which come before the learner's
            trace = trace.tb_next
        # Python's own hook: in Python 3.10 and 3.11, `traceback.print_exception` leaves out "Did you mean: …".
        sys.__excepthook__(type(error), error.with_traceback(trace), trace)
        with contextlib.suppress(Exception):  # the script may have closed it
            sys.stdout.flush()
        sys.exit(1)


def _running() -> list[types.CodeType]:
    """Return the code that runs: that of this function and of all its callers."""
    found: list[types.CodeType] = []
    frame: types.FrameType | None = sys._getframe()
    while frame is not None:
        found.append(frame.f_code)
        frame = frame.f_back
    return found
