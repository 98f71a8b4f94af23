"""The entry point: `python -m` with the name of this package starts the service."""

import uvicorn

from .main import create_app
from .settings import Settings


def main() -> None:
    """Serves until SIGTERM or SIGINT, then lets the requests in flight finish."""
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        # Logging is configured by the application, and it writes the access log itself.
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )


if __name__ == "__main__":
    main()
