"""Slows down whoever guesses passwords, and never locks out who knows theirs."""

from collections import OrderedDict

from ..rate_limit import MAX_KEYS, RateLimit
from .errors import TooManyLoginsError

WINDOW = 15 * 60
# People share addresses more than names.
ADDRESS_FACTOR = 10


class LoginLimit:
    """Counts the logins that fail, by name and by address.

    The turns of a name are shared by all addresses that never logged in with it, so guessing from
    many addresses gains nothing. An address that did has turns of its own: strangers who use up
    the others do not keep the user out.
    """

    def __init__(self, attempts: int) -> None:
        self._names = RateLimit(attempts, WINDOW)
        self._addresses = RateLimit(attempts * ADDRESS_FACTOR, WINDOW)
        self._known: OrderedDict[str, None] = OrderedDict()

    def begin(self, username: str, address: str) -> None:
        for limit, key in self._turns(username, address):
            quota = limit.take(key)
            if quota.exhausted:
                raise TooManyLoginsError(quota.retry_after)

    def succeed(self, username: str, address: str) -> None:
        for limit, key in self._turns(username, address):
            limit.give_back(key)
        self._known[f"{username} {address}"] = None
        self._known.move_to_end(f"{username} {address}")
        if len(self._known) > MAX_KEYS:
            self._known.popitem(last=False)

    def _turns(self, username: str, address: str) -> list[tuple[RateLimit, str]]:
        pair = f"{username} {address}"
        name = pair if pair in self._known else username
        return [(self._addresses, address), (self._names, name)]
