"""Every error text that learners are known to meet has a hint, and the texts are those of the real TensorFlow.

Rows are named after where they were collected: "mistake N" and "A N" are the lists of learners' mistakes and of what old scripts
meet today, "source: …" are mistakes of the day whose exercises these are, "" is met on the way.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import checker.hints
from checker.evidence.stdout import python_error
from checker.hints import LONGEST_TEXT, hint_for, row_for, table
from checker.sandbox.box import JobResult

RunScript = Callable[..., JobResult]

LEGACY = 'import os\nos.environ["TF_USE_LEGACY_KERAS"] = "1"\n'
# With the status of the error it leaves at once, before TensorFlow is taken down: the error is told by then.
LEAVE = "import atexit, os; atexit.register(os._exit, 1)\n"
IMPORT = LEAVE + "import numpy as np\nimport tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n"
MODEL = (
    LEGACY
    + "m = tf.keras.Sequential([tf.keras.layers.Dense(10, input_shape=(3,))])\nm.compile('sgd', '{loss}', metrics=['accuracy'])\n"
)
SAVED = "v = tf.Variable(tf.zeros([784, 300]), name='w')\ns = tf.Session()\ns.run(v.initializer)\ntf.train.Saver().save(s, './m')\n"

# Where it was collected, id of the hint, the text of the error, a word the hint must contain.
QUOTED = [
    ("mistake 1", "uninitialised", "FailedPreconditionError: Attempting to use uninitialized value Variable", "global_variables_initializer"),
    ("mistake 1", "uninitialised", "Error while reading resource variable w from Container: localhost. This could mean that the variable was uninitialized. Not found: …", "global_variables_initializer"),
    ("mistake 2", "uninitialised-slot", "Attempting to use uninitialized value beta1_power", "minimize"),
    ("mistake 2", "uninitialised-slot", "Attempting to use uninitialized value dense/kernel/Adam_1", "minimize"),
    ("mistake 11", "missing-feed", "You must feed a value for placeholder tensor 'y' with dtype int32", "feed_dict"),
    ("mistake 12", "missing-feed", "You must feed a value for placeholder tensor 'Placeholder_2' with dtype float and shape [?,10]", "similar name"),
    ("mistake 13", "feed-key", "TypeError: Cannot interpret feed_dict key as Tensor: Can not convert a float64 into a Tensor.", "loop variable"),
    ("mistake 13", "feed-key", "TypeError: unhashable type: 'numpy.ndarray'", "loop variable"),
    ("mistake 14", "fetch-type", 'Argument `fetch` = 2.0 has invalid type "float32" must be a string or Tensor. (Can not convert a float32 into a Tensor or Operation.)', "earlier run"),
    ("mistake 14", "fetch-type", "Fetch argument 2.0 has invalid type <class 'numpy.float32'>, must be a string or Tensor. (Can not convert a float32 …)", "earlier run"),
    ("mistake 15", "feed-tensor", "TypeError: The value of a feed cannot be a tf.Tensor object.", "NumPy"),
    ("mistake 16", "feed-shape", "ValueError: Cannot feed value of shape (10, 28, 28) for Tensor X:0, which has shape (?, 784)", "numpy.reshape"),
    ("mistake 16", "feed-shape", "ValueError: Cannot feed value of shape (10, 28, 28) for Tensor 'X:0', which has shape '(?, 784)'", "numpy.reshape"),
    ("mistake 17", "feed-class-numbers", "Cannot feed value of shape (60000,) for Tensor 'Placeholder_1:0', which has shape '(?, 10)'", "one-hot"),
    ("mistake 18", "sparse-labels-rank", "Rank mismatch: Rank of labels (received 2) should equal rank of logits minus 1 (received 2).", "one-hot"),
    ("mistake 18", "sparse-labels-rank", "`labels.shape.rank` must equal `logits.shape.rank - 1`.", "one-hot"),
    ("mistake 18", "sparse-labels-rank", "Can not squeeze dim[1], expected a dimension of 1, got 10 for 'sparse_softmax_cross_entropy_loss/remove_squeezable_dimensions/Squeeze'", "one-hot"),
    ("mistake 19", "sparse-labels-float", "Value passed to parameter 'labels' has DataType float32 not in list of allowed values: int32, int64", "tf.int64"),
    ("mistake 20", "label-range", "Received a label value of 10 which is outside the valid range of [0, 10).", "logits"),
    ("mistake 21", "loss-labels-shape", "logits and labels must be broadcastable: logits_size=[32,10] labels_size=[1,32]", "tf.one_hot"),
    ("mistake 22", "float64", "Input 'b' of 'MatMul' Op has type float64 that does not match type float32 of argument 'a'.", "astype"),
    ("mistake 22", "dtypes-differ", "Input 'y' of 'Mul' Op has type float32 that does not match type int32 of argument 'x'.", "tf.cast"),
    ("mistake 23", "graph-finalised", "RuntimeError: Graph is finalized and cannot be modified.", "before the loop"),
    ("mistake 25", "key-numbered", "Key Variable_1 not found in checkpoint", "tf.reset_default_graph"),
    ("mistake 25", "key-numbered", "Key Variable_1/Adam not found in checkpoint", "tf.reset_default_graph"),
    ("mistake 26", "save-folder", "ValueError: Parent directory of nodir/sub/model.ckpt doesn't exist, can't save.", "os.makedirs"),
    ("mistake 28", "key-missing", "Key b not found in checkpoint", "tf.train.list_variables"),
    ("mistake 28", "assign-shapes", "Assign requires shapes of both tensors to match. lhs shape= [784,100] rhs shape= [784,300]", "tf.train.list_variables"),
    ("mistake 29", "no-checkpoint", "The passed save_path is not a valid checkpoint: saved/model", "tf.train.latest_checkpoint"),
    ("mistake 29", "no-checkpoint", "Can't load save_path when it is None.", "tf.train.latest_checkpoint"),
    ("mistake 31", "uninitialised", "Attempting to use uninitialized value Variable\n\t [[{{node save/SaveV2}}]]", "global_variables_initializer"),
    ("mistake 32", "nothing-to-save", "ValueError: No variables to save", "tf.train.Saver"),
    ("mistake 33", "fetch-none", "TypeError: Fetch argument None has invalid type <class 'NoneType'>", "tf.summary.merge_all"),
    ("mistake 33", "fetch-none", 'TypeError: Argument `fetch` = None has invalid type "NoneType". Cannot be None', "tf.summary.merge_all"),
    ("mistake 34", "add-summary-type", "TypeError: Parameter to MergeFrom() must be instance of same class", "add_summary"),
    ("mistake 34", "add-summary-type", "AttributeError: 'int' object has no attribute 'value'", "add_summary"),
    ("mistake 37", "runs-in-one-folder", "Found more than one graph event per run, or there was a metagraph containing a graph_def, as well as one or more graph events.", "tf.summary.FileWriter"),
    ("mistake 38", "scalar-of-vector", "tags and values are not the same shape: [] != [2] (tag 'v')", "tf.reduce_mean"),
    ("mistake 38", "scalar-of-vector", "tags and values not the same shape: [] != [2] (tag 'v')", "tf.reduce_mean"),
    ("mistake 39", "histogram-of-nan", "Nan in summary histogram for: v", "scale the inputs"),
    ("mistake 39", "histogram-of-nan", "Infinity in Histogram for: v", "scale the inputs"),
    ("mistake 40", "session-empty", "The Session graph is empty.  Add operations to the graph before calling run().", "tf.Graph.as_default"),
    ("mistake 40", "session-closed", "RuntimeError: Attempted to use a closed Session.", "with"),
    ("mistake 40", "no-default-session", "Cannot evaluate tensor using `eval()`: No default session is registered. Use `with sess.as_default()`", "Session.run"),
    ("mistake 42", "xor-for-power", "Value passed to parameter 'x' has DataType float32 not in list of allowed values: int8, int16, int32", "tf.pow"),
    ("mistake 42", "xor-for-power", "Input 'x' of 'LogicalOr' Op has type float32 that does not match expected type of bool.", "tf.pow"),
    ("mistake 43", "get-variable-twice", "Variable W already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?", "tf.get_variable"),
    ("mistake 44", "no-gradients", "No gradients provided for any variable, check your graph for ops that do not support gradients", "not the accuracy"),
    ("source: integers", "no-gradients-int", "ValueError: No gradients provided for any variable, check your graph for ops that do not support gradients, between variables [\"<tf.Variable 'Variable:0' shape=() dtype=int32_ref>\"] and loss Tensor(…)", "floats"),
    ("A1", "tutorials", "ModuleNotFoundError: No module named 'tensorflow.examples'", "reference.datasets"),
    ("A1", "tutorials", "ModuleNotFoundError: No module named 'tensorflow.examples.tutorials.mnist.mnist'", "reference.datasets"),
    ("A1", "tutorials", "ModuleNotFoundError: No module named 'input_data'", "reference.datasets"),
    ("A2", "tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'placeholder'", "tensorflow.compat.v1"),
    ("A3", "tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'Session'. Did you mean: 'version'?", "tensorflow.compat.v1"),
    ("A3", "tensorflow-1", "AttributeError: module 'tensorflow._api.v2.train' has no attribute 'Saver'", "tensorflow.compat.v1"),
    ("A3", "tensorflow-1", "AttributeError: module 'tensorflow._api.v2.summary' has no attribute 'FileWriter'", "tensorflow.compat.v1"),
    ("A4", "contrib", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'contrib'", "reference.datasets"),
    ("A4", "contrib", "ModuleNotFoundError: No module named 'tensorflow.contrib'", "reference.datasets"),
    ("A4", "contrib-eager", "ModuleNotFoundError: No module named 'tensorflow.contrib.eager'; in its place: tf.Session", "graph"),
    ("A4", "contrib-eager", "AttributeError: module 'tensorflow.contrib' has no attribute 'eager'; in its place: tf.Session", "tf.Session"),
    ("A4", "contrib-eager", "ImportError: cannot import name 'eager' from 'tensorflow.contrib' (unknown location)", "tf.Session"),
    ("A5", "keras-3", "AttributeError: `dense` is not available with Keras 3.", "TF_USE_LEGACY_KERAS"),
    ("A6", "summary-of-0", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'histogram_summary'", "tf.summary"),
    ("A6", "summary-of-0", "AttributeError: module 'tensorflow._api.v2.compat.v1.train' has no attribute 'SummaryWriter'", "FileWriter"),
    ("A6", "names-of-0", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'mul'", "tf.multiply"),
    ("A7", "estimator", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'estimator'", "tf.Session"),
    ("A8", "summary-of-2", "AttributeError: module 'tensorflow._api.v2.compat.v1.summary' has no attribute 'create_file_writer'", "tf.summary.FileWriter"),
    ("A9", "np-utils", "ImportError: cannot import name 'np_utils' from 'keras.utils'", "tf.keras.utils.to_categorical"),
    ("A10", "unknown-argument", "TypeError: TensorBoard.__init__() got an unexpected keyword argument 'batch_size'", "help()"),
    ("A10", "keras-optimiser-arguments", "ValueError: Argument(s) not recognized: {'lr': 0.001}", "learning_rate"),
    ("A11", "dimension", "TypeError: unsupported operand type(s) for /: 'Dimension' and 'int', please use // instead", "//"),
    ("A11", "dataset-iteration", "`tf.data.Dataset` only supports Python-style iteration in eager mode", "TF_USE_LEGACY_KERAS"),
    ("A11", "numpy-in-graph", "NotImplementedError: numpy() is only available when eager execution is enabled.", "Session.run"),
    ("A12", "download", "Exception: URL fetch failure on https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz", "reference.datasets"),
    ("A12", "download", "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "reference.datasets"),
    ("A13", "sklearn", "ModuleNotFoundError: No module named 'sklearn'", "reference.datasets"),
    ("A13", "package-missing", "ModuleNotFoundError: No module named 'pandas'", "package"),
    ("A14", "print-of-python-2", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "Python 2"),
    ("A15", "syntax", "SyntaxError: invalid syntax", "line"),
    ("A15", "parenthesis", "SyntaxError: '(' was never closed", "parenthesis"),
    ("A16", "no-checkpoint", "The passed save_path is not a valid checkpoint: my_net/save_net.ckpt", "save first"),
    ("A17", "session-empty", "The Session graph is empty. Add operations to the graph before calling run().", "tf.disable_v2_behavior"),
    ("A18", "missing-feed", "Graph execution error:\n\nDetected at node 'y'\nNode: 'y'\nYou must feed a value for placeholder tensor 'y' with dtype float", "feed_dict"),
    ("A19", "file-missing", "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'", "reference.datasets"),
    ("A20", "input", "EOFError: EOF when reading a line", "input()"),
    ("A23", "typing-error", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'sqaure'. Did you mean: 'square'?", "suggests"),
    ("", "shapes-differ", "ValueError: operands could not be broadcast together with shapes (2000,) (2,)", "shape of both"),
    ("", "operands", "TypeError: unsupported operand type(s) for -: 'str' and 'str'", "type()"),
    ("source: run(graph)", "fetch-type", 'Argument `fetch` = <…Graph object at 0x7f> has invalid type "Graph" must be a string or Tensor.', "graph"),
    ("source: integers", "optimiser-of-integers", "ValueError: Invalid type tf.int32 for add:0, expected: [tf.float32, tf.float64, tf.float16, tf.bfloat16].", "float"),
    ("source: tf.Saver", "saver-of-train", "AttributeError: module 'tensorflow' has no attribute 'Saver'", "tf.train.Saver"),
    ("source: save", "save-swapped", "TypeError: Expected binary or unicode string, got <tensorflow.python.client.session.Session object at 0x7f>", "session first"),
    ("source: save", "save-swapped", "TypeError: expected str, bytes or os.PathLike object, not Session", "session first"),
    ("source: scalar", "scalar-swapped", "TypeError: scalar() got multiple values for argument 'name'", "name first"),
    ("source: placeholder", "placeholder-swapped", "TypeError: placeholder() got multiple values for argument 'dtype'", "dtype first"),
    ("source: comma", "comma", "SyntaxError: invalid syntax. Perhaps you forgot a comma?", "comma"),
    ("source: 28 * 28", "reshape", "ValueError: Dimension size must be evenly divisible by 784 but is 226800 for '{{node Reshape_1}}'", "784"),
    ("source: 28 * 28", "reshape", "InvalidArgumentError: Input to reshape is a tensor with 784 values, but the requested shape requires a multiple of 756", "784"),
    ("source: xrange", "names-of-python-2", "NameError: name 'xrange' is not defined. Did you mean: 'range'?", "range"),
    ("source: initialize_all_variables", "tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'initialize_all_variables'", "tensorflow.compat.v1"),
    ("source: Tensorflow", "module-case", "ModuleNotFoundError: No module named 'Tensorflow'", "lower case"),
    ("source: lr", "keras-optimiser-arguments", "TypeError: SGD.__init__() got an unexpected keyword argument 'lr'", "learning_rate"),
    ("", "notebook", "NotebookError: not JSON, and so no notebook: Expecting value: line 1 column 1 (char 0)", "Jupyter"),
    ("", "reshape-images", "ValueError: cannot reshape array of size 7840000 into shape (60000,784)", "--data full"),
    ("", "feed-one-example", "Cannot feed value of shape (784,) for Tensor x:0, which has shape (?, 784)", "numpy.newaxis"),
    ("", "feed-column", "Cannot feed value of shape (506,) for Tensor y:0, which has shape (?, 1)", "numpy.reshape"),
    ("", "tensor-as-condition", "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution.", "tf.cond"),
    ("", "tensor-iterated", "iterating over `tf.Tensor` is not allowed in Graph execution.", "tf.unstack"),
    ("", "tensor-as-number", "float() argument must be a string or a number, not 'Tensor'", "Session.run"),
    ("", "loss-arguments", "ValueError: Only call `softmax_cross_entropy_with_logits` with named arguments (labels=..., logits=..., ...)", "name"),
    ("", "keras-labels", "Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(None,), output.shape=(None, 10)", "to_categorical"),
    ("", "no-meta-graph", "OSError: File model.meta does not exist.", "import_meta_graph"),
    ("", "module-of-tensorflow", "ModuleNotFoundError: No module named 'tensorflow.models.rnn'", "tensorflow.compat.v1"),
    ("", "reference-missing", "ModuleNotFoundError: No module named 'reference'", "install"),
    ("", "write-refused", "OSError: [Errno 27] File too large", "logdir"),
    ("", "write-refused", "PermissionError: [Errno 13] Permission denied: '/model'", "logdir"),
    ("", "file-encoding", "ValueError: source code string cannot contain null bytes", "UTF-8"),
    ("", "tensorflow-name", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'qqq'", "typing error"),
    ("", "parenthesis", "SyntaxError: unexpected EOF while parsing", "parenthesis"),
    ("", "shapes-differ", "ValueError: Dimensions must be equal, but are 784 and 10 for '{{node Wx_b/add}} = AddV2[T=DT_FLOAT](Wx_b/MatMul, weights/read)' with input shapes: [?,784], [784,10].", "shape"),
    ("", "rank", "ValueError: Shape must be rank 2 but is rank 1 for '{{node bias}} = BiasAddGrad[T=DT_FLOAT](dense/MatMul)' with input shapes: [784].", "dimensions"),
    ("", "matmul-sizes", "ValueError: Dimensions must be equal, but are 3 and 2 for 'MatMul' (op: 'MatMul') with input shapes: [2,3], [2,3].", "inner"),
    ("", "matmul-rank", "ValueError: Shape must be rank 2 but is rank 1 for 'dense/MatMul' (op: 'MatMul') with input shapes: [784], [784,10].", "tf.matmul"),
    ("", "keras-predict-classes", "AttributeError: 'Functional' object has no attribute 'predict_proba'", "numpy.argmax"),
    ("", "keras-scikit-learn", "ModuleNotFoundError: No module named 'keras.wrappers.scikit_learn'", "tf.keras.Model"),
    ("", "keras-merge", "ImportError: cannot import name 'Merge' from 'tf_keras.api._v1.keras.layers' (…)", "concatenate"),
    ("", "indentation", "TabError: inconsistent use of tabs and spaces in indentation", "column"),
]  # fmt: skip

# Where it was collected, id of the hint, lines of a script, the line it ends in counted from the first of them.
RUN = [
    ("mistake 1", "uninitialised", "v = tf.Variable(1)\ntf.Session().run(v)", 2),
    ("mistake 1", "uninitialised", "v = tf.Variable(1.0, use_resource=True)\ntf.Session().run(v)", 2),
    ("mistake 2", "uninitialised-slot", "v = tf.Variable(1.0)\ns = tf.Session()\ns.run(v.initializer)\ns.run(tf.train.AdamOptimizer().minimize(v * v))", 4),
    ("mistake 2", "uninitialised-slot", "v = tf.Variable(1.0, use_resource=True)\ns = tf.Session()\ns.run(v.initializer)\ns.run(tf.train.RMSPropOptimizer(0.1).minimize(v * v))", 4),
    ("mistake 11", "missing-feed", "x = tf.placeholder(tf.int32)\ny = tf.placeholder(tf.int32)\ntf.Session().run(x + y, {x: 3})", 3),
    ("mistake 12", "missing-feed", "y_ = tf.placeholder(tf.float32, [None, 10])\ny = tf.zeros([1, 10])\ntf.Session().run(y - y_, {y: np.zeros((1, 10))})", 3),
    ("mistake 13", "feed-key", "x = tf.placeholder(tf.float32)\nfor x in np.zeros(2):\n    tf.Session().run(tf.constant(1), {x: x})", 3),
    ("mistake 13", "feed-key", "x = tf.placeholder(tf.float32)\nfor x in np.zeros((2, 2)):\n    tf.Session().run(tf.constant(1), {x: x})", 3),
    ("mistake 14", "fetch-type", "loss = tf.constant(2.0)\nfor _ in range(2):\n    loss = tf.Session().run(loss)", 3),
    ("mistake 15", "feed-tensor", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: tf.constant(1.0)})", 2),
    ("mistake 16", "feed-shape", "x = tf.placeholder(tf.float32, [None, 784])\ntf.Session().run(x, {x: np.zeros((10, 28, 28))})", 2),
    ("mistake 17", "feed-class-numbers", "x = tf.placeholder(tf.float32, [None, 10])\ntf.Session().run(x, {x: np.zeros(60000)})", 2),
    ("mistake 18", "sparse-labels-rank", "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([5, 10], tf.int32), logits=tf.zeros([5, 10]))", 1),
    ("mistake 18", "sparse-labels-rank", "y = tf.placeholder(tf.int32)\nc = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=tf.zeros([5, 10]))\ntf.Session().run(c, {y: np.zeros((5, 10))})", 3),
    ("mistake 19", "sparse-labels-float", "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([5]), logits=tf.zeros([5, 10]))", 1),
    ("mistake 20", "label-range", "tf.Session().run(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[10], logits=tf.zeros([1, 10])))", 1),
    ("mistake 21", "loss-labels-shape", "tf.nn.softmax_cross_entropy_with_logits(labels=tf.zeros([32], tf.int32), logits=tf.zeros([32, 10]))", 1),
    ("mistake 21", "loss-labels-shape", "y = tf.placeholder(tf.float32)\nc = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=tf.zeros([32, 10]))\ntf.Session().run(c, {y: np.zeros(32)})", 3),
    ("mistake 22", "float64", "tf.matmul(tf.zeros([1, 2]), tf.constant(np.zeros((2, 1))))", 1),
    ("mistake 22", "dtypes-differ", "tf.Variable(2) * 2.5", 1),
    ("mistake 22", "dtypes-differ", "tf.Variable(2) * tf.Variable(2.0)", 1),
    ("mistake 23", "graph-finalised", "tf.get_default_graph().finalize()\ntf.constant(2)", 2),
    ("mistake 25", "key-numbered", SAVED + "tf.Variable(1.0, name='w')\ntf.train.Saver().restore(s, './m')", 6),
    ("mistake 26", "save-folder", "v = tf.Variable(1)\ns = tf.Session()\ns.run(v.initializer)\ntf.train.Saver().save(s, 'no/such/x')", 4),
    ("mistake 28", "key-missing", SAVED + "tf.Variable(1.0, name='b')\ntf.train.Saver().restore(s, './m')", 6),
    ("mistake 28", "assign-shapes", SAVED + "tf.reset_default_graph()\ntf.Variable(tf.zeros([784, 100]), name='w')\ntf.train.Saver().restore(tf.Session(), './m')", 7),
    ("mistake 29", "no-checkpoint", "tf.train.Saver({'v': tf.Variable(1)}).restore(tf.Session(), 'nothing')", 1),
    ("mistake 29", "no-checkpoint", "tf.train.Saver({'v': tf.Variable(1)}).restore(tf.Session(), tf.train.latest_checkpoint('.'))", 1),
    ("mistake 31", "uninitialised", "tf.Variable(1.0)\ntf.train.Saver().save(tf.Session(), './m')", 2),
    ("mistake 32", "nothing-to-save", "tf.train.Saver()", 1),
    ("mistake 33", "fetch-none", "tf.constant(1)\ntf.Session().run(tf.summary.merge_all())", 2),
    ("mistake 34", "add-summary-type", "m = tf.Session().run(tf.summary.scalar('a', 1.0))\ntf.summary.FileWriter('logdir').add_summary(1, m)", 2),
    ("mistake 34", "add-summary-type", "m = tf.summary.scalar('a', 1.0)\ntf.summary.FileWriter('logdir').add_summary(m, 1)", 2),
    ("mistake 34", "add-summary-type", "m = tf.summary.scalar('a', 1.0)\ntf.summary.FileWriter('logdir').add_summary(tf.Session().run([m]), 1)", 2),
    ("mistake 38", "scalar-of-vector", "tf.Session().run(tf.summary.scalar('v', [1.0, 2.0]))", 1),
    ("mistake 39", "histogram-of-nan", "tf.Session().run(tf.summary.histogram('v', float('nan')))", 1),
    ("mistake 40", "session-empty", "with tf.Graph().as_default():\n    a = tf.constant(1)\ntf.Session().run(a)", 3),
    ("mistake 40", "other-graph", "with tf.Graph().as_default():\n    a = tf.constant(1)\ntf.constant(2)\ntf.Session().run(a)", 4),
    ("mistake 40", "other-graph", "with tf.Graph().as_default():\n    a = tf.constant(1)\na + tf.constant(2)", 3),
    ("mistake 40", "session-closed", "with tf.Session() as s:\n    pass\ns.run(tf.constant(1))", 3),
    ("mistake 40", "no-default-session", "tf.constant(1).eval()", 1),
    ("mistake 40", "no-default-session", "tf.global_variables_initializer().run()", 1),
    ("mistake 42", "xor-for-power", "tf.constant(2.0) ^ 2", 1),
    ("mistake 43", "get-variable-twice", "tf.get_variable('w', [1])\ntf.get_variable('w', [1])", 2),
    ("mistake 44", "no-gradients", "tf.train.AdamOptimizer().minimize(tf.cast(tf.argmax(tf.Variable([1.0]), 0), tf.float32))", 1),
    ("A1", "tutorials", "from tensorflow.examples.tutorials.mnist import mnist", 1),
    ("A1", "tutorials", "import tensorflow.examples.tutorials.mnist.mnist", 1),
    ("A2", "tensorflow-1", "import tensorflow as tf\ntf.placeholder(tf.float32)", 2),
    ("A3", "tensorflow-1", "import tensorflow as tf\ntf.Session()", 2),
    ("A3", "tensorflow-1", "import tensorflow as tf\ntf.train.Saver()", 2),
    ("A3", "tensorflow-1", "import tensorflow as tf\ntf.summary.FileWriter('logdir')", 2),
    ("A3", "tensorflow-1", "import tensorflow as tf\ntf.losses.softmax_cross_entropy", 2),
    ("A4", "contrib", "tf.contrib.learn.datasets.load_dataset('boston')", 1),
    ("A4", "contrib", "from tensorflow.contrib.slim import fully_connected", 1),
    ("A4", "contrib", "from tensorflow.contrib.layers import conv2d", 1),
    ("A4", "contrib", "import tensorflow\ntensorflow.contrib.rnn.BasicLSTMCell(3)", 2),
    ("A5", "keras-3", "tf.layers.dense(tf.zeros([1, 2]), 3)", 1),
    ("A6", "summary-of-0", "tf.merge_all_summaries()", 1),
    ("A6", "summary-of-0", "tf.train.SummaryWriter('logdir')", 1),
    ("A6", "names-of-0", "tf.pack([1, 2])", 1),
    ("A6", "concat-arguments", "tf.concat(0, [tf.zeros([2, 2]), tf.zeros([2, 2])])", 1),
    ("A6", "split-arguments", "tf.split(0, 2, tf.zeros([4, 2]))", 1),
    ("A7", "estimator", "tf.estimator.DNNClassifier", 1),
    ("A7", "estimator", "from tensorflow.compat.v1 import estimator", 1),
    ("A8", "summary-of-2", "tf.summary.create_file_writer('logdir')", 1),
    ("A9", "np-utils", "from keras.utils import np_utils", 1),
    ("A10", "unknown-argument", "tf.keras.callbacks.TensorBoard(log_dir='logdir', batch_size=3)", 1),
    ("A10", "keras-optimiser-arguments", "tf.keras.optimizers.SGD(lr=0.01)", 1),
    ("A10", "argument-count", LEGACY + "tf.keras.layers.Dense(output_dim=2)", 3),
    ("A11", "dimension", "tf.zeros([4, 2]).shape[0] / 2", 1),
    ("A11", "dataset-iteration", "for a in tf.data.Dataset.from_tensor_slices([1, 2]):\n    print(a)", 1),
    ("A11", "dataset-iteration", "m = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])\nm.compile('sgd', 'mse')\nm.fit(np.zeros((4, 3)), np.zeros((4, 2)))", 3),
    ("A11", "numpy-in-graph", "tf.keras.optimizers.SGD().iterations.numpy()", 1),
    ("A11", "numpy-in-graph", "tf.constant(1).numpy()", 1),
    ("A12", "download", "tf.keras.utils.get_file('a', 'http://127.0.0.1:9/a')", 1),
    ("A12", "download", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')", 2),
    ("A13", "package-missing", "import no_such_package", 1),
    ("A14", "print-of-python-2", "print 'two'", 1),
    ("A15", "syntax", "x = = 2", 1),
    ("A15", "syntax", "for i in range(3)\n    print(i)", 1),
    ("A15", "parenthesis", "tf.Variable(tf.random_uniform([300, 1])", 1),
    ("A17", "session-empty", "tf.Session().run(...)", 1),
    ("A19", "file-missing", "open('data.csv')", 1),
    ("A19", "file-missing", "np.loadtxt('data/birth_life_2010.txt')", 1),
    ("A20", "input", "input('rate? ')", 1),
    ("A23", "typing-error", "tf.sqaure(2)", 1),
    ("A23", "typing-error", "tf.train.AdamOptimiser(0.1)", 1),
    ("source: run(graph)", "fetch-type", "tf.constant(1)\ntf.Session().run(tf.Graph())", 2),
    ("source: integers", "optimiser-of-integers", "tf.train.GradientDescentOptimizer(1.0).minimize(tf.Variable(2) + 2)", 1),
    ("source: tf.Saver", "saver-of-train", "tf.Saver()", 1),
    ("source: save", "save-swapped", "tf.Variable(1)\ntf.train.Saver().save('path', tf.Session())", 2),
    ("source: scalar", "scalar-swapped", "tf.summary.scalar(tf.Variable(1.0), name='variable1')", 1),
    ("source: scalar", "scalar-swapped", "tf.summary.scalar(tf.Variable(1.0), 'variable1')", 1),
    ("source: placeholder", "placeholder-swapped", "tf.placeholder([None, 10], dtype=tf.float32)", 1),
    ("source: placeholder", "placeholder-swapped", "tf.placeholder([None, 10], tf.float32)", 1),
    ("source: comma", "comma", "tf.layers.dense(1, units=10 name='a')", 1),
    ("source: 28 * 28", "reshape", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.reshape(x, [-1, 756]), {x: np.zeros((3, 28, 28))})", 2),
    ("source: xrange", "names-of-python-2", "for i in xrange(3):\n    pass", 1),
    ("source: Tensorflow", "module-case", "import Tensorflow as tf", 1),
    ("", "iterator-uninitialised", "i = tf.data.make_initializable_iterator(tf.data.Dataset.range(1)).get_next()\ntf.Session().run(i)", 2),
    ("", "end-of-data", "i = tf.data.make_one_shot_iterator(tf.data.Dataset.range(1)).get_next()\ns = tf.Session()\ns.run(i)\ns.run(i)", 4),
    ("", "feed-one-example", "x = tf.placeholder(tf.float32, [None, 784])\ntf.Session().run(x, {x: np.zeros(784)})", 2),
    ("", "feed-column", "x = tf.placeholder(tf.float32, [None, 1])\ntf.Session().run(x, {x: np.zeros(506)})", 2),
    ("", "feed-no-dictionary", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, [x])", 2),
    ("", "tensor-name", "tf.constant(1, name='x')\ntf.get_default_graph().get_tensor_by_name('x')", 2),
    ("", "name-not-in-graph", "tf.get_default_graph().get_tensor_by_name('x:0')", 1),
    ("", "ragged", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: [[1, 2], [3]]})", 2),
    ("", "text-for-number", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: 'ROOMS'})", 2),
    ("", "tensor-as-condition", "if tf.constant(1) > 0:\n    pass", 1),
    ("", "tensor-as-condition", "tf.Session().run(tf.constant(1), tf.constant(2))", 1),
    ("", "tensor-iterated", "for a in tf.constant([1, 2]):\n    pass", 1),
    ("", "tensor-as-number", "np.sqrt(tf.constant(1.0))", 1),
    ("", "tensor-as-number", "print('%f' % tf.constant(1.0))", 1),
    ("", "tensor-changed", "v = tf.Variable(1.0)\nv += 1\nv.assign(2)", 3),
    ("", "none-as-number", "t = tf.no_op()\nprint('loss %f' % tf.Session().run(t))", 2),
    ("", "none-as-number", "_, loss = tf.Session().run(tf.no_op())", 1),
    ("", "matmul-rank", "tf.matmul(tf.zeros([784]), tf.zeros([784, 10]))", 1),
    ("", "matmul-sizes", "tf.matmul(tf.zeros([2, 3]), tf.zeros([2, 3]))", 1),
    ("", "matmul-sizes", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.matmul(x, tf.zeros([784, 10])), {x: np.zeros((5, 28))})", 2),
    ("", "matmul-sizes", "tf.matmul(tf.zeros([4, 2, 3]), tf.zeros([4, 2, 3]))", 1),
    ("", "shapes-differ", "tf.matmul(tf.zeros([5, 784]), tf.zeros([784, 10])) + tf.zeros([784])", 1),
    ("", "shapes-differ", "tf.nn.bias_add(tf.matmul(tf.zeros([5, 784]), tf.zeros([784, 10])), tf.zeros([784]))", 1),
    ("", "rank", "tf.nn.conv2d(tf.zeros([1, 784]), tf.zeros([3, 3, 1, 2]), [1, 1, 1, 1], 'SAME')", 1),
    ("", "shapes-differ", "tf.zeros([506, 13]) + tf.zeros([506])", 1),
    ("", "shapes-differ", "x = tf.placeholder(tf.float32)\ntf.Session().run(x + tf.zeros([5]), {x: np.zeros((5, 3))})", 2),
    ("", "shapes-differ", "tf.losses.softmax_cross_entropy(tf.zeros([32]), tf.zeros([32, 10]))", 1),
    ("", "image-summary", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.summary.image('a', x), {x: np.zeros((5, 784))})", 2),
    ("", "dtype-not-allowed", "tf.reduce_mean(tf.equal(tf.zeros([3]), 0.0))", 1),
    ("", "dtypes-differ", "tf.equal(tf.argmax(tf.zeros([2, 3]), 1), tf.zeros([2], tf.int32))", 1),
    ("", "variable-shape", "tf.Variable(tf.random_normal([None, 3]))", 1),
    ("", "no-meta-graph", "tf.train.import_meta_graph('model.meta')", 1),
    ("", "get-variable-unknown", "with tf.variable_scope('a', reuse=True):\n    tf.get_variable('w', [1])", 2),
    ("", "nothing-to-train", "tf.train.AdamOptimizer().minimize(tf.constant(1.0))", 1),
    ("", "writer-swapped", "tf.summary.FileWriter(tf.get_default_graph(), 'logdir')", 1),
    ("", "operation-name", "tf.constant(1, name='the answer')", 1),
    ("", "eager-execution", "tf.enable_v2_behavior()\ntf.placeholder(tf.float32)", 2),
    ("", "eager-execution", "tf.enable_v2_behavior()\ntf.train.AdamOptimizer().minimize(tf.Variable(1.0))", 2),
    ("", "keras-3", "from keras import backend\nbackend.get_session()", 2),
    ("", "keras-labels", MODEL.format(loss="categorical_crossentropy") + "m.fit(np.zeros((4, 3)), np.zeros(4))", 5),
    ("", "keras-input-shape", MODEL.format(loss="mse") + "m.fit(np.zeros((4, 5)), np.zeros((4, 10)))", 5),
    ("", "keras-sample-count", MODEL.format(loss="mse") + "m.fit(np.zeros((4, 3)), np.zeros((5, 10)))", 5),
    ("", "keras-curves", MODEL.format(loss="mse") + "h = m.fit(np.zeros((4, 3)), np.zeros((4, 10)), verbose=0)\nh.history['accuracy']", 6),
    ("", "keras-not-compiled", LEGACY + "m = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])\nm.fit(np.zeros((4, 3)), np.zeros((4, 2)))", 4),
    ("", "keras-not-built", LEGACY + "tf.keras.Sequential([tf.keras.layers.Dense(2)]).summary()", 3),
    ("", "keras-dim-ordering", "from keras import backend\nbackend.image_dim_ordering()", 2),
    ("", "keras-dim-ordering", LEGACY + "tf.keras.layers.Conv2D(2, 3, dim_ordering='th')", 3),
    ("", "keras-merge", "from keras.layers import Merge", 1),
    ("", "keras-merge", LEGACY + "tf.keras.layers.Merge", 3),
    ("", "keras-scikit-learn", "from keras.wrappers.scikit_learn import KerasClassifier", 1),
    ("", "keras-scikit-learn", LEGACY + "tf.keras.wrappers", 3),
    ("", "keras-predict-classes", "import keras\nkeras.Sequential().predict_classes([])", 2),
    ("", "logdir-is-file", "open('logdir', 'w').close()\ntf.summary.FileWriter('logdir', tf.get_default_graph())", 2),
    ("", "file-exists", "import os\nos.mkdir('logdir')\nos.mkdir('logdir')", 3),
    ("", "backslash-in-path", "open('C:\\Users\\me\\data.csv')", 1),
    ("", "indentation", "if True:\nx = 1", 2),
    ("", "indentation", "  x = 1", 1),
    ("", "numpy-alias", "np.float(1)", 1),
    ("", "undefined-name", "print(sess)", 1),
    ("", "memory", "np.zeros(1 << 45)", 1),
]  # fmt: skip

ERRORS_WITH_A_TEXT = {  # the other mistakes are silent, A21 is a time-out, A22 no error
    *(f"mistake {n}" for n in (1, 2, *range(11, 24), 25, 26, 28, 29, *range(31, 35), 37, 38, 39, 40, 42, 43, 44)),
    *(f"A{n}" for n in (*range(1, 21), 23)),
}


def named(cases: list[tuple[str, str, str, str]] | list[tuple[str, str, str, int]]) -> list[str]:
    return [f"{collected}: {row}" if collected else row for collected, row, *_ in cases]


@pytest.mark.parametrize(("collected", "row", "text", "word"), QUOTED, ids=named(QUOTED))
def test_a_known_error_text_has_its_hint(collected: str, row: str, text: str, word: str) -> None:
    found = row_for(text)
    assert found is not None
    assert found.id == row
    assert word in found.hint


@pytest.mark.parametrize(("collected", "row", "lines", "line"), RUN, ids=named(RUN))
def test_a_real_error_has_its_hint_and_the_learners_line(
    run_script: RunScript, job_folder: Path, collected: str, row: str, lines: str, line: int
) -> None:
    result = run_script(IMPORT + lines)
    assert result.exit_code == 1, result.stderr.decode()
    error = python_error(result.stderr, str(job_folder / "script.py"))
    assert error is not None, result.stderr.decode()
    found = row_for(error.summary) or row_for(error.whole)
    assert found is not None, error
    assert (found.id, error.line) == (row, line + IMPORT.count("\n"))
    assert hint_for(error.summary, error.whole) == found.hint


def test_every_collected_error_is_among_the_examples() -> None:
    assert {collected for collected, *_ in QUOTED} >= ERRORS_WITH_A_TEXT


def test_no_row_hides_behind_an_earlier_one() -> None:
    """Each example above is found by its own row, which therefore no earlier row shadows; and each row has an example."""
    assert {row.id for row in table()} == {row for _, row, *_ in [*QUOTED, *RUN]}


@pytest.mark.parametrize("path", sorted(Path(checker.hints.__file__).parent.glob("*.json")), ids=lambda path: path.name)
def test_a_table_is_rows_of_id_pattern_and_hint(path: Path) -> None:
    rows = json.loads(path.read_text("utf-8"))
    assert all(row.keys() == {"id", "pattern", "hint"} for row in rows)
    ids = [row["id"] for row in rows]
    assert ids == [row.id for row in table()]  # in every language the same rows, in the same order
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
    assert [row["pattern"] for row in rows] == [row.pattern.pattern for row in table()]


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_a_hint_is_one_sentence_and_no_solution(row: checker.hints.ErrorHint) -> None:
    assert 20 <= len(row.hint) < 200
    assert not re.search(r"[.!?](\s|$)|\n", row.hint.replace("numpy.", "numpy").replace("_ . -", ""))
    assert not re.search(r"\w\([^)]|\s=\s|\bimport \w+ as\b", row.hint)  # no call with arguments, no assignment


@pytest.mark.parametrize("row", table(), ids=lambda row: row.id)
def test_a_pattern_repeats_nothing_without_a_bound(row: checker.hints.ErrorHint) -> None:
    assert not re.search(
        r"(?<!\\)[*+]|\{\d*,\}", row.pattern.pattern
    )  # a hostile message would take the square of its length


def test_an_unknown_error_has_no_hint() -> None:
    for text in ("", "IndexError: list index out of range", "KeyError: 'ROOMS'", "AssertionError", "ValueError: again"):
        assert hint_for(text) == ""


def test_a_later_text_is_asked_when_the_first_says_nothing() -> None:
    assert hint_for("ValueError: again", "ValueError: again\nNo variables to save") == hint_for("No variables to save")
    assert hint_for("No variables to save", "Nan in summary histogram") == hint_for("No variables to save")


@pytest.mark.parametrize(
    "piece", ["Cannot feed value of shape (1,) ", "Key _1_1", "uninitialized value ", "No module named 'tensorflow.a", "= "]
)
def test_a_hostile_message_is_searched_in_a_moment(piece: str) -> None:
    began = time.process_time()
    hint_for(piece * LONGEST_TEXT)
    assert time.process_time() - began < 2
