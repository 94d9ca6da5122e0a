from typing import Any

from django.core.management.base import BaseCommand

from schools.visits.programme.actions import sync_programmes


class Command(BaseCommand):
    help = "Load missing visit programmes. It never overwrites an edit, and runs automatically after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sync_programmes()} editions of the visit programme added.")
