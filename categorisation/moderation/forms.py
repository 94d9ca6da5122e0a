"""What a group decides of one school, and which schools go on an agenda."""

from typing import Any

from categorisation.policy import EVIDENCE_SOURCES
from categorisation.schemes.rules import Scheme
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.ui.forms import CheckboxesField, Form, ModelSelectField, RadiosField, TextArea, TextField

YES, NO, NOT_DISCUSSED = "yes", "no", ""


def decision_form(scheme: Scheme, *, changes: bool = False) -> type[Form]:
    """Return the form in which the category of a school is decided under a scheme.

    With `changes` a referral asks for another category; the one that the school has declines it.
    """
    asked = "Why the category changes, or why it does not" if changes else None
    levels = {each.code: each.label for each in scheme.levels}
    sources = policy_value(EVIDENCE_SOURCES, on=clock.today()).labels
    fields: dict[str, Any] = {
        "category": RadiosField(
            label="Category",
            choices=[(each.code, f"{each.code}, {each.label.lower()}") for each in scheme.categories],
            hints={each.code: f"Usual support: {levels[each.level].lower()}" for each in scheme.categories},
        ),
        "level": RadiosField(label="Level of support", choices=list(levels.items())),
        "level_reason": TextArea(
            label="Why the level is not the usual one",
            help_text="The school reads this in its letter.",
            rows=2,
            required=False,
        ),
        "reason": TextArea(
            label=asked or "Why the category is not the one recommended",
            help_text="The school reads this in its letter.",
            rows=3,
            required=False,
        ),
        "evidence_sources": CheckboxesField(
            label="Evidence for the change", choices=list(sources.items()), required=False
        ),
        "causing_concern": RadiosField(
            label="Does the school cause concern?",
            choices=[(YES, "Yes"), (NO, "No"), (NOT_DISCUSSED, "Not discussed")],
            required=False,
        ),
        "proposed_stage": TextField(
            label="Stage of concern proposed", help_text="If the school causes concern.", max_length=40, required=False
        ),
    }
    for name in ("level_reason", "reason", "evidence_sources", "causing_concern", "proposed_stage"):
        fields[name].note = None
    return type("DecisionForm", (Form,), {**fields, "submit_label": "Save and go to the next school"})


class RoundAgendaForm(Form):
    """The meeting that takes the schools, and the districts they are in."""

    submit_label = "Add schools to the agenda"

    meeting = ModelSelectField(None, label="Meeting", named="a meeting")
    districts = CheckboxesField(label="Districts", named="the districts")
