"""What is planned for visits can be walked, whatever day the demonstration lives on."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places
from schoolimprove.demo.days import Days
from schoolimprove.demo.now import Now
from schoolimprove.demo.visits import Course
from schoolimprove.demo.year import OrdinaryYear
from schools.visits.models.visit import VisitKind

EVERY_DAY = [date(2026, 9, 1) + timedelta(days=n) for n in range(365)]
VISITED = [place for place in places.SCHOOLS if place.agreed or place.type_code in ("01", "02", "03", "05", "07", "14")]


def now(today: date) -> list[Course]:
    return list(Now(Days(today), Random(str(today))).courses())  # noqa: S311


def ordinary(today: date) -> list[Course]:
    """Beside what is going on now, as loading the demonstration puts them together."""
    days = Days(today)
    taken = frozenset((each.school, days.term_of(each.held_on)) for each in now(today) if each.kind == VisitKind.CORE)
    return list(OrdinaryYear(days, Random(str(today)), VISITED, taken, seed=1).courses())  # noqa: S311


def steps(course: Course) -> list[date]:
    """The days of a record in the order in which its life goes."""
    days = [course.held_on, course.started_on, course.submitted_on, course.returned_on, course.submitted_again_on]
    answers = [answer.on for answer in (course.head, course.chair) if answer]
    return [day for day in [*days, course.approved_on, min(answers, default=None)] if day]


@pytest.mark.parametrize("month", range(12))
def test_no_visit_is_counted_twice_and_every_step_follows_the_one_before(month: int) -> None:
    for today in EVERY_DAY[month * 30 : month * 30 + 35]:
        courses = [*ordinary(today), *now(today)]
        visits = Counter((course.school, course.author, course.held_on, course.kind) for course in courses)
        assert [visit for visit, times in visits.items() if times > 1] == [], today
        for course in courses:
            assert all(one <= other for one, other in pairwise(steps(course))), (today, course)


def test_what_is_going_on_now_has_begun_before_today() -> None:
    for today in EVERY_DAY:
        assert max(max(steps(course)) for course in now(today)) < today


def test_a_sip_is_at_one_school_a_day() -> None:
    districts = {place.name: place.district for place in places.SCHOOLS}
    for today in EVERY_DAY[::7]:
        by_sips = [course for course in [*ordinary(today), *now(today)] if course.author == Role.SIP]
        shared = {places.SIP_THERE}  # Its SIP is not that of the district.
        met = Counter((districts[course.school], course.held_on) for course in by_sips if course.school not in shared)
        assert [place_and_day for place_and_day, times in met.items() if times > 1] == [], today


def test_ordinary_visits_are_of_the_last_twelve_months_and_to_the_school_that_was_open() -> None:
    for today in EVERY_DAY[::7]:
        courses = ordinary(today)
        assert 35 < len(courses) < 110
        assert all(today - timedelta(days=365) <= course.held_on < today for course in courses)
        new_year = date(2026, 1, 1)
        assert all(course.held_on < new_year for course in courses if course.school == places.CONVERTED)
        assert all(course.held_on > new_year for course in courses if course.school == places.CONVERTER)
