"""The traps of crispy-forms-gds and of browsers, field by field."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui import forms
from schoolimprove.ui.fields import spoken


def refusal(field: django_forms.Field, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    assert len(caught.value.messages) == 1
    return str(caught.value.messages[0])


def visit_date(**kwargs: Any) -> forms.DateField:
    return forms.DateField(label="Date of the visit", **kwargs)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_any_day_typed_as_three_numbers_is_that_day(day: date) -> None:
    assert visit_date().clean([str(day.day), str(day.month), f"{day.year:04}"]) == day


@pytest.mark.parametrize("month", ["5", "05", "May", "may", " MAY "])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    assert visit_date().clean(["1", month, "2026"]) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["", "", ""], "Enter the date of the visit"),
        (["1", "", ""], "The date of the visit must include a month and year"),
        (["1", "5", ""], "The date of the visit must include a year"),
        (["1", "5", "85"], "The date of the visit must include a year of 4 numbers, like 2026"),
        (["1", "5", "202"], "The date of the visit must include a year of 4 numbers, like 2026"),
        (["1", "5", "02026"], "The date of the visit must include a year of 4 numbers, like 2026"),
        (["31", "2", "2026"], "The date of the visit must be a real date"),
        (["1", "Mayday", "2026"], "The date of the visit must be a real date"),
        (["x", "y", "zzzz"], "The date of the visit must be a real date"),
        (["1", "1", "0000"], "The date of the visit must be a real date"),
        (["²", "1", "2026"], "The date of the visit must be a real date"),
        (["9" * 5000, "9" * 5000, "2026"], "The date of the visit must be a real date"),
        (["1", "1", "9" * 5000], "The date of the visit must include a year of 4 numbers, like 2026"),
        (["1", "1", "٢٦"], "The date of the visit must include a year of 4 numbers, like 2026"),
    ],
)
def test_a_date_is_refused_in_words_and_never_in_pythons(typed: list[str], message: str) -> None:
    assert refusal(visit_date(), typed) == message


@pytest.mark.parametrize(
    "typed",
    [
        ["25", "Nov", "26"],
        ["25", "11", "26"],
        ["25 Nov 26", "", ""],
        ["25/11/2026", "", ""],
        ["", "", "2026-11-25"],
        ["25 Nov", "", "26"],
        ["25\u200b", "11", "2026\ufeff"],
    ],
)
def test_a_date_is_read_in_its_boxes_or_whole_in_one_of_them(typed: list[str]) -> None:
    assert visit_date().clean(typed) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            ["25 Nov", "", ""],
            "“25 Nov” is not a date: it has no year. Enter a date such as 1 September 2026 or 01/09/2026.",
        ),
        (
            ["11/25/2026", "", ""],
            "“11/25/2026” is not a date: there is no month 25. Enter the day first, like 1 September 2026 or "
            "01/09/2026.",
        ),
        (["25th", "", ""], "The date of the visit must include a month and year"),
        (["25 Nov", "11", ""], "The date of the visit must include a year"),
    ],
)
def test_a_date_typed_whole_that_cannot_be_read_says_how_to_type_it(typed: list[str], message: str) -> None:
    assert refusal(visit_date(), typed) == message.format("1 September 2026 or 01/09/2026")


def test_an_optional_date_may_be_empty_but_not_half_typed() -> None:
    field = visit_date(required=False)
    assert field.clean(["", "", ""]) is None
    assert refusal(field, ["", "5", ""]) == "The date of the visit must include a day and year"


def test_a_date_is_named_as_the_form_says_and_messages_by_hand_win() -> None:
    field = forms.DateField(label="Held on", named="the date of the meeting", error_messages={"invalid": "No such day"})
    assert refusal(field, ["", "", ""]) == "Enter the date of the meeting"
    assert refusal(field, ["31", "2", "2026"]) == "No such day"


def test_a_date_shown_and_sent_back_has_not_changed() -> None:
    class Visit(forms.Form):
        held_on = visit_date()

    form = Visit(QueryDict("held_on_0=1&held_on_1=5&held_on_2=2026"), initial={"held_on": date(2026, 5, 1)})
    assert form.changed_data == []


def test_a_text_of_many_lines_is_counted_as_the_browser_counts_it() -> None:
    field = forms.TextArea(label="Summary", max_length=7)
    assert field.clean("one\r\ntwo") == "one\ntwo"
    assert refusal(field, "one\r\ntwo!") == "The summary must be 7 characters or fewer"


def test_long_texts_begin_at_five_thousand_characters() -> None:
    assert forms.TextArea(label="Summary").clean("x" * 5000) == "x" * 5000
    assert refusal(forms.TextArea(label="Summary"), "x" * 5001) == "The summary must be 5,000 characters or fewer"


def test_a_percent_sign_in_a_label_does_not_break_its_messages() -> None:
    field = forms.TextField(label="Share in % of pupils", max_length=3)
    assert refusal(field, "12345") == "The share in % of pupils must be 3 characters or fewer"
    assert refusal(field, "") == "Enter the share in % of pupils"


def test_the_browser_is_never_told_to_cut_off_what_is_pasted() -> None:
    for field in (forms.TextField(label="Name"), forms.TextArea(label="Text"), forms.EmailField(label="Email")):
        assert "maxlength" not in field.widget.attrs


@pytest.mark.parametrize(
    ("typed", "amount"), [("1920", "1920"), ("£1,920.00", "1920.00"), (" 1 920.50 ", "1920.50"), ("-3", "-3")]
)
def test_money_is_understood_as_people_write_it(typed: str, amount: str) -> None:
    assert forms.MoneyField(label="Cost").clean(typed) == Decimal(amount)


def test_numbers_are_refused_in_words() -> None:
    number = forms.NumberField(label="Number on roll", min_value=1, max_value=5000)
    assert refusal(number, "") == "Enter the number on roll"
    assert refusal(number, "many") == "The number on roll must be a whole number, like 12"
    assert refusal(number, "0") == "The number on roll must be 1 or more"
    assert refusal(number, "5,001") == "The number on roll must be 5,000 or less"
    assert refusal(forms.MoneyField(label="Cost"), "1.234") == "The cost must have 2 decimal places or fewer"
    assert refusal(forms.MoneyField(label="Cost"), "99999999999999") == "The cost has too many digits"
    assert refusal(forms.DecimalField(label="Days"), "1,5,x") == "The days must be a number, like 2.5"


def test_choices_are_refused_in_words() -> None:
    choices = [("a", "A"), ("b", "B")]
    assert refusal(forms.RadiosField(label="Kind of visit", choices=choices), "") == "Select the kind of visit"
    assert refusal(forms.SelectField(label="Phase", choices=choices), "z") == "Select the phase from the list"
    assert (
        refusal(forms.CheckboxesField(label="Areas", choices=choices), ["a", "z"]) == "Select the areas from the list"
    )
    assert refusal(forms.CheckboxesField(label="Areas", choices=choices), []) == "Select the areas"
    assert refusal(forms.ConfirmField(label="Told", named="that they know"), False) == "Confirm that they know"
    assert refusal(forms.FileField(label="Report"), None) == "Select the report"
    assert refusal(forms.EmailField(label="Email"), "x").startswith("Enter an email address in the correct format")


def offered(**kwargs: Any) -> list[tuple[str, str]]:
    return list(forms.SelectField(**kwargs).widget.choices)


def test_a_select_begins_with_nothing_chosen_unless_told_otherwise() -> None:
    assert offered(choices=[("a", "A")]) == [("", "Select one"), ("a", "A")]
    assert offered(choices=[("a", "A")], empty="") == [("a", "A")]
    assert offered(choices=lambda: [("b", "B")]) == [("", "Select one"), ("b", "B")]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Date of visit", "the date of visit"),
        ("URN", "the URN"),
        ("Your password", "your password"),
        ("What you found", "what you found"),
        ("", ""),
    ],
)
def test_a_label_is_spoken_of_in_the_middle_of_a_sentence(label: str, words: str) -> None:
    assert spoken(label) == words


def test_what_nobody_sees_is_taken_out_of_what_is_typed() -> None:
    assert forms.EmailField(label="Email").clean("\u200boffice@\u00adschool.example\ufeff") == "office@school.example"
    assert forms.TextField(label="URN").clean("9\u200b00101") == "900101"
    assert forms.NumberField(label="Number on roll").clean("\u200e412") == 412
    assert forms.TextArea(label="Summary").clean("read\u00ading\u2028and writing") == "reading\nand writing"
    assert forms.PasswordField(label="Password").clean("a\u200bb") == "a\u200bb"
