"""What clients send: the measurements of a wine, each within what a wine can have."""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from .arrays import Array

EXAMPLE: JsonDict = {
    "alcohol": 14.23,
    "malic_acid": 1.71,
    "ash": 2.43,
    "alcalinity_of_ash": 15.6,
    "magnesium": 127.0,
    "total_phenols": 2.8,
    "flavanoids": 3.06,
    "nonflavanoid_phenols": 0.28,
    "proanthocyanins": 2.29,
    "color_intensity": 5.64,
    "hue": 1.04,
    "od280_od315": 3.92,
    "proline": 1065.0,
}


class Input(BaseModel):
    """One wine. The order of the fields is that of the columns the network was trained on."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [EXAMPLE]},
    )

    alcohol: float = Field(ge=5, le=25, description="Percent by volume.")
    malic_acid: float = Field(ge=0, le=20)
    ash: float = Field(ge=0, le=10)
    alcalinity_of_ash: float = Field(ge=0, le=100)
    magnesium: float = Field(ge=0, le=500)
    total_phenols: float = Field(ge=0, le=20)
    flavanoids: float = Field(ge=0, le=20)
    nonflavanoid_phenols: float = Field(ge=0, le=5)
    proanthocyanins: float = Field(ge=0, le=20)
    color_intensity: float = Field(ge=0, le=50)
    hue: float = Field(ge=0, le=5)
    od280_od315: float = Field(ge=0, le=10, description="Of diluted wines.")
    proline: float = Field(ge=0, le=5000)


def to_samples(inputs: list[Input]) -> list[Array]:
    """Returns what the network takes."""
    return [np.array(list(each.model_dump().values()), np.float32) for each in inputs]
