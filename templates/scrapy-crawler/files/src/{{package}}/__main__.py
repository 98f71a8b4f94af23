"""The program: Scrapy's commands with the settings of this package, wherever it is started."""

import os

from scrapy.cmdline import execute


def main() -> None:
    """Runs a command, as in `crawl listing`."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", f"{__package__}.settings")
    execute()


if __name__ == "__main__":
    main()
