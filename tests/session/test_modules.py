"""A module that is not installed is told to the corrector, who may install it for the boxes of the session."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from checker.session.modules import ModulesError, allow_modules, modules_key
from tests.support.fixture_types import CommandLine
from tests.support.handed_in import write
from tests.support.script_text import RIGHT
from tests.support.sessions import OPTIONS


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the package tidetable, the only one that pip finds."""
    folder = tmp_path / "packages"
    folder.mkdir()
    head = "tidetable-1.0.dist-info/"
    files = {
        "tidetable.py": "HIGH = 12\n",
        "numpy.py": "raise ImportError('in the place of what is installed')\n",
        f"{head}METADATA": "Metadata-Version: 2.1\nName: tidetable\nVersion: 1.0\n",
        f"{head}WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    names = "".join(f"{name},,\n" for name in [*files, f"{head}RECORD"])
    with zipfile.ZipFile(folder / "tidetable-1.0-py3-none-any.whl", "w") as wheel:
        for name, content in {**files, f"{head}RECORD": names}.items():
            wheel.writestr(name, content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.mark.usefixtures("packages")
def test_a_package_is_installed_into_the_session_and_belongs_to_its_keys(tmp_path: Path) -> None:
    assert modules_key(tmp_path) == ""
    assert allow_modules(["numpy"], tmp_path) == ["numpy is installed here: scripts may import it anyway"]
    assert allow_modules(["tidetable, tidetable==1.0"], tmp_path) == [
        "tidetable was installed for the boxes of this session",
        "tidetable==1.0 was installed for the boxes of this session",
    ]
    assert (tmp_path / "modules/tidetable.py").is_file()
    assert modules_key(tmp_path)
    assert not list(tmp_path.glob(".incoming-*"))


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing-of-this-name", "ERROR: No matching distribution found for nothing-of-this-name"),
        ("--index-url=http://x", "the name of a package"),
        ("git+https://x/y", "the name of a package"),
        ("../evil", "the name of a package"),
    ],
)
def test_what_cannot_be_installed_is_told_with_the_reason_of_pip(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ModulesError) as error:
        allow_modules([name], tmp_path)
    assert reason in str(error.value)
    assert not (tmp_path / "modules").exists()


@pytest.mark.usefixtures("packages")
def test_the_corrector_is_told_of_a_module_and_lets_the_boxes_have_it(tmp_path: Path, command_line: CommandLine) -> None:
    write(tmp_path / "handed in/ada/ex01.py", f"import tidetable\n{RIGHT}")
    done = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert "  tidetable: ada; if it is a package: pip install tidetable, or --allow tidetable" in done.stdout, done.stderr
    assert "pip install tidetable" in (tmp_path / "session/index.html").read_text("utf-8")
    allowed = command_line("session", "handed in", *OPTIONS, "--allow", "tidetable", cwd=tmp_path)
    assert "1 exercise: 1 passed" in allowed.stdout, allowed.stdout + allowed.stderr
    assert "pip install tidetable" not in (tmp_path / "session/index.html").read_text("utf-8")
    again = command_line("session", "handed in", *OPTIONS, cwd=tmp_path)
    assert "0 to run, 1 needs no run" in again.stdout
