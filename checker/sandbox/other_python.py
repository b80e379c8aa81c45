"""Inside a forked child: hands a script over to another interpreter, which has real TensorFlow 1.15.

The process stays the same, with its walls, limits and pipes; only its program is replaced. The other interpreter imports
this file and all that runs beside a script. So these files keep to Python 3.7.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from checker.sandbox import job_words

OURS = Path(__file__).parent
SEARCHED = (OURS / "inside", OURS.parent.parent)  # what a script may import of ours; the packages belong to this Python
SET_BY_TENSORFLOW_2 = ("TF2_BEHAVIOR",)  # by its import in this process; TensorFlow 1.15 would execute eagerly
PYTHON = "python"  # the key of a request that names the other interpreter
HANDED_OVER = "handed_over"  # the key of a request that was handed over


def hand_over(request: dict[str, Any], script: str) -> None:
    """Replace this program by the interpreter that a request names; it runs a script. Does not return."""
    early, live = job_words.descriptors()
    for descriptor in (*early, *live):
        os.set_inheritable(descriptor, True)
    handed = {"script": script, "live": request["live"], HANDED_OVER: [*early, *live]}
    theirs = {name: value for name, value in os.environ.items() if name not in SET_BY_TENSORFLOW_2}
    variables = {**theirs, "PYTHONPATH": os.pathsep.join(map(str, SEARCHED))}
    job_words.tell_our_failure(f"{request[PYTHON]} did not begin, or could not import what runs beside a script")
    program = [request[PYTHON], "-m", "checker.sandbox.other_python", json.dumps(handed)]
    os.execve(program[0], program, variables)


def main() -> None:
    """Run the script that was handed over."""
    request = json.loads(sys.argv[1])
    for descriptor in request[HANDED_OVER]:
        os.set_inheritable(descriptor, False)  # again: no program that the script starts gets it
    job_words.speak_to(*request[HANDED_OVER])
    sys.stdout, sys.stderr = map(job_words.text_stream, (1, 2))
    from checker.sandbox import script

    job_words.take_back_failure()
    script.run(request)


if __name__ == "__main__":
    main()
