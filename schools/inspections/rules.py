"""What an inspection framework says, and what an inspection under it may say (domain 4.5). Values in, values out.

A framework is the content of a dated edition. Grades are codes of one framework's scale: none is ever converted into
another's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OVERALL = "overall"
"""The key of the area that grades the school as a whole; a framework may be without it."""
NOT_GRADED = "none"


class InspectionKind(StrEnum):
    FULL = "full"
    SHORT = "short"
    MONITORING = "monitoring"


class Safeguarding(StrEnum):
    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"
    NOT_JUDGED = "not_judged"


class StatutoryCategory(StrEnum):
    NONE = "none"
    SIGNIFICANT_IMPROVEMENT = "significant_improvement"
    SPECIAL_MEASURES = "special_measures"


@dataclass(frozen=True)
class Grade:
    """A grade by its code, and what the framework calls it."""

    code: str
    label: str


@dataclass(frozen=True)
class Area:
    """What is graded, on which scale."""

    key: str
    label: str
    grades: tuple[Grade, ...]

    def label_of(self, code: str) -> str:
        return next((each.label for each in self.grades if each.code == code), code)


@dataclass(frozen=True)
class StatutoryLabel:
    """A statutory category that inspectors can put a school in, and what the framework calls it."""

    code: StatutoryCategory
    label: str


@dataclass(frozen=True)
class Framework:
    """The areas in the order of a report, and the statutory categories beside "none"."""

    areas: tuple[Area, ...]
    statutory: tuple[StatutoryLabel, ...]

    def area(self, key: str) -> Area | None:
        return next((each for each in self.areas if each.key == key), None)

    def statutory_label(self, code: str) -> str:
        return next((each.label for each in self.statutory if each.code == code), "None")


@dataclass(frozen=True)
class Findings:
    """What is entered of one inspection. `follows` is the last day of what a monitoring visit follows."""

    kind: str
    starts_on: date
    ends_on: date
    report_received_on: date | None
    areas: Mapping[str, str]
    safeguarding: str
    statutory_category: str
    judgement: str
    follows: date | None = None

    @property
    def has_findings(self) -> bool:
        judged = self.safeguarding != Safeguarding.NOT_JUDGED
        return bool(self.areas or self.judgement or judged or self.statutory_category != StatutoryCategory.NONE)


def framework_errors(framework: Framework) -> Iterator[str]:
    """Yield what is wrong with a framework, as sentences for the person who writes it."""
    if not framework.areas:
        yield "Enter at least one area."
    lists = [("area", [each.key for each in framework.areas])]
    lists += [(f"grade of {each.label}", [grade.code for grade in each.grades]) for each in framework.areas]
    lists += [("statutory category", [str(each.code) for each in framework.statutory])]
    for name, keys in lists:
        yield from (f"The {name} {key} is there twice." for key in sorted({key for key in keys if keys.count(key) > 1}))
    yield from (f"Enter the grades of {each.label}." for each in framework.areas if not each.grades)


def inspection_errors(framework: Framework, found: Findings, *, today: date) -> Iterator[tuple[str, str]]:
    """Yield why an inspection cannot be saved so, as the name of a field, or "", and a sentence (domain 4.5)."""
    if found.starts_on > today:
        yield "starts_on", "The first day must be today or in the past."
    if found.ends_on < found.starts_on:
        yield "ends_on", "The last day must be the same as or after the first day."
    received = found.report_received_on
    if received is not None and received > today:
        yield "report_received_on", "The day the report arrived must be today or in the past."
    if received is not None and received < found.ends_on:
        yield "report_received_on", "The report cannot arrive before the inspection ends."
    if received is None and found.has_findings:
        # Everyone who sees the school reads an inspection, and what inspectors found is public only with its report.
        yield "report_received_on", "Enter the day the report arrived. Until then, leave the findings empty."
    yield from _finding_errors(framework, found)


def _finding_errors(framework: Framework, found: Findings) -> Iterator[tuple[str, str]]:
    monitoring = found.kind == InspectionKind.MONITORING
    if monitoring and found.areas:
        yield "", "A monitoring visit has no grades. Enter its judgement instead."
    if monitoring and found.report_received_on and not found.judgement.strip():
        yield "judgement", "Enter what the inspectors judged on their monitoring visit."
    if found.kind == InspectionKind.FULL and found.report_received_on and not found.areas:
        yield "", "Select the grade of at least one area."
    if found.follows and not monitoring:
        yield "monitoring_of", "Only a monitoring visit follows another inspection."
    if found.follows and monitoring and found.starts_on <= found.follows:
        yield "monitoring_of", "A monitoring visit must be after the inspection it follows."
    for key, code in found.areas.items():
        area = framework.area(key)
        if area is None or code not in {each.code for each in area.grades}:
            yield "", f"This framework has no grade {code} of {area.label if area else key}."
    allowed = {StatutoryCategory.NONE, *(each.code for each in framework.statutory)}
    if found.statutory_category not in allowed:
        yield "statutory_category", "This framework does not have this statutory category."


def grade_in_words(framework: Framework, areas: Mapping[str, str], statutory_category: str) -> str:
    """Return how a school was graded as a whole: "Inadequate, special measures"."""
    overall, code = framework.area(OVERALL), areas.get(OVERALL, "")
    grade = overall.label_of(code) if overall and code else "No overall grade"
    if statutory_category == StatutoryCategory.NONE:
        return grade
    return f"{grade}, {framework.statutory_label(statutory_category).lower()}"
