"""The policy of system calls, one call after the other."""

from __future__ import annotations

from collections.abc import Iterator

from checker.sandbox.call_policy import Numbers, Refusal


def refused_calls(policy: tuple[Refusal, ...]) -> Iterator[tuple[str, Numbers, Refusal]]:
    """Yield the calls that a policy names: name, numbers, and what it says."""
    for refusal in policy:
        for name, numbers in refusal.calls.items():
            yield name, numbers, refusal
