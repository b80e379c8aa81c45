"""The files beside a script that it needs: those that its text names are copied into its working folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_TEXT = 2 << 20  # bytes of a script that are searched for file names
MOST_ENTRIES = 2_000  # looked at
DEEPEST = 4  # folders below the script's
MOST_FILES = 200
LARGEST_TOTAL_BYTES = 200 << 20
SHOWN = 5
NEVER = {"__pycache__", "logdir", "node_modules", "site-packages"}


@dataclass
class Brought:
    """The script and the files that were copied with it."""

    script: Path  # the copy that runs
    files: set[str] = field(default_factory=set)  # relative to the working folder, the script included
    notes: list[str] = field(default_factory=list)


def bring_along(script: Path, work: Path, hidden: Collection[Path] = ()) -> Brought:
    """Copy a script into its working folder, with the plain files beside and below it that its text names.

    A file is named by its name, by that of a folder it lies in, by a pattern such as ``*.csv``, or, for a module, by an
    import. Others stay behind: beside a submission may lie those of others. Links are not followed, and `hidden` files are
    never copied. Raises OSError when the script itself cannot be copied.
    """
    brought = Brought(work / script.name, {script.name, f"{script.stem}.py"})
    shutil.copyfile(script, brought.script)
    with brought.script.open("rb") as file:
        named = _Named(file.read(LONGEST_TEXT))
    links, left_out, total = [], [], 0
    for path in _entries(script.parent):
        relative = path.relative_to(script.parent)
        if relative.as_posix() in brought.files or path.resolve() in hidden or not named.names(relative):
            continue
        if path.is_symlink() or not path.is_file():
            links.append(relative.as_posix())
            continue
        size = path.stat().st_size
        if len(brought.files) > MOST_FILES or total + size > LARGEST_TOTAL_BYTES:
            left_out.append(relative.as_posix())
            continue
        total += size
        (work / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, work / relative)
        brought.files.add(relative.as_posix())
    limits = f"a check copies {MOST_FILES} files and {LARGEST_TOTAL_BYTES >> 20} MiB"
    brought.notes += _note("not copied with the script, no plain file", links) + _note(
        f"not copied with the script, {limits}", left_out
    )
    return brought


class _Named:
    """The words of a script's text."""

    def __init__(self, text: bytes) -> None:
        self._text = text.decode("utf-16" if text[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
        # In a notebook, a line stands in quotes.
        imports = re.findall(r"^[ \t\"]*(?:import|from)\b(.*)", self._text, re.MULTILINE)
        self._modules = {word for line in imports for word in re.findall(r"\w+", line)}
        self._patterns = set(re.findall(r"\*(\.\w+)", self._text))

    def names(self, relative: Path) -> bool:
        """Whether the text names a file, given relative to the script."""
        if relative.suffix == ".py":
            return all(part in self._modules for part in relative.with_suffix("").parts)
        prefix = re.sub(r"(?:-\d+)?\.(?:index|meta|data-\d{5}-of-\d{5})$", "", relative.name)  # of a checkpoint
        return (
            self._has(relative.name)
            or relative.suffix in self._patterns
            or any(self._has(folder, within="\"'/\\\\") for folder in relative.parts[:-1])
            or (prefix != relative.name and self._has(prefix))
            or (relative.name == "checkpoint" and "latest_checkpoint" in self._text)
        )

    def _has(self, name: str, within: str = "") -> bool:
        """Whether the text holds a name as a word of its own, or between two of the characters in `within`."""
        before, after = (f"(?<=[{within}])", f"(?=[{within}])") if within else (r"(?<!\w)", r"(?!\w)")
        return name in self._text and bool(re.search(before + re.escape(name) + after, self._text))


def _entries(folder: Path) -> Iterator[Path]:
    """Yield the files in and below a folder, in order, up to a number and a depth. A link counts as a file."""
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: entry.name)[: MOST_ENTRIES - seen]
        except OSError:
            continue
        seen += len(entries)
        for entry in entries:
            if entry.name.startswith(".") or entry.name in NEVER:
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
            elif depth < DEEPEST and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                waiting.append((Path(entry.path), depth + 1))


def _note(why: str, files: list[str]) -> list[str]:
    more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
    return [f"{why}: {', '.join(files[:SHOWN])}{more}"] if files else []
