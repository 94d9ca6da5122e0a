"""A date with the way it was reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Working:
    """`n` days of one calendar from `start` end on `ends`; each day skipped carries why.

    `first_day` is the first day counted. `counts_start` says that the count includes `start` itself.
    """

    calendar: str
    start: date
    n: int
    first_day: date
    ends: date
    skipped: tuple[tuple[date, str], ...]
    counts_start: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is shown to anyone who asks how the date was reached."""
        return {
            "ends": self.ends.isoformat(),
            "calendar": self.calendar,
            "skipped": [{"date": day.isoformat(), "why": why} for day, why in self.skipped],
        }

    def as_record(self) -> dict[str, Any]:
        """`as_json()` with what was asked, for storing beside a deadline; `from_record` reads it back."""
        asked = {
            "start": self.start.isoformat(),
            "n": self.n,
            "first_day": self.first_day.isoformat(),
            "counts_start": self.counts_start,
        }
        return self.as_json() | asked

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Working":
        """The working that `as_record` stored; `KeyError` when a part is missing."""
        return cls(
            calendar=record["calendar"],
            start=date.fromisoformat(record["start"]),
            n=record["n"],
            first_day=date.fromisoformat(record["first_day"]),
            ends=date.fromisoformat(record["ends"]),
            skipped=tuple((date.fromisoformat(skip["date"]), skip["why"]) for skip in record["skipped"]),
            counts_start=record["counts_start"],
        )
