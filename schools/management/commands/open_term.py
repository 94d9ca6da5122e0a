import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.policy.values import one_reading
from schoolimprove.records.transition import Blocked
from schools.visits.opening.actions import LEFT_OUT, Opened, open_term


class Command(BaseCommand):
    help = (
        "Create the core visits of a term: one for each school we serve that has none, with its programme and partner. "
        "You can run it again: it creates only what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="The year in which the academic year begins: 2026 for 2026/27.")
        parser.add_argument("term", choices=[name.value for name in TermName])
        parser.add_argument("--dry-run", action="store_true", help="Show what would happen, and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, year: int, term: str, **options: Any) -> None:
        dry_run = options["dry_run"]
        try:
            with one_reading():
                done = open_term(year, term, by=None, on=clock.today(), dry_run=dry_run)
        except Blocked as blocked:
            raise CommandError(" ".join(blocked.messages)) from blocked
        if options["json"]:
            self.stdout.write(json.dumps(as_json(done, dry_run=dry_run), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(in_words(done, dry_run=dry_run)))


def in_words(done: Opened, *, dry_run: bool) -> list[str]:
    would = "would be " if dry_run else ""
    left_out = [f"{LEFT_OUT[why]}: {len(schools)}" for why, schools in done.left_out.items()]
    return [
        f"{done.days.label}: {len(done.opened)} core visits {would}created, {len(done.without_partner)} of them "
        f"without a partner; {len(done.adopted)} already held {would}counted for the term; "
        f"{len(done.there)} already created.",
        *(f"Left out – {line}." for line in left_out),
    ]


def as_json(done: Opened, *, dry_run: bool) -> dict[str, Any]:
    """Schools by URN."""
    return {
        "term": done.days.key,
        "dry_run": dry_run,
        "opened": [place.school.urn for place in done.opened],
        "without_partner": [place.school.urn for place in done.without_partner],
        "adopted": [place.school.urn for place in done.adopted],
        "there": [school.urn for school in done.there],
        "left_out": {why: [school.urn for school in schools] for why, schools in done.left_out.items()},
    }
