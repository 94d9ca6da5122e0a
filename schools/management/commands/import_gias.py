"""Schools from a GIAS export into the register."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.actor import SYSTEM, Actor
from schools.imports.files import Unusable
from schools.imports.outcome import Outcome
from schools.imports.run import import_gias

REFUSED = 2


class Command(BaseCommand):
    help = "Load schools from files of GIAS into the register, all or none of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--la", metavar="CODE", help="only the rows of this authority; the others are ignored")
        parser.add_argument("--by", metavar="EMAIL", help="who imports, for the audit and the history; else the system")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            outcome = import_gias(
                files, only=_code(options["la"]), by=_actor(options["by"]), dry_run=options["dry_run"]
            )
        except Unusable as refusal:
            self._refuse(str(refusal), as_json=options["json"])
        else:
            said = json.dumps(outcome.as_json(), ensure_ascii=False) if options["json"] else in_words(outcome)
            self.stdout.write(said)

    def _refuse(self, sentence: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(REFUSED)


def _code(code: str | None) -> str | None:
    if code is not None and not (len(code) == 3 and code.isascii() and code.isdigit()):
        raise Unusable(f"{code} is not a local authority's three-digit code.")
    return code


def _actor(email: str | None) -> Actor:
    """The person named, under the appointment that lets them import; the system when nobody is."""
    if email is None:
        return SYSTEM
    try:
        return acting(User.objects.get_by_natural_key(email), Permission.IMPORT_DATA)
    except (User.DoesNotExist, PermissionDenied):
        raise Unusable(f"{email} does not belong to anybody who may import.") from None


def in_words(outcome: Outcome) -> str:
    """The account for people."""
    counts = {name: getattr(outcome, name) for name in ("added", "changed", "unchanged", "ignored")}
    lines = [", ".join(f"{count:,} {name}" for name, count in counts.items()) + "."]
    if outcome.vanished:
        lines.append(f"Open here and not in the file: {', '.join(map(str, outcome.vanished))}.")
    for each in outcome.rejected:
        where = f"line {each.row}" + (f", {each.column}" if each.column else "")
        lines.append(f"Not taken from {Path(each.file).name}, {where}: {each.reason}")
    return "\n".join(lines)
