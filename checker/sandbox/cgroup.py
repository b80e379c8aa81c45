"""Where the kernel itself could hold the limits of jobs: in a control group (cgroup v2) below one that we may write to.

No process but a job would ever be moved. So the place is the nearest group above this process that gives the controllers of
memory and processes to its children. Limits are counted; nothing makes such groups yet.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

CONTROLLERS = ("memory", "pids")
MOUNTS, MEMBERSHIP = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
UNIFIED = "0::"  # begins the line of version 2 in /proc/PID/cgroup
ESCAPED_SPACE = "\\040"


@dataclass(frozen=True)
class Parent:
    """The group below which jobs could have their own; without a folder there is none, and `reason` says why."""

    folder: Path | None
    reason: str = ""


def find_parent(mounts: Path = MOUNTS, membership: Path = MEMBERSHIP) -> Parent:
    """Return where jobs of this process could have groups; files of the kernel tell it. Changes nothing."""
    if sys.platform != "linux":
        return Parent(None, "control groups need Linux")
    mounted = _mounted(mounts)
    if not mounted:
        return Parent(None, "no cgroup v2 is mounted")
    own = _own_group(membership)
    reason = ""
    for point, root in mounted:
        if own is not None and own.is_relative_to(root):
            found = _nearest(point, point / own.relative_to(root))
            if found.folder:
                return found
            reason = reason or found.reason
    return Parent(None, reason or "this process is in no cgroup v2 that is shown here")


def _mounted(mounts: Path) -> list[tuple[Path, Path]]:
    """Return where cgroup v2 is mounted, and which group is the root there."""
    found = []
    for line in _text(mounts).splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.split(" ")[0] == "cgroup2":
            root, point = (field.replace(ESCAPED_SPACE, " ") for field in fields.split(" ")[3:5])
            found.append((Path(point), Path(root)))
    return found


def _own_group(membership: Path) -> Path | None:
    lines = _text(membership).splitlines()
    return next((Path(line.removeprefix(UNIFIED)) for line in lines if line.startswith(UNIFIED)), None)


def _nearest(top: Path, own: Path) -> Parent:
    """Return the nearest group, from our own up to `top`, below which groups with the controllers can be made."""
    offered = set(_text(top / "cgroup.controllers").split())
    missing = [name for name in CONTROLLERS if name not in offered]
    if missing:
        return Parent(None, f"cgroup v2 at {top} has no controller of {' and '.join(missing)}: version 1 has it, or nobody")
    reason = f"no group from {own} to {top} may be written by this user: none is delegated"
    for group in [own, *own.parents]:
        # Linux moves a process for whoever may write to the group above both places. Those between need not be ours.
        if os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK):
            if set(CONTROLLERS) <= set(_text(group / "cgroup.subtree_control").split()):
                return Parent(group)
            reason = f"{group} may be written, but gives its groups no controller of memory and processes"
        if group == top:
            break
    return Parent(None, reason)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
