"""Control groups: the kernel's files tell where jobs can have their own, and why they can not."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.sandbox.cgroup import find_parent

BOTH = "cpuset cpu io memory hugetlb pids rdma misc\n"


class Tree:
    """Files as the kernel writes them, of a process in the group ``/user/session``; the root is `top`."""

    def __init__(self, folder: Path) -> None:
        self.top = folder / "mounted here"
        self.mounts, self.membership = folder / "mountinfo", folder / "cgroup"
        point = str(self.top).replace(" ", "\\040")
        self.mounts.write_text(
            "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            f"30 23 0:26 / {point} rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
        )
        self.membership.write_text("1:name=systemd:/elsewhere\n0::/user/session\n")
        for name in ("", "user", "user/session"):
            self.group(name)
        (self.top / "cgroup.controllers").write_text(BOTH)

    def group(self, name: str) -> Path:
        """Make a group as the kernel does: its files are there at once."""
        folder = self.top / name
        folder.mkdir()
        for file in ("cgroup.procs", "cgroup.subtree_control"):
            (folder / file).write_text("")
        return folder

    def gives(self, name: str, controllers: str) -> None:
        """Let a group give controllers to those below it."""
        (self.top / name / "cgroup.subtree_control").write_text(controllers)

    def closes(self, name: str) -> None:
        """Let a group belong to another user: an entry that is missing cannot be written to by root either."""
        (self.top / name / "cgroup.procs").unlink()

    def found(self) -> tuple[Path | None, str]:
        """Return what is found of these files."""
        parent = find_parent(self.mounts, self.membership)
        return parent.folder, parent.reason


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_the_nearest_group_that_gives_both_controllers_is_taken(tree: Tree) -> None:
    tree.gives("", "cpu memory pids\n")
    assert tree.found() == (tree.top, "")
    tree.gives("user", "memory pids\n")
    assert tree.found() == (tree.top / "user", "")


def test_a_group_of_another_user_is_passed_over(tree: Tree) -> None:
    tree.gives("", "memory pids\n")
    tree.gives("user", "memory pids\n")
    tree.closes("user/session")
    assert tree.found() == (tree.top / "user", "")
    tree.closes("user")
    assert tree.found() == (tree.top, "")
    tree.closes("")
    folder, reason = tree.found()
    assert folder is None
    assert "none is delegated" in reason


def test_one_controller_is_not_enough(tree: Tree) -> None:
    tree.gives("", "memory\n")
    folder, reason = tree.found()
    assert folder is None
    assert reason == f"{tree.top} may be written, but gives its groups no controller of memory and processes"


@pytest.mark.parametrize(("offered", "missing"), [("hugetlb\n", "memory and pids"), ("cpu memory\n", "pids")])
def test_controllers_that_version_1_has_are_told(tree: Tree, offered: str, missing: str) -> None:
    (tree.top / "cgroup.controllers").write_text(offered)
    assert tree.found() == (
        None,
        f"cgroup v2 at {tree.top} has no controller of {missing}: version 1 has it, or nobody",
    )


def test_a_machine_with_version_1_alone_is_told(tree: Tree) -> None:
    tree.mounts.write_text("31 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n")
    assert tree.found() == (None, "no cgroup v2 is mounted")


def test_a_process_outside_of_what_is_mounted_is_told(tree: Tree) -> None:
    tree.mounts.write_text(tree.mounts.read_text().replace(" / " + str(tree.top)[:5], " /box " + str(tree.top)[:5]))
    assert tree.found() == (None, "this process is in no cgroup v2 that is shown here")


def test_this_machine_has_a_group_for_jobs_or_a_reason() -> None:
    parent = find_parent()
    if parent.folder is None:
        assert parent.reason
    else:
        assert {"memory", "pids"} <= set((parent.folder / "cgroup.subtree_control").read_text().split())
