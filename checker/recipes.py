"""The recipes of a pack: which of them helps where a check fails."""

from __future__ import annotations

import re
from pathlib import Path

from checker.exercise import RecipeSection
from checker.pack_file import LARGEST_FILE_BYTES, PackError, PackFile, Table

_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+?) *$", re.MULTILINE)
_KEY = re.compile(r"(check_\w+)(/[a-z0-9-]*)?")


def read_recipes(file: PackFile, exercise: str, head: Table, check_file: Path) -> dict[str, RecipeSection]:
    """Return the recipes of an exercise by the failures that they help with. Raises `PackError`.

    A key is the id of a check, or ``check_id/kind``: failures of that kind. With nothing after the stroke, these are the
    failures without a kind. The value is the anchor of a section in the page of recipes.
    """
    content = file.content["exercises"][exercise].get("recipes", {})
    if not content:
        return {}
    table = file.table(f"exercises.{exercise}.recipes", content)
    page = head.file_of("recipes", (".md",)) if "recipes" in head else head.folder / "recipes.md"
    titles = titles_of(page)
    checks = check_file.read_text("utf-8")
    found = {}
    for key in content:
        named = _KEY.fullmatch(key)
        if not named or not re.search(rf"\b{named[1]}\b", checks):
            table.refuse(key, f"{key} names no check of {check_file.name}", "write check_id, or check_id/kind, in quotes")
        anchor = table.text(key)
        if anchor not in titles:
            table.refuse(key, f"{anchor} is no section of {page.name}", f"known are {', '.join(titles)}")
        found[key] = RecipeSection(titles[anchor], page)
    return found


def titles_of(page: Path) -> dict[str, str]:
    """Return the titles of the sections of a page by their anchors, as GitHub makes them. Raises `PackError`."""
    try:
        with open(page, encoding="utf-8") as stream:
            text = _CODE.sub("", stream.read(LARGEST_FILE_BYTES))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PackError(page, 0, reason, "write the recipes there: a heading ## for each of them") from None
    titles = [title.replace("`", "") for title in _HEADING.findall(text)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"): title for title in titles}
