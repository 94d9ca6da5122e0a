"""Change of address: asked for, confirmed from the new address, and the old one told of both."""

from django.db import IntegrityError, transaction

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import Purpose, SecretLink, User, normalise_email
from schoolimprove.accounts.registry import tell_followers
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_event

from .links import LinkSpent, use_link


def ask_for_address(user: User, email: str) -> None:
    """Send a link to the new address and word to the old; nothing changes until the link is used.

    An address that is taken gets a letter saying so: whoever asked learns nothing about other people.
    """
    new = normalise_email(email)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        token = SecretLink.objects.issue(Purpose.ADDRESS_CHANGE, locked, email=new)
        if User.objects.filter(email=new).exists():
            mail.send("accounts/emails/address_taken", to=new)
        else:
            link = mail.address_of("accounts:address_confirm", token)
            mail.send("accounts/emails/address_confirm", to=new, name=locked.name, link=link)
        mail.send("accounts/emails/address_asked", to=locked.email, name=locked.name, new=new)
        record_event(locked, "asked for a new address", by=Actor(locked), changes={"email": [locked.email, new]})


def withdraw_address(user: User) -> None:
    """Give up a change that was asked for."""
    with transaction.atomic():
        if SecretLink.objects.void(user, Purpose.ADDRESS_CHANGE):
            record_event(user, "gave up the new address", by=Actor(user))


def confirm_address(token: str) -> User:
    """Take the new address; `Blocked` when somebody else took it in between, `LinkSpent` when the link is old."""
    try:
        with transaction.atomic():
            link = use_link(Purpose.ADDRESS_CHANGE, token)
            return _take(link.user, link.payload["email"])
    except IntegrityError as error:
        raise Blocked(["Somebody else uses this address by now. Your address has not changed."]) from error


def _take(user: User, new: str) -> User:
    old, user.email = user.email, new
    user.save(update_fields=["email"])
    # A link to set a password that went to the old address must not outlive it.
    SecretLink.objects.void(user, Purpose.PASSWORD_RESET)
    record_event(user, "changed the address", by=Actor(user), changes={"email": [old, new]})
    tell_followers(user, by=Actor(user))
    mail.send("accounts/emails/address_changed", to=old, name=user.name, new=new)
    return user


def pending_address(user: User) -> str:
    """The address waiting to be confirmed; empty when there is none."""
    links = SecretLink.objects.open(at=clock.now()).filter(user=user, purpose=Purpose.ADDRESS_CHANGE)
    link = links.first()
    return str(link.payload["email"]) if link else ""


__all__ = ["LinkSpent", "ask_for_address", "confirm_address", "pending_address", "withdraw_address"]
