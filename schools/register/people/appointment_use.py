"""When appointments were last used, worked out from the audit and from when their holders signed in.

An appointment is *used* when an audit event names it, or when its holder's account signed in while it ran: a session
can read under every appointment of its user, and reading leaves no trace. An appointment runs from its first day, or
from when it was entered if that is later, to its last day. If it is over the whole authority, a sign-in before it ran
counts too when the session may have lasted until then. For others it does not: otherwise a mistake could not be put
right while the holder is at work. A holder's accounts are the one that is linked now and all that were linked before,
so unlinking an account does not make an appointment unused.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Max

from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person

SIGNED_IN = "signed in"
"""The verb of the event for a complete sign-in, second factor included."""


def last_use(appointments: Iterable[Appointment]) -> Mapping[int, date]:
    """Return the last day on which each of these was used, by key, without those that never were.

    Pass them as they are stored. It takes a constant number of queries.
    """
    running = [each for each in appointments if each.pk is not None and not each.withdrawn_because]
    accounts = _accounts_of({each.person_id for each in running})
    users = {user for known in accounts.values() for user in known}
    if not users:
        return {}
    found: dict[int, date] = {}
    for appointment, at in [*_acts(running, users), *_sign_ins(running, accounts, users)]:
        day = at.astimezone(clock.LONDON).date()
        found[appointment] = max(day, found.get(appointment, day))
    return found


def _accounts_of(people: Collection[int]) -> Mapping[int, set[int]]:
    """Return the account of each person, and every other account that was theirs according to the audit."""
    accounts: dict[int, set[int]] = defaultdict(set)
    linked = Person.objects.filter(pk__in=people, user__isnull=False)
    for person, user in linked.values_list("pk", "user"):
        accounts[person].add(user)
    relinked = AuditEvent.objects.about(Person._meta.label_lower, *people).filter(changes__has_key="user")
    for person, changes in relinked.values_list("subject_id", "changes"):
        accounts[person].update(user for user in changes["user"] if isinstance(user, int))
    return accounts


def _acts(appointments: Collection[Appointment], users: Collection[int]) -> Iterator[tuple[int, datetime]]:
    """Yield when each was last acted under. Filter by actor too, because the audit is indexed by actor."""
    done = AuditEvent.objects.filter(by__in=users, appointment_id__in=[each.pk for each in appointments])
    yield from done.order_by().values_list("appointment_id").annotate(newest=Max("at"))


def _sign_ins(
    appointments: Collection[Appointment], accounts: Mapping[int, set[int]], users: Collection[int]
) -> Iterator[tuple[int, datetime]]:
    """Yield the holder's newest sign-in that counts as use of each."""
    longest, now = timedelta(seconds=settings.SESSION_COOKIE_AGE), clock.now()
    known = _Known(users, [each for each in appointments if _end_of(each)], accounts)
    for each in appointments:
        begins, end = max(_midnight(each.starts_on), each.created_at), _end_of(each)
        earliest = begins - longest if each.is_authority_wide else begins
        for user in accounts[each.person_id]:
            at = known.newest(user, before=end)
            if at is not None and at >= earliest and begins <= now and (end is None or begins < end):
                yield each.pk, max(at, begins)


class _Known:
    """When these users signed in: the newest time of each, and all times of those whose appointment has ended."""

    def __init__(
        self, users: Collection[int], ended: Collection[Appointment], accounts: Mapping[int, set[int]]
    ) -> None:
        events = AuditEvent.objects.about(User._meta.label_lower, *users).filter(verb=SIGNED_IN).order_by()
        logins = User.objects.filter(pk__in=users, last_login__isnull=False)
        self._times: dict[int, list[datetime]] = defaultdict(list)
        for user, at in [
            *events.values_list("subject_id").annotate(newest=Max("at")),
            *logins.values_list("pk", "last_login"),
            *(events.filter(subject_id__in=_of(ended, accounts)).values_list("subject_id", "at") if ended else ()),
        ]:
            self._times[user].append(at)

    def newest(self, user: int, *, before: datetime | None) -> datetime | None:
        return max((at for at in self._times[user] if before is None or at < before), default=None)


def _of(appointments: Collection[Appointment], accounts: Mapping[int, set[int]]) -> set[int]:
    return {user for each in appointments for user in accounts[each.person_id]}


def _end_of(appointment: Appointment) -> datetime | None:
    """Return when the last day was over, or None while it is not."""
    if appointment.ends_on is None or appointment.ends_on >= clock.today():
        return None
    return _midnight(appointment.ends_on + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.LONDON)
