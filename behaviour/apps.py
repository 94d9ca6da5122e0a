from django.apps import AppConfig


class BehaviourConfig(AppConfig):
    """Provision, placements and exclusions."""

    name = "behaviour"
    label = "behaviour"
    verbose_name = "Behaviour"
