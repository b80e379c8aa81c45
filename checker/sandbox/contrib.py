"""Inside a forked child: what is left of ``tf.contrib``: the data, and some layers and initialisers."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from checker.sandbox import input_data
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
    """A module of tf.contrib: what is not served raises an error that names what took over."""

    def __getattr__(self, name: str) -> Any:
        """Raise AttributeError; the import system asks for dunder names, which get Python's plain words."""
        words = f"module {self.__name__!r} has no attribute {name!r}"
        raise AttributeError(
            words if name.startswith("__") else f"{words}; in its place: {replacement(self.__name__, name)}"
        )


def replacement(module: str, name: str = "") -> str:
    """Return what took over from a part of tf.contrib."""
    part = f"{module}.{name}".removeprefix(NAME).strip(".").partition(".")[0]
    return REPLACEMENTS.get(part, REPLACEMENTS[""])


def resolve(name: str) -> ModuleType:
    """Return a served module of tf.contrib by its full name. Raises ModuleNotFoundError, which names what took over."""
    if name not in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}; in its place: {replacement(name)}", name=name)
    return MODULES[name]


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """Return ``boston`` or ``mnist``; the other data sets of tf.contrib.learn are not served."""
    loaders: dict[str, Callable[[], Any]] = {"boston": load_boston_rows, "mnist": input_data.load_mnist}
    if name not in loaders:
        raise ValueError(f"Name of dataset is not found: {name}; a check serves boston and mnist")
    return loaders[name]()


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = None) -> Any:
    """Return Glorot's initialiser, as TensorFlow calls it now."""
    import tensorflow.compat.v1 as tf

    make = tf.glorot_uniform_initializer if uniform else tf.glorot_normal_initializer
    return make(seed=seed, dtype=dtype or tf.float32)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = None
) -> Any:
    """Return He's initialiser and its kin."""
    import tensorflow.compat.v1 as tf

    shape = "uniform" if uniform else "truncated_normal"
    return tf.variance_scaling_initializer(factor, mode.lower(), shape, seed=seed, dtype=dtype or tf.float32)


def l1_regularizer(scale: float, scope: str | None = None) -> Callable[[Any], Any]:
    """Return a function from weights to `scale` times the sum of their absolute values."""
    import tensorflow.compat.v1 as tf

    return lambda weights: tf.multiply(scale, tf.reduce_sum(tf.abs(weights)), name=scope)


def l2_regularizer(scale: float, scope: str | None = None) -> Callable[[Any], Any]:
    """Return a function from weights to `scale` times half the sum of their squares."""
    import tensorflow.compat.v1 as tf

    return lambda weights: tf.multiply(scale, tf.nn.l2_loss(weights), name=scope)


def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Any:
    """Return [batch, …] as [batch, n]."""
    import tensorflow.compat.v1 as tf

    return tf.layers.flatten(inputs, name=scope)


def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = "relu",
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = "zeros",
    biases_regularizer: Any = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: str | None = None,
) -> Any:
    """Return a dense layer, with a relu unless another activation or None is given."""
    import tensorflow.compat.v1 as tf

    if normalizer_fn is not None:
        raise ValueError("normalizer_fn is not served: tf.layers.batch_normalization is a layer of its own")
    return tf.layers.dense(
        inputs,
        num_outputs,
        tf.nn.relu if activation_fn == "relu" else activation_fn,
        use_bias=biases_initializer is not None,
        kernel_initializer=weights_initializer or xavier_initializer(),
        bias_initializer=tf.zeros_initializer() if biases_initializer == "zeros" else biases_initializer,
        kernel_regularizer=weights_regularizer,
        bias_regularizer=biases_regularizer,
        trainable=trainable,
        name=scope,
        reuse=reuse,
    )


def dropout(inputs: Any, keep_prob: float = 0.5, noise_shape: Any = None, is_training: Any = True, **options: Any) -> Any:
    """Return inputs of which a share of `keep_prob` is kept while training."""
    import tensorflow.compat.v1 as tf

    return tf.layers.dropout(inputs, 1 - keep_prob, noise_shape, training=is_training, name=options.get("scope"))


def _modules() -> dict[str, ModuleType]:
    mnist = package(f"{NAME}.learn.datasets.mnist", **vars(input_data))
    boston = package(f"{NAME}.learn.datasets.boston", load_boston=load_boston_rows)
    data: dict[str, Any] = {"load_dataset": load_dataset, "mnist": mnist, "boston": boston}
    data |= {"load_mnist": input_data.load_mnist, "load_boston": load_boston_rows}
    served = (
        xavier_initializer,
        variance_scaling_initializer,
        l1_regularizer,
        l2_regularizer,
        flatten,
        fully_connected,
        dropout,
    )
    layers: dict[str, Any] = {function.__name__: function for function in served}
    layers |= {"xavier_initializer_conv2d": xavier_initializer, "relu": fully_connected, "linear": _linear}
    contents: dict[str, dict[str, Any]] = {
        "": {},
        ".layers": layers,
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


def _linear(inputs: Any, num_outputs: int, **options: Any) -> Any:
    return fully_connected(inputs, num_outputs, **{"activation_fn": None, **options})


MODULES = _modules()
