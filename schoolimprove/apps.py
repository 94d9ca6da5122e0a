from django.apps import AppConfig


class SchoolImproveConfig(AppConfig):
    """The composition root: may import every app, and none imports it."""

    name = "schoolimprove"
    label = "schoolimprove"

    def ready(self) -> None:
        """Our Celery app becomes the current one of every process; the frame gets its first and last link."""
        from django.core import checks

        from . import celery  # noqa: F401
        from .outdated import refuse_outdated_database
        from .ui.registry import NavigationItem, navigation

        checks.register(refuse_outdated_database, checks.Tags.database)
        navigation.register(NavigationItem("home", 10, "Home", "home", lambda _user: True))
        navigation.register(
            NavigationItem("admin", 95, "Administration", "admin:index", lambda user: bool(user.is_staff))
        )
