"""Write the parts of the administrators' documents that repeat the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.documentation import policy, roles
from schoolimprove.documentation import settings as settings_document
from schoolimprove.documentation.marks import filled

FOLDER = Path("docs") / "administrators"


class Command(BaseCommand):
    help = "Write settings, policy and roles into docs/administrators; with --check, fail when they say otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = [path for path, text in documents(Path(settings.BASE_DIR)).items() if path.read_text() != text]
        if check and stale:
            names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in stale)
            raise CommandError(f"Not what the code says: {names}. Run manage.py write_documents.")
        for path in stale:
            path.write_text(documents(Path(settings.BASE_DIR))[path])


def documents(root: Path) -> dict[Path, str]:
    """Page → what it should say."""
    parts = {
        "settings.md": settings_document.written(root),
        "policy.md": policy.written(),
        "roles.md": roles.written(),
    }
    return {root / FOLDER / name: filled((root / FOLDER / name).read_text(), part) for name, part in parts.items()}
