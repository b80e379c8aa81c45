"""What a box shows of this machine's disk: what the system, Python and its packages need, and never a prefix as a whole.

A virtual environment may lie above a clone, in a home or below /usr. Then everything else lies below its prefix.
"""

from __future__ import annotations

import contextlib
import os
import site
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import checker
import reference
from checker.pack_file import PACK_FILE

HIDDEN = ("expected", "data/held_out")  # folders of `reference` that would help to forge an answer
OTHER_COPIES = "/usr/share/datasets"  # Debian's packages put data sets there, with the images that are held out here
SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
USER_PARTS = ("bin", "sbin", "include", "lib", "lib32", "lib64", "libx32", "libexec", "share")
SYSTEM_LIBRARIES = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/libexec")
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
)
PROJECT = Path(checker.__file__).parent.parent
STANDARD_LIBRARY = f"python{sys.version_info.major}.{sys.version_info.minor}*"  # with a letter behind it: without the GIL
LONGEST_CHAIN = 10  # links
CONDA = "conda-meta"  # a folder of its environments, which have many libraries of the system of their own


def bubblewrap_words() -> list[str]:
    """Return the words for bubblewrap that show what is needed, read-only, and hide what is private."""
    words = [word for folder in SYSTEM_FOLDERS for word in _system_words(Path(folder))]
    for path, is_private in _plan():
        words += ["--tmpfs", str(path)] if is_private else _words(path)
    return [*words, *(word for file in SYSTEM_FILES for word in ("--ro-bind-try", file, file))]


def covered_folders() -> list[Path]:
    """Return the private folders that lie in something shown."""
    return [path for path, is_private in _plan() if is_private]


def forging_folders() -> list[Path]:
    """Return the folders that would help to forge an answer: expected values, held-out data, installed packs."""
    of_reference = [Path(reference.__path__[0]) / name for name in HIDDEN]
    packs = [file.parent for folder in _package_folders() for file in sorted(folder.glob(f"*/{PACK_FILE}"))]
    return [folder for folder in [*of_reference, *packs, Path(OTHER_COPIES)] if folder.is_dir()]


def private_folders() -> list[Path]:
    """Return the folders of which a box shows only what Python needs: this clone, home, and where the checker works."""
    theirs = _home()
    with contextlib.suppress(FileNotFoundError):  # somebody removed it
        theirs.append(Path.cwd())
    return [PROJECT.resolve(), *(folder for folder in theirs if not _is_below(folder, SYSTEM_LIBRARIES))]


def _home() -> list[Path]:
    with contextlib.suppress(RuntimeError):  # there is no such user
        return [Path.home().resolve()]
    return []


def prefixes() -> list[Path]:
    """Return the folders that this Python is installed in: a virtual environment, and what it was made from."""
    return list(dict.fromkeys(map(Path, (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix))))


def python() -> str:
    """Return the path of this Python. One with ``..`` in it leads through folders that a box need not show."""
    folder, name = os.path.split(sys.executable)
    return os.path.join(os.path.realpath(folder), name) if os.pardir in folder.split(os.sep) else sys.executable


def _plan() -> list[tuple[Path, bool]]:
    """Return what is shown, and what is private in something shown (True); outer folders before inner ones."""
    ours = [Path(folder) for package in (checker, reference) for folder in package.__path__]
    libraries = [*_libraries(), *_package_folders()]
    there = [path for path in [*_system(), *_python(), *libraries, *ours] if path.exists()]
    needed = {*there, *(path.resolve() for path in there)}
    plan: dict[Path, bool] = {}
    for path in sorted({*needed, *private_folders()}, key=lambda path: len(path.parts)):
        is_visible = next((not plan[parent] for parent in path.parents if parent in plan), False)
        if path in needed and not is_visible:
            plan[path] = False
        if path not in needed and is_visible and not _is_below(path, libraries):
            plan[path] = True
    return list(plan.items())


def _system() -> list[Path]:
    return [Path(folder, part) for folder in ("/usr", "/usr/local") for part in USER_PARTS]


def _libraries() -> list[Path]:
    return [folder for prefix in prefixes() for folder in sorted(prefix.glob(f"lib*/{STANDARD_LIBRARY}"))]


def _python() -> Iterator[Path]:
    """Yield the files of this Python, besides its library."""
    for prefix in prefixes():
        yield prefix / "pyvenv.cfg"
        yield prefix / "share/jupyter"  # tells nbconvert how to write a script
        if prefix.resolve() not in _home():  # ~/bin is a person's own
            yield prefix / "bin"
        if (prefix / CONDA).is_dir():
            yield prefix / "lib"
        yield from prefix.glob("lib*/*.so*")
    yield from links_to(Path(python()))


def links_to(path: Path) -> Iterator[Path]:
    """Yield a file and the targets of a chain of links. Python does not start unless all of them are visible inside."""
    for _ in range(LONGEST_CHAIN):
        yield path
        if not path.is_symlink():
            return
        path = Path(os.path.normpath(path.parent / os.readlink(path)))


def _words(path: Path) -> list[str]:
    return _system_words(path) if path in _system() else ["--ro-bind", str(path), str(path)]


def _system_words(folder: Path) -> list[str]:
    if folder.is_symlink():
        return ["--symlink", os.readlink(folder), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.is_dir() else []


def _package_folders() -> list[Path]:
    user_site = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(entry) for entry in [*sys.path, *user_site] if Path(entry).name in ("site-packages", "dist-packages")]


def _is_below(path: Path, folders: Iterable[Path | str]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
