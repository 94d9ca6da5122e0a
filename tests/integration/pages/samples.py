"""For each list and each form on the toolkit: things it is about, who may use it, and what they type.

A new `ListPage` or `VerbPage` of the product needs a sample here; the generic tests then ask it all there is to ask.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from categorisation.models import Round, SchemeEdition
from categorisation.recommendations import actions
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy.editions import publish_edition, revise_edition, write_edition
from schoolimprove.policy.nested import dump
from schoolimprove.records.actor import Actor
from schools.models import ContactNote, GovernorsMeeting
from schools.records import actions as record_actions
from schools.records.governors.actions import cancel_meeting
from schools.register.people.appointing import end_appointment
from schools.visits.contact_notes.actions import take_back
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import (
    RecommendationFactory,
    RoundFactory,
    SchemeEditionFactory,
    recommended,
    whole,
)
from tests.factories.county import TUESDAY, County
from tests.factories.imports import SchoolContactFactory
from tests.factories.schools import SchoolFactory, also_appointed, appointed
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

    def recommendations(count: int, text: str) -> None:
        for _number in range(count):
            school = SchoolFactory.create(district=county.school.district, name=text)
            RecommendationFactory.create(school=school)

    def rounds(count: int, text: str) -> None:
        first = Round.objects.count()
        for number in range(first, first + count):
            day = date(2000 + number, 1, 1)
            scheme = SchemeEditionFactory.create(title=text)
            RoundFactory.create(
                academic_year=2000 + number, scheme=scheme, recommend_by=day, moderate_by=day + timedelta(days=9)
            )

    def schemes(count: int, text: str) -> None:
        first = SchemeEdition.objects.count()
        for number in range(first, first + count):
            SchemeEditionFactory.create(published=True, title=text, published_from=date(2027, 1, 1 + number))

    # What came with the service is in the way of an empty list.
    SchemeEdition.objects.all().delete()
    lead_member = appointed(Role.LEAD_MEMBER, authority=county.school.authority)
    return {
        "categorisation:recommendations": ListSample(
            county.head, county.headteacher, recommendations, "q=nowhere+at+all"
        ),
        "categorisation:rounds": ListSample(county.head, county.headteacher, rounds, "status=closed"),
        "categorisation:schemes": ListSample(county.head, lead_member, schemes, "q=nowhere+at+all"),
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

    of_two = Actor(administrator)
    draft = write_edition(SchemeEdition, by=of_two, title="Of two minds", content=dump(SHIPPED_SCHEME))
    scheme = {name: reverse(f"categorisation:scheme_{name}", args=[draft.pk]) for name in ("begin", "edit", "publish")}
    titled = {"title": "Three categories"}

    def revised() -> None:
        revise_edition(again(draft), by=of_two, seen_version=1, title="Four")

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

    def schemes() -> int:
        return SchemeEdition.objects.filter(**titled).count()

    return {
        **recommendation_samples(county),
        "categorisation:scheme_write": VerbSample(
            reverse("categorisation:scheme_write"),
            administrator,
            county.head,
            titled,
            "Three categories",
            counted=schemes,
        ),
        "categorisation:scheme_begin": VerbSample(
            scheme["begin"], administrator, county.head, titled, "Three categories", counted=schemes
        ),
        "categorisation:scheme_edit": VerbSample(
            scheme["edit"], administrator, county.head, titled, "Three categories", finish=revised, closes=False
        ),
        "categorisation:scheme_publish": VerbSample(
            scheme["publish"],
            county.head,
            administrator,
            day("published_from", NEXT_WEEK),
            str(NEXT_WEEK.day),
            finish=lambda: publish_edition(
                again(draft), by=Actor(county.head), on=TUESDAY, published_from=NEXT_WEEK, seen_version=1
            ),
            checks=True,
        ),
        "categorisation:scheme_abandon": VerbSample(
            reverse("categorisation:scheme_abandon", args=[draft.pk]),
            administrator,
            county.head,
            {"reason": "We keep four"},
            "We keep four",
            finish=lambda: make_move(again(draft), "abandon", by=administrator, reason="Not now", seen_version=1),
        ),
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


def recommendation_samples(county: County) -> dict[str, VerbSample]:
    """Recommendations of the autumn's round, and a review in the spring's; the round of the summer has none."""
    hold_terms(2026)
    schools = [SchoolFactory.create(district=county.school.district) for _number in range(6)]
    for each in schools:
        also_appointed(county.sip, Role.SIP, school=each)
    outsider = county.director
    S = RecommendationStatus
    due, draft = (recommended(county, S.DUE, school=schools[0]), recommended(county, S.DRAFT, school=schools[1]))
    returned, to_share, leaving = (recommended(county, S.SUBMITTED, school=each) for each in schools[2:5])
    to_answer = recommended(county, S.SHARED)
    review: dict[str, Any] = {"term": "spring", "kind": "review"}
    one, several = (recommended(county, S.DUE, school=each, **review) for each in schools[:2])
    closing = RoundFactory.create(term="summer")

    def at(name: str, thing: Any = None) -> str:
        return reverse(f"categorisation:{name}", args=[thing.pk] if thing else [])

    def again(thing: Any) -> Any:
        return type(thing).objects.get(pk=thing.pk)

    def write_first() -> None:
        actions.write(again(due), whole(), by=county.sip, on=TUESDAY, seen_version=1)

    def withdraw(row: Any) -> Any:
        return lambda: actions.withdraw(
            again(row), by=county.dsim, on=TUESDAY, reason="Closes", seen_version=again(row).version
        )

    return {
        "categorisation:recommendation_write": VerbSample(
            at("recommendation_write", due),
            county.sip,
            outsider,
            {"statement": "Reading has improved"},
            "Reading has improved",
            finish=write_first,
            closes=False,
        ),
        "categorisation:recommendation_submit": VerbSample(
            at("recommendation_submit", draft), county.sip, outsider, {}, "", finish=withdraw(draft)
        ),
        "categorisation:recommendation_return": VerbSample(
            at("recommendation_return", returned),
            county.dsim,
            outsider,
            {"reason": "Say more about writing"},
            "Say more about writing",
            finish=withdraw(returned),
        ),
        "categorisation:recommendation_share": VerbSample(
            at("recommendation_share", to_share), county.dsim, outsider, {}, "", finish=withdraw(to_share)
        ),
        "categorisation:recommendation_withdraw": VerbSample(
            at("recommendation_withdraw", leaving),
            county.head,
            outsider,
            {"reason": "The school closes"},
            "The school closes",
            finish=withdraw(leaving),
        ),
        "categorisation:recommendation_answer": VerbSample(
            at("recommendation_answer", to_answer),
            county.headteacher,
            outsider,
            {"agrees": "no", "words": "Progress is better than that"},
            "Progress is better than that",
            finish=withdraw(to_answer),
            checks=True,
        ),
        "categorisation:recommendation_no_change": VerbSample(
            at("recommendation_no_change", one), county.dsim, outsider, {}, "", finish=withdraw(one)
        ),
        "categorisation:recommendations_no_change": VerbSample(
            at("recommendations_no_change"),
            county.dsim,
            outsider,
            {"rows": [f"{several.pk}.1"]},
            "",
            finish=withdraw(several),
            closes=False,
        ),
        "categorisation:round_close": VerbSample(
            at("round_close", closing),
            county.head,
            outsider,
            {},
            "",
            finish=lambda: make_move(again(closing), "close", by=county.head, seen_version=1),
        ),
        "categorisation:round_open": VerbSample(
            at("round_open"),
            county.head,
            outsider,
            {"term": "2026-autumn"},
            "",
            counted=lambda: Round.objects.filter(term="autumn").count(),
            checks=True,
        ),
    }
