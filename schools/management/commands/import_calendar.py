"""Term dates, closure days and bank holidays from files into the calendar."""

from typing import Any

from django.core.management.base import CommandParser

from schools.imports.calendar.run import for_school
from schools.imports.core.registry import Importer
from schools.imports.models import ImportKind
from schools.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Import term dates, closure days or bank holidays from files: all files or none."
    kind = ImportKind.CALENDAR

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--school", metavar="URN", help="make every row this school's own")

    def importer(self, options: dict[str, Any]) -> Importer:
        return super().importer(options) if options["school"] is None else for_school(options["school"])
