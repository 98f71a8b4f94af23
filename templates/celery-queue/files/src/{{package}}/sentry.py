"""Sentry: every task that is given up is one report. Attempts before the last are none."""

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from .settings import Settings


def connect(settings: Settings) -> None:
    """Sends reports from now on, if the settings say where to."""
    dsn = settings.sentry_dsn
    sentry_sdk.init(
        dsn=dsn.get_secret_value() if dsn else None,
        environment=settings.environment,
        # Both would report what `report` reports, at each attempt and a second time.
        disabled_integrations=[CeleryIntegration, LoggingIntegration],
        include_local_variables=False,
    )


def report(task: str, task_id: str, error: BaseException) -> None:
    """Reports a task that is given up. Reports of one task are one issue for each kind of error."""
    sentry_sdk.capture_exception(
        error,
        tags={"task": task, "task_id": task_id},
        fingerprint=[task, type(error).__name__],
    )
    # A process of a worker may end any time.
    sentry_sdk.flush(timeout=2)
