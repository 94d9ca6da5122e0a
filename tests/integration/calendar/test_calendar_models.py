"""What the database and the forms refuse of the calendar, and what its history keeps."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from schoolimprove.calendar.models import ClosureDay, Term
from schoolimprove.lib.clock import TermName
from schools.models import SchoolClosure
from tests.factories.calendar import (
    BankHolidayOverrideFactory,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    TermFactory,
    hold_terms,
)
from tests.factories.schools import SchoolFactory

pytestmark = pytest.mark.django_db

WRONG_DATES = [
    ({"half_term_starts_on": date(2008, 9, 3)}, "half_term_inside_term"),
    ({"half_term_ends_on": date(2008, 12, 19)}, "half_term_inside_term"),
    ({"half_term_ends_on": date(2008, 10, 26)}, "half_term_dates_in_order"),
    ({"ends_on": date(2008, 10, 1)}, "half_term_inside_term"),
]


@pytest.mark.parametrize(("dates", "constraint"), WRONG_DATES)
@pytest.mark.parametrize("make", [TermFactory, SchoolTermFactory], ids=["authority", "school"])
def test_dates_out_of_order_are_refused_by_the_database(make: Any, dates: dict[str, date], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**dates)


def test_a_term_by_another_name_is_refused_by_the_database() -> None:
    dates = {"starts_on": date(2008, 9, 3), "half_term_starts_on": date(2008, 10, 27)}
    dates |= {"half_term_ends_on": date(2008, 10, 31), "ends_on": date(2008, 12, 19)}
    with pytest.raises(IntegrityError, match="term_name_is_a_term"), transaction.atomic():
        Term.objects.create(academic_year=2008, name="winter", **dates)


def test_a_term_is_held_once() -> None:
    TermFactory()
    with pytest.raises(IntegrityError, match="term_one_of_each_name_per_year"), transaction.atomic():
        TermFactory()


def test_a_day_is_a_closure_once_until_it_is_taken_back() -> None:
    first = ClosureDayFactory()
    with pytest.raises(IntegrityError, match="closure_one_per_day"), transaction.atomic():
        ClosureDayFactory()
    first.withdrawn_because = "The election was moved"
    first.save()
    again = ClosureDayFactory()
    assert list(ClosureDay.objects.standing()) == [again]


def test_a_bank_holiday_is_corrected_once_and_in_a_known_way() -> None:
    BankHolidayOverrideFactory()
    with pytest.raises(IntegrityError, match="bank_holiday_override_one_per_day"), transaction.atomic():
        BankHolidayOverrideFactory()
    with pytest.raises(IntegrityError, match="bank_holiday_override_kind_is_known"), transaction.atomic():
        BankHolidayOverrideFactory(day=date(2030, 6, 4), kind="shift")


def test_schools_close_on_the_same_day_each_for_itself() -> None:
    closure = SchoolClosureFactory()
    SchoolClosureFactory()
    with pytest.raises(IntegrityError, match="schoolclosure_one_per_day"), transaction.atomic():
        SchoolClosureFactory(school=closure.school)
    assert SchoolClosure.objects.standing().count() == 2


def faults(term: Any) -> list[str]:
    """What the form would say."""
    with pytest.raises(ValidationError) as refused:
        term.full_clean()
    return refused.value.messages


def test_a_term_that_overlaps_another_is_refused_with_its_dates() -> None:
    hold_terms(2008)
    autumn = Term.objects.get(name=TermName.AUTUMN)
    autumn.ends_on = date(2009, 1, 5)
    assert faults(autumn) == ["The term overlaps the spring term 2008/09, 5 January 2009 to 3 April 2009."]


def test_a_term_out_of_order_is_refused() -> None:
    TermFactory(name=TermName.SUMMER)
    spring = TermFactory.build(
        name=TermName.SPRING,
        starts_on=date(2009, 7, 22),
        half_term_starts_on=date(2009, 7, 24),
        half_term_ends_on=date(2009, 7, 24),
        ends_on=date(2009, 7, 30),
    )
    assert faults(spring) == ["The term is out of order with the summer term 2008/09, which starts on 20 April 2009."]


def test_a_term_outside_its_academic_year_is_refused() -> None:
    assert faults(TermFactory.build(academic_year=2009, name=TermName.AUTUMN, starts_on=date(2009, 7, 31))) == [
        "The term must be inside the academic year 2009/10."
    ]


def test_an_autumn_term_may_begin_in_late_august() -> None:
    TermFactory.build(academic_year=2009, name=TermName.AUTUMN, starts_on=date(2009, 8, 27)).full_clean()


def test_a_kept_term_passes_its_own_check() -> None:
    for term in hold_terms(2008, 2009):
        term.full_clean()


def test_a_schools_own_term_fits_between_the_authoritys() -> None:
    hold_terms(2008)
    school = SchoolFactory()
    own = SchoolTermFactory.build(school=school, academic_year=2008, name=TermName.SPRING, ends_on=date(2009, 4, 21))
    assert faults(own) == ["The term overlaps the summer term 2008/09, 20 April 2009 to 21 July 2009."]
    SchoolTermFactory(school=school, name=TermName.SUMMER, starts_on=date(2009, 5, 5))
    own.full_clean()


def test_an_extra_bank_holiday_on_a_day_that_is_one_is_refused() -> None:
    assert faults(BankHolidayOverrideFactory.build(day=date(2029, 12, 25))) == [
        "25 December 2029 is already Christmas Day."
    ]


def test_history_keeps_what_a_term_said() -> None:
    term = TermFactory()
    term.ends_on = date(2008, 12, 18)
    term.save()
    said = term.history.order_by("history_date", "history_id").values_list("ends_on", flat=True)
    assert list(said) == [date(2008, 12, 19), date(2008, 12, 18)]


def test_entries_are_named_by_their_dates() -> None:
    assert str(TermFactory.build()) == "Autumn term 2008/09"
    assert str(ClosureDayFactory.build()) == "4 June 2009: European election"
    assert str(BankHolidayOverrideFactory.build()) == "3 June 2030: Extra bank holiday"
