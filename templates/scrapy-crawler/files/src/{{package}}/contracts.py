"""A contract says beside a callback what it finds on a page; `check` asks the site itself."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urljoin

from scrapy.contracts import Contract
from scrapy.http import Response


class PathContract(Contract):
    """Names (`@path`) the page by its path on the site that is configured."""

    name = "path"
    # How many pages were really looked at.
    tried: ClassVar[int] = 0

    def __init__(self, method: Callable[..., Any], *args: str) -> None:
        super().__init__(method, *args)
        self.site: str = getattr(method, "__self__").site  # noqa: B009 - typed as any callable

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        args["url"] = urljoin(self.site, self.args[0])
        return args

    def pre_process(self, response: Response) -> None:  # noqa: ARG002 - that there is one counts
        PathContract.tried += 1
