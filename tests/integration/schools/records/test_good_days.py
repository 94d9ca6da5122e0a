"""Before a record is shared it is said that the day, or that of the answer, is a bad one; nothing is refused for it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from schools.models import RecordOfVisit
from schools.records.states import RecordStatus
from tests.factories.calendar import SchoolTermFactory, hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.shared import issue, propose, shared
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


def asked(county: County, record: RecordOfVisit, page: str = "record_approve", version: int = 0) -> str:
    """What the page of the act says against today."""
    url = reverse(f"schools:{page}", args=[county.school.urn, record.reference])
    response = signed_in(county.dsim).get(url, {"seen_version": version or record.version})
    assert response.status_code == 200
    said = response.context["doubt"]
    assert isinstance(said, str)
    return said


# Day of approval → what is said. Submitted on Tuesday 1 December, it is to be approved by the eighth.
BETTER = "If you approve it on Monday 4 January 2027, the school would have until 18 January 2027 to respond"
SAID = [
    (date(2026, 12, 1), ""),
    # Ten school days after Wednesday 2 December is Wednesday 16; after Thursday 3 it is Thursday 17.
    (date(2026, 12, 2), ""),
    (
        date(2026, 12, 3),
        "The school would have until 17 December 2026 to respond. Thursday 17 December 2026 is the second to last "
        "school day of the autumn term. If you approve it on Monday 7 December 2026, the school would have until "
        "4 January 2027 to respond.",
    ),
    (date(2026, 12, 16), ""),
    (date(2026, 12, 17), f"Thursday 17 December 2026 is the second to last school day of the autumn term. {BETTER}."),
    (date(2026, 12, 18), f"Friday 18 December 2026 is the last school day of the autumn term. {BETTER}."),
    (date(2026, 12, 22), f"Tuesday 22 December 2026 is in the Christmas holiday. {BETTER}."),
]


@pytest.mark.parametrize(("on", "said"), SAID)
def test_approving_says_what_speaks_against_the_day(
    county: County, clock_at: Callable[[date], object], on: date, said: str
) -> None:
    hold_terms(2025, 2026)
    clock_at(date(2026, 12, 1))
    record = county.submitted(county.sip, on=date(2026, 12, 1))
    clock_at(on)
    assert asked(county, record) == said


def test_it_names_the_day_by_which_it_is_to_be_approved_when_the_better_one_is_later(
    county: County, clock_at: Callable[[date], object]
) -> None:
    hold_terms(2025, 2026)
    clock_at(date(2026, 12, 17))
    record = county.submitted(county.sip, on=date(2026, 12, 17))
    # Fri 18, Mon 21 to Thu 24.
    assert asked(county, record).endswith(f"{BETTER}. But you must decide by 24 December 2026.")


def test_it_is_said_and_nothing_is_refused(county: County, clock_at: Callable[[date], object]) -> None:
    hold_terms(2025, 2026)
    clock_at(date(2026, 12, 18))
    record = county.submitted(county.sip, on=date(2026, 12, 18))
    url = reverse("schools:record_approve", args=[county.school.urn, record.reference])
    page = signed_in(county.dsim).get(url, {"seen_version": record.version}).content.decode()
    assert "is the last school day of the autumn term." in page
    signed_in(county.dsim).post(url, {"seen_version": record.version})
    record.refresh_from_db()
    assert record.status == RecordStatus.SHARED


def test_the_schools_own_terms_are_what_counts(county: County, clock_at: Callable[[date], object]) -> None:
    hold_terms(2025, 2026)
    SchoolTermFactory.create(school=county.school, academic_year=2026, name="autumn", ends_on=date(2026, 12, 11))
    clock_at(date(2026, 12, 11))
    record = county.submitted(county.sip, on=date(2026, 12, 11))
    assert asked(county, record).startswith("Friday 11 December 2026 is the last school day of the autumn term.")


def test_without_term_dates_nothing_is_said(county: County, clock_at: Callable[[date], object]) -> None:
    clock_at(date(2026, 12, 18))
    assert asked(county, county.submitted(county.sip, on=date(2026, 12, 18))) == ""


def test_issuing_a_correction_says_the_same(county: County, clock_at: Any) -> None:
    hold_terms(2025, 2026)
    clock_at(TUESDAY)
    record = shared(county)
    correction = propose(record)
    assert asked(county, record, "correction_issue", correction.version) == ""
    clock_at(date(2026, 12, 18))
    assert asked(county, record, "correction_issue", correction.version) == (
        "Friday 18 December 2026 is the last school day of the autumn term. "
        "If you issue it on Monday 4 January 2027, the school would have until 18 January 2027 to respond."
    )
    assert issue(correction, county, on=date(2026, 12, 18)).shared_version == 2
