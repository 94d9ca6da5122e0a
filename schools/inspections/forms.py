"""Forms of inspections: the fields that all have, and the areas of one framework."""

from collections.abc import Sequence
from typing import Any

from schoolimprove.lib import clock
from schoolimprove.policy.content import Wording, Words
from schoolimprove.ui.forms import DateField, Form, RadiosField, SelectField, TextArea, TextField
from schools.inspections.models import KINDS, SAFEGUARDING, STATUTORY, FrameworkEdition, Inspection
from schools.inspections.rules import (
    Area,
    Findings,
    Framework,
    Grade,
    Safeguarding,
    StatutoryCategory,
    StatutoryLabel,
    inspection_errors,
)

FRAMEWORK_WORDS: Wording = {
    Framework: {
        "areas": Words("Areas", "Put them in the order of a report.", one="area"),
        "statutory": Words("Statutory categories", "Leave out “None”. It is always there.", one="statutory category"),
    },
    Area: {
        "key": Words("Key", "For example, overall. Category schemes compare areas by their keys."),
        "label": Words("Area", "For example, Quality of education."),
        "grades": Words("Grades", "Put them in order, from the strongest to the weakest.", one="grade"),
    },
    Grade: {
        "code": Words("Code", "For example, 1."),
        "label": Words("Name", "For example, Outstanding."),
    },
    StatutoryLabel: {
        "code": Words("Kind", choices=dict(STATUTORY)),
        "label": Words("Name", "What the framework calls it."),
    },
}
AREA = "area_"
"""What the name of an area's field begins with."""
READ_BY_ALL = "Everyone who can see this school can read this."


class InspectionForm(Form):
    """An inspection under one framework; `inspection_form` makes it, with the fields of its areas."""

    submit_label = "Save inspection"

    framework: Framework
    monitored: Sequence[Inspection]

    kind = RadiosField(label="Kind of inspection", choices=KINDS)
    starts_on = DateField(label="First day", named="the first day of the inspection")
    ends_on = DateField(label="Last day", named="the last day of the inspection")
    report_received_on = DateField(
        label="Report received",
        named="the day the report was received",
        help_text="The day we received the report. Leave this empty, and all the findings, until the report arrives.",
        required=False,
    )
    judgement = TextArea(
        label="Judgement",
        help_text=f"Of a short inspection or a monitoring visit, in the words of the report. {READ_BY_ALL}",
        max_length=1000,
        rows=3,
        required=False,
    )
    source_note = TextField(
        label="Source",
        help_text="If not the Ofsted report. For example, GIAS or a letter.",
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            follows = self.followed(data.get("monitoring_of"))
            fields = {name: data[name] for name in Findings.__dataclass_fields__ if name in data}
            found = Findings(**fields, areas=self.areas(), follows=follows.ends_on if follows else None)
            for field, why in inspection_errors(self.framework, found, today=clock.today()):
                self.add_error(field or None, why)
        return data

    def areas(self) -> dict[str, str]:
        """Return the grades that were selected, by area."""
        graded = {area.key: self.cleaned_data.get(f"{AREA}{area.key}") for area in self.framework.areas}
        return {key: code for key, code in graded.items() if code}

    def followed(self, chosen: str | None) -> Inspection | None:
        return next((each for each in self.monitored if str(each.pk) == chosen), None)

    def inspection(self) -> dict[str, Any]:
        """Return what the verbs take."""
        plain = {name: value for name, value in self.cleaned_data.items() if not name.startswith(AREA)}
        return {**plain, "areas": self.areas(), "monitoring_of": self.followed(plain.get("monitoring_of"))}


def inspection_form(
    edition: FrameworkEdition, monitored: Sequence[Inspection], *, correcting: bool = False
) -> type[InspectionForm]:
    """Return the form of an inspection under a framework. `monitored` are those that a monitoring visit may follow."""
    framework = edition.framework
    areas = {
        f"{AREA}{area.key}": RadiosField(
            label=area.label,
            choices=[*((grade.code, grade.label) for grade in area.grades), ("", "Not graded")],
            initial="",
            inline=True,
            required=False,
        )
        for area in framework.areas
    }
    statutory = [
        (StatutoryCategory.NONE.value, "None"),
        *((each.code.value, each.label) for each in framework.statutory),
    ]
    others: dict[str, Any] = {
        "safeguarding": RadiosField(label="Safeguarding", choices=SAFEGUARDING, initial=Safeguarding.NOT_JUDGED),
        "statutory_category": RadiosField(
            label="Statutory category", choices=statutory, initial=StatutoryCategory.NONE
        ),
    }
    first: list[str] = ["kind", "starts_on", "ends_on", "report_received_on"]
    if monitored:
        listed = [(str(each.pk), str(each)) for each in monitored]
        help_text = "Only for a monitoring visit."
        others["monitoring_of"] = SelectField(
            label="Inspection it follows", choices=listed, empty="None", help_text=help_text, required=False
        )
        first.append("monitoring_of")
    if correcting:
        others["reason"] = TextArea(
            label="Why you are correcting the inspection",
            named="why you are correcting the inspection",
            help_text=READ_BY_ALL,
            max_length=1000,
            rows=3,
        )
    sections = [
        ("The inspection", first),
        ("Grades", list(areas)),
        ("Other findings", ["safeguarding", "statutory_category", "judgement", "source_note"]),
        *([("Your correction", ["reason"])] if correcting else []),
    ]
    named = {**areas, **others, "framework": framework, "monitored": monitored, "sections": sections}
    return type("InspectionForm", (InspectionForm,), {**named, "__module__": __name__})


class WithdrawForm(Form):
    submit_label = "Withdraw inspection"
    submit_kind = "warning"

    reason = TextArea(
        label="Why you are withdrawing the inspection",
        named="why you are withdrawing the inspection",
        help_text=f"For example, entered for the wrong school. {READ_BY_ALL}",
        max_length=1000,
        rows=3,
    )
