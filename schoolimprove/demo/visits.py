"""One visit and its record, step by step through the real verbs, on the days it was given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.transition import Blocked
from schools.models import Correction, RecordAction, RecordOfVisit, School
from schools.records import actions as record_actions
from schools.records.actions import start_record
from schools.records.agreed_actions import actions as agreed_actions
from schools.records.attachments import actions as attachments_actions
from schools.records.content import Content, Owner
from schools.records.corrections import actions as correction_actions
from schools.records.corrections.actions import propose_correction
from schools.records.models.correction import open_correction
from schools.records.models.record import ANSWERED_IN
from schools.records.states import RecordStatus
from schools.visits.models.programme import edition_for
from schools.visits.models.visit import VisitKind
from schools.visits.term_slots import slot_of

from .arranging import Arrangement, arranged, fresh
from .cast import holder_of
from .files import plan_of_a_room
from .stories import Story
from .texts import Written, mended, said
from .words import words


@dataclass(frozen=True)
class Answer:
    """What the headteacher or the chair says: errors of fact, if any, and comments. `version` is the one answered."""

    on: date
    on_accuracy: str = ""
    on_content: str = ""
    version: int = 1


@dataclass(frozen=True)
class Correcting:
    """How a correction goes: proposed by the author for a reason, and what was decided when.

    `evidence` is the sentence that is added; with `takes_out` the last action and strength are no longer in it.
    """

    proposed_on: date
    reason: str
    evidence: str
    takes_out: bool = False
    returned_on: date | None = None
    issued_on: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class Course:
    """How a visit goes: what is written, and on which day each step is taken. Steps without a day are not taken."""

    school: str
    held_on: date
    text: Written
    started_on: date
    submitted_on: date | None = None
    returned_on: date | None = None
    return_reason: str = ""
    submitted_again_on: date | None = None
    recalled_on: date | None = None
    abandoned_on: date | None = None
    approved_on: date | None = None
    head: Answer | None = None
    chair: Answer | None = None
    chair_again: Answer | None = None
    author: Role = Role.SIP
    kind: VisitKind = VisitKind.CORE
    days: Decimal = Decimal("1.0")
    arrangement: Arrangement | None = None
    file: str = ""
    presented: tuple[date, date] | None = None
    """The day of the governors' meeting, and the one on which somebody says so."""
    decided_on: date | None = None
    """The head decides which strengths may be shared."""
    worked_on: date | None = None
    """The head says how far the school's actions are."""
    correction: Correcting | None = None
    luck: str = ""


def told(course: Course) -> Story:
    """The life of the record. Who acts is whoever holds the role on the day."""
    visit = (yield from arranged(course.school, course.arrangement)) if course.arrangement else None
    yield course.started_on
    school = School.objects.select_related("district__double_district", "authority").get(name=course.school)
    author = author_of(school, course.author)
    agenda = agenda_of(school, course)
    earlier = RecordAction.objects.unfinished().filter(school=school).order_by("due_on", "pk")
    record = start_record(
        school,
        by=author,
        on=clock.today(),
        kind=course.kind,
        held_on=course.held_on,
        days=course.days,
        texts=course.text.as_texts(),
        content=course.text.as_content(agenda, course.held_on, list(earlier[: len(course.text.fates)])),
        visit=fresh(visit) if visit else None,
    )
    if course.file:
        attachments_actions.attach(record, [plan_of_a_room(course.file)], by=author)
    yield from _submission(record, author, course)
    if course.approved_on is not None:
        yield course.approved_on
        record_actions.approve(record, by=manager_of(record), on=clock.today(), seen_version=record.version)
        for day, act in sorted(_afterwards(course), key=lambda each: each[0]):
            yield day
            act(_as_it_is(record), course)


def _as_it_is(record: RecordOfVisit) -> RecordOfVisit:
    with_school = RecordOfVisit.objects.select_related("visit", "school__district__double_district")
    return with_school.select_related("school__authority", "author").get(pk=record.pk)


def agenda_of(school: School, course: Course) -> list[str]:
    """The keys of what is on the agenda of that day's visit: the one that is owed, or one nobody planned."""
    slot = slot_of(school.pk, course.held_on) if course.kind == VisitKind.CORE else None
    if slot is None:
        return []
    owed = school.visits.of_term(*slot).not_held().filter(kind=course.kind).select_related("edition").first()
    if owed is not None:
        return [line.key for line in owed.agenda()]
    edition = edition_for(school.phase, slot[1], course.held_on)
    return [topic.key for topic in edition.agenda] if edition else []


def _submission(record: RecordOfVisit, author: User, course: Course) -> Story:
    """Submitted, and recalled or not; where it comes back, mended and submitted again; or given up."""
    if course.submitted_on is not None:
        yield course.submitted_on
        record_actions.submit(record, by=author, on=clock.today(), seen_version=record.version)
    if course.recalled_on is not None:
        yield course.recalled_on
        record_actions.recall(record, by=author, on=clock.today(), seen_version=record.version)
    if course.returned_on is not None:
        yield course.returned_on
        record_actions.return_to_author(
            record,
            by=manager_of(record),
            on=clock.today(),
            reason=course.return_reason,
            seen_version=record.version,
            comments=_comments(record),
        )
    if course.submitted_again_on is not None:
        yield course.submitted_again_on
        texts: dict[str, Any] = record.texts | {"findings": mended(record.findings)}
        record_actions.revise(record, by=author, seen_version=record.version, **texts)
        record_actions.submit(record, by=author, on=clock.today(), seen_version=record.version)
    if course.abandoned_on is not None:
        yield course.abandoned_on
        record_actions.abandon(
            record, by=author, on=clock.today(), reason=words()["abandoned"], seen_version=record.version
        )


def _comments(record: RecordOfVisit) -> dict[str, str]:
    """On the evidence and on the first items of the agenda, as far as it has any."""
    parts = ["evidence", *(name for name, _ in record.parts() if name.startswith("item_"))]
    return dict(zip(parts, words()["on_parts"], strict=False))


Act = Callable[[RecordOfVisit, Course], None]


def _afterwards(course: Course) -> Iterator[tuple[date, Act]]:
    """What people do with a shared record, each on their day; they may come in any order."""
    answers = [(Role.HEADTEACHER, course.head), (Role.CHAIR, course.chair), (Role.CHAIR, course.chair_again)]
    for role, answer in answers:
        if answer is not None:
            yield answer.on, _answered(role, answer)
    if course.presented is not None:
        yield course.presented[1], _presented
    if course.decided_on is not None:
        yield course.decided_on, _decided
    if course.worked_on is not None:
        yield course.worked_on, _worked
    if course.correction is not None:
        yield from _corrected(course.correction)


def _answered(role: Role, answer: Answer) -> Act:
    """By whoever is head or chair and signs in, as long as it is open."""

    def act(record: RecordOfVisit, _course: Course) -> None:
        person = holder_of(role, school=record.school)
        if person is not None and record.status in ANSWERED_IN:
            record_actions.respond(
                record,
                by=person,
                on=clock.today(),
                version=answer.version,
                accurate=not answer.on_accuracy,
                on_accuracy=answer.on_accuracy,
                on_content=answer.on_content,
            )

    return act


def _presented(record: RecordOfVisit, course: Course) -> None:
    """By the clerk, the chair or the head, of those who sign in."""
    people = [holder_of(role, school=record.school) for role in (Role.CLERK, Role.CHAIR, Role.HEADTEACHER)]
    person = next((each for each in people if each), None)
    if person is not None and course.presented is not None and record.status == RecordStatus.SHARED:
        record_actions.present(
            record, by=person, on=clock.today(), held_on=course.presented[0], seen_version=record.version
        )


def _decided(record: RecordOfVisit, course: Course) -> None:
    """The head lets most strengths be shared, some not, and leaves some for later."""
    head, luck = holder_of(Role.HEADTEACHER, school=record.school), _luck(course, "strengths")
    for strength in record.strengths.filter(status="asked") if head else ():
        verb = luck.choice((*["consent"] * 6, "decline", "decline", ""))
        if head and verb:
            agreed_actions.decide(strength, verb, by=head, on=clock.today(), seen_version=strength.version)


def _worked(record: RecordOfVisit, course: Course) -> None:
    """The head says what has become of the school's actions: done, under way, or how far one is."""
    head, luck = holder_of(Role.HEADTEACHER, school=record.school), _luck(course, "actions")
    for action in record.actions.unfinished().filter(owner=Owner.SCHOOL) if head else ():
        given: dict[str, Any] = {"by": head, "seen_version": action.version}
        chance = luck.random()
        if chance < _DONE:
            agreed_actions.finish(action, on=clock.today(), note=said(luck, "done"), **given)
        elif chance < _UNDER_WAY:
            agreed_actions.begin(action, on=clock.today(), note=said(luck, "progress"), **given)
        elif chance < _TOLD:
            agreed_actions.report_progress(action, note=said(luck, "progress"), **given)


_DONE, _UNDER_WAY, _TOLD = 0.35, 0.7, 0.8


def _luck(course: Course, purpose: str) -> Random:
    return Random(f"{course.luck} {course.school} {course.held_on} {purpose}")  # noqa: S311 (chance to be repeated)


# A correction.


def _corrected(steps: Correcting) -> Iterator[tuple[date, Act]]:
    yield steps.proposed_on, _proposed
    if steps.returned_on is not None:
        yield steps.returned_on, _returned
    if steps.withdrawn_on is not None:
        yield steps.withdrawn_on, _withdrawn
    if steps.issued_on is not None:
        yield steps.issued_on, _issued


def _proposed(record: RecordOfVisit, course: Course) -> None:
    """The evidence is put right; and what was copied from elsewhere is taken out."""
    visit, steps = record.visit, course.correction
    if steps is None:
        return
    propose_correction(
        record,
        by=record.author,
        reason=steps.reason,
        seen=record.shared_version or 0,
        texts=record.texts | {"evidence": f"{record.evidence}\n{steps.evidence}"},
        content=_without_the_last(record.written) if steps.takes_out else record.written,
        visit={"kind": visit.kind, "held_on": visit.held_on, "days": visit.days},
    )


def _without_the_last(content: Content) -> Content:
    actions, strengths = list(content.actions), list(content.strengths)
    return replace(content, actions=actions[: max(1, len(actions) - 1)], strengths=strengths[: len(strengths) - 1])


def _returned(record: RecordOfVisit, _course: Course) -> None:
    correction, why = _correction(record), words()["correction_returned"]
    correction_actions.return_to_author(
        correction, by=manager_of(record), on=clock.today(), reason=why, seen_version=correction.version
    )


def _withdrawn(record: RecordOfVisit, _course: Course) -> None:
    correction, why = _correction(record), words()["correction_withdrawn"]
    correction_actions.withdraw(
        correction, by=record.author, on=clock.today(), reason=why, seen_version=correction.version
    )


def _issued(record: RecordOfVisit, _course: Course) -> None:
    correction = _correction(record)
    correction_actions.issue(correction, by=manager_of(record), on=clock.today(), seen_version=correction.version)


def _correction(record: RecordOfVisit) -> Correction:
    correction = open_correction(record)
    if correction is None:
        raise Blocked([f"No correction of {record} waits."])
    return correction


def author_of(school: School, role: Role) -> User:
    scopes: dict[Role, dict[str, object]] = {
        Role.SIP: {"school": school},
        Role.DSIM: {"double_district": school.district.double_district if school.district else None},
        Role.HEAD_OF_SERVICE: {"authority": school.authority},
    }
    return _somebody(role, **scopes[role])


def manager_of(record: RecordOfVisit) -> User:
    """The author's line manager."""
    school = record.school
    if record.author_role == Role.SIP:
        return author_of(school, Role.DSIM)
    role = Role.HEAD_OF_SERVICE if record.author_role == Role.DSIM else Role.CORPORATE_DIRECTOR
    return _somebody(role, authority=school.authority)


def _somebody(role: Role, **scope: object) -> User:
    person = holder_of(role, **scope)
    if person is None:
        raise LookupError(f"On {clock.today()} nobody who signs in is {role} over {scope}.")
    return person
