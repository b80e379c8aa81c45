"""Every error text that learners are known to meet has a hint, and the texts are those of the real TensorFlow.

Each case is named after its row in the table of hints.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import checker.hints
from checker.evidence.stderr import python_error
from checker.hints import hint_for, row_for, table
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORTS, LEGACY_KERAS

# With the status of the error it leaves at once, before TensorFlow is taken down: the error is told by then.
LEAVE = "import atexit, os; atexit.register(os._exit, 1)\n"
IMPORT = LEAVE + IMPORTS
MODEL = (
    LEGACY_KERAS
    + "m = tf.keras.Sequential([tf.keras.layers.Dense(10, input_shape=(3,))])\nm.compile('sgd', '{loss}', metrics=['accuracy'])\n"
)
SAVED = "v = tf.Variable(tf.zeros([784, 300]), name='w')\ns = tf.Session()\ns.run(v.initializer)\ntf.train.Saver().save(s, './m')\n"

# Id of the hint, the text of the error, a word the hint must contain.
QUOTED = [
    ("uninitialised", "FailedPreconditionError: Attempting to use uninitialized value Variable", "global_variables_initializer"),
    ("uninitialised", "Error while reading resource variable w from Container: localhost. This could mean that the variable was uninitialized. Not found: …", "global_variables_initializer"),
    ("uninitialised-slot", "Attempting to use uninitialized value beta1_power", "minimize"),
    ("uninitialised-slot", "Attempting to use uninitialized value dense/kernel/Adam_1", "minimize"),
    ("keras-session", "FailedPreconditionError: Could not find variable training/Adam/hidden/kernel/m. This could mean …", "get_session"),
    ("layer-session", "FailedPreconditionError: Could not find variable hidden/kernel. This could mean …", "get_session"),
    ("missing-feed", "You must feed a value for placeholder tensor 'y' with dtype int32", "feed_dict"),
    ("missing-feed", "You must feed a value for placeholder tensor 'Placeholder_2' with dtype float and shape [?,10]", "similar name"),
    ("feed-key", "TypeError: Cannot interpret feed_dict key as Tensor: Can not convert a float64 into a Tensor.", "loop variable"),
    ("feed-key", "TypeError: unhashable type: 'numpy.ndarray'", "loop variable"),
    ("fetch-type", 'Argument `fetch` = 2.0 has invalid type "float32" must be a string or Tensor. (Can not convert a float32 into a Tensor or Operation.)', "earlier run"),
    ("fetch-type", "Fetch argument 2.0 has invalid type <class 'numpy.float32'>, must be a string or Tensor. (Can not convert a float32 …)", "earlier run"),
    ("feed-tensor", "TypeError: The value of a feed cannot be a tf.Tensor object.", "NumPy"),
    ("feed-shape", "ValueError: Cannot feed value of shape (10, 28, 28) for Tensor X:0, which has shape (?, 784)", "numpy.reshape"),
    ("feed-shape", "ValueError: Cannot feed value of shape (10, 28, 28) for Tensor 'X:0', which has shape '(?, 784)'", "numpy.reshape"),
    ("feed-class-numbers", "Cannot feed value of shape (60000,) for Tensor 'Placeholder_1:0', which has shape '(?, 10)'", "one-hot"),
    ("sparse-labels-rank", "Rank mismatch: Rank of labels (received 2) should equal rank of logits minus 1 (received 2).", "one-hot"),
    ("sparse-labels-rank", "`labels.shape.rank` must equal `logits.shape.rank - 1`.", "one-hot"),
    ("sparse-labels-rank", "Can not squeeze dim[1], expected a dimension of 1, got 10 for 'sparse_softmax_cross_entropy_loss/remove_squeezable_dimensions/Squeeze'", "one-hot"),
    ("sparse-labels-float", "Value passed to parameter 'labels' has DataType float32 not in list of allowed values: int32, int64", "tf.int64"),
    ("label-range", "Received a label value of 10 which is outside the valid range of [0, 10).", "logits"),
    ("loss-labels-shape", "logits and labels must be broadcastable: logits_size=[32,10] labels_size=[1,32]", "tf.one_hot"),
    ("float64", "Input 'b' of 'MatMul' Op has type float64 that does not match type float32 of argument 'a'.", "astype"),
    ("dtypes-differ", "Input 'y' of 'Mul' Op has type float32 that does not match type int32 of argument 'x'.", "tf.cast"),
    ("device-missing", "Cannot assign a device for operation sine/Sin: {{node sine/Sin}} was explicitly assigned to /device:GPU:7 but available devices are [ /job:localhost/replica:0/task:0/device:CPU:0 ].", "allow_soft_placement"),
    ("graph-finalised", "RuntimeError: Graph is finalized and cannot be modified.", "before the loop"),
    ("key-numbered", "Key Variable_1 not found in checkpoint", "tf.reset_default_graph"),
    ("key-numbered", "Key Variable_1/Adam not found in checkpoint", "tf.reset_default_graph"),
    ("save-folder", "ValueError: Parent directory of nodir/sub/model.ckpt doesn't exist, can't save.", "os.makedirs"),
    ("key-missing", "Key b not found in checkpoint", "tf.train.list_variables"),
    ("assign-shapes", "Assign requires shapes of both tensors to match. lhs shape= [784,100] rhs shape= [784,300]", "tf.train.list_variables"),
    ("no-checkpoint", "The passed save_path is not a valid checkpoint: saved/model", "tf.train.latest_checkpoint"),
    ("no-checkpoint", "Can't load save_path when it is None.", "tf.train.latest_checkpoint"),
    ("uninitialised", "Attempting to use uninitialized value Variable\n\t [[{{node save/SaveV2}}]]", "global_variables_initializer"),
    ("nothing-to-save", "ValueError: No variables to save", "tf.train.Saver"),
    ("fetch-none", "TypeError: Fetch argument None has invalid type <class 'NoneType'>", "tf.summary.merge_all"),
    ("fetch-none", 'TypeError: Argument `fetch` = None has invalid type "NoneType". Cannot be None', "tf.summary.merge_all"),
    ("add-summary-type", "TypeError: Parameter to MergeFrom() must be instance of same class", "add_summary"),
    ("add-summary-type", "AttributeError: 'int' object has no attribute 'value'", "add_summary"),
    ("runs-in-one-folder", "Found more than one graph event per run, or there was a metagraph containing a graph_def, as well as one or more graph events.", "tf.summary.FileWriter"),
    ("scalar-of-vector", "tags and values are not the same shape: [] != [2] (tag 'v')", "tf.reduce_mean"),
    ("scalar-of-vector", "tags and values not the same shape: [] != [2] (tag 'v')", "tf.reduce_mean"),
    ("histogram-of-nan", "Nan in summary histogram for: v", "scale the inputs"),
    ("histogram-of-nan", "Infinity in Histogram for: v", "scale the inputs"),
    ("session-empty", "The Session graph is empty.  Add operations to the graph before calling run().", "tf.Graph.as_default"),
    ("session-closed", "RuntimeError: Attempted to use a closed Session.", "with"),
    ("no-default-session", "Cannot evaluate tensor using `eval()`: No default session is registered. Use `with sess.as_default()`", "Session.run"),
    ("xor-for-power", "Value passed to parameter 'x' has DataType float32 not in list of allowed values: int8, int16, int32", "tf.pow"),
    ("xor-for-power", "Input 'x' of 'LogicalOr' Op has type float32 that does not match expected type of bool.", "tf.pow"),
    ("get-variable-twice", "Variable W already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?", "tf.get_variable"),
    ("no-gradients", "No gradients provided for any variable, check your graph for ops that do not support gradients", "not the accuracy"),
    ("no-gradients-int", "ValueError: No gradients provided for any variable, check your graph for ops that do not support gradients, between variables [\"<tf.Variable 'Variable:0' shape=() dtype=int32_ref>\"] and loss Tensor(…)", "floats"),
    ("tutorials", "ModuleNotFoundError: No module named 'tensorflow.examples'", "reference.datasets"),
    ("tutorials", "ModuleNotFoundError: No module named 'tensorflow.examples.tutorials.mnist.mnist'", "reference.datasets"),
    ("tutorials", "ModuleNotFoundError: No module named 'input_data'", "reference.datasets"),
    ("tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'placeholder'", "tensorflow.compat.v1"),
    ("tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'Session'. Did you mean: 'version'?", "tensorflow.compat.v1"),
    ("tensorflow-1", "AttributeError: module 'tensorflow._api.v2.train' has no attribute 'Saver'", "tensorflow.compat.v1"),
    ("tensorflow-1", "AttributeError: module 'tensorflow._api.v2.summary' has no attribute 'FileWriter'", "tensorflow.compat.v1"),
    ("contrib", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'contrib'", "reference.datasets"),
    ("contrib", "ModuleNotFoundError: No module named 'tensorflow.contrib'", "reference.datasets"),
    ("contrib-eager", "ModuleNotFoundError: No module named 'tensorflow.contrib.eager'; in its place: tf.Session", "graph"),
    ("contrib-eager", "AttributeError: module 'tensorflow.contrib' has no attribute 'eager'; in its place: tf.Session", "tf.Session"),
    ("contrib-eager", "ImportError: cannot import name 'eager' from 'tensorflow.contrib' (unknown location)", "tf.Session"),
    ("keras-3", "AttributeError: `dense` is not available with Keras 3.", "TF_USE_LEGACY_KERAS"),
    ("names-of-0", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'histogram_summary'", "tf.summary.histogram"),
    ("names-of-0", "AttributeError: module 'tensorflow._api.v2.compat.v1.train' has no attribute 'SummaryWriter'", "FileWriter"),
    ("names-of-0", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'mul'", "tf.multiply"),
    ("estimator", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'estimator'", "tf.Session"),
    ("summary-of-2", "AttributeError: module 'tensorflow._api.v2.compat.v1.summary' has no attribute 'create_file_writer'", "tf.summary.FileWriter"),
    ("np-utils", "ImportError: cannot import name 'np_utils' from 'keras.utils'", "tf.keras.utils.to_categorical"),
    ("unknown-argument", "TypeError: TensorBoard.__init__() got an unexpected keyword argument 'batch_size'", "help()"),
    ("keras-optimiser-arguments", "ValueError: Argument(s) not recognized: {'lr': 0.001}", "learning_rate"),
    ("dimension", "TypeError: unsupported operand type(s) for /: 'Dimension' and 'int', please use // instead", "//"),
    ("dataset-iteration", "`tf.data.Dataset` only supports Python-style iteration in eager mode", "TF_USE_LEGACY_KERAS"),
    ("numpy-in-graph", "NotImplementedError: numpy() is only available when eager execution is enabled.", "Session.run"),
    ("download", "Exception: URL fetch failure on https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz", "reference.datasets"),
    ("download", "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "reference.datasets"),
    ("sklearn", "ModuleNotFoundError: No module named 'sklearn'", "reference.datasets"),
    ("package-missing", "ModuleNotFoundError: No module named 'torch'", "package"),
    ("print-of-python-2", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?", "Python 2"),
    ("syntax", "SyntaxError: invalid syntax", "line"),
    ("parenthesis", "SyntaxError: '(' was never closed", "parenthesis"),
    ("no-checkpoint", "The passed save_path is not a valid checkpoint: my_net/save_net.ckpt", "save first"),
    ("session-empty", "The Session graph is empty. Add operations to the graph before calling run().", "tf.disable_v2_behavior"),
    ("missing-feed", "Graph execution error:\n\nDetected at node 'y'\nNode: 'y'\nYou must feed a value for placeholder tensor 'y' with dtype float", "feed_dict"),
    ("file-missing", "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'", "reference.datasets"),
    ("input", "EOFError: EOF when reading a line", "input()"),
    ("typing-error", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'sqaure'. Did you mean: 'square'?", "suggests"),
    ("shapes-differ", "ValueError: operands could not be broadcast together with shapes (2000,) (2,)", "shape of both"),
    ("operands", "TypeError: unsupported operand type(s) for -: 'str' and 'str'", "type()"),
    ("fetch-type", 'Argument `fetch` = <…Graph object at 0x7f> has invalid type "Graph" must be a string or Tensor.', "graph"),
    ("optimiser-of-integers", "ValueError: Invalid type tf.int32 for add:0, expected: [tf.float32, tf.float64, tf.float16, tf.bfloat16].", "float"),
    ("saver-of-train", "AttributeError: module 'tensorflow' has no attribute 'Saver'", "tf.train.Saver"),
    ("save-swapped", "TypeError: Expected binary or unicode string, got <tensorflow.python.client.session.Session object at 0x7f>", "session first"),
    ("save-swapped", "TypeError: expected str, bytes or os.PathLike object, not Session", "session first"),
    ("scalar-swapped", "TypeError: scalar() got multiple values for argument 'name'", "name first"),
    ("placeholder-swapped", "TypeError: placeholder() got multiple values for argument 'dtype'", "dtype first"),
    ("comma", "SyntaxError: invalid syntax. Perhaps you forgot a comma?", "comma"),
    ("reshape", "ValueError: Dimension size must be evenly divisible by 784 but is 226800 for '{{node Reshape_1}}'", "784"),
    ("reshape", "InvalidArgumentError: Input to reshape is a tensor with 784 values, but the requested shape requires a multiple of 756", "784"),
    ("names-of-python-2", "NameError: name 'xrange' is not defined. Did you mean: 'range'?", "range"),
    ("tensorflow-1", "AttributeError: module 'tensorflow' has no attribute 'initialize_all_variables'", "tensorflow.compat.v1"),
    ("module-case", "ModuleNotFoundError: No module named 'Tensorflow'", "lower case"),
    ("keras-optimiser-arguments", "TypeError: SGD.__init__() got an unexpected keyword argument 'lr'", "learning_rate"),
    ("notebook", "NotebookError: not JSON, and so not a notebook: Expecting value: line 1 column 1 (char 0)", "Jupyter"),
    ("reshape-images", "ValueError: cannot reshape array of size 7840000 into shape (60000,784)", "--data full"),
    ("feed-one-example", "Cannot feed value of shape (784,) for Tensor x:0, which has shape (?, 784)", "numpy.newaxis"),
    ("feed-column", "Cannot feed value of shape (506,) for Tensor y:0, which has shape (?, 1)", "numpy.reshape"),
    ("tensor-as-condition", "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution.", "tf.cond"),
    ("tensor-iterated", "iterating over `tf.Tensor` is not allowed in Graph execution.", "tf.unstack"),
    ("tensor-as-number", "float() argument must be a string or a number, not 'Tensor'", "Session.run"),
    ("loss-arguments", "ValueError: Only call `softmax_cross_entropy_with_logits` with named arguments (labels=..., logits=..., ...)", "name"),
    ("keras-labels", "Arguments `target` and `output` must have the same rank (ndim). Received: target.shape=(None,), output.shape=(None, 10)", "to_categorical"),
    ("no-meta-graph", "OSError: File model.meta does not exist.", "import_meta_graph"),
    ("module-of-tensorflow", "ModuleNotFoundError: No module named 'tensorflow.models.rnn'", "tensorflow.compat.v1"),
    ("reference-missing", "ModuleNotFoundError: No module named 'reference'", "install"),
    ("write-refused", "OSError: [Errno 27] File too large", "logdir"),
    ("write-refused", "PermissionError: [Errno 13] Permission denied: '/model'", "logdir"),
    ("file-encoding", "ValueError: source code string cannot contain null bytes", "UTF-8"),
    ("tensorflow-name", "AttributeError: module 'tensorflow.compat.v1' has no attribute 'qqq'", "typing error"),
    ("parenthesis", "SyntaxError: unexpected EOF while parsing", "parenthesis"),
    ("shapes-differ", "ValueError: Dimensions must be equal, but are 784 and 10 for '{{node Wx_b/add}} = AddV2[T=DT_FLOAT](Wx_b/MatMul, weights/read)' with input shapes: [?,784], [784,10].", "shape"),
    ("rank", "ValueError: Shape must be rank 2 but is rank 1 for '{{node bias}} = BiasAddGrad[T=DT_FLOAT](dense/MatMul)' with input shapes: [784].", "dimensions"),
    ("matmul-sizes", "ValueError: Dimensions must be equal, but are 3 and 2 for 'MatMul' (op: 'MatMul') with input shapes: [2,3], [2,3].", "inner"),
    ("matmul-rank", "ValueError: Shape must be rank 2 but is rank 1 for 'dense/MatMul' (op: 'MatMul') with input shapes: [784], [784,10].", "tf.matmul"),
    ("keras-predict-classes", "AttributeError: 'Functional' object has no attribute 'predict_proba'", "numpy.argmax"),
    ("keras-scikit-learn", "ModuleNotFoundError: No module named 'keras.wrappers.scikit_learn'", "tf.keras.Model"),
    ("keras-merge", "ImportError: cannot import name 'Merge' from 'tf_keras.api._v1.keras.layers' (…)", "concatenate"),
    ("indentation", "TabError: inconsistent use of tabs and spaces in indentation", "column"),
]  # fmt: skip

# Id of the hint, lines of a script, the line it ends in counted from the first of them.
RUN = [
    ("uninitialised", "v = tf.Variable(1)\ntf.Session().run(v)", 2),
    ("uninitialised", "v = tf.Variable(1.0, use_resource=True)\ntf.Session().run(v)", 2),
    ("uninitialised-slot", "v = tf.Variable(1.0)\ns = tf.Session()\ns.run(v.initializer)\ns.run(tf.train.AdamOptimizer().minimize(v * v))", 4),
    ("uninitialised-slot", "v = tf.Variable(1.0, use_resource=True)\ns = tf.Session()\ns.run(v.initializer)\ns.run(tf.train.RMSPropOptimizer(0.1).minimize(v * v))", 4),
    ("missing-feed", "x = tf.placeholder(tf.int32)\ny = tf.placeholder(tf.int32)\ntf.Session().run(x + y, {x: 3})", 3),
    ("missing-feed", "y_ = tf.placeholder(tf.float32, [None, 10])\ny = tf.zeros([1, 10])\ntf.Session().run(y - y_, {y: np.zeros((1, 10))})", 3),
    ("feed-key-name", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {'X': 1.0})", 2),
    ("feed-key-name", "x = tf.placeholder(tf.float32, name='X')\ntf.Session().run(x, {'x:0': 1.0})", 2),
    ("missing-feed-of-a-summary", "x = tf.placeholder(tf.float32)\ntf.summary.scalar('x', x)\nmerged = tf.summary.merge_all()\ntf.Session().run(merged)", 4),
    ("fetch-overwritten", "train = tf.no_op()\nsess = tf.Session()\nfor _ in range(2):\n    train, a = sess.run([train, tf.constant(1)])", 4),
    ("fetch-bytes", "text = tf.summary.scalar('a', 1.0)\nfor _ in range(2):\n    text = tf.Session().run(text)", 3),
    ("fetch-optimiser", "tf.constant(1)\ntrain = tf.train.AdamOptimizer()\ntf.Session().run(train)", 3),
    ("val-loss-missing", "history = {'loss': 1.0}\nhistory['val_loss']", 2),
    ("meta-graph-file", "tf.train.import_meta_graph('logdir/ex01/model.ckpt')", 1),
    ("buffer-for-bytes", "import io\ntf.Summary.Image(encoded_image_string=io.BytesIO())", 2),
    ("feed-transposed", "x = tf.placeholder(tf.float32, [13, None])\ntf.Session().run(x, {x: np.zeros((506, 13))})", 2),
    ("feed-transposed", "x = tf.placeholder(tf.float32, [None, 13])\ntf.Session().run(x, {x: np.zeros((13, 506))})", 2),
    ("nothing-to-save", "tf.Variable(1)\ntf.train.Saver(var_list=[])", 2),
    ("saver-of-another-graph", "tf.Variable(1)\ns = tf.train.Saver()\ntf.keras.backend.clear_session()\ntf.constant(1)\ns.save(tf.Session(), './m')", 5),
    ("reset-inside-with", "with tf.Graph().as_default():\n    tf.reset_default_graph()", 2),
    ("future", "import os\nfrom __future__ import print_function", 2),
    ("path-of-own-computer", "tf.summary.FileWriter('/home/bob/logs', tf.get_default_graph())", 1),
    ("path-of-own-computer", "np.loadtxt('C:/Users/bob/houses.csv')", 1),
    ("path-of-own-computer", "open('/content/drive/houses.csv')", 1),
    ("path-of-own-computer", "tf.Variable(1)\ns = tf.Session()\ns.run(tf.global_variables_initializer())\ntf.train.Saver().save(s, '/home/bob/m')", 4),
    ("keras-loss-of-numbers", LEGACY_KERAS + "m = tf.keras.Sequential([tf.keras.layers.Dense(10, input_shape=(3,))])\nm.compile('sgd', 'mse')\nm.fit(np.zeros((4, 3)), np.zeros(4))", 5),
    ("feed-key", "x = tf.placeholder(tf.float32)\nfor x in np.zeros(2):\n    tf.Session().run(tf.constant(1), {x: x})", 3),
    ("feed-key", "x = tf.placeholder(tf.float32)\nfor x in np.zeros((2, 2)):\n    tf.Session().run(tf.constant(1), {x: x})", 3),
    ("fetch-type", "loss = tf.constant(2.0)\nfor _ in range(2):\n    loss = tf.Session().run(loss)", 3),
    ("feed-tensor", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: tf.constant(1.0)})", 2),
    ("feed-shape", "x = tf.placeholder(tf.float32, [None, 784])\ntf.Session().run(x, {x: np.zeros((10, 28, 28))})", 2),
    ("feed-class-numbers", "x = tf.placeholder(tf.float32, [None, 10])\ntf.Session().run(x, {x: np.zeros(60000)})", 2),
    ("sparse-labels-rank", "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([5, 10], tf.int32), logits=tf.zeros([5, 10]))", 1),
    ("sparse-labels-rank", "y = tf.placeholder(tf.int32)\nc = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=tf.zeros([5, 10]))\ntf.Session().run(c, {y: np.zeros((5, 10))})", 3),
    ("sparse-labels-float", "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([5]), logits=tf.zeros([5, 10]))", 1),
    ("label-range", "tf.Session().run(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[10], logits=tf.zeros([1, 10])))", 1),
    ("loss-labels-shape", "tf.nn.softmax_cross_entropy_with_logits(labels=tf.zeros([32], tf.int32), logits=tf.zeros([32, 10]))", 1),
    ("loss-labels-shape", "y = tf.placeholder(tf.float32)\nc = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=tf.zeros([32, 10]))\ntf.Session().run(c, {y: np.zeros(32)})", 3),
    ("float64", "tf.matmul(tf.zeros([1, 2]), tf.constant(np.zeros((2, 1))))", 1),
    ("dtypes-differ", "tf.Variable(2) * 2.5", 1),
    ("dtypes-differ", "tf.Variable(2) * tf.Variable(2.0)", 1),
    ("graph-finalised", "tf.get_default_graph().finalize()\ntf.constant(2)", 2),
    ("key-numbered", SAVED + "tf.Variable(1.0, name='w')\ntf.train.Saver().restore(s, './m')", 6),
    ("save-folder", "v = tf.Variable(1)\ns = tf.Session()\ns.run(v.initializer)\ntf.train.Saver().save(s, 'no/such/x')", 4),
    ("key-missing", SAVED + "tf.Variable(1.0, name='b')\ntf.train.Saver().restore(s, './m')", 6),
    ("assign-shapes", SAVED + "tf.reset_default_graph()\ntf.Variable(tf.zeros([784, 100]), name='w')\ntf.train.Saver().restore(tf.Session(), './m')", 7),
    ("no-checkpoint", "tf.train.Saver({'v': tf.Variable(1)}).restore(tf.Session(), 'nothing')", 1),
    ("no-checkpoint", "tf.train.Saver({'v': tf.Variable(1)}).restore(tf.Session(), tf.train.latest_checkpoint('.'))", 1),
    ("uninitialised", "tf.Variable(1.0)\ntf.train.Saver().save(tf.Session(), './m')", 2),
    ("nothing-to-save", "tf.train.Saver()", 1),
    ("fetch-none", "tf.constant(1)\ntf.Session().run(tf.summary.merge_all())", 2),
    ("add-summary-type", "m = tf.Session().run(tf.summary.scalar('a', 1.0))\ntf.summary.FileWriter('logdir').add_summary(1, m)", 2),
    ("add-summary-type", "m = tf.summary.scalar('a', 1.0)\ntf.summary.FileWriter('logdir').add_summary(m, 1)", 2),
    ("add-summary-type", "m = tf.summary.scalar('a', 1.0)\ntf.summary.FileWriter('logdir').add_summary(tf.Session().run([m]), 1)", 2),
    ("scalar-of-vector", "tf.Session().run(tf.summary.scalar('v', [1.0, 2.0]))", 1),
    ("histogram-of-nan", "tf.Session().run(tf.summary.histogram('v', float('nan')))", 1),
    ("session-empty", "with tf.Graph().as_default():\n    a = tf.constant(1)\ntf.Session().run(a)", 3),
    ("other-graph", "with tf.Graph().as_default():\n    a = tf.constant(1)\ntf.constant(2)\ntf.Session().run(a)", 4),
    ("other-graph", "with tf.Graph().as_default():\n    a = tf.constant(1)\na + tf.constant(2)", 3),
    ("session-closed", "with tf.Session() as s:\n    pass\ns.run(tf.constant(1))", 3),
    ("no-default-session", "tf.constant(1).eval()", 1),
    ("no-default-session", "tf.global_variables_initializer().run()", 1),
    ("xor-for-power", "tf.constant(2.0) ^ 2", 1),
    ("get-variable-twice", "tf.get_variable('w', [1])\ntf.get_variable('w', [1])", 2),
    ("no-gradients", "tf.train.AdamOptimizer().minimize(tf.cast(tf.argmax(tf.Variable([1.0]), 0), tf.float32))", 1),
    ("tutorials", "from tensorflow.examples.tutorials.mnist import mnist", 1),
    ("tutorials", "import tensorflow.examples.tutorials.mnist.mnist", 1),
    ("tensorflow-1", "import tensorflow as tf\ntf.placeholder(tf.float32)", 2),
    ("tensorflow-1", "import tensorflow as tf\ntf.Session()", 2),
    ("tensorflow-1", "import tensorflow as tf\ntf.train.Saver()", 2),
    ("tensorflow-1", "import tensorflow as tf\ntf.summary.FileWriter('logdir')", 2),
    ("tensorflow-1", "import tensorflow as tf\ntf.losses.softmax_cross_entropy", 2),
    ("contrib", "tf.contrib.learn.datasets.load_dataset('boston')", 1),
    ("contrib", "from tensorflow.contrib.slim import fully_connected", 1),
    ("contrib", "from tensorflow.contrib.layers import conv2d", 1),
    ("contrib", "import tensorflow\ntensorflow.contrib.rnn.BasicLSTMCell(3)", 2),
    ("keras-3", "tf.layers.dense(tf.zeros([1, 2]), 3)", 1),
    ("names-of-0", "tf.merge_all_summaries()", 1),
    ("names-of-0", "tf.train.SummaryWriter('logdir')", 1),
    ("summary-of-0", "tf.audio_summary('sound', 1, 1)", 1),
    ("names-of-0", "tf.pack([1, 2])", 1),
    ("concat-arguments", "tf.concat(0, [tf.zeros([2, 2]), tf.zeros([2, 2])])", 1),
    ("split-arguments", "tf.split(0, 2, tf.zeros([4, 2]))", 1),
    ("estimator", "tf.estimator.DNNClassifier", 1),
    ("estimator", "from tensorflow.compat.v1 import estimator", 1),
    ("summary-of-2", "tf.summary.create_file_writer('logdir')", 1),
    ("np-utils", "from keras.utils import np_utils", 1),
    ("unknown-argument", "tf.keras.callbacks.TensorBoard(log_dir='logdir', batch_size=3)", 1),
    ("keras-optimiser-arguments", "tf.keras.optimizers.SGD(lr=0.01)", 1),
    ("argument-count", LEGACY_KERAS + "tf.keras.layers.Dense(output_dim=2)", 3),
    ("dimension", "tf.zeros([4, 2]).shape[0] / 2", 1),
    ("dataset-iteration", "for a in tf.data.Dataset.from_tensor_slices([1, 2]):\n    print(a)", 1),
    ("dataset-iteration", "m = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])\nm.compile('sgd', 'mse')\nm.fit(np.zeros((4, 3)), np.zeros((4, 2)))", 3),
    ("numpy-in-graph", "tf.keras.optimizers.SGD().iterations.numpy()", 1),
    ("numpy-in-graph", "tf.constant(1).numpy()", 1),
    ("download", "tf.keras.utils.get_file('a', 'http://127.0.0.1:9/a')", 1),
    ("download", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')", 2),
    ("package-missing", "import no_such_package", 1),
    ("print-of-python-2", "print 'two'", 1),
    ("syntax", "x = = 2", 1),
    ("syntax", "for i in range(3)\n    print(i)", 1),
    ("parenthesis", "tf.Variable(tf.random_uniform([300, 1])", 1),
    ("session-empty", "tf.Session().run(...)", 1),
    ("file-missing", "open('data.csv')", 1),
    ("file-missing", "np.loadtxt('data/birth_life_2010.txt')", 1),
    ("input", "input('rate? ')", 1),
    ("typing-error", "tf.sqaure(2)", 1),
    ("typing-error", "tf.train.AdamOptimiser(0.1)", 1),
    ("fetch-type", "tf.constant(1)\ntf.Session().run(tf.Graph())", 2),
    ("optimiser-of-integers", "tf.train.GradientDescentOptimizer(1.0).minimize(tf.Variable(2) + 2)", 1),
    ("saver-of-train", "tf.Saver()", 1),
    ("save-swapped", "tf.Variable(1)\ntf.train.Saver().save('path', tf.Session())", 2),
    ("scalar-swapped", "tf.summary.scalar(tf.Variable(1.0), name='variable1')", 1),
    ("scalar-swapped", "tf.summary.scalar(tf.Variable(1.0), 'variable1')", 1),
    ("placeholder-swapped", "tf.placeholder([None, 10], dtype=tf.float32)", 1),
    ("placeholder-swapped", "tf.placeholder([None, 10], tf.float32)", 1),
    ("comma", "tf.layers.dense(1, units=10 name='a')", 1),
    ("reshape", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.reshape(x, [-1, 756]), {x: np.zeros((3, 28, 28))})", 2),
    ("names-of-python-2", "for i in xrange(3):\n    pass", 1),
    ("module-case", "import Tensorflow as tf", 1),
    ("iterator-uninitialised", "i = tf.data.make_initializable_iterator(tf.data.Dataset.range(1)).get_next()\ntf.Session().run(i)", 2),
    ("end-of-data", "i = tf.data.make_one_shot_iterator(tf.data.Dataset.range(1)).get_next()\ns = tf.Session()\ns.run(i)\ns.run(i)", 4),
    ("feed-one-example", "x = tf.placeholder(tf.float32, [None, 784])\ntf.Session().run(x, {x: np.zeros(784)})", 2),
    ("feed-column", "x = tf.placeholder(tf.float32, [None, 1])\ntf.Session().run(x, {x: np.zeros(506)})", 2),
    ("feed-no-dictionary", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, [x])", 2),
    ("tensor-name", "tf.constant(1, name='x')\ntf.get_default_graph().get_tensor_by_name('x')", 2),
    ("name-not-in-graph", "tf.get_default_graph().get_tensor_by_name('x:0')", 1),
    ("ragged", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: [[1, 2], [3]]})", 2),
    ("text-for-number", "x = tf.placeholder(tf.float32)\ntf.Session().run(x, {x: 'ROOMS'})", 2),
    ("tensor-as-condition", "if tf.constant(1) > 0:\n    pass", 1),
    ("tensor-as-condition", "tf.Session().run(tf.constant(1), tf.constant(2))", 1),
    ("tensor-iterated", "for a in tf.constant([1, 2]):\n    pass", 1),
    ("tensor-as-number", "np.sqrt(tf.constant(1.0))", 1),
    ("tensor-as-number", "print('%f' % tf.constant(1.0))", 1),
    ("tensor-changed", "v = tf.Variable(1.0)\nv += 1\nv.assign(2)", 3),
    ("none-as-number", "t = tf.no_op()\nprint('loss %f' % tf.Session().run(t))", 2),
    ("none-as-number", "_, loss = tf.Session().run(tf.no_op())", 1),
    ("matmul-rank", "tf.matmul(tf.zeros([784]), tf.zeros([784, 10]))", 1),
    ("matmul-sizes", "tf.matmul(tf.zeros([2, 3]), tf.zeros([2, 3]))", 1),
    ("matmul-sizes", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.matmul(x, tf.zeros([784, 10])), {x: np.zeros((5, 28))})", 2),
    ("matmul-sizes", "tf.matmul(tf.zeros([4, 2, 3]), tf.zeros([4, 2, 3]))", 1),
    ("shapes-differ", "tf.matmul(tf.zeros([5, 784]), tf.zeros([784, 10])) + tf.zeros([784])", 1),
    ("shapes-differ", "tf.nn.bias_add(tf.matmul(tf.zeros([5, 784]), tf.zeros([784, 10])), tf.zeros([784]))", 1),
    ("rank", "tf.nn.conv2d(tf.zeros([1, 784]), tf.zeros([3, 3, 1, 2]), [1, 1, 1, 1], 'SAME')", 1),
    ("shapes-differ", "tf.zeros([506, 13]) + tf.zeros([506])", 1),
    ("shapes-differ", "x = tf.placeholder(tf.float32)\ntf.Session().run(x + tf.zeros([5]), {x: np.zeros((5, 3))})", 2),
    ("shapes-differ", "tf.losses.softmax_cross_entropy(tf.zeros([32]), tf.zeros([32, 10]))", 1),
    ("image-summary", "x = tf.placeholder(tf.float32)\ntf.Session().run(tf.summary.image('a', x), {x: np.zeros((5, 784))})", 2),
    ("dtype-not-allowed", "tf.reduce_mean(tf.equal(tf.zeros([3]), 0.0))", 1),
    ("dtypes-differ", "tf.equal(tf.argmax(tf.zeros([2, 3]), 1), tf.zeros([2], tf.int32))", 1),
    ("variable-shape", "tf.Variable(tf.random_normal([None, 3]))", 1),
    ("no-meta-graph", "tf.train.import_meta_graph('model.meta')", 1),
    ("get-variable-unknown", "with tf.variable_scope('a', reuse=True):\n    tf.get_variable('w', [1])", 2),
    ("nothing-to-train", "tf.train.AdamOptimizer().minimize(tf.constant(1.0))", 1),
    ("writer-swapped", "tf.summary.FileWriter(tf.get_default_graph(), 'logdir')", 1),
    ("operation-name", "tf.constant(1, name='the answer')", 1),
    ("eager-execution", "tf.enable_v2_behavior()\ntf.placeholder(tf.float32)", 2),
    ("eager-execution", "tf.enable_v2_behavior()\ntf.train.AdamOptimizer().minimize(tf.Variable(1.0))", 2),
    ("keras-3", "from keras import backend\nbackend.get_session()", 2),
    ("keras-labels", MODEL.format(loss="categorical_crossentropy") + "m.fit(np.zeros((4, 3)), np.zeros(4))", 5),
    ("keras-input-shape", MODEL.format(loss="mse") + "m.fit(np.zeros((4, 5)), np.zeros((4, 10)))", 5),
    ("keras-sample-count", MODEL.format(loss="mse") + "m.fit(np.zeros((4, 3)), np.zeros((5, 10)))", 5),
    ("keras-curves", MODEL.format(loss="mse") + "h = m.fit(np.zeros((4, 3)), np.zeros((4, 10)), verbose=0)\nh.history['accuracy']", 6),
    ("keras-callbacks-list", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit(x, y, verbose=0, callbacks=tf.keras.callbacks.LambdaCallback())", 6),
    ("keras-callback-object", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit(x, y, verbose=0, callbacks=[lambda: None])", 6),
    ("keras-one-argument", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit((x, y), 2, 1)", 6),
    ("keras-one-argument", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit((x, y), epochs=1)", 6),
    ("keras-labels-missing", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.evaluate((x, y))", 6),
    ("keras-labels-missing", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.evaluate(x)", 6),
    ("keras-validation-data", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit(x, y, validation_data=x)", 6),
    ("keras-validation-data", MODEL.format(loss="sparse_categorical_crossentropy") + "x, y = np.zeros((4, 3)), np.zeros(4)\nm.fit(x, y, validation_data=[(x, y)])", 6),
    ("keras-metrics-list", MODEL.format(loss="mse") + "m.compile('sgd', 'mse', metrics=tf.keras.metrics.Accuracy())", 5),
    ("array-as-condition", "if np.zeros(2):\n    pass", 1),
    ("keras-not-compiled", LEGACY_KERAS + "m = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])\nm.fit(np.zeros((4, 3)), np.zeros((4, 2)))", 4),
    ("keras-not-built", LEGACY_KERAS + "tf.keras.Sequential([tf.keras.layers.Dense(2)]).summary()", 3),
    ("keras-dim-ordering", "from keras import backend\nbackend.image_dim_ordering()", 2),
    ("keras-dim-ordering", LEGACY_KERAS + "tf.keras.layers.Conv2D(2, 3, dim_ordering='th')", 3),
    ("keras-merge", "from keras.layers import Merge", 1),
    ("keras-merge", LEGACY_KERAS + "tf.keras.layers.Merge", 3),
    ("keras-scikit-learn", "from keras.wrappers.scikit_learn import KerasClassifier", 1),
    ("keras-scikit-learn", LEGACY_KERAS + "tf.keras.wrappers", 3),
    ("keras-predict-classes", "import keras\nkeras.Sequential().predict_classes([])", 2),
    ("logdir-is-file", "open('logdir', 'w').close()\ntf.summary.FileWriter('logdir', tf.get_default_graph())", 2),
    ("file-exists", "import os\nos.mkdir('logdir')\nos.mkdir('logdir')", 3),
    ("backslash-in-path", "open('C:\\Users\\me\\data.csv')", 1),
    ("indentation", "if True:\nx = 1", 2),
    ("indentation", "  x = 1", 1),
    ("numpy-alias", "np.float(1)", 1),
    ("undefined-name", "print(sess)", 1),
    ("memory", "np.zeros(1 << 45)", 1),
]  # fmt: skip


@pytest.mark.parametrize(("row", "text", "word"), QUOTED, ids=[row for row, *_ in QUOTED])
def test_a_known_error_text_has_its_hint(row: str, text: str, word: str) -> None:
    found = row_for(text)
    assert found is not None
    assert found.id == row
    assert word in found.hint


@pytest.mark.parametrize(("row", "lines", "line"), RUN, ids=[row for row, *_ in RUN])
def test_a_real_error_has_its_hint_and_the_learners_line(
    run_script: RunScript, job_folder: Path, row: str, lines: str, line: int
) -> None:
    result = run_script(IMPORT + lines)
    assert result.exit_code == 1, result.stderr.decode()
    error = python_error(result.stderr, str(job_folder / "script.py"))
    assert error is not None, result.stderr.decode()
    found = row_for(error.summary, error.source) or row_for(error.whole, error.source)
    assert found is not None, error
    assert (found.id, error.line) == (row, line + IMPORT.count("\n"))
    assert hint_for(error.summary, error.whole, line=error.source) == found.hint


def test_no_row_hides_behind_an_earlier_one() -> None:
    """Each example above is found by its own row, which therefore no earlier row shadows; and each row has an example."""
    assert {row.id for row in table()} == {row for row, *_ in [*QUOTED, *RUN]}


@pytest.mark.parametrize("path", sorted(Path(checker.hints.__file__).parent.glob("*.json")), ids=lambda path: path.name)
def test_a_table_is_rows_of_id_pattern_and_hint(path: Path) -> None:
    rows = json.loads(path.read_text("utf-8"))
    assert all(row.keys() - {"line"} == {"id", "pattern", "hint"} for row in rows)
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
    for pattern in filter(None, (row.pattern, row.line)):  # a hostile message would take the square of its length
        assert not re.search(r"(?<!\\)[*+]|\{\d*,\}", pattern.pattern)


def test_an_unknown_error_has_no_hint() -> None:
    for text in ("", "IndexError: list index out of range", "KeyError: 'ROOMS'", "AssertionError", "ValueError: again"):
        assert hint_for(text) == ""


def test_a_later_text_is_asked_when_the_first_says_nothing() -> None:
    assert hint_for("ValueError: again", "ValueError: again\nNo variables to save") == hint_for("No variables to save")
    assert hint_for("No variables to save", "Nan in summary histogram") == hint_for("No variables to save")
