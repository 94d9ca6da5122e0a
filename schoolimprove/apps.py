from django.apps import AppConfig


class SchoolImproveConfig(AppConfig):
    """The composition root: may import every app, and none imports it."""

    name = "schoolimprove"
    label = "schoolimprove"

    def ready(self) -> None:
        """Set up Celery, and register the entries Home, Settings and Help."""
        from django.core import checks

        from . import celery  # noqa: F401
        from .outdated import refuse_outdated_database
        from .ui.registry import Area, NavigationItem, navigation

        checks.register(refuse_outdated_database, checks.Tags.database)
        navigation.register(NavigationItem("home", Area.HOME, 10, "Home", "home", lambda _user: True))
        navigation.register(
            NavigationItem(
                "settings", Area.ADMINISTRATION, 30, "Settings", "admin:index", lambda user: bool(user.is_staff)
            )
        )
        navigation.register(NavigationItem("help", Area.HELP, 10, "Help", "help", lambda _user: True))
