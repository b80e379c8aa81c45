"""Workshop models: three ways to write a network in Keras, and one and the same result.

A Sequential model is a list of layers. In the functional API, a layer is a function of tensors, so that networks may branch.
A subclass of Model says in Python what happens to its input. Given the same weights, all three give the same answers.

    python exercises/workshops/models.py
    tensorboard --logdir logdir/models

In TensorBoard, open TEXT: `summary` is what Keras says of the network. In GRAPHS, the boxes sequential, functional and
subclassed hold the same operations; open them and compare.
"""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no lines about the machine; every error is still an exception

# By default, TensorFlow 2 uses Keras 3, which does not work in graph mode. This asks for the Keras before it.
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

LOGDIR = os.path.join("logdir", "models")
CHECKPOINT = os.path.join(LOGDIR, "saved", "model.ckpt")
SEED = 12
FEATURES = 10  # of the perceptron
PIXELS = 28 * 28
HIDDEN = (256, 256, 128)
CLASSES = 10
EXAMPLES = 5


def make_perceptron():
    """Return one neuron with a sigmoid as a Sequential model."""
    layers = tf.keras.layers
    neuron = layers.Dense(1, name="neuron")
    return tf.keras.Sequential([layers.InputLayer(input_shape=(FEATURES,)), neuron, layers.Activation("sigmoid")])


def make_sequential():
    """Return the network as a list of layers. Each layer knows the size of its input from the one before."""
    layers = [tf.keras.layers.InputLayer(input_shape=(PIXELS,))]
    for number, size in enumerate(HIDDEN, start=1):
        layers += [tf.keras.layers.Dense(size, name="dense{}".format(number)), tf.keras.layers.Activation("relu")]
    layers += [tf.keras.layers.Dense(CLASSES, name="logits"), tf.keras.layers.Activation("softmax")]
    return tf.keras.Sequential(layers, name="sequential")


def make_functional():
    """Return the network as what lies between two tensors."""
    inputs = values = tf.keras.layers.Input(shape=(PIXELS,))
    for number, size in enumerate(HIDDEN, start=1):
        values = tf.keras.layers.Dense(size, activation="relu", name="dense{}".format(number))(values)
    outputs = tf.keras.layers.Dense(CLASSES, activation="softmax", name="logits")(values)
    return tf.keras.Model(inputs=inputs, outputs=outputs, name="functional")


class Subclassed(tf.keras.Model):
    """The network as a class: its layers are attributes, and `call` says what happens to the input."""

    def __init__(self):
        super().__init__(name="subclassed")
        self.hidden = [tf.keras.layers.Dense(size, activation="relu") for size in HIDDEN]
        self.logits = tf.keras.layers.Dense(CLASSES, activation="softmax")

    def call(self, inputs):
        """Return the probabilities [batch, 10] of images [batch, 784]."""
        for layer in self.hidden:
            inputs = layer(inputs)
        return self.logits(inputs)


def build_models():
    """Return the three models in one graph, with one set of weights, and what each makes of x [batch, 784]."""
    tf.set_random_seed(SEED)
    models = [make_sequential(), make_functional(), Subclassed()]
    x = tf.placeholder(tf.float32, [None, PIXELS], name="x")
    outputs = [model(x) for model in models]  # only now does the subclassed model have weights
    for model in models[1:]:
        model.set_weights(models[0].get_weights())
    return models, x, outputs


def summary_of(model):
    """Return the lines that Keras prints of a model."""
    lines = []
    model.summary(print_fn=lines.append)
    return lines


def write(sess, lines):
    """Write the graph, and the lines of a summary as text, and save all weights."""
    text = tf.summary.text("summary", tf.constant("\n".join("    " + line for line in lines)))
    with tf.summary.FileWriter(LOGDIR, sess.graph) as writer:
        writer.add_summary(sess.run(text), 0)
    tf.train.Saver(tf.trainable_variables()).save(sess, CHECKPOINT)


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    shutil.rmtree(LOGDIR, ignore_errors=True)
    os.makedirs(os.path.dirname(CHECKPOINT))
    perceptron = make_perceptron()
    models, x, outputs = build_models()
    sess = tf.keras.backend.get_session()
    examples = np.random.RandomState(SEED).rand(EXAMPLES, PIXELS)
    answers = sess.run(outputs, {x: examples})
    weights, biases = models[0].get_layer("dense1").get_weights()
    print("parameters of the perceptron: {}".format(perceptron.count_params()))
    print("parameters of the networks: {}".format(", ".join("{:,}".format(model.count_params()) for model in models)))
    print("layer dense1: weights {}, biases {}".format(weights.shape, biases.shape))
    print("largest difference of their answers: {:.1e}".format(max(np.ptp(answers, axis=0).ravel())))
    write(sess, summary_of(models[0]))


if __name__ == "__main__":
    main()
