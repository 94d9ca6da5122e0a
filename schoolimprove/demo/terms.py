"""The invented authority's term dates, made for any academic year by the habits of English calendars."""

from datetime import date, timedelta
from functools import cache

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.lib.clock import Term, TermName
from schoolimprove.lib.years import academic_year

_WEEK = timedelta(days=7)
_TRAINING = "Staff training day"


@cache
def terms_of(year: int) -> tuple[Term, Term, Term]:
    """Autumn, spring and summer of the academic year that begins in `year`."""
    then, good_friday = year + 1, _good_friday(year + 1)
    summer = _weekday_from(good_friday + timedelta(days=10))
    return (
        _term(TermName.AUTUMN, _weekday_from(date(year, 9, 1)), _last_monday(year, 10), _friday_by(date(year, 12, 20))),
        _term(TermName.SPRING, _weekday_from(date(then, 1, 4)), _third_monday(then, 2), good_friday - _WEEK),
        _term(TermName.SUMMER, summer, _last_monday(then, 5), _weekday_by(date(then, 7, 21))),
    )


def closures_of(year: int) -> dict[date, str]:
    """The authority's closure days: staff are trained on the first day of each term."""
    return {term.start: _TRAINING for term in terms_of(year)}


def _term(name: TermName, start: date, half_term: date, end: date) -> Term:
    """`half_term` is its Monday; the break ends on the Friday."""
    return Term(start, end, half_term, half_term + timedelta(days=4), academic_year(start), name)


def _good_friday(year: int) -> date:
    return next(day for day, name in england().names.items() if day.year == year and name == "Good Friday")


def _weekday_from(day: date) -> date:
    """The first weekday on or after `day` that is no bank holiday."""
    while england().why_not_working(day):
        day += timedelta(days=1)
    return day


def _weekday_by(day: date) -> date:
    """The last weekday on or before `day`."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _friday_by(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 4) % 7)


def _third_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(-first.weekday()) % 7 + 14)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())
