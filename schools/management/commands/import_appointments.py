"""Appointments from a CSV file."""

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
from schools.imports.appointments import in_words, read
from schools.imports.files import Unusable
from schools.imports.importers import Work
from schools.imports.outcome import Outcome

REFUSED = 2


class Command(BaseCommand):
    help = "Take in appointments from CSV files, all that can be taken, in one transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument(
            "--by", metavar="EMAIL", help="who appoints, for the audit and the history; else the system"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            outcome = _taken(files, Work(by=_actor(options["by"]), dry_run=options["dry_run"]))
        except Unusable as refusal:
            self._refuse(str(refusal), as_json=options["as_json"])
        else:
            said = json.dumps(outcome.as_json(), ensure_ascii=False) if options["as_json"] else _account(outcome)
            self.stdout.write(said)

    def _refuse(self, sentence: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(REFUSED)


def _taken(files: list[Path], work: Work) -> Outcome:
    with transaction.atomic():
        outcome = read(files, work)
        transaction.set_rollback(work.dry_run)
    return outcome


def _actor(email: str | None) -> Actor:
    """The person named, under the appointment that lets them appoint; the system when nobody is."""
    if email is None:
        return SYSTEM
    try:
        return acting(User.objects.get_by_natural_key(email), Permission.MANAGE_PEOPLE)
    except (User.DoesNotExist, PermissionDenied):
        raise Unusable(f"{email} does not belong to anybody who may appoint people.") from None


def _account(outcome: Outcome) -> str:
    counts = ", ".join(f"{getattr(outcome, name):,} {name}" for name in ("added", "changed", "unchanged", "refused"))
    return "\n".join([f"{counts}.", *outcome.warnings, *in_words(outcome.rejected)])
