"""What every form on the toolkit does, asked of each: who may, a colleague who was first, sent twice, and too late."""

from typing import Any

import pytest
from django.test import Client

from schoolimprove.pages.bulk import BulkPage
from schoolimprove.records.drafts import CHECKED_FIELD, SENT_ALREADY
from schoolimprove.records.models import AuditEvent, Draft
from tests.factories.county import TUESDAY, County
from tests.forms import form_of_verb, forms_in
from tests.integration.pages.samples import VerbSample, pages, verb_sample, verb_samples, verbs
from tests.integration.signing_in import signed_in
from tests.integration.together import together

VERBS = sorted(verbs())
NEW = {
    *("schools:contact_add", "schools:contact_note_add", "schools:meetings_add"),
    *("meetings:plan", "meetings:item_add", "referrals:refer"),
    *("categorisation:round_agenda", "categorisation:round_open", "categorisation:category_letter_again"),
    *("categorisation:scheme_begin", "categorisation:scheme_write"),
    *("groups:form", "schools:interest_declare", "meetings:plan", "referrals:refer"),
    *("schools:framework_begin", "schools:framework_write"),
    *("schools:inspection_enter", "schools:inspection_enter_under"),
}
"""Forms that make something new: no colleague can be first."""


def test_every_form_has_a_sample(county: County) -> None:
    assert VERBS
    samples = verb_samples(county)
    assert set(samples) == set(VERBS)
    assert {name for name, sample in samples.items() if sample.finish is None} == NEW


@pytest.fixture(params=VERBS)
def sample(county: County, request: pytest.FixtureRequest) -> VerbSample:
    return verb_sample(request.param, county)


@pytest.fixture(params=[name for name in VERBS if name not in NEW])
def older(county: County, request: pytest.FixtureRequest) -> VerbSample:
    """A form about something that is there already."""
    return verb_sample(request.param, county)


def opened(client: Client, sample: VerbSample) -> dict[str, Any]:
    """Return what the form sends, with what is typed into it."""
    return {**form_of_verb(client.get(sample.path).content.decode()).sent, **sample.typed}


def last_step(client: Client, sample: VerbSample) -> dict[str, Any]:
    """Return what the form sends, or its check page where it has one."""
    data = opened(client, sample)
    if not sample.checks:
        return data
    page = client.post(sample.path, data).content.decode()
    [checked] = [each.sent for each in forms_in(page) if CHECKED_FIELD in each.sent]
    return checked


def test_whoever_may_not_gets_403_and_changes_nothing(sample: VerbSample) -> None:
    client, before = signed_in(sample.outsider), AuditEvent.objects.count()
    assert client.get(sample.path).status_code == sample.refused
    assert client.post(sample.path, sample.typed).status_code == sample.refused
    assert AuditEvent.objects.count() == before


def test_a_form_that_is_sent_is_done_and_leaves_an_audit_event(sample: VerbSample) -> None:
    client = signed_in(sample.user)
    data, before = last_step(client, sample), AuditEvent.objects.count()
    assert client.post(sample.path, data).status_code == 302
    assert AuditEvent.objects.count() > before
    assert not Draft.objects.exists()


def test_the_same_form_sent_twice_is_done_once(sample: VerbSample) -> None:
    client = signed_in(sample.user)
    data = last_step(client, sample)
    first: Any = client.post(sample.path, data)
    done = AuditEvent.objects.count()
    second: Any = client.post(sample.path, data)
    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert SENT_ALREADY in client.get(second.url).content.decode()
    assert AuditEvent.objects.count() == done
    assert sample.counted() <= 1


def test_the_same_opening_with_other_text_is_another_form(county: County) -> None:
    sample = verb_sample("schools:contact_note_add", county)
    client = signed_in(sample.user)
    data = opened(client, sample)
    for note in ("Rang about reading", "Rang about writing"):
        assert client.post(sample.path, {**data, "note": note}).status_code == 302
    assert county.school.contact_notes.filter(note__startswith="Rang about").count() == 2


def test_a_colleague_who_was_first_is_told_of_with_a_409_and_what_was_typed_is_kept(older: VerbSample) -> None:
    assert older.finish is not None
    client = signed_in(older.user)
    data = last_step(client, older)
    older.finish()
    before = AuditEvent.objects.count()
    response = client.post(older.path, data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Nothing was saved." in page
    assert older.kept in page
    assert AuditEvent.objects.count() == before


def test_a_form_about_something_that_is_over_sends_its_user_back_and_says_why(older: VerbSample) -> None:
    assert older.finish is not None
    client = signed_in(older.user)
    assert client.get(older.path).status_code == 200
    older.finish()
    response: Any = client.get(older.path)
    assert response.status_code == (302 if older.closes else 200)
    if older.closes:
        assert "govuk-notification-banner" in client.get(response.url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_three_requests_at_once_with_one_form_make_one_thing(clock_at: Any) -> None:
    clock_at(TUESDAY)
    sample = verb_sample("schools:contact_note_add", County())
    client = signed_in(sample.user)
    data = opened(client, sample)

    def sent() -> int:
        other = Client()
        other.cookies = client.cookies
        return other.post(sample.path, data).status_code

    assert together(sent, sent, sent) == [302, 302, 302]
    assert sample.counted() == 1


@pytest.mark.parametrize(
    "name", [name for name in VERBS if not issubclass(pages()[name], BulkPage) and name not in NEW]
)
def test_a_version_nobody_has_seen_is_a_conflict_and_no_way_past_the_guards(county: County, name: str) -> None:
    sample = verb_sample(name, county)
    client = signed_in(sample.user)
    data, before = last_step(client, sample), AuditEvent.objects.count()
    assert client.post(sample.path, {**data, "base_version": "99"}).status_code == 409
    assert AuditEvent.objects.count() == before
