"""What the operating system refuses on this machine: a full disk, or a folder that may not be written, as a sentence."""

from __future__ import annotations

import errno

from checker.translation import _

FULL = {errno.ENOSPC, errno.EDQUOT}
NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
UNUSABLE = {errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EFBIG, errno.EEXIST}
NO_TEMPORARY_FOLDER = "No usable temporary directory"  # how Python's tempfile begins


def is_full(error: BaseException) -> bool:
    """Whether a disk is full: nobody's work is at fault."""
    return isinstance(error, OSError) and error.errno in FULL


def refusal(error: OSError) -> str | None:
    """Return what the system refuses, where, and what can be done; None for an error of another kind."""
    reason = error.strerror or str(error)
    names = [name for name in (error.filename, error.filename2) if name is not None]
    where = " -> ".join(name if isinstance(name, str) else repr(name) for name in names) or _("this machine")
    if reason.startswith(NO_TEMPORARY_FOLDER):
        return _("no temporary folder can be written; name one in the variable TMPDIR: {reason}", reason=reason)
    if error.errno in FULL:
        return _("{where}: {reason}; make room, then type the same command again", where=where, reason=reason)
    if error.errno in NOT_ALLOWED:
        return _("{where}: {reason}; allow it, or name another folder", where=where, reason=reason)
    if error.errno in UNUSABLE:
        return _("{where}: {reason}; name another file or folder", where=where, reason=reason)
    return None
