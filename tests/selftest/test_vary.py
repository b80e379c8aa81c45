"""`--vary` lists what hangs on threads, kernels and instruction sets, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.catalog import built_in
from checker.outcome import CheckResult, Status
from checker.selftest import cases_command, vary
from checker.selftest.__main__ import cli
from checker.selftest.corpus import SUBMISSIONS, Case
from checker.selftest.golden import golden_of, write_golden
from checker.selftest.run_cases import Outcome
from checker.selftest.vary import BASE_LINE, Variation, compare, processor_flags, variations

ONE_THREAD = Variation({"OMP_NUM_THREADS": "1"}, "one thread")
NO_KERNELS = Variation({"TF_ENABLE_ONEDNN_OPTS": "0"})
PRINTS = 'print("result:", sess.run(result))'
PRINTS_UNDER_ONE_THREAD_ONLY = f"if __import__('os').environ.get('OMP_NUM_THREADS') == '1':\n        {PRINTS}"


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three cases: a robust right one, a robust wrong one, and one that prints under one thread only."""
    monkeypatch.setattr(vary, "variations", lambda flags: ([ONE_THREAD, NO_KERNELS], ["AVX512_CORE"]))
    script = (SUBMISSIONS / "ex01_plain" / "ex01.py").read_text("utf-8")
    assert PRINTS in script
    for name, prints in (("robust", PRINTS), ("silent", "sess.run(result)"), ("thin", PRINTS_UNDER_ONE_THREAD_ONLY)):
        case = {"exercise": "ex01", "story": name, "fails": [], "says": []}
        if name != "robust":
            case |= {"fails": ["check_prints_the_result"], "says": ["no number"]}
        folder = tmp_path / name
        folder.mkdir()
        (folder / "case.json").write_text(json.dumps(case), "utf-8")
        (folder / "ex01.py").write_text(script.replace(PRINTS, prints), "utf-8")
    return tmp_path


def selftest(corpus: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--corpus", str(corpus), "--jobs", "1", "--vary", *arguments])


def test_a_case_that_hangs_on_a_variable_is_listed_and_robust_ones_are_not(corpus: Path) -> None:
    result = selftest(corpus)
    assert result.exit_code == 1, result.output
    told = result.stdout
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.strip()}
    assert rows["check_prints_the_result"] == ["✗", "✓", "·"]  # the base line, one thread, without oneDNN's kernels
    assert "thin" in rows
    assert "robust" not in told
    assert "silent" not in told
    assert "check_prints_the_result: pass instead of fail, one thread" in told
    assert "- actual: no number" in told
    assert "left out, since this processor lacks them: AVX512_CORE" in told
    assert told.splitlines()[-1] == "3 submissions, 2 variations: 1 changed: thin"
    assert [line for line in result.stderr.splitlines() if "/" not in line] == [
        BASE_LINE.name,
        "one thread",
        "TF_ENABLE_ONEDNN_OPTS=0",
    ]


def test_robust_cases_alone_are_told_to_be_the_same(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = (CheckResult("check_prints_the_result", "prints", Status.PASS),)
    monkeypatch.setattr(
        cases_command, "check_all", lambda console, cases, jobs, env: [Outcome(case, passed) for case in cases]
    )
    result = selftest(corpus, "robust")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "1 submissions, 2 variations: every outcome is the same"


def test_golden_reports_are_not_written_while_varying(corpus: Path) -> None:
    assert selftest(corpus, "--update").exit_code == 2


def test_the_variations_are_those_of_the_processor() -> None:
    found, left_out = variations({"sse4_1", "avx", "avx2", "fma"})
    assert [variation.name for variation in found] == [
        "one thread",
        "two threads",
        "TF_ENABLE_ONEDNN_OPTS=0",
        "TF_ENABLE_ONEDNN_OPTS=1",
        "ONEDNN_MAX_CPU_ISA=SSE41",
        "ONEDNN_MAX_CPU_ISA=AVX",
        "ONEDNN_MAX_CPU_ISA=AVX2",
        "TF_ENABLE_ONEDNN_OPTS=0 ONEDNN_MAX_CPU_ISA=AVX2",
    ]
    assert left_out == ["AVX512_CORE"]
    none, all_of_them = variations(())
    assert len(none) == 4
    assert len(all_of_them) == 4


def test_the_flags_of_a_processor_are_read(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    assert processor_flags(file) == frozenset()
    file.write_text("processor\t: 0\nflags\t\t: fpu avx\n\nprocessor\t: 1\nflags\t\t: fpu avx\n", "utf-8")
    assert processor_flags(file) == {"fpu", "avx"}


def test_measured_numbers_may_differ_and_words_and_advice_may_not(tmp_path: Path) -> None:
    case = Case(tmp_path, built_in()["ex02"], "story", "", ("check_a",), ("MSE",))

    def outcome(actual: str, advice: str = "") -> Outcome:
        failed = CheckResult("check_a", "a", Status.FAIL, "line 7", "at most 3", actual)
        return Outcome(case, (failed, CheckResult("check_b", "b", Status.PASS, advice=advice)))

    assert compare(ONE_THREAD, outcome("MSE 1.25"), outcome("MSE 1.75")) == []
    (words,) = compare(ONE_THREAD, outcome("MSE 1.25"), outcome("no MSE"))
    assert (words.check, words.outcome) == ("check_a", "fail with another message")
    assert words.message == ("- actual: MSE #", "+ actual: no MSE")
    (advised,) = compare(ONE_THREAD, outcome("MSE 1.25"), outcome("MSE 1.25", "more steps"))
    assert (advised.check, advised.outcome) == ("check_b", "pass with another message")

    write_golden(tmp_path / "golden.json", golden_of(outcome("after # calls").checks))
    assert compare(ONE_THREAD, outcome("after 8 calls"), outcome("after 9 calls")) == [], "as its golden report allows"


def test_a_case_on_which_the_checker_breaks_ends_in_errors(tmp_path: Path) -> None:
    case = Case(tmp_path, built_in()["ex02"], "story", "", (), ())
    passed = Outcome(case, (CheckResult("check_a", "a", Status.PASS),))
    (change,) = compare(ONE_THREAD, passed, Outcome(case, (), "Traceback"))
    assert change.outcome == "error instead of pass"
