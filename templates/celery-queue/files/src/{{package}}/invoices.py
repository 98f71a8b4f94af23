"""Invoices, and what their documents say. Knows neither queues nor disks."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# Becomes the name of a file.
Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
WIDTH = 60


class Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=40)]
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    price: Amount

    @property
    def total(self) -> Decimal:
        return self.quantity * self.price


class Invoice(BaseModel):
    """What a customer owes; sent from task to task as JSON."""

    model_config = ConfigDict(frozen=True)

    number: Number
    customer: Annotated[str, Field(min_length=1, max_length=WIDTH)]
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=1000)]

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal())


class Document(BaseModel):
    """An invoice that was rendered: where it is, and what it amounts to."""

    model_config = ConfigDict(frozen=True)

    number: Number
    customer: str
    file: str
    total: Decimal


class Report(BaseModel):
    """What many documents amount to."""

    model_config = ConfigDict(frozen=True)

    documents: int
    total: Decimal


def render(invoice: Invoice) -> str:
    """Writes the document of an invoice: the same text for the same invoice, always."""
    head = [f"Invoice {invoice.number}", invoice.customer, "=" * WIDTH]
    body = [f"{line.quantity:>6} x {line.text:<40}{line.total:>11.2f}" for line in invoice.lines]
    foot = ["=" * WIDTH, f"{'Total':<49}{invoice.total:>11.2f}"]
    return "\n".join([*head, *body, *foot, ""])
