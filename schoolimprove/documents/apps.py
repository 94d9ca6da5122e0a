from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files kept by their hash."""

    name = "schoolimprove.documents"
    label = "documents"
    verbose_name = "Documents"
