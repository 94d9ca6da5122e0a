from django.apps import AppConfig


class SchoolImproveConfig(AppConfig):
    """The composition root: may import every app, and none imports it."""

    name = "schoolimprove"
    label = "schoolimprove"
