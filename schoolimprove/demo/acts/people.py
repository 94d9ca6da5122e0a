"""What changes besides visits: people come and go, a school becomes an academy, another closes for a day."""

from datetime import date, timedelta

from schoolimprove.accounts.actions.person import deactivate, invite
from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places, signins
from schoolimprove.demo.kept import added, changed
from schoolimprove.demo.names import address_of
from schoolimprove.demo.register import close_for_a_day, invite_academies
from schoolimprove.demo.script import Story, Verb
from schoolimprove.lib import clock
from schools.models import Appointment, Person, School
from schools.register.models.school import Establishment
from schools.register.people.appointing import appoint, end_appointment, save_appointment

CONVERSION = "The school became an academy."


def invite_all_academies(story: Story) -> None:
    invite_academies(story.days.year, by=story.cast.administrator)


def retire(story: Story, *, district: str, successor: str) -> None:
    """The SIP of a district leaves and hands over to that of another."""
    leaver, follows = _sip_of(district), _sip_of(successor)
    if leaver.user is None:
        raise LookupError(f"{leaver} has no account.")
    deactivate(
        leaver.user,
        by=story.cast.administrator,
        on=clock.today(),
        reason="Retires from the authority.",
        hand_over_to={"appointments": str(follows.pk), "records": str(follows.user_id)},
    )


def convert(story: Story) -> None:
    """Over New Year: everybody who holds an appointment at the old school holds it at the new one."""
    closed_on = date(clock.today().year - 1, 12, 31)
    opened_on = closed_on + timedelta(days=1)
    by = story.cast.administrator
    old, new = (School.objects.get(name=name) for name in (places.CONVERTED, places.CONVERTER))
    for held in old.appointments.select_related("person__user").order_by("pk"):
        end_appointment(held, on=closed_on, by=by, reason=CONVERSION)
        appoint(held.person, Role(held.role), scope={"school": new}, starts_on=opened_on, by=by)
    changed(old, by=by, reason=CONVERSION, establishment=Establishment.CLOSED, closed_on=closed_on)
    changed(new, by=by, reason=CONVERSION, establishment=Establishment.OPEN, opened_on=opened_on)


def close_today(story: Story) -> None:
    close_for_a_day(story.school, clock.today(), by=story.cast.administrator)


def cover(story: Story, *, weeks: int) -> None:
    """One DSIM covers the double district of another."""
    covered = Appointment.objects.current(clock.today()).with_scope().filter(role=Role.DSIM).order_by("pk")[2]
    appointment = Appointment(
        person=Person.objects.get(user__email=signins.COVERING),
        role=Role.DSIM,
        double_district=covered.double_district,
        starts_on=clock.today(),
        ends_on=clock.today() + timedelta(weeks=weeks),
        cover_for=covered,
        created_by=story.cast.administrator.user,
    )
    save_appointment(appointment, by=story.cast.administrator, reason=f"Covers for {weeks} weeks.")


def invite_clerk(story: Story) -> None:
    """A clerk is invited who does not accept."""
    by, name = story.cast.administrator, story.cast.another_name()
    user = invite(email=address_of(name), name=name, by=by)
    person = added(Person(name=name, email=user.email, user=user), by=by)
    appoint(person, Role.CLERK, scope={"school": story.school}, starts_on=clock.today(), by=by)


def _sip_of(district: str) -> Person:
    """Return the SIP of the first school of a district."""
    held = Appointment.objects.current(clock.today()).filter(role=Role.SIP, school__district__name=district)
    return held.select_related("person__user").order_by("pk")[0].person


VERBS: dict[str, Verb] = {
    "invite academies": invite_all_academies,
    "retire": retire,
    "convert": convert,
    "close for a day": close_today,
    "cover": cover,
    "invite clerk": invite_clerk,
}
