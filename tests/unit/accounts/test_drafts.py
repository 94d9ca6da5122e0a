from datetime import timedelta

import pytest
from django.core import signing
from django.http import QueryDict

from schoolimprove.lib import clock
from schoolimprove.records.drafts import TOKEN_AGE, fill_from_draft, new_token, read_token, typed_fields
from schoolimprove.records.models import Draft
from schoolimprove.ui import forms


class VisitForm(forms.Form):
    held_on = forms.DateField(label="Date")
    notes = forms.TextArea(label="Notes")
    urgent = forms.ConfirmField(label="Urgent", required=False)
    kinds = forms.CheckboxesField(label="Kinds", choices=[("a", "A"), ("b", "B")], required=False)
    grade = forms.RadiosField(label="Grade", choices=[("1", "One"), ("2", "Two")])
    paper = forms.FileField(label="Paper", required=False)


def test_a_token_says_who_opened_what_on_which_version() -> None:
    token = new_token(7, "/schools/1/visits/write/", 3)
    assert read_token(token.signed()) == token
    assert (token.user_id, token.path, token.base_version) == (7, "/schools/1/visits/write/", 3)


def test_every_opening_of_a_form_has_a_token_of_its_own() -> None:
    assert new_token(7, "/a/", 0).signed() != new_token(7, "/a/", 0).signed()


def test_a_token_is_good_for_a_day() -> None:
    token = new_token(7, "/a/", 0)
    with clock.at(token.at + TOKEN_AGE):
        assert read_token(token.signed())
    with clock.at(token.at + TOKEN_AGE + timedelta(seconds=1)):
        assert read_token(token.signed()) is None


@pytest.mark.parametrize(
    "spoilt",
    ["", "rubbish", signing.dumps([1, "/a/", 0, "2026-05-01", "x"], salt="other")],
    # A signature holds the time, and a test's name must not.
    ids=["empty", "rubbish", "signed for something else"],
)
def test_a_token_we_did_not_sign_is_none(spoilt: str) -> None:
    assert read_token(spoilt) is None
    assert read_token(new_token(7, "/a/", 0).signed()[:-1]) is None


def test_tokens_and_anything_like_a_password_are_not_kept() -> None:
    post = QueryDict(
        "csrfmiddlewaretoken=c&keep_token=k&base_version=1&password=p&new_password1=p&otp=1&totp_token=1&secret=s"
        "&footprint=kept&notes=two+words&kinds=a&kinds=b"
    )
    assert typed_fields(post) == {"footprint": ["kept"], "notes": ["two words"], "kinds": ["a", "b"]}


def test_a_character_the_database_cannot_hold_is_left_out() -> None:
    assert typed_fields(QueryDict("notes=a%00b")) == {"notes": ["ab"]}


def test_a_form_reopens_as_it_was_typed_valid_or_not() -> None:
    fields = {"held_on_0": ["31"], "held_on_1": ["2"], "held_on_2": ["26"], "notes": ["<b>half"], "kinds": ["b"]}
    form = VisitForm(initial={"notes": "old", "urgent": True, "kinds": ["a"], "grade": "2", "paper": "x.pdf"})
    fill_from_draft(form, Draft(fields=fields))
    assert form["held_on"].value() == ["31", "2", "26"]
    assert form["notes"].value() == "<b>half"
    assert form["kinds"].value() == ["b"]
    assert form["urgent"].value() is False
    assert form["grade"].value() == "2"
    assert form["paper"].value() == "x.pdf"
    assert "&lt;b&gt;half" in str(form["notes"])
