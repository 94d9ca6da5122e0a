"""A county on an ordinary day."""

from collections.abc import Callable

import pytest

from tests.factories.county import TUESDAY, County


@pytest.fixture
def county(db: None, clock_at: Callable[..., object]) -> County:
    clock_at(TUESDAY)
    return County()
