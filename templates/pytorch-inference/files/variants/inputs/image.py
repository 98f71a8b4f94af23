"""What clients send: images, which are looked at before they are unpacked."""

import base64
import binascii
from http import HTTPStatus
from io import BytesIO

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from .arrays import Array
from .problems import ApplicationError

# A seven.
EXAMPLE: JsonDict = {
    "image": (
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAARUlEQVR42gXBgRSAMBQAwHsjCGEG"
        "KYSwTJbBDEIYQgi9CMqgDIbwu0OLsUCP4z5J8ra6wFTjLCgj4t2R2+hAjYzE/Hz4ATOfFQbVD9kc"
        "AAAAAElFTkSuQmCC"
    )
}
SIZE = (8, 8)
# From black to white there are 255.
SHADE = np.float32(1 / 255)
FORMATS = ("PNG", "JPEG")
MAX_PIXELS = 4_000_000
MAX_BYTES = 1_000_000
BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# Pillow's own limit is far higher, and a warning first. Ours is asked before anything is unpacked.
Image.MAX_IMAGE_PIXELS = None


class UnusableInputError(ApplicationError):
    """An input that is no image, or none that this service takes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Input(BaseModel):
    """One digit, light on dark."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [EXAMPLE]},
    )

    image: str = Field(
        description="A PNG or JPEG in Base64; it is made grey and 8 x 8 pixels.",
        min_length=4,
        max_length=MAX_BYTES * 4 // 3,
        pattern=BASE64,
    )


def to_samples(inputs: list[Input]) -> list[Array]:
    """Returns what the network takes."""
    return [to_sample(number, each) for number, each in enumerate(inputs)]


def to_sample(number: int, given: Input) -> Array:
    try:
        content = base64.b64decode(given.image, validate=True)
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                message = f"inputs.{number}: more than {MAX_PIXELS} pixels."
                raise UnusableInputError(message)
            small = image.convert("L").resize(SIZE, Image.Resampling.BOX)
    # What Pillow says of a broken file depends on where it is broken.
    except (binascii.Error, EOFError, OSError, SyntaxError, ValueError) as error:
        raise UnusableInputError(f"inputs.{number}: not a PNG or JPEG image.") from error
    return np.asarray(small, np.float32)[np.newaxis] * SHADE
