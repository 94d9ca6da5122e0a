"""Schools, the links between them and their types from files of GIAS into the register."""

from typing import Any

from django.core.management.base import CommandParser

from schools.imports.core.csv_files import Unusable
from schools.imports.models import ImportKind
from schools.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Import schools, links and types from GIAS files into the register: all files or none."
    kind = ImportKind.GIAS
    counted = ("added", "changed", "unchanged", "ignored")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--la", metavar="CODE", help="import only the rows of this authority")

    def only(self, options: dict[str, Any]) -> str:
        code: str | None = options["la"]
        if code is not None and not (len(code) == 3 and code.isascii() and code.isdigit()):
            raise Unusable(f"{code} is not a local authority's three-digit code.")
        return code or ""
