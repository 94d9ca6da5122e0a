from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Figures, periods and lists that an administrator edits, dated."""

    name = "schoolimprove.policy"
    label = "policy"
    verbose_name = "Policy"
