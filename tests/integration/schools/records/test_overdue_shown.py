"""What is overdue of a record is marked wherever the record is shown."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from schools.records.states import RecordStatus
from tests.factories.county import County
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("day", "said"), [(date(2026, 11, 10), False), (date(2026, 11, 11), True)])
def test_an_overdue_record_is_marked_on_its_page_in_the_lists_and_at_its_school(
    county: County, clock_at: Any, day: date, said: bool
) -> None:
    record = county.record(RecordStatus.DRAFT)
    clock_at(day)
    visits = reverse("schools:visits", args=[county.school.urn])
    for url in (record.get_absolute_url(), visits, county.school.get_absolute_url()):
        page = signed_in(county.dsim).get(url).content.decode().split("<main")[1]
        assert ("Overdue" in page) is said, url
