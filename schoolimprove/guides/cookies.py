"""The cookies of the service. A test signs in, works, and looks at what the browser was given."""

from dataclasses import dataclass

from django.conf import settings

from schoolimprove.accounts.lockout import KNOWN_FOR


@dataclass(frozen=True)
class Cookie:
    name: str
    purpose: str
    lasts: str


def cookies() -> list[Cookie]:
    hours = settings.SESSION_COOKIE_AGE // 3600
    return [
        Cookie(settings.SESSION_COOKIE_NAME, "Keeps you signed in.", f"{hours} hours, or until you sign out"),
        Cookie(settings.CSRF_COOKIE_NAME, "Checks that the forms sent in your name came from you.", "One year"),
        Cookie(
            settings.KNOWN_BROWSER_COOKIE_NAME,
            "Remembers that you signed in with this browser. You can then sign in here even after many wrong "
            "passwords from your network.",
            f"{KNOWN_FOR.days} days after you last signed in",
        ),
    ]
