"""Text that was kept is never out of its writer's reach, though the form may be."""

import re
from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import Draft
from tests.factories.accounts import UserFactory
from tests.factories.records import DraftFactory
from tests.integration.accounts.conftest import Holds, Roles, signed_in
from tests.integration.accounts.test_kept_text import INVITE, typed

pytestmark = pytest.mark.django_db
LIST = "/account/kept-text/"


@pytest.fixture
def administrator(holds: Holds) -> User:
    return holds(Role.SYSTEM_ADMINISTRATOR, name="Ada Administrator")


def test_what_is_posted_after_a_right_has_lapsed_is_kept_and_its_writer_told(administrator: User, roles: Roles) -> None:
    client = signed_in(administrator)
    fields = typed(client, email="fresh@example.org", note="Two hours of work")
    roles.by_user[administrator.pk] = []
    refused = client.post(INVITE, fields)
    assert refused.status_code == 403
    assert (
        "We kept what you typed. It is on your account page, under “Text you did not save”." in refused.content.decode()
    )
    assert "View 1 unsaved text" in client.get("/account/").content.decode()
    assert "Two hours of work" in client.get(LIST).content.decode()
    assert not User.objects.filter(email="fresh@example.org").exists()


def test_what_somebody_else_opened_is_not_kept_for_whoever_sends_it(administrator: User) -> None:
    fields = typed(signed_in(administrator))
    assert signed_in(UserFactory.create()).post(INVITE, fields).status_code == 403
    assert not Draft.objects.exists()


def test_a_page_that_is_only_looked_at_keeps_nothing(holds: Holds) -> None:
    assert signed_in(holds()).get(INVITE).status_code == 403
    assert not Draft.objects.exists()


def test_kept_text_is_read_under_the_labels_of_its_form(administrator: User) -> None:
    with clock.at(date(2026, 5, 1)):
        DraftFactory.create(user=administrator, form=INVITE, fields={"name": ["Zoë"], "note": ["One\n\n<b>two"]})
        page = signed_in(administrator).get(LIST).content.decode()
    assert "Invite a person</h2>" in page
    assert "Typed on 1 May 2026 at 12:00" in page
    assert 'href="/people/invite/"' in page
    assert "Full name</h3>" in page
    assert "Message</h3>" in page
    assert "<p>One</p>" in page
    assert "&lt;b&gt;two" in page


def test_the_parts_of_a_date_are_read_together_and_a_form_that_is_gone_by_its_address(administrator: User) -> None:
    parts = {"held_on_0": ["31"], "held_on_1": ["2"], "held_on_2": ["26"], "empty": [" "]}
    DraftFactory.create(user=administrator, form="/gone/for/good/", fields=parts)
    page = signed_in(administrator).get(LIST).content.decode()
    assert "/gone/for/good/</h2>" in page
    assert "Held on</h3>" in page
    assert "31 2 26" in page
    assert "Empty</h3>" not in page


def test_nobody_reads_or_discards_the_text_of_another(administrator: User) -> None:
    DraftFactory.create(user=administrator, fields={"note": ["Nobody else's"]})
    other = signed_in(UserFactory.create())
    assert "Nobody else" not in other.get(LIST).content.decode()
    assert "did not save" not in other.get("/account/").content.decode()
    other.post("/drafts/discard/", {"keep_token": token_in(signed_in(administrator)), "read_in": "list"})
    assert Draft.objects.exists()


def test_each_text_is_discarded_by_itself(administrator: User) -> None:
    DraftFactory.create(user=administrator, opening="a", fields={"note": ["Older"]})
    DraftFactory.create(user=administrator, opening="b", fields={"note": ["Newest"]})
    client = signed_in(administrator)
    token = token_in(client)
    page = client.post("/drafts/discard/", {"keep_token": token, "read_in": "list"}, follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert [draft.fields["note"] for draft in Draft.objects.all()] == [["Older"]]
    assert "You have discarded the unsaved text." in page.content.decode()


def test_with_nothing_kept_the_page_says_so(administrator: User) -> None:
    assert "You have no unsaved text." in signed_in(administrator).get(LIST).content.decode()


def test_the_list_costs_the_same_at_any_length(
    administrator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(administrator)
    client.get(LIST)
    for count in (1, 12):
        for number in range(count):
            DraftFactory.create(user=administrator, form=f"/{count}/{number}/")
        with django_assert_num_queries(3):
            client.get(LIST)


def token_in(client: Any) -> str:
    """The token of the first text in the list."""
    found = re.search(r'name="keep_token" value="([^"]+)"', client.get(LIST).content.decode())
    assert found
    return found.group(1)
