"""The forms of a recommendation: writing it, and the school's answer."""

from collections.abc import Sequence
from typing import Any

from categorisation.recommendations.models import LONGEST
from categorisation.recommendations.rules import Assessment, CauseOfConcern, Rating
from categorisation.schemes.rules import Heading, Scheme, default_level
from schoolimprove.ui.forms import Form, RadiosField, TextArea

EVIDENCE = 2_000
CAUSES = "Causes of concern: enter the evidence for each that applies"


class AssessmentForm(Form):
    """Everything an author writes, made from the scheme of the round. Nothing is needed to save."""

    submit_label = "Save"

    def __init__(self, *args: Any, scheme: Scheme, grades: Sequence[str], **kwargs: Any) -> None:
        self.scheme = scheme
        super().__init__(*args, **kwargs)
        categories = [(each.code, f"{each.code}, {each.label.lower()}") for each in scheme.categories]
        fields: dict[str, Any] = {
            "sef_grade": RadiosField(
                label="The school’s own grade", choices=[(each, each) for each in grades], required=False
            )
        }
        for heading in scheme.headings:
            fields[f"rating_{heading.key}"] = RadiosField(
                label=heading.label,
                choices=[pair for pair in categories if not heading.asked_for or pair[0] in heading.asked_for],
                hints=heading.characteristics,
                required=False,
            )
            fields[f"evidence_{heading.key}"] = TextArea(
                label=f"Evidence: {heading.label.lower()}", max_length=EVIDENCE, rows=2, required=False
            )
        levels = {each.code: each.label for each in scheme.levels}
        usual = {each.code: f"Usual level of support: {levels[each.level].lower()}" for each in scheme.categories}
        fields["category"] = RadiosField(
            label="Category you recommend", choices=categories, hints=usual, required=False
        )
        fields["level"] = RadiosField(
            label="Level of support",
            help_text="Leave this empty for the usual level of the category.",
            choices=list(levels.items()),
            required=False,
        )
        fields["level_reason"] = TextArea(
            label="Why the level is not the usual one", max_length=5_000, rows=3, required=False
        )
        for cause in scheme.causes:
            fields[f"cause_{cause.key}"] = TextArea(label=cause.label, max_length=EVIDENCE, rows=2, required=False)
        fields["statement"] = TextArea(
            label="Statement",
            help_text="The headteacher and the chair read this. Say why you recommend the category.",
            max_length=LONGEST,
            rows=8,
            required=False,
        )
        for field in fields.values():
            field.note = None
        self.fields = fields
        everyone = [each for each in scheme.headings if not each.asked_for]
        further = [each for each in scheme.headings if each.asked_for]
        self.sections = (
            ("Self-evaluation", ("sef_grade",)),
            ("Ratings", self._names(everyone)),
            *(((f"Only for category {further[0].asked_for[0]}"), self._names(further)) for _ in further[:1]),
            ("Category and level of support", ("category", "level", "level_reason")),
            (CAUSES, tuple(f"cause_{each.key}" for each in scheme.causes)),
            ("Statement for the school", ("statement",)),
        )

    @staticmethod
    def _names(headings: Sequence[Heading]) -> tuple[str, ...]:
        return tuple(f"{part}_{each.key}" for each in headings for part in ("rating", "evidence"))

    def written(self) -> Assessment:
        """Return what was typed. The level is the usual one of the category where none was selected."""
        data = self.cleaned_data
        ratings = [
            Rating(each.key, data[f"rating_{each.key}"], data[f"evidence_{each.key}"])
            for each in self.scheme.headings
            if data[f"rating_{each.key}"] or data[f"evidence_{each.key}"]
        ]
        causes = [
            CauseOfConcern(each.key, data[f"cause_{each.key}"])
            for each in self.scheme.causes
            if data[f"cause_{each.key}"]
        ]
        usual = default_level(self.scheme, data["category"]) if data["category"] else ""
        return Assessment(
            data["sef_grade"],
            tuple(ratings),
            data["category"],
            data["level"] or usual,
            data["level_reason"],
            tuple(causes),
            data["statement"],
        )


def initial_of(written: Assessment) -> dict[str, Any]:
    """Return an assessment as the form shows it."""
    filled: dict[str, Any] = {
        "sef_grade": written.sef_grade,
        "category": written.category,
        "level": written.level,
        "level_reason": written.level_reason,
        "statement": written.statement,
    }
    for rating in written.ratings:
        filled |= {f"rating_{rating.heading}": rating.category, f"evidence_{rating.heading}": rating.evidence}
    return filled | {f"cause_{each.key}": each.evidence for each in written.causes}


class AnswerForm(Form):
    """Whether the headteacher or the chair agrees."""

    submit_label = "Continue"

    agrees = RadiosField(
        label="Do you agree with the recommended category?", choices=[("yes", "Yes, I agree"), ("no", "No, I disagree")]
    )
    words = TextArea(
        label="Your comments",
        help_text="If you disagree, say why. The group that decides the category reads your comments.",
        max_length=5_000,
        rows=6,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("agrees") == "no" and not data.get("words"):
            self.add_error("words", "Enter why you disagree")
        return data
