"""Changing an address: its owner asks, confirms by a link to the new one while signed in, and the old one gets word."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import Purpose, SecretLink, User, normalise_email
from schoolimprove.accounts.registry import tell_followers
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_event

from .emails import count_email, require_email
from .links import spend

SIGNED_OUT_MEANWHILE = "We signed you out before we could send the link. Sign in and try again."


def ask_for_address(user: User, email: str) -> None:
    """Send a link to the new address and word to the old; nothing changes until the link is used.

    A taken address gets an email saying so, and one that has had too many emails gets none: the person who asks learns
    nothing about other people. Raise `Blocked` when the session that loaded `user` has ended meanwhile, because the
    link would outlive it, and when the old address has had too many emails: a change always says so there.
    """
    new = normalise_email(email)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.get_session_auth_hash() != user.get_session_auth_hash():
            raise Blocked([SIGNED_OUT_MEANWHILE])
        require_email(locked.email)
        if count_email(new):
            _send_link(locked, new)
        mail.send("accounts/emails/address_asked", to=locked.email, name=locked.name, new=new)
        record_event(locked, "asked for a new address", by=Actor(locked), changes={"email": [locked.email, new]})


def _send_link(user: User, new: str) -> None:
    token = SecretLink.objects.issue(Purpose.ADDRESS_CHANGE, user, email=new)
    if User.objects.filter(email=new).exists():
        mail.send("accounts/emails/address_taken", to=new)
    else:
        link = mail.address_of("accounts:address_confirm", token)
        mail.send("accounts/emails/address_confirm", to=new, name=user.name, link=link)


def withdraw_address(user: User) -> None:
    """Give up a change that was asked for."""
    with transaction.atomic():
        if SecretLink.objects.void(user, Purpose.ADDRESS_CHANGE):
            record_event(user, "gave up the new address", by=Actor(user))


def confirm_address(link: SecretLink, *, by: User) -> User:
    """Change the address for its owner, who is signed in.

    Raise `PermissionDenied` for anybody else, `Blocked` when another account took the address in between, `LinkSpent`
    when the link no longer works.
    """
    if link.user_id != by.pk:
        raise PermissionDenied
    try:
        with transaction.atomic():
            spent = spend(link)
            return _take(spent.user, spent.payload["email"])
    except IntegrityError as error:
        raise Blocked(["Another person now uses this address. Your address has not changed."]) from error


def _take(user: User, new: str) -> User:
    old, user.email = user.email, new
    user.save(update_fields=["email"])
    # A link to set a password that went to the old address must not outlive it.
    SecretLink.objects.void(user)
    record_event(user, "changed the address", by=Actor(user), changes={"email": [old, new]})
    tell_followers(user, by=Actor(user))
    mail.send("accounts/emails/address_changed", to=old, name=user.name, new=new)
    return user


def pending_address(user: User) -> str:
    """The address waiting to be confirmed; empty when there is none."""
    links = SecretLink.objects.open(at=clock.now()).filter(user=user, purpose=Purpose.ADDRESS_CHANGE)
    link = links.first()
    return str(link.payload["email"]) if link else ""
