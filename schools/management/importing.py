"""What the commands that import have in common: files in, one account out, kept like any other import."""

import json
import sys
from pathlib import Path
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.records.actor import SYSTEM, Actor
from schools.imports.core import runs
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import Importer, importer_of
from schools.imports.models import ImportKind

REFUSED = 2


class ImportCommand(BaseCommand):
    """`kind` says what is imported; `counted` are the counts that people are told."""

    kind: ClassVar[ImportKind]
    counted: ClassVar[tuple[str, ...]] = ("added", "changed", "unchanged", "refused")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument(
            "--by", metavar="EMAIL", help="the person who imports, for the audit and the history; otherwise the system"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would happen, and change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            by = self._actor(options["by"])
            outcome = runs.import_now(
                self.importer(options), files, only=self.only(options), by=by, dry_run=options["dry_run"]
            )
        except Unusable as refusal:
            self._refuse(str(refusal), as_json=options["json"])
        else:
            said = json.dumps(outcome.as_json(), ensure_ascii=False) if options["json"] else self.in_words(outcome)
            self.stdout.write(said)

    def importer(self, options: dict[str, Any]) -> Importer:
        return importer_of(self.kind)

    def only(self, options: dict[str, Any]) -> str:
        """The one authority whose rows are taken, by its code."""
        return ""

    def in_words(self, outcome: Outcome) -> str:
        """The account for people."""
        counts = outcome.counts()
        lines = [", ".join(f"{counts[name]:,} {name}" for name in self.counted) + ".", *outcome.warnings]
        if outcome.vanished:
            lines.append(f"Open in the register but not in the file: {', '.join(map(str, outcome.vanished))}.")
        for each in outcome.rejected:
            where = f"line {each.row}" + (f", {each.column}" if each.column else "")
            lines.append(f"Not imported from {Path(each.file).name}, {where}: {each.reason}")
        return "\n".join(lines)

    def _refuse(self, sentence: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(REFUSED)

    def _actor(self, email: str | None) -> Actor:
        """The person named, under the appointment that lets them import; the system when nobody is."""
        if email is None:
            return SYSTEM
        try:
            return acting(User.objects.get_by_natural_key(email), importer_of(self.kind).permission)
        except (User.DoesNotExist, PermissionDenied):
            raise Unusable(f"{email} does not belong to a person who may import.") from None
