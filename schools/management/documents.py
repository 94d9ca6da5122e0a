"""Pages of `docs/` that are written from the code, and checked against it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class WritesDocument(BaseCommand):
    """Writes `docs/<document>`; with --check it only fails when the page is not what the code says."""

    document: str

    def text(self) -> str:
        """The whole page."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / self.document
        text = self.text()
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"docs/{self.document} is out of date. Run manage.py {command}.")
