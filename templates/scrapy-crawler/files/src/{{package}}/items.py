"""What is scraped."""

from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# What a spider found, before anybody looked whether it is right.
Raw = dict[str, Any]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Book(BaseModel):
    """A book of the catalogue; `sku` is what makes two of them the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Fields that may be missing, but not in most books: a monitor watches over them.
    COVERED: ClassVar[tuple[str, ...]] = ("category", "rating", "stock")

    sku: Text
    title: Text
    price: Decimal = Field(ge=Decimal(0), decimal_places=2)
    currency: str = Field(pattern="^[A-Z]{3}$")
    url: Text
    category: Text | None = None
    rating: int | None = Field(default=None, ge=1, le=5)
    stock: int | None = Field(default=None, ge=0)

    def digest(self) -> str:
        """Tells this version of the book from every other."""
        return sha256(self.model_dump_json().encode()).hexdigest()
