"""A recompute of every deadline of England's schools is arithmetic, not a night's work."""

from datetime import date, timedelta
from time import process_time

from schoolimprove.lib import clock
from tests.factories.calendar import calendar_of


def test_sixty_six_thousand_sums_of_ten_school_days_take_about_a_second() -> None:
    shared = calendar_of(2008, 2009)
    calendars = [shared.with_school({date(2009, 6, day): "Staff training"}, []) for day in range(1, 31)]
    starts = [date(2008, 9, 3) + timedelta(days=n) for n in range(550)]
    began = process_time()
    sums = [clock.school_days_after(start, 10, calendars[n % 30]) for n in range(120) for start in starts]
    assert len(sums) == 66_000
    assert process_time() - began < 3, "about 1 s on two idle cores; the margin is for busy ones"
