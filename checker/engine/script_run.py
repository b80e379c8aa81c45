"""One finished run of a script: where its files are, and how it ended."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from checker.datasets import image_splits
from checker.engine.breach import told
from checker.engine.run_files import RunFiles
from checker.evidence.dialect import TF2, read_dialect
from checker.evidence.notebook import place_in_notebook
from checker.evidence.progress import read_progress
from checker.evidence.safe_walk import walk
from checker.evidence.session_record import SessionLog, read_session_log
from checker.evidence.stderr import python_error
from checker.evidence.stdout import LONGEST_LINE, clean
from checker.evidence.written_record import WrittenLog, read_written_log
from checker.expect import fail, first_few, listed
from checker.hints import hint_for
from checker.sandbox.notebook import is_notebook
from checker.subjects import Line, Recorded, about
from reference.classification import Split

OTHER_ERROR = "the error was raised in this line: print the type, the value or the shape of each name in it before it runs"
LONGEST_SOURCE = 2 << 20  # bytes of a script that are searched
MOST_LINES = 50_000
_NO_CODE = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")  # strings and comments within one line


@dataclass(frozen=True)
class ScriptRun(RunFiles):
    """One finished run of a script, and what is read of it."""

    @classmethod
    def of(cls, files: RunFiles) -> ScriptRun:
        """Return the run with these files."""
        return cls(**vars(files))

    @cached_property
    def session_log(self) -> SessionLog:
        """What it fed to its sessions, and when it trained and saved; empty without a record."""
        return read_session_log(self.sessions)

    @cached_property
    def written_log(self) -> WrittenLog:
        """What it gave to its writers and Savers; empty without a record."""
        return read_written_log(self.sessions)

    @property
    def as_run(self) -> str:
        """The name of the file that ran: the script itself, or the Python file that a notebook was converted into."""
        return f"{self.script.stem}.py" if is_notebook(self.script.name) else self.script.name

    @property
    def splits(self) -> tuple[Split, Split]:
        """The training and the test images that the script could load."""
        return image_splits(self.exercise.dataset, self.edition)

    @property
    def stdout(self) -> str:
        """What the script printed, cleaned and bounded."""
        return clean(self.result.stdout, self.result.stdout_dropped)

    def shown(self, path: Path) -> str:
        """Return a path of the run as the learner knows it."""
        return path.relative_to(self.folder).as_posix()

    def require_logdir(self) -> None:
        """Raise `Mismatch` when the logdir is a file: TensorBoard starts on it and shows nothing."""
        if self.logdir.is_file():
            logdir = self.exercise.logdir
            hint = f'paths below it: tf.summary.FileWriter("{logdir}"), save(sess, "{logdir}/model.ckpt")'
            fail(logdir, "a folder", f"a file of {self.logdir.stat().st_size} bytes", hint)

    def notes(self) -> list[str]:
        """Return notes on what happened before the run, what was left outside the logdir, and what was not looked at."""
        tree, logdir, dialect = walk(self.folder), self.logdir, read_dialect(self.sessions)
        notes = [note for note in (*self.before, dialect.note) if note]
        outside = [self.shown(path) for path in tree.files if logdir not in path.parents]
        stray = [name for name in outside if name not in self.brought]
        if stray:
            notes.append(f"written outside {self.exercise.logdir} and not kept: {first_few(stray, 5)}")
        if self.result.dropped:
            dropped = ", ".join(name.removeprefix("work/") for name in self.result.dropped[:5])
            notes.append(f"not kept, since they are links or pipes, or too much: {dropped}")
        if tree.limits:
            notes.append(f"not looked at and not kept: {tree.limits}")
        return notes

    @property
    def text(self) -> str:
        """The text of the script that ran, cut to a length; "" where it cannot be read. Nothing in it is evidence."""
        try:
            with (self.folder / self.as_run).open("rb") as file:
                return file.read(LONGEST_SOURCE).decode("utf-8", "replace")
        except OSError:
            return ""

    def line_with(self, pattern: re.Pattern[str]) -> str:
        """Return the place of the first line of the script whose code has a pattern, "" where none has it."""
        for number, line in enumerate(self.text.split("\n")[:MOST_LINES], 1):
            if pattern.search(_NO_CODE.sub("", line[:LONGEST_LINE])):
                return self._where(number)
        return ""

    def found_elsewhere(self, elsewhere: Iterable[str]) -> str:
        """Return the words for a search of the logdir without a result: what is elsewhere, and what was not looked at."""
        elsewhere, limits = list(elsewhere), walk(self.logdir).limits
        found = f"none there; elsewhere: {listed(elsewhere)}" if elsewhere else "none"
        return f"{found}; not looked at: {limits}" if limits else found

    def require_success(self) -> None:
        """Raise `Mismatch` unless the script ran to its end, with the error it ended with."""
        name, expected = self.script.name, "the script runs to its end"
        breach = self.result.breach
        if breach:
            fail(name, f"{breach.limit} of at most {breach.allowed}", *told(breach, read_progress(self.sessions)), "limit")
        if self.result.exit_code == 0:
            return
        folder = self.script.parent
        own = [str(folder / file) for file in self.brought if file.endswith(".py")]
        error = python_error(self.result.stderr, str(self.script.with_name(self.as_run)), own)
        if error:
            # A path in the learner's own folder is none of another computer.
            texts = [text.replace(f"{folder}/", "") for text in (error.summary, error.whole)]
            hint = hint_for(*texts, line=error.source) or OTHER_ERROR
            running = [(error.file, error.line), *error.callers] if error.line else []
            at = Recorded(tuple(Line(os.path.relpath(file, folder), line) for file, line in running))
            fail(about(self._where(error.line, error.file), at), expected, error.summary, hint, "crash")
        if self.result.exit_code < 0:
            fail(name, expected, f"ended by signal {-self.result.exit_code}", hint_for("MemoryError"), "crash")
        last_line = clean(self.result.stderr[-LONGEST_LINE:]).strip().rpartition("\n")[2]
        actual = f"exit status {self.result.exit_code}: {last_line or 'without an error message'}"
        hint = "a script ends with status 0 when its last line is done: look for a call of exit, sys.exit or os._exit"
        fail(name, expected, actual, hint_for(last_line) or hint, "crash")

    def require_graph_mode(self) -> None:
        """Raise `Mismatch` when no session ran in a script that is written for eager TensorFlow 2."""
        dialect = read_dialect(self.sessions)
        if dialect.kind == TF2 and not self.session_log.kinds:
            where = f"{self.script.name}, {dialect.sign}" if dialect.sign else self.script.name
            hint = (
                "graph mode is the module tensorflow.compat.v1 with tf.disable_v2_behavior; "
                "its tf.keras works with TF_USE_LEGACY_KERAS=1 in os.environ"
            )
            fail(
                where,
                "a graph that a tf.Session runs",
                "no session: it ran to its end, but eagerly, in TensorFlow 2",
                hint,
                "no-graph-mode",
            )

    def _where(self, line: int | None, file: str = "") -> str:
        """Return the place in the submission of a line that ran: a line, or a line of a notebook's cell."""
        if line is None:
            return self.script.name
        own = str(self.script.with_name(self.as_run))
        if file and file != own:
            return f"{Path(file).relative_to(self.script.parent).as_posix()}, line {line}"
        in_notebook = place_in_notebook(self.folder / self.as_run, line) if self.as_run != self.script.name else ""
        return f"{self.script.name}, {in_notebook or f'line {line}'}"
