"""Other people's things by their number: in every route, by reading and by posting, as every kind of file.

The table of routes says who may do what where they are; here everybody asks for what is elsewhere. Each number is also
put alone into an address that is otherwise one's own, and is then not found either.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from schools.models import MeetingItem, RecordOfVisit
from schools.visits.states import VisitStatus
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.meetings import MeetingFactory, MeetingItemFactory, ReferralFactory
from tests.factories.schools import InterestFactory
from tests.integration.test_matrix import PARAMETERS, ROUTES, World, client_of, letter_of, recommendation_of, world

__all__ = ["world"]

EVERYBODY_HAS = {
    *("kind", "topic", "token", "version", "year", "edition", "job", "turn"),
    *("framework", "framework_edition", "scheme", "round"),
}
"""Parts of an address that are no number of anybody's."""
OF_A_SCHOOL = sorted(name for name, needed in PARAMETERS.items() if "urn" in needed)
WITHIN = sorted(name for name in OF_A_SCHOOL if set(PARAMETERS[name]) - {"urn"} - EVERYBODY_HAS)
OF_LETTERS = {name for name, needed in PARAMETERS.items() if "letter" in needed}
OF_RECOMMENDATIONS = {name for name, needed in PARAMETERS.items() if {"recommendation", "mismatch"} & set(needed)}
NUMBERS_OF_GROUPS = {"group", "member", "interest", "group_meeting", "meeting_item", "referral"}
OF_GROUPS = {name for name, needed in PARAMETERS.items() if NUMBERS_OF_GROUPS & set(needed)}
READERS = (Role.DSIM, Role.HEADTEACHER)
"""Who may do most at the county and at a school."""
NOT_THERE = {404, 405}
"""405: the page takes no such method of anybody, whatever its number."""


def numbers(record: RecordOfVisit) -> dict[str, Any]:
    """What belongs to a record and to its school, by the name that addresses have for it."""
    school = record.school
    planned = school.visits.get(status=VisitStatus.PROPOSED)
    documents = record.versions.filter(documents__isnull=False).values_list("documents", flat=True)
    return {
        "urn": school.urn,
        "reference": record.reference,
        "appointment": school.appointments.filter(role=Role.SIP).latest("pk").pk,
        "contact": school.contacts.get().pk,
        "note": school.contact_notes.get().pk,
        "letter": letter_of(record).pk,
        "delivery": getattr(letter_of(record).deliveries.first(), "pk", 0),
        "visit": planned.pk,
        "item": planned.agenda_items.get().pk,
        "meeting": school.governors_meetings.get().pk,
        "inspection": school.inspections.get().pk,
        "framework": school.inspections.get().framework_id,
        "recommendation": recommendation_of(record).pk,
        "mismatch": school.mismatches.get().pk,
        "action": school.actions_of_records.get().pk,
        "strength": school.strengths.get().pk,
        "attachment": record.attachments.get().pk,
        "document": documents.first() or 0,
        "version": 1,
        "year": 2026,
        "kind": "csv",
    }


def addresses(name: str, values: dict[str, Any]) -> Iterator[str]:
    """The route's address, of an export as each kind of file."""
    for kind in ("csv", "xlsx", "json") if "kind" in PARAMETERS[name] else ("csv",):
        known = values | {"kind": kind}
        yield reverse(name, kwargs={each: known[each] for each in PARAMETERS[name]})


def found(world: World, role: Role, asked: Iterable[str], *, refused: bool = False) -> dict[str, int]:
    """Whatever answers another way than that it is not there, or, where `refused`, that one may not do this at all."""
    client, wrong = client_of(world.sessions[role]), {}
    for address in asked:
        for method in (client.get, client.post):
            status = method(address).status_code
            if status not in NOT_THERE and not (refused and status == 403):
                wrong[f"{role} {method.__name__} {address}"] = status
    return wrong


@pytest.mark.parametrize("role", READERS)
def test_nothing_of_a_school_elsewhere_is_there(db: None, world: World, role: Role) -> None:
    theirs = numbers(world.elsewhere)
    assert found(world, role, [each for name in OF_A_SCHOOL for each in addresses(name, theirs)]) == {}
    assert not AuditEvent.objects.filter(school_id=world.elsewhere.school_id, by=world.users[role]).exists()


@pytest.mark.parametrize("role", READERS)
def test_a_number_from_elsewhere_in_an_address_of_ones_own_is_not_there(db: None, world: World, role: Role) -> None:
    """Where the table says that the role may not do this at its own school, that may be said before anything else."""
    ours, theirs = numbers(world.shared), numbers(world.elsewhere)
    for name in WITHIN:
        for foreign in set(PARAMETERS[name]) - EVERYBODY_HAS:
            mixed = addresses(name, ours | {foreign: theirs[foreign]})
            assert found(world, role, mixed, refused=ROUTES[name].shared[role] == 403) == {}


def test_what_belongs_to_another_record_of_the_same_school_is_not_there(db: None, world: World) -> None:
    ours, other = numbers(world.shared), numbers(world.unshared)
    swapped = [ours | {"attachment": other["attachment"]}, other | {"document": ours["document"]}]
    names = [name for name in WITHIN if {"attachment", "document"} & set(PARAMETERS[name])]
    for role in (Role.DSIM, Role.HEAD_OF_SERVICE):
        client = client_of(world.sessions[role])
        for values, part in zip(swapped, ("attachment", "document"), strict=True):
            for name in (each for each in names if part in PARAMETERS[each]):
                for address in addresses(name, values):
                    answers = {client.get(address).status_code, client.post(address).status_code}
                    # Whoever may not change a record that they read is told so, whatever number they name.
                    assert answers <= {403, 404, 405}, address


def test_a_school_finds_nothing_of_a_record_it_was_not_shown(db: None, world: World) -> None:
    hidden = numbers(world.unshared)
    names = [name for name in OF_A_SCHOOL if "reference" in PARAMETERS[name]]
    assert len(names) > 20
    assert found(world, Role.HEADTEACHER, [each for name in names for each in addresses(name, hidden)]) == {}


def test_a_person_elsewhere_hands_nothing_over(db: None, world: World) -> None:
    theirs: User = world.elsewhere.author
    address = reverse("schools:hand_over", args=[theirs.person.pk])
    assert found(world, Role.DSIM, [address]) == {}


def test_letters_and_recommendations_elsewhere_are_not_there_nor_are_the_schools_own_unshared(
    db: None, world: World
) -> None:
    for role, record in (
        (Role.DSIM, world.elsewhere),
        (Role.HEADTEACHER, world.elsewhere),
        (Role.HEADTEACHER, world.unshared),
    ):
        values = numbers(record)
        names = OF_LETTERS | OF_RECOMMENDATIONS
        assert found(world, role, [each for name in names for each in addresses(name, values)]) == {}


@pytest.mark.parametrize("role", READERS)
def test_groups_elsewhere_and_what_is_theirs_are_not_there(db: None, world: World, role: Role) -> None:
    school = world.elsewhere.school
    group = GroupFactory.create(authority=None, district=school.district)
    meeting = MeetingFactory.create(group=group, status="called", called_at=clock.now())
    theirs = numbers(world.elsewhere) | {
        "group": group.pk,
        "member": MembershipFactory.create(group=group).pk,
        "interest": InterestFactory.create(school=school).pk,
        "group_meeting": meeting.pk,
        "meeting_item": MeetingItemFactory.create(meeting=meeting).pk,
        "referral": ReferralFactory.create(group=group, school=school).pk,
    }
    assert found(world, role, [each for name in OF_GROUPS for each in addresses(name, theirs)]) == {}


def test_what_belongs_to_another_group_is_not_there(db: None, world: World) -> None:
    meeting = MeetingItem.objects.filter(meeting__status="held").get().meeting
    another = MeetingFactory.create(group=meeting.group, held_on=clock.today() - timedelta(days=1))
    ours = numbers(world.shared) | {"group": meeting.group_id, "group_meeting": meeting.pk}
    foreign = {
        "member": MembershipFactory.create(group=GroupFactory.create()).pk,
        "meeting_item": MeetingItemFactory.create(meeting=another).pk,
    }
    names = [name for name in OF_GROUPS if set(foreign) & set(PARAMETERS[name])]
    assert found(world, Role.DSIM, [each for name in names for each in addresses(name, ours | foreign)]) == {}


def test_every_address_with_a_number_is_asked_for(db: None) -> None:
    """Whatever has a number and is of no school: people are the system administrator's, editions those who publish.

    Of a reminder the table of routes says that only whom it was to finds it.
    """
    others = {name for name, needed in PARAMETERS.items() if set(needed) - EVERYBODY_HAS} - set(OF_A_SCHOOL)
    reminders = {"reminders:reminder", "reminders:done", "reminders:late"}
    expected = {"schools:hand_over", "reminders:send_again", "reminders:mail_seen", *reminders}
    expected |= OF_LETTERS | OF_RECOMMENDATIONS | OF_GROUPS
    assert {name for name in others if not name.startswith("accounts:person")} == expected
    assert {
        status
        for name in others - reminders - OF_LETTERS - OF_RECOMMENDATIONS - OF_GROUPS
        if name not in ("reminders:send_again", "reminders:mail_seen")
        for status in ROUTES[name].shared.values()
    } <= {200, 403}
