"""Several things at once: ticked in a list or on the page, all of them or none, and a colleague who was first."""

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.records.drafts import CHECKED_FIELD
from schoolimprove.records.models import AuditEvent
from schools.models import GovernorsMeeting
from schools.records.governors.actions import cancel_meeting
from tests.factories.county import County
from tests.factories.visits import GovernorsMeetingFactory
from tests.forms import forms_in
from tests.integration.signing_in import signed_in

WHY = "The dates of the year have moved"


@pytest.fixture
def meetings(county: County) -> list[GovernorsMeeting]:
    days = (date(2026, 12, 3), date(2027, 2, 4), date(2027, 4, 29))
    return [GovernorsMeetingFactory.create(school=county.school, held_on=day) for day in days]


@pytest.fixture
def path(county: County) -> str:
    return reverse("schools:meetings_cancel", args=[county.school.urn])


def values(*meetings: GovernorsMeeting) -> list[str]:
    return [f"{each.pk}.{each.version}" for each in meetings]


def checked(page: str) -> dict[str, Any]:
    [form] = [each.sent for each in forms_in(page) if CHECKED_FIELD in each.sent]
    return form


def test_those_that_are_ticked_are_done_and_the_others_are_not(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    client = signed_in(county.chair)
    asked = client.post(path, {"rows": values(*meetings[:2]), "reason": WHY}).content.decode()
    assert "Thursday 3 December 2026, Thursday 4 February 2027" in unescape(asked)
    assert not GovernorsMeeting.objects.exclude(cancelled_because="").exists()
    response: Any = client.post(path, checked(asked), follow=True)
    assert "You cancelled 2 meetings." in response.content.decode()
    assert list(GovernorsMeeting.objects.exclude(cancelled_because="")) == meetings[:2]
    assert AuditEvent.objects.filter(verb="cancelled", reason=WHY).count() == 2


def test_nothing_ticked_and_nonsense_are_errors_of_the_form(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    client = signed_in(county.chair)
    for rows in ([], ["x"], [f"{meetings[0].pk}"], ["1.2.3"], ["9" * 40 + ".1"]):
        response = client.post(path, {"rows": rows, "reason": WHY, CHECKED_FIELD: "yes"})
        assert response.status_code == 200, rows
        assert "govuk-error-summary" in response.content.decode(), rows
    assert not GovernorsMeeting.objects.exclude(cancelled_because="").exists()


def test_one_that_a_colleague_changed_stops_them_all_and_keeps_what_was_typed(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    client = signed_in(county.chair)
    step = checked(client.post(path, {"rows": values(*meetings), "reason": WHY}).content.decode())
    cancel_meeting(meetings[1], by=county.sip, reason="Snow", seen_version=1)
    response = client.post(path, step)
    page = response.content.decode()
    assert response.status_code == 409
    assert "One of the meetings you selected is no longer available." in page
    assert WHY in page
    assert GovernorsMeeting.objects.exclude(cancelled_because="").count() == 1
    assert sorted(forms_in(page)[-1].sent["rows"]) == sorted(values(meetings[0], meetings[2]))


def test_one_with_a_newer_version_is_named_and_no_longer_ticked(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    client = signed_in(county.chair)
    step = checked(client.post(path, {"rows": values(*meetings[:2]), "reason": WHY}).content.decode())
    GovernorsMeeting.objects.filter(pk=meetings[0].pk).update(version=2, updated_by=county.sip)
    response = client.post(path, step)
    page = unescape(response.content.decode())
    assert response.status_code == 409
    assert f"Thursday 3 December 2026: {county.sip} changed this after you opened it. It is now not cancelled." in page
    assert forms_in(page)[-1].sent["rows"] == values(meetings[1])
    assert not GovernorsMeeting.objects.exclude(cancelled_because="").exists()


def test_a_meeting_of_another_school_is_none_of_those_offered(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    elsewhere = GovernorsMeetingFactory.create(held_on=date(2026, 12, 9))
    client = signed_in(county.chair)
    assert "9 December 2026" not in client.get(f"{path}?rows={elsewhere.pk}").content.decode()
    response = client.post(path, {"rows": values(elsewhere), "reason": WHY, CHECKED_FIELD: "yes"})
    assert response.status_code == 409
    elsewhere.refresh_from_db()
    assert elsewhere.cancelled_because == ""


@pytest.mark.urls("tests.integration.pages.urls")
def test_those_that_are_ticked_in_a_list_are_ticked_on_the_page_it_leads_to(
    county: County, meetings: list[GovernorsMeeting]
) -> None:
    client = signed_in(county.chair)
    [form] = [
        each
        for each in forms_in(client.get("/meetings/").content.decode())
        if each.method == "get" and "cancel" in str(each.attributes.get("action"))
    ]
    target = str(form.attributes["action"])
    assert target == f"/schools/{county.school.urn}/governors/cancel/"
    page = client.get(f"{target}?rows={meetings[0].pk}&rows={meetings[2].pk}").content.decode()
    assert forms_in(page)[-1].sent["rows"] == values(meetings[0], meetings[2])
    assert "4 February 2027" not in page


def test_a_row_that_changed_meanwhile_is_said_before_the_check_page(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    response = signed_in(county.chair).post(path, {"rows": [f"{meetings[0].pk}.99"], "reason": WHY})
    assert response.status_code == 409
    assert WHY in response.content.decode()


def test_who_comes_back_to_change_the_reason_finds_the_same_ticked(
    county: County, meetings: list[GovernorsMeeting], path: str
) -> None:
    client = signed_in(county.chair)
    opened = forms_in(client.get(path).content.decode())[-1].sent
    client.post(path, {**opened, "rows": values(meetings[1]), "reason": WHY})
    again = forms_in(client.get(f"{path}?change=1").content.decode())[-1].sent
    assert (again["rows"], again["reason"]) == (values(meetings[1]), [WHY])


@pytest.mark.parametrize("query", ["?rows=", "?rows=x", "?rows=99999999999999999999"])
def test_an_address_that_names_nothing_there_is_ticks_nothing(
    county: County, meetings: list[GovernorsMeeting], path: str, query: str
) -> None:
    response: Any = signed_in(county.chair).get(path + query, follow=True)
    assert "There are no meetings to select." in response.content.decode()
