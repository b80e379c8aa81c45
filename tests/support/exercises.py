"""The exercises that come with the checker, for tests."""

from __future__ import annotations

from checker.catalog import Catalog, built_in

CATALOG = Catalog(built_in().packs[:1])  # the six of the day
WORKSHOPS = Catalog(built_in().packs[1:])
