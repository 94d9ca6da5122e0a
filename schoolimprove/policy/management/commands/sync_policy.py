from typing import Any

from django.core.management.base import BaseCommand

from schoolimprove.policy.actions import sync_policy


class Command(BaseCommand):
    help = "Add missing policy values. Never overwrite a change. Runs automatically after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Policy values added: {sync_policy()}.")
