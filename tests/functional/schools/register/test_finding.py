"""The head of an academy finds what was shared with the school it was made of."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import record_event
from schools.models import School
from schools.records.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import (
    DioceseFactory,
    PartnershipFactory,
    SchoolFactory,
    appointed,
    record_at,
)
from tests.functional.browser import led_on
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_TRUST = "The Saint Bartholomew-in-the-Marshes and District Church of England Multi-Academy Trust"


@pytest.fixture
def academy(transactional_db: None) -> School:
    """An academy, and the two schools it was made of: one with a visit and changes from GIAS, one not held."""
    hold_terms(2025, 2026)
    old = SchoolFactory.create(name="Hill Street Primary School", easting=392_345, northing=323_456)
    record_at(
        RecordStatus.SHARED,
        school=old,
        author=appointed(Role.SIP, school=old),
        manager=appointed(Role.DSIM, district=old.district),
    )
    for number in range(60):
        changes: dict[str, Any] = {
            "pupils": [number, number + 1],
            **({"town": ["Nowhere", "Elsewhere"]} if number % 7 == 0 else {}),
        }
        record_event(old, "changed by import", by=SYSTEM, changes=changes)
    old.establishment, old.closed_on = "closed", date(2026, 8, 31)
    old.save()
    academy: School = SchoolFactory.create(
        name="Hill Street Academy",
        type_code="34",
        type_name="Academy converter",
        district=old.district,
        partnership=PartnershipFactory.create(),
        diocese=DioceseFactory.create(),
        religious_character="Church of England",
        trust_name=LONG_TRUST,
        pupils=1_204,
        easting=392_345,
        northing=323_456,
        source_changed_on=date(2026, 9, 2),
    )
    usual = {"urn": academy.urn, "established_on": date(2026, 9, 1)}
    SchoolLinkFactory.create(**usual, linked_urn=old.urn, linked_name=old.name, kind="Predecessor - merged")
    SchoolLinkFactory.create(**usual, linked_urn=123_456, linked_name="Dale Road Infants", kind="Predecessor - merged")
    return academy


def test_the_new_head_reads_what_was_shared_with_the_old(page: Page, live_server: Any, academy: School) -> None:
    be_signed_in(page, live_server, appointed(Role.HEADTEACHER, school=academy))
    page.goto(f"{live_server.url}/schools/{academy.urn}/visits/")
    led_on(page.get_by_role("link", name="2026").first)
    expect(page.locator("main")).to_contain_text("This is a record of Hill Street Primary School")
    led_on(page.locator("main").get_by_role("link", name="Hill Street Academy"))
    expect(page).to_have_url(f"{live_server.url}/schools/{academy.urn}/")
