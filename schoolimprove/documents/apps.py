from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files kept by their hash."""

    name = "schoolimprove.documents"
    label = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        from django.core import checks

        from .pdf import pango_is_there

        checks.register(pango_is_there)
