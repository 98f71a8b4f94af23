"""The data: 1797 scanned digits, a file inside of scikit-learn, so nothing is fetched."""

import gzip
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from .arrays import Array

NAME = "digits of scikit-learn (UCI, Optical Recognition of Handwritten Digits)"
# The shades of the scans; in an image there are 255.
SHADES = 16


def read() -> tuple[Array, npt.NDArray[np.int64]]:
    """Returns the samples, with shades between 0 and 1, and what they are."""
    packed = files("sklearn.datasets.data").joinpath("digits.csv.gz").read_bytes()
    rows = np.loadtxt(gzip.decompress(packed).decode().splitlines(), delimiter=",")
    samples = (rows[:, :-1] / SHADES).astype(np.float32).reshape(-1, 1, 8, 8)
    return samples, rows[:, -1].astype(np.int64)
