"""Inside a forked child: windows and notebooks that do nothing, and errors that say that there is no network.

None of this protects against a harmful script: that is the task of the box. It lets an honest script run on, or tells it why
it cannot.
"""

from __future__ import annotations

import errno
import importlib
import os
import socket
import sys
from types import ModuleType
from typing import Any

from checker.sandbox import imports

OWN_BACKEND = "module://"  # precedes the name of a backend that is not part of matplotlib
NO_NETWORK = "there is no network in a check"
WIDGETS = (  # the names that an ordinary script gets by ``from tkinter import *``
    "Tk Toplevel Frame LabelFrame Label Button Entry Text Canvas Checkbutton Radiobutton Scale Listbox Scrollbar Menu"
    " Spinbox Message PhotoImage StringVar IntVar DoubleVar BooleanVar mainloop TclError END INSERT LEFT RIGHT TOP BOTTOM"
    " BOTH X Y N S E W"
)
NEARBY = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", socket.gethostname()}


def install() -> None:
    """Make the network fail with a clear error, and replace windows and notebooks."""
    if hasattr(sys, "addaudithook"):  # before Python 3.8, the walls alone refuse it
        sys.addaudithook(_refuse_network)
    sys.dont_write_bytecode = True  # no file may be added to a submission's folder
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(variable, None)
    imports.change("matplotlib", _keep_backend)
    imports.change(r"matplotlib\.pyplot", _keep_backend)
    imports.change(r"matplotlib\.figure", _record_figures)
    imports.serve(r"tkinter(?:\..*)?|Tkinter|_tkinter|turtle", _without_windows)
    imports.serve_missing(r"IPython(?:\..*)?", _notebook_module)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise the error of a machine without a network. An audit hook sees every call before anything is sent."""
    if event == "socket.getaddrinfo" and not _is_nearby(arguments[0]):
        raise socket.gaierror(socket.EAI_AGAIN, NO_NETWORK)
    if event in ("socket.gethostbyname", "socket.gethostbyname_ex") and not _is_nearby(arguments[0]):
        raise socket.gaierror(socket.EAI_AGAIN, NO_NETWORK)
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple) and not _is_nearby(arguments[1][0]):
        raise OSError(errno.ENETUNREACH, NO_NETWORK)


def _is_nearby(host: Any) -> bool:
    name = host.decode("utf-8", "replace") if isinstance(host, (bytes, bytearray)) else host
    return name is None or name in NEARBY or (isinstance(name, str) and name.startswith("127."))


def _keep_backend(module: ModuleType) -> None:
    """Keep the checker's backend, which captures figures: ``matplotlib.use`` and ``plt.switch_backend`` change nothing."""
    backend = os.environ.get("MPLBACKEND")
    if backend and module.__name__ == "matplotlib":
        module.use = lambda *arguments, **options: None  # type: ignore[attr-defined]  # a module takes any
    elif backend:
        switch = module.switch_backend
        module.switch_backend = lambda *arguments: switch(backend)  # type: ignore[attr-defined]  # pyplot itself calls it as well


def _record_figures(module: ModuleType) -> None:
    """Load the checker's backend for figures without pyplot, too. Otherwise only pyplot would load it."""
    backend = os.environ.get("MPLBACKEND", "")
    if backend.startswith(OWN_BACKEND):
        importlib.import_module(backend[len(OWN_BACKEND) :])


class _NothingType(type):
    """Gives a class every attribute, such as ``messagebox.showinfo``."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()


class Nothing(metaclass=_NothingType):
    """Stands for a window, a button or a notebook: accepts every call, does nothing, is false."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        """Return `Nothing` for every attribute except special names, by which Python asks what an object can do."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Return `Nothing` for every call."""
        return Nothing()

    def __getitem__(self, key: Any) -> Any:
        """Return `Nothing` for every option."""
        return Nothing()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class _Blank(ModuleType):
    """A module in which every name is the class `Nothing`, so that scripts can call it or derive from it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return Nothing


class _TclError(Exception):
    pass


def _without_windows(name: str) -> ModuleType:
    module = _Blank(name)
    vars(module).update(__path__=[], __all__=WIDGETS.split(), TclError=_TclError)
    return module


class Notebook(Nothing):
    """What ``get_ipython()`` returns: it runs the code of magics such as ``%time``, and ignores all others."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        super().__init__()
        self._namespace = namespace

    def run_line_magic(self, magic: str, line: str, *rest: Any) -> None:
        """Run the code of ``%time f()``; do nothing for ``%matplotlib inline``."""
        self._run(magic, line)

    def run_cell_magic(self, magic: str, line: str, cell: str) -> None:
        """Run a cell below ``%%time``."""
        self._run(magic, cell)

    def magic(self, text: str) -> None:
        """Run a line magic as IPython wrote it before version 5."""
        magic, _, line = text.strip().partition(" ")
        self._run(magic, line)

    def _run(self, magic: str, code: str) -> None:
        if magic in ("time", "timeit", "capture", "prun"):
            exec(compile(code, self._namespace.get("__file__", "<cell>"), "exec", dont_inherit=True), self._namespace)


def _notebook_module(name: str) -> ModuleType:
    """Return IPython or a part of it: `display` and its friends do nothing, `get_ipython` returns a notebook."""
    module = _Blank(name)
    vars(module).update(__path__=[], get_ipython=lambda: Notebook(vars(sys.modules["__main__"])), version_info=(8, 0, 0))
    return module
