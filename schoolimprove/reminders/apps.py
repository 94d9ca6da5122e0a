from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Deadlines, as rows. Knows no domain app."""

    name = "schoolimprove.reminders"
    label = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from schoolimprove.ui.registry import Area, HomePanel, NavigationItem, home_panels, navigation

        from . import failed, policy, termly  # noqa: F401 (policy declares its keys)
        from .calendar_feed import addresses, contents

        termly.register()
        addresses.register()
        contents.register()
        home_panels.register(HomePanel("mail", 30, failed.asks_about_mail))

        navigation.register(
            NavigationItem(
                "reminders",
                Area.REMINDERS,
                10,
                "Reminders",
                "reminders:inbox",
                shown=lambda _user: True,
                waiting=lambda user: user.unread_reminders,
            )
        )
