"""Visits that are held and their records, from the draft to the governors; what schools answer; corrections."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places
from schoolimprove.demo.cast import holder_of
from schoolimprove.demo.days import Days
from schoolimprove.demo.files import plan_of_a_room
from schoolimprove.demo.script import Story, StoryEndsError, Verb, read
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Term
from schools.models import RecordAction, RecordOfVisit, School, Visit
from schools.records import actions
from schools.records.agreed_actions import actions as agreed
from schools.records.attachments.actions import attach
from schools.records.content import ActionLine, CarriedLine, Content, GradeLine, Outcome, StrengthLine
from schools.records.corrections import actions as corrections
from schools.records.governors.actions import add_meetings
from schools.records.models.correction import open_correction
from schools.records.models.record import ANSWERED_IN, TEXTS
from schools.records.overnight import close_what_may, record_silence
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment
from schools.visits.models.visit import VisitKind
from schools.visits.term_slots import slot_of

from .planning import the_visit

LATELY = 21
"""School days in which only the stories of the script are told: ordinary visits were held before."""
ONE_IN = 4
"""So many schools have an ordinary visit in the next term, as far as that has gone."""
MEETING = (0.35, 0.85)
"""How far into a term governors meet."""
WRITES = timedelta(days=14)
"""By this many days after a visit its record is shared: the governors' meeting is counted from then."""


@cache
def texts() -> dict[str, Any]:
    return read("records")["text"]  # type: ignore[no-any-return]


def start(story: Story, *, text: str = "", file: str = "", carried: Sequence[str] = ()) -> None:
    """The draft of a visit that was held; a core visit is written about by what its term asks for."""
    school, kind = story.school, VisitKind(story.told.get("kind", "core"))
    core = kind == VisitKind.CORE
    agenda = _owed_agenda(school, story.held_on) if core else []
    written = texts()[text or (story.days.term_of(story.held_on).name.value if core else "reading")]
    record = actions.start_record(
        school,
        by=story.by,
        on=clock.today(),
        kind=kind,
        held_on=story.held_on,
        days=Decimal(story.told.get("days", "1.0" if core else "0.5")),
        texts={name: written[name] for name in TEXTS},
        content=_content(school, written, story.held_on, agenda, carried),
        visit=the_visit(story) if story.has(Visit) else None,
    )
    if file:
        attach(record, [plan_of_a_room(file)], by=story.by)
    story.add(record)


def _owed_agenda(school: School, held_on: date) -> list[str]:
    """Return the keys of the agenda of the core visit that the term of that day owes the school."""
    slot = slot_of(school.pk, held_on)
    owed = school.visits.of_term(*slot).not_held().filter(kind=VisitKind.CORE) if slot else Visit.objects.none()
    visit = owed.select_related("edition").first()
    if visit is None:
        raise StoryEndsError
    return [line.key for line in visit.agenda()]


def _content(
    school: School, written: Mapping[str, Any], held_on: date, agenda: Sequence[str], carried: Sequence[str]
) -> Content:
    """Nothing is written on the items of the agenda yet if nothing is found so far."""
    items, fates = texts()["items"], texts()["carried"]
    earlier = RecordAction.objects.unfinished().filter(school=school).order_by("due_on", "pk")[: len(carried)]
    return Content(
        findings={key: items.get(key, items["other"]) for key in agenda} if written["findings"] else {},
        grades=[GradeLine(*grade) for grade in written.get("grades", ())],
        strengths=[StrengthLine(f"s{n}", *said) for n, said in enumerate(written.get("strengths", ()), start=1)],
        actions=[
            ActionLine(f"a{n}", what, owner, who, held_on + timedelta(weeks=weeks))
            for n, (what, owner, who, weeks) in enumerate(written.get("actions", ()), start=1)
        ],
        carried=[CarriedLine(row.pk, Outcome(fate), fates[fate]) for row, fate in zip(earlier, carried, strict=False)],
    )


def the_record(story: Story) -> RecordOfVisit:
    return story.the(RecordOfVisit, "visit", "school__district__double_district", "school__authority", "author")


def moved(verb: Callable[..., None]) -> Verb:
    """Return the verb of a record as a verb of the script."""

    def act(story: Story, **said: Any) -> None:
        record = the_record(story)
        verb(record, by=story.by, on=clock.today(), seen_version=record.version, **said)

    return act


def return_to_author(story: Story, *, reason: str, evidence: str, item: str = "") -> None:
    """With comments on the evidence and, if there is one, on an item of the agenda."""
    record = the_record(story)
    parts = [name for name, _ in record.parts() if name.startswith("item_")][:1]
    comments = {"evidence": evidence} | ({parts[0]: item} if parts else {})
    seen = record.version
    actions.return_to_author(record, by=story.by, on=clock.today(), reason=reason, seen_version=seen, comments=comments)


def revise(story: Story, *, adds: str) -> None:
    record = the_record(story)
    findings: dict[str, Any] = record.texts | {"findings": f"{record.findings}\n\n{adds}"}
    actions.revise(record, by=story.by, seen_version=record.version, **findings)


def respond(story: Story, *, content: str = "", wrong: str = "", version: int = 1) -> None:
    """As long as the record is open; `wrong` are errors of fact."""
    record = the_record(story)
    if record.status in ANSWERED_IN:
        said: dict[str, Any] = {"accurate": not wrong, "on_accuracy": wrong, "on_content": content}
        actions.respond(record, by=story.by, on=clock.today(), version=version, **said)


def present(story: Story, *, of: int | str = "meeting") -> None:
    """At the governors' meeting of that day."""
    record = the_record(story)
    if record.status == RecordStatus.SHARED:
        held_on, seen = story.day(of), record.version
        actions.present(record, by=story.by, on=clock.today(), held_on=held_on, seen_version=seen)


def decide(story: Story, *, strength: int, how: str) -> None:
    """Agree that a strength may be shared, or decline."""
    for row in the_record(story).strengths.filter(key=f"s{strength}", status="asked"):
        agreed.decide(row, how, by=story.by, on=clock.today(), seen_version=row.version)


def report(story: Story, *, action: int, how: str, note: str) -> None:
    """Say that an agreed action is done or under way, or how far it is."""
    for row in the_record(story).actions.unfinished().filter(key=f"a{action}"):
        said: dict[str, Any] = {"by": story.by, "note": note, "seen_version": row.version}
        if how == "finish":
            agreed.finish(row, on=clock.today(), **said)
        elif how == "begin":
            agreed.begin(row, on=clock.today(), **said)
        else:
            agreed.report_progress(row, **said)


# Corrections.


def propose_correction(story: Story, *, reason: str, adds: str, without_last: bool = False) -> None:
    """A sentence is added to the evidence; and the last action and strength are taken out, or not."""
    record = the_record(story)
    visit, content = record.visit, record.written
    if without_last:
        content = replace(content, actions=content.actions[:-1], strengths=content.strengths[:-1])
    corrections.propose_correction(
        record,
        by=story.by,
        reason=reason,
        seen=record.shared_version or 0,
        texts=record.texts | {"evidence": f"{record.evidence}\n{adds}"},
        content=content,
        visit={"kind": visit.kind, "held_on": visit.held_on, "days": visit.days},
    )


def corrected(verb: Callable[..., Any]) -> Verb:
    """Return a verb of a correction as a verb of the script."""

    def act(story: Story, **said: str) -> None:
        correction = open_correction(the_record(story))
        if correction is None:
            raise LookupError(f"No correction waits: {story.told}.")
        verb(correction, by=story.by, on=clock.today(), seen_version=correction.version, **said)

    return act


# Governors' meetings, and what is done at night.


def meetings_of(days: Days, name: str, term: Term) -> list[date]:
    """Return the days on which governors meet: each school has its own, between the first and the last week."""
    held = days.school_days_between(term.start, term.end)
    own = zlib.crc32(name.encode()) % 7
    return [held[min(int(len(held) * part) + own, len(held) - 2)] for part in MEETING]


def enter_meetings(story: Story) -> None:
    """Those of the last term and the next, of three in four schools that are served."""
    days = story.days
    schools = School.objects.filter(appointments__role=Role.SIP, establishment=Establishment.OPEN).distinct()
    for number, school in enumerate(schools.select_related("district__double_district", "authority").order_by("urn")):
        if number % 4 != 3 or school.name == places.LISTED:
            meetings = [day for term in (days.last, days.next) for day in meetings_of(days, school.name, term)]
            double = school.district.double_district if school.district else None
            keeper = holder_of(Role.DISTRICT_ADMINISTRATOR, double_district=double)
            if keeper is not None:
                add_meetings(school, meetings, by=keeper)


def enter_meeting(story: Story, *, of: int | str) -> None:
    add_meetings(story.school, [story.day(of)], by=story.by)


def night(_story: Story) -> None:
    record_silence(clock.today())
    close_what_may(clock.today())


VERBS: dict[str, Verb] = {
    "start": start,
    "submit": moved(actions.submit),
    "recall": moved(actions.recall),
    "abandon": moved(actions.abandon),
    "return": return_to_author,
    "revise": revise,
    "approve": moved(actions.approve),
    "respond": respond,
    "present": present,
    "close unpresented": moved(actions.close_unpresented),
    "decide": decide,
    "report": report,
    "propose correction": propose_correction,
    "return correction": corrected(corrections.return_to_author),
    "withdraw correction": corrected(corrections.withdraw),
    "issue correction": corrected(corrections.issue),
    "enter meeting": enter_meeting,
    "enter meetings": enter_meetings,
    "night": night,
}


# The ordinary course.


def stories(chapter: Mapping[str, Any], days: Days, told: Sequence[Story]) -> Iterator[dict[str, Any]]:
    """Yield the core visit of each school in the last term, and of some in the next, unless the script tells of it.

    A school that owes no visit has none. The ways an ordinary visit goes take turns; no SIP is at two schools a day.
    """
    taken = {(story.told["school"], days.term_of(day)) for story in told for day in _core_visits(story)}
    district = {place.name: place.district for place in places.SCHOOLS}
    busy = {(district[story.told["school"]], story.held_on) for story in told if "held" in story.known}
    lately = days.count(days.today, -LATELY, school=True)
    for term, one_in in ((days.last, 1), (days.next, ONE_IN)):
        possible = days.school_days_between(term.start, min(term.end, lately))[2:]
        for number, place in enumerate(places.SCHOOLS):
            begins = len(possible) * (number % 8) // 8
            free = [day for day in possible[begins:] if (place.district, day) not in busy]
            if number % one_in == 0 and free and (place.name, term) not in taken:
                busy.add((place.district, free[0]))
                known = {"held": free[0], "meeting": _next_meeting(days, place.name, free[0] + WRITES)}
                way = chapter["ordinary"][number % len(chapter["ordinary"])]
                yield way | {"school": place.name, "optional": True, "known": known}


def _core_visits(story: Story) -> Iterator[date]:
    """Yield the days of core visits that the script tells of, held or planned."""
    if "kind" not in story.told and "held" in story.known:
        yield story.held_on
    elif "kind" not in story.told:
        yield from (story.day(act["to"]) for act in story.told["acts"] if act["verb"] == "propose visit")


def _next_meeting(days: Days, name: str, after: date) -> date:
    return min(day for term in days.terms for day in meetings_of(days, name, term) if day > after)
