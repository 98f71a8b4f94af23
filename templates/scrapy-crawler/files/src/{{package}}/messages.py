"""Requests as text, to be kept where a program cannot be: no pickles, which can run code."""

import json
from base64 import b64decode, b64encode
from typing import Any

from scrapy import Request, Spider
from scrapy.utils.request import request_from_dict


def dump(request: Request, spider: Spider) -> str:
    """Writes a request as JSON.

    Raises:
        TypeError: Its `meta` or `cb_kwargs` hold something that JSON does not have.
        ValueError: Its callback is not a method of the spider.
    """
    fields = request.to_dict(spider=spider)
    fields["body"] = b64encode(request.body).decode()
    fields["headers"] = {
        name.decode("latin-1"): [value.decode("latin-1") for value in values]
        for name, values in request.headers.items()
    }
    return json.dumps(fields)


def load(text: str, spider: Spider) -> Request:
    """Reads what `dump` wrote."""
    fields: dict[str, Any] = json.loads(text)
    fields["body"] = b64decode(fields["body"])
    fields["headers"] = {
        name: [value.encode("latin-1") for value in values]
        for name, values in fields["headers"].items()
    }
    return request_from_dict(fields, spider=spider)
