from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """Deadlines, as rows. Knows no domain app."""

    name = "schoolimprove.reminders"
    label = "reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from schoolimprove.lib import clock
        from schoolimprove.records import changes
        from schoolimprove.ui.registry import Area, NavigationItem, NoticePanel, navigation, notice_panels

        from . import deadlines, failed, policy, policy_tasks, termly  # noqa: F401 (policy declares its keys)
        from .calendar_feed import addresses, contents

        termly.register()
        addresses.register()
        contents.register()
        policy_tasks.register()
        follows = frozenset({changes.TASKS, changes.CALENDAR})
        changes.followers.register(
            changes.Follower("tasks", 20, follows, lambda: deadlines.follow_tasks(clock.today()))
        )
        notice_panels.register(NoticePanel("mail", 30, failed.notices_about_mail))
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
