"""Decisions of categories from files into the history."""

from schools.imports.models import ImportKind
from schools.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Import categories that were decided in the past. Import every row that is valid, in one transaction."
    kind = ImportKind.CATEGORIES
