"""Using a link from an e-mail."""

from schoolimprove.accounts.models import SecretLink
from schoolimprove.lib import clock


class LinkSpent(Exception):
    """The link does not work any more: used, replaced by a newer one, or too old."""


def find_link(purpose: str, token: str) -> SecretLink:
    """The open link this token opens; `LinkSpent` when there is none. Looking does not use it."""
    link = SecretLink.objects.open(at=clock.now()).known_by(token).filter(purpose=purpose, user__is_active=True)
    found = link.select_related("user").first()
    if found is None:
        raise LinkSpent
    return found


def use_link(purpose: str, token: str) -> SecretLink:
    """The link, now used, inside the caller's transaction; of two people at once one gets it, one `LinkSpent`."""
    link = find_link(purpose, token)
    if not link.use():
        raise LinkSpent
    return link
