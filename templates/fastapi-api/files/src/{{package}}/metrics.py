"""What Prometheus is told. Every label has few values, so that the series stay few."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time from the first byte of a request to the last of its answer.",
    ["method", "route", "status"],
)


def observe_request(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Measures one request under the template of its route, never under its raw path."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = getattr(scope.get("route"), "path", "unmatched")
    REQUESTS.labels(method, route, str(status)).observe(seconds)
