"""How long things are kept: what goes by itself, from the settings and rules that make it go, and what does not."""

from datetime import timedelta

from django.conf import settings

from schoolimprove.accounts.models import Purpose
from schoolimprove.accounts.models.email_limit import KEPT_FOR as KEPT_FOR_LIMIT
from schoolimprove.accounts.models.secret_link import LASTS
from schoolimprove.records.models.draft import KEPT_FOR

Rows = list[tuple[str, str]]


def gone() -> Rows:
    """What → when it goes."""
    idle, longest = (timedelta(seconds=each) for each in (settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE))
    return [
        ("Text typed and not saved", f"{_span(KEPT_FOR)} after it was last typed, or once saved or discarded"),
        ("A session", f"Ends after {_span(idle)} without use, and after {_span(longest)} at most; removed each night"),
        ("A link to accept an invitation", f"Works for {_span(LASTS[Purpose.INVITATION])}"),
        ("A link to set a new password", f"Works for {_span(LASTS[Purpose.PASSWORD_RESET])}"),
        ("A link to confirm a new address", f"Works for {_span(LASTS[Purpose.ADDRESS_CHANGE])}"),
        ("Such a link in an email that was sent", "Taken out of the kept email within the hour"),
        (
            "An email address that we were asked to send such a link to",
            f"Kept for {_span(KEPT_FOR_LIMIT)} to limit how many emails it gets, whether or not it has an account",
        ),
    ]


def kept() -> Rows:
    """What → what the service does with it."""
    return [
        ("Records of Visit, answers, corrections", "Kept in every version; never altered once shared"),
        ("Attached files, and PDFs of records", "Kept with their record, unaltered"),
        ("Who did what, when and why", "Kept; never altered or removed"),
        ("Visits, actions, contacts in two lines", "Kept; what is taken back is marked so, with its reason"),
        ("Accounts and appointments", "Closed from a day on; kept, since records name who wrote them"),
        (
            "The address of your calendar",
            "Works until you stop it, set a password or sign out everywhere else; we keep the days, not the address",
        ),
        ("Reminders, and what you answered to them", "Kept with the date they were of, for those they were to"),
        ("Files that were imported", "Kept with their import"),
        ("Emails that were sent", "Kept in the outbox, without links that open an account"),
        ("Backups and technical logs", "As the authority’s administrators keep them"),
    ]


def _span(period: timedelta) -> str:
    """In the largest unit that fits: “30 days”, “12 hours”, “30 minutes”."""
    minutes = int(period.total_seconds() // 60)
    for size, unit in ((24 * 60, "days"), (60, "hours")):
        if minutes >= 2 * size and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"
