from django.apps import AppConfig


class UiConfig(AppConfig):
    """Forms, layouts, components and export writers."""

    name = "schoolimprove.ui"
    label = "ui"
    verbose_name = "Interface"
