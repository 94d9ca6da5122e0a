"""How long a session lives, and how far somebody has come through the door.

A session carries when it began, when its person was last seen (written at most once a minute), and when the second
factor was verified. Until then a person who needs one has *half* a session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.auth import login as auth_login
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest

from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor

from .actions.access import end_access
from .actions.second_factor import has_second_factor
from .models import User, user_of
from .rights import must_have_second_factor

BEGAN, SEEN, VERIFIED, ASKED = "began_at", "seen_at", "otp_verified_at", "second_factor_asked"
HERE_BEFORE = "here_before"
"""When its person had come all the way in before, if ever."""
CONFIRMED = "password_confirmed_at"
"""When its person last showed the password again, for what touches how they sign in."""
ADDRESS_LINK = "address_link"
"""The key of the link that this browser opened to confirm a new address; only the email has its token."""
CONFIRMED_LASTS = timedelta(minutes=15)


class Ended(StrEnum):
    """Why a session is over."""

    IDLE = "idle"
    LIMIT = "limit"


@dataclass(frozen=True)
class Limits:
    """`idle` since last seen, `longest` since sign-in; `warning` is how long before the end people are warned."""

    idle: timedelta
    warning: timedelta
    longest: timedelta

    @property
    def write_every(self) -> timedelta:
        """How stale "last seen" may become before it is written again."""
        return min(timedelta(minutes=1), self.idle / 10)


def limits() -> Limits:
    return Limits(
        idle=timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        warning=timedelta(seconds=settings.SESSION_IDLE_SECONDS - settings.SESSION_WARN_SECONDS),
        longest=timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )


def is_signed_in(session: SessionBase) -> bool:
    """Whether the session names a user, fully let in or not."""
    return SESSION_KEY in session


def why_over(session: SessionBase, *, at: datetime) -> Ended | None:
    """Why the session is over at that moment, if it is."""
    if at >= _time(session, BEGAN, at) + limits().longest:
        return Ended.LIMIT
    return Ended.IDLE if at >= _time(session, SEEN, at) + limits().idle else None


def note_seen(session: SessionBase, *, at: datetime, at_once: bool = False) -> None:
    """Remember that the person is there."""
    if BEGAN not in session:
        session[BEGAN] = session[SEEN] = at.isoformat()
    elif at_once or at - _time(session, SEEN, at) >= limits().write_every:
        session[SEEN] = at.isoformat()


def ends_at(session: SessionBase, *, at: datetime) -> datetime:
    """When the session ends if nobody comes back to it."""
    return min(_time(session, SEEN, at) + limits().idle, _time(session, BEGAN, at) + limits().longest)


def _time(session: SessionBase, key: str, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(session[key]) if key in session else otherwise


def begin(request: HttpRequest, user: User) -> None:
    """Let somebody in who has shown the password; what follows is half a session where a second factor is owed."""
    auth_login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    for key in (BEGAN, SEEN, VERIFIED, HERE_BEFORE, CONFIRMED):
        request.session.pop(key, None)
    note_seen(request.session, at=clock.now())
    request.session[ASKED] = has_second_factor(user)
    if not is_half(request):
        _note_whole(request, user)


def _note_whole(request: HttpRequest, user: User) -> None:
    """Somebody is all the way in. A password alone, shown by whoever, moves nothing."""
    if user.last_login is not None:
        request.session[HERE_BEFORE] = user.last_login.isoformat()
    user.last_login = clock.now()
    user.save(update_fields=["last_login"])


def here_before(session: SessionBase) -> datetime | None:
    """When the person had come all the way in before this session; none where this is the first time."""
    return datetime.fromisoformat(session[HERE_BEFORE]) if HERE_BEFORE in session else None


def note_verified(request: HttpRequest) -> None:
    """The second factor was right: a whole session, under a new key."""
    was_half = is_half(request)
    request.session.cycle_key()
    request.session[ASKED] = True
    request.session[VERIFIED] = clock.now().isoformat()
    if was_half:
        _note_whole(request, user_of(request))


def note_confirmed(session: SessionBase) -> None:
    """The password was shown again."""
    session[CONFIRMED] = clock.now().isoformat()


def is_confirmed(session: SessionBase) -> bool:
    """Whether the password was shown again a short while ago."""
    return CONFIRMED in session and clock.now() - datetime.fromisoformat(session[CONFIRMED]) < CONFIRMED_LASTS


def is_half(request: HttpRequest) -> bool:
    """Whether a second factor is owed that this session has not shown."""
    if not request.user.is_authenticated or VERIFIED in request.session:
        return False
    return bool(request.session.get(ASKED)) or must_have_second_factor(request.user)


def keep_only_this(request: HttpRequest, user: User) -> None:
    """End every other session of the user, every link sent to them and their calendar's address, and keep this one.

    An intruder signed in elsewhere may have asked for a change of address or made the address of a calendar.
    """
    with transaction.atomic():
        user.end_sessions()
        end_access(user, by=Actor(user))
    update_session_auth_hash(request, user)
