"""The self-test refuses whatever is not as the corpus says, and says which case it is and what to do."""

from __future__ import annotations

import json
import multiprocessing
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from checker.catalog import built_in
from checker.engine.workshop import Workshop
from checker.outcome import CheckResult, Status
from checker.selftest import matrix
from checker.selftest.corpus import GOLDEN_FILE, Case, Fault, checks_of, matches, read_corpus
from checker.selftest.golden import differences, golden_of, is_golden, renewed
from checker.selftest.run_cases import Outcome, examine, examine_all
from checker.selftest.verdict import compare, judge, uncaught, update
from tests.support.paths import PROJECT, RIGHT_SCRIPT
from tests.support.processes import environment

RIGHT: dict[str, Any] = {"exercise": "ex01", "story": "is right", "fails": [], "says": []}
PRINTS_NOTHING: dict[str, Any] = {
    "exercise": "ex01",
    "story": "never prints",
    "base": "plain",
    "change": [{"old": 'print("result:", sess.run(result))', "new": "sess.run(result)"}],
    "fails": ["check_prints_the_result"],
    "says": ["no number"],
}

Judged = Callable[[], list[Fault]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two cases: a right one and one that prints nothing."""
    folder = tmp_path / "corpus"
    write_case(folder / "plain", RIGHT)
    script = RIGHT_SCRIPT.read_text("utf-8")
    (folder / "plain" / "ex01.py").write_text(script, "utf-8")
    write_case(folder / "prints_nothing", PRINTS_NOTHING)
    return folder


@pytest.fixture
def judged(corpus: Path, workshop: Workshop) -> Judged:
    """Check the cases of the corpus; return what is wrong with what was said of them, golden reports left aside."""

    def check() -> list[Fault]:
        cases, problems = read_corpus(corpus)
        return problems + [problem for case in cases for problem in judge(examine(case, workshop))]

    return check


def write_case(folder: Path, content: dict[str, Any], **other: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.json").write_text(json.dumps({**content, **other}), "utf-8")


def text_of(problem: Fault) -> str:
    console = Console(width=100)
    with console.capture() as capture:
        matrix.show_problems(console, [problem])
    return capture.get()


def selftest(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker.selftest", *arguments],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_a_corpus_that_is_as_it_says_has_no_problem(judged: Judged) -> None:
    assert judged() == []


def test_a_wrong_submission_that_passes_is_named(judged: Judged, corpus: Path) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, change=[])
    (problem,) = judged()
    assert (problem.subject, problem.what) == ("prints_nothing", "a wrong submission passes")
    assert "check_prints_the_result should fail: pass" in text_of(problem)


def test_a_right_submission_that_fails_is_named_with_the_message(judged: Judged, corpus: Path) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, fails=[], says=[])
    (problem,) = judged()
    assert (problem.subject, problem.what) == ("prints_nothing", "a right submission fails")
    assert "expected: -248820" in text_of(problem)


def test_a_submission_that_fails_another_check_is_named_with_both(judged: Judged, corpus: Path) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, fails=["check_saves_a_checkpoint"])
    (problem,) = judged()
    assert problem.what == "it fails other checks than it should"
    assert "check_prints_the_result fails" in text_of(problem)
    assert "check_saves_a_checkpoint should fail: pass" in text_of(problem)


def test_a_failure_that_is_told_before_the_cause_is_named(corpus: Path) -> None:
    fails = ["check_prints_the_result", "check_saves_a_checkpoint"]
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, fails=fails)
    checks = tuple(CheckResult(name, "does it", Status.FAIL, "here", "one", "no number", "look there") for name in fails)
    case = case_of(corpus, "prints_nothing")
    assert judge(Outcome(case, checks, cause="check_prints_the_result")) == []
    (problem,) = judge(Outcome(case, checks, cause="check_saves_a_checkpoint"))
    assert problem.what == "another failure should come first"
    assert "first: check_prints_the_result" in text_of(problem)


@pytest.mark.parametrize(
    ("line", "where", "is_named"),
    [
        (3, "ex01.py, line 3: x = 3", True),
        (3, "ex01.py, line 31: x = 3", False),
        (3, "the saved graph", False),
        ("helper.py, line 3", "ex01.py, line 3", False),
        ("helper.py, line 3", "helper.py, line 3", True),
        ("code cell 2, line 3", "ex01.ipynb, code cell 2, line 3: x = 3", True),
        ("code cell 2, line 3", "ex01.ipynb, code cell 12, line 3", False),
    ],
)
def test_the_first_failure_must_name_the_line_of_the_case(corpus: Path, line: object, where: str, is_named: bool) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, line=line)
    failed = CheckResult("check_prints_the_result", "prints", Status.FAIL, where, "-248820", "no number", "look there")
    problems = judge(Outcome(case_of(corpus, "prints_nothing"), (failed,)))
    assert [problem.what for problem in problems] == ([] if is_named else ["the first failure does not name the line"])


@pytest.mark.parametrize("line", [0, -1, True, 1.5, "", "line", "somewhere", "line 0", ["line 3"]])
def test_a_malformed_line_is_refused(corpus: Path, line: object) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, line=line)
    (problem,) = read_corpus(corpus)[1]
    assert "a malformed line" in problem.what


def test_a_right_submission_has_no_line(corpus: Path) -> None:
    write_case(corpus / "plain", RIGHT, line=3)
    problems = read_corpus(corpus)[1]
    assert any("a line in a right submission" in problem.what for problem in problems)


def test_a_message_without_the_words_of_the_case_is_named_with_them(judged: Judged, corpus: Path) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, says=["no number", "a hat"])
    (problem,) = judged()
    assert problem.what == "a message lacks its words"
    assert "not said: a hat" in text_of(problem)


def test_a_message_that_lacks_a_line_or_names_a_temporary_folder_is_refused(corpus: Path, tmp_path: Path) -> None:
    case = case_of(corpus, "prints_nothing")
    failed = CheckResult("check_prints_the_result", "prints", Status.FAIL, f"{tmp_path}/no number", "-248820", "")
    assert [problem.what.split(" /")[0] for problem in judge(Outcome(case, (failed,)))] == [
        "a message lacks a line",
        "a message names a folder below",
    ]


def test_a_check_that_catches_nothing_is_named(corpus: Path, workshop: Workshop) -> None:
    outcomes = [examine(case, workshop) for case in read_corpus(corpus)[0]]
    found = {problem.subject for problem in uncaught(outcomes, [built_in()["ex01"]])}
    assert "ex01 check_saves_a_checkpoint" in found
    assert "ex01 check_prints_the_result" not in found


def test_a_check_that_exercises_share_is_named_once(corpus: Path) -> None:
    subjects = [problem.subject for problem in uncaught([], [built_in()["ex05"], built_in()["ex06"]])]
    assert "ex05 check_logs_every_epoch, ex06 check_logs_every_epoch" in subjects


def test_a_golden_report_is_missed_written_and_then_compared(corpus: Path, workshop: Workshop) -> None:
    outcome = examine(case_of(corpus, "prints_nothing"), workshop)
    (missing,) = compare(outcome)
    assert missing.what == f"prints_nothing/{GOLDEN_FILE}: not there"
    assert f"--corpus {corpus} --update prints_nothing" in missing.remedy

    assert update(outcome)
    assert compare(outcome) == []
    assert not update(outcome), "what says the same is not written again"

    file = corpus / "prints_nothing" / GOLDEN_FILE
    file.write_text(file.read_text("utf-8").replace("no number", "nothing"), "utf-8")
    (changed,) = compare(outcome)
    assert changed.what == "a message changed"
    assert changed.details == ("check_prints_the_result", "  - actual: nothing", "  + actual: no number")
    assert "--update prints_nothing" in changed.remedy

    for damaged in ("{", "[]", '{"failed": {}}', '{"failed": {"check_a": {}}, "skipped": [], "advice": {}}'):
        file.write_text(damaged, "utf-8")
        assert "--update prints_nothing" in compare(outcome)[0].remedy


def test_measured_numbers_are_masked_and_others_are_not() -> None:
    where = "logdir/ex02/events.out.tfevents.1795320693.some-host, byte 42"
    expected = "at most 54.50 of 506 (least squares: 43.60), 0.1134 ± 0.02"
    actual = "MSE 1,053.41, -2.5e-07 after step 60, TensorFlow 2.21.0, [506, 13], 1e+30 at 0x7f00aa00bb00."
    checks = [
        CheckResult("check_a", "a", Status.FAIL, where, expected, actual, "rate 0.01"),
        CheckResult("check_b", "b", Status.SKIP, detail="a"),
        CheckResult("check_c", "c", Status.PASS, advice="MSE 53.4"),
        CheckResult("check_d", "d", Status.PASS),
    ]
    golden = golden_of(checks)
    assert golden == {
        "failed": {
            "check_a": {
                "where": "logdir/ex02/events.out.tfevents.#, byte 42",
                "expected": "at most 54.50 of 506 (least squares: #), # ± 0.02",
                "actual": "MSE #, # after step 60, TensorFlow 2.21.0, [506, 13], # at 0x#.",
                "hint": "rate 0.01",
            }
        },
        "skipped": ["check_b"],
        "advice": {"check_c": "MSE #"},
    }
    assert is_golden(golden)


def test_a_mask_stands_for_any_number_and_stays_where_it_was_set_by_hand() -> None:
    def golden(actual: str, where: str = "line 7") -> dict[str, Any]:
        return golden_of([CheckResult("check_a", "a", Status.FAIL, where, "2", actual)])

    by_hand = golden("from #", "line #")
    assert differences(by_hand, golden("from 1234")) == []
    assert differences(by_hand, golden("from 0.9995")) == []
    assert differences(by_hand, golden("from nan")) == []
    assert differences(by_hand, golden("from here")) != []
    assert differences(golden("from 1234"), golden("from 1235")) != []
    kept = renewed(by_hand, golden("from here", "line 9"))["failed"]["check_a"]
    assert (kept["where"], kept["actual"]) == ("line #", "from here")


def test_checks_that_come_and_go_are_differences() -> None:
    before = golden_of([CheckResult("check_a", "a", Status.SKIP), CheckResult("check_b", "b", Status.PASS, advice="more")])
    after = golden_of([CheckResult("check_a", "a", Status.PASS), CheckResult("check_b", "b", Status.PASS)])
    assert differences(before, after) == ["check_a", "  - skipped:", "check_b", "  - advice: more"]
    assert differences(after, before) == ["check_a", "  + skipped:", "check_b", "  + advice: more"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"colour": "red"}, "unknown key colour"),
        ({"story": " "}, "no story"),
        ({"says": "no number"}, "no says"),
        ({"says": []}, "only one of fails and says is empty"),
        ({"exercise": "ex99"}, "unknown exercise 'ex99'"),
        ({"fails": ["check_sings"]}, "unknown check check_sings"),
        ({"base": "nobody"}, "unknown base 'nobody'"),
        ({"base": "../corpus/plain"}, "unknown base"),
        ({"base": ["plain"]}, "unknown base"),
        ({"change": [{"old": "not in it", "new": ""}]}, "a change does not apply: 'not in it'"),
        ({"change": [{"old": "print"}]}, "a malformed change"),
        ({"change": "print"}, "a malformed change"),
    ],
)
def test_a_folder_that_is_no_case_is_named_with_its_file(corpus: Path, content: dict[str, Any], told: str) -> None:
    write_case(corpus / "prints_nothing", PRINTS_NOTHING, **content)
    cases, (problem,) = read_corpus(corpus)
    assert [case.name for case in cases] == ["plain"]
    assert problem.subject == "prints_nothing"
    assert problem.what.startswith("prints_nothing/case.json: ")
    assert told in problem.what
    assert problem.remedy


def test_a_folder_without_a_readable_case_or_script_is_named(corpus: Path) -> None:
    (corpus / "empty").mkdir()
    (corpus / "prints_nothing" / "ex01.py").write_text("", "utf-8")
    write_case(corpus / "without_script", RIGHT)
    write_case(corpus / "no_json", RIGHT)
    (corpus / "no_json" / "case.json").write_text("{", "utf-8")
    write_case(corpus / "no_text", RIGHT)
    (corpus / "no_text" / "ex01.py").write_bytes(b"# \xff")
    cases, problems = read_corpus(corpus)
    assert [case.name for case in cases] == ["plain"]
    assert [problem.what.split(": ")[0] for problem in problems] == [
        "empty/case.json",
        "no_json/case.json",
        "no_text/ex01.py",
        "prints_nothing/ex01.py",
        "without_script/ex01.py",
    ]


def test_a_worker_that_dies_takes_one_case_with_it(corpus: Path) -> None:
    cases = read_corpus(corpus)[0]
    first: list[Case] = []

    def kill_the_first_worker(case: Case) -> None:
        if not first:
            first.append(case)
            (worker,) = multiprocessing.active_children()
            worker.kill()

    outcomes = examine_all(cases, 1, on_start=kill_the_first_worker)
    assert [outcome.case.name for outcome in outcomes] == ["plain", "prints_nothing"]
    broken = [outcome for outcome in outcomes if outcome.errors]
    assert [outcome.case for outcome in broken] == first
    (problem,) = judge(broken[0])
    assert problem.is_ours
    assert "ended with status -9" in text_of(problem)
    assert [judge(outcome) for outcome in outcomes if outcome not in broken] == [[]]
    assert multiprocessing.active_children() == []


def test_names_are_chosen_by_a_part_or_a_pattern() -> None:
    assert matches("ex02_broadcast", [])
    assert matches("ex02_broadcast", ["ex04", "broad"])
    assert matches("ex02_broadcast", ["ex02_*"])
    assert not matches("ex02_broadcast", ["*_broad"])


def test_the_command_writes_golden_reports_and_says_the_same_with_one_worker_and_two(corpus: Path) -> None:
    # Named, so that it is not asked whether this small corpus holds something for every check.
    two = selftest("--corpus", str(corpus), "--jobs", "2", "--update", "plain", "prints")
    assert two.returncode == 0, two.stdout + two.stderr
    written = "golden reports written: plain, prints_nothing\n\n"
    assert written in two.stdout
    golden = json.loads((corpus / "prints_nothing" / GOLDEN_FILE).read_text("utf-8"))
    assert golden["failed"]["check_prints_the_result"]["actual"] == "no number"

    one = selftest("--corpus", str(corpus), "--jobs", "1", "plain", "prints")
    assert one.returncode == 0
    assert one.stdout == two.stdout.replace(written, "")
    assert sorted(re.sub(r"\d+\.\d s$", "# s", line[4:]) for line in one.stderr.splitlines()) == [
        "plain: as said, # s",
        "prints_nothing: as said, # s",
    ]
    lines = one.stdout.splitlines()
    checks = len(checks_of(built_in()["ex01"]))
    assert lines[-1] == f"2 submissions (1 right, 1 wrong), 1 exercise, {checks} checks: all as said"
    assert max(map(len, lines)) <= matrix.WIDTH
    assert "\x1b" not in one.stdout
    (right,) = [line for line in lines if "is right" in line]
    (wrong,) = [line for line in lines if "never prints" in line]
    assert right.split()[-checks:] == ["✓"] * checks
    assert wrong.split()[-checks:] == ["✓", "✗"] + ["✓"] * (checks - 2)


def test_the_command_refuses_a_whole_corpus_in_which_checks_catch_nothing(tmp_path: Path) -> None:
    write_case(tmp_path / "odd", RIGHT, colour="red")
    result = selftest("--corpus", str(tmp_path))
    assert result.returncode == 1
    assert "odd: odd/case.json: unknown key colour" in result.stdout
    assert "ex01 check_saves_a_checkpoint" in result.stdout
    assert result.stdout.splitlines()[-1].endswith(" more")


@pytest.mark.parametrize("arguments", [("--corpus", "nowhere"), ("--jobs", "0"), ("a_case_nobody_wrote",)])
def test_a_usage_error_is_told(arguments: tuple[str, ...]) -> None:
    result = selftest(*arguments)
    assert result.returncode == 2
    assert arguments[-1] in result.stderr


def case_of(corpus: Path, name: str) -> Case:
    return next(case for case in read_corpus(corpus)[0] if case.name == name)
