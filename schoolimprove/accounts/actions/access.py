"""Ending what opens an account, or shows anything of it, apart from a password and a session."""

from schoolimprove.accounts.models import SecretLink, User
from schoolimprove.accounts.registry import access_followers
from schoolimprove.records.actor import Actor


def end_access(user: User, *purposes: str, by: Actor) -> None:
    """Void the user's links, all or those of some purposes, and have the apps above end what they gave out.

    Run it inside the caller's transaction, wherever an intruder may have asked for a link or made an address.
    """
    SecretLink.objects.void(user, *purposes)
    for follower in access_followers:
        follower.follow(user, by)
