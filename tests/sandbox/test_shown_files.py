"""What a box shows of the disk: what Python needs, wherever it is installed, and nothing that only lies beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from checker import doctor
from checker.sandbox import shown_files
from checker.sandbox.bubblewrap import command
from checker.sandbox.call_filter import readable_program
from checker.sandbox.call_policy import BOX
from tests.support.attempts import attempt_script
from tests.support.paths import PROJECT
from tests.support.processes import environment

READ_ALL = """
import numpy, nbconvert, tensorflow
from reference import datasets
datasets.mnist()
found = []
for folder, _, names in os.walk({above!r}):
    for name in names:
        path = os.path.relpath(os.path.join(folder, name), {above!r})
        if not path.startswith(("bin/", "lib/python", "lib64/python", "clone/checker/", "clone/reference/")):
            found.append(path)
return sorted(found), os.path.exists(os.path.join({above!r}, "clone/reference/data"))
"""
IN_BOX = """
import sys
from pathlib import Path
from checker.exercise import Limits
from checker.sandbox.box import Box
with Box("bubblewrap") as box, box.job_folder() as folder:
    script = folder / "attempt.py"
    script.write_text(Path(sys.argv[1]).read_text())
    result = box.run("script", folder, Limits(time_s=300), {}, script=str(script))
    print(result.stdout.decode(), result.stderr.decode())
"""


@pytest.mark.parametrize("python", ["bin/python", "clone/../bin/python"])
def test_of_an_environment_above_the_clone_only_python_is_shown(tmp_path: Path, python: str) -> None:
    above = tmp_path / "course"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", above], check=True)
    (packages,) = above.glob("lib/python*/site-packages")
    (packages / "real.pth").write_text(sysconfig.get_path("purelib"))
    for package in ("checker", "reference"):
        shutil.copytree(PROJECT / package, above / "clone" / package, ignore=shutil.ignore_patterns("__pycache__"))
    private = ["solutions.txt", "clone/.git/config", "clone/tests/submissions/ada.py", "handed_in/ada/ex01.py"]
    for name in [*private, "monday/session.sqlite", "lib/notes.txt", "share/notes.txt"]:
        (above / name).parent.mkdir(parents=True, exist_ok=True)
        (above / name).write_text("private")
    (tmp_path / "attempt.py").write_text(attempt_script(READ_ALL.format(above=str(above))))
    done = subprocess.run(
        [f"{above}/{python}", "-c", IN_BOX, tmp_path / "attempt.py"],
        env=environment(PYTHONPATH=str(above / "clone")),
        cwd=above,
        capture_output=True,
        text=True,
    )
    assert "done: (['pyvenv.cfg'], True)" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def system_folder() -> Path:
    """A folder of the system with files, which jobs see."""
    folders = [folder for folder in sorted(Path("/usr/share").iterdir()) if folder.is_dir() and not folder.is_symlink()]
    return next(folder for folder in folders if any(path.is_file() for path in folder.iterdir()))


def seen(tmp_path: Path, program: str) -> str:
    """Return what a program of Python prints behind walls, without TensorFlow."""
    with readable_program(BOX) as filter_pipe:
        walled = command([sys.executable, "-c", program], tmp_path, [], filter_pipe)
        done = subprocess.run(walled, pass_fds=[filter_pipe], capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize("which", ["the clone", "home", "where the checker works"])
def test_what_is_private_is_hidden_in_a_folder_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system_folder: Path, which: str
) -> None:
    program = f"import os\nprint(os.listdir({str(system_folder)!r}))"
    assert seen(tmp_path, program) != "[]"
    if which == "the clone":
        monkeypatch.setattr(shown_files, "PROJECT", system_folder)
    elif which == "home":
        monkeypatch.setenv("HOME", str(system_folder))
    else:
        monkeypatch.chdir(system_folder)
    assert seen(tmp_path, program) == "[]"
    assert "Read-only file system" in seen(tmp_path, f"open({str(system_folder / 'x')!r}, 'w')")
    (found,) = doctor._shown()
    assert str(system_folder) in found.found


def test_what_lies_beside_the_folders_of_the_system_is_not_there(tmp_path: Path) -> None:
    for folder in ("/usr", "/usr/local"):
        there = seen(tmp_path, f"import os\nprint(*os.listdir({folder!r}))").split()
        assert {"bin", "lib", "share"} <= set(there) <= {*shown_files.USER_PARTS, "local"}


def test_a_home_or_a_clone_that_python_itself_is_installed_in_takes_nothing_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packages = Path(sysconfig.get_path("purelib"))
    monkeypatch.setattr(shown_files, "PROJECT", packages)  # so it is where the suite is installed as a package
    monkeypatch.setenv("HOME", sys.prefix)
    monkeypatch.chdir(packages / "numpy")
    program = "import numpy, subprocess, sys; print(numpy.add(1, 1), subprocess.call([sys.executable, '-S', '-c', '']))"
    assert seen(tmp_path, program) == "2 0"
