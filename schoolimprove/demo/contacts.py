"""Whom to ring or write to at the schools of one double district, as its officers and schools keep it."""

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schools.models import School, SchoolContact
from schools.register.contacts.actions import change_contact, end_contact, keep_contact
from schools.register.models.contact import ContactFor

from . import places, signins
from .cast import Cast
from .days import Days
from .names import address_of
from .stories import Story

DISTRICTS = ("Aldermarch", "Bramblecote")


class Contacts:
    def __init__(self, cast: Cast, days: Days) -> None:
        self._cast, self._days = cast, days

    def stories(self) -> list[Story]:
        return [self._offices(), self._lead_leaves(), self._school_tells(), self._partner_learns()]

    def _offices(self) -> Story:
        """The district administrator rings round at the beginning of the year."""
        yield self._days.working_days_ago(40)
        for school in School.objects.filter(district__name__in=DISTRICTS).exclude(telephone="").order_by("urn"):
            self._keep(school, Role.DISTRICT_ADMINISTRATOR, ContactFor.OFFICE, "", "Call to the office")

    def _lead_leaves(self) -> Story:
        """The listed school's safeguarding lead goes, and another comes; the old one is ended and stays readable."""
        yield self._days.working_days_ago(38)
        school = School.objects.get(name=places.LISTED)
        lead, name = ContactFor.SAFEGUARDING, self._cast.another_name()
        self._keep(school, Role.DISTRICT_ADMINISTRATOR, lead, name, "The school’s website")
        yield self._days.working_days_ago(11)
        head = _actor(Role.HEADTEACHER, school)
        held = SchoolContact.objects.standing().get(school=school, purpose=lead)
        end_contact(held, by=head, seen_version=held.version, reason="Left at the end of last month.")
        self._keep(school, Role.HEADTEACHER, lead, self._cast.another_name(), "The headteacher")

    def _school_tells(self) -> Story:
        """The clerk of the listed school says where governors' letters go; later by another address."""
        yield self._days.working_days_ago(30)
        school = School.objects.get(name=places.LISTED)
        contact = self._keep(school, Role.CLERK, ContactFor.GOVERNORS, "", "The clerk to the governors")
        yield self._days.working_days_ago(6)
        by, told = _actor(Role.CLERK, school), {"source": "Minutes of the governing body", "as_of": clock.today()}
        change_contact(
            contact, by=by, seen_version=contact.version, email="governors.wrenmarsh@invented.example", **told
        )

    def _partner_learns(self) -> Story:
        """A SIP writes down at a visit who leads on special educational needs, and who keeps the accounts."""
        yield self._days.working_days_ago(13)
        for name in ("Priory Lane Primary School", "Pellowdene Primary School"):
            school = School.objects.get(name=name)
            for purpose in (ContactFor.INCLUSION, ContactFor.BUSINESS):
                self._keep(school, Role.SIP, purpose, self._cast.another_name(), "Said at a visit")

    def _keep(self, school: School, role: Role, purpose: ContactFor, name: str, source: str) -> SchoolContact:
        """As of today; an office is reached by the school's telephone, a person by an address too."""
        return keep_contact(
            school,
            by=_actor(role, school),
            purpose=purpose,
            name=name,
            email=address_of(name or f"office {school.name}"),
            telephone=school.telephone,
            source=source,
            as_of=clock.today(),
        )


def _actor(role: Role, school: School) -> Actor:
    """The listed one of this role."""
    return acting(User.objects.get(email=signins.address(role)), Permission.KEEP_CONTACTS, on=school)
