"""What an author writes in a record beside its plain texts, and the frozen document a school reads.

`Content` is kept as JSON on the draft; `document_of` makes of it, of the texts and of the agenda what a version holds
for ever. Values only: no database, no clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Owner(StrEnum):
    """Whose action it is."""

    SCHOOL = "school"
    AUTHORITY = "authority"


OWNER_LABELS = {Owner.SCHOOL: "The school", Owner.AUTHORITY: "The authority"}


class Outcome(StrEnum):
    """What a later record says of an action that was still open."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


OUTCOME_LABELS = {
    Outcome.OPEN: "Still to do: carried over",
    Outcome.DONE: "Done",
    Outcome.DROPPED: "No longer needed",
}


@dataclass(frozen=True)
class GradeLine:
    """SEF grades of one aspect, both in the words of their policy lists; "" where none is given."""

    aspect: str
    school: str = ""
    sip: str = ""


GRADES_BY_NUMBER = {1: "1, outstanding", 2: "2, good", 3: "3, satisfactory", 4: "4, inadequate"}


def grade_in_words(stored: str | int) -> str:
    """Return a grade as it is stored now: records and versions of before stored the number."""
    return stored if isinstance(stored, str) else GRADES_BY_NUMBER.get(stored, "")


@dataclass(frozen=True)
class StrengthLine:
    """`key` is its own for good, so that consent and correction find it again; `theme` is of the policy list."""

    key: str
    text: str
    theme: str = ""


@dataclass(frozen=True)
class ActionLine:
    """`who` is a name or a post; `due_on` may be open."""

    key: str
    what: str
    owner: str = Owner.SCHOOL
    who: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class CarriedLine:
    """What became of an action of an earlier record, by its row."""

    action: int
    outcome: str = Outcome.OPEN
    note: str = ""


@dataclass(frozen=True)
class Content:
    """`findings` by the key of the agenda item."""

    findings: Mapping[str, str] = field(default_factory=dict)
    grades: Sequence[GradeLine] = ()
    strengths: Sequence[StrengthLine] = ()
    actions: Sequence[ActionLine] = ()
    carried: Sequence[CarriedLine] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "findings": dict(self.findings),
            "grades": [asdict(each) for each in self.grades],
            "strengths": [asdict(each) for each in self.strengths],
            "actions": [asdict(each) | {"due_on": _iso(each.due_on)} for each in self.actions],
            "carried": [asdict(each) for each in self.carried],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Content":
        return cls(
            findings=dict(stored.get("findings", {})),
            grades=tuple(
                GradeLine(each["aspect"], grade_in_words(each["school"]), grade_in_words(each["sip"]))
                for each in stored.get("grades", ())
            ),
            strengths=tuple(StrengthLine(**each) for each in stored.get("strengths", ())),
            actions=tuple(ActionLine(**each | {"due_on": _day(each["due_on"])}) for each in stored.get("actions", ())),
            carried=tuple(CarriedLine(**each) for each in stored.get("carried", ())),
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def document_of(
    *,
    visit: Mapping[str, Any],
    texts: Mapping[str, str],
    content: Content,
    agenda: Iterable[Any],
    carried: Mapping[int, Mapping[str, Any]],
    attachments: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A whole record as one JSON value, in the order it is read.

    `agenda` are lines with key, heading and source_label; `carried` the actions the content speaks of, as
    `{row: {"what", "owner", "who", "due_on", "from"}}`; `visit` the
    facts of the visit in words.
    """
    return {
        "visit": dict(visit),
        **texts,
        "agenda": [
            {
                "key": line.key,
                "heading": line.heading,
                "source": line.source_label,
                "text": content.findings.get(line.key, ""),
            }
            for line in agenda
        ],
        "grades": [asdict(each) for each in content.grades if each.school or each.sip],
        "strengths": [asdict(each) for each in content.strengths],
        "actions": [asdict(each) | {"due_on": _iso(each.due_on)} for each in content.actions],
        "carried": [dict(carried[each.action]) | asdict(each) for each in content.carried if each.action in carried],
        "attachments": [dict(each) for each in attachments],
    }
