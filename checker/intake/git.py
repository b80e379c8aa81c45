"""Repositories of strangers: fetched shallowly, and read as a tar of one commit. Nothing of them is checked out or run.

There are no hooks, submodules or filters, nobody is asked for credentials, and only the protocols below are used. Time and
size are bounded. Of a repository on this machine, git reads a copy.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from checker.intake.archives import BadArchive, unpack_stream
from checker.intake.budget import Budget
from checker.intake.learner import Refused
from checker.intake.local_repository import GIT, RepositoryBudget, copy_repository
from checker.units import MIB

PROTOCOLS = ("https", "http", "ssh", "git", "file")
LARGEST_REPOSITORY = 512 * MIB
TIME_S = 120.0
WATCH_S = 0.2  # between two measurements of the size
DEPTHS = (50, 500, 5_000)  # commits that are fetched when the newest is after the deadline
LONGEST_REASON = 300

_SCP_LIKE = re.compile(r"^[\w.-]+@[\w.-]+:(?!//)")  # git@example.org:ada/tf.git
_URL = re.compile(r"^(?P<protocol>[a-z][a-z0-9+.-]*)(?P<helper>::|://)", re.IGNORECASE)
_HARMLESS = [
    *(
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "credential.helper=",
        "-c",
        "protocol.allow=never",
    ),
    *(part for protocol in PROTOCOLS for part in ("-c", f"protocol.{protocol}.allow=always")),
    *("-c", "transfer.fsckObjects=true", "-c", "fetch.recurseSubmodules=false", "-c", "http.followRedirects=initial"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.symlinks=false", "-c", "tar.umask=0022"),
]


class CloneError(Refused):
    """A repository cannot be taken in."""


def is_git(source: str) -> bool:
    """Whether a source in a roster looks like a URL for git."""
    return bool(_URL.match(source) or _SCP_LIKE.match(source))


def is_repository(folder: Path) -> bool:
    """Whether a folder of this machine claims to be a repository, bare or with a working tree. Links are not followed."""
    if folder.is_symlink():
        return False
    # In a work tree of another repository, .git is a file: `clone` refuses it, and copies no uncommitted files instead.
    return os.path.lexists(folder / GIT) or (os.path.lexists(folder / "HEAD") and os.path.lexists(folder / "objects"))


def clone(source: str, deadline: datetime | None, target: Path, budget: Budget) -> tuple[str, list[str]]:
    """Unpack the newest commit, or the newest one by the deadline, below `target`.

    Return a remark, and the names of links and special files, which are left out. The dates of commits are those of their
    authors' clocks. Raises `CloneError`, `BadRepository` or `BadArchive`.
    """
    until = time.monotonic() + TIME_S
    with tempfile.TemporaryDirectory(prefix="suite-clone-", ignore_cleanup_errors=True) as made:
        original, folder = Path(made, "original"), Path(made, "clone")
        original.mkdir()
        folder.mkdir()
        url = _url(source)
        local = _local(url)
        if local is not None:
            copy_repository(local, original, RepositoryBudget(LARGEST_REPOSITORY, until))
            url = original.as_uri()  # git's own protocol makes no hard links to another's objects
        repository = _Repository(folder, until)
        words = ("clone", "--bare", "--depth=1", "--no-tags", "--single-branch", "--template=")
        repository.git(*words, "--", url, str(folder))
        commit = repository.commit_by(deadline)
        left_out = repository.unpack(commit, target, budget)
        said = repository.git("log", "-1", "--format=%h of %cI", commit).strip()
    links = f"; left out, no plain files: {', '.join(left_out[:5])}" if left_out else ""
    return f"cloned at commit {said}{links}", left_out


def _url(source: str) -> str:
    match = _URL.match(source)
    if match and (match["helper"] == "::" or match["protocol"].lower() not in PROTOCOLS):
        raise CloneError(f"a URL of {', '.join(PROTOCOLS)}", source, "give the https address of the repository")
    if match or _SCP_LIKE.match(source):
        return source
    return Path(os.path.abspath(source)).as_uri()


def _local(url: str) -> Path | None:
    """Return the folder that a URL names on this machine, None for that of another machine."""
    parts = urlsplit(url) if _URL.match(url) else None
    if parts is None or parts.scheme.lower() != "file":
        return None
    if parts.netloc:
        raise CloneError("file:///folder", url, "give the whole path of the folder, or the https address")
    return Path(unquote(parts.path))


class _Repository:
    def __init__(self, folder: Path, deadline: float) -> None:
        self._folder = folder
        self._deadline = deadline
        self._stopped_by = ""  # the limit that ended git, as a person reads it

    def git(self, *arguments: str) -> str:
        """Run git within the remaining time and size; return its output. Raises `CloneError`."""
        with self._running(arguments) as process:
            stdout, stderr = process.communicate()
        if process.returncode:
            raise self._failure(stderr)
        return stdout.decode("utf-8", "replace")

    def commit_by(self, deadline: datetime | None) -> str:
        """Return the newest commit of the branch by the deadline."""
        if deadline is None:
            return "HEAD"
        by = f"--before={deadline.astimezone().isoformat(timespec='seconds')}"
        for depth in (0, *DEPTHS):
            if depth:
                self.git("fetch", "--no-tags", f"--depth={depth}", "origin", "HEAD")
            commit = self.git("rev-list", "-1", "--first-parent", by, "HEAD").strip()
            if commit:
                return commit
        raise CloneError(f"a commit by {deadline:%Y-%m-%d %H:%M}", "none", "was the repository begun after the deadline?")

    def unpack(self, commit: str, target: Path, budget: Budget) -> list[str]:
        with self._running(("archive", "--format=tar", commit)) as process:
            assert process.stdout is not None
            try:
                left_out = unpack_stream(process.stdout, target, budget)
            except BadArchive:
                with contextlib.suppress(subprocess.TimeoutExpired):  # git still writes: the archive was too large
                    process.wait(1)
                if process.returncode:  # git itself failed, or was stopped
                    raise self._failure(process.communicate()[1]) from None
                raise
        return left_out

    @contextmanager
    def _running(self, arguments: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
        self._stopped_by = ""
        process = subprocess.Popen(
            ["git", *_HARMLESS, *arguments],
            cwd=self._folder,
            env=_environment(self._folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # without a terminal for questions, and in one group that can be killed
        )
        watch = threading.Thread(target=self._watch, args=(process,), daemon=True)
        watch.start()
        try:
            yield process
        finally:
            if process.poll() is None:
                _kill(process)
            process.wait()
            watch.join()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(WATCH_S)
                return
            if time.monotonic() > self._deadline:
                self._stopped_by = f"it took more than {TIME_S:.0f} s"
            elif _size(self._folder) > LARGEST_REPOSITORY:
                self._stopped_by = f"it is larger than {LARGEST_REPOSITORY // MIB} MiB"
            if self._stopped_by:
                _kill(process)

    def _failure(self, stderr: bytes) -> Exception:
        no_room = os.strerror(errno.ENOSPC)
        if no_room.encode() in stderr and not self._stopped_by:  # of this machine, not of the repository
            return OSError(errno.ENOSPC, no_room, str(self._folder))
        lines = stderr[-4 * LONGEST_REASON :].decode("utf-8", "replace").strip().splitlines()
        telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["git says nothing"]
        reason = self._stopped_by or telling[0][:LONGEST_REASON]
        return CloneError("a repository that can be cloned without a password", reason, "try it by hand: git clone")


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which git reads no configuration and asks no questions."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SSH_AUTH_SOCK", "https_proxy", "http_proxy", "no_proxy")
        if name in os.environ
    }
    kept |= {name: os.environ[name] for name in ("HTTPS_PROXY", "SSL_CERT_FILE", "GIT_SSL_CAINFO") if name in os.environ}
    return {
        **kept,
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",  # the command: an empty answer
        "SSH_ASKPASS": "true",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS),
        "GIT_NO_LAZY_FETCH": "1",
    }


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _size(folder: Path) -> int:
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # git may just have moved the file
                total += os.lstat(os.path.join(here, name)).st_size
    return total
