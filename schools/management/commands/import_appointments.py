"""Appointments from a CSV file."""

from schools.imports.models import ImportKind
from schools.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take in appointments from CSV files, all that can be taken, in one transaction."
    kind = ImportKind.APPOINTMENTS
