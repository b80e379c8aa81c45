"""The pytest plugin that turns the outcome of each check into a `CheckResult`."""

from __future__ import annotations

import traceback
from collections.abc import Generator

import pytest

from checker.engine.own_places import OwnPlaces, Told
from checker.engine.root_cause import explained
from checker.evidence.stdout import clean_line
from checker.outcome import CheckResult, Mismatch, Status
from checker.sandbox.box import MachineBusy

SAME_WORDS = 40  # characters at the beginning of an advice by which it is known in a hint


class Reporter:
    """Collects results in the order of the checks."""

    def __init__(self, places: OwnPlaces | None = None) -> None:
        self._places = places
        self.results: list[CheckResult] = []
        self.ran_out_of_memory = False
        self.starved: MachineBusy | None = None
        self._explained: dict[tuple[str, str, str], str] = {}  # cause of a mismatch -> title of the check that shows it

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Record a check once: when it was called, or when the evidence for it is missing."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or (call.when == "setup" and error is not None):
            self.results.append(self._result(item, error))
        elif error is not None:
            self.results.append(self._broken(item, error))
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a check file that cannot be loaded: our ERROR."""
        if report.failed:
            self.results.append(
                CheckResult(report.nodeid, "the checks can be loaded", Status.ERROR, detail=str(report.longrepr))
            )

    def pytest_internalerror(self, excrepr: object) -> None:
        """Record an error of pytest itself: our ERROR."""
        self.results.append(CheckResult("internal", "the checks can be run", Status.ERROR, detail=str(excrepr)))

    def require_means(self) -> None:
        """Raise `MemoryError` or `MachineBusy` where a check met it: then the results tell nothing."""
        if self.ran_out_of_memory:
            raise MemoryError
        if self.starved:
            raise self.starved

    def settle(self) -> str:
        """Turn each failure that another one explains into a SKIP; return the id of the first cause, "" for none.

        This is for the end: what explains a failure may be found by a later check.
        """
        self.results, cause = explained(self.results)
        return cause

    def _result(self, item: pytest.Item, error: BaseException | None) -> CheckResult:
        advice = " ".join(str(text) for key, text in item.user_properties if key == "advice")
        if error is None:
            return CheckResult(item.name, _title(item), Status.PASS, advice=advice)
        if not isinstance(error, Mismatch):
            return self._broken(item, error)
        explained_by = self._explained.setdefault(error.cause, _title(item))
        if explained_by != _title(item):
            return CheckResult(item.name, _title(item), Status.SKIP, detail=explained_by)
        # A stranger may have chosen names in these texts: none of them may control the terminal.
        expected, hint, told = clean_line(error.expected), clean_line(error.hint), self._told(error)
        texts = (told.where, expected, told.actual, hint)
        # The hint of a failure may hold the same evidence already.
        also = "" if advice[:SAME_WORDS] in hint else advice
        return CheckResult(
            item.name,
            _title(item),
            Status.FAIL,
            *texts,
            advice=also,
            kind=error.kind,
            place=told.place,
            lines=told.lines,
            charts=told.charts,
            nodes=told.nodes,
        )

    def _told(self, error: Mismatch) -> Told:
        if self._places is None:
            return Told(clean_line(error.where), clean_line(error.actual))
        return self._places.told(error)

    def _broken(self, item: pytest.Item, error: BaseException) -> CheckResult:
        self.ran_out_of_memory |= isinstance(error, MemoryError)
        if isinstance(error, MachineBusy):
            self.starved = error
        trace = "".join(traceback.format_exception(error))
        return CheckResult(item.name, _title(item), Status.ERROR, detail=trace)


def _title(item: pytest.Item) -> str:
    """Return the title a learner reads: the first line of the check's docstring."""
    function = getattr(item, "function", None)
    return (getattr(function, "__doc__", None) or item.name).strip().splitlines()[0]
