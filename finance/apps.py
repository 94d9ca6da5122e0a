from django.apps import AppConfig


class FinanceConfig(AppConfig):
    """Streams, budgets, allocations and charges."""

    name = "finance"
    label = "finance"
    verbose_name = "Finance"
