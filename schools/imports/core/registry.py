"""Kinds of import. Each reads its files and changes what is held; `schools.imports.core.runs` does the rest for all.

The rest is: keeping the files and the account, the preview, confirming, the worker, progress, undoing, and the one
transaction that everything of a run happens in. An importer therefore never commits, and asks nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.ui.registry import Registry
from schools.imports.core.outcome import Outcome

if TYPE_CHECKING:
    from schools.imports.models import ImportRun

Tell = Callable[[str, int, int], None]
"""Says how far the work is: the step, and how much of how much of it is done."""


def _silent(_step: str, _done: int = 0, _total: int = 0) -> None:
    """Where nobody waits for progress."""


@dataclass(frozen=True)
class Work:
    """For whom and how. In a preview (`dry_run`) the caller undoes everything, so writing may be left out."""

    by: Actor = SYSTEM
    only: str = ""
    dry_run: bool = False
    tell: Tell = _silent


@dataclass(frozen=True)
class Importer:
    """`read(paths, work)` takes files in; `undo(run, work)` takes an applied run back.

    `read` raises `Unusable` with one sentence when a file is not of this kind; `undo` raises `Blocked` with all the
    reasons there are. What either changes leaves audit events, which carry the run's number by themselves
    (`lib.context.run_id`): they are what undoing reads. `files` says in words what may be chosen. Where
    the layout is our own, `template` is a CSV file to begin with: the columns, and invented rows to be replaced;
    `columns` are its headings with what each holds, where a page explains them.
    """

    key: str
    order: int
    label: str
    files: str
    permission: Permission
    read: Callable[[Sequence[Path], Work], Outcome]
    undo: Callable[["ImportRun", Work], Outcome]
    takes_authority: bool = False
    template: Callable[[], str] | None = None
    columns: Callable[[], Sequence[tuple[str, str]]] | None = None


importers: Registry[Importer] = Registry()


def importer_of(kind: str) -> Importer:
    """The importer of that key; `KeyError` where there is none."""
    return importers[kind]
