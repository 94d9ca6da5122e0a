import sys
from typing import Any

from django.core.management.base import BaseCommand

from schoolimprove.reminders.failed import note_bounce

LARGEST = 5 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read an email that came back from standard input and mark ours as bounced, so that an administrator sees it. "
        "Let the mail server pipe to it what arrives at the address of the sender."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        email = note_bounce(sys.stdin.buffer.read(LARGEST))
        self.stdout.write(f"Marked as bounced: {email}." if email else "It is about no email of ours.")
