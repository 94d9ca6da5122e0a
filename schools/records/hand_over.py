"""Hand over unfinished Records of Visit to another author."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from schoolimprove.accounts.models import User
from schoolimprove.accounts.registry import hand_overs
from schoolimprove.accounts.roles import Permission, Role, roles_with
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import save_changes
from schools.records import deadlines
from schools.records.models.record import RecordOfVisit
from schools.records.states import RecordStatus
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.register.people.work import Work, works
from schools.register.scope import covering


def register() -> None:
    """Called once, when the app is ready."""
    hand_overs.register(RecordsHandOver())
    works.register(Work("records", 10, hand_over_of_partner, unfinished_of_partner))


def unfinished_records(user: User, *, at: Iterable[School] | None = None) -> QuerySet[RecordOfVisit]:
    """What this author has begun or submitted, everywhere or at some schools, and is not yet shared."""
    open_states = [RecordStatus.DRAFT, RecordStatus.SUBMITTED]
    records = RecordOfVisit.objects.filter(author=user, status__in=open_states).for_lists().order_by("pk")
    return records if at is None else records.filter(school__in=[school.pk for school in at])


def possible_authors(user: User, *, on: date) -> list[User]:
    """Who may take over all the unfinished records of an author, by name.

    Whoever writes at all those schools, or holds all the roles they were written in: a colleague who is given the
    schools with the records may not have them yet.
    """
    records = list(unfinished_records(user))
    schools = {record.school_id: record.school for record in records}.values()
    roles = {record.author_role for record in records}
    able = _writers_at_all(schools) | _holders_of_all(roles, on)
    return list(User.objects.filter(pk__in=able, is_active=True).exclude(pk=user.pk).order_by("name", "pk"))


def _writers_at_all(schools: Iterable[School]) -> set[int]:
    roles = roles_with(Permission.WRITE_RECORD)
    at_each = [set(covering(school, roles=roles).values_list("person__user", flat=True)) for school in schools]
    return set.intersection(*at_each) - {None} if at_each else set()


def _holders_of_all(roles: Iterable[str], on: date) -> set[int]:
    held = Appointment.objects.current(on).filter(person__user__isnull=False)
    of_each = [set(held.filter(role=role).values_list("person__user", flat=True)) for role in roles]
    return set.intersection(*of_each) if of_each else set()


def hand_over_records(
    user: User, *, to: User, by: Actor, at: Iterable[School] | None = None, written_as: Role | None = None
) -> int:
    """Make somebody else the author of every unfinished record, or of those at some schools or in one role; how many.

    The visit stays the leaver's.

    The new author writes in the leaver's role if they hold it there or have yet to be given the school, and else in
    the role that lets them write there, since it decides who approves.
    """
    with transaction.atomic():
        unfinished = unfinished_records(user, at=at)
        unfinished = unfinished.filter(author_role=written_as) if written_as else unfinished
        records = list(unfinished.select_for_update(of=("self",)))
        for record in records:
            who = {"author": to, "author_role": _role_of(to, record)}
            reason = f"Handed over from {user} to {to}"
            save_changes(record, "handed over", by=by, reason=reason, seen_version=record.version, **who)
        deadlines.written_by_another(records, by=by.user, old=user)
    return len(records)


def unfinished_of_partner(user: User, schools: Iterable[School]) -> list[RecordOfVisit]:
    """What a partner has begun at these schools and not finished, as a partner: what they write in another role may be
    nothing that whoever assigns partners reads.
    """
    return list(unfinished_records(user, at=schools).filter(author_role=Role.SIP))


def hand_over_of_partner(user: User, *, to: User | None, by: Actor, at: Iterable[School] | None = None) -> int:
    """As `hand_over_records`, of what was written as a partner; nothing moves where nobody takes it."""
    return 0 if to is None else hand_over_records(user, to=to, by=by, at=at, written_as=Role.SIP)


def _role_of(author: User, record: RecordOfVisit) -> str:
    writing = covering(record.school, roles=roles_with(Permission.WRITE_RECORD)).filter(person__user=author)
    roles = sorted(writing.values_list("role", flat=True))
    return record.author_role if not roles or record.author_role in roles else str(roles[0])


class RecordsHandOver:
    """Somebody must take over what is begun or submitted, or nobody could ever finish it.

    Where there is nobody who could, no question is asked, since a person who must lose their way in today cannot
    wait for an appointment: the records stay the leaver's. A submitted one is still approved or returned by its line
    manager. A draft waits: once somebody is appointed, letting the leaver back in and deactivating them again asks.
    """

    key = "records"
    order = 5
    label = "Unfinished Records of Visit"
    end_label = ""

    def held_by(self, user: User, *, on: date) -> Sequence[str]:
        records = unfinished_records(user)
        if not records or not self.candidates(user, on=on):
            return []
        return [f"{each.reference}, {each.school.name}: {each.get_status_display().lower()}" for each in records]

    def candidates(self, user: User, *, on: date) -> Sequence[tuple[str, str]]:
        return [(str(each.pk), each.name) for each in possible_authors(user, on=on)]

    def hand_over(self, user: User, *, to: str, by: Actor, on: date, reason: str) -> None:
        hand_over_records(user, to=User.objects.get(pk=to), by=by)
