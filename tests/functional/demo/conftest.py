"""The demonstration in a browser."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.demonstration import DAY


@pytest.fixture
def demonstration(
    browser: Browser, demonstration: None, site: LiveServer, site_clock_at: Callable[[date], None]
) -> LiveServer:
    """The site, with the invented authority as it stands on `DAY`.

    The browser comes first: Django keeps other connections while it runs.
    """
    site_clock_at(DAY)
    return site
