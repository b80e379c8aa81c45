"""Inside a forked child: ``tensorflow.examples.tutorials.mnist.input_data`` of the tutorials for TensorFlow 1.

It has the same classes, arguments and attributes, on the verified data. Nothing is downloaded and no folder is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reference import datasets

if TYPE_CHECKING:
    from numpy.typing import NDArray

OFFICIAL_TRAINING_IMAGES, OFFICIAL_VALIDATION_IMAGES = 60_000, 5_000
CLASSES = 10


class DataSet:
    """Images and labels, handed out in batches. The order is shuffled at the beginning of every epoch."""

    def __init__(
        self,
        images: NDArray[Any],
        labels: NDArray[Any],
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = np.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        """Take images [n, 28, 28, 1] in 0 … 255. As float32 they are in 0 … 1; `reshape` makes them [n, 784]."""
        kind = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))  # of tf.float32 or np.float32
        if fake_data:
            raise ValueError("fake_data: invented images are not served, train on the real ones")
        if kind not in (np.dtype(np.uint8), np.dtype(np.float32)):
            raise TypeError(f"Invalid image dtype {kind}, expected uint8 or float32")
        assert len(images) == len(labels), f"images.shape: {images.shape} labels.shape: {labels.shape}"
        if reshape:
            images = images.reshape(len(images), -1)
        self._images = images if kind == np.uint8 else images.astype(np.float32) * np.float32(1 / 255)
        self._labels = labels
        self._random = (
            np.random.RandomState(seed) if seed is not None else np.random
        )  # NumPy's own seed, which the script may set
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> NDArray[Any]:
        """All images, in the order of this epoch."""
        return self._images

    @property
    def labels(self) -> NDArray[Any]:
        """All labels, in the order of this epoch."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """The number of images."""
        return len(self._images)

    @property
    def epochs_completed(self) -> int:
        """How many times all images have been handed out."""
        return self._epochs_completed

    def next_batch(
        self, batch_size: int, fake_data: bool = False, shuffle: bool = True
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the next ``(images, labels)``. A batch may hold the end of one epoch and the beginning of the next."""
        start = self._index_in_epoch
        if start == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        if start + batch_size <= self.num_examples:
            self._index_in_epoch = start + batch_size
            return self._images[start : self._index_in_epoch], self._labels[start : self._index_in_epoch]
        self._epochs_completed += 1
        rest_images, rest_labels = self._images[start:], self._labels[start:]
        if shuffle:
            self._shuffle()
        self._index_in_epoch = batch_size - len(rest_images)
        images, labels = self._images[: self._index_in_epoch], self._labels[: self._index_in_epoch]
        return np.concatenate([rest_images, images]), np.concatenate([rest_labels, labels])

    def _shuffle(self) -> None:
        order = np.arange(self.num_examples)
        self._random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


class Datasets(NamedTuple):
    """What `read_data_sets` returns."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir: str = "",
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = np.float32,
    reshape: bool = True,
    validation_size: int | None = None,
    seed: int | None = None,
    source_url: str = "",
) -> Datasets:
    """Return MNIST as three `DataSet`; `train_dir` and `source_url` are not used.

    The first `validation_size` training images are for validation. By default they are 5,000 of 60,000, or the same share of
    a smaller edition. Raises ValueError when there are fewer images.
    """
    (images, labels), (test_images, test_labels) = datasets.mnist()
    if validation_size is None:
        validation_size = len(images) * OFFICIAL_VALIDATION_IMAGES // OFFICIAL_TRAINING_IMAGES
    if not 0 <= validation_size <= len(images):
        raise ValueError(f"Validation size should be between 0 and {len(images)}. Received: {validation_size}.")

    def make(some_images: NDArray[Any], some_labels: NDArray[Any]) -> DataSet:
        coded = dense_to_one_hot(some_labels, CLASSES) if one_hot else some_labels
        return DataSet(some_images[..., np.newaxis], coded, fake_data, one_hot, dtype, reshape, seed)

    return Datasets(
        train=make(images[validation_size:], labels[validation_size:]),
        validation=make(images[:validation_size], labels[:validation_size]),
        test=make(test_images, test_labels),
    )


def load_mnist(train_dir: str = "MNIST-data") -> Datasets:
    """Return MNIST as tf.contrib.learn.datasets did."""
    return read_data_sets(train_dir)


def dense_to_one_hot(labels_dense: NDArray[Any], num_classes: int) -> NDArray[np.float64]:
    """Return class numbers [n] as one-hot rows [n, num_classes]."""
    rows: NDArray[np.float64] = np.eye(num_classes)[labels_dense]
    return rows
