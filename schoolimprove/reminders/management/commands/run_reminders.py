"""The sweep and the emails of a day, without a broker."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.lib import clock
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Sweep
from schoolimprove.reminders.sweep import sweep


class Command(BaseCommand):
    help = (
        "Remind people of today's deadlines and queue the emails that are due. You can run it as often as you like: "
        "it reminds no one twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", metavar="DATE", help="Run as on this day, for example 2026-11-27, with all emails of that day."
        )
        parser.add_argument("--dry-run", action="store_true", help="Count the reminders, and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print JSON: due, created, delivered.")

    def handle(self, *args: Any, on: str | None, dry_run: bool, **options: Any) -> None:
        moment = clock.now() if on is None else _end_of(on)
        with clock.at(moment):
            try:
                swept = sweep(clock.today(), dry_run=dry_run)
            except clock.DatesNotHeld as refusal:
                raise CommandError(str(refusal)) from refusal
            delivered = 0 if dry_run else deliver(moment)
        # A day to come is swept again when it is there.
        Sweep.objects.filter(on__gt=clock.today()).update(ended_at=None)
        if options["json"]:
            answer = {"due": swept.due, "created": swept.created, "delivered": delivered}
            self.stdout.write(json.dumps(answer))
        else:
            would = "would be " if dry_run else ""
            self.stdout.write(
                f"{swept.due} dates due or overdue; {swept.created} reminders {would}created; "
                f"{delivered} emails queued."
            )


def _end_of(text: str) -> datetime:
    """The last minute of the day, when all that is mailed in it is due."""
    try:
        day = clock.read_day(text)
    except clock.NotADay as error:
        raise CommandError(str(error)) from error
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=clock.LONDON)
