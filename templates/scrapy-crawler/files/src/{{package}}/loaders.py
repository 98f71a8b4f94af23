"""How the texts of a page become the fields of an item."""

import re

from itemloaders.processors import MapCompose, TakeFirst
from scrapy.loader import ItemLoader

CURRENCIES = {"£": "GBP", "€": "EUR", "$": "USD"}


def squeeze(text: str) -> str:
    return " ".join(text.split())


def amount(text: str) -> str | None:
    """Finds the number in a price such as `£1,234.50`."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return found[0].replace(",", "") if found else None


def currency(text: str) -> str | None:
    return next((code for sign, code in CURRENCIES.items() if sign in text), None)


def number(text: str) -> str | None:
    """Finds the number in a text such as `In stock (22 available)`."""
    found = re.search(r"\d+", text)
    return found[0] if found else None


class BookLoader(ItemLoader):
    default_item_class = dict
    default_input_processor = MapCompose(squeeze)
    default_output_processor = TakeFirst()

    price_in = MapCompose(amount)
    currency_in = MapCompose(currency)
    rating_in = MapCompose(number)
    stock_in = MapCompose(number)
