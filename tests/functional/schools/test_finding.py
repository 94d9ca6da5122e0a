"""Finding a school and reading its past, looked at: filters open, none found, as at a day, closed and succeeded."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import record_event
from schools.models import School
from schools.states import RecordStatus
from tests.factories.calendar import hold_terms
from tests.factories.imports import SchoolLinkFactory
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    PartnershipFactory,
    SchoolFactory,
    appointed,
    record_at,
)
from tests.functional.browser import DESKTOP, PHONE, axe, led_on, opened, screenshot, scrolls_sideways
from tests.functional.signing_in import sign_in

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


@pytest.fixture
def officer(academy: School) -> User:
    SchoolFactory.create_batch(60, district=DistrictFactory.create(name="South"))
    SchoolFactory.create(name="Opening School", establishment="proposed")
    SchoolFactory.create(name="Closing School", establishment="closing")
    appointed(Role.SIP, school=academy)
    return appointed(Role.DSIM, double_district=academy.district.double_district)  # type: ignore[union-attr]


@pytest.fixture(params=[DESKTOP, PHONE])
def narrow_or_wide(browser: Browser, request: Any) -> Iterator[Page]:
    with opened(browser, request.param) as page:
        yield page


def look(page: Page, live_server: Any, path: str, name: str, *, opening: bool = False) -> None:
    response = page.goto(f"{live_server.url}{path}")
    assert response is not None
    assert response.status == 200, path
    if opening:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name
    assert page.viewport_size is not None
    screenshot(page, f"finding-{name}-{page.viewport_size['width']}")


def test_an_officer_finds_a_school_and_reads_its_past(
    narrow_or_wide: Page, live_server: Any, officer: User, academy: School
) -> None:
    page, old = narrow_or_wide, School.objects.get(name="Hill Street Primary School")
    sign_in(page, live_server, officer)
    look(page, live_server, "/schools/", "list-filters-open", opening=True)
    look(page, live_server, "/schools/?q=hill+street&establishment=closed&sort=-pupils", "list-found")
    expect(page.locator("#results")).to_have_text("1 school")
    look(page, live_server, "/schools/?trust=nobody&q=zzz&phase=nursery", "list-none-found")
    look(page, live_server, f"/schools/{old.urn}/", "closed-overview")
    expect(page.locator("main")).to_contain_text("This school closed on 31 August 2026.")
    look(page, live_server, f"/schools/{academy.urn}/", "successor-overview")
    for tab in ("visits", "history"):
        look(page, live_server, f"/schools/{academy.urn}/{tab}/", f"successor-{tab}")
    look(page, live_server, f"/schools/{academy.urn}/chronology/", "chronology-many", opening=True)
    expect(page.locator("#results")).to_contain_text("events")
    look(page, live_server, f"/schools/{academy.urn}/chronology/?kind=days&q=nothing", "chronology-none-found")
    today = "as_at_0=1&as_at_1=5&as_at_2=2026"
    look(page, live_server, f"/schools/{old.urn}/chronology/?{today}", "chronology-as-at")
    expect(page.locator("main")).to_contain_text("As the file stood on 1 May 2026.")
    look(page, live_server, f"/schools/{old.urn}/chronology/?as_at_0=31&as_at_1=2&as_at_2=2026", "chronology-error")
    expect(page.get_by_text("There is a problem")).to_be_visible()


def test_the_new_head_reads_what_was_shared_with_the_old(
    narrow_or_wide: Page, live_server: Any, academy: School
) -> None:
    page = narrow_or_wide
    sign_in(page, live_server, appointed(Role.HEADTEACHER, school=academy))
    look(page, live_server, f"/schools/{academy.urn}/visits/", "new-head-visits")
    led_on(page.get_by_role("link", name="2026").first)
    expect(page.locator("main")).to_contain_text("This is a record of Hill Street Primary School")
    assert axe(page) == []
    screenshot(page, f"finding-new-head-record-{page.viewport_size['width']}")  # type: ignore[index]
    led_on(page.locator("main").get_by_role("link", name="Hill Street Academy"))
    expect(page).to_have_url(f"{live_server.url}/schools/{academy.urn}/")
