"""References people can quote: per prefix and academic year, in order."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from schoolimprove.records.models import ReferenceCounter
from schoolimprove.records.models.reference import next_reference
from tests.factories.records import ReferenceCounterFactory

pytestmark = pytest.mark.django_db


def test_numbers_follow_each_other() -> None:
    given = [next_reference("RV", on=date(2026, 11, 3)) for _ in range(3)]
    assert given == ["RV-2026-00001", "RV-2026-00002", "RV-2026-00003"]


def test_a_year_begins_again_on_the_first_of_september() -> None:
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2027, 8, 31), date(2027, 9, 1)]
    given = [next_reference("RV", on=day) for day in days]
    assert given == ["RV-2025-00001", "RV-2026-00001", "RV-2026-00002", "RV-2027-00001"]


def test_each_prefix_counts_for_itself() -> None:
    assert next_reference("RV", on=date(2026, 11, 3)) == "RV-2026-00001"
    assert next_reference("WN", on=date(2026, 11, 3)) == "WN-2026-00001"


def test_a_large_number_keeps_all_its_digits() -> None:
    ReferenceCounterFactory.create(last=99_999)
    assert next_reference("RV", on=date(2026, 11, 3)) == "RV-2026-100000"


def test_a_reference_given_out_in_what_is_undone_is_given_out_again() -> None:
    with transaction.atomic():
        next_reference("RV", on=date(2026, 11, 3))
        transaction.set_rollback(True)
    assert next_reference("RV", on=date(2026, 11, 3)) == "RV-2026-00001"


def test_there_is_one_counter_a_prefix_and_year() -> None:
    ReferenceCounterFactory.create()
    with pytest.raises(IntegrityError, match="reference_one_counter"), transaction.atomic():
        ReferenceCounter.objects.create(prefix="RV", year=2026)
