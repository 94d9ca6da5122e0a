"""Asking the site for pages: the production WSGI application, called in this process.

No sockets and no second process, so that what is measured is ours: a request from its environment to its last byte,
with the database across its usual connection.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from benchmarks.pages import BARE, BESIDE, Page, Reader
from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import must_have_second_factor
from schoolimprove.lib import clock
from schoolimprove.wsgi import application


class Failed(Exception):
    """A page that did not come."""


@dataclass(frozen=True)
class Result:
    """`busy` is the processor's milliseconds for one request, `elapsed` what a clock on the wall says.

    `ratio` is the page's rate as a part of the bare page's: 0.125 is an eighth.
    """

    reader: str
    page: str
    busy: float
    elapsed: float
    ratio: float
    queries: int
    size: int
    aim: int

    @property
    def is_missed(self) -> bool:
        return bool(self.aim) and self.ratio < 1 / self.aim


def signed_in(user: User) -> str:
    """The cookie of a whole session of this user."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.note_seen(store, at=clock.now())
    if must_have_second_factor(user):
        store[session.VERIFIED] = clock.now().isoformat()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def ask(path: str, cookie: str) -> int:
    """Ask for one page and take all of it; its number of bytes. `Failed` when it is not a page."""
    status: list[str] = []
    way, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": way,
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    }
    setup_testing_defaults(environ)

    def start_response(line: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        status.append(line)
        return environ["wsgi.errors"].write  # type: ignore[no-any-return]

    response: Any = application(environ, start_response)
    try:
        size = sum(len(part) for part in response)
    finally:
        response.close()
    if status != ["200 OK"]:
        raise Failed(f"{path} answered {status[0]}.")
    return size


def measure(reader: Reader, *, rounds: int, seconds: float) -> list[Result]:
    """The bare page and every page of the reader by turns, each turn so many seconds long."""
    cookie = signed_in(reader.user)
    pages = [Page(BARE, "/bare", BESIDE), *reader.pages]
    counted = {page: _queries(page, cookie) for page in pages}
    turns: dict[Page, list[_Turn]] = {page: [] for page in pages}
    for _ in range(rounds):
        for page in pages:
            turns[page].append(_turn(page, cookie, seconds))
    bare = [turn.busy for turn in turns[pages[0]]]
    return [
        Result(
            reader=reader.label,
            page=page.name,
            busy=1000 * median(turn.busy for turn in turns[page]),
            elapsed=1000 * median(turn.elapsed for turn in turns[page]),
            ratio=median(least / turn.busy for least, turn in zip(bare, turns[page], strict=True)),
            queries=counted[page][0],
            size=counted[page][1],
            aim=page.aim,
        )
        for page in pages
    ]


class _Turn(NamedTuple):
    """Seconds per request."""

    busy: float
    elapsed: float


def _turn(page: Page, cookie: str, seconds: float) -> _Turn:
    """At least two requests for one page."""
    asked, began, busy = 0, time.perf_counter(), busy_seconds()
    while asked < 2 or time.perf_counter() < began + seconds:
        ask(page.path, cookie)
        asked += 1
    return _Turn((busy_seconds() - busy) / asked, (time.perf_counter() - began) / asked)


def busy_seconds() -> float:
    """Processor time of this process and of its session in the database, which does not grow while others work.

    Where the database is on another machine, or says nothing of its processes: the time on the wall.
    """
    session_id = connection.connection.info.backend_pid if connection.connection else 0
    accounts = Path(f"/proc/{session_id}/schedstat")
    if connection.settings_dict["HOST"] not in ("", "127.0.0.1", "localhost", "::1") or not accounts.exists():
        return time.perf_counter()
    return time.process_time() + int(accounts.read_text().split()[0]) / 1e9


def _queries(page: Page, cookie: str) -> tuple[int, int]:
    """Queries of one request, once everything that is made once has been made; and the size of the answer."""
    ask(page.path, cookie)
    statements: list[str] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(statement)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        size = ask(page.path, cookie)
    return len(statements), size


def misses(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.is_missed]
