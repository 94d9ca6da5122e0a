"""Making and stopping the address of one's own calendar, and who is behind an address."""

from django.db import transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.registry import AccessFollower, AccountLink, access_followers, account_links
from schoolimprove.accounts.rights import appointments_of
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_event
from schoolimprove.reminders.models import CalendarFeed


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.standing().filter(user=user).first()


def make_address(user: User) -> str:
    """The token of a new address, to be shown once."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        token = CalendarFeed.objects.issue(locked, at=clock.now())
        record_event(locked, "made a calendar address", by=Actor(user))
    return token


def stop_address(user: User, *, by: Actor) -> bool:
    """Whether there was one."""
    with transaction.atomic():
        stopped = CalendarFeed.objects.revoke(user, at=clock.now())
        if stopped:
            record_event(user, "stopped the calendar address", by=by)
    return stopped


def feed_at(token: str) -> CalendarFeed | None:
    """None for an address that never was or is stopped, or whose owner left or holds no appointment today."""
    known = CalendarFeed.objects.standing().known_by(token).filter(user__is_active=True)
    feed = known.select_related("user").first()
    return feed if feed is not None and appointments_of(feed.user) else None


def register() -> None:
    """Show the page under the account, and end the address with the password: anyone who knew it may have made it."""
    account_links.register(
        AccountLink(
            "calendar_feed",
            10,
            "Your calendar",
            "See your visits, meetings and deadlines in your own calendar.",
            "calendar_feed:own",
        )
    )
    access_followers.register(AccessFollower("calendar_feed", 10, _stop))


def _stop(user: User, by: Actor) -> None:
    stop_address(user, by=by)
