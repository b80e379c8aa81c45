"""Inside a forked child: TensorFlow 1 and its Keras under the names they had in 2019.

The box has imported TensorFlow 2 before it forks, so ``sys.modules`` decides what ``import tensorflow`` gives. `serve` puts
a module there that has the names of ``tensorflow.compat.v1``. TensorFlow's own modules keep their names, because they import
each other by ``tensorflow.python.…``.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Any

from checker.sandbox import imports
from checker.sandbox.dialect import LAYER_FILES

KERAS = "tf_keras.api._v1.keras"
OWN = {"python", "core", "compat", "compiler", "tools", "dtensor", "distribute", "security"}  # TensorFlow's own modules
MOVED = {  # modules of Keras 2 that have another name in tf_keras
    **{f"layers.{name}": "layers" for name in LAYER_FILES.split()},
    "backend.tensorflow_backend": "backend",
    "engine": "layers",  # which held Layer, Input and InputSpec
    "engine.topology": "layers",
    "objectives": "losses",
    "wrappers": "",
}
DATA_FORMATS = {"th": "channels_first", "tf": "channels_last"}  # by their names in Keras 1
INSIDE = {"utils.np_utils": "tf_keras.src.utils.np_utils", "utils.generic_utils": "tf_keras.src.utils.generic_utils"}

_hidden: list[ModuleType] = []  # modules imported before; a module without a reference loses its names


class TensorFlow1(ModuleType):
    """The module ``tensorflow`` of TensorFlow 1."""

    def __init__(self, tensorflow: ModuleType, v1: ModuleType) -> None:
        super().__init__("tensorflow", v1.__doc__)
        self.__path__ = tensorflow.__path__
        self.__file__ = tensorflow.__file__
        self.__spec__ = tensorflow.__spec__
        self.__version__ = tensorflow.__version__
        self._tensorflow = tensorflow
        self._v1 = v1

    def __getattr__(self, name: str) -> Any:
        """Return the object that TensorFlow 1 has under this name."""
        if name.startswith("__"):
            raise AttributeError(f"module 'tensorflow' has no attribute {name!r}")
        if name in ("keras", "contrib"):
            return importlib.import_module(f"tensorflow.{name}")
        if name in OWN:
            return getattr(self._tensorflow, name)
        try:
            return getattr(self._v1, name)
        except AttributeError:
            # With name and object, Python can say "Did you mean: …".
            raise AttributeError(f"module 'tensorflow' has no attribute {name!r}", name=name, obj=self) from None

    def __dir__(self) -> list[str]:
        """Return the names of TensorFlow 1."""
        return sorted({*dir(self._v1), "contrib"})


def serve() -> None:
    """Make ``tensorflow`` and ``keras`` the modules of 2019, and switch v2 behaviour off."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tensorflow
    import tensorflow.compat.v1 as v1

    v1.disable_v2_behavior()
    for name in [name for name in sys.modules if name == "keras" or name.startswith("keras.")]:
        _hidden.append(sys.modules.pop(name))
    sys.modules["tensorflow"] = TensorFlow1(tensorflow, v1)
    imports.serve(r"(?:tensorflow\.)?keras(?:\..*)?", _keras)
    imports.serve(r"tensorflow\.(?!keras\b|contrib\b|examples\b)\w+", _part_of_v1)


def _keras(name: str) -> ModuleType | None:
    """Return a module of Keras 2 by its name in a script: ``keras.layers``, ``tensorflow.keras.layers.core``."""
    path = name.removeprefix("tensorflow.").removeprefix("keras").removeprefix(".")
    if not path:
        return _whole_keras()
    if path in INSIDE:
        return importlib.import_module(INSIDE[path])
    path = MOVED.get(path, path)
    for candidate in (f"{KERAS}.{path}", f"tf_keras.src.{path}"):
        try:
            return importlib.import_module(candidate.rstrip("."))
        except ModuleNotFoundError:
            continue
    return None


def _whole_keras() -> ModuleType:
    import tf_keras

    keras = importlib.import_module(KERAS)
    keras.__version__ = tf_keras.__version__  # type: ignore[attr-defined]  # the old tf.keras had one
    for path, target in INSIDE.items():
        _put(path, importlib.import_module(target))
    for path, target in MOVED.items():
        if target:  # ``from keras.layers import core`` looks for it in the module
            _put(path, importlib.import_module(f"{KERAS}.{target}"))
    _restore_old_names(keras)
    return keras


def _put(path: str, module: ModuleType) -> None:
    parent, _, last = path.rpartition(".")
    setattr(importlib.import_module(f"{KERAS}.{MOVED.get(parent, parent)}".rstrip(".")), last, module)


def _restore_old_names(keras: Any) -> None:
    """Restore functions that Keras 1 and 2 had, and that tf_keras has dropped."""
    backend = keras.backend

    def image_dim_ordering() -> str:
        """Return ``th`` or ``tf``."""
        return "th" if backend.image_data_format() == "channels_first" else "tf"

    def set_image_dim_ordering(dim_ordering: str) -> None:
        """Choose the position of the channels of an image: ``th`` or ``tf``."""
        if dim_ordering not in DATA_FORMATS:
            raise ValueError("Unknown dim_ordering:", dim_ordering)
        backend.set_image_data_format(DATA_FORMATS[dim_ordering])

    def predict_proba(model: Any, x: Any, batch_size: int | None = None, verbose: int = 0, **options: Any) -> Any:
        """Return the predictions of the model."""
        return model.predict(x, batch_size=batch_size, verbose=verbose, **options)

    def predict_classes(model: Any, x: Any, batch_size: int | None = None, verbose: int = 0, **options: Any) -> Any:
        """Return the number of the most likely class of each row; for a single output, whether it is above 0.5."""
        found = predict_proba(model, x, batch_size, verbose, **options)
        return found.argmax(axis=-1) if found.shape[-1] > 1 else (found > 0.5).astype("int32")

    def multi_gpu_model(model: Any, *arguments: Any, **options: Any) -> Any:
        """Return the model itself, because a check has no GPU."""
        return model

    backend.image_dim_ordering, backend.set_image_dim_ordering = image_dim_ordering, set_image_dim_ordering
    keras.models.Sequential.predict_classes, keras.models.Sequential.predict_proba = predict_classes, predict_proba
    keras.utils.multi_gpu_model = multi_gpu_model


def _part_of_v1(name: str) -> ModuleType | None:
    """Return a part of TensorFlow 1's API that is imported as a module: ``from tensorflow.layers import dense``."""
    last = name.rpartition(".")[2]
    if last in OWN:
        return None
    part = getattr(sys.modules["tensorflow"], last, None)
    return part if isinstance(part, ModuleType) else None
