"""Chromium for browser tests and for screenshots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without a graphics card, WebGL needs SwiftShader: the projector and meshes are drawn with it.
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")


def find_chromium() -> str | None:
    """Return the path of a Chromium, if one is installed."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium_started(path: str) -> Iterator[Browser]:
    """Run a Chromium that draws WebGL without a graphics card."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=[*FLAGS]) as browser:
        yield browser
