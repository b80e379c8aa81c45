"""What is told of a script that was ended at a limit: what it used, how far it came, and why it may have taken so long."""

from __future__ import annotations

from checker.evidence.progress import ScriptProgress
from checker.outcome import BUSY_MACHINE, CheckResult, Status
from checker.sandbox.limits import CPU_TIME, WALL_TIME, Breach

HINTS = {
    WALL_TIME: "fewer steps, larger batches, no operation built inside the loop; --timeout allows more",
    CPU_TIME: "fewer steps, no busy waiting",
    "memory": "feed batches, not the whole data set; build the graph once, before the loop",
    "number of processes": "TensorFlow has its own threads: start no process",
    "number of threads": "TensorFlow has its own threads: start a few, and let them end before the next",
    "size of all files": "one checkpoint at the end, fewer image summaries, a Saver with max_to_keep",
    "number of files": "one FileWriter per run, and a Saver with max_to_keep",
}
WAITS = "it mostly waited, not for the processor: look for time.sleep, input(), and a queue or an iterator that nobody fills"
COMPUTES_BEFORE = "it computed before any session ran: look for a loop that never ends; --timeout allows more"
WAITED = 0.5  # of its time: a script that uses a processor less than that mostly waits
SHOWN_LOSS_S = 1.0  # less than that explains nothing


def told(breach: Breach, progress: ScriptProgress) -> tuple[str, str]:
    """Return what was found, and the hint."""
    actual, hint = breach.reached, HINTS[breach.limit]
    if breach.limit == WALL_TIME:
        actual += f", with {breach.cpu_s:.1f} s of processor time"
        if breach.lost_s >= SHOWN_LOSS_S:
            actual += f"; {breach.lost_s:.0f} s in which this machine worked for others are not counted"
        if breach.cpu_s < WAITED * (breach.wall_s - breach.lost_s):
            hint = WAITS
        elif not progress.calls:
            hint = COMPUTES_BEFORE
    if breach.limit in (WALL_TIME, CPU_TIME):
        actual += f"; {_steps(progress)}"
    grown = progress.growing
    if grown is not None:
        actual += f", and its graph grew from {grown.early_nodes:,} to {grown.nodes:,} operations"
        hint = "each turn of the loop adds operations and is slower: build them before it; tf.Graph.finalize shows the line"
    return actual, hint


def _steps(progress: ScriptProgress) -> str:
    """Return the words for how far a script came."""
    if not progress.calls:
        return "no session ran yet"
    ran = f"its sessions ran {progress.calls:,} times"
    if 1 < progress.repeated < progress.calls:
        ran += f", one and the same call {progress.repeated:,} times"
    return ran


def starved_run(breach: Breach, progress: ScriptProgress, script: str) -> CheckResult:
    """Return what is told of a script whose run was starved."""
    return busy_result(f"{breach.reached}; {_steps(progress)}", script)


def busy_result(why: str, script: str) -> CheckResult:
    """Return what is told of a script of which nothing was found out, since the machine was too busy."""
    return CheckResult(
        "box",
        "gets the processor time that it needs",
        Status.ERROR,
        where=script,
        expected="a machine that has time for this script",
        actual=f"this machine was too busy: {why}",
        hint="nothing is said of the script: check it again when fewer programs run",
        kind=BUSY_MACHINE,
    )
