"""What goes through a model: numbers, whatever they stand for."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
