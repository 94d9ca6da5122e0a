from typing import Any

from django.core.management.base import BaseCommand

from schoolimprove.policy.actions import sync_policy


class Command(BaseCommand):
    help = "Load the shipped policy rows that are missing. Never overwrites an edit. Runs by itself after migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sync_policy()} policy rows added.")
