"""The invented term dates hold for any year."""

from datetime import date

from schoolimprove.calendar.bank_holidays import england
from schoolimprove.calendar.rules import faults_of_term
from schoolimprove.demo.days import Days
from schoolimprove.demo.terms import closures_of, terms_of
from schoolimprove.lib.clock import TermName

YEARS = range(1995, 2055)


def test_terms_of_any_year_fit_their_year_and_their_neighbours() -> None:
    wrong = []
    for year in YEARS:
        around = [term for each in (year - 1, year, year + 1) for term in terms_of(each)]
        for term in terms_of(year):
            faults = faults_of_term(term, [other for other in around if other != term])
            in_order = term.start < term.half_term_start < term.half_term_end < term.end
            day_off = england().why_not_working(term.start)
            if faults != [] or not in_order or day_off != "" or term.end.weekday() >= 5:
                wrong.append((year, term, faults, day_off))
    assert wrong == []


def test_good_friday_and_easter_monday_are_in_the_easter_holiday() -> None:
    good_fridays = {day.year: day for day, name in england().names.items() if name == "Good Friday"}
    wrong = []
    for year in YEARS:
        _autumn, spring, summer = terms_of(year)
        is_inside = spring.end < good_fridays[year + 1] < summer.start
        if not is_inside or not 10 <= (summer.start - spring.end).days <= 20:
            wrong.append((year, spring.end, good_fridays[year + 1], summer.start))
    assert wrong == []


def test_the_terms_of_2026_27_are_those_of_a_calendar_on_the_wall() -> None:
    autumn, spring, summer = terms_of(2026)
    assert (autumn.start, autumn.half_term_start, autumn.end) == (
        date(2026, 9, 1),
        date(2026, 10, 26),
        date(2026, 12, 18),
    )
    assert (spring.start, spring.half_term_start, spring.end) == (
        date(2027, 1, 4),
        date(2027, 2, 15),
        date(2027, 3, 19),
    )
    assert (summer.start, summer.half_term_start, summer.end) == (
        date(2027, 4, 5),
        date(2027, 5, 31),
        date(2027, 7, 21),
    )
    assert [term.name for term in terms_of(2026)] == list(TermName)


def test_staff_are_trained_on_the_first_day_of_each_term() -> None:
    assert sorted(closures_of(2026)) == [date(2026, 9, 1), date(2027, 1, 4), date(2027, 4, 5)]


def test_days_are_counted_back_over_a_holiday() -> None:
    christmas = Days(date(2026, 12, 25))
    assert christmas.count(christmas.today, -1, school=True) == date(2026, 12, 18)
    assert christmas.count(christmas.today, -1) == date(2026, 12, 24)
    assert christmas.count(date(2026, 12, 24), 1) == date(2026, 12, 29)
    assert christmas.count(date(2026, 12, 18), 1, school=True) == date(2027, 1, 5)
