from django.apps import AppConfig


class InterventionsConfig(AppConfig):
    """Cases of schools causing concern, plans and warning notices."""

    name = "interventions"
    label = "interventions"
    verbose_name = "Interventions"
