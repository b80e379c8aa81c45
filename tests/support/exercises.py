"""The exercises that come with the checker, for tests."""

from __future__ import annotations

from checker.catalog import built_in

CATALOG = built_in()
