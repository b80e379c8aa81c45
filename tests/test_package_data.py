"""A wheel holds every file that the checker reads: each kind of file is package data."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import PurePath

from tests.support.paths import PROJECT

ROOMS = ("checker", "exercises", "reference")
FOR_TRANSLATORS = ".po"


def test_every_kind_of_file_is_package_data() -> None:
    settings = configparser.ConfigParser()
    settings.read(PROJECT / "setup.cfg", "utf-8")
    patterns = settings["options.package_data"]["*"].replace(",", " ").split()
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=PROJECT, capture_output=True, text=True, check=True)
    kinds = {PurePath(name).suffix for name in listed.stdout.split()} - {".py", FOR_TRANSLATORS}
    assert {".toml", ".md", ".mo", ".npz"} <= kinds
    assert {f"*{kind}" for kind in kinds} - {*patterns} == set()
