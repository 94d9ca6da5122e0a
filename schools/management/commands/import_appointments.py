"""Appointments from a CSV file."""

from schools.imports.models import ImportKind
from schools.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Import appointments from CSV files: all valid rows, in one transaction."
    kind = ImportKind.APPOINTMENTS
