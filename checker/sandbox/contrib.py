"""Inside a forked child: the modules of ``tf.contrib`` that are served, and an error with a replacement for the others."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from checker.sandbox import contrib_layers, input_data
from checker.sandbox.datasets import load_boston_rows
from checker.sandbox.imports import package

NAME = "tensorflow.contrib"

REPLACEMENTS = {
    "": "tf.layers, tf.nn and tf.keras",
    "crf": "tf.nn",
    "data": "tf.data",
    "distributions": "tf.distributions",
    "eager": "tf.Session, since this suite is about graph mode",
    "estimator": "tf.keras",
    "framework": "tf.get_variable and tf.train",
    "image": "tf.image",
    "keras": "tf.keras",
    "layers": "tf.layers",
    "learn": "tf.keras",
    "losses": "tf.losses",
    "metrics": "tf.metrics",
    "opt": "the optimisers of tf.train",
    "rnn": "tf.nn.rnn_cell and tf.nn.static_rnn",
    "saved_model": "tf.saved_model",
    "seq2seq": "tf.nn.dynamic_rnn",
    "slim": "tf.layers",
    "summary": "tf.summary",
    "tensorboard": "tensorboard.plugins.projector",
    "training": "tf.train",
}


class Gone(ModuleType):
    """A module of tf.contrib. Names that are not served raise an error that names the replacement."""

    def __getattr__(self, name: str) -> Any:
        """Raise AttributeError. The import system asks for dunder names, for which Python's own words are enough."""
        words = f"module {self.__name__!r} has no attribute {name!r}"
        raise AttributeError(
            words if name.startswith("__") else f"{words}; in its place: {replacement(self.__name__, name)}"
        )


def replacement(module: str, name: str = "") -> str:
    """Return what replaces a part of tf.contrib."""
    part = f"{module}.{name}".removeprefix(NAME).strip(".").partition(".")[0]
    return REPLACEMENTS.get(part, REPLACEMENTS[""])


def resolve(name: str) -> ModuleType:
    """Return a served module of tf.contrib by its full name. Raises ModuleNotFoundError, which names the replacement."""
    if name not in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}; in its place: {replacement(name)}", name=name)
    return MODULES[name]


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """Return ``boston`` or ``mnist``; the other data sets of tf.contrib.learn are not served."""
    loaders: dict[str, Callable[[], Any]] = {"boston": load_boston_rows, "mnist": input_data.load_mnist}
    if name not in loaders:
        raise ValueError(f"Name of dataset is not found: {name}; a check serves boston and mnist")
    return loaders[name]()


def _modules() -> dict[str, ModuleType]:
    mnist = package(f"{NAME}.learn.datasets.mnist", **vars(input_data))
    boston = package(f"{NAME}.learn.datasets.boston", load_boston=load_boston_rows)
    data: dict[str, Any] = {"load_dataset": load_dataset, "mnist": mnist, "boston": boston}
    data.update(load_mnist=input_data.load_mnist, load_boston=load_boston_rows)
    contents: dict[str, dict[str, Any]] = {
        "": {},
        ".layers": dict(contrib_layers.SERVED),
        ".learn": {},
        ".learn.datasets": data,
        ".learn.python": {},
        ".learn.python.learn": {},
        ".learn.python.learn.datasets": data,
        ".learn.python.learn.datasets.mnist": vars(mnist),
    }
    modules: dict[str, ModuleType] = {}
    for suffix, content in contents.items():
        module = modules[NAME + suffix] = Gone(NAME + suffix)
        vars(module).update({name: value for name, value in content.items() if not name.startswith("__")}, __path__=[])
        parent, _, last = (NAME + suffix).rpartition(".")
        if parent in modules:
            setattr(modules[parent], last, module)
    return modules


MODULES = _modules()
