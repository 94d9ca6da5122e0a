"""A county on an ordinary day."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from schoolimprove import context
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County


@pytest.fixture
def on_tuesday(clock_at: Callable[..., object]) -> None:
    """Freeze the clock at noon of the ordinary day."""
    clock_at(TUESDAY)


@pytest.fixture
def with_terms(db: None, on_tuesday: None) -> None:
    """The ordinary day, with the term dates of its year."""
    hold_terms(2026)


@pytest.fixture
def county(db: None, clock_at: Callable[..., object]) -> County:
    clock_at(TUESDAY)
    return County()


@pytest.fixture(autouse=True)
def name_outlasts_the_test() -> None:
    """A process keeps the authority’s name for a minute: renew it, so that no counted request reads it again."""
    cache.touch("own-authority", timeout=3600)


@pytest.fixture
def name_is_known() -> Iterator[None]:
    """The authority's name, kept for a minute from one page to the next, outlasts the test: no page asks for it."""
    cache.set("own-authority", context.Authority(name="Invented County", colour="#1d4f5f"), timeout=None)
    yield
    cache.delete("own-authority")
