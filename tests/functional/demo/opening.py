"""The demonstration in a browser: on one day whenever it runs, as whoever its sign-ins name."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings

from schoolimprove.demo.load import load_demo

DAY = date(2026, 11, 17)
"""A Tuesday in the second half of the autumn term."""


@pytest.fixture
def demonstration(live_server: Any, settings: Settings, site_clock_at: Callable[[date], None]) -> Any:
    """The live server, with the invented authority as it stands on `DAY`."""
    settings.DEMO, settings.DEMO_SECOND_FACTOR = True, "123456"
    site_clock_at(DAY)
    load_demo(today=DAY, seed=1)
    return live_server
