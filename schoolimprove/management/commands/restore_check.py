"""Prove that a backup can be restored."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.backups.making import back_up
from schoolimprove.backups.postgres import BackupError, Database
from schoolimprove.backups.restoring import Findings, check


class Command(BaseCommand):
    help = (
        "Restore a backup into a database and a folder of its own, count every table, hash every file, look for the "
        "triggers of what is append-only, and take both away again. Fails when anything is missing or altered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, nargs="?", help="A backup. Without one, a new one is made and checked."
        )
        parser.add_argument(
            "--on", metavar="URL", help="Another server to restore on: postgres://USER:PASSWORD@HOST:5432"
        )

    def handle(self, *args: Any, folder: Path | None, on: str | None, **options: Any) -> None:
        try:
            server = Database.at(on) if on else Database.ours()
            self._tell(check(folder, server=server) if folder else self._of_today(server))
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _of_today(self, server: Database) -> Findings:
        with tempfile.TemporaryDirectory(prefix="backup-") as room:
            manifest = back_up(made := Path(room) / "backup")
            self.stdout.write(f"Backed up {manifest.in_words()}.")
            return check(made, server=server)

    def _tell(self, findings: Findings) -> None:
        self.stdout.write(f"Restored the backup of {findings.manifest.in_words()}.")
        if findings.faults:
            raise CommandError("\n".join(["This backup does not bring everything back:", *findings.faults]))
        self.stdout.write("Every table has the rows it had.")
        self.stdout.write(f"Each of the {findings.files:,} stored files is there and is what was stored.")
        self.stdout.write(f"The {findings.guarded} append-only tables are guarded by their triggers.")
        self.stdout.write("The database and the folder it was restored into are gone again.")
