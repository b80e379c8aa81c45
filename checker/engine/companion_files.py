"""The files beside a script that it needs: those that its text names are copied into its working folder."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from checker.expect import first_few

LONGEST_TEXT = 2 << 20  # bytes of a script that are searched for file names
MOST_TEXT = 4 << 20  # characters of all texts
MOST_ENTRIES = 2_000  # looked at
DEEPEST = 4  # folders below the script's
MOST_FILES = 200
MOST_ROUNDS = 10  # of modules that modules import
LARGEST_TOTAL_BYTES = 200 << 20
SHOWN = 5
OURS = ("reference", "checker")  # packages of the suite, which a script finds installed; a copy would hide them
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
    import. What a module that came along names comes along, too. Others stay behind: beside a submission may lie those of
    others. Links are not followed, and `hidden` files are never copied. Raises OSError when the script itself cannot be
    copied.
    """
    brought = Brought(work / script.name, {script.name, f"{script.stem}.py"})
    shutil.copyfile(script, brought.script)
    copying = _Copying(script.parent, work, brought)
    named = _Named(_start_of(brought.script))
    waiting = [path for path in _entries(script.parent) if path.resolve() not in hidden and not _is_ours(path, script)]
    for _ in range(MOST_ROUNDS):
        found = [path for path in waiting if named.names(path.relative_to(script.parent))]
        waiting = [path for path in waiting if path not in set(found)]
        modules = [path for path in found if copying.copy(path) and path.suffix == ".py"]
        if not modules:
            break
        for path in modules:
            named.add(_start_of(path))
    limits = f"a check copies {MOST_FILES} files and {LARGEST_TOTAL_BYTES >> 20} MiB"
    brought.notes += _note("not copied with the script, no plain file", copying.links) + _note(
        f"not copied with the script, {limits}", copying.left_out
    )
    return brought


@dataclass
class _Copying:
    """Copies files, up to a number and a size; remembers what it left out."""

    source: Path
    work: Path
    brought: Brought
    links: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    total: int = 0  # bytes

    def copy(self, path: Path) -> bool:
        """Copy a file unless it is there, is no plain file, or is too much; return whether it was copied."""
        relative = path.relative_to(self.source)
        name = relative.as_posix()
        if name in self.brought.files:
            return False
        if path.is_symlink() or not path.is_file():
            self.links.append(name)
            return False
        size = path.stat().st_size
        if len(self.brought.files) > MOST_FILES or self.total + size > LARGEST_TOTAL_BYTES:
            self.left_out.append(name)
            return False
        self.total += size
        (self.work / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.work / relative)
        self.brought.files.add(name)
        return True


def _is_ours(path: Path, script: Path) -> bool:
    parts = path.relative_to(script.parent).parts
    return len(parts) > 1 and parts[0] in OURS


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST_TEXT)


class _Named:
    """The words in the text of a script, and of the modules that came along with it."""

    def __init__(self, text: bytes) -> None:
        self._text = ""
        self._modules: set[str] = set()
        self._patterns: set[str] = set()
        self.add(text)

    def add(self, content: bytes) -> None:
        """Add a text, up to a length of all together."""
        if len(self._text) > MOST_TEXT:
            return
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
        # In a notebook, a line stands in quotes. Several lines of names stand in parentheses.
        imports = re.findall(r"^[ \t\"]*(?:import|from)\b([^\n(]*(?:\([^)]{0,2000}\))?)", text, re.MULTILINE)
        self._modules |= {word for line in imports for word in re.findall(r"\w+", line)}
        self._patterns |= set(re.findall(r"\*(\.\w+)", text))
        self._text += f"\n{text}"

    def names(self, relative: Path) -> bool:
        """Whether the text names a file, given relative to the script."""
        if relative.suffix == ".py":
            *folders, module = relative.with_suffix("").parts
            if module == "__init__":  # it comes with its package
                return bool(folders) and all(map(self._imports_from, folders))
            return module in self._modules and all(map(self._imports_from, folders))
        prefix = re.sub(r"(?:-\d+)?\.(?:index|meta|data-\d{5}-of-\d{5})$", "", relative.name)  # of a checkpoint
        return (
            self._has(relative.name)
            or relative.suffix in self._patterns
            or any(self._has(folder, within="\"'/\\\\") for folder in relative.parts[:-1])
            or (prefix != relative.name and self._has(prefix))
            or (relative.name == "checkpoint" and "latest_checkpoint" in self._text)
        )

    def _imports_from(self, folder: str) -> bool:
        """Whether a folder is a package that is imported, or one that the text names, as for sys.path."""
        return folder in self._modules or self._has(folder, within="\"'/\\\\")

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
    return [f"{why}: {first_few(files, SHOWN)}"] if files else []
