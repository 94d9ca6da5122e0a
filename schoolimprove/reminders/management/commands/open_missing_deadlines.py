from typing import Any

from django.core.management.base import BaseCommand

from schoolimprove.lib import clock
from schoolimprove.reminders.deadlines import follow_tasks, open_missing


class Command(BaseCommand):
    help = "Open the tasks that a new version adds. Run it after migrate. You can run it again safely."

    def handle(self, *_args: Any, **_options: Any) -> None:
        number = open_missing(clock.today()) + follow_tasks(clock.today(), night=True)
        self.stdout.write(f"{number:,} task{'' if number == 1 else 's'} opened, changed or completed.")
