"""Assign schools to another School Improvement Partner, and hand over a partner’s work (domain 10)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, Conflict
from schools.register.allocation.board import seen_of
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person
from schools.register.models.school import Establishment, School
from schools.register.partners import Partners
from schools.register.people.appointing import Guard, Saving, lock_people, save_together, wrong_with_appointment
from schools.register.people.work import works

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Choice:
    """A school somebody ticked, with its appointments as their page showed them (`Place.seen`)."""

    school: School
    seen: str


@dataclass
class Move:
    """What a choice comes to at one school. With `cannot`, nothing: those are the reasons."""

    school: School
    ends: list[Appointment] = field(default_factory=list)
    never: list[Appointment] = field(default_factory=list)
    kept: Appointment | None = None
    extends: bool = False
    wide: list[Appointment] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    gains: bool = False

    @property
    def held(self) -> list[Appointment]:
        """Return the appointments over the school itself that change or continue."""
        return [*self.ends, *self.never, *([self.kept] if self.kept else [])]

    @property
    def changes(self) -> bool:
        return bool(self.ends or self.never or self.gains or self.extends) and not self.cannot


class Moved(Exception):
    """Somebody else changed who has some of the schools; `told` says of each how it stands now."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__("A colleague changed some of these schools first.")
        self.told = told


def planned(choices: Sequence[Choice], to: Person | None, *, first_day: date, by: User, on: date) -> list[Move]:
    """Return what would happen if `by` gave these schools to `to`, or left them without a partner, from `first_day`.

    It takes a constant number of queries.
    """
    partners = Partners([choice.school for choice in choices], since=min(first_day, on))
    works_in = _works_in(to, first_day) if to else set()
    moves = [_move(choice.school, partners, to, works_in, first_day, on) for choice in choices]
    held = [each for move in moves for each in move.held]
    guard = Guard(held, people=[*(each.person for each in held), *([to] if to else [])], by=Actor(by))
    for move in moves:
        savings = _savings(move, to, first_day=first_day, actor=Actor(by))
        reasons = [reason for each in savings for reason in guard.wrong_with(each.appointment).values()]
        move.cannot += [reason for reason in dict.fromkeys(reasons) if reason not in move.cannot]
    return moves


def _works_in(person: Person, first_day: date) -> set[int]:
    """The schools in which a person holds a post on some day from then on: they oversee none of them."""
    posts = person.appointments.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first_day))
    found = posts.filter(role__in=SCHOOL_ROLES, school__isnull=False)
    return set(found.values_list("school", flat=True))


def _move(
    school: School, partners: Partners, to: Person | None, works_in: Collection[int], first_day: date, on: date
) -> Move:
    own = [each for each in partners.own(school) if each.ends_on is None or each.ends_on >= first_day]
    kept = next((each for each in own if to is not None and each.person_id == to.pk), None)
    others = [each for each in own if each is not kept]
    move = Move(
        school,
        ends=[each for each in others if each.starts_on < first_day],
        never=[each for each in others if each.starts_on >= first_day and each.starts_on > on],
        kept=kept,
        extends=kept is not None and (kept.starts_on > first_day or kept.ends_on is not None),
        gains=to is not None and kept is None,
        wide=[each for each in partners.wide(school) if each.is_current(first_day)],
    )
    begun = [each for each in others if first_day <= each.starts_on <= on]
    move.cannot = [*_wrong_with_school(school, to, first_day), *map(_begun, begun)]
    if to is not None and move.gains and (school.pk in works_in or not _is_active(to)):
        move.cannot += wrong_with_appointment(_new(to, school, first_day))
    return move


def _is_active(person: Person) -> bool:
    return person.user is None or person.user.is_active


def _new(person: Person, school: School, first_day: date) -> Appointment:
    return Appointment(person=person, role=Role.SIP, school=school, starts_on=first_day)


def _wrong_with_school(school: School, to: Person | None, first_day: date) -> list[str]:
    """A school that is closed can lose its partner, and gets none."""
    closed_on = school.closed_on
    if to is None or (school.is_open and (closed_on is None or closed_on >= first_day)):
        return []
    if school.establishment == Establishment.PROPOSED:
        return [f"{school.name} has not opened yet."]
    if school.establishment == Establishment.UNKNOWN:
        return [f"We do not know whether {school.name} is open."]
    return [f"{school.name} closed on {clock.uk_date(closed_on)}." if closed_on else f"{school.name} is closed."]


def _begun(held: Appointment) -> str:
    return f"{held.person} began at this school on {clock.uk_date(held.starts_on)}. Enter a later day."


def assign(choices: Sequence[Choice], to: Person | None, *, first_day: date, by: User, on: date) -> list[Move]:
    """Give these schools to `to`, or leave them to nobody, from `first_day`: all of them or none.

    `Moved` when one is no longer as it was seen, `Blocked` when one cannot be given. Each school is changed by the
    appointment of `by` that assigns partners there.
    """
    with transaction.atomic():
        _lock(choices, to)
        if told := _told_of_changes(choices, on=on):
            raise Moved(told)
        moves = planned(choices, to, first_day=first_day, by=by, on=on)
        if reasons := [reason for move in moves for reason in move.cannot]:
            raise Blocked(list(dict.fromkeys(reasons)))
        savings = [
            each
            for move in moves
            for each in _savings(move, to, first_day=first_day, actor=acting(by, Permission.ASSIGN_SIP, on=move.school))
        ]
        try:
            save_together(savings)
        except Conflict as lost:
            raise Moved([f"A colleague changed {lost.current}."]) from None
    return moves


def _lock(choices: Sequence[Choice], to: Person | None) -> None:
    """The schools, so that two who give the same one follow one another; then everybody whose appointments change."""
    schools = [choice.school.pk for choice in choices]
    locked = School.objects.select_for_update(no_key=True).filter(pk__in=schools).order_by("pk")
    list(locked.values_list("pk"))
    holders = Person.objects.filter(appointments__in=Appointment.objects.filter(role=Role.SIP, school__in=schools))
    lock_people([*holders.distinct(), *([to] if to else [])])


def _told_of_changes(choices: Sequence[Choice], *, on: date) -> list[str]:
    partners = Partners([choice.school for choice in choices], since=on)
    moved = [each.school for each in choices if each.seen != seen_of(partners.own(each.school), on=on)]
    return [_now(school, partners.own(school)) for school in moved]


def _now(school: School, own: Sequence[Appointment]) -> str:
    if not own:
        return f"{school.name} has no partner now."
    newest = max(own, key=lambda each: each.updated_at)
    until = [f" until {clock.uk_date(each.ends_on)}" if each.ends_on else "" for each in own]
    has = " and ".join(
        f"{each.person} from {clock.uk_date(each.starts_on)}{end}" for each, end in zip(own, until, strict=True)
    )
    return f"{school.name} has {has} now. {newest.updated_by or 'The service'} changed it."


def _savings(move: Move, to: Person | None, *, first_day: date, actor: Actor) -> Iterator[Saving]:
    """Yield copies of the appointments of one school as they will be, each with its verb and its reason."""
    reason = f"Handed over to {to}" if to else "Left without a School Improvement Partner"
    for held in move.ends:
        yield Saving(_changed(held, move.school, ends_on=first_day - _DAY), "ended", actor, reason)
    for held in move.never:
        yield Saving(_changed(held, move.school, withdrawn_because=reason), "withdrawn", actor, reason)
    if move.extends and move.kept is not None:
        goes_on = _changed(move.kept, move.school, starts_on=min(move.kept.starts_on, first_day), ends_on=None)
        yield Saving(goes_on, "changed", actor, "Continues with no last day")
    if move.gains and to is not None:
        before = ", ".join(each.person.name for each in [*move.ends, *move.never])
        yield Saving(_new(to, move.school, first_day), "appointed", actor, f"Takes over from {before}" * bool(before))


def _changed(held: Appointment, school: School, **fields: Any) -> Appointment:
    """Return a copy of the appointment with these fields changed."""
    changed = copy(held)
    changed.school = school
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def records_left(leaver: Person, schools: Iterable[School]) -> list[Any]:
    """The Records of Visit a partner has begun at these schools, as a partner, and not finished."""
    return [each for work in works for each in work.unfinished(leaver.user, schools)] if leaver.user else []


def hand_over_schools(
    leaver: Person, choices: Sequence[Choice], to: Person | None, *, last_day: date, by: User, on: date
) -> list[Move]:
    """As `assign`, from the day after; once the last day has come, what is unfinished goes to `to` too.

    A successor who does not sign in can write nothing: the records then stay where they are.
    """
    with transaction.atomic():
        moves = assign(choices, to, first_day=last_day + _DAY, by=by, on=on)
        if to is not None and to.user is not None and leaver.user is not None and last_day <= on:
            for move in moves:
                actor = acting(by, Permission.ASSIGN_SIP, on=move.school)
                for work in works:
                    work.hand_over(leaver.user, to=to.user, by=actor, at=[move.school])
    return moves
