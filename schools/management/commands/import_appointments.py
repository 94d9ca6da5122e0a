"""Appointments from a CSV file."""

from schools.management.importing import ImportCommand
from schools.models import ImportKind


class Command(ImportCommand):
    help = "Take in appointments from CSV files, all that can be taken, in one transaction."
    kind = ImportKind.APPOINTMENTS
