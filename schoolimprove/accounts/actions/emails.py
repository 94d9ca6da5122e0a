"""How often people who have signed in can have one address emailed about signing in."""

from schoolimprove.accounts.models import EmailLimit
from schoolimprove.accounts.models.email_limit import MOST_IN_AN_HOUR
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked


def count_email(address: str) -> bool:
    """Count an email to the address; false when it is one too many, and must not be sent."""
    return EmailLimit.objects.asked(address, by_anyone=False, at=clock.now()).take()


def require_email(address: str) -> None:
    """Count an email to the address, or raise `Blocked` for a person who may know that it is one too many."""
    if not count_email(address):
        raise Blocked([f"We have sent {MOST_IN_AN_HOUR} emails to {address} in the last hour. Try again in an hour."])
