"""Whether the open deadlines are those there should be, for the terminal and for scripts."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from schoolimprove.lib import clock
from schoolimprove.reminders.reconciling import in_words, reconcile


class Command(BaseCommand):
    help = (
        "Compare the open deadlines with those that should be open, and record the result. It corrects nothing. "
        "Exits with 1 if a deadline is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON, with up to 20 examples of each kind.")

    def handle(self, *args: Any, **options: Any) -> None:
        done = reconcile(clock.today())
        done.refresh_from_db()
        if options["json"]:
            counts = {name: getattr(done, name) for name in ("expected", "missing", "left_over", "other_day")}
            self.stdout.write(json.dumps({"on": done.on.isoformat(), **counts, "examples": done.examples}))
        else:
            self.stdout.write("\n".join(in_words(done)))
        if done.drifted:
            sys.exit(1)
