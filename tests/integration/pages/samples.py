"""For each list and each form on the toolkit: things it is about, who may use it, and what they type.

A new `ListPage` or `VerbPage` of the product needs a sample here; the generic tests then ask it all there is to ask.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.actor import Actor
from schools.letters.actions import approve_letters, issue_letters, record_service, revise_letter, withdraw_letter
from schools.models import ContactNote, GovernorsMeeting, Letter, LetterDelivery
from schools.records import actions as record_actions
from schools.records.governors.actions import cancel_meeting
from schools.register.people.appointing import end_appointment
from schools.visits.contact_notes.actions import take_back
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.letters import LetterFactory, drafted, issued
from tests.factories.schools import SchoolFactory, appointed
from tests.factories.shared import shared
from tests.factories.visits import ContactNoteFactory, GovernorsMeetingFactory

NEXT_WEEK = date(2026, 11, 10)


@dataclass(frozen=True)
class ListSample:
    """`reader` sees what `make(n)` makes, with `text` (a formula) in it; `outsider` may not open the list."""

    reader: User
    outsider: User
    make: Callable[[int, str], object]
    filtered: str


@dataclass(frozen=True)
class VerbSample:
    """A form at `path` that `user` may send with `typed`, and `outsider`, in whose scope it is, may not.

    `finish` lets a colleague change the thing first, None where the form makes something new; the form is open no more
    if it `closes`. `kept` is what the form shows again of what was typed. `counted` says how many new things there are,
    `checks` that answers are checked before they are sent.
    """

    path: str
    user: User
    outsider: User
    typed: Mapping[str, Any]
    kept: str
    finish: Callable[[], object] | None = None
    counted: Callable[[], int] = field(default=lambda: 0)
    checks: bool = False
    closes: bool = True


def pages() -> dict[str, Any]:
    """Return the view class of every route that has one."""
    return {name: view for name, view in _views(get_resolver().url_patterns) if isinstance(view, type)}


def _views(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", getattr(pattern.callback, "view_class", None)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _views(pattern.url_patterns, inner)


def lists() -> set[str]:
    return {name for name, view in pages().items() if issubclass(view, ListPage)}


def verbs() -> set[str]:
    return {name for name, view in pages().items() if issubclass(view, VerbPage)}


def list_samples(county: County) -> dict[str, ListSample]:
    def notes(count: int, text: str) -> None:
        for number in range(count):
            school = SchoolFactory.create(district=county.school.district)
            author = appointed(Role.SIP, school=school)
            ContactNoteFactory.create(school=school, author=author, note=text, happened_on=date(2026, 10, 1 + number))

    def letters(count: int, text: str) -> None:
        for number in range(count):
            school = SchoolFactory.create(district=county.school.district)
            stamp = {"status": "issued", "issued_on": date(2026, 10, 1 + number), "issued_by": county.head}
            LetterFactory.create(school=school, heading=text, **stamp)

    return {
        "schools:letters": ListSample(
            county.head, appointed(Role.CLERK, school=county.school), letters, "q=nowhere+at+all"
        ),
        "schools:contact_notes": ListSample(county.head, county.headteacher, notes, "q=nowhere+at+all"),
    }


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_0": str(on.day), f"{name}_1": str(on.month), f"{name}_2": str(on.year)}


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
    drafts = [drafted(each, on=TUESDAY) for each in SchoolFactory.create_batch(5, district=school.district)]
    sent = issued(SchoolFactory.create(district=school.district), by=county.head, on=TUESDAY)
    delivery = sent.deliveries.all()[0]

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:{name}", args=[urn, *args])

    def again(thing: Any) -> Any:
        return type(thing).objects.get(pk=thing.pk)

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
        **letter_samples(county, drafts, sent, delivery),
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


def letter_samples(
    county: County, drafts: Sequence[Letter], sent: Letter, delivery: LetterDelivery
) -> dict[str, VerbSample]:
    """Of letters that lie in the scope of county.head and county.dsim, which the DSIM cannot issue."""
    edited, approved, discarded, alone, together = drafts

    def at(name: str, *args: Any) -> str:
        return reverse(f"schools:{name}", args=args)

    def again(thing: Any) -> Any:
        return type(thing).objects.get(pk=thing.pk)

    served: dict[str, Any] = {"method": "by_hand", "proof": "Signed for", "sent_on": TUESDAY, "served_on": TUESDAY}
    typed = {**served, **day("sent_on", TUESDAY), **day("served_on", TUESDAY)}
    return {
        "schools:letter_edit": VerbSample(
            at("letter_edit", edited.pk),
            county.dsim,
            county.director,
            {"heading": "Your category", "body": "Dear {recipient}, in short"},
            "Dear {recipient}, in short",
            finish=lambda: revise_letter(again(edited), by=county.head, seen_version=1, heading="Other", body="Other"),
            closes=False,
        ),
        "schools:letter_approve": VerbSample(
            at("letter_approve", approved.pk),
            county.dsim,
            county.director,
            {},
            "Approve letter",
            finish=lambda: approve_letters([again(approved)], by=county.head),
        ),
        "schools:letter_discard": VerbSample(
            at("letter_discard", discarded.pk),
            county.dsim,
            county.director,
            {"reason": "The wrong category"},
            "The wrong category",
            finish=lambda: withdraw_letter(again(discarded), by=county.head, seen_version=1, reason="Twice"),
        ),
        "schools:letter_issue": VerbSample(
            at("letter_issue", alone.pk),
            county.head,
            county.dsim,
            {},
            "Issue letter",
            finish=lambda: issue_letters([again(alone)], by=county.head, on=TUESDAY),
        ),
        "schools:letter_withdraw": VerbSample(
            at("letter_withdraw", sent.pk),
            county.head,
            county.dsim,
            {"reason": "The wrong school"},
            "The wrong school",
            finish=lambda: withdraw_letter(again(sent), by=county.head, seen_version=2, reason="Twice"),
            checks=True,
        ),
        "schools:letters_issue": VerbSample(
            at("letters_issue"),
            county.head,
            county.dsim,
            {"rows": [f"{together.pk}.1"]},
            "Letters to issue",
            finish=lambda: issue_letters([again(together)], by=county.head, on=TUESDAY),
            checks=True,
            closes=False,
        ),
        "schools:letter_service": VerbSample(
            at("letter_service", sent.pk, delivery.pk),
            county.dsim,
            county.director,
            {name: value for name, value in typed.items() if name not in ("sent_on", "served_on")},
            "Signed for",
            finish=lambda: record_service(again(delivery), by=county.head, on=TUESDAY, seen_version=1, **served),
        ),
    }
