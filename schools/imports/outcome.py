"""What comes of an import: what was read of each file, what changed, and everything that was not taken, with why."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schools.imports.gias import KIND


@dataclass(frozen=True)
class Rejection:
    """A row, or with a column one cell of it, that was not taken. `row` is a physical line; the header's is 1."""

    file: str
    row: int
    column: str | None
    reason: str


@dataclass
class FileRead:
    """One file of the run. `rows` are its records below the header; `seen` are its URNs, with their lines."""

    path: Path
    sha256: str
    encoding: str = ""
    rows: int = 0
    ignored: int = 0
    refused: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)


@dataclass
class Outcome:
    """What came of a run. `rejected` has every row and cell that was not taken; only a row without a URN or an
    authority of its own, or with a URN that an earlier row has, is lost as a whole."""

    files: list[FileRead] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def ignored(self) -> int:
        """Rows of other authorities than the one asked for."""
        return sum(each.ignored for each in self.files)

    def as_json(self) -> dict[str, Any]:
        return {
            "files": [
                {
                    "path": str(each.path),
                    "kind": KIND,
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
            "rejected": [vars(each) for each in self.rejected],
        }
