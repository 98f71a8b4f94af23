"""A catalogue to crawl, on this machine: with redirects, failures, slow pages and traps.

`python tests/catalogue.py 8000 requests.jsonl 200` serves 200 books, and logs each request. An
address to listen on and the seconds that a page takes may follow.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 10

ROBOTS = """\
User-agent: *
Disallow: /private/
Disallow: /books/13$
Sitemap: /sitemap.xml
"""

LIST = """\
<!doctype html><title>Books</title>
<nav><a href="/private/accounts">Accounts</a> <a href="http://elsewhere.invalid/">Elsewhere</a></nav>
<ul class="books">{books}</ul>
<a rel="next" href="/books?page={next}">Next</a>
"""

BOOK = """\
<!doctype html><title>{title}</title><link rel="canonical" href="/books/{number}">
<h1>{title}</h1> <span itemprop="sku"> B-{number:04} </span>
<p class="price">{price}</p> <p class="category">{category}</p>
<p class="rating" title="{rating} of 5"></p> <p class="stock">In stock ({stock} available)</p>
"""

RENDERED = """\
<!doctype html><title>Books</title><ul class="books"></ul>
<script>
  const list = document.querySelector(".books");
  fetch("/api/books?page={page}").then(answer => answer.json()).then(({{books, next}}) => {{
    for (const book of books) {{
      const link = Object.assign(document.createElement("a"), {{href: book.href, text: book.name}});
      list.append(link);
    }}
    if (next) {{
      const more = Object.assign(document.createElement("a"), {{text: "Next", rel: "next"}});
      more.href = "/rendered?page={next}";
      document.body.append(more);
    }}
  }});
</script>
"""


@dataclass
class Answer:
    body: str = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Visit:
    time: float
    path: str
    status: int
    agent: str


class Site(ThreadingHTTPServer):
    """Some books are special: 7 has moved, 11 and 21 fail at first, 13 is forbidden, 17 is slow.

    19 is no book, 23 always fails, and 5 has a second page, which is the same book.
    """

    daemon_threads = False
    block_on_close = True

    def __init__(
        self, books: int, port: int = 0, log: Path | None = None, host: str = "127.0.0.1"
    ) -> None:
        super().__init__((host, port), Handler)
        self.books = books
        self.log = log
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.visits: list[Visit] = []
        self.attempts: Counter[str] = Counter()
        self.versions: Counter[int] = Counter()
        # Seconds that each page of a book takes.
        self.latency = 0.0
        self.lock = Lock()

    def paths(self, *, status: int | None = None) -> list[str]:
        return [visit.path for visit in self.visits if status in {None, visit.status}]

    def is_idle(self) -> bool:
        """Returns whether everything that was asked is answered."""
        with self.lock:
            return self.attempts.total() == len(self.visits)

    def note(self, visit: Visit) -> None:
        with self.lock:
            self.visits.append(visit)
            if self.log:
                with self.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(vars(visit)) + "\n")

    def answer(self, target: str, validator: str) -> Answer:  # noqa: PLR0911 - a case for each page
        with self.lock:
            self.attempts[target] += 1
            attempt = self.attempts[target]
        url = urlsplit(target)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        match url.path.strip("/").split("/"):
            case ["robots.txt"]:
                return Answer(ROBOTS, kind="text/plain")
            case ["sitemap.xml"]:
                return Answer(self.sitemap_index(), kind="application/xml")
            case ["sitemap-books.xml"]:
                return Answer(self.sitemap(), kind="application/xml")
            case ["api", "books"]:
                return Answer(json.dumps(self.api(page)), kind="application/json")
            case ["rendered"]:
                return Answer(RENDERED.format(page=page, next=page + 1))
            case ["books"]:
                return Answer(self.listing(page))
            case ["books", "5", "again"]:
                return self.book(5, validator)
            case ["books", "7"]:
                return Answer(status=301, headers={"Location": "/moved/7"})
            case ["books" | "moved", number] if number.isdecimal():
                return self.special(int(number), attempt, validator)
            case _:
                return Answer("There is no such page.", 404)

    def special(self, number: int, attempt: int, validator: str) -> Answer:
        if number > self.books:
            return Answer("There is no such book.", 404)
        time.sleep(0.3 if number == 17 else self.latency)
        if number == 11 and attempt == 1:
            return Answer("Too many requests.", 429, headers={"Retry-After": "1"})
        if number == 21 and attempt <= 2:
            return Answer("Come back later.", 503)
        if number == 23:
            return Answer("A fault of the server.", 500)
        return self.book(number, validator)

    def numbers(self, page: int) -> range:
        return range((page - 1) * PAGE + 1, min(page * PAGE, self.books) + 1)

    def listing(self, page: int) -> str:
        """Every page has a next one, also those behind the last."""
        links = [f'<li><a href="/books/{number}">Book</a></li>' for number in self.numbers(page)]
        if page == 1:
            links.append('<li><a href="/books/5/again">Book</a></li>')
        return LIST.format(books="\n".join(links), next=page + 1)

    def book(self, number: int, validator: str) -> Answer:
        version = self.versions[number]
        etag = f'"{number}-{version}"'
        if validator == etag:
            return Answer(status=304, headers={"ETag": etag})
        body = BOOK.format(
            number=number,
            title=f"Book {number}",
            price="on request" if number == 19 else f"£{number + version}.50",
            category=f"Shelf {number % 3}",
            rating=number % 5 + 1,
            stock=number,
        )
        return Answer(body, headers={"ETag": etag})

    def api(self, page: int) -> dict[str, Any]:
        books = [
            {
                "id": f"B-{number:04}",
                "name": f"Book {number}",
                "price": {"amount": f"{number + self.versions[number]}.50", "currency": "GBP"},
                "href": f"/books/{number}",
                "category": f"Shelf {number % 3}",
                "rating": number % 5 + 1,
                "stock": number,
            }
            for number in self.numbers(page)
        ]
        more = page * PAGE < self.books
        return {"books": books, "next": f"/api/books?page={page + 1}" if more else None}

    def sitemap_index(self) -> str:
        return (
            '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<sitemap><loc>{self.url}/sitemap-books.xml</loc></sitemap></sitemapindex>"
        )

    def sitemap(self) -> str:
        entries = "".join(
            f"<url><loc>{self.url}/books/{number}</loc><lastmod>2026-01-31</lastmod></url>"
            for number in range(1, self.books + 1)
        )
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


class Handler(BaseHTTPRequestHandler):
    # One connection for one request: none is left open at the end.
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        assert isinstance(self.server, Site)
        came = time.time()
        answer = self.server.answer(self.path, self.headers.get("If-None-Match", ""))
        agent = self.headers.get("User-Agent", "")
        self.server.note(Visit(came, self.path, answer.status, agent))
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            # The crawler was killed.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so named above
        """The requests are kept by the site."""


class Running:
    """A site that runs while the block does."""

    def __init__(self, books: int) -> None:
        self.site = Site(books)
        self.thread = Thread(target=self.site.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Site:
        self.thread.start()
        return self.site

    def __exit__(self, *_: object) -> None:
        self.site.shutdown()
        self.thread.join()
        self.site.server_close()


if __name__ == "__main__":
    with Site(int(sys.argv[3]), int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[4:5]) as served:
        served.latency = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
        served.serve_forever()
