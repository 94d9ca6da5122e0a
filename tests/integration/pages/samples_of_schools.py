"""Samples of the lists and forms about a school: contacts, notes, governors' meetings, records, appointments."""

from datetime import date
from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.records.actor import Actor
from schools.models import ContactNote, GovernorsMeeting
from schools.records import actions as record_actions
from schools.records.governors.actions import cancel_meeting
from schools.register.people.appointing import end_appointment
from schools.visits.contact_notes.actions import take_back
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.shared import shared
from tests.factories.visits import ContactNoteFactory, GovernorsMeetingFactory
from tests.integration.pages.sampling import NEXT_WEEK, ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def notes(count: int, text: str) -> None:
        for number in range(count):
            school = SchoolFactory.create(district=county.school.district)
            author = appointed(Role.SIP, school=school)
            ContactNoteFactory.create(school=school, author=author, note=text, happened_on=date(2026, 10, 1 + number))

    return {"schools:contact_notes": ListSample(county.head, county.headteacher, notes, "q=nowhere+at+all")}


def verb_samples(county: County) -> dict[str, VerbSample]:
    school, urn = county.school, county.school.urn
    clerk = appointed(Role.CLERK, school=school)
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=school.authority)
    note = ContactNoteFactory.create(school=school, author=county.sip)
    meeting, another = (GovernorsMeetingFactory.create(school=school, held_on=date(2026, 12, n)) for n in (3, 4))
    changed, ended = SchoolContactFactory.create_batch(2, school=school)
    record = shared(county)
    presented = shared(county, held_on=date(2026, 10, 6))
    record_actions.present(presented, by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=presented.version)
    held = school.appointments.get(role=Role.CHAIR)

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:{name}", args=[urn, *args])

    contact = {
        "purpose": "other",
        "name": "Reception",
        "email": "office@school.example",
        "telephone": "",
        "source": "The school",
        **day("as_of", TUESDAY),
    }

    return {
        "schools:contact_note_add": VerbSample(
            at("contact_note_add"),
            county.sip,
            county.headteacher,
            {"kind": "call", **day("happened_on", TUESDAY), "with_whom": "The head", "note": "Rang about reading"},
            "Rang about reading",
            counted=lambda: ContactNote.objects.filter(note="Rang about reading").count(),
        ),
        "schools:contact_note_take_back": VerbSample(
            at("contact_note_take_back", note.pk),
            county.sip,
            county.dsim,
            {"reason": "The wrong school"},
            "The wrong school",
            finish=lambda: take_back(again(note), by=county.sip, seen_version=1, reason="Twice"),
        ),
        "schools:meetings_add": VerbSample(
            at("meetings_add"),
            county.chair,
            county.director,
            {"days": "10 December 2026"},
            "10 December 2026",
            counted=lambda: GovernorsMeeting.objects.filter(held_on=date(2026, 12, 10)).count(),
        ),
        "schools:meeting_cancel": VerbSample(
            at("meeting_cancel", meeting.pk),
            clerk,
            county.director,
            {"reason": "Too few governors"},
            "Too few governors",
            finish=lambda: cancel_meeting(again(meeting), by=county.chair, reason="Snow", seen_version=1),
        ),
        "schools:meetings_cancel": VerbSample(
            at("meetings_cancel"),
            clerk,
            county.director,
            {"rows": [f"{another.pk}.1"], "reason": "The dates of the year have moved"},
            "The dates of the year have moved",
            finish=lambda: cancel_meeting(again(another), by=county.chair, reason="Snow", seen_version=1),
            checks=True,
            closes=False,
        ),
        "schools:contact_add": VerbSample(
            at("contact_add"),
            administrator,
            county.director,
            contact,
            "office@school.example",
            counted=lambda: school.contacts.filter(name="Reception").count(),
        ),
        "schools:contact_change": VerbSample(
            at("contact_change", changed.pk),
            administrator,
            county.director,
            contact,
            "office@school.example",
            finish=lambda: type(changed).objects.filter(pk=changed.pk).update(version=2, name="Changed"),
            closes=False,
        ),
        "schools:contact_end": VerbSample(
            at("contact_end", ended.pk),
            administrator,
            county.director,
            {"reason": "Nobody answers there"},
            "Nobody answers there",
            finish=lambda: type(ended).objects.filter(pk=ended.pk).update(version=2, ended_because="Gone"),
        ),
        "schools:appointment_end": VerbSample(
            at("appointment_end", held.pk),
            administrator,
            county.director,
            {**day("last_day", NEXT_WEEK), "reason": "Moves away", "name": "", "email": "", "telephone": ""},
            "Moves away",
            finish=lambda: end_appointment(again(held), on=TUESDAY, by=Actor(administrator), reason="Left"),
            closes=False,
        ),
        "schools:record_present": VerbSample(
            f"{record.get_absolute_url()}present/",
            clerk,
            county.sip,
            {"meeting": "another", **day("held_on", TUESDAY)},
            str(TUESDAY.day),
            finish=lambda: record_actions.present(
                again(record), by=county.chair, on=TUESDAY, held_on=TUESDAY, seen_version=record.version
            ),
        ),
        "schools:record_undo_presentation": VerbSample(
            f"{presented.get_absolute_url()}undo-presentation/",
            clerk,
            county.sip,
            {"reason": "The agenda was full"},
            "The agenda was full",
            finish=lambda: record_actions.undo_presentation(
                again(presented), by=county.chair, on=TUESDAY, reason="Too late", seen_version=presented.version
            ),
        ),
    }
