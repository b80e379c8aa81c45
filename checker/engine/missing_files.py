"""What is said where event files or a checkpoint are missing: where they went instead, as far as can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path, PurePosixPath

from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import find_prefixes, nameless_checkpoint, old_format_checkpoint
from checker.evidence.events import event_files
from checker.evidence.safe_walk import walk
from checker.expect import fail, listed
from checker.subjects import EarliestSaver, SaveOf, WriterOf, about, about_first

MOST_PATHS = 3
KERAS_SUFFIXES = (".h5", ".hdf5", ".keras")
# The folder of a job holds these beside the working folder; our own records lie in the others.
BESIDE = {"home": "~", "tmp": "/tmp"}
# A path in quotes that leads out of the working folder. It only serves to point, so comments do no harm.
_OUTSIDE = re.compile(
    r"""["']((?:~/|\.\./|/(?:tmp|var|home|Users|root|content|mnt|media|kaggle|data|workspace)\b|[A-Za-z]:[\\/])[^"'\n]{0,200})["']"""
)
_TRAINING_OF_KERAS = re.compile(r"\.(?:fit|fit_generator|train_on_batch)\(")
_DATA = re.compile(r"\.(?:csv|txt|npz|npy|gz|zip|data|png|jpe?g|ttf|json|py)$", re.IGNORECASE)


def fail_without_event_files(run: ScriptRun) -> None:
    """Raise `Mismatch`: there is no event file below the logdir."""
    logdir = run.exercise.logdir
    found = _elsewhere(run, event_files(run.folder), event_files(run.folder.parent), [])
    hint = f'tf.summary.FileWriter("{logdir}", graph); a writer that is never used leaves no file'
    if _trains_by_keras(run.text):
        hint = f'give fit the callback tf.keras.callbacks.TensorBoard("{logdir}"), or write with a tf.summary.FileWriter'
    where = about_first(logdir, WriterOf(logdir), *(WriterOf(path.rpartition("/")[0]) for path in found))
    fail(where, "an event file", run.found_elsewhere(found), _why(run, found) or hint, "written-elsewhere" if found else "")


def fail_without_checkpoint(run: ScriptRun) -> None:
    """Raise `Mismatch`: there is no checkpoint below the logdir."""
    logdir, nameless, old = run.exercise.logdir, nameless_checkpoint(run.logdir), old_format_checkpoint(run.logdir)
    if nameless:
        hint = 'the path given to save ends with a folder: add a file name, "model.ckpt"'
        fail(
            about(run.shown(nameless), SaveOf("")), "a checkpoint with a name", "hidden files: .index, .meta, .data-…", hint
        )
    if old:
        hint = "leave out write_version: without it, tf.train.Saver writes the format V2"
        fail(
            run.shown(old), "a checkpoint of the format V2: .index, .data and .meta files", "one of the old format V1", hint
        )
    expected = "a checkpoint (.index, .data and .meta files)"
    of_keras = [path for path in islice(walk(run.folder).files, 10_000) if path.name.endswith(KERAS_SUFFIXES)]
    if of_keras:
        hint = "this is Keras's own format; give the session of tf.keras.backend.get_session to save of tf.train.Saver"
        fail(logdir, expected, f"a file that Keras saved: {listed(map(run.shown, of_keras[:MOST_PATHS]))}", hint)
    saved = [fed.path for fed in run.session_log.paths]
    found = _elsewhere(run, find_prefixes(run.folder), find_prefixes(run.folder.parent), saved)
    hint = (
        f'tf.train.Saver, and save(sess, "{logdir}/model.ckpt") after the training; '
        "it makes one missing folder, not two: os.makedirs before, or a FileWriter that is given the folder"
    )
    if _trains_by_keras(run.text):
        hint += "; the session is that of tf.keras.backend.get_session"
    kind = "saved-elsewhere" if found else "no-checkpoint"
    saves = [SaveOf(path.rpartition("/")[2]) for path in found]
    where = about_first(logdir, *saves, EarliestSaver())
    fail(where, expected, run.found_elsewhere(found), _why(run, found) or hint, kind)


def _elsewhere(run: ScriptRun, inside: Iterable[Path], beside: Iterable[Path], saved: Iterable[str]) -> list[str]:
    """Return the paths at which something of the kind was written, or to which the script says that it writes."""
    found = [run.shown(path) for path in inside]
    found = found or [shown for shown in (_beside(run, path) for path in beside) if shown]
    private = str(run.folder.parent)  # which no message names
    outside = (path for path in map(_without_part, saved) if path.startswith(("/", "..", "~")))
    found = found or [path for path in outside if not path.startswith(private)]
    named = _OUTSIDE.findall(run.text)
    return (found or [path for path in dict.fromkeys(named) if not _DATA.search(path)])[:MOST_PATHS]


def _trains_by_keras(text: str) -> bool:
    return "keras" in text and bool(_TRAINING_OF_KERAS.search(text))


def _without_part(path: str) -> str:
    return re.sub(r"_temp/part$|\.part$", "", path)


def _beside(run: ScriptRun, path: Path) -> str:
    """Return a path in the folder of the job as its author knows it; "" for one in the working folder or in our own."""
    top, *rest = path.relative_to(run.folder.parent).parts
    if path.is_relative_to(run.folder) or path.is_relative_to(run.figures) or path.is_relative_to(run.sessions):
        return ""
    return str(PurePosixPath(BESIDE.get(top, f"../{top}"), *rest))


def _why(run: ScriptRun, found: list[str]) -> str:
    """Return why a path is not below the logdir, and what to do; "" where nothing was found."""
    logdir = run.exercise.logdir
    if not found:
        return ""
    first = found[0]
    if re.match(r"[A-Za-z]:[\\/]|/(?:home|Users|root|content|mnt|media|kaggle)\b", first):
        return f"this absolute path exists on one computer only, or in Colab: write below {logdir}, in the working folder"
    if "\\" in first:
        return f"here a backslash is a part of the name: {logdir} with a slash, or os.path.join, is a folder on every system"
    if first.startswith(("/", "..", "~")):
        folder = str(PurePosixPath(first).parent) if first.startswith(("..", "~")) else first
        return f"{folder} lies outside the working folder, and is not looked at: write below {logdir}"
    if re.match(r"logdir/\w+/", first):
        other = "/".join(first.split("/")[:2])
        return f"{other} is the folder of something else: this exercise is looked for in {logdir}"
    return f'write below {logdir}: tf.summary.FileWriter("{logdir}", graph), and save(sess, "{logdir}/model.ckpt")'
