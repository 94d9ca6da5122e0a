"""Load the demonstration authority, or say who can sign in to it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.demo import signins
from schoolimprove.demo.load import load_demo
from schoolimprove.lib import clock
from schools.models import School


class Command(BaseCommand):
    help = (
        "Load an invented authority into an empty database: the same one for the same day and seed. "
        "With --show-signins an authority that is already loaded is left alone, and who can sign in is printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--today", type=date.fromisoformat, help="The day it lives on, like 2026-09-01. Default: today."
        )
        parser.add_argument("--seed", type=int, default=1, help="Another number, other people. Default: 1.")
        parser.add_argument("--show-signins", action="store_true", help="Print one sign-in for each role.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("A demonstration has accounts with a printed password. It is loaded with DEMO=1 only.")
        if not (options["show_signins"] and School.objects.exists()):
            self._load(options["today"] or clock.today(), options["seed"])
        if options["show_signins"]:
            self.stdout.write(signins.table())

    def _load(self, today: date, seed: int) -> None:
        try:
            loaded = load_demo(today=today, seed=seed)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        counts = ", ".join(f"{number} {name}" for name, number in loaded.items())
        self.stdout.write(f"Loaded the demonstration as of {clock.uk_date(today)}: {counts}.")
