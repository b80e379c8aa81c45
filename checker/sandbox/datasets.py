"""Inside a forked child: the data loaders of Keras and scikit-learn, which return the data of `reference.datasets`."""

from __future__ import annotations

from collections import namedtuple
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from checker.sandbox import imports
from reference import datasets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Split = tuple[NDArray[Any], NDArray[Any]]

BOSTON_DESCRIPTION = """Boston house prices

506 census tracts around Boston with 13 features each. The target is the median value of the houses in thousands of dollars
of 1970, capped at 50 (Harrison, D. and Rubinfeld, D.L.: Hedonic prices and the demand for clean air, 1978). One column is
computed from the share of black residents: for this reason scikit-learn has removed the data set.
"""


class BostonRows(namedtuple("BostonRows", ["data", "target"])):
    """The named tuple that tf.contrib returned; here it also knows the names of the columns."""

    DESCR = BOSTON_DESCRIPTION

    @property
    def feature_names(self) -> NDArray[Any]:
        """Names of the columns of ``data``."""
        return np.array(datasets.boston().feature_names)


def serve() -> None:
    """Make the loaders of every Keras and of scikit-learn return the verified data."""
    imports.change(
        r"(?:tf_keras|keras|tensorflow|tensorflow_core)\.(?:\w+\.)*datasets\.(?:mnist|fashion_mnist|boston_housing|cifar10)",
        _serve_keras,
    )
    imports.change(r"sklearn\.datasets", _serve_sklearn)


def load_mnist(path: str = "mnist.npz") -> tuple[Split, Split]:
    """Return the handwritten digits as ``(x_train, y_train), (x_test, y_test)``; `path` is not used."""
    return datasets.mnist()


def load_fashion_mnist() -> tuple[Split, Split]:
    """Return the garments as ``(x_train, y_train), (x_test, y_test)``."""
    return datasets.fashion_mnist()


def load_cifar10() -> tuple[Split, Split]:
    """Return the photographs, where they were fetched, with labels [n, 1] as Keras does. Raises `DataError`."""
    (x_train, y_train), (x_test, y_test) = datasets.cifar10()
    return (x_train, y_train[:, None]), (x_test, y_test[:, None])


def load_boston_housing(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> tuple[Split, Split]:
    """Return the houses as ``(x_train, y_train), (x_test, y_test)``, shuffled as Keras does; `path` is not used."""
    houses = datasets.boston()
    order = np.arange(len(houses.target))
    np.random.RandomState(seed).shuffle(order)
    train, test = np.split(order, [int(len(order) * (1 - test_split))])
    return (houses.data[train], houses.target[train]), (houses.data[test], houses.target[test])


def load_boston_rows(data_path: str | None = None) -> BostonRows:
    """Return the houses as tf.contrib.learn.datasets did; `data_path` is not used."""
    houses = datasets.boston()
    return BostonRows(houses.data, houses.target)


def load_boston(return_X_y: bool = False) -> Any:  # noqa: N803  # scikit-learn's name
    """Return the houses as scikit-learn did until 1.1: a Bunch, or ``(data, target)``."""
    from sklearn.utils import Bunch

    houses = datasets.boston()
    if return_X_y:
        return houses.data, houses.target
    names = np.array(houses.feature_names)
    return Bunch(
        data=houses.data, target=houses.target, feature_names=names, DESCR=BOSTON_DESCRIPTION, filename="boston.npz"
    )


def fetch_california_housing(return_X_y: bool = False, **options: Any) -> Any:  # noqa: N803  # scikit-learn's name
    """Return California housing, where it was fetched: a Bunch, or ``(data, target)``; no option matters here.

    Raises `DataError` with a remedy.
    """
    from sklearn.utils import Bunch

    houses = datasets.california()
    if return_X_y:
        return houses.data, houses.target
    return Bunch(
        data=houses.data, target=houses.target, feature_names=list(houses.feature_names), target_names=["MedHouseVal"]
    )


LOADERS = {
    "mnist": load_mnist,
    "fashion_mnist": load_fashion_mnist,
    "boston_housing": load_boston_housing,
    "cifar10": load_cifar10,
}


def _serve_keras(module: ModuleType) -> None:
    """Give a module such as ``….datasets.mnist`` its loader, whichever Keras it belongs to."""
    module.load_data = LOADERS[module.__name__.rpartition(".")[2]]  # type: ignore[attr-defined]  # a module takes any


def _serve_sklearn(module: ModuleType) -> None:
    module.load_boston = load_boston  # type: ignore[attr-defined]  # a module takes any
    module.fetch_california_housing = fetch_california_housing  # type: ignore[attr-defined]  # a module takes any
