"""Which characters a PDF can show: what people type and Word pastes it can; for the rest the author is told."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from schoolimprove.documents.glyphs import FONTS, unprintable
from schoolimprove.lib.text import visible
from schools.models import RecordOfVisit
from tests.factories.county import TUESDAY, County
from tests.factories.shared import shared
from tests.forms import form_to_type_in
from tests.integration.signing_in import signed_in

HAN, SCHOOL = "漢", "🏫"
SENTENCE = "The PDF cannot show these characters: 漢 🏫. Use words instead."


@pytest.mark.parametrize(
    "text",
    [
        "Siân’s pupils – “reading”, ½ of ≥ 30 … £5 → 60%",
        "• one\n▪ two\n◦ three\n➢ four\n✓ five",
        "Ŵyn, Łukasz, Zoë, Ağa, Ελένη, Юлия",
        visible("\uf0b7\tone\n\uf0a7\ttwo\n\uf0d8\tthree\n\uf0fc\tfour"),
        "a\u00a0b\u2009c\u200bd\u00ade",
        "",
    ],
)
def test_what_officers_type_and_word_pastes_can_be_printed(text: str) -> None:
    assert unprintable(text) == []


def test_what_no_font_has_is_named_once() -> None:
    assert unprintable(f"{HAN} and {SCHOOL}, {HAN} again") == [HAN, SCHOOL]


def test_the_fonts_that_are_asked_are_those_of_the_documents() -> None:
    drawn = (Path(settings.BASE_DIR) / "templates" / "documents" / "pdf.html").read_text()
    named = {
        tuple(each.strip(' "') for each in fonts.split(",")) for fonts in re.findall("font-family: ([^;]+);", drawn)
    }
    assert named == {FONTS}


@pytest.fixture(autouse=True)
def _tuesday(clock_at: Any) -> None:
    clock_at(TUESDAY)


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_author_of_a_record_is_told_when_they_save_and_on_the_preview(county: County) -> None:
    record = county.start(county.sip, kind="monitoring")
    client, path = signed_in(county.sip), f"{record.get_absolute_url()}edit/"
    data = {**form_to_type_in(client.get(path).content.decode()).sent, "met": f"The head {HAN} {SCHOOL}"}
    assert messages_of(client.post(path, data, follow=True))[-1] == SENTENCE
    assert messages_of(client.get(f"{record.get_absolute_url()}preview/")) == [SENTENCE]
    again = form_to_type_in(client.get(path).content.decode()).sent
    assert len(messages_of(client.post(path, {**again, "met": "The head", "then": "stay"}, follow=True))) == 1
    assert RecordOfVisit.objects.get().met == "The head"


def test_a_headteacher_is_told_before_they_send_their_answer(county: County) -> None:
    record = shared(county)
    client, path = signed_in(county.headteacher), f"{record.get_absolute_url()}respond/"
    data = {
        **form_to_type_in(client.get(path).content.decode()).sent,
        "accurate": "yes",
        "on_content": f"{HAN}{SCHOOL}",
    }
    assert messages_of(client.post(path, data)) == [SENTENCE]


def test_the_author_of_a_correction_is_told(county: County) -> None:
    record = shared(county)
    client, path = signed_in(county.sip), f"{record.get_absolute_url()}correct/"
    data = form_to_type_in(client.get(path).content.decode()).sent
    sent = client.post(path, {**data, "findings": f"{HAN} {SCHOOL}", "reason": "Too much."}, follow=True)
    assert SENTENCE in messages_of(sent)
    assert reverse("schools:record_correction", args=[record.school.urn, record.reference]) == sent.redirect_chain[0][0]
