"""The navigation of each kind of user: its areas, their entries, and the search in the header."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import appointments_of
from schoolimprove.accounts.roles import Role
from schoolimprove.context import frame, own_authority
from schoolimprove.ui.registry import Area, navigation
from tests.factories.accounts import UserFactory
from tests.factories.county import County
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
REPORTS = ["Deadlines", "Coverage", "Week by week", "Not visited recently", "Workload"]
SCHEMES = {"Categories": ["Category schemes"]}
AS_AT, ROUNDS = ["Categories", "Ofsted differences", "Movement"], ["Rounds", "Recommendations"]
CATEGORIES = {"Categories": [*ROUNDS, *AS_AT, "Category schemes"]}
MODERATES = {"Categories": [*ROUNDS, *AS_AT, "Changes by moderation", "Category schemes"]}
READER = {"Home": ["Home"], "Schools": ["Your schools"], "Visits": ["Visit programme"], **SCHEMES}
OFFICER = {**READER, "Schools": ["Your schools", "Groups", "Interests"]}
KEEPS_GROUPS = ["Your schools", "SIP allocation", "Letters", "Groups", "Meetings", "Referrals", "Interests"]
EVERYBODY = {"Reminders": ["Reminders"], "Help": ["Help"]}
SEEN: dict[str, dict[str, list[str]]] = {
    "sip": {
        **OFFICER,
        "Schools": ["Your schools", "Letters", "Groups", "Referrals", "Interests"],
        "Visits": ["My term", "Visit programme"],
        **CATEGORIES,
        **EVERYBODY,
    },
    "dsim": {
        "Home": ["Home"],
        "Schools": KEEPS_GROUPS,
        "Visits": ["To assure", "My term", "Visit programme"],
        **MODERATES,
        "Reports": REPORTS,
        **EVERYBODY,
    },
    "head_of_service": {
        "Home": ["Home"],
        "Schools": KEEPS_GROUPS,
        "Visits": ["To assure", "My term", "Visit programme"],
        **MODERATES,
        "Reports": REPORTS,
        "Reminders": ["Reminders"],
        "Administration": ["Settings", "Inspection frameworks"],
        "Help": ["Help"],
    },
    "headteacher": {**READER, **EVERYBODY},
    "clerk": {**READER, **EVERYBODY},
    "finance": {**OFFICER, **EVERYBODY},
    "era": {
        **OFFICER,
        "Categories": [*AS_AT, "Category schemes"],
        "Reminders": ["Reminders"],
        "Administration": ["Imports", "Settings"],
        "Help": ["Help"],
    },
    "system_administrator": {
        **READER,
        "Schools": ["Your schools", "SIP allocation", "Groups", "Interests"],
        "Reminders": ["Reminders"],
        "Administration": ["People", "Imports", "Settings", "Inspection frameworks"],
        "Help": ["Help"],
    },
    "lead_member": {"Home": ["Home"], **EVERYBODY},
    "superuser": {
        "Home": ["Home"],
        "Reminders": ["Reminders"],
        "Administration": ["People", "Imports", "Settings"],
        "Help": ["Help"],
    },
}


@pytest.fixture
def county() -> County:
    return County()


def user_in(who: str, county: County) -> User:
    if who == "superuser":
        return UserFactory.create(is_superuser=True, is_staff=True)
    role = Role(who)
    if role == Role.CLERK:
        return appointed(role, school=county.school)
    of_county = {Role.SIP: county.sip, Role.DSIM: county.dsim, Role.HEADTEACHER: county.headteacher}
    return of_county.get(role) or appointed(role, authority=county.school.authority)


def links_in(page: Any, label: str) -> list[tuple[str, str, str]]:
    """Return the links of one labelled navigation, as their aria-current, address and text."""
    [part] = re.findall(rf'<nav[^>]*aria-label="{label}".*?</nav>', page.content.decode(), re.DOTALL)
    found = re.findall(r'<a class="[^"]*" href="([^"]*)"(?: aria-current="(\w+)")?>(.*?)</a>', part, re.DOTALL)
    return [(current, url, re.sub(r"<[^>]*>", "", text)) for url, current, text in found]


@pytest.mark.parametrize("who", sorted(SEEN))
def test_each_area_opens_on_the_first_of_its_entries(who: str, county: County) -> None:
    client, seen = signed_in(user_in(who, county)), {}
    home = client.get("/")
    areas = [*home.context["navigation"], *home.context["header_areas"]]
    first = {
        area: next(item for item in navigation if item.area == area and item.label == SEEN[who][area][0])
        for area in SEEN[who]
    }
    for area in areas:
        assert area["url"] == reverse(first[area["label"]].url_name)
        page = client.get(area["url"], follow=True)
        assert page.status_code == 200, area
        [current] = [each for each in (*page.context["navigation"], *page.context["header_areas"]) if each["current"]]
        assert current["label"] == area["label"]
        entries = page.context["area_entries"]
        seen[area["label"]] = [each.label for each in entries] or [first[area["label"]].label]
        assert [each.current for each in entries] == [number == 0 for number in range(len(entries))]
        for entry in entries:
            assert client.get(entry.url, follow=True).status_code == 200, entry
    assert list(seen) == list(SEEN[who])
    assert seen == SEEN[who]


def test_every_entry_is_in_an_area_and_is_shown_to_somebody() -> None:
    shown = {(area, label) for areas in SEEN.values() for area, labels in areas.items() for label in labels}
    assert shown == {(item.area.value, item.label) for item in navigation}


def test_the_current_area_and_entry_are_marked(county: County) -> None:
    page = signed_in(county.dsim).get("/schools/my-term/")
    assert [text for current, _url, text in links_in(page, "Menu") if current == "true"] == ["Visits"]
    assert links_in(page, "Visits") == [
        ("", "/schools/assurance/", "To assure"),
        ("page", "/schools/my-term/", "My term"),
        ("", "/schools/programme/", "Visit programme"),
    ]


def test_a_page_under_an_entry_says_its_area_and_has_breadcrumbs_instead(county: County) -> None:
    page = signed_in(county.dsim).get(county.school.get_absolute_url())
    assert [text for current, _url, text in links_in(page, "Menu") if current] == ["Schools"]
    content = page.content.decode()
    assert 'aria-label="Breadcrumb"' in content
    assert 'aria-label="Schools"' not in content


def test_an_area_with_one_entry_has_no_tabs(county: County) -> None:
    content = signed_in(county.headteacher).get("/schools/programme/").content.decode()
    assert 'aria-label="Visits"' not in content


def test_the_term_goes_along_from_report_to_report(county: County) -> None:
    page = signed_in(county.dsim).get("/schools/coverage/?term=2026-spring&by=partner")
    urls = {text: url for _current, url, text in links_in(page, "Reports")}
    assert urls["Week by week"] == "/schools/coverage/weeks/?term=2026-spring"
    assert urls["Workload"] == "/schools/coverage/load/?term=2026-spring"
    assert urls["Not visited recently"] == "/schools/coverage/not-seen/"
    assert urls["Deadlines"] == "/schools/deadlines/"


def test_the_admin_has_the_navigation_of_the_site(county: County) -> None:
    client = signed_in(user_in("system_administrator", county))
    page = client.get(reverse("admin:schools_school_changelist"))
    assert [(current, text) for current, _url, text in links_in(page, "Administration")] == [
        ("", "People"),
        ("", "Imports"),
        ("true", "Settings"),
        ("", "Inspection frameworks"),
    ]
    assert [text for _current, _url, text in links_in(page, "Menu")] == ["Home", "Schools", "Visits", "Categories"]
    imports = client.get(reverse("admin:schools_importrun_changelist"))
    assert ("page", "Imports") in [(current, text) for current, _url, text in links_in(imports, "Administration")]


def test_the_number_of_unread_reminders_is_said(county: County) -> None:
    User.objects.filter(pk=county.sip.pk).update(unread_reminders=3)
    links = links_in(signed_in(county.sip).get("/"), "Account and help")
    assert [text for _current, _url, text in links] == ["Reminders 3 unread", "Help", f"{county.sip}, your account"]


def test_the_frame_takes_no_query(county: County, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    own_authority()
    for user in (county.dsim, UserFactory.create(is_superuser=True, is_staff=True)):
        request = RequestFactory().get("/schools/coverage/")
        request.user = user
        appointments_of(user)
        with django_assert_num_queries(0):
            assert frame(request)["navigation"]


def test_nobody_signed_in_sees_no_navigation() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    shown = frame(request)
    assert (shown["navigation"], shown["header_areas"], shown["area_entries"], shown["finds_schools"]) == (
        [],
        [],
        [],
        False,
    )
    assert 'role="search"' not in Client().get("/help/").content.decode()


def test_areas_that_stand_in_the_header_come_last() -> None:
    assert [area.in_header for area in Area] == sorted(area.in_header for area in Area)


# The search in the header.


def find(user: User, text: str) -> Any:
    return signed_in(user).get("/schools/", {"q": text, "find": "one"})


def test_one_match_opens_the_school(county: County) -> None:
    SchoolFactory.create(name="Elm", district=county.school.district)
    for text in (str(county.school.urn), f"  {county.school.name} "):
        found = find(county.dsim, text)
        assert (found.status_code, found.url) == (302, county.school.get_absolute_url())
    assert signed_in(county.dsim).get("/schools/", {"q": county.school.urn}).status_code == 200


def test_several_matches_are_listed_and_none_is_said(county: County) -> None:
    for name in ("Elm Infants", "Elm Juniors"):
        SchoolFactory.create(name=name, district=county.school.district)
    assert "2 schools" in find(county.dsim, "elm").content.decode()
    assert "No results." in find(county.dsim, "zzzz").content.decode()


@pytest.mark.parametrize("text", ["", "   ", "\x00", "!?", "'\"%_\\", "9" * 400])
def test_what_is_no_word_opens_no_school(county: County, text: str) -> None:
    assert find(county.dsim, text).status_code == 200


def test_a_school_out_of_scope_is_not_found(county: County) -> None:
    other = SchoolFactory.create(name="Elsewhere", authority=LocalAuthorityFactory.create(code="998"), district=None)
    for text in (str(other.urn), "Elsewhere"):
        found = find(county.sip, text)
        assert found.status_code == 200
        assert "0 schools" in found.content.decode()


@pytest.mark.parametrize(
    ("who", "offered"), [("sip", True), ("finance", True), ("lead_member", False), ("superuser", False)]
)
def test_the_search_is_offered_to_readers_of_schools(county: County, who: str, offered: bool) -> None:
    assert ('id="find-school"' in signed_in(user_in(who, county)).get("/").content.decode()) == offered
