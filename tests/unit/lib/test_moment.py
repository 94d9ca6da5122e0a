"""What day it is, and that it can be any day."""

from datetime import UTC, date, datetime

import pytest

from schoolimprove.lib import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 31, 22, 59, tzinfo=UTC), date(2026, 5, 31)),
        (datetime(2026, 5, 31, 23, 0, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 8, 31, 22, 59, tzinfo=UTC), date(2026, 8, 31)),
        (datetime(2026, 8, 31, 23, 0, tzinfo=UTC), date(2026, 9, 1)),
    ],
)
def test_today_is_the_day_in_london_whatever_the_clocks_do(moment: datetime, day: date) -> None:
    with clock.at(moment):
        assert clock.today() == day
        assert clock.now() == moment


def test_a_bare_day_is_its_noon_in_london() -> None:
    with clock.at(date(2026, 7, 1)):
        assert clock.now() == datetime(2026, 7, 1, 11, tzinfo=UTC)


def test_frozen_days_nest_and_thaw() -> None:
    with clock.at(date(2026, 7, 1)):
        with clock.at(date(2009, 3, 27)):
            assert clock.today() == date(2009, 3, 27)
        assert clock.today() == date(2026, 7, 1)
    assert abs(datetime.now(UTC) - clock.now()).total_seconds() < 60
