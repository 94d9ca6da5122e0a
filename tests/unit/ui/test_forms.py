"""How forms are drawn: nothing that people typed becomes markup, and every link leads somewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django import forms as django_forms
from django.http import QueryDict
from django.utils.safestring import mark_safe

from schoolimprove.ui import forms, gallery

from .drawing import draw, draw_form, elements, ids

ATTACK = "<script>alert('x')</script>"
SAFE = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"


def form_with(field: django_forms.Field, data: QueryDict | None = None, **kwargs: Any) -> forms.Form:
    class OneField(forms.Form):
        pass

    form = type("Made", (OneField,), {"value": field})(data, **kwargs)
    assert isinstance(form, forms.Form)
    return form


FIELDS: dict[str, Callable[..., django_forms.Field]] = {
    "text": lambda **words: forms.TextField(**words),
    "long text": lambda **words: forms.TextArea(**words),
    "email": lambda **words: forms.EmailField(**words),
    "password": lambda **words: forms.PasswordField(**words),
    "number": lambda **words: forms.NumberField(**words),
    "money": lambda **words: forms.MoneyField(**words),
    "date": lambda **words: forms.DateField(**words),
    "file": lambda **words: forms.FileField(**words),
    "confirm": lambda **words: forms.ConfirmField(**words),
    "select": lambda **words: forms.SelectField(choices=[("a", ATTACK)], **words),
    "radios": lambda **words: forms.RadiosField(choices=[("a", ATTACK)], hints={"a": ATTACK}, **words),
    "checkboxes": lambda **words: forms.CheckboxesField(choices=[("a", ATTACK)], hints={"a": ATTACK}, **words),
    "multiple select": lambda **words: django_forms.MultipleChoiceField(choices=[("a", ATTACK)], **words),
    "plain": lambda **words: django_forms.CharField(**words),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_text_in_labels_hints_choices_and_errors_stays_text(kind: str) -> None:
    form = form_with(FIELDS[kind](label=ATTACK, help_text=ATTACK), QueryDict("value=x&value_0=x"))
    form.add_error("value", ATTACK)
    page = draw("{% error_summary form %}{% crispy form %}", form=form)
    assert "<script" not in page
    assert SAFE in page


def test_text_in_a_legend_or_a_typed_value_stays_text_and_is_no_template() -> None:
    class Sectioned(forms.Form):
        sections = [(ATTACK + "{{ form.fields }}", ["value"])]
        value = forms.TextField(label="Name")

    page = draw_form(Sectioned(QueryDict("value=%22%3E%3Cscript%3E")))
    assert "<script" not in page
    assert "{{ form.fields }}" in page


def test_markup_that_code_declared_safe_stays_markup() -> None:
    page = draw_form(form_with(forms.TextField(label=mark_safe("Name of the <abbr>SIP</abbr>"))))
    assert "Name of the <abbr>SIP</abbr>" in page


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (django_forms.IntegerField(label="N"), "govuk-input"),
        (django_forms.DateField(label="D", widget=django_forms.DateInput), "govuk-input"),
        (django_forms.URLField(label="U", assume_scheme="https"), "govuk-input"),
        (django_forms.EmailField(label="E"), "govuk-input"),
        (django_forms.MultipleChoiceField(label="M"), "govuk-select"),
        (django_forms.CharField(label="T", widget=django_forms.Textarea), "govuk-textarea"),
        (django_forms.FileField(label="F"), "govuk-file-upload"),
        (forms.PasswordField(label="P"), "govuk-input"),
    ],
)
def test_every_kind_of_input_has_its_class_and_its_class_in_error(field: django_forms.Field, name: str) -> None:
    (plain,) = elements(draw_form(form_with(field)), id="id_value")
    assert name in str(plain["class"]).split()
    (refused,) = elements(draw_form(form_with(field, QueryDict(""))), id="id_value")
    assert f"{name}--error" in str(refused["class"]).split()


def test_every_link_of_the_error_summary_leads_to_an_input_in_field_order() -> None:
    form = gallery.form_in("errors")
    page = draw("{% error_summary form %}{% crispy form %}", form=form)
    targets = re.findall(r'<li><a href="#([^"]+)"', page)
    inputs = [str(attrs.get("id")) for tag in ("input", "select", "textarea") for attrs in elements(page, tag)]
    assert len(targets) == len(form.errors)
    assert set(targets) <= set(inputs)
    in_page_order = [found for found in ids(page) if found in targets]
    assert targets == in_page_order


def test_the_summary_leads_to_the_box_of_a_date_that_is_wrong() -> None:
    page = draw(
        "{% error_summary form %}", form=form_with(forms.DateField(label="Day"), QueryDict("value_0=1&value_1=5"))
    )
    assert '<a href="#id_value_2">' in page


def test_errors_of_the_whole_form_lead_to_its_first_field() -> None:
    form = form_with(forms.TextField(label="Name"), QueryDict("value=x"))
    form.add_error(None, "The two do not agree")
    assert '<a href="#id_value">The two do not agree</a>' in draw("{% error_summary form %}", form=form)


def test_only_the_boxes_that_are_wrong_are_marked() -> None:
    page = draw_form(form_with(forms.DateField(label="Day"), QueryDict("value_0=1&value_1=5&value_2=202")))
    marked = ["--error" in str(box["class"]) for box in elements(page, "input", inputmode="numeric")]
    assert marked == [False, False, True]


def test_a_date_refused_for_another_reason_is_marked_whole() -> None:
    form = form_with(forms.DateField(label="Day"), QueryDict("value_0=1&value_1=5&value_2=2026"))
    form.add_error("value", "The day must be in term")
    marked = ["--error" in str(box["class"]) for box in elements(draw_form(form), "input", inputmode="numeric")]
    assert marked == [True, True, True]


def test_no_id_is_used_twice_and_everything_described_exists() -> None:
    for state in ("blank", "full", "errors"):
        page = draw_form(gallery.form_in(state))
        found = ids(page)
        assert len(found) == len(set(found))
        described = [one for attrs in elements(page) for one in str(attrs.get("aria-describedby") or "").split()]
        assert set(described) <= set(found)
        labelled = [str(attrs["for"]) for attrs in elements(page, "label")]
        assert set(labelled) <= set(found)


def test_the_form_leaves_checking_to_the_server_and_guards_its_button() -> None:
    page = draw_form(gallery.form_in("blank"))
    (form,) = elements(page, "form")
    assert "novalidate" in form
    assert form["method"] == "post"
    assert form["enctype"] == "multipart/form-data"
    (button,) = elements(page, "button", type="submit")
    assert button["data-prevent-double-click"] == "true"
    assert not [attrs for attrs in elements(page) if "required" in attrs or "maxlength" in attrs or "style" in attrs]


def test_a_counter_needs_no_help_text_and_counts_to_the_servers_limit() -> None:
    page = draw_form(form_with(forms.TextArea(label="Text", max_length=12_000)))
    (counter,) = elements(page, "div", **{"data-module": "govuk-character-count"})
    assert counter["data-maxlength"] == "12000"
    assert "You can enter up to 12,000 characters" in page
    (area,) = elements(page, "textarea")
    assert area["aria-describedby"] == "id_value-info"


def test_fields_that_may_be_left_empty_say_so_once() -> None:
    assert "Notes (optional)" in draw_form(form_with(forms.TextArea(label="Notes", required=False)))
    assert "(optional) (optional)" not in draw_form(form_with(forms.TextArea(label="Notes (optional)", required=False)))
    assert "(optional)" not in draw_form(form_with(forms.TextArea(label="Notes")))


def test_what_a_form_needs_to_survive_travels_in_hidden_inputs() -> None:
    form = form_with(
        forms.TextField(label="Name"),
        None,
        base_version=3,
        keep_token="signed",
        autosave_url="/drafts/",
        cancel_url="/x",
    )
    page = draw_form(form)
    (version,) = elements(page, "input", name="base_version")
    (token,) = elements(page, "input", name="keep_token")
    assert (version["value"], token["value"]) == ("3", "signed")
    (drawn,) = elements(page, "form")
    assert drawn["data-autosave-url"] == "/drafts/"
    assert "data-keep" in drawn
    assert elements(page, "p", **{"aria-live": "polite"})


def test_an_invalid_form_keeps_the_version_it_was_opened_on() -> None:
    form = form_with(forms.TextField(label="Name"), QueryDict("base_version=4&value="))
    (version,) = elements(draw_form(form), "input", name="base_version")
    assert version["value"] == "4"
    assert form.seen_version == 4


@pytest.mark.parametrize("posted", ["", "x", "-1", "1.5", "²"])
def test_a_version_that_is_no_number_is_none(posted: str) -> None:
    assert form_with(forms.TextField(label="Name"), QueryDict(f"base_version={posted}")).seen_version is None


def test_a_field_named_by_its_form_has_messages_too() -> None:
    form = form_with(forms.TextField(), QueryDict(""))
    assert form.errors["value"] == ["Enter the value"]


def test_djangos_own_fields_are_worded_the_same_way() -> None:
    form = form_with(django_forms.ChoiceField(label="Phase of education", choices=[("a", "A")]), QueryDict(""))
    assert form.errors["value"] == ["Select the phase of education"]


def test_choices_are_shown_as_chosen_again() -> None:
    page = draw_form(gallery.form_in("full"))
    checked = {(attrs["name"], attrs.get("value")) for attrs in elements(page, "input") if "checked" in attrs}
    assert {("kind", "extra"), ("areas", "teaching"), ("areas", "safeguarding")} <= checked


def test_a_password_is_never_sent_back() -> None:
    (password,) = elements(draw_form(gallery.form_in("full")), "input", type="password")
    assert "value" not in password
