"""The data: 178 wines, a file inside of scikit-learn, so nothing is fetched."""

from importlib.resources import files

import numpy as np
import numpy.typing as npt

from .arrays import Array

NAME = "wine of scikit-learn (UCI, Wine)"


def read() -> tuple[Array, npt.NDArray[np.int64]]:
    """Returns the measurements of each wine, and its cultivar."""
    text = files("sklearn.datasets.data").joinpath("wine_data.csv").read_text(encoding="utf-8")
    # The first line counts what follows.
    rows = np.loadtxt(text.splitlines()[1:], delimiter=",")
    return rows[:, :-1].astype(np.float32), rows[:, -1].astype(np.int64)
