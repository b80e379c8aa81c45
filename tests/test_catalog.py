"""The catalogue: which packs are found, what is read of them, and when a result is no longer valid."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from checker.__main__ import cli
from checker.catalog import PACKS_VARIABLE, Catalog, built_in, load_catalog
from checker.engine import model_fixtures
from checker.exercise import DataSet, Limits, RecipeSection
from checker.pack_file import LARGEST_FILE_BYTES, PACK_FILE, PackError, PackFile
from checker.pack_reader import BUILT_IN_DATA, MODELS, RESERVED_IDS, read_pack
from reference import datasets
from tests.support.paths import TESTS

FORMULAS = TESTS / "packs" / "formulas"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the teacher's pack."""
    return shutil.copytree(FORMULAS, tmp_path / "pack")


def write_pack(folder: Path, text: str) -> Path:
    """Write a pack file, and an empty check file for the exercise `one`."""
    (folder / "checks").mkdir(parents=True, exist_ok=True)
    (folder / "checks" / "check_one.py").touch()
    (folder / PACK_FILE).write_text(text, "utf-8")
    return folder


MINIMAL = '[pack]\nid = "small"\ntitle = "Small"\n[exercises.one]\ntitle = "one"\n'


def test_no_exercise_can_have_the_name_of_a_command() -> None:
    assert {*cli.commands} <= RESERVED_IDS


def test_the_data_sets_that_packs_may_name_are_those_of_the_reference() -> None:
    assert {*BUILT_IN_DATA} == {name for _, name in datasets.DIGESTS}


def test_the_models_that_packs_may_name_are_fixtures() -> None:
    assert [name for name in MODELS if not hasattr(model_fixtures, name)] == []


def test_an_exercise_carries_everything_that_belongs_to_it() -> None:
    root, tides = read_pack(FORMULAS).exercises
    assert (tides.id, tides.pack, tides.script, tides.logdir) == ("tides", "formulas", "tides.py", "logdir/tides")
    assert (tides.title, tides.titles["fr"]) == ("the height of the tide", "la hauteur de la marée")
    assert tides.question == "Which harbours would need a second wave?"
    assert tides.data == DataSet("tides", FORMULAS / "data/tides.csv", "data/tides.csv", FORMULAS / "held_out/tides.csv")
    assert not tides.data.is_built_in
    assert tides.limits == Limits(time_s=30.0)
    assert tides.solution == FORMULAS / "tides.py"
    assert (tides.skeleton, tides.subject) == (FORMULAS / "skeletons/tides.py", FORMULAS / "README.md")
    assert (tides.expected_graph, tides.cases) == (FORMULAS / "expected/tides.json", FORMULAS / "cases")
    assert (tides.saves, root.saves) == (True, False)
    assert (root.data, root.dataset, root.question, root.limits) == (None, "", "", Limits())
    assert not root.is_built_in


def test_a_pack_needs_a_title_and_a_check_file_only(tmp_path: Path) -> None:
    (one,) = read_pack(write_pack(tmp_path, MINIMAL)).exercises
    assert (one.expected_graph, one.skeleton, one.tasks, one.subject, one.cases) == (None, None, None, None, None)
    assert one.titles == {"en": "one"}
    assert not one.solution.exists()


@pytest.mark.parametrize("name", ["pack.toml", "checks/check_root.py", "checks/shared.py", "data/tides.csv", "held_out/tides.csv", "expected/tides.json"])  # fmt: skip
def test_results_are_no_longer_valid_when_what_decides_them_changes(pack: Path, name: str) -> None:
    before = read_pack(pack).digest
    with (pack / name).open("a") as file:
        file.write("\n")
    assert read_pack(pack).digest != before


@pytest.mark.parametrize("name", ["README.md", "root.py", "skeletons/root.py", "cases/root_plain/case.json"])
def test_results_stay_valid_when_anything_else_changes(pack: Path, name: str) -> None:
    before = read_pack(pack).digest
    with (pack / name).open("a") as file:
        file.write("\n")
    assert read_pack(pack).digest == before


def test_a_new_module_beside_the_checks_changes_the_digest_and_a_copy_does_not(pack: Path) -> None:
    before = read_pack(pack).digest
    assert before == read_pack(FORMULAS).digest
    (pack / "checks" / "other.py").touch()
    assert read_pack(pack).digest != before


def test_packs_of_the_variable_come_after_the_built_in_ones_and_each_counts_once(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = write_pack(tmp_path / "small", MINIMAL)
    monkeypatch.setenv(PACKS_VARIABLE, os.pathsep.join([str(small), "", str(pack)]))
    catalog = load_catalog([pack / "checks" / ".."])
    assert [*catalog] == [*built_in(), "one", "root", "tides"]
    assert [each.id for each in catalog.foreign_packs] == ["small", "formulas"]
    assert catalog.pack_of("tides").folder == pack
    assert "two" not in catalog
    assert len(load_catalog(ask_environment=False)) == len(built_in())


def test_an_entry_point_that_names_no_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = tmp_path / "lost-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: lost\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[graph_mode_suite.packs]\nlost = no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PackError, match=r"no such package; the entry point lost of graph_mode_suite\.packs"):
        load_catalog()


def test_a_built_in_pack_is_read_as_any_other() -> None:
    (day, *_) = built_in().packs
    assert day.is_built_in
    assert read_pack(day.folder).exercises == day.exercises
    assert Catalog((day,)).foreign_packs == ()
    assert PACK_FILE in {path.name for path in day.files}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no table [pack]"),
        ("pack = 1\n", 1, "no table [pack]"),
        ('[pack]\nid = "a"\ntitle = "b"\n', 1, "no exercise"),
        ('[pack]\nid = "a"\ntitle = "b"\n[exercises]\none = 1\n', 1, "no table [exercises.one]"),
        (MINIMAL.replace('"small"', "7"), 2, "id is 7"),
        (MINIMAL.replace('title = "Small"\n', ""), 1, "title is missing"),
        (MINIMAL.replace('"Small"', '{ de = "Klein", en = "Small" }'), 3, "write title = "),
        (MINIMAL.replace('id = "small"', 'id = "small"\nchecks = "else"'), 3, "else is no folder"),
        (MINIMAL + "columns = [-1]\n", 6, "columns is [-1]"),
        (MINIMAL + 'model = "magic"\n', 6, "known are arithmetic, regression, classifier"),
        (MINIMAL + "[exercises.one.limits]\npatience = 1\n", 7, "unknown key patience"),
        (MINIMAL + "[exercises.one.limits]\ntime_s = true\n", 7, "time_s is True"),
        (MINIMAL + f"[exercises.{'o' * 41}]\ntitle = 'x'\n", 6, "is no id"),
    ],
)  # fmt: skip
def test_a_fault_of_a_pack_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(PackError) as caught:
        read_pack(write_pack(tmp_path, text))
    assert f"{tmp_path / PACK_FILE}, line {line}: " in str(caught.value)
    assert words in str(caught.value)


def test_a_pack_file_that_is_no_text_or_too_large_is_told(tmp_path: Path) -> None:
    file = tmp_path / PACK_FILE
    file.write_bytes(b"[pack]\n# \xff\n")
    with pytest.raises(PackError, match="line 2: it is not UTF-8; save it as UTF-8"):
        PackFile.read(file)
    file.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(PackError, match="bytes"):
        PackFile.read(file)


def test_the_line_of_a_table_or_key_is_found_whatever_its_spelling(tmp_path: Path) -> None:
    text = '# [data.sea]\n[ data . "sea" ] # [data.lake]\n\'file\' = "x"\n[data.lake]\nfile = "y"\n'
    file = PackFile.read(write_pack(tmp_path, text) / PACK_FILE)
    assert (file.line_of("data.sea"), file.line_of("data.sea", "file")) == (2, 3)
    assert (file.line_of("data.lake"), file.line_of("data.lake", "file")) == (4, 5)
    assert (file.line_of("data.lake", "held_out"), file.line_of("pack")) == (4, 1)


RECIPES = "# Page\n\n## Feed a `batch`\n\n```python\n## no heading\n```\n\n## Save, then restore\n"


def write_pack_with_recipes(folder: Path, table: str, head: str = "") -> Path:
    """Write a pack whose exercise `one` has a check `check_it`, and a page with two recipes."""
    write_pack(
        folder, MINIMAL.replace('title = "Small"\n', f'title = "Small"\n{head}') + f"[exercises.one.recipes]\n{table}\n"
    )
    (folder / "checks" / "check_one.py").write_text("def check_it() -> None: ...\n")
    (folder / "recipes.md").write_text(RECIPES, "utf-8")
    return folder


def test_a_recipe_helps_with_failures_of_a_check_or_of_one_kind(tmp_path: Path) -> None:
    table = 'check_it = "feed-a-batch"\n"check_it/lost" = "save-then-restore"'
    pack = read_pack(write_pack_with_recipes(tmp_path, table))
    (one,) = pack.exercises
    assert one.recipe_for("check_it", "") == RecipeSection("Feed a batch", tmp_path / "recipes.md")
    assert one.recipe_for("check_it", "lost") == RecipeSection("Save, then restore", tmp_path / "recipes.md")
    assert one.recipe_for("check_else", "lost") is None
    assert tmp_path / "recipes.md" in pack.files  # it travels with a session


def test_a_recipe_for_failures_of_no_kind_is_for_no_other(tmp_path: Path) -> None:
    (one,) = read_pack(write_pack_with_recipes(tmp_path, '"check_it/" = "feed-a-batch"')).exercises
    assert one.recipe_for("check_it", "") is not None
    assert one.recipe_for("check_it", "lost") is None


@pytest.mark.parametrize(
    ("table", "head", "words"),
    [
        ('check_else = "feed-a-batch"', "", "line 7: [exercises.one.recipes] check_else names no check of check_one.py"),
        ('"check_it lost" = "feed-a-batch"', "", "line 7: [exercises.one.recipes] check_it lost names no check"),
        (
            'check_it = "feed-a-bath"',
            "",
            "feed-a-bath is no section of recipes.md; known are feed-a-batch, save-then-restore",
        ),
        ("check_it = 1", "", "check_it is 1"),
        ('check_it = "feed-a-batch"', 'recipes = "no/page.md"\n', "no/page.md is not there"),
        ('check_it = "feed-a-batch"', 'recipes = "../page.md"\n', "leads out of the pack"),
    ],
)
def test_a_fault_in_a_table_of_recipes_is_told(tmp_path: Path, table: str, head: str, words: str) -> None:
    with pytest.raises(PackError) as caught:
        read_pack(write_pack_with_recipes(tmp_path, table, head))
    assert words in str(caught.value)


def test_a_table_of_recipes_without_a_page_is_told(tmp_path: Path) -> None:
    folder = write_pack_with_recipes(tmp_path, 'check_it = "feed-a-batch"')
    (folder / "recipes.md").unlink()
    with pytest.raises(PackError, match=r"recipes\.md: No such file or directory; write the recipes there"):
        read_pack(folder)
