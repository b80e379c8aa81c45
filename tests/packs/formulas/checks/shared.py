"""What the checks of both exercises need."""

from __future__ import annotations

import math

from checker.evidence.stdout import numbers
from checker.expect import expect, listed


def require_printed(stdout: str, value: float, within: float, hint: str) -> None:
    """Raise `Mismatch` unless a script printed a value."""
    found = numbers(stdout)
    near = any(math.isclose(number, value, abs_tol=within) for number in found)
    expect(near, "stdout", f"{value:.4g}", listed(map("{:g}".format, found), "no number"), hint)
