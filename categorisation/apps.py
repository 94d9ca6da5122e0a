from django.apps import AppConfig


class CategorisationConfig(AppConfig):
    """Rounds, recommendations and moderation of school categories."""

    name = "categorisation"
    label = "categorisation"
    verbose_name = "Categorisation"
