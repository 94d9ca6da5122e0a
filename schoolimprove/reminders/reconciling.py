"""Whether the open deadlines are those there should be (design, Time and deadlines).

Deadlines are written by verbs. Each app also says, from what it keeps and not from these rows, which there should be;
what differs is a verb that forgot one, or somebody who changed a row by hand. Nothing is put right here: an error that
mends itself is never found.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from .models import Deadline, Reconciliation
from .registry import Expected, providers

MOST_EXAMPLES = 20
_log = logging.getLogger(__name__)


class Drift(StrEnum):
    MISSING = "missing"
    LEFT_OVER = "left over"
    OTHER_DAY = "on another day"


@dataclass(frozen=True)
class Finding:
    """`due_on` is the day that the open deadline has, `expected` the one it should have."""

    drift: Drift
    rule: str
    subject_kind: str
    subject_id: int
    school_id: int | None
    due_on: date | None
    expected: date | None

    def __str__(self) -> str:
        days = {"open": self.due_on, "expected": self.expected}
        said = ", ".join(f"{word} {day}" for word, day in days.items() if day)
        return f"{self.rule} of {self.subject_kind} {self.subject_id} ({said or 'no day'})"

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "subject": f"{self.subject_kind} {self.subject_id}",
            "school": self.school_id,
            "due_on": self.due_on,
            "expected": self.expected,
        }


Key = tuple[str, str, int]


def reconcile(on: date) -> Reconciliation:
    """Compare, tell the log of each kind of drift, and keep what was found.

    What somebody changed between the two readings looks like drift: only what a second look finds as well is.
    """
    expected, found = _compared(on)
    if found:
        expected, again = _compared(on)
        found = [each for each in found if each in set(again)]
    by_kind = {kind: [each for each in found if each.drift == kind] for kind in Drift}
    for kind, drifted in by_kind.items():
        if drifted:
            some = "; ".join(map(str, drifted[:MOST_EXAMPLES]))
            _log.error("Deadlines %s: %s of %s expected, among them %s", kind, len(drifted), expected, some)
    return _keep(on, expected, by_kind)


def _keep(on: date, expected: int, by_kind: Mapping[Drift, list[Finding]]) -> Reconciliation:
    return Reconciliation.objects.create(
        on=on,
        expected=expected,
        missing=len(by_kind[Drift.MISSING]),
        left_over=len(by_kind[Drift.LEFT_OVER]),
        other_day=len(by_kind[Drift.OTHER_DAY]),
        examples={kind.value: [each.as_json() for each in some[:MOST_EXAMPLES]] for kind, some in by_kind.items()},
    )


def _compared(on: date) -> tuple[int, list[Finding]]:
    """How many should be open, and what differs, in a settled order."""
    wanted = {_key(each): each for provider in providers if not provider.rules for each in provider.expected(on)}
    followed = {rule for provider in providers for rule in provider.rules}
    held = {_key(row): row for row in _open_rows() if row.rule not in followed}
    found = [*_not_as_expected(wanted, held), *_left_over(wanted, held)]
    return sum(each.due_on is not None or each.required for each in wanted.values()), sorted(found, key=_place)


def _open_rows() -> Iterator[Expected]:
    fields = ("rule", "subject_kind", "subject_id", "school_id", "due_on")
    return (Expected(*row) for row in Deadline.objects.open().order_by().values_list(*fields))


def _key(each: Expected) -> Key:
    return each.rule, each.subject_kind, each.subject_id


def _place(found: Finding) -> tuple[str, str, int]:
    return found.rule, found.subject_kind, found.subject_id


def _not_as_expected(wanted: Mapping[Key, Expected], held: Mapping[Key, Expected]) -> Iterator[Finding]:
    for key, each in wanted.items():
        row = held.get(key)
        if row is None:
            if each.due_on is not None or each.required:
                yield Finding(Drift.MISSING, *key, each.school_id, None, each.due_on)
        elif each.due_on is not None and row.due_on != each.due_on:
            yield Finding(Drift.OTHER_DAY, *key, row.school_id, row.due_on, each.due_on)


def _left_over(wanted: Mapping[Key, Expected], held: Mapping[Key, Expected]) -> Iterator[Finding]:
    for key, row in held.items():
        if key not in wanted:
            yield Finding(Drift.LEFT_OVER, *key, row.school_id, row.due_on, None)


def in_words(done: Reconciliation) -> list[str]:
    """For whoever reads it: the sum, and of each kind how many."""
    if not done.drifted:
        return [f"All {done.expected:,} deadlines are correct."]
    counts = Counter({Drift.MISSING: done.missing, Drift.LEFT_OVER: done.left_over, Drift.OTHER_DAY: done.other_day})
    return [f"{count:,} {kind}" for kind, count in counts.items() if count]
