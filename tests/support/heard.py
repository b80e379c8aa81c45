"""What a session tells while it runs, kept for a test."""

from __future__ import annotations

from checker.session.scheduler import Listener


class Heard(Listener):
    """Keeps the texts that it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def tell(self, text: str) -> None:
        """Keep a text."""
        self.texts.append(text)
