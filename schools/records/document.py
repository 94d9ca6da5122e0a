"""A version, or a draft's preview, as pages and PDFs show it: one shape for every age of frozen document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schools.records.content import OUTCOME_LABELS, OWNER_LABELS, Outcome, Owner, grade_in_words

NO_GRADE = "Not graded"


@dataclass(frozen=True)
class Item:
    """An agenda item with what was found; `source` says who put it there."""

    key: str
    heading: str
    source: str
    text: str


@dataclass(frozen=True)
class Grade:
    aspect: str
    school: str
    sip: str


@dataclass(frozen=True)
class StrengthRead:
    key: str
    text: str
    theme: str


@dataclass(frozen=True)
class ActionRead:
    key: str
    what: str
    owner: str
    who: str
    due_on: date | None


@dataclass(frozen=True)
class CarriedRead:
    """An action of the earlier record `reference`, and what became of it."""

    what: str
    owner: str
    reference: str
    outcome: str
    note: str
    due_on: date | None


@dataclass(frozen=True)
class Reading:
    """Everything a reader sees of one version, in the order it is read. `visit` is empty in the oldest versions."""

    visit: Mapping[str, Any]
    met: str
    evidence: str
    items: Sequence[Item]
    findings: str
    grades: Sequence[Grade]
    judgements: str
    strengths: Sequence[StrengthRead]
    actions: Sequence[ActionRead]
    carried: Sequence[CarriedRead]
    attachments: Sequence[Mapping[str, Any]]


def read(document: Mapping[str, Any]) -> Reading:
    """Of a frozen document as `schools.records.content.document_of` makes it, or of the bare texts of the oldest."""
    return Reading(
        visit=document.get("visit", {}),
        met=document.get("met", ""),
        evidence=document.get("evidence", ""),
        items=[Item(each["key"], each["heading"], each["source"], each["text"]) for each in document.get("agenda", ())],
        findings=document.get("findings", ""),
        grades=[
            Grade(each["aspect"], grade_in_words(each["school"]) or NO_GRADE, grade_in_words(each["sip"]) or NO_GRADE)
            for each in document.get("grades", ())
        ],
        judgements=document.get("judgements", ""),
        strengths=_strengths(document.get("strengths", ())),
        actions=[_action(each) for each in document.get("actions", ())],
        carried=[_carried(each) for each in document.get("carried", ())],
        attachments=document.get("attachments", ()),
    )


def _strengths(stored: Any) -> list[StrengthRead]:
    """The oldest versions have them as one text."""
    if isinstance(stored, str):
        return [StrengthRead("", stored, "")] if stored.strip() else []
    return [StrengthRead(each["key"], each["text"], each["theme"]) for each in stored]


def _action(each: Mapping[str, Any]) -> ActionRead:
    return ActionRead(each["key"], each["what"], _owner(each), each["who"], _day(each["due_on"]))


def _carried(each: Mapping[str, Any]) -> CarriedRead:
    outcome = OUTCOME_LABELS[Outcome(each["outcome"])]
    return CarriedRead(each["what"], _owner(each), each["from"], outcome, each["note"], _day(each["due_on"]))


def _owner(each: Mapping[str, Any]) -> str:
    return OWNER_LABELS[Owner(each["owner"])]


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
