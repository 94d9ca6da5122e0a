from django.apps import AppConfig


class CategorisationConfig(AppConfig):
    """Rounds, recommendations and moderation of school categories."""

    name = "categorisation"
    label = "categorisation"
    verbose_name = "Categorisation"

    def ready(self) -> None:
        from categorisation.schemes.models import SchemeEdition
        from categorisation.schemes.shipped import EDITIONS
        from schoolimprove.accounts.rights import user_can
        from schoolimprove.accounts.roles import Permission
        from schoolimprove.policy.editions import ship_editions
        from schoolimprove.policy.shipping import Shipment, shipments
        from schoolimprove.ui.registry import Area, NavigationItem, navigation

        def sync_schemes() -> int:
            """Load the schemes that come with the code and were not loaded yet."""
            return ship_editions(SchemeEdition, EDITIONS)

        shipments.register(Shipment("schemes", 30, SchemeEdition._meta.db_table, sync_schemes))
        navigation.register(
            NavigationItem(
                "schemes",
                Area.CATEGORIES,
                90,
                "Category schemes",
                "categorisation:schemes",
                lambda user: user_can(user, Permission.VIEW_SCHOOL),
            )
        )
