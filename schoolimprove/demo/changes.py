"""What changes besides visits: people come and go, a school becomes an academy, another closes for a day."""

from datetime import date, timedelta

from schoolimprove.accounts.actions.person import deactivate, invite
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.models import Appointment, Person, School
from schools.register.models.school import Establishment
from schools.register.people.appointing import appoint, end_appointment, save_appointment

from . import places, signins, staffing
from .cast import Cast
from .days import Days
from .kept import added, changed
from .names import address_of
from .register import close_for_a_day, invite_academies
from .stories import Story
from .terms import terms_of

CONVERSION = "The school became an academy."


class Changes:
    def __init__(self, cast: Cast, days: Days) -> None:
        self._cast, self._days = cast, days

    def stories(self) -> list[Story]:
        return [
            self._invitations(),
            self._sip_leaves(),
            self._school_converts(),
            self._pipe_bursts(),
            self._cover(),
            self._clerk_is_invited(15, "Fenwardine Primary School"),
            self._clerk_is_invited(3, "Pellowdene Primary School"),
        ]

    def _invitations(self) -> Story:
        """For this academic year, in the July before it."""
        yield date(self._days.year, 7, 1)
        invite_academies(self._days.year, by=self._cast.administrator)

    def _sip_leaves(self) -> Story:
        """Retires at the end of last year's autumn term and hands over to the SIP next door."""
        yield terms_of(self._days.year - 1)[0].end
        leaver, successor = _sip_of(staffing.LEAVER_DISTRICT), _sip_of(staffing.SUCCESSOR_DISTRICT)
        if leaver.user is None:
            raise LookupError(f"{leaver} has no account.")
        deactivate(
            leaver.user,
            by=self._cast.administrator,
            on=clock.today(),
            reason="Retires from the authority.",
            hand_over_to={"appointments": str(successor.pk), "records": str(successor.user_id)},
        )

    def _school_converts(self) -> Story:
        """Over New Year: whoever holds an appointment at the old school holds it at the new one."""
        closed_on = date(self._days.year - 1, 12, 31)
        opened_on = closed_on + timedelta(days=1)
        yield self._days.working_days_after(closed_on, 1)
        by = self._cast.administrator
        old, new = (School.objects.get(name=name) for name in (places.CONVERTED, places.CONVERTER))
        for held in old.appointments.select_related("person__user").order_by("pk"):
            end_appointment(held, on=closed_on, by=by, reason=CONVERSION)
            appoint(held.person, Role(held.role), scope={"school": new}, starts_on=opened_on, by=by)
        changed(old, by=by, reason=CONVERSION, establishment=Establishment.CLOSED, closed_on=closed_on)
        changed(new, by=by, reason=CONVERSION, establishment=Establishment.OPEN, opened_on=opened_on)

    def _pipe_bursts(self) -> Story:
        """At the listed school, so that its answers are due a school day later."""
        yield self._days.school_days_ago(6)
        close_for_a_day(School.objects.get(name=places.LISTED), clock.today(), by=self._cast.administrator)

    def _cover(self) -> Story:
        """For six weeks one DSIM covers the double district of another."""
        yield self._days.working_days_ago(10)
        covered = Appointment.objects.current(clock.today()).with_scope().filter(role=Role.DSIM).order_by("pk")[2]
        cover = Appointment(
            person=Person.objects.get(user__email=signins.COVERING),
            role=Role.DSIM,
            double_district=covered.double_district,
            starts_on=clock.today(),
            ends_on=clock.today() + timedelta(weeks=6),
            cover_for=covered,
            created_by=self._cast.administrator.user,
        )
        save_appointment(cover, by=self._cast.administrator, reason="Covers for six weeks.")

    def _clerk_is_invited(self, days_ago: int, school: str) -> Story:
        """Somebody who has not yet accepted."""
        yield self._days.working_days_ago(days_ago)
        by, name = self._cast.administrator, self._cast.another_name()
        user = invite(email=address_of(name), name=name, by=by)
        person = added(Person(name=name, email=user.email, user=user), by=by)
        appoint(person, Role.CLERK, scope={"school": School.objects.get(name=school)}, starts_on=clock.today(), by=by)


def _sip_of(district: str) -> Person:
    """The SIP of the first school of a district."""
    held = Appointment.objects.current(clock.today()).filter(role=Role.SIP, school__district__name=district)
    return held.select_related("person__user").order_by("pk")[0].person
