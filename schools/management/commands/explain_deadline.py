"""When a number of days from an event ends, and each day skipped on the way."""

import json
import re
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from schoolimprove.lib import clock
from schools.register.calendars import days_after
from schools.register.models.school import School

COUNTS = ("working_days", "inspection_working_days", "school_days")


class Refusal(Exception):
    """Why there is no answer, as a sentence."""


class Command(BaseCommand):
    help = "Work out a date: a number of days after a day. Show each day skipped and why."

    def add_arguments(self, parser: CommandParser) -> None:
        # Everything is read as text, so that a mistake is answered by a sentence and not by the usage.
        parser.add_argument("--from", dest="start", metavar="DATE", help="the day of the event, for example 2009-03-27")
        parser.add_argument("--working-days", metavar="N")
        parser.add_argument("--inspection-working-days", metavar="N")
        parser.add_argument("--school-days", metavar="N")
        parser.add_argument(
            "--school", metavar="URN", help="the school whose own days to use; without it, the authority's"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            working = worked_out(options)
        except (Refusal, clock.DatesNotHeld) as refusal:
            sys.exit(str(refusal))
        if options["json"]:
            self.stdout.write(json.dumps(working.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(in_lines(working)))


def worked_out(options: dict[str, Any]) -> clock.Working:
    """The working that the options ask for; `Refusal` or `DatesNotHeld` when there is none."""
    start, (count, days) = _start(options["start"]), _count(options)
    school = _school_id(options["school"])
    return days_after(count.replace("_", " "), start, days, school=school)


def _start(text: str | None) -> date:
    if not text:
        raise Refusal("Enter the day of the event, like --from 2009-03-27.")
    try:
        return clock.read_day(text)
    except clock.NotADay as error:
        raise Refusal(str(error)) from None


def _count(options: dict[str, Any]) -> tuple[str, int]:
    """Which days are counted, and how many."""
    given = [(name, options[name]) for name in COUNTS if options[name] is not None]
    if len(given) != 1:
        raise Refusal("Enter one of --working-days, --inspection-working-days and --school-days.")
    name, text = given[0]
    if not re.fullmatch("[1-9][0-9]{0,4}", text):
        raise Refusal(f"{text} is not a number of days. Enter 1 or more.")
    return name, int(text)


def _school_id(urn: str | None) -> int | None:
    if urn is None:
        return None
    well_formed = re.fullmatch("[0-9]{5,7}", urn)
    found = School.objects.filter(urn=urn).values_list("pk", flat=True).first() if well_formed else None
    if found is None:
        raise Refusal(f"We have no school with URN {urn}.")
    return found


def in_lines(working: clock.Working) -> list[str]:
    """The answer for people."""
    return [
        f"{clock.question(working)} {'ends' if working.n == 1 else 'end'} on {clock.long_date(working.ends)}.",
        f"First day counted: {clock.long_date(working.first_day)}.",
        *(f"Skipped: {clock.long_date(day)} ({why})." for day, why in working.skipped),
    ]
