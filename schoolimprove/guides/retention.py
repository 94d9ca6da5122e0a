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
        (
            "Text you typed and did not save",
            f"{_span(KEPT_FOR)} after you last typed it, or when you save or discard it",
        ),
        (
            "Your signed-in session",
            f"Ends after {_span(idle)} without use, or {_span(longest)} at most; we delete it that night",
        ),
        ("A link to accept an invitation", f"Works for {_span(LASTS[Purpose.INVITATION])}"),
        ("A link to set a new password", f"Works for {_span(LASTS[Purpose.PASSWORD_RESET])}"),
        ("A link to confirm a new address", f"Works for {_span(LASTS[Purpose.ADDRESS_CHANGE])}"),
        ("These links in the emails we keep", "Removed within an hour"),
        (
            "An email address we were asked to send one of these links to",
            f"Kept for {_span(KEPT_FOR_LIMIT)} to limit how many emails we send it, whether or not it has an account",
        ),
    ]


def kept() -> Rows:
    """What → what the service does with it."""
    return [
        ("Records of Visit, responses, corrections", "We keep every version and never alter it once shared"),
        ("Attached files, and PDFs of records", "We keep them with their record, unaltered"),
        ("Letters to schools, and how they were served", "We keep them and never alter a letter once issued"),
        ("Who did what, when and why", "We never alter or remove it"),
        (
            "Visits, actions, notes of calls, letters and meetings",
            "We keep them; if you withdraw one, we mark it and keep the reason",
        ),
        ("Accounts and appointments", "They end on a day; we keep them, because records name their authors"),
        (
            "Your calendar address",
            "Works until you stop it, set a password or sign out everywhere else; we keep the dates, not the address",
        ),
        ("Reminders, and your answers to them", "We keep them with the deadline they were about"),
        ("Imported files", "We keep them with their import"),
        ("Emails we sent", "We keep them in the outbox, without links that open an account"),
        ("Backups and technical logs", "The authority’s administrators decide"),
    ]


def _span(period: timedelta) -> str:
    """In the largest unit that fits: “30 days”, “12 hours”, “30 minutes”."""
    minutes = int(period.total_seconds() // 60)
    for size, unit in ((24 * 60, "days"), (60, "hours")):
        if minutes >= 2 * size and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"
