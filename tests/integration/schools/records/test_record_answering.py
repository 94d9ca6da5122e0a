"""A school's answer: typed, read back and sent, and never lost or sent twice on the way."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ROLE_LABELS, Role
from schoolimprove.records.drafts import CHECKED_FIELD, SENT_ALREADY
from schoolimprove.records.models import Draft
from schools.models import RecordOfVisit, Response
from schools.records import actions as record_actions
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County, end
from tests.factories.schools import also_appointed, appointed
from tests.factories.shared import issue, propose, respond, shared
from tests.integration.checking import answered, carried_by, read_back
from tests.integration.together import together

OBJECTION = "There are 31 pupils in year 4,\nnot <b>30</b> & more.\n\n“Ask” the office."
REFUSED = "You said the record is accurate, but you have also written what is not accurate."
SENT = {"accurate": "no", "on_accuracy": OBJECTION, "on_content": "We agree with the rest."}


@pytest.fixture(autouse=True)
def _today(clock_at: Any) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    hold_terms(2026)
    return shared(county)


@pytest.fixture
def path(record: RecordOfVisit) -> str:
    return f"{record.get_absolute_url()}respond/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client, path: str) -> dict[str, str]:
    """The hidden inputs of the form."""
    page = client.get(path).content.decode()
    found = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("keep_token", "base_version", "role")
    }
    return {name: match.group(1) for name, match in found.items() if match}


def typed_in(page: Any) -> list[str]:
    """Return the text in the text areas of a form, as a browser shows it."""
    return [unescape(text).strip() for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)]


pytestmark = pytest.mark.django_db


# What contradicts itself.


@pytest.mark.parametrize("step", [{}, {CHECKED_FIELD: "yes"}], ids=["typed", "sent past the check page"])
def test_an_objection_beside_accurate_is_refused_and_kept(county: County, path: str, step: dict[str, str]) -> None:
    client = signed_in(county.headteacher)
    page = client.post(path, {**SENT, "accurate": "yes", **opened(client, path), **step}).content.decode()
    assert f"{REFUSED} Clear the text or select “No”." in page
    assert 'href="#id_on_accuracy"' in page
    assert OBJECTION in typed_in(page)
    assert not Response.objects.exists()
    # Either way out is open.
    answered(client, path, {**SENT, **opened(client, path)})
    assert Response.objects.get().on_accuracy == OBJECTION


def test_an_objection_that_is_too_long_is_not_said_to_be_missing(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    page = client.post(path, {**SENT, "on_accuracy": "x" * 60_000, **opened(client, path)}).content.decode()
    assert "There is a problem" in page
    assert "Enter what is not accurate." not in page


# Read back.


def test_an_answer_is_read_back_before_it_is_sent(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    page = read_back(client, path, {**SENT, **opened(client, path)})
    assert "Check your response before you send it" in page
    assert "No, something is not accurate" in page
    assert "There are 31 pupils in year 4,<br>not &lt;b&gt;30&lt;/b&gt; &amp; more.</p>" in page
    assert "We agree with the rest." in page
    assert "You cannot change your response after you send it." in page
    assert "<li>Clerk to the governors</li>" in page
    assert "You respond as" not in page
    assert not Response.objects.exists()

    told = client.post(path, carried_by(page), follow=True).content.decode()
    assert "You sent your response. The author and their managers can read it." in told
    sent = Response.objects.get()
    assert (sent.role, sent.accurate, sent.on_accuracy, sent.on_content) == (
        Role.HEADTEACHER,
        False,
        OBJECTION,
        "We agree with the rest.",
    )
    assert not Draft.objects.exists()


def test_what_was_left_empty_is_said_to_be(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    page = read_back(client, path, {"accurate": "yes", **opened(client, path)})
    assert page.count("Not entered") == 2


def test_change_leads_to_each_part_of_the_form_with_everything_still_typed(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    page = read_back(client, path, {**SENT, **opened(client, path)})
    links = re.findall(rf'href="({path}[^"#]*)(#[^"]*)?"', page)
    assert [part for _url, part in links] == ["#id_accurate", "#id_on_accuracy", "#id_on_content", ""]
    form = client.get(links[0][0]).content.decode()
    assert all(f'id="{part[1:]}' in form for _url, part in links if part)
    assert {OBJECTION, "We agree with the rest."} <= set(typed_in(form))
    assert re.search(r'value="no"[^>]* checked', form)
    assert "Unsaved text" not in form
    answered(client, path, {**SENT, "on_content": "All of it.", **opened(client, links[0][0])})
    assert Response.objects.get().on_content == "All of it."
    assert not Draft.objects.exists()


def test_somebody_who_leaves_the_check_page_finds_their_answer_later(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    read_back(client, path, {**SENT, **opened(client, path)})
    form = signed_in(county.headteacher).get(path).content.decode()
    assert OBJECTION in typed_in(form)
    assert "It is in the form." in form
    texts = client.get("/account/kept-text/").content.decode()
    assert "31 pupils" in texts
    assert "answers_checked" not in texts.lower().replace(" ", "_")


def test_an_answer_that_no_longer_holds_when_it_comes_back_is_refused(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    page = client.post(path, {**sent, "accurate": "maybe"}).content.decode()
    assert "There is a problem" in page
    assert OBJECTION in typed_in(page)
    assert not Response.objects.exists()


# What happens in between.


@pytest.mark.parametrize("step", ["typed", "checked"])
def test_an_answer_sent_after_the_session_ended_is_kept(county: County, path: str, step: str) -> None:
    client = signed_in(county.headteacher)
    typed = {**SENT, **opened(client, path)}
    sent = typed if step == "typed" else carried_by(read_back(client, path, typed))
    client.logout()
    lost = client.post(path, sent)
    assert lost.status_code == 302
    assert f"next={path}" in lost["Location"]
    form = signed_in(county.headteacher).get(path).content.decode()
    assert {OBJECTION, "We agree with the rest."} <= set(typed_in(form))
    assert not Response.objects.exists()


def test_a_correction_shared_between_typing_and_sending_is_told_with_the_text_kept(
    county: County, record: RecordOfVisit, path: str
) -> None:
    client = signed_in(county.headteacher)
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    issue(propose(record), county)
    page = client.post(path, sent)
    assert page.status_code == 409
    text = page.content.decode()
    assert "Version 2 was shared while you were writing." in text
    assert OBJECTION in typed_in(text)
    assert not Response.objects.exists()
    again = re.search(r'name="base_version" value="([^"]*)"', text)
    assert again
    answered(client, path, {**SENT, "keep_token": sent["keep_token"], "base_version": again.group(1)})
    assert Response.objects.get().version.number == 2


def test_the_record_closed_between_typing_and_sending_shows_what_was_typed(county: County) -> None:
    hold_terms(2026)
    record = shared(county, kind="monitoring")
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    record_actions.close(record, by=county.sip, on=date(2026, 11, 18), seen_version=record.version)
    page = client.post(path, sent)
    assert page.status_code == 409
    assert "We agree with the rest." in page.content.decode()
    assert "31 pupils" in client.get(path).content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("step", ["typed", "checked"])
def test_the_same_answer_sent_twice_is_recorded_once(county: County, path: str, step: str) -> None:
    """This holds for a headteacher who is also chair: otherwise it would become their second answer."""
    also_appointed(county.headteacher, Role.CHAIR, school=county.school)
    client = signed_in(county.headteacher)
    typed = {**SENT, **opened(client, path)}
    page = read_back(client, path, typed)
    assert "You respond as" in page
    assert ROLE_LABELS[Role(typed["role"])] in page
    sent = carried_by(page)
    client.post(path, sent)
    again = client.post(path, typed if step == "typed" else sent, follow=True)
    assert again.redirect_chain == [(path.removesuffix("respond/"), 302)]
    assert SENT_ALREADY in again.content.decode()
    assert Response.objects.get().role == typed["role"]
    assert not Draft.objects.exists()
    assert {typed["role"], opened(client, path)["role"]} == {Role.HEADTEACHER, Role.CHAIR}


def test_the_same_answer_sent_from_two_tabs_is_recorded_once(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    first, second = ({**SENT, **opened(client, path)} for _tab in range(2))
    later = carried_by(read_back(client, path, second))
    client.post(path, carried_by(read_back(client, path, first)))
    again = client.post(path, later, follow=True)
    assert again.redirect_chain == [(path.removesuffix("respond/"), 302)]
    assert "You have already sent this response. You do not need to send it again." in again.content.decode()
    assert Response.objects.count() == 1


def test_another_head_who_was_quicker_is_named_and_the_text_is_shown(county: County, record: RecordOfVisit) -> None:
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    respond(record, appointed(Role.HEADTEACHER, school=county.school))
    page = client.post(path, sent)
    assert page.status_code == 409
    assert "Your school has already responded to this version." in page.content.decode()
    assert "There are 31 pupils in year 4," in page.content.decode()
    assert "31 pupils" in client.get(path).content.decode()
    assert Response.objects.count() == 1


def test_an_answer_of_somebody_whose_appointment_ended_meanwhile_is_kept(county: County, path: str) -> None:
    client = signed_in(county.headteacher)
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    end(county.headteacher, on=TUESDAY - timedelta(days=1))
    assert client.post(path, sent).status_code in (403, 404)
    assert Draft.objects.get().fields["on_accuracy"] == [OBJECTION]
    assert not Response.objects.exists()


def test_headteacher_and_chair_check_and_send_at_the_same_time(county: County, path: str) -> None:
    clients = {who: signed_in(getattr(county, who)) for who in ("headteacher", "chair")}
    typed = {who: {**SENT, "on_content": f"The {who} agrees.", **opened(clients[who], path)} for who in clients}
    sent = {who: carried_by(read_back(clients[who], path, typed[who])) for who in clients}
    for who, client in clients.items():
        assert client.post(path, sent[who]).status_code == 302
    assert {each.role: each.on_content for each in Response.objects.all()} == {
        Role.HEADTEACHER: "The headteacher agrees.",
        Role.CHAIR: "The chair agrees.",
    }


@pytest.mark.django_db(transaction=True)
def test_an_answer_sent_twice_in_the_same_moment_is_recorded_once(county: County, path: str) -> None:
    also_appointed(county.headteacher, Role.CHAIR, school=county.school)
    client = signed_in(county.headteacher)
    sent = carried_by(read_back(client, path, {**SENT, **opened(client, path)}))
    outcomes = together(*[lambda: client.post(path, sent)] * 3)
    assert [each.status_code for each in outcomes] == [302, 302, 302]
    assert Response.objects.get().role == sent["role"]
