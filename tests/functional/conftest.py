"""Fixtures of the browser tests. Each test gets a new `page`; the browser starts once a session."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from schoolimprove.lib import clock
from tests.functional import browser as driven
from tests.functional.looking import Windows


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """The one browser of the session, gone before the database is dropped.

    While Playwright's loop runs, Django takes this thread for an asynchronous one and keeps other connections for it.
    """
    with driven.launched() as launched:
        yield launched
        connections.close_all()


@pytest.fixture(scope="session")
def built_assets() -> None:
    """Pages without their stylesheet would be judged wrongly."""
    if not (driven.ROOT / "static" / "build" / "app.css").exists():
        pytest.fail("The stylesheet is not built: run `npm ci && npm run build`.")


@pytest.fixture(scope="session")
def site(django_db_setup: None, built_assets: None) -> Iterator[LiveServer]:
    """The site on a port of its own, on whatever database the test is on. Nothing is deleted after a test."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """The site keeps the authority's name for a minute, which is longer than a test."""
    cache.clear()


@pytest.fixture
def live_server(live_server: Any, built_assets: None) -> Any:
    """The site on a port of its own, on PostgreSQL, which is the product."""
    if connection.vendor != "postgresql":
        pytest.fail("Browser tests run on PostgreSQL: set DATABASE_URL=postgres://…")
    return live_server


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page as wide as a desktop's, with scripts.

    Where the layout is what a test asks about, it is parametrised with widths, or with pairs of a width and whether
    there are scripts.
    """
    asked = getattr(request, "param", driven.DESKTOP)
    width, script = asked if isinstance(asked, tuple) else (asked, True)
    with driven.opened(browser, width, script=script) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page 375 pixels wide."""
    with driven.opened(browser, driven.PHONE) as opened:
        yield opened


@pytest.fixture
def page_without_script(browser: Browser) -> Iterator[Page]:
    with driven.opened(browser, script=False) as opened:
        yield opened


@pytest.fixture
def site_clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """As `clock_at`, for the site too: it answers in threads of its own, which have no context of the test's."""

    def freeze(day: date) -> None:
        moment = datetime.combine(day, time(12), clock.LONDON).astimezone(UTC)
        monkeypatch.setattr(clock.moment, "_frozen", ContextVar("frozen_now", default=moment))

    return freeze


@pytest.fixture(scope="session")
def two_windows(browser: Browser) -> Iterator[tuple[Windows, list[str]]]:
    """The windows that show one page after another, not signed in, and the faults they report."""
    with driven.opened(browser) as page, driven.opened(browser, script=False) as plain:
        yield Windows(page, plain), driven.listen(page)


@pytest.fixture
def windows(two_windows: tuple[Windows, list[str]]) -> Iterator[Windows]:
    windows, faults = two_windows
    faults.clear()
    yield windows
    assert not faults, f"The browser complained: {faults}"
