"""A teacher's pack, used from a folder outside the repository: alone, in a correction session, and against hostile scripts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from checker.__main__ import cli
from checker.catalog import Catalog
from checker.outcome import CHECK_FAILED, EVERYTHING_PASSED, USAGE
from checker.pack_reader import read_pack
from checker.selftest.corpus import GOLDEN_FILE, read_corpus
from checker.selftest.verdict import uncaught
from tests.support.documents import text_of
from tests.support.fixture_types import CommandLine
from tests.support.paths import PROJECT, TESTS
from tests.support.processes import checker_command, environment

FORMULAS = TESTS / "packs" / "formulas"
RECIPE = "docs/adding-an-exercise.md"
TITLE = "the height of the tide"
PLAIN = FORMULAS / "cases" / "tides_plain" / "tides.py"
GROWS = {"pack.toml", "README.md"}  # with each exercise: the recipe shows their beginning

HOSTILE = """
import os
import pathlib

def attempt(name, action):
    try:
        print(name, "done", action())
    except OSError as error:
        print(name, "refused")

DATA = "data/tides.csv"
PACK = {pack!r}
attempt("read", lambda: len(open(DATA).readlines()))
attempt("append", lambda: open(DATA, "a").write("1,1"))
attempt("truncate", lambda: os.truncate(DATA, 0))
attempt("remove", lambda: os.unlink(DATA))
attempt("replace", lambda: os.replace(__file__, DATA))
attempt("mode", lambda: os.chmod(DATA, 0o777))
attempt("original", lambda: open(PACK + "/data/tides.csv", "a").write("1,1"))
for name in ("held_out/tides.csv", "tides.py", "checks/check_tides.py", "expected/tides.json"):
    attempt(name, lambda: open(PACK + "/" + name).read())
    attempt(name, lambda: open(name).read())
attempt("pack", lambda: sorted(os.listdir(PACK)))
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "site-packages")]
    for name in files:
        if "tides" in name:
            print("found", pathlib.Path(folder, name))
"""


@dataclass(frozen=True)
class Corrected:
    """A correction session whose pack was removed after it."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    reported: subprocess.CompletedProcess[str]  # made without the pack
    pages: dict[str, str]  # by name, of that report


def run_checker(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """As the fixture `command_line`, for fixtures that a module shares."""
    command, variables = checker_command(*arguments), environment(**env)
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages: one is the pack, which its entry point offers."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(FORMULAS, folder / "formulas_pack")
    (folder / "formulas_pack" / "__init__.py").touch()
    facts = folder / "formulas_pack-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: formulas-pack\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[graph_mode_suite.packs]\nformulas = formulas_pack\n")
    return folder


@pytest.fixture(scope="module")
def pack(site: Path) -> Path:
    """The same pack as a plain folder, outside the repository. No test changes it."""
    return site / "formulas_pack"


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    """Ada is right, Bob takes a wave of 12 hours; the pack is gone when the report is made again."""
    folder = tmp_path_factory.mktemp("correction")
    own = shutil.copytree(FORMULAS, folder / "pack")
    for login, script in {"ada": PLAIN.read_text("utf-8"), "bob": PLAIN.read_text("utf-8").replace("12.42", "12")}.items():
        (folder / "handed_in" / login).mkdir(parents=True)
        (folder / "handed_in" / login / "tides.py").write_text(script, "utf-8")
    asked = ("handed_in", "--pack", "pack", "--exercises", "tides", "--into", "s", "--jobs", "1", "--sandbox", "auto")
    done = run_checker("session", *asked, cwd=folder)
    shutil.rmtree(own)
    for page in (folder / "s").rglob("*.html"):
        page.unlink()
    reported = run_checker("report", "s", cwd=folder)
    pages = {path.relative_to(folder / "s").as_posix(): path.read_text("utf-8") for path in (folder / "s").rglob("*.html")}
    return Corrected(folder / "s", done, reported, pages)


def only(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one report that was written to stdout."""
    (report,) = json.loads(done.stdout)["exercises"]
    return dict(report)


def broken(pack: Path, old: str, new: str) -> str:
    """Change the pack file and return what the command line says of it, as a usage error."""
    file = pack / "pack.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return refusal(pack)


def refusal(pack: Path) -> str:
    """Return what the command line says of a pack that it does not take."""
    result = CliRunner().invoke(cli, ["list", "--pack", str(pack)])
    assert result.exit_code == USAGE, result.output
    return str(result.output)


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    """A copy of the pack that a test may break."""
    return shutil.copytree(FORMULAS, tmp_path / "pack")


def test_the_scripts_of_a_pack_pass_when_it_is_named_by_the_option(pack: Path, tmp_path: Path) -> None:
    done = run_checker("--pack", str(pack), "--json", "-", cwd=tmp_path)
    assert done.returncode == EVERYTHING_PASSED, done.stdout + done.stderr
    reports = json.loads(done.stdout)["exercises"]
    assert [(report["exercise"], report["status"]) for report in reports] == [("root", "pass"), ("tides", "pass")]
    assert reports[1]["measures"]["error in the days that follow, in metres"] < 0.06  # that of the tide gauge is 0.05
    assert reports[0]["variables"] == []
    assert all(report["graph"]["nodes"] for report in reports)
    assert (tmp_path / "logdir" / "checked" / "tides" / "model.ckpt.index").is_file()


def test_packs_of_the_variable_are_listed(pack: Path, command_line: CommandLine, tmp_path: Path) -> None:
    done = command_line("list", cwd=tmp_path, SUITE_PACKS=str(pack))
    assert done.returncode == EVERYTHING_PASSED, done.stderr
    lines = [line for line in done.stdout.splitlines() if str(pack) in line]
    assert [line.split()[0] for line in lines] == ["root", "tides"]
    assert "not there" not in "".join(lines)


def test_a_script_can_read_the_data_of_an_installed_pack_and_nothing_else_of_it(
    site: Path, pack: Path, command_line: CommandLine, tmp_path: Path
) -> None:
    before = read_pack(pack).digest
    script = tmp_path / "hostile.py"
    script.write_text(HOSTILE.format(pack=str(pack)), "utf-8")
    done = command_line("tides", str(script), "--json", "-", cwd=tmp_path, PYTHONPATH=f"{PROJECT}:{site}")
    assert done.returncode == CHECK_FAILED, done.stdout + done.stderr
    report = only(done)
    assert report["isolation"] == "bubblewrap"
    said = report["output"].splitlines()
    assert said[0] == "read done 73"
    tried = ["append", "truncate", "remove", "replace", "mode", "original"]
    assert said[1:7] == [f"{name} refused" for name in tried]
    hidden = ["held_out/tides.csv", "tides.py", "checks/check_tides.py", "expected/tides.json"]
    assert said[7:15] == [f"{name} refused" for name in hidden for _ in range(2)]
    assert said[15] in ("pack refused", "pack done ['data']")  # the data lies there, too
    assert {line.rpartition("/")[2] for line in said[16:]} == {"tides.csv"}
    assert all(line.endswith("data/tides.csv") for line in said[16:]), said
    assert read_pack(pack).digest == before


def test_a_session_checks_a_pack(corrected: Corrected) -> None:
    assert corrected.done.returncode == CHECK_FAILED, corrected.done.stdout + corrected.done.stderr
    assert "2 exercises: 1 passed, 1 failed" in corrected.done.stdout
    assert re.search(r"ada +tides +pass", corrected.done.stdout)
    assert re.search(r"bob +tides +fail.*predicts the two days that follow the data", corrected.done.stdout)


def test_the_pages_of_a_session_name_the_exercise_although_the_pack_is_gone(corrected: Corrected) -> None:
    assert corrected.reported.returncode == EVERYTHING_PASSED, corrected.reported.stderr
    assert len(corrected.pages) >= 3, list(corrected.pages)  # of the class, and of each learner
    assert [name for name, page in corrected.pages.items() if TITLE not in page] == []
    assert any("error in metres at hours it has not seen" in page for page in corrected.pages.values())
    assert any("Which harbours would need a second wave?" in page for page in corrected.pages.values())


def test_no_solution_and_no_case_travels_with_a_session(corrected: Corrected) -> None:
    kept = {path.relative_to(corrected.folder / "packs").as_posix() for path in (corrected.folder / "packs").rglob("*.*")}
    names = ("pack.toml", "checks/shared.py", "data/tides.csv", "held_out/tides.csv")
    both = (
        f"{part}.{ending}"
        for name in ("root", "tides")
        for part, ending in ((f"checks/check_{name}", "py"), (f"expected/{name}", "json"))
    )
    assert kept == {f"formulas/{name}" for name in (*names, *both)}


def test_the_recipe_shows_the_files_of_this_pack() -> None:
    shown = re.findall(r"`PACK/([^`]+)`:\n\n```\w+\n(.*?)^```$", text_of(RECIPE), re.MULTILINE | re.DOTALL)
    assert {"pack.toml", "root.py", "checks/shared.py", "checks/check_root.py", "skeletons/root.py"} <= dict(shown).keys()
    for name, content in shown:
        text = (FORMULAS / name).read_text("utf-8")
        assert text.startswith(content) if name in GROWS else text == content, name
    tables = re.findall(r"^```toml\n(.*?)^```$", text_of(RECIPE), re.MULTILINE | re.DOTALL)
    assert "".join(f"{table}\n" for table in tables) == (FORMULAS / "pack.toml").read_text("utf-8") + "\n"


def test_the_pack_has_every_case_of_the_recipe_with_its_golden_report() -> None:
    pack = read_pack(FORMULAS)
    cases, faults = read_corpus(FORMULAS / "cases", Catalog((pack,)))
    assert faults == []
    assert [case.name for case in cases if not (case.folder / GOLDEN_FILE).is_file()] == []
    assert {case.exercise.id for case in cases if case.is_right} == {"root", "tides"}
    assert all(each.expected_graph and each.skeleton and each.solution.is_file() for each in pack.exercises)


def test_a_pack_needs_cases_of_its_own_checks_only() -> None:
    found = {fault.subject for fault in uncaught([], read_pack(FORMULAS).exercises)}
    assert {"root check_feeds_a_and_b", "tides check_halves_the_loss"} <= found
    assert not [subject for subject in found if "check_runs_to_the_end" in subject]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('id = "formulas"', 'id = "formulas', 2, "Illegal character"),
        ("[exercises.tides]\n", "[exercises.tides\n", 13, "table"),
        ("[exercises.root]\n", "[exercises.root]\ncolour = 'red'\n", 6, "unknown key colour"),
        ("[data.tides]\n", "[datas.tides]\n", 9, "unknown table datas"),
        ('id = "formulas"', 'id = "For mulas"', 2, "'For mulas' is no id"),
        ("[exercises.root]", "[exercises.Root]", 5, "'Root' is no id"),
        ("[exercises.root]", '[exercises."2 roots"]', 5, "'2 roots' is no id"),
        ("[exercises.root]", "[exercises.watch]", 5, "watch is a command of the checker"),
        ("[exercises.root]", "[exercises.roots]", 5, "check_roots.py is not there"),
        ('"data/tides.csv"', '"../tides.csv"', 10, "../tides.csv leads out of the pack"),
        ('"held_out/tides.csv"', '"/etc/passwd"', 11, "/etc/passwd leads out of the pack"),
        ('"held_out/tides.csv"', '"held_out/moon.csv"', 11, "moon.csv is not there"),
        ('"data/tides.csv"', '"README.md"', 10, "README.md has another ending"),
        ('data = "tides"', 'data = "moon"', 16, "known are boston, mnist, fashion_mnist, letters, fables, tides"),
        ("[data.tides]", "[data.mnist]", 9, "a data set called mnist comes with the checker"),
        ("time_s = 30", "time_s = 0", 19, "time_s is 0"),
        ('en = "a square root with a sine", ', "", 6, "title is {'fr'"),
        ("checkpoint = false", 'checkpoint = "no"', 7, "write checkpoint = true, or false"),
        ("[exercises.tides]", "[exercises.root]", 13, "root"),  # twice in one file
    ],
)  # fmt: skip
def test_a_broken_pack_is_a_usage_error_with_file_line_and_remedy(
    own_pack: Path, old: str, new: str, line: int, words: str
) -> None:
    said = broken(own_pack, old, new)
    assert f"{own_pack / 'pack.toml'}, line {line}: " in said
    assert words in said
    assert "; " in said  # the remedy


def test_a_missing_check_file_is_told_at_its_exercise(own_pack: Path) -> None:
    (own_pack / "checks" / "check_tides.py").unlink()
    said = refusal(own_pack)
    assert f"{own_pack / 'pack.toml'}, line 13: [exercises.tides] {own_pack / 'checks/check_tides.py'} is not there" in said


def test_data_behind_a_link_leads_out_of_the_pack(own_pack: Path, tmp_path: Path) -> None:
    shutil.move(own_pack / "data", tmp_path / "elsewhere")
    (own_pack / "data").symlink_to(tmp_path / "elsewhere")
    assert "data/tides.csv leads out of the pack" in refusal(own_pack)


def test_an_id_that_another_pack_has_is_told_with_both(own_pack: Path) -> None:
    shutil.copy(own_pack / "checks" / "check_root.py", own_pack / "checks" / "check_ex01.py")
    said = broken(own_pack, "[exercises.root]", "[exercises.ex01]")
    assert f"{own_pack / 'pack.toml'}, line 5: the exercise ex01 is in {PROJECT / 'exercises'}, too" in said
    other = broken(own_pack, 'id = "formulas"', 'id = "day"')
    assert f"{own_pack / 'pack.toml'}, line 2: the pack day is in {PROJECT / 'exercises'}, too" in other


def test_a_folder_without_a_pack_file_is_told(tmp_path: Path) -> None:
    assert f"{tmp_path / 'pack.toml'}: No such file or directory; a pack is a folder with a pack.toml in it" in refusal(
        tmp_path
    )
