"""The tables of a session's store: the steps that make each version of them from the previous one."""

from __future__ import annotations

APPLICATION_ID = 0x67726D73  # "grms": tells the file from those of other programs

# Steps are only added: one that was ever in use is never edited.
STEPS = (
    """
    CREATE TABLE learners (
        login TEXT PRIMARY KEY,
        folder TEXT NOT NULL UNIQUE,
        present INTEGER NOT NULL,  -- whether the last intake saw them
        findings TEXT NOT NULL  -- problems and remarks, as JSON
    ) STRICT;
    CREATE TABLE tasks (
        login TEXT NOT NULL REFERENCES learners,
        exercise TEXT NOT NULL,
        key TEXT NOT NULL,  -- what the result depends on: script, data, checker
        present INTEGER NOT NULL,
        status TEXT,  -- NULL until there is a result for the key
        report TEXT,  -- schema 1, as JSON
        attempts INTEGER NOT NULL DEFAULT 0,
        finished_at REAL,
        PRIMARY KEY (login, exercise)
    ) STRICT;
    """,
    """
    CREATE TABLE notes (
        id INTEGER PRIMARY KEY,
        login TEXT NOT NULL,
        exercise TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        failing TEXT NOT NULL,  -- ids of the checks that failed when it was written, as JSON
        written_at REAL NOT NULL
    ) STRICT;
    CREATE INDEX notes_of ON notes (login, exercise);
    """,
    """
    CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        login TEXT NOT NULL,
        exercise TEXT NOT NULL,
        key TEXT NOT NULL,  -- what the result depended on
        outcome TEXT NOT NULL,  -- a status, or absent
        passed INTEGER NOT NULL,
        total INTEGER NOT NULL,  -- of checks
        first TEXT NOT NULL,  -- the title of the first failure, '' where there was none
        finding TEXT NOT NULL,  -- what that failure found
        finished_at REAL NOT NULL,
        replaced_at REAL NOT NULL  -- when it was no longer the result
    ) STRICT;
    CREATE INDEX history_of ON history (login, exercise);
    CREATE TABLE note_changes (
        id INTEGER PRIMARY KEY,
        note INTEGER NOT NULL REFERENCES notes,
        text TEXT,  -- the new text; NULL: the note was removed
        changed_at REAL NOT NULL
    ) STRICT;
    CREATE INDEX changes_of ON note_changes (note);
    ALTER TABLE notes ADD COLUMN found TEXT NOT NULL DEFAULT '{}';  -- by id of a failing check, what it found, as JSON
    """,
    """
    CREATE TABLE choices (
        login TEXT NOT NULL,
        exercise TEXT NOT NULL,
        name TEXT NOT NULL,  -- of the file that the corrector wants to be taken
        PRIMARY KEY (login, exercise)
    ) STRICT;
    """,
)
VERSION = len(STEPS)
