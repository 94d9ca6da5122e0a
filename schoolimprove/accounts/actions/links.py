"""Using a link from an email."""

from schoolimprove.accounts.models import SecretLink, User
from schoolimprove.accounts.models.secret_link import SecretLinkQuerySet
from schoolimprove.lib import clock


class LinkSpent(Exception):
    """The link does not work any more: used, replaced by a newer one, given up, or too old."""


def find_link(purpose: str, token: str) -> SecretLink:
    """The open link this token opens; `LinkSpent` when there is none. Looking does not use it."""
    return _one_open(SecretLink.objects.known_by(token).filter(purpose=purpose))


def find_opened_link(purpose: str, key: int | None) -> SecretLink:
    """Return the link with this key, for a browser that has opened it; raise `LinkSpent` when it no longer works."""
    if key is None:
        raise LinkSpent
    return _one_open(SecretLink.objects.filter(pk=key, purpose=purpose))


def _one_open(links: SecretLinkQuerySet) -> SecretLink:
    link = links.open(at=clock.now()).filter(user__is_active=True).select_related("user").first()
    if link is None:
        raise LinkSpent
    return link


def use_link(purpose: str, token: str) -> SecretLink:
    """The link, now used, inside the caller's transaction; of two people at once one gets it, one `LinkSpent`."""
    return spend(find_link(purpose, token))


def spend(link: SecretLink) -> SecretLink:
    """Use the link and return it with its user as stored now; raise `LinkSpent` when it was used or voided meanwhile.

    Lock the account first, as everything that voids links does: in another order the two could deadlock.
    """
    link.user = User.objects.select_for_update().get(pk=link.user_id)
    if not link.use():
        raise LinkSpent
    return link
