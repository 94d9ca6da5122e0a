"""A letter's page as officers and the school read it, its PDF, the tab of the school, and issuing several."""

from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schools.letters.pdf import freeze
from schools.models import Letter
from tests.factories.county import TUESDAY, County
from tests.factories.letters import drafted, issued, withdraw_letter
from tests.factories.schools import SchoolFactory
from tests.forms import form_of_verb, forms_in
from tests.integration.signing_in import signed_in
from tests.pdfs import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(clock_at: Any) -> County:
    clock_at(TUESDAY)
    return County()


def page(user: User, path: str) -> str:
    response = signed_in(user).get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def says(text: str, words: Sequence[str]) -> list[bool]:
    return [each in text for each in words]


def test_an_officer_reads_a_draft_with_what_they_may_do_and_the_school_does_not(county: County) -> None:
    letter = drafted(county.school, on=TUESDAY)
    of_head = page(county.head, letter.get_absolute_url())
    words = ("Progress in mathematics is too slow.", "Who will get it", "Edit the letter", "Issue letter")
    assert says(of_head, words) == [True] * 4
    assert says(page(county.dsim, letter.get_absolute_url()), ("Approve letter", "Issue letter")) == [True, False]
    assert signed_in(county.headteacher).get(letter.get_absolute_url()).status_code == 404
    assert "No letters yet" in page(county.headteacher, reverse("schools:letters_of_school", args=[county.school.urn]))
    draft: Any = signed_in(county.sip).get(reverse("schools:letter_pdf", args=[letter.pk]))
    assert "Draft – not issued" in text_of(draft.content)


def test_the_school_reads_an_issued_letter_and_why_it_was_withdrawn(county: County) -> None:
    letter = issued(county.school, by=county.head, on=TUESDAY)
    assert "Record it" in page(county.dsim, letter.get_absolute_url())
    withdraw_letter(letter, by=county.head, reason="The wrong year", seen_version=letter.version)
    of_school = page(county.chair, letter.get_absolute_url())
    assert says(of_school, ("Progress in mathematics is too slow.", "Withdrawn", "The wrong year")) == [True] * 3
    assert says(of_school, ("Served", "Record it", "Drafted", county.school.postcode)) == [False] * 4
    assert letter.reference in page(county.headteacher, reverse("schools:letters_of_school", args=[county.school.urn]))


def test_the_pdf_is_the_frozen_one_once_it_is_made(county: County) -> None:
    letter = issued(county.school, by=county.head, on=TUESDAY)
    path = reverse("schools:letter_pdf", args=[letter.pk])
    client = signed_in(county.headteacher)
    waiting: Any = client.get(path)
    assert (waiting.status_code, waiting.url) == (302, letter.get_absolute_url())
    assert "We are preparing the PDF." in client.get(waiting.url).content.decode()
    document = freeze(letter)
    response: Any = client.get(path)
    assert response.content == document.blob.read()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{letter.reference}.pdf"'


def test_the_head_issues_the_ticked_letters_in_one_press_after_checking(county: County) -> None:
    letters = [drafted(school, on=TUESDAY) for school in (county.school, SchoolFactory.create())]
    client = signed_in(county.head)
    assert client.get(reverse("schools:letters")).content.decode().count('name="rows"') == 2
    path = f"{reverse('schools:letters_issue')}?rows={letters[0].pk}&rows={letters[1].pk}"
    opened = form_of_verb(client.get(path).content.decode()).sent
    checked = client.post(path, opened).content.decode()
    [sent] = [each.sent for each in forms_in(checked) if "checked" in str(each.sent)]
    done = client.post(path, sent, follow=True).content.decode()
    assert "You issued 2 letters. We are emailing 0 recipients. You need to post 4." in done
    assert set(Letter.objects.values_list("status", flat=True)) == {"issued"}


def test_the_chronology_tells_officers_all_and_the_school_what_was_issued(county: County) -> None:
    letter = issued(county.school, by=county.head, on=TUESDAY)
    freeze(letter)
    path = reverse("schools:chronology", args=[county.school.urn])
    words = (f"Letter {letter.reference} issued", f"Letter {letter.reference} drafted", "PDF made")
    assert says(page(county.sip, path), words) == [True, True, False]
    assert says(page(county.headteacher, path), words) == [True, False, False]
