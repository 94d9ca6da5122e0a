import sys
from typing import Any

from django.core.management.base import BaseCommand

from schoolimprove.reminders.failed import note_bounce

LARGEST = 5 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read a returned email from standard input and mark ours as bounced, so that an administrator sees it. "
        "Set the mail server to pipe messages to the sender's address into it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        email = note_bounce(sys.stdin.buffer.read(LARGEST))
        self.stdout.write(f"Marked as bounced: {email}." if email else "It is not about an email we sent.")
