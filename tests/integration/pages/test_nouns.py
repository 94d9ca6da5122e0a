"""A thing with states: its page, a page for each move, who may and who is barred, and what readers see of its past."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.records.drafts import CHECKED_FIELD
from schoolimprove.records.models import AuditEvent
from schools.models import Strength
from tests.factories.county import County
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.shared import shared
from tests.forms import form_to_type_in, forms_in
from tests.integration.pages.urls import BARRED, TABLE
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.urls("tests.integration.pages.urls")


@pytest.fixture
def strength(county: County, monkeypatch: pytest.MonkeyPatch) -> Strength:
    monkeypatch.setattr(Strength, "STATES", TABLE)
    return shared(county).strengths.get()


def page(user: User, path: str) -> str:
    response = signed_in(user).get(path, follow=True)
    assert response.status_code == 200
    return unescape(response.content.decode())


def at(strength: Strength, move: str = "") -> str:
    return f"/strengths/{strength.pk}/{move}/" if move else f"/strengths/{strength.pk}/"


def test_the_page_has_its_facts_and_the_moves_of_its_reader_alone(county: County, strength: Strength) -> None:
    of_head, of_dsim = page(county.headteacher, at(strength)), page(county.dsim, at(strength))
    assert "Waiting for the headteacher" in of_head
    assert county.school.name in of_head
    assert [label in of_head for label in ("Allow sharing", ">Decline<", ">Take out<")] == [True, True, False]
    assert [label in of_dsim for label in (">Decline<", ">Take out<")] == [False, True]


def test_outside_one_s_scope_nothing_is_there_and_inside_without_the_right_it_is_refused(
    county: County, strength: Strength
) -> None:
    stranger = appointed(Role.HEADTEACHER, school=SchoolFactory.create())
    for path in (at(strength), at(strength, "consent")):
        assert signed_in(stranger).get(path).status_code == 404
    assert signed_in(county.dsim).get(at(strength, "consent")).status_code == 403
    assert signed_in(county.chair).get(at(strength, "decline")).status_code == 200


def test_a_move_is_made_once_with_its_reason_and_told_in_the_audit(county: County, strength: Strength) -> None:
    client = signed_in(county.headteacher)
    opened = form_to_type_in(client.get(at(strength, "decline")).content.decode()).sent
    assert client.post(at(strength, "decline"), {**opened, "reason": " "}).status_code == 200
    response: Any = client.post(at(strength, "decline"), {**opened, "reason": "Not yet"})
    assert (response.status_code, response.url) == (302, at(strength))
    strength.refresh_from_db()
    assert (strength.status, strength.decided_by) == ("declined", county.headteacher)
    event = AuditEvent.objects.about("schools.strength", strength.pk).get(verb="decline")
    assert (event.reason, event.by) == ("Not yet", county.headteacher)


def test_a_move_that_is_over_or_blocked_sends_its_user_back_and_says_why(county: County, strength: Strength) -> None:
    Strength.objects.filter(pk=strength.pk).update(theme="")
    assert "Its theme is missing." in page(county.headteacher, at(strength, "consent"))
    client = signed_in(county.headteacher)
    refused = client.post(at(strength, "consent"), {"base_version": "1"})
    assert (refused.status_code, "Its theme is missing." in refused.content.decode()) == (200, True)
    Strength.objects.filter(pk=strength.pk).update(status="withdrawn")
    assert "You can no longer do this. It is now removed by a correction." in page(
        county.headteacher, at(strength, "decline")
    )


def test_a_colleague_who_was_first_is_told_of_and_the_reason_is_kept(county: County, strength: Strength) -> None:
    client = signed_in(county.headteacher)
    opened = form_to_type_in(client.get(at(strength, "decline")).content.decode()).sent
    Strength.objects.filter(pk=strength.pk).update(version=2, status="withdrawn", updated_by=county.dsim)
    response = client.post(at(strength, "decline"), {**opened, "reason": "Not yet"})
    assert response.status_code == 409
    assert f"Nothing was saved. {county.dsim} changed this" in unescape(response.content.decode())
    assert "Not yet" in response.content.decode()


def test_a_final_move_is_checked_before_it_is_made(county: County, strength: Strength) -> None:
    client = signed_in(county.dsim)
    opened = form_to_type_in(client.get(at(strength, "take-out")).content.decode()).sent
    first = client.post(at(strength, "take-out"), {**opened, "reason": "Named by mistake"})
    assert "You cannot put it back." in first.content.decode()
    assert "Named by mistake" in first.content.decode()
    strength.refresh_from_db()
    assert strength.status == "asked"
    [checked] = [each.sent for each in forms_in(first.content.decode()) if CHECKED_FIELD in each.sent]
    assert client.post(at(strength, "take-out"), checked).status_code == 302
    strength.refresh_from_db()
    assert strength.status == "withdrawn"


def test_who_is_barred_reads_why_on_the_page_and_is_refused_at_the_door(
    county: County, strength: Strength, monkeypatch: pytest.MonkeyPatch
) -> None:
    def barred(_strength: Strength, user: User, move: Move) -> str:
        return BARRED if move.verb == "take out" and user == county.dsim else ""

    monkeypatch.setattr(Strength, "barred", barred, raising=False)
    told = page(county.dsim, at(strength))
    assert f"Take out: {BARRED}" in told
    assert at(strength, "take-out") not in told
    refused = signed_in(county.dsim).post(at(strength, "take-out"), {"base_version": "1", "reason": "So"})
    assert (refused.status_code, BARRED in unescape(refused.content.decode())) == (403, True)
    strength.refresh_from_db()
    assert strength.status == "asked"


def test_readers_see_public_moves_alone_and_reasons_where_they_are_public(county: County, strength: Strength) -> None:
    client = signed_in(county.headteacher)
    opened = form_to_type_in(client.get(at(strength, "decline")).content.decode()).sent
    client.post(at(strength, "decline"), {**opened, "reason": "Not yet"})
    of_author, of_school = page(county.sip, at(strength)), page(county.chair, at(strength))
    assert ("Named" in of_author, "Not yet" in of_author) == (True, True)
    assert ("Declined" in of_school, "Named" in of_school, "Not yet" in of_school) == (True, False, False)


def test_who_is_second_reads_what_their_colleague_did(county: County, strength: Strength) -> None:
    client = signed_in(county.headteacher)
    opened = form_to_type_in(client.get(at(strength, "decline")).content.decode()).sent
    first = form_to_type_in(signed_in(county.chair).get(at(strength, "decline")).content.decode()).sent
    signed_in(county.chair).post(at(strength, "decline"), {**first, "reason": "Not ours"})
    told = unescape(client.post(at(strength, "decline"), {**opened, "reason": "Not yet"}).content.decode())
    assert f"Nothing was saved. {county.chair} declined this after you opened it. What you typed is still" in told
    assert f"You can no longer do this. {county.chair} declined it." in page(
        county.headteacher, at(strength, "decline")
    )
    Strength.objects.filter(pk=strength.pk).update(version=9, updated_at=clock.now() + timedelta(minutes=1))
    told = unescape(client.post(at(strength, "decline"), {**opened, "reason": "Not yet"}).content.decode())
    assert f"{county.chair} changed this after you opened it. It is now not to be shared." in told
