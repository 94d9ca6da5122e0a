"""The category of each school as at a day, and as it was known on another."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from categorisation.models import CategoryDecision
from schoolimprove.lib import clock

REFUSED = 2


class Command(BaseCommand):
    help = "Print the category of each school on a day, by URN. Schools without a category are left out."

    def add_arguments(self, parser: CommandParser) -> None:
        # Days are read as text, so that a mistake is answered by a sentence and not by the usage.
        parser.add_argument("--on", metavar="DATE", help="the day, for example 2026-09-01")
        parser.add_argument("--known-on", metavar="DATE", help="leave out what was decided after this day")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not options["on"]:
                raise clock.NotADay("Enter a day, like --on 2026-09-01.")
            on = clock.read_day(options["on"])
            known_on = clock.read_day(options["known_on"]) if options["known_on"] is not None else None
        except clock.NotADay as refusal:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(refusal)}, ensure_ascii=False))
            else:
                self.stderr.write(str(refusal))
            sys.exit(REFUSED)
        rows = list(categories(on, known_on))
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
        else:
            words = "{urn}: category {category}, {level} support, from {effective_on}, decided on {decided_at}"
            self.stdout.write("\n".join(words.format(**row) for row in rows) or "No school had a category.")


def categories(on: date, known_on: date | None) -> Iterator[dict[str, Any]]:
    """Yield the category of each school that had one, by URN. One query."""
    decisions = CategoryDecision.objects
    found = decisions.as_at(on) if known_on is None else decisions.as_known(on, known_on)
    for row in found.select_related("school").order_by("school__urn").iterator(5_000):
        yield {
            "urn": row.school.urn,
            "category": row.category,
            "level": row.level,
            "effective_on": row.effective_on.isoformat(),
            "decided_at": row.decided_on.isoformat(),
        }
