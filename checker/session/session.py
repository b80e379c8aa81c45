"""A correction session on its folder: it takes submissions in, and every result is stored."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Set
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from checker.intake.intake import Intake
from checker.intake.participants import named_as_before
from checker.intake.sources import STORE_FILE, Submissions
from checker.session.batch import Batch
from checker.session.choices import choices_by_login, read_taken
from checker.session.database import set_aside
from checker.session.lock import SessionLock
from checker.session.models import Cell
from checker.session.only import cells_named
from checker.session.packs import keep_packs
from checker.session.settings import Settings
from checker.session.store import DamagedStore, Store, StoreError


class Session:
    """A session on its folder, which is locked until the session ends. Use as a context manager.

    Raises `SessionIsOpen`, `StoreError` or `PackError`.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.session.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(SessionLock(folder))
            self.store = stack.enter_context(_sound_store(folder))
            for left in folder.glob(".incoming-*"):  # by a session that was killed
                shutil.rmtree(left, ignore_errors=True)
            # Checked with the copies: whoever edits a pack meanwhile changes the next session.
            self._settings = replace(settings, session=folder, catalog=keep_packs(settings.catalog, folder))
            self._stack = stack.pop_all()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def take_in(self, submissions: Submissions) -> Batch:
        """Take in what was handed in; an exercise without a script has its result at once.

        Raises `UnknownCells` or `ChoiceError`.
        """
        settings = self._settings
        known = {login: handed_in.participant for login, handed_in in self.store.handed_in().items()}
        submissions = named_as_before(submissions, known)
        taken = read_taken(settings.take, submissions.sources, settings.catalog)
        choices = choices_by_login(taken, self.store.choices())
        intake = Intake(settings.session, settings.exercises, settings.catalog, choices)
        learners = intake.take_all(submissions, self.store.folders())
        self.store.choose(taken)
        batch = Batch(self.store, settings, learners)
        if settings.only is not None:
            self._enter_again(batch, cells_named(settings.only, batch.logins, settings.exercises))
        else:
            self.store.enter(batch.learners, batch.keys())
        if settings.force:
            self.store.forget()
        batch.record_missing()
        return batch

    def _enter_again(self, batch: Batch, only: Set[Cell]) -> None:
        """Let some cells be run again, and no others: their results stay, whatever has changed since."""
        kept = {cell: key for cell, key in self.store.keys().items() if cell not in only}
        self.store.enter(batch.learners, {cell: kept.get(cell, key) for cell, key in batch.keys().items()})
        self.store.forget(only)
        batch.only = only


def _sound_store(folder: Path) -> Store:
    """Open the store of a session. Raises `StoreError`; a damaged one is set aside first, and never replaced in silence."""
    try:
        store = Store(folder)
        try:
            store.require_sound()
        except BaseException:
            store.close()
            raise
        return store
    except DamagedStore as error:
        aside = set_aside(folder)
        raise StoreError(
            f"{folder / STORE_FILE}: it is damaged ({error.reason}). It was set aside, with its notes: {aside}. "
            "The same command now checks everything again, without them; "
            f"to read what can be read: sqlite3 {shlex.quote(str(aside))} .recover"
        ) from None
