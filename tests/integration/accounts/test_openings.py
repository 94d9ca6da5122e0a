"""One person, one form, two windows: nothing typed in one is lost by what is done in the other."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import Draft
from tests.factories.records import DraftFactory
from tests.integration.accounts.conftest import Holds, signed_in
from tests.integration.accounts.test_kept_text import INVITE, tokens

pytestmark = pytest.mark.django_db
START = datetime(2026, 5, 1, 13, 0, tzinfo=UTC)
ClockAt = Callable[[date | datetime], datetime]


@pytest.fixture
def administrator(holds: Holds) -> User:
    return holds(Role.SYSTEM_ADMINISTRATOR, email="admin@example.org", name="Ada Administrator")


class Window:
    """The form as it was opened once, in a browser with a session of its own."""

    def __init__(self, user: User) -> None:
        self.client: Client = signed_in(user)
        self.tokens = tokens(self.client)

    def filled(self, note: str, **fields: str) -> dict[str, str]:
        return {"name": "New Person", "email": "fresh@example.org", "note": note, **self.tokens, **fields}

    def autosave(self, note: str) -> int:
        return self.client.post("/drafts/", self.filled(note)).status_code

    def save(self, note: str, **fields: str) -> int:
        return self.client.post(INVITE, self.filled(note, **fields)).status_code

    def save_without_session(self, note: str) -> int:
        return Client().post(INVITE, self.filled(note)).status_code

    def discard(self) -> str:
        page = self.client.post("/drafts/discard/", {"keep_token": self.tokens["keep_token"]}, follow=True)
        return page.content.decode()


@pytest.fixture
def minute(clock_at: ClockAt) -> Callable[[int], None]:
    """`minute(5)`: five minutes past two in London."""

    def pass_to(number: int) -> None:
        clock_at(START + timedelta(minutes=number))

    pass_to(0)
    return pass_to


Minute = Callable[[int], None]


def kept() -> list[str]:
    """The notes kept, newest first."""
    return [draft.fields["note"][0] for draft in Draft.objects.all()]


def test_saving_in_one_window_leaves_what_was_typed_in_another(administrator: User, minute: Minute) -> None:
    older, newer = Window(administrator), Window(administrator)
    minute(10)
    assert newer.autosave("An hour's work") == 200
    minute(11)
    assert older.save("Something else") == 302
    assert kept() == ["An hour's work"]
    assert "An hour&#x27;s work" in older.client.get(INVITE).content.decode()


def test_an_older_window_does_not_overwrite_newer_text_and_is_told(administrator: User, minute: Minute) -> None:
    older, newer = Window(administrator), Window(administrator)
    minute(22)
    newer.autosave("An hour's work")
    minute(25)
    refused = older.client.post("/drafts/", older.filled("Overwritten?"))
    assert refused.status_code == 409
    assert refused.json()["message"] == (
        "You have newer unsaved text for this form, typed at 14:22 in another window. "
        "We do not keep what you type in this window until you save it."
    )
    assert kept() == ["An hour's work"]
    assert newer.autosave("And a little more") == 200


def test_the_day_is_named_when_the_newer_text_is_not_of_today(administrator: User, clock_at: ClockAt) -> None:
    clock_at(datetime(2026, 5, 1, 21, 0, tzinfo=UTC))
    older, newer = Window(administrator), Window(administrator)
    newer.autosave("Late")
    clock_at(datetime(2026, 5, 2, 0, 30, tzinfo=UTC))
    fields = older.filled("Later")
    message = signed_in(administrator).post("/drafts/", fields).json()["message"]
    assert "typed on 1 May 2026 at 22:00 in another window" in message


def test_a_form_opened_from_kept_text_continues_it(administrator: User, minute: Minute) -> None:
    first = Window(administrator)
    minute(1)
    first.autosave("Begun")
    minute(2)
    second = Window(administrator)
    assert second.autosave("Begun and gone on with") == 200
    assert kept() == ["Begun and gone on with"]
    minute(3)
    assert first.autosave("Begun, in the old window") == 409
    assert second.save("Begun, gone on with and saved") == 302
    assert kept() == []


def test_a_form_opened_from_kept_text_and_saved_at_once_leaves_none(administrator: User, minute: Minute) -> None:
    first = Window(administrator)
    first.autosave("Begun")
    minute(2)
    assert Window(administrator).save("Begun and saved") == 302
    assert kept() == []


def test_what_was_added_after_it_was_continued_elsewhere_stays(administrator: User, minute: Minute) -> None:
    first = Window(administrator)
    first.autosave("Begun")
    minute(2)
    second = Window(administrator)
    minute(3)
    assert first.autosave("Begun and gone on with in the first") == 200
    minute(4)
    assert second.autosave("Gone on with in the second") == 409
    assert second.save("Gone on with in the second") == 302
    assert kept() == ["Begun and gone on with in the first"]


def test_a_post_that_comes_too_late_never_replaces_the_text_of_another_window(
    administrator: User, minute: Minute
) -> None:
    older, newer = Window(administrator), Window(administrator)
    minute(10)
    newer.autosave("An hour's work")
    minute(31)
    assert older.save_without_session("Posted after the end") == 302
    assert kept() == ["Posted after the end", "An hour's work"]
    page = signed_in(administrator).get(INVITE).content.decode()
    assert "Posted after the end" in page
    assert "other unsaved text</a> for this form." in page
    both = signed_in(administrator).get("/account/kept-text/").content.decode()
    assert "Posted after the end" in both
    assert "An hour&#x27;s work" in both


def test_a_post_that_comes_too_late_replaces_its_own_text_and_what_it_continued(
    administrator: User, minute: Minute
) -> None:
    first = Window(administrator)
    first.autosave("Begun")
    minute(2)
    second = Window(administrator)
    minute(31)
    second.save_without_session("Gone on with")
    minute(32)
    second.save_without_session("Pressed again")
    assert kept() == ["Pressed again"]


def test_a_form_with_errors_is_still_the_same_opening(administrator: User, minute: Minute) -> None:
    window = Window(administrator)
    window.autosave("Typed")
    minute(1)
    page = window.client.post(INVITE, window.filled("Typed", email="not-yet-right"))
    assert page.status_code == 200
    body = page.content.decode()
    window.tokens["keep_token"] = body.split('name="keep_token" value="')[1].split('"')[0]
    assert window.autosave("Typed and corrected") == 200
    assert kept() == ["Typed and corrected"]
    assert window.save("Typed and corrected") == 302
    assert kept() == []


def test_discarding_takes_what_the_page_showed_and_nothing_newer(administrator: User, minute: Minute) -> None:
    first = Window(administrator)
    first.autosave("Begun")
    minute(2)
    second = Window(administrator)
    minute(3)
    first.autosave("Begun and gone on with")
    assert "We did not discard the text, because it has changed since you opened the page." in second.discard()
    assert kept() == ["Begun and gone on with"]
    assert "You have discarded the unsaved text." in Window(administrator).discard()
    assert kept() == []


def test_a_draft_from_before_openings_had_names_is_continued_too(administrator: User, minute: Minute) -> None:
    DraftFactory.create(user=administrator, form=INVITE, fields={"note": ["From last week"]})
    minute(1)
    window = Window(administrator)
    assert "From last week" in window.client.get(INVITE).content.decode()
    assert window.autosave("From last week, and today") == 200
    assert kept() == ["From last week, and today"]


def test_text_kept_in_other_forms_and_by_others_is_nobodys_business(
    administrator: User, holds: Holds, minute: Minute
) -> None:
    other = holds(Role.SYSTEM_ADMINISTRATOR)
    window, theirs = Window(administrator), Window(other)
    DraftFactory.create(user=administrator, form="/elsewhere/", fields={"note": ["Elsewhere"]})
    minute(1)
    theirs.autosave("Theirs")
    assert window.autosave("Mine") == 200
    assert sorted(kept()) == ["Elsewhere", "Mine", "Theirs"]
    assert window.save("Mine") == 302
    assert sorted(kept()) == ["Elsewhere", "Theirs"]


@pytest.mark.parametrize("version", ["9" * 5000, "1234567890", "-1", "²", ""])
def test_a_version_that_is_none_is_version_nought(administrator: User, version: str, minute: Minute) -> None:
    window = Window(administrator)
    assert window.save("Typed", email="not-yet-right", base_version=version) == 200
