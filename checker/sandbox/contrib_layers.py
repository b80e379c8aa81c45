"""Inside a forked child: the layers, initialisers and regularisers of ``tf.contrib.layers`` that are served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = None) -> Any:
    """Return the Glorot initialiser, which is the current name of this one."""
    import tensorflow.compat.v1 as tf

    make = tf.glorot_uniform_initializer if uniform else tf.glorot_normal_initializer
    return make(seed=seed, dtype=dtype or tf.float32)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = None
) -> Any:
    """Return the He initialiser, or a similar one by its factor and mode."""
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
    """Return a dense layer with a relu, unless another activation or None is given."""
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
    """Return the inputs, of which a share of `keep_prob` is kept during the training."""
    import tensorflow.compat.v1 as tf

    return tf.layers.dropout(inputs, 1 - keep_prob, noise_shape, training=is_training, name=options.get("scope"))


def linear(inputs: Any, num_outputs: int, **options: Any) -> Any:
    """Return a dense layer without an activation, unless one is given."""
    return fully_connected(inputs, num_outputs, **{"activation_fn": None, **options})


SERVED: dict[str, Callable[..., Any]] = {
    "xavier_initializer": xavier_initializer,
    "xavier_initializer_conv2d": xavier_initializer,
    "variance_scaling_initializer": variance_scaling_initializer,
    "l1_regularizer": l1_regularizer,
    "l2_regularizer": l2_regularizer,
    "flatten": flatten,
    "fully_connected": fully_connected,
    "relu": fully_connected,
    "linear": linear,
    "dropout": dropout,
}
