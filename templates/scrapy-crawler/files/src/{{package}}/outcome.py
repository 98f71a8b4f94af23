"""What became of the items that a storage was given."""

from typing import NamedTuple


class Outcome(NamedTuple):
    new: int
    changed: int
    unchanged: int
