"""Coverage looked at: week by week, not seen, the load and the charts; full and empty, wide and narrow."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from schoolimprove.accounts.roles import Role
from schools.models import School, Visit
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, VisitFactory, also_appointed, appointed
from tests.functional.browser import DESKTOP, PHONE, led_on, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Across, in the pixels of a browser that prints.
A3_ACROSS = 1587
MANY = 60
STATUSES = (VisitStatus.HELD, VisitStatus.AGREED, VisitStatus.PROPOSED, VisitStatus.COUNTERED)


@pytest.fixture
def county(transactional_db: None, site_clock_at: Callable[[date], None]) -> County:
    site_clock_at(TUESDAY)
    hold_terms(2026)
    return County()


def many_schools(county: County) -> None:
    """Sixty with long names and two partners, a visit of one state or another in the weeks of the term."""
    partners = [county.sip, *(appointed(Role.SIP, school=county.school) for _ in range(4))]
    appointed(Role.EIP, district=county.school.district)
    for number in range(MANY):
        name = f"The Church of Saint Somebody’s Voluntary Aided Primary School {number:02}"
        school = SchoolFactory.create(name=name, district=county.school.district)
        partner = partners[number % len(partners)]
        also_appointed(partner, Role.SIP, school=school)
        for status in STATUSES:
            visit_in(school, partner, status, number)


def visit_in(school: School, author: Any, status: VisitStatus, number: int) -> None:
    held = status == VisitStatus.HELD
    day = TUESDAY + (-1 if held else 1) * timedelta(days=(number * 5 + STATUSES.index(status) * 9) % 60)
    core: dict[str, Any] = {"kind": "core", "academic_year": 2026, "term": "autumn"} if held and number % 3 else {}
    days: dict[str, Any] = {"held_on": day} if held else {"held_on": None, "planned_on": day}
    VisitFactory.create(school=school, author=author, status=status, **{"kind": "monitoring", **core, **days})


@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
def test_the_weeks_of_sixty_schools_are_looked_at(page: Page, live_server: Any, county: County) -> None:
    many_schools(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/")
    led_on(page.get_by_role("navigation", name="Reports").get_by_role("link", name="Week by week"))
    expect(page.get_by_role("heading", name=f"{MANY + 1} schools")).to_be_visible()
    region = page.get_by_role("region", name="scrolls sideways")
    region.focus()
    first = page.get_by_role("rowheader").first
    before = first.bounding_box()
    page.keyboard.press("End")
    region.evaluate("each => { each.scrollLeft = 10000 }")
    after = first.bounding_box()
    assert before is not None
    assert after is not None
    assert region.evaluate("each => each.scrollLeft") > 0
    assert abs(before["x"] - after["x"]) < 2
    expect(page.get_by_text("Scroll the table sideways to see every column.")).to_be_visible()
    page.get_by_label("Visits", exact=True).select_option("core")
    led_on(page.get_by_role("button", name="Show"))
    expect(page).to_have_url(
        f"{live_server.url}/schools/coverage/weeks/?district={county.school.district_id}"
        "&term=2026-autumn&kinds=core#results"
    )


def test_the_weeks_fit_a_sheet_of_a3_with_names_first_and_no_addresses(
    page: Page, live_server: Any, county: County
) -> None:
    many_schools(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/weeks/")
    page.set_viewport_size({"width": A3_ACROSS, "height": 900})
    page.emulate_media(media="print")
    sheet = page.locator("html")
    assert sheet.evaluate("each => each.scrollWidth") <= A3_ACROSS
    name, week = (page.locator("thead th").nth(number).bounding_box() for number in (0, 1))
    assert name is not None
    assert week is not None
    assert name["x"] + name["width"] <= week["x"] + 1
    behind = page.locator("tbody th a").first.evaluate("each => getComputedStyle(each, '::after').content")
    assert behind == "none"
    expect(page.get_by_role("link", name="Go to this week")).to_be_hidden()


@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
def test_one_link_leads_to_this_week(
    page: Page, live_server: Any, county: County, site_clock_at: Callable[[date], None]
) -> None:
    many_schools(county)
    site_clock_at(date(2026, 11, 25))
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/weeks/")
    seen = page.locator(".app-table-region").evaluate(
        "(region) => { const now = document.getElementById('this-week').getBoundingClientRect();"
        " const seen = region.getBoundingClientRect(); return now.left >= seen.left && now.right <= seen.right }"
    )
    assert page.viewport_size is not None
    assert seen is (page.viewport_size["width"] == DESKTOP), "on a phone the link leads there"
    led_on(page.get_by_role("link", name="Go to this week"))
    now = page.get_by_role("columnheader", name="This week")
    expect(now).to_contain_text("23 Nov")
    week, region = now.bounding_box(), page.locator(".app-table-region").bounding_box()
    school = page.get_by_role("rowheader").first.bounding_box()
    assert week is not None
    assert region is not None
    assert school is not None
    assert week["x"] >= school["x"] + school["width"] - 1
    assert week["x"] + week["width"] <= region["x"] + region["width"] + 1


def test_whose_numbers_they_are_stays_to_be_seen(browser: Browser, live_server: Any, county: County) -> None:
    many_schools(county)
    with opened(browser, PHONE) as phone:
        be_signed_in(phone, live_server, county.dsim)
        for path in ("", "load/"):
            phone.goto(f"{live_server.url}/schools/coverage/{path}")
            row = phone.get_by_role("rowheader").first
            before = row.bounding_box()
            region = phone.locator(".app-table-region")
            region.evaluate("each => { each.scrollLeft = 10000 }")
            assert region.evaluate("each => each.scrollLeft") > 0
            after = row.bounding_box()
            assert before is not None
            assert after is not None
            assert abs(before["x"] - after["x"]) < 2


@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
def test_a_cell_reached_by_the_keyboard_is_not_hidden_beneath_the_schools(
    page: Page, live_server: Any, county: County
) -> None:
    many_schools(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/weeks/")
    page.locator(".app-table-region").evaluate("each => { each.scrollLeft = 10000 }")
    row = page.get_by_role("row").filter(has=page.locator("a.app-week")).first
    link = row.locator("a.app-week").first
    row.get_by_role("rowheader").get_by_role("link").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    cell, school = link.bounding_box(), row.get_by_role("rowheader").bounding_box()
    assert cell is not None
    assert school is not None
    assert cell["x"] >= school["x"] + school["width"] - 1


@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
def test_schools_not_seen_are_found_narrowed_and_paged(page: Page, live_server: Any, county: County) -> None:
    many_schools(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/not-seen/")
    expect(page.get_by_role("heading", name="1 school not visited for 120 days")).to_be_visible()
    filters = page.get_by_role("button", name="Show filters")
    if filters.is_visible():
        filters.click()
    page.get_by_label("Days since the last visit, at least").fill("1")
    led_on(page.get_by_role("button", name="Apply filters"))
    expect(page.get_by_role("heading", name="schools not visited for 1 day", exact=False)).to_be_visible()
    led_on(page.get_by_role("link", name="Days since last visit"))
    expect(page).to_have_url(f"{live_server.url}/schools/coverage/not-seen/?q=&days=1&sip=&sort=days#results")
    page.goto(f"{live_server.url}/schools/coverage/not-seen/?days=many&q=zzz")
    expect(page.get_by_text("You did not enter a number of days we can use")).to_be_visible()


@pytest.mark.parametrize("page", [DESKTOP, PHONE], indirect=True)
def test_the_load_has_its_chart_and_table(page: Page, live_server: Any, county: County) -> None:
    many_schools(county)
    be_signed_in(page, live_server, county.dsim)
    page.goto(f"{live_server.url}/schools/coverage/load/")
    expect(page.get_by_role("img", name="Visits of each person")).to_be_visible()
    page.goto(f"{live_server.url}/schools/coverage/")
    expect(page.get_by_role("img", name="Schools by stage of their core visit")).to_be_visible()
    hint = page.get_by_text("Scroll the table sideways to see every column.")
    assert page.viewport_size is not None
    expect(hint).to_be_visible(visible=page.viewport_size["width"] == PHONE)


def test_without_script_the_tables_hold_everything(page_without_script: Page, live_server: Any, county: County) -> None:
    many_schools(county)
    page = page_without_script
    be_signed_in(page, live_server, county.dsim)
    held = Visit.objects.filter(author=county.sip).held().count()
    page.goto(f"{live_server.url}/schools/coverage/load/")
    expect(page.locator("canvas")).to_be_hidden()
    row = page.get_by_role("row", name=county.sip.name)
    expect(row.get_by_role("cell").nth(2)).to_have_text(str(held))
    page.goto(f"{live_server.url}/schools/coverage/weeks/")
    expect(page.get_by_role("rowheader")).to_have_count(MANY + 1)
