"""Modules that scripts import and that are not installed: told to the corrector, who can install them."""

from __future__ import annotations

import re

from checker.hints import row_for
from checker.outcome import Report, Status

PACKAGE_MISSING = "package-missing"  # the hint on a module that is none of ours, of TensorFlow or of Python 2
# Where the package has another name than the module.
PACKAGES = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
}

_MISSING = re.compile(r"ModuleNotFoundError: No module named '(?P<name>[A-Za-z_]\w{0,60})[.']")


def missing_module(report: Report) -> str:
    """Return the module for which a script ended, "" for none; it may as well be a file that was not handed in."""
    for check in report.checks:
        found = _MISSING.match(check.actual) if check.status is Status.FAIL else None
        row = row_for(check.actual) if found else None
        if found and row and row.id == PACKAGE_MISSING:
            return found["name"]
    return ""


def package_of(module: str) -> str:
    """Return the name under which pip knows a module."""
    return PACKAGES.get(module, module)
