"""Every role signs in to the demonstration through the real pages and sees its own schools and no others.

What each should see is written here by hand from the list of schools; the product's own rules of scope are not asked.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places, signins
from schools.models import School
from tests.demonstration import CODE
from tests.functional.browser import led_on

pytestmark = pytest.mark.browser

EVERY = {place.name for place in places.SCHOOLS}
NONE: set[str] = set()
WRENMARSH = {"Wrenmarsh Primary School"}


def in_districts(*districts: str) -> set[str]:
    return {place.name for place in places.SCHOOLS if place.district in districts}


SEES: dict[str, set[str]] = {
    signins.address(role): schools
    for role, schools in {
        Role.SIP: in_districts("Aldermarch"),
        Role.EIP: in_districts("Aldermarch"),
        Role.DSIM: in_districts("Aldermarch", "Bramblecote"),
        Role.DISTRICT_ADMINISTRATOR: in_districts("Aldermarch", "Bramblecote"),
        Role.HEAD_OF_SERVICE: EVERY,
        Role.DEPUTY_HEAD: {place.name for place in places.SCHOOLS if place.phase == "primary"},
        Role.CORPORATE_DIRECTOR: EVERY,
        Role.DEPUTY_DIRECTOR: EVERY,
        Role.ERA: EVERY,
        # The finance officer has declared an interest in that school.
        Role.FINANCE: EVERY - WRENMARSH,
        Role.HEADTEACHER: WRENMARSH,
        Role.CHAIR: WRENMARSH,
        Role.CLERK: WRENMARSH | {"Priory Lane Primary School"},
        Role.SCHOOL_LINK: WRENMARSH,
        Role.DIOCESAN_OFFICER: {place.name for place in places.SCHOOLS if place.diocese == "A"},
        Role.LEAD_MEMBER: NONE,
        Role.BEHAVIOUR_OFFICER: EVERY,
        Role.CENTRE_COORDINATOR: in_districts("Aldermarch", "Bramblecote", "Cressingdale", "Dunfallow"),
        Role.BASE_LEAD: {"Quillbeck Primary School"},
        Role.PANEL_MEMBER: NONE,
        Role.PROVIDER: NONE,
        Role.DATA_PROTECTION_OFFICER: NONE,
        Role.SYSTEM_ADMINISTRATOR: EVERY,
    }.items()
} | {
    signins.TWO_HATS: {"Larkenby Primary School", "Ashquarter Primary School"},
    signins.COVERING: in_districts("Cressingdale", "Dunfallow", "Elverwick", "Fenwardine"),
}
OWE_A_CODE = {
    signins.address(role)
    for role in (
        *(Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD, Role.CORPORATE_DIRECTOR, Role.DEPUTY_DIRECTOR, Role.ERA),
        *(Role.FINANCE, Role.LEAD_MEMBER, Role.BEHAVIOUR_OFFICER, Role.CENTRE_COORDINATOR, Role.BASE_LEAD),
        *(Role.PANEL_MEMBER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER, Role.SYSTEM_ADMINISTRATOR),
    )
}


def test_everybody_who_can_sign_in_is_tried() -> None:
    assert set(SEES) == set(signins.listed())


@pytest.mark.parametrize("email", SEES)
def test_every_role_signs_in_and_sees_its_own_schools_and_no_others(
    email: str, page: Page, demonstration: LiveServer
) -> None:
    assert School.objects.count() == len(EVERY)
    expected = SEES[email]
    assert signs_in(page, demonstration.url, email) == (email in OWE_A_CODE)
    assert set(schools_listed(page, demonstration.url)) == expected
    for hidden in sorted(EVERY - expected)[:1]:
        assert status_of(page, demonstration.url, hidden) == 404


def signs_in(page: Page, site: str, email: str) -> bool:
    """By address and password, and by the code where one is asked for; whether one was."""
    page.goto(f"{site}/sign-in/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(signins.PASSWORD)
    led_on(page.get_by_role("button", name="Sign in"))
    asked = "/sign-in/code/" in page.url
    if asked:
        expect(page.get_by_text(f"the security code is always {CODE}")).to_be_visible()
        page.get_by_label("Security code").fill(CODE)
        led_on(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(User.objects.get(email=email).name)
    assert page.url == f"{site}/"
    return asked


def schools_listed(page: Page, site: str) -> Iterator[str]:
    """The names on every page of the list; a person of one school is led to it from the list without a search."""
    page.goto(f"{site}/schools/?q=")
    while True:
        yield from page.locator("main table tbody tr td:first-child a, main table tbody tr th a").all_inner_texts()
        further = page.locator("a[rel=next]")
        if not further.count():
            return
        led_on(further)


def status_of(page: Page, site: str, school: str) -> int:
    """What the browser's session is answered; nobody looks at the page."""
    return page.request.get(f"{site}/schools/{School.objects.get(name=school).urn}/").status
