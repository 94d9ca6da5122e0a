from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, permissions and the door."""

    name = "schoolimprove.accounts"
    label = "accounts"
    verbose_name = "Accounts"
