"""Back up the database and the kept files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.backups.making import back_up
from schoolimprove.backups.postgres import BackupError


class Command(BaseCommand):
    help = "Back up the database and the kept files into a new folder. People may go on working meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder that is not there yet. Only you may read it.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = back_up(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Backed up {manifest.in_words()}, into {folder}.")
