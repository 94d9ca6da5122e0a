"""Restore a backup into the service's own database and folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.backups.postgres import BackupError
from schoolimprove.backups.restoring import restore


class Command(BaseCommand):
    help = "Restore a backup into the database and the folder of the settings, both of which must be empty."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="What back_up made.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            findings = restore(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        if findings.faults:
            raise CommandError("\n".join(["Restored, but not everything is back:", *findings.faults]))
        self.stdout.write(f"Restored {findings.manifest.in_words()}. Now run manage.py migrate and start the service.")
