from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PolicyConfig(AppConfig):
    """Figures, periods and lists that an administrator edits, dated."""

    name = "schoolimprove.policy"
    label = "policy"
    verbose_name = "Policy"

    def ready(self) -> None:
        from .actions import sync_policy
        from .models import PolicyRow
        from .shipping import Shipment, shipments

        shipments.register(Shipment("policy", 10, PolicyRow._meta.db_table, sync_policy))
        # Django's own hook for rows that come with the code, as permissions and content types do.
        post_migrate.connect(_ship, dispatch_uid="policy.sync")


def _ship(*, app_config: AppConfig, using: str, **_kwargs: Any) -> None:
    """After the last app's migrations have run, so that audit and users exist."""
    from django.apps import apps
    from django.db import connections

    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if app_config is not last:
        return
    from .shipping import ship

    ship(connections[using].introspection.table_names())
