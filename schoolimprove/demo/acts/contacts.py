"""Whom to ring or write to at the schools of one double district, as its officers and schools keep it."""

from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.demo.names import address_of
from schoolimprove.demo.script import Story, Verb
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schools.models import School, SchoolContact
from schools.register.contacts import actions
from schools.register.models.contact import ContactFor


def keep_contact(story: Story, *, purpose: str, source: str, named: bool = True) -> None:
    story.add(_keep(story, story.school, purpose, source, story.cast.another_name() if named else ""))


def keep_offices(story: Story, *, source: str) -> None:
    """The offices of all schools with a telephone in the double district of the story's school."""
    district = story.school.district
    schools = School.objects.filter(district__double_district=district.double_district if district else None)
    for school in schools.exclude(telephone="").order_by("urn"):
        _keep(story, school, ContactFor.OFFICE, source, "")


def change_contact(story: Story, *, email: str, source: str) -> None:
    contact = story.the(SchoolContact)
    said = {"email": email, "source": source, "as_of": clock.today()}
    actions.change_contact(contact, by=_actor(story, story.school), seen_version=contact.version, **said)


def end_contact(story: Story, *, reason: str) -> None:
    contact = story.the(SchoolContact)
    actions.end_contact(contact, by=_actor(story, story.school), seen_version=contact.version, reason=reason)


def _keep(story: Story, school: School, purpose: str, source: str, name: str) -> SchoolContact:
    """An office is reached by the school's telephone, a person by an address too."""
    return actions.keep_contact(
        school,
        by=_actor(story, school),
        purpose=ContactFor(purpose),
        name=name,
        email=address_of(name or f"office {school.name}"),
        telephone=school.telephone,
        source=source,
        as_of=clock.today(),
    )


def _actor(story: Story, school: School) -> Actor:
    return acting(story.by, Permission.KEEP_CONTACTS, on=school)


VERBS: dict[str, Verb] = {
    "keep contact": keep_contact,
    "keep offices": keep_offices,
    "change contact": change_contact,
    "end contact": end_contact,
}
