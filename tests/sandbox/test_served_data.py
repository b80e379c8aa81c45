"""What a script loads from Keras, scikit-learn and the tutorials is the verified data, offline."""

from __future__ import annotations

import numpy as np
import pytest

from checker.sandbox import input_data
from reference import datasets
from tests.support.checking import printed
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORT_TENSORFLOW, LEGACY_KERAS

TF1 = "import tensorflow as tf\ntf.Session\n"
KERAS = {
    "Keras 3": "import keras\n",
    "tf.keras": "import tensorflow as tf\nkeras = tf.keras\n",
    "from tf.keras": "from tensorflow import keras\n",
    "compat.v1": IMPORT_TENSORFLOW + "keras = tf.keras\n",
    "compat.v1, legacy Keras": LEGACY_KERAS + IMPORT_TENSORFLOW + "keras = tf.keras\n",
    "tf_keras": "import tf_keras as keras\n",
    "TensorFlow 1": TF1 + "keras = tf.keras\n",
    "TensorFlow 1, keras": TF1 + "import keras\n",
    "TensorFlow's own": "import tensorflow\nfrom tensorflow.python import keras\nimport tensorflow.python.keras.datasets.mnist\n",
}


@pytest.mark.parametrize(
    "keras", [text for name, text in KERAS.items() if "own" not in name], ids=[n for n in KERAS if "own" not in n]
)
def test_every_keras_serves_the_verified_data(run_script: RunScript, keras: str) -> None:
    lines = """
from reference import datasets
import numpy as np
for name in ("mnist", "fashion_mnist"):
    served, truth = getattr(keras.datasets, name).load_data(), getattr(datasets, name)()
    print(all(np.array_equal(a, b) for s, t in zip(served, truth) for a, b in zip(s, t)))
(x, y), (x_test, y_test) = keras.datasets.boston_housing.load_data()
print(x.shape, x_test.shape, y[0], x[0, 0])
houses = datasets.boston()
print(sorted(np.concatenate([y, y_test])) == sorted(houses.target))
(x, y), (x_test, y_test) = keras.datasets.boston_housing.load_data(test_split=0, seed=7)
print(x.shape, x_test.shape)
"""
    # The first row is the one of Keras's own file, so the order of the rows is Keras's, too.
    assert printed(run_script(keras + lines)).splitlines() == [
        "True", "True", "(404, 13) (102, 13) 15.2 1.23247", "True", "(506, 13) (0, 13)",
    ]  # fmt: skip


@pytest.mark.parametrize("way", [
    "from keras.datasets import mnist\nload = mnist.load_data",
    "from keras.datasets.mnist import load_data as load",
    "from tensorflow.keras.datasets import mnist\nload = mnist.load_data",
    "from tensorflow.keras.datasets.mnist import load_data as load",
    "import tensorflow.keras as k\nload = k.datasets.mnist.load_data",
    TF1 + "from tensorflow.keras.datasets.mnist import load_data as load",
    TF1 + "import keras.datasets.mnist\nload = keras.datasets.mnist.load_data",
])  # fmt: skip
def test_the_data_is_served_however_it_is_imported(run_script: RunScript, way: str) -> None:
    assert printed(run_script(f"{way}\nprint(load()[1][0].shape)\nload('mnist.npz')")) == "(2000, 28, 28)"


def test_scikit_learn_has_its_houses_again(run_script: RunScript) -> None:
    found = printed(
        run_script("""
from sklearn.datasets import load_boston
import sklearn.datasets as s
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
b = load_boston()
print(sorted(b), b.data.shape, b["target"].shape, list(b.feature_names)[5], "Harrison" in b.DESCR)
X, y = s.load_boston(return_X_y=True)
print(train_test_split(X, y, test_size=0.2)[0].shape, abs(StandardScaler().fit_transform(X).mean()) < 1e-9)
""")
    )
    assert found.splitlines() == [
        "['DESCR', 'data', 'feature_names', 'filename', 'target'] (506, 13) (506,) RM True",
        "(404, 13) True",
    ]


@pytest.mark.parametrize("way", [
    TF1 + "load = tf.contrib.learn.datasets.load_dataset",
    "import tensorflow as tf\nfrom tensorflow.contrib.learn.python.learn.datasets import load_dataset as load",
    "from tensorflow.contrib import learn\nload = learn.datasets.load_dataset",
    "import tensorflow.contrib.learn as learn\nload = learn.datasets.load_dataset",
    IMPORT_TENSORFLOW + "from tensorflow.contrib.learn import datasets\nload = datasets.load_dataset",
])  # fmt: skip
def test_contrib_has_its_houses_again(run_script: RunScript, way: str) -> None:
    lines = "\nb = load('boston')\ndata, target = b\nprint(b.data.shape, b.target[0], list(b.feature_names)[5], 'Harrison' in b.DESCR)"
    assert printed(run_script(way + lines)) == "(506, 13) 24.0 RM True"


@pytest.mark.parametrize("way", [
    "from tensorflow.examples.tutorials.mnist import input_data",
    "import tensorflow.examples.tutorials.mnist.input_data as input_data",
    IMPORT_TENSORFLOW + "from tensorflow.examples.tutorials.mnist import input_data",
    "import input_data",
    "import tensorflow as tf\ninput_data = tf.contrib.learn.datasets.mnist",
    "from tensorflow.contrib.learn.python.learn.datasets import mnist as input_data",
])  # fmt: skip
def test_the_tutorials_read_their_data(run_script: RunScript, way: str) -> None:
    lines = "\nm = input_data.read_data_sets('MNIST_data', one_hot=True)\nprint(m.train.images.shape, m.test.labels.shape)"
    assert printed(run_script(way + lines)) == "(9167, 784) (2000, 10)"


def test_the_sets_of_the_tutorials_are_as_they_were() -> None:
    sets = input_data.read_data_sets("MNIST_data", one_hot=True)
    (images, labels), (test_images, _) = datasets.mnist()
    assert (sets.train.num_examples, sets.validation.num_examples, sets.test.num_examples) == (9167, 833, 2000)
    assert sets.train.images.dtype == np.float32
    assert sets.train.labels.dtype == np.float64
    assert np.array_equal(sets.validation.images, images[:833].reshape(-1, 784) * np.float32(1 / 255))
    assert np.array_equal(sets.train.labels.argmax(1), labels[833:])
    assert sets.test.images.max() <= 1.0
    plain = input_data.read_data_sets("x", False, False, np.uint8, False, 5000)
    assert (plain.train.images.shape, plain.train.labels.shape) == ((5000, 28, 28, 1), (5000,))
    assert np.array_equal(plain.test.images[..., 0], test_images)
    train, validation, test = plain
    assert (train, validation, test) == (plain.train, plain.validation, plain.test)


def test_batches_are_shuffled_and_wrap_at_the_end_of_an_epoch() -> None:
    images = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)
    rows = input_data.DataSet(images, np.arange(10), dtype=np.uint8, seed=1)
    first = [rows.next_batch(4) for _ in range(2)]
    assert rows.epochs_completed == 0
    third = rows.next_batch(4)
    assert rows.epochs_completed == 1
    for batch, labels in [*first, third]:
        assert np.array_equal(batch[:, 0], labels)  # each image keeps its label
        assert len(labels) == 4
    seen = np.concatenate([first[0][1], first[1][1], third[1][:2]])
    assert sorted(seen) == list(range(10))
    assert list(seen) != list(range(10))
    in_order = input_data.DataSet(images, np.arange(10), dtype=np.uint8)
    assert [list(in_order.next_batch(6, shuffle=False)[1]) for _ in range(2)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 0, 1]]
    assert in_order.next_batch(batch_size=3, fake_data=False, shuffle=False)[1].tolist() == [2, 3, 4]


@pytest.mark.parametrize("options", [{"validation_size": 10_001}, {"validation_size": -1}, {"fake_data": True}])
def test_what_the_tutorials_cannot_have_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 10000|not served"):
        input_data.read_data_sets("x", **options)  # type: ignore[arg-type]  # each has its type
