"""The name of a folder with which Moodle finds whose feedback lies in it."""

from __future__ import annotations

import re

from checker.report.view import ShownLearner

# The importer of Moodle (mod/assign/feedback/file/importziplib.php, is_valid_filename_for_import) splits the name of a
# folder at "_" into fullname, number of the participant, type and name of the plugin. So the full name holds no "_". The
# "_" at the end is that of Moodle before 4.1, and later ones read it as well.
_ENDING = "_assignsubmission_file_"
_NUMBERED = re.compile(r"^(?P<name>.*?)_?(?P<number>\d{1,18})(?:_(?:assignsubmission|assignfeedback)_\w*)?$")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|_]+')


def moodle_folder(learner: ShownLearner) -> str:
    """Return the name of a learner's folder in a zip of feedback files, "" where the number of Moodle is not known."""
    found = _NUMBERED.match(learner.moodle_folder or learner.participant) or _of_login(learner.login)
    if not found:
        return ""
    name = _FORBIDDEN.sub(" ", found["name"] or learner.login).strip(" .~") or "learner"
    return f"{name}_{found['number']}{_ENDING}"


def _of_login(login: str) -> re.Match[str] | None:
    """Return the parts of a login that is a name, "_" and a number, as a download from Moodle has it."""
    return re.match(r"^(?P<name>[^_]+ [^_]+)_(?P<number>\d{1,18})$", login)
