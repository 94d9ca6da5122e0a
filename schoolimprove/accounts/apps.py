from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, permissions and the door."""

    name = "schoolimprove.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from schoolimprove.accounts.actions import password
        from schoolimprove.accounts.backends import actor_in_admin
        from schoolimprove.accounts.people import manages_people
        from schoolimprove.records.actor import register_actor_finder
        from schoolimprove.ui.registry import Area, NavigationItem, navigation

        # Django's own would move it at the password alone; `session` does when somebody is all the way in.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        register_actor_finder(actor_in_admin)
        password.register()
        navigation.register(
            NavigationItem("people", Area.ADMINISTRATION, 10, "People", "accounts:people", manages_people)
        )
