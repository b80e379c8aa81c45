"""Names: the login and the exercise in the name of a file or folder, and a safe name of a folder for each login."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from checker.evidence.stdout import clean_line

LONGEST_FOLDER = 60  # characters of at most four bytes: file systems allow 255 bytes

# "Ada Lovelace_12345_assignsubmission_file_ex01.py": what Moodle makes of a name, a number and a file.
_MOODLE = re.compile(r"^(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)$")
_NO_NAME = "participant"  # where Moodle keeps names from a corrector
_NUMBERED = re.compile(r"(?<![^\W\d_])(?:exercise|exercice|exo|ex)[\s_.-]*0*(?P<number>\d{1,2})(?!\d)", re.IGNORECASE)
_EDGES = " _.-"


def login_of(name: str) -> str:
    """Return the login in the name of a folder: what precedes Moodle's number, in NFC, without control characters."""
    return _readable(_moodle_login(name) or name) or "nameless"


def participant_of(name: str) -> tuple[str, str]:
    """Return Moodle's number for a learner, and its name for their folder, from that of a folder or file; maybe both ""."""
    moodle = _MOODLE.match(name)
    if not moodle:
        return "", ""
    return moodle["number"], _readable(f"{moodle['who']}_{moodle['number']}_assignsubmission_file")


def _moodle_login(name: str) -> str:
    moodle = _MOODLE.match(name)
    if not moodle:
        return ""
    return f"{moodle['who']}_{moodle['number']}" if moodle["who"].casefold() == _NO_NAME else moodle["who"]


def login_of_file(stem: str, exercises: Collection[str]) -> str:
    """Return the login in the name of a file: what the name, without its ending, says besides the exercise; maybe ""."""
    if _MOODLE.match(stem):
        return _readable(_moodle_login(stem))
    found = _find_exercise(stem, exercises)
    parts = [stem]
    if found:
        _, match = found
        parts = [stem[: match.start()], stem[match.end() :]]
    return _readable("_".join(filter(None, (part.strip(_EDGES) for part in parts))))


def own_name(name: str) -> str:
    """Return the name that a file had before Moodle added words."""
    moodle = _MOODLE.match(name)
    return moodle["rest"] if moodle and moodle["rest"] else name


def exercise_in(name: str, exercises: Collection[str]) -> str:
    """Return the id of the exercise that a name speaks of, "" when it speaks of none; `exercises` are all ids.

    A number is looked for first: "Exercise 4" speaks of ``ex04``. Any other id is a word of the name, whatever its case;
    the longest id counts. An exercise with a number that no id has is still an exercise: ``ex99``.
    """
    found = _find_exercise(unicodedata.normalize("NFKC", name), exercises)
    return found[0] if found else ""


def assign_folders(logins: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a folder name for each login. No two names differ in case or in the composition of accents only.

    A login in `known` keeps its folder, so that a learner who comes later takes nobody's.
    """
    folders = dict(known)
    taken = {_folded(folder) for folder in folders.values()}
    for login in logins:
        if login in folders:
            continue
        wish = folder = safe_folder(login)
        number = 2
        while _folded(folder) in taken:
            folder, number = f"{wish}-{number}", number + 1
        folders[login] = folder
        taken.add(_folded(folder))
    return folders


def safe_folder(login: str) -> str:
    """Return a folder name for a login: letters and digits of any script, and ``_ - . @``, without a leading dot or dash."""
    plain = re.sub(r"[^\w.@-]+", "_", unicodedata.normalize("NFC", login))
    return plain.strip(_EDGES)[:LONGEST_FOLDER].strip(_EDGES) or "learner"


def is_folder_name(name: str) -> bool:
    """Whether `assign_folders` may have made a name: what it names lies in the folder of the session."""
    return re.fullmatch(r"[\w@][\w.@-]*", name) is not None and len(name) <= 2 * LONGEST_FOLDER


def readable_bytes(name: str) -> str:
    """Return a file name as text; one that is not UTF-8 is most likely Latin-1."""
    data = os.fsencode(name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _find_exercise(name: str, exercises: Collection[str]) -> tuple[str, re.Match[str]] | None:
    """Return the id of the exercise that a name speaks of, and where in the name."""
    numbered = _NUMBERED.search(name)
    of_number = f"ex{int(numbered['number']):02}" if numbered else ""
    if numbered and of_number in exercises:
        return of_number, numbered
    for exercise in sorted(exercises, key=len, reverse=True):
        found = _pattern_of_word(exercise).search(name)
        if found:
            return exercise, found
    return (of_number, numbered) if numbered else None


@lru_cache
def _pattern_of_word(exercise: str) -> re.Pattern[str]:
    """Return a pattern that finds an id between other characters than letters and digits.

    Where the id has an underscore, the name may have a blank, a dash or a dot.
    """
    return re.compile(rf"(?<![^\W_]){exercise.replace('_', '[ _.-]')}(?![^\W_])", re.IGNORECASE)


def _readable(name: str) -> str:
    return clean_line(unicodedata.normalize("NFC", readable_bytes(name))).strip()


def _folded(folder: str) -> str:
    return unicodedata.normalize("NFKC", folder).casefold()
