"""The files beside a script that it names come along, and no others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.engine import companion_files
from checker.engine.companion_files import bring_along


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A learner's folder with a script and some files, and an empty working folder."""
    home, work = tmp_path / "home", tmp_path / "work"
    for folder in (home / "data" / "deep", home / "saved", home / ".git", home / "logdir" / "ex02", work):
        folder.mkdir(parents=True)
    files = "houses.csv other.csv helper.py bob.py secret.txt data/a.npz data/deep/b.npz saved/m.index saved/m.meta .git/houses.csv"
    for name in [*files.split(), "logdir/ex02/houses.csv"]:
        (home / name).write_text(name)
    return home, work


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("import numpy", set()),
        ("np.loadtxt('houses.csv')", {"houses.csv"}),
        ("os.path.join(os.path.dirname(__file__), 'houses.csv')", {"houses.csv"}),
        ("glob.glob('*.csv')", {"houses.csv", "other.csv"}),
        ("os.listdir('data')", {"data/a.npz", "data/deep/b.npz"}),
        ("np.load('data/a.npz')", {"data/a.npz", "data/deep/b.npz"}),
        ("import helper", {"helper.py"}),
        ("from helper import f as bob", {"helper.py", "bob.py"}),
        ("helper = bob = 1", set()),
        ("saver.restore(sess, 'saved/m')", {"saved/m.index", "saved/m.meta"}),
        ("data = secret = houses = 1", set()),
    ],
)
def test_what_the_script_names_comes_along(folders: tuple[Path, Path], text: str, files: set[str]) -> None:
    home, work = folders
    (home / "ex02.py").write_text(text)
    brought = bring_along(home / "ex02.py", work)
    assert brought.script == work / "ex02.py"
    there = {path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file()}
    assert there == files | {"ex02.py"} == brought.files
    assert brought.notes == []


def test_a_package_comes_along_with_what_its_modules_import(tmp_path: Path) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / "nets" / "parts").mkdir(parents=True)
    work.mkdir()
    texts = {
        "ex04.py": "from nets import model",
        "nets/__init__.py": "",
        "nets/model.py": "from .parts import (\n    dense,\n)\nimport settings",
        "nets/parts/__init__.py": "",
        "nets/parts/dense.py": "open('rates.csv')",
        "nets/parts/unused.py": "",
        "settings.py": "",
        "rates.csv": "0.1",
        "others.py": "",
        "__init__.py": "",
        "reference/__init__.py": "",
    }
    for name, text in texts.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    brought = bring_along(home / "ex04.py", work)
    assert brought.files == set(texts) - {"nets/parts/unused.py", "others.py", "__init__.py", "reference/__init__.py"}


def test_modules_that_import_each_other_come_once(folders: tuple[Path, Path]) -> None:
    home, work = folders
    (home / "helper.py").write_text("import bob")
    (home / "bob.py").write_text("import helper")
    (home / "ex02.py").write_text("import helper")
    assert bring_along(home / "ex02.py", work).files == {"ex02.py", "helper.py", "bob.py"}


def test_a_link_stays_where_it_is(folders: tuple[Path, Path], tmp_path: Path) -> None:
    home, work = folders
    (tmp_path / "private").write_text("of the corrector")
    (home / "link.csv").symlink_to(tmp_path / "private")
    (home / "folder").symlink_to(tmp_path)
    os.mkfifo(home / "pipe.csv")
    (home / "ex02.py").write_text("open('link.csv'), open('pipe.csv'), open('folder/private')")
    brought = bring_along(home / "ex02.py", work)
    assert [path.name for path in work.iterdir()] == ["ex02.py"]
    assert brought.notes == ["not copied with the script, no plain file: folder, link.csv, pipe.csv"]


def test_number_and_size_are_limited_and_what_is_left_is_said(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = folders
    for i in range(10):
        (home / f"{i}.dat").write_bytes(bytes(1 << 20))
    (home / "ex02.py").write_text("glob('*.dat')")
    monkeypatch.setattr(companion_files, "LARGEST_TOTAL_BYTES", 3 << 20)
    brought = bring_along(home / "ex02.py", work)
    assert {"0.dat", "1.dat", "2.dat"} == {name for name in brought.files if name.endswith(".dat")}
    (note,) = brought.notes
    assert (
        note
        == "not copied with the script, a check copies 200 files and 3 MiB: 3.dat, 4.dat, 5.dat, 6.dat, 7.dat and 2 more"
    )


def test_a_folder_of_many_thousand_files_is_not_read_to_its_end(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = folders
    monkeypatch.setattr(companion_files, "MOST_ENTRIES", 3)
    (home / "ex02.py").write_text("glob('*.csv')")
    assert len(bring_along(home / "ex02.py", work).files) <= 3


def test_a_script_that_cannot_be_decoded_still_runs(folders: tuple[Path, Path]) -> None:
    home, work = folders
    (home / "ex02.py").write_bytes("open('houses.csv')".encode("utf-16"))
    assert "houses.csv" in bring_along(home / "ex02.py", work).files
    (home / "ex02.py").write_bytes(b"\xff\x00\xfe'houses.csv'")
    assert "houses.csv" in bring_along(home / "ex02.py", work).files
