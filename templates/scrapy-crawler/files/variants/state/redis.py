"""What workers share in Redis: waiting requests, seen ones, and the versions of pages."""

import json
import time
from collections.abc import Collection, Iterable
from typing import NamedTuple

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.retry import Retry

from .config import Config

# A request that was begun so often without ever being done is what ends the processes.
MOST_ATTEMPTS = 3

# What a run leaves behind is gone after a week.
LIFETIME = 7 * 24 * 3600

# Scripts run as one step: no worker sees what another has half done.
PUSH = """
local seen, ids, texts, queue, leases = unpack(KEYS)
local text, priority, fingerprint, done, lifetime = unpack(ARGV)
if done ~= '' then
    redis.call('ZREM', leases, done)
    redis.call('HDEL', texts, done)
end
if fingerprint ~= '' and redis.call('SADD', seen, fingerprint) == 0 then
    return 0
end
local id = redis.call('INCR', ids)
redis.call('HSET', texts, id, text)
redis.call('ZADD', queue, id - tonumber(priority) * 2^32, id)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, lifetime) end
return 1
"""

POP = """
local queue, leases, texts, attempts = unpack(KEYS)
local found = redis.call('ZPOPMIN', queue)
if not found[1] then return false end
local now = redis.call('TIME')
redis.call('ZADD', leases, now[1] + now[2] / 1000000 + ARGV[1], found[1])
redis.call('HINCRBY', attempts, found[1], 1)
redis.call('EXPIRE', attempts, ARGV[2])
return {found[1], redis.call('HGET', texts, found[1])}
"""

RENEW = """
local now = redis.call('TIME')
for i = 2, #ARGV do
    redis.call('ZADD', KEYS[1], 'XX', now[1] + now[2] / 1000000 + ARGV[1], ARGV[i])
end
"""

RECOVER = """
local queue, leases, texts, attempts = unpack(KEYS)
local now = redis.call('TIME')
local gone = 0
local late = redis.call('ZRANGEBYSCORE', leases, '-inf', now[1] + now[2] / 1000000)
for _, id in ipairs(late) do
    redis.call('ZREM', leases, id)
    if tonumber(redis.call('HGET', attempts, id) or 0) >= tonumber(ARGV[1]) then
        redis.call('HDEL', texts, id)
        gone = gone + 1
    else
        redis.call('ZADD', queue, id, id)
    end
end
return gone
"""

SETTLE = """
local leases, texts, attempts = unpack(KEYS)
for _, id in ipairs(ARGV) do
    redis.call('ZREM', leases, id)
    redis.call('HDEL', texts, id)
    redis.call('HDEL', attempts, id)
end
"""

RELEASE = """
local leases, queue, attempts = unpack(KEYS)
for _, id in ipairs(ARGV) do
    redis.call('ZREM', leases, id)
    redis.call('ZADD', queue, id, id)
    redis.call('HINCRBY', attempts, id, -1)
end
"""


class Page(NamedTuple):
    """The version of a page that was scraped, as its server names it, and when."""

    etag: str
    modified: str
    visited: float


class State:
    def __init__(self, config: Config, spider: str) -> None:
        # Long enough for Redis to start again; nothing else could be done meanwhile.
        patience = Retry(ExponentialBackoff(cap=1, base=0.05), 30)
        self.redis: Redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - untyped
            config.redis_url.get_secret_value(),
            decode_responses=True,
            socket_timeout=10,
            socket_connect_timeout=5,
            retry=patience,
            retry_on_error=[NoConnectionError, NoAnswerError],
        )
        self.lease_seconds = config.lease_seconds
        # The versions of pages are for the runs to come; everything else belongs to this one.
        self.pages = f"{spider}:pages"
        # The braces keep the keys of a run on one node of a cluster.
        run = f"{{{spider}:{config.run}}}"
        self.seen = f"{run}:seen"
        self.ids = f"{run}:ids"
        self.texts = f"{run}:texts"
        self.queue = f"{run}:queue"
        self.leases = f"{run}:leases"
        self.attempts = f"{run}:attempts"
        self.push_script = self.redis.register_script(PUSH)
        self.pop_script = self.redis.register_script(POP)
        self.renew_script = self.redis.register_script(RENEW)
        self.recover_script = self.redis.register_script(RECOVER)
        self.settle_script = self.redis.register_script(SETTLE)
        self.release_script = self.redis.register_script(RELEASE)

    def push(self, text: str, priority: int, fingerprint: bytes | None, done: int | None) -> bool:
        """Keeps a request unless its like was seen; forgets the one whose place it takes."""
        added = self.push_script(
            keys=[self.seen, self.ids, self.texts, self.queue, self.leases],
            args=[
                text,
                priority,
                fingerprint.hex() if fingerprint else "",
                "" if done is None else done,
                LIFETIME,
            ],
        )
        return bool(added)

    def pop(self) -> tuple[int, str] | None:
        """Leases the next request."""
        keys = [self.queue, self.leases, self.texts, self.attempts]
        found = self.pop_script(keys=keys, args=[self.lease_seconds, LIFETIME])
        return (int(found[0]), found[1]) if found else None

    def renew(self, leases: Iterable[int]) -> None:
        """Tells the other workers that this one still works on its requests."""
        self.renew_script(keys=[self.leases], args=[self.lease_seconds, *leases])

    def settle(self, leases: Iterable[int]) -> None:
        self.settle_script(keys=[self.leases, self.texts, self.attempts], args=list(leases))

    def release(self, leases: Iterable[int]) -> None:
        """Gives requests back that were begun in vain, which was not their fault."""
        self.release_script(keys=[self.leases, self.queue, self.attempts], args=list(leases))

    def recover(self) -> int:
        """Takes back what dead workers had leased, and returns how many were leased too often."""
        keys = [self.queue, self.leases, self.texts, self.attempts]
        return int(self.recover_script(keys=keys, args=[MOST_ATTEMPTS]))

    def count(self) -> int:
        """Returns how many requests wait."""
        return int(self.redis.zcard(self.queue))

    def is_pending(self, own: Collection[int]) -> bool:
        """Returns whether there is more to do than what this worker has under way.

        While another worker is at a request, there is: it may lead to more, or have to be done
        again.
        """
        return self.count() > 0 or int(self.redis.zcard(self.leases)) > len(own)

    def forget_finished(self) -> None:
        """Keeps what was seen: a worker that comes late must not begin anew."""

    def page(self, url: str) -> Page | None:
        text = self.redis.hget(self.pages, url)
        return Page(*json.loads(text)) if text else None

    def remember(self, url: str, etag: str, modified: str) -> None:
        self.redis.hset(self.pages, url, json.dumps([etag, modified, time.time()]))

    def close(self) -> None:
        self.redis.close()
