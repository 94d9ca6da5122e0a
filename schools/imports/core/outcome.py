"""What comes of an import: what was read of each file, what changed, and everything that was not taken, with why."""

import csv
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schoolimprove.documents.models import Blob
from schoolimprove.records.actor import Actor
from schoolimprove.ui.exports import csv_cell
from schools.imports.core.csv_files import Unusable

ESTABLISHMENTS = "establishments"
MOST_REJECTIONS = 200_000
SAMPLES = 50
"""How many changes, and how many additions, a preview shows; the file beside it has all of them."""
ADDED, CHANGED, REMOVED, LEFT = "added", "changed", "removed", "left"
Change = tuple[str, Any, Any]
"""A field in words, what it said, what it says."""


@dataclass(frozen=True)
class Rejection:
    """A row, or with a column one cell of it, that was not taken. `row` is a physical line; the header's is 1."""

    file: str
    row: int
    column: str | None
    reason: str


class Rejections(list[Rejection]):
    """In the order they were found. A file that fills more than its share of memory is none of ours."""

    def append(self, rejection: Rejection) -> None:
        if len(self) >= MOST_REJECTIONS:
            name = Path(rejection.file).name
            raise Unusable(
                f"{name} has more than {MOST_REJECTIONS:,} rows and cells we cannot import. Check that you selected "
                "the right file."
            )
        super().append(rejection)

    def extend(self, rejections: Iterable[Rejection]) -> None:
        for rejection in rejections:
            self.append(rejection)


@dataclass
class FileRead:
    """One file of the run. `rows` are its records below the header; `seen` are its URNs, with their lines.

    `elsewhere` are the URNs of schools of the one authority asked for that stand in it under another code.
    """

    path: Path
    sha256: str
    kind: str = ESTABLISHMENTS
    encoding: str = ""
    rows: int = 0
    ignored: int = 0
    refused: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    elsewhere: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """One of the first things a preview shows. `changes` are (field, before, after) in words; none for an addition."""

    name: str
    changes: list[Change] = field(default_factory=list)
    what: str = CHANGED


def _safe(value: Any) -> Any:
    """As in every export; what begins with a letter or a digit needs no second look, and there may be a million."""
    return value if value.__class__ is str and (not value or value[0].isalnum()) else csv_cell(value)


class Account:
    """Everything a run adds, changes and takes out, as a CSV file that is written while the run goes on."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 (it lives as long as the account)
            "w", encoding="utf-8-sig", newline="", suffix=".csv"
        )
        self._rows = csv.writer(self._file)
        self._rows.writerow(["What", "Name", "Field", "Before", "After"])

    def note(self, what: str, name: str, changes: Sequence[Change]) -> None:
        for change in changes or [("", "", "")]:
            self._rows.writerow([_safe(value) for value in (what, name, *change)])

    def __del__(self) -> None:
        """Of a preview from the command line nobody asks for the file."""
        self._file.close()

    def stored(self, *, by: Actor) -> Blob:
        self._file.flush()
        return Blob.objects.store_file(Path(self._file.name), content_type="text/csv", by=by)


@dataclass
class Outcome:
    """What came of a run. `rejected` has every row and cell that was not taken; only a row that cannot be identified,
    or that an earlier row has identified, is lost as a whole.

    `warnings` are sentences for whoever is about to confirm. `removed` counts what an undoing took out again, `left`
    what it leaves as it is.
    """

    files: list[FileRead] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    left: int = 0
    vanished: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=Rejections)
    warnings: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    account: Account | None = None
    _noted: Counter[str] = field(default_factory=Counter)

    def note(self, what: str, name: str, changes: Sequence[Change] = ()) -> None:
        """Something that is added, changed or taken out: for the account, and for the preview while it is short."""
        self.account = self.account or Account()
        self.account.note(what, name, changes)
        self._noted[what] += 1
        if self._noted[what] <= SAMPLES:
            self.samples.append(Sample(name, list(changes), what))

    @property
    def ignored(self) -> int:
        """Rows of other authorities than the one asked for."""
        return sum(each.ignored for each in self.files)

    @property
    def refused(self) -> int:
        """Rows that were not taken at all."""
        return sum(each.refused for each in self.files)

    def counts(self) -> dict[str, int]:
        """Of rows, but for `removed` and `left`: what the preview promised is compared by these."""
        names = ("added", "changed", "unchanged", "ignored", "refused", "removed", "left")
        return {name: getattr(self, name) for name in names}

    def as_json(self) -> dict[str, Any]:
        """What the commands print."""
        return {
            "files": [
                {
                    "path": str(each.path),
                    "kind": each.kind,
                    "sha256": each.sha256,
                    "encoding": each.encoding,
                    "rows": each.rows,
                }
                for each in self.files
            ],
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "ignored": self.ignored,
            "vanished": self.vanished,
            "warnings": self.warnings,
            "rejected": [vars(each) for each in self.rejected],
        }

    def as_kept(self) -> dict[str, Any]:
        """What an import keeps of it; the rejections are rows of their own."""
        return {
            **self.counts(),
            "vanished": self.vanished,
            "rejected": len(self.rejected),
            "warnings": self.warnings,
            "samples": [{"name": each.name, "what": each.what, "changes": each.changes} for each in self.samples],
        }
