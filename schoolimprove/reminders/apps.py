from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Deadlines, as rows. Knows no domain app."""

    name = "schoolimprove.reminders"
    label = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from . import policy  # noqa: F401 (declares its keys)
        from .calendar_feed import addresses, contents

        addresses.register()
        contents.register()
