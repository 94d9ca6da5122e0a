"""Stories are told in the order of their days."""

from datetime import date

from schoolimprove.demo.stories import Story, Teller
from schoolimprove.lib import clock

TODAY = date(2026, 10, 31)


def story(name: str, told: list[tuple[str, date]], *days: date) -> Story:
    for day in days:
        yield day
        told.append((name, clock.today()))


def test_acts_of_several_stories_come_in_the_order_of_their_days() -> None:
    told: list[tuple[str, date]] = []
    teller = Teller(TODAY)
    teller.add(story("one", told, date(2026, 9, 1), date(2026, 9, 9)))
    teller.add(story("other", told, date(2026, 9, 3)))
    teller.tell()
    assert told == [("one", date(2026, 9, 1)), ("other", date(2026, 9, 3)), ("one", date(2026, 9, 9))]


def test_what_would_happen_today_or_later_has_not_happened() -> None:
    told: list[tuple[str, date]] = []
    teller = Teller(TODAY)
    teller.add(story("one", told, date(2026, 10, 30), TODAY))
    teller.add(story("other", told, date(2026, 11, 2)))
    teller.tell()
    assert told == [("one", date(2026, 10, 30))]


def test_of_the_acts_of_one_day_each_has_its_own_time() -> None:
    times = []

    def act() -> Story:
        yield date(2026, 9, 1)
        times.append(clock.now())

    teller = Teller(TODAY)
    for _ in range(3):
        teller.add(act())
    teller.tell()
    assert times == sorted(set(times))
