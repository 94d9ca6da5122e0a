"""Term dates, closure days and bank holidays from files into the calendar."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import SYSTEM, Actor
from schools.imports.calendar import CALENDAR, for_school
from schools.imports.files import Unusable
from schools.imports.importers import Importer, Work
from schools.imports.outcome import Outcome

REFUSED = 2


class Command(BaseCommand):
    help = "Load term dates, closure days or bank holidays from files, all or none of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--school", metavar="URN", help="make every row of the files this school's own")
        parser.add_argument("--by", metavar="EMAIL", help="who imports, for the audit and the history; else the system")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            importer = CALENDAR if options["school"] is None else for_school(options["school"])
            outcome = imported(importer, files, Work(by=_actor(options["by"]), dry_run=options["dry_run"]))
        except Unusable as refusal:
            self._refuse(str(refusal), as_json=options["json"])
        else:
            self.stdout.write(in_json(outcome) if options["json"] else in_words(outcome))

    def _refuse(self, sentence: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(REFUSED)


def imported(importer: Importer, files: list[Path], work: Work) -> Outcome:
    """The run as a whole: all of the files or, when one of them is unusable, none; a dry run is taken back."""
    with transaction.atomic():
        outcome = importer.read(files, work)
        transaction.set_rollback(work.dry_run)
    return outcome


def _actor(email: str | None) -> Actor:
    """The person named, under the appointment that lets them import; the system when nobody is."""
    if email is None:
        return SYSTEM
    try:
        return acting(User.objects.get_by_natural_key(email), Permission.IMPORT_DATA)
    except (User.DoesNotExist, PermissionDenied):
        raise Unusable(f"{email} does not belong to anybody who may import.") from None


def in_json(outcome: Outcome) -> str:
    return json.dumps({**outcome.as_json(), "warnings": outcome.warnings}, ensure_ascii=False)


def in_words(outcome: Outcome) -> str:
    """The account for people."""
    counts = {name: getattr(outcome, name) for name in ("added", "changed", "unchanged", "refused")}
    lines = [", ".join(f"{count:,} {name}" for name, count in counts.items()) + "."]
    lines += outcome.warnings
    for each in outcome.rejected:
        where = f"line {each.row}" + (f", {each.column}" if each.column else "")
        lines.append(f"Not taken from {Path(each.file).name}, {where}: {each.reason}")
    return "\n".join(lines)
