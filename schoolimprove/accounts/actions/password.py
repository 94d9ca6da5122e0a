"""Passwords: set by a link, changed by their owner, forgotten."""

from datetime import timedelta

from django.db import transaction
from django.template.loader import render_to_string

from schoolimprove.accounts import mail
from schoolimprove.accounts.lockout import forget_failures
from schoolimprove.accounts.models import Purpose, SecretLink, User, normalise_email
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event

from .links import use_link

NOT_AGAIN_WITHIN = timedelta(minutes=2)
"""Asking again this soon sends nothing: nobody's mailbox is filled by a stranger."""


def forget_password(email: str) -> None:
    """Send a link to set a new password, if the address has an account; the caller learns nothing either way."""
    user = User.objects.filter(email=normalise_email(email), is_active=True).first()
    if user is None:
        # Most of the work is drawing the letter: without it a stranger could tell by the time it takes.
        render_to_string("accounts/emails/password_reset.html", {"name": "", "link": ""})
    elif not user.has_usable_password():
        mail.send("accounts/emails/not_yet_accepted", to=user.email, name=user.name)
    elif not _asked_just_now(user):
        _send_reset(user)


def _asked_just_now(user: User) -> bool:
    since = clock.now() - NOT_AGAIN_WITHIN
    links = SecretLink.objects.open(at=clock.now()).filter(user=user, purpose=Purpose.PASSWORD_RESET)
    return links.filter(created_at__gt=since).exists()


def _send_reset(user: User) -> None:
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        token = SecretLink.objects.issue(Purpose.PASSWORD_RESET, locked)
        link = mail.address_of("accounts:password_reset", token)
        mail.send("accounts/emails/password_reset", to=locked.email, name=locked.name, link=link)
        record_event(locked, "new password asked for", by=Actor(locked))


def reset_password(token: str, password: str, *, client: str) -> User:
    """Set a password by link; every session of the user ends, and so does a lock-out of this client's address."""
    with transaction.atomic():
        user = use_link(Purpose.PASSWORD_RESET, token).user
        _set(user, password, "set a new password")
        forget_failures(user.email, client)
    return user


def change_password(user: User, password: str) -> None:
    """Set a password known to be the owner's wish; all their other sessions end by it."""
    with transaction.atomic():
        _set(user, password, "changed the password")


def _set(user: User, password: str, verb: str) -> None:
    """Set the password and void every link: somebody who knew the old password may have asked for one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    SecretLink.objects.void(user)
    record_event(user, verb, by=Actor(user))
    mail.send("accounts/emails/password_changed", to=user.email, name=user.name)
