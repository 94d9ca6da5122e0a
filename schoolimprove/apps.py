from django.apps import AppConfig


class SchoolImproveConfig(AppConfig):
    """The composition root: may import every app, and none imports it."""

    name = "schoolimprove"
    label = "schoolimprove"

    def ready(self) -> None:
        """Makes our Celery app the current one in every process that has Django."""
        from . import celery  # noqa: F401
