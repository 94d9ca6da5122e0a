"""Fixtures of the browser tests. `page` and `phone` are fresh each test; the browser is launched once a session."""

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from playwright.sync_api import Browser, Page

from schoolimprove.lib import clock

from . import browser as driven


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
def page(browser: Browser) -> Iterator[Page]:
    with driven.opened(browser) as opened:
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
