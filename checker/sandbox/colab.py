"""Inside a forked child: google.colab for scripts that were written there. It does nothing, and says so once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from checker.sandbox import imports

PATTERN = r"google\.colab(?:\.\w+)?"
PACKAGE = "google.colab"

# What is found in each part of it: a name, what is said of a call, what a call gives.
PARTS: dict[str, dict[str, tuple[str, Callable[[], Any]]]] = {
    "drive": {
        "mount": ("there is no Google Drive here, nothing was mounted", lambda: None),
        "flush_and_unmount": ("there is no Google Drive here", lambda: None),
    },
    "files": {
        "upload": ("nobody can upload a file here, none was uploaded", dict),
        "download": ("nothing is downloaded here, the file stays where it is", lambda: None),
        "view": ("nothing is shown here", lambda: None),
    },
    "userdata": {"get": ("there are no secrets here, the text is empty", str)},
    "output": {"clear": ("the output stays", lambda: None), "eval_js": ("there is no browser here", lambda: None)},
    "auth": {"authenticate_user": ("nobody is asked who they are here", lambda: None)},
    "patches": {"cv2_imshow": ("nothing is shown here", lambda: None)},
}

_said: set[str] = set()


def resolve(name: str) -> ModuleType | None:
    """Return google.colab or a part of it by its full name, None for a part that it has not."""
    package = _package()
    if name == PACKAGE:
        return package
    part = vars(package).get(name[len(PACKAGE) + 1 :])
    return part if isinstance(part, ModuleType) else None


def _package() -> ModuleType:
    there = sys.modules.get(PACKAGE)
    if there is not None:
        return there
    parts = {}
    for part, functions in PARTS.items():
        parts[part] = ModuleType(f"{PACKAGE}.{part}")
        vars(parts[part]).update({name: _harmless(f"{part}.{name}", said, give) for name, (said, give) in functions.items()})
    return imports.package(PACKAGE, **parts)


def _harmless(name: str, said: str, give: Callable[[], Any]) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        if name not in _said:
            _said.add(name)
            print(f"google.colab: {name}: {said}")
        return give()

    call.__name__ = call.__qualname__ = name.rpartition(".")[2]
    return call
