"""Ways to write one and the same model, as text that TensorFlow 1.15 and 2.21 both run; a test reads the graphs of all.

Each gives names to what a query should find: `logits` or `prediction` and `target`, `loss`, `train`; None where there is no
such tensor or operation. Nothing here imports TensorFlow.
"""

HEAD = """
import json
import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
logits = prediction = target = loss = train = sess = None
"""

TAIL = """
named = dict(logits=logits, prediction=prediction, target=target, loss=loss, train=train)
with open("truth.json", "w") as file:
    json.dump({key: value.name for key, value in named.items() if value is not None}, file)
tf.summary.FileWriter(".", tf.get_default_graph()).close()
sess = sess or tf.Session()
sess.run(tf.global_variables_initializer())
tf.train.Saver().save(sess, "./model")
"""

IMAGES = {
    "784": "x = tf.placeholder(tf.float32, [None, 784])\npixels = x\n",
    "28 x 28": "x = tf.placeholder(tf.float32, [None, 28, 28])\npixels = tf.reshape(x, [-1, 784])\n",
    "28 x 28 x 1": "x = tf.placeholder(tf.float32, [None, 28, 28, 1])\npixels = tf.layers.flatten(x)\n",
    "uint8": "x = tf.placeholder(tf.uint8, [None, 784])\npixels = tf.cast(x, tf.float32) / 255.0\n",
    "one-shot": """
data = tf.data.Dataset.from_tensor_slices((np.zeros([4, 784], np.float32), np.zeros(4, np.int32))).batch(2)
x, y = tf.data.make_one_shot_iterator(data).get_next()
pixels = x
""",
    "initializable": """
fed = tf.placeholder(tf.uint8, [None, 28, 28]), tf.placeholder(tf.int32, [None])
x, y = tf.data.make_initializable_iterator(tf.data.Dataset.from_tensor_slices(fed).batch(2)).get_next()
pixels = tf.reshape(tf.cast(x, tf.float32), [-1, 784])
""",
}
SPARSE = "y = tf.placeholder(tf.int32, [None])\n"
ONE_HOT = "y = tf.placeholder(tf.float32, [None, 10])\n"
VARIABLES = """
w1 = tf.Variable(tf.zeros([784, 300]))
b1 = tf.Variable(tf.zeros([300]))
w2 = tf.Variable(tf.zeros([300, 10]))
b2 = tf.Variable(tf.zeros([10]))
"""
SCOPED = """
with tf.variable_scope("one"):
    w1 = tf.get_variable("w", [784, 300])
    b1 = tf.get_variable("b", [300], initializer=tf.zeros_initializer())
with tf.variable_scope("two"):
    w2 = tf.get_variable("w", [300, 10])
    b2 = tf.get_variable("b", [10], initializer=tf.zeros_initializer())
"""
RESOURCES = "tf.get_variable_scope().set_use_resource(True)\n" + SCOPED
LAYERS = {
    "matmul": VARIABLES + "logits = tf.matmul(tf.nn.relu(tf.matmul(pixels, w1) + b1), w2) + b2\n",
    "bias_add": SCOPED
    + "h = tf.nn.sigmoid(tf.nn.bias_add(tf.matmul(pixels, w1), b1))\nlogits = tf.nn.bias_add(tf.matmul(h, w2), b2)\n",
    "xw_plus_b": RESOURCES + "logits = tf.nn.xw_plus_b(tf.nn.tanh(tf.nn.xw_plus_b(pixels, w1, b1)), w2, b2)\n",
    "tensordot": VARIABLES + "logits = tf.tensordot(tf.nn.relu(tf.tensordot(pixels, w1, 1) + b1), w2, [[1], [0]]) + b2\n",
    "einsum": RESOURCES + "logits = tf.einsum('ij,jk->ik', tf.nn.elu(tf.einsum('ij,jk->ik', pixels, w1) + b1), w2) + b2\n",
    "dropout": VARIABLES
    + "keep = tf.placeholder(tf.float32)\n"
    + "h = tf.nn.dropout(tf.nn.relu(tf.matmul(pixels, w1) + b1), keep_prob=keep)\nlogits = tf.matmul(h, w2) + b2\n",
    "tf.layers": "logits = tf.layers.dense(tf.layers.dense(pixels, 300, activation=tf.nn.relu), 10)\n",
    "tf.layers, is_training": """
is_training = tf.placeholder(tf.bool, [])
h = tf.layers.dropout(tf.layers.dense(pixels, 300, tf.nn.relu), 0.5, training=is_training)
logits = tf.layers.dense(h, 10)
""",
    "keras layers": "logits = tf.keras.layers.Dense(10)(tf.keras.layers.Dense(300, activation='relu')(pixels))\n",
    "keras Sequential": """
model = tf.keras.Sequential([tf.keras.layers.Dense(300, activation="relu"), tf.keras.layers.Dense(10)])
logits = model(pixels)
""",
    "keras subclassed": """
class Network(tf.keras.Model):
    def __init__(self):
        super(Network, self).__init__()
        self.first, self.last = tf.keras.layers.Dense(300, activation="relu"), tf.keras.layers.Dense(10)

    def call(self, images):
        return self.last(self.first(images))


logits = Network()(pixels)
""",
}
ENTROPIES = {
    "sparse": "tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))",
    "tf.losses": "tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)",
    "dense": "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))",
    "deprecated": "tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))",
    "tf.losses, dense": "tf.losses.softmax_cross_entropy(y, logits)",
    "log_softmax": "-tf.reduce_mean(tf.reduce_sum(tf.one_hot(y, 10) * tf.nn.log_softmax(logits), 1))",
}
OPTIMIZERS = {
    "descent": "train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)\n",
    "momentum": "step = tf.train.create_global_step()\n"
    "train = tf.train.MomentumOptimizer(tf.train.exponential_decay(0.1, step, 10, 0.9), 0.9).minimize(loss, step)\n",
    "adam": "train = tf.train.AdamOptimizer().minimize(loss, global_step=tf.Variable(0, name='counter'))\n",
    "rmsprop": "train = tf.train.RMSPropOptimizer(0.01).minimize(loss)\n",
    "adagrad": "train = tf.train.AdagradOptimizer(0.1).minimize(loss)\n",
    "clipped": """
optimizer = tf.train.AdamOptimizer()
pairs = [(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in optimizer.compute_gradients(loss)]
train = optimizer.apply_gradients(pairs)
""",
    "clipped by the global norm": """
gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, tf.trainable_variables()), 5.0)
tf.summary.scalar("norm", norm)
train = tf.train.AdamOptimizer().apply_gradients(zip(gradients, tf.trainable_variables()))
""",
    "assign": """
weights = tf.trainable_variables()
train = tf.group(*[tf.assign(w, w - 0.1 * g) for w, g in zip(weights, tf.gradients(loss, weights))])
""",
    "assign_sub": """
weights = tf.trainable_variables()
train = tf.group(*[w.assign_sub(0.1 * g) for w, g in zip(weights, tf.gradients(loss, weights))])
""",
}
SUMMARIES = """
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1, output_type=tf.int32), tf.cast(y, tf.int32)), tf.float32))
tf.summary.scalar("cost", loss)
tf.summary.scalar("right", accuracy)
tf.summary.scalar("fixed", tf.constant(1.0))
tf.summary.histogram("first", tf.trainable_variables()[0])
"""


def network(
    images: str = "784", layers: str = "matmul", entropy: str = "sparse", optimizer: str = "adam", more: str = ""
) -> str:
    """Return a network that is written in these ways; `more` comes between the loss and its optimiser."""
    labels = "" if "\nx, y" in IMAGES[images] else ONE_HOT if "dense" in entropy or entropy == "deprecated" else SPARSE
    return f"{IMAGES[images]}{labels}{LAYERS[layers]}loss = {ENTROPIES[entropy]}\n{more}{OPTIMIZERS[optimizer]}"


PENALTY = "loss = loss + 1e-4 * sum(tf.nn.l2_loss(v) for v in tf.trainable_variables() if len(v.shape) > 1)\n"
MEASURES = "tf.summary.scalar('half', loss / 2)\ntf.summary.scalar('root', tf.sqrt(loss))\n"

NETWORKS = {
    **{f"{images} images": network(images=images) for images in IMAGES},
    **{f"{layers} layers": network(layers=layers, more=SUMMARIES) for layers in LAYERS},
    **{f"{entropy} cross entropy": network(entropy=entropy, layers="bias_add") for entropy in ENTROPIES},
    **{f"{optimizer} optimiser": network(optimizer=optimizer, layers="xw_plus_b") for optimizer in OPTIMIZERS},
    "a penalty": network(more=PENALTY, optimizer="momentum"),
    "a penalty of tf.layers": """
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
l2 = tf.keras.regularizers.l2(1e-4)
h = tf.layers.dense(x, 300, tf.nn.relu, kernel_regularizer=l2)
logits = tf.layers.dense(h, 10, kernel_regularizer=l2)
tf.losses.sparse_softmax_cross_entropy(y, logits)
loss = tf.losses.get_total_loss()
train = tf.train.AdamOptimizer().minimize(loss)
""",
    "a rate in a variable": network(more="rate = tf.Variable(0.1)\n").replace("AdamOptimizer()", "AdamOptimizer(rate)"),
    "metrics": network(more="tf.metrics.accuracy(y, tf.argmax(logits, 1))\n"),
    "measures beside the loss": network(more=MEASURES),
    "an average of the weights": network(optimizer="descent")
    + "with tf.control_dependencies([train]):\n    train = tf.train.ExponentialMovingAverage(0.9).apply(tf.trainable_variables())\n",
    "a softmax for the answer": network(more="answer = tf.argmax(tf.nn.softmax(logits), 1)\n"),
    "two towers": """
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
def tower(training):
    with tf.variable_scope("network", reuse=tf.AUTO_REUSE):
        h = tf.layers.dense(x, 300, tf.nn.relu, name="one")
        return tf.layers.dense(tf.nn.dropout(h, rate=0.5) if training else h, 10, name="two")
noisy, logits = tower(True), tower(False)
tf.losses.sparse_softmax_cross_entropy(y, logits)
loss = tf.losses.sparse_softmax_cross_entropy(y, noisy)
train = tf.train.AdamOptimizer().minimize(loss)
""",
    "keras fit, softmax": """
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(28, 28)),
    tf.keras.layers.Dense(300, activation="relu"),
    tf.keras.layers.Dropout(0.1),
    tf.keras.layers.Dense(10, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2(1e-4)),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(np.zeros([4, 28, 28]), np.zeros(4), epochs=1, verbose=0)
logits, loss, sess = model.output.op.inputs[0], model.total_loss, tf.keras.backend.get_session()
""",
    "keras fit, logits, functional": """
images = tf.keras.Input((784,))
scores = tf.keras.layers.Dense(10)(tf.keras.layers.Dense(300, activation="tanh")(images))
model = tf.keras.Model(images, scores)
entropy = tf.keras.losses.CategoricalCrossentropy(from_logits=True)
model.compile(tf.keras.optimizers.SGD(0.1, momentum=0.9), entropy, metrics=["accuracy"])
model.fit(np.zeros([4, 784]), np.eye(10)[:4], epochs=1, verbose=0)
logits, loss, sess = model.output, model.total_loss, tf.keras.backend.get_session()
""",
    "keras fit, an optimiser of tf.train": """
model = tf.keras.Sequential([tf.keras.layers.Dense(300, "relu", input_dim=784), tf.keras.layers.Dense(10, "softmax")])
model.compile(tf.train.AdamOptimizer(), "sparse_categorical_crossentropy")
model.fit(np.zeros([4, 784]), np.zeros(4), epochs=1, verbose=0)
logits, loss, sess = model.output.op.inputs[0], model.total_loss, tf.keras.backend.get_session()
""",
}

ROOMS = "x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])\ntarget = y\n"
COLUMN = "x, y = tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 1])\ntarget = y\n"
TABLE = "x, y = tf.placeholder(tf.float32, [None, 13]), tf.placeholder(tf.float32, [None])\ntarget = y\n"
SQUARES = "loss = tf.reduce_mean(tf.square(prediction - y))\n"
DESCENT = OPTIMIZERS["descent"]
SCALAR_LINE = "w, b = tf.Variable(1.0), tf.Variable(0.0)\nprediction = w * x + b\n"

REGRESSIONS = {
    "scalar weight": ROOMS + SCALAR_LINE + SQUARES + DESCENT,
    "weight [1]": ROOMS
    + "w, b = tf.Variable([1.0]), tf.Variable([0.0])\nprediction = tf.add(x * w, b)\n"
    + SQUARES
    + DESCENT,
    "weight [1, 1]": COLUMN
    + "w, b = tf.get_variable('w', [1, 1]), tf.get_variable('b', [1])\nprediction = tf.matmul(x, w) + b\n"
    + SQUARES
    + OPTIMIZERS["momentum"],
    "a unit of tf.layers": COLUMN + "prediction = tf.layers.dense(x, 1)\n" + SQUARES + OPTIMIZERS["adagrad"],
    "weight [13]": TABLE
    + "w, b = tf.Variable(tf.zeros([13])), tf.Variable(0.0)\nprediction = tf.reduce_sum(x * w, 1) + b\n"
    + SQUARES
    + OPTIMIZERS["adam"],
    "weight [13, 1]": TABLE
    + "w, b = tf.Variable(tf.zeros([13, 1])), tf.Variable([0.0])\nprediction = tf.squeeze(tf.matmul(x, w), 1) + b\n"
    + SQUARES
    + OPTIMIZERS["rmsprop"],
    "split weights": TABLE
    + "w, v, b = tf.Variable(tf.zeros([6, 1])), tf.Variable(tf.zeros([7, 1])), tf.Variable(0.0)\n"
    + "one, two = tf.split(x, [6, 7], 1)\nprediction = (tf.matmul(one, w) + tf.matmul(two, v))[:, 0] + b\n"
    + SQUARES
    + OPTIMIZERS["clipped"],
    "scaled in the graph": ROOMS.replace("target", "x = (x - 6.3) / 0.7\ntarget") + SCALAR_LINE + SQUARES + DESCENT,
    "squared_difference": ROOMS + SCALAR_LINE + "loss = tf.reduce_mean(tf.squared_difference(prediction, y))\n" + DESCENT,
    "price minus prediction": ROOMS + SCALAR_LINE + "loss = tf.reduce_mean(tf.pow(y - prediction, 2))\n" + DESCENT,
    "plus the negative": ROOMS + SCALAR_LINE + "loss = tf.reduce_mean(tf.square(prediction + (-y)))\n" + DESCENT,
    "tf.losses": ROOMS + SCALAR_LINE + "loss = tf.losses.mean_squared_error(y, prediction)\n" + OPTIMIZERS["assign"],
    "a sum over 2n": ROOMS + SCALAR_LINE + "loss = tf.reduce_sum(tf.square(prediction - y)) / (2 * 506)\n" + DESCENT,
    "a root": ROOMS + SCALAR_LINE + "loss = tf.sqrt(tf.reduce_mean(tf.square(prediction - y)))\n" + DESCENT,
    "l2_loss": ROOMS + SCALAR_LINE + "loss = 0.5 * tf.nn.l2_loss(prediction - y)\n" + OPTIMIZERS["assign_sub"],
    "a known number of houses": ROOMS.replace("[None]", "[506]") + SCALAR_LINE + SQUARES + DESCENT,
    "measures beside the loss": ROOMS
    + SCALAR_LINE
    + SQUARES
    + MEASURES
    + "tf.summary.scalar('absolute', tf.reduce_mean(tf.abs(prediction - y)))\n"
    + "tf.summary.scalar('r2', 1 - loss / tf.reduce_mean(tf.square(y - tf.reduce_mean(y))))\n"
    + DESCENT,
    "prices in the shape of the prediction": COLUMN
    + "prediction = tf.matmul(x, tf.Variable([[1.0]])) + tf.Variable([0.0])\n"
    + "target = tf.reshape(y, tf.shape(prediction))\nloss = tf.reduce_mean(tf.square(prediction - target))\n"
    + DESCENT,
    "a tape": ROOMS
    + "w, b = tf.Variable(1.0, use_resource=True), tf.Variable(0.0, use_resource=True)\n"
    + "with tf.GradientTape() as tape:\n    prediction = w * x + b\n    loss = tf.reduce_mean(tf.square(prediction - y))\n"
    + "pairs = zip(tape.gradient(loss, [w, b]), [w, b])\n"
    + "train = tf.train.GradientDescentOptimizer(0.1).apply_gradients(pairs)\n",
    "gradients by hand": ROOMS
    + SCALAR_LINE
    + "error = prediction - y\n"
    + "train = tf.group(w.assign(w - 0.1 * tf.reduce_mean(error * x)), b.assign(b - 0.1 * tf.reduce_mean(error)))\n",
}
