"""A correction session on its folder: it takes submissions in, and every result is stored."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace

from checker.intake.intake import Intake
from checker.intake.sources import Submissions
from checker.session.batch import Batch
from checker.session.lock import SessionLock
from checker.session.packs import keep_packs
from checker.session.settings import Settings
from checker.session.store import Store


class Session:
    """A session on its folder, which is locked until the session ends. Use as a context manager.

    Raises `SessionIsOpen`, `StoreError` or `PackError`.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.session.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(SessionLock(folder))
            self.store = stack.enter_context(Store(folder))
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
        """Take in what was handed in; an exercise without a script has its result at once."""
        settings = self._settings
        intake = Intake(settings.session, settings.exercises, settings.catalog)
        batch = Batch(self.store, settings, intake.take_all(submissions, self.store.folders()))
        self.store.enter(batch.learners, batch.keys())
        if settings.force:
            self.store.forget()
        batch.record_missing()
        return batch
