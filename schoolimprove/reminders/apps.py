from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Deadlines, as rows. Knows no domain app."""

    name = "schoolimprove.reminders"
    label = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from schoolimprove.ui.registry import NavigationItem, navigation

        from . import policy  # noqa: F401 (declares its keys)

        navigation.register(
            NavigationItem(
                "reminders", 12, "Reminders", "reminders:inbox", lambda _user: True, lambda user: user.unread_reminders
            )
        )
