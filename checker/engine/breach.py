"""What is told of a script that was ended at a limit: what it used, how far it came, and why it may have taken so long."""

from __future__ import annotations

from checker.evidence.progress import ScriptProgress
from checker.sandbox.limits import Breach

WALL_TIME, CPU_TIME = "wall time", "CPU time"
HINTS = {
    "wall time": "fewer steps, larger batches, no operation built inside the loop; --timeout allows more",
    "CPU time": "fewer steps, no busy waiting",
    "memory": "feed batches, not the whole data set; build the graph once, before the loop",
    "number of processes": "TensorFlow has its own threads: start no process",
    "size of all files": "one checkpoint at the end, fewer image summaries, a Saver with max_to_keep",
    "number of files": "one FileWriter per run, and a Saver with max_to_keep",
}
WAITED = 0.5  # of its time: a script that uses a processor less than that mostly waits


def told(breach: Breach, progress: ScriptProgress) -> tuple[str, str]:
    """Return what was found, and the hint."""
    actual, hint = breach.reached, HINTS[breach.limit]
    if breach.limit == WALL_TIME:
        actual += f", with {breach.cpu_s:.1f} s of processor time"
        limit_s = float(breach.allowed.removesuffix(" s"))
        if breach.cpu_s < WAITED * limit_s:
            hint = "it mostly waited: look for time.sleep and input(); on a busy machine, check it again with --timeout"
    if breach.limit in (WALL_TIME, CPU_TIME) and progress.calls:
        actual += f"; its sessions ran {progress.calls:,} times"
    grown = progress.growing
    if grown is not None:
        actual += f", and its graph grew from {grown.early_nodes:,} to {grown.nodes:,} operations"
        hint = "each turn of the loop adds operations and is slower: build them before it; tf.Graph.finalize shows the line"
    return actual, hint
