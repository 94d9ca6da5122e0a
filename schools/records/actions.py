"""Begin, write, submit, approve, answer, present, correct and close Records of Visit (domain 3.3, 3.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import Held, acting, authorising
from schoolimprove.accounts.roles import Permission, rights_over
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models.reference import next_reference
from schoolimprove.records.transition import Blocked, Conflict, record_event, save_changes, transition
from schools.policy import SERVICE_BY_TYPE
from schools.records import deadlines, emails, guards, pdf, versions
from schools.records.content import Content
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import ANSWERED_IN, TEXTS, RecordOfVisit
from schools.records.models.response import Response
from schools.records.models.version import RecordVersion
from schools.records.rules import wrong_with_presenting, wrong_with_response
from schools.records.states import RecordStatus
from schools.register.models.school import School
from schools.visits import actions as visit_actions
from schools.visits.models.agenda_item import ADDED_IN_WRITING, AgendaItem
from schools.visits.models.programme import edition_for
from schools.visits.models.visit import COMMISSIONED, WITHOUT_RECORD, Source, Visit, VisitKind
from schools.visits.rules import wrong_with_visit_date
from schools.visits.term_slots import slot_of


def start_record(
    school: School,
    *,
    by: User,
    on: date,
    kind: str,
    held_on: date,
    days: Decimal,
    texts: Mapping[str, str],
    content: Content | None = None,
    visit: Visit | None = None,
) -> RecordOfVisit:
    """A visit that was held and the draft of its record.

    `visit` is the one that was planned; without it a core visit is the one its term owes to the school, if there is
    one. `Blocked` when the school is not served that day; `Conflict` when the visit was held or moved meanwhile.
    """
    actor = acting(by, Permission.WRITE_RECORD, on=school)
    if reasons := blockers_to_record(school, by=by, on=on, kind=kind, held_on=held_on, visit=visit):
        raise Blocked(reasons)
    held = authorising(by, Permission.WRITE_RECORD, on=school)
    with transaction.atomic():
        visited = visit or _owed(school, kind, held_on) or _unplanned(school, kind, held_on, by=by)
        visit_actions.hold(
            visited, by=actor, on=on, held_on=held_on, seen_version=visited.version, kind=kind, days=days, author=by
        )
        record = RecordOfVisit.objects.create(
            visit=visited,
            reference=next_reference("RV", on=held_on),
            author=by,
            author_role=held.role if held else "",
            created_by=by,
            content=(content or Content()).as_json(),
            **texts,
        )
        record_event(record, "started", by=actor)
        deadlines.started(record)
    return record


def blockers_to_record(
    school: School, *, by: User, on: date, kind: str, held_on: date, visit: Visit | None = None
) -> list[str]:
    """Why no record of such a visit can be begun, as sentences."""
    if kind in WITHOUT_RECORD:
        return ["We record only the date, people and days of a headteacher’s performance management."]
    if kind in COMMISSIONED and (visit is None or visit.kind != kind):
        return ["An LA review must be commissioned, with its scope and team, before you can write its record."]
    if visit is not None and (visit.school_id != school.pk or (visit.kind in COMMISSIONED and kind != visit.kind)):
        return ["You can only write the record of the visit that was planned."]
    if visit is not None and kind in COMMISSIONED and visit.author_id != by.pk:
        return ["Only the person who leads an LA review can write its record."]
    served = school.blockers_to_visiting(policy_value(SERVICE_BY_TYPE, on=held_on), on=held_on)
    return wrong_with_visit_date(held_on, today=on) or served


def _owed(school: School, kind: str, held_on: date) -> Visit | None:
    """The core visit owed by the term of that day and not held yet."""
    slot = slot_of(school.pk, held_on) if kind == VisitKind.CORE else None
    return school.visits.of_term(*slot).not_held().filter(kind=kind).select_for_update().first() if slot else None


def _unplanned(school: School, kind: str, held_on: date, *, by: User) -> Visit:
    """A visit nobody planned, of the term of its day; the term's core visit where there is none yet.

    A second core visit of a term belongs to no term, and has its agenda all the same.
    """
    slot = slot_of(school.pk, held_on)
    visit = Visit(school=school, kind=kind, author=by, created_by=by)
    if slot is not None and kind == VisitKind.CORE:
        visit.edition = edition_for(school.phase, slot[1], held_on)
        taken = school.visits.of_term(*slot).filter(kind=kind).standing().exists()
        slot = None if taken else slot
    visit.academic_year, visit.term = slot or (None, "")
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError:
        return _after_all(visit, held_on, by=by)
    return visit


def _after_all(visit: Visit, held_on: date, *, by: User) -> Visit:
    """The term was opened meanwhile, and owes the visit; or a colleague held it, and this is one more."""
    owed = _owed(visit.school, visit.kind, held_on)
    if owed is not None:
        return owed
    more = Visit(school=visit.school, kind=visit.kind, author=by, created_by=by, edition=visit.edition)
    more.save(force_insert=True)
    return more


def revise(
    record: RecordOfVisit,
    *,
    by: User,
    seen_version: int,
    visit: Any = None,
    content: Content | None = None,
    new_item: tuple[str, str] | None = None,
    dropped_items: Sequence[str] = (),
    **texts: str,
) -> None:
    """Save the author's text while it is a draft, and what was wrong about the visit; the date it is due moves.

    `visit` may be a mapping of kind, held_on and days; `new_item` the heading of an agenda item that is added and
    what was found on it, `dropped_items` keys of those taken off. `Conflict` when somebody saved first.
    """
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    with transaction.atomic():
        current = RecordOfVisit.objects.select_for_update().get(pk=record.pk)
        if current.status != RecordStatus.DRAFT:
            raise Conflict(current)
        written = _agenda_kept(record, content, new_item, dropped_items, by=actor)
        save_changes(record, "revised", by=actor, seen_version=seen_version, **texts, **written)
        before = record.visit.held_on
        if visit and visit_actions.correct(record.visit, by=actor, on=clock.today(), **visit):
            deadlines.visit_redated(record, before=before)


def _agenda_kept(
    record: RecordOfVisit,
    content: Content | None,
    new_item: tuple[str, str] | None,
    dropped: Sequence[str],
    *,
    by: Actor,
) -> dict[str, Any]:
    """The agenda as the author leaves it, and the content with the finding on what is new."""
    if content is None:
        return {}
    for item in record.visit.agenda_items.standing().filter(source=Source.AUTHORITY):
        if item.as_line().key in dropped:
            visit_actions.take_away_in_writing(item, by=by)
    if new_item is not None:
        heading, found = new_item
        added = AgendaItem.objects.create(
            visit=record.visit, source=Source.AUTHORITY, heading=heading, created_by=by.user
        )
        record_event(added, ADDED_IN_WRITING, by=by)
        content = replace(content, findings={**content.findings, added.as_line().key: found})
    return {"content": content.as_json()}


def submit(record: RecordOfVisit, *, by: User, on: date, seen_version: int) -> None:
    """Send it to the author's line manager."""
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    stamp: dict[str, Any] = {"submitted_at": clock.now(), "submitted_by": by, "returned_because": ""}
    with transaction.atomic():
        reasons = guards.blockers(record, "submit", on=on)
        transition(record, "submit", by=actor, seen_version=seen_version, blockers=reasons, **stamp)
        deadlines.submitted(record, by=by, on=on)


def recall(record: RecordOfVisit, *, by: User, on: date, seen_version: int) -> None:
    """Take it back from the line manager, who has not decided yet; the date it was due by holds again."""
    if not record.is_written_by(by):
        raise PermissionDenied
    actor = acting(by, Permission.WRITE_RECORD, on=record)
    with transaction.atomic():
        transition(record, "recall", by=actor, seen_version=seen_version)
        deadlines.recalled(record)


def abandon(record: RecordOfVisit, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Give up a draft, by its author or their line manager: its visit no longer counts."""
    actor = acting(by, Permission.WRITE_RECORD, on=record) if record.is_written_by(by) else _manager(record, by)
    with transaction.atomic():
        transition(record, "abandon", by=actor, reason=reason, seen_version=seen_version)
        visit_actions.void(record.visit, by=actor, on=on, reason=reason)
        deadlines.abandoned(record)


def return_to_author(
    record: RecordOfVisit,
    *,
    by: User,
    on: date,
    reason: str,
    seen_version: int,
    comments: Mapping[str, str] | None = None,
) -> None:
    """Send it back with comments: on the whole, and on any of `parts()` by name."""
    actor = _manager(record, by)
    headings = dict(record.parts())
    with transaction.atomic():
        transition(record, "return", by=actor, reason=reason, seen_version=seen_version, returned_because=reason)
        for part, text in (comments or {}).items():
            record.assurance_comments.create(
                part=part, heading=headings[part], text=text, record_version=record.version, by=by
            )
        deadlines.returned(record, by=by, on=on)


def approve(record: RecordOfVisit, *, by: User, on: date, seen_version: int) -> None:
    """Freeze version 1 and share it with the headteacher and the chair."""
    actor = _manager(record, by)
    stamp: dict[str, Any] = {"approved_at": clock.now(), "approved_by": by, "shared_version": 1}
    with transaction.atomic():
        transition(record, "approve", by=actor, seen_version=seen_version, **stamp)
        _hold_meetings(record)
        versions.share(record, number=1, by=actor)
        due_on = deadlines.shared(record, on=on)
        emails.tell_school_of_shared_record(record, on=on, due_on=due_on)


def respond(
    record: RecordOfVisit,
    *,
    by: User,
    on: date,
    version: int,
    accurate: bool,
    on_accuracy: str,
    on_content: str,
    role: str = "",
) -> Response:
    """The school's answer to one version, on factual accuracy and on content, once for each role.

    Pass `role` for a user who is headteacher and chair. Without it, they answer in the first role still to answer.
    """
    held = [each for each in record.respondents(by) if role in ("", each.role)]
    if not held:
        raise PermissionDenied
    if record.status not in ANSWERED_IN or version != record.shared_version:
        raise Conflict(record)
    reasons = wrong_with_response(accurate=accurate, on_accuracy=on_accuracy)
    if reasons:
        raise Blocked(reasons)
    with transaction.atomic():
        # Of two who answer at once the second waits, and finds that it is the last to answer. A correction
        # issued meanwhile leaves nothing to answer of what was read.
        current = RecordOfVisit.objects.select_for_update().get(pk=record.pk)
        if current.status not in ANSWERED_IN or current.shared_version != version:
            raise Conflict(current)
        answering = _first_unanswered(record, held)
        texts = {"accurate": accurate, "on_accuracy": on_accuracy, "on_content": on_content}
        response = Response.objects.create(
            version=record.versions.get(number=version), role=answering.role, by=by, **texts
        )
        actor = Actor(by, answering.appointment_id)
        record_event(record, "responded", by=actor, changes={"version": [None, version]})
        deadlines.answered_by(record, by)
        deadlines.responded(record, roles_asked=record.roles_asked(on), roles_answered=record.roles_answered())
        ask_to_close(record, on=on)
        pdf.asked_to_freeze(response.version, pdf.answered(response))
        emails.tell_author_of_response(record, response)
    return response


def _manager(record: RecordOfVisit, user: User) -> Any:
    if not record.is_approved_by(user):
        raise PermissionDenied
    return acting(user, rights_over(record.author_role).approve, on=record)


def _first_unanswered(record: RecordOfVisit, held: list[Held]) -> Held:
    answered = record.roles_answered()
    for each in held:
        if each.role not in answered:
            return each
    raise Blocked(["Your school has already responded to this version in that role."])


def present(record: RecordOfVisit, *, by: User, on: date, held_on: date, seen_version: int) -> None:
    """It was presented at the governors' meeting of that day; a meeting nobody had entered is entered with it."""
    actor = acting(by, Permission.PRESENT_RECORD, on=record)
    with transaction.atomic():
        reasons = [] if record.shared_version is None else wrong_with_presenting(held_on, record.shared_on, today=on)
        if reasons:
            raise Blocked(reasons)
        reasons = guards.blockers(record, "present", on=on)
        transition(record, "present", by=actor, seen_version=seen_version, blockers=reasons, presented_on=held_on)
        _hold_meetings(record)
        deadlines.presented(record)
        pdf.asked_to_freeze_act(record.newest_version(), pdf.PRESENTED)
        if _enter_meeting(record, held_on, by=actor):
            others = RecordOfVisit.objects.awaiting_presentation().filter(school=record.school_id)
            deadlines.meetings_changed(others.with_issued_at().select_related("visit"))
        ask_to_close(record, on=on)


def undo_presentation(record: RecordOfVisit, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """Mark a record as not presented after all; the governors have to see it by the day they had before."""
    actor = acting(by, Permission.PRESENT_RECORD, on=record)
    with transaction.atomic():
        RecordOfVisit.objects.select_for_update().get(pk=record.pk)
        reasons = guards.blockers(record, "undo presentation", on=on)
        anew: dict[str, Any] = {"presented_on": None, "closed_at": None}
        transition(
            record, "undo presentation", by=actor, reason=reason, seen_version=seen_version, blockers=reasons, **anew
        )
        _hold_meetings(record)
        deadlines.not_presented(record)
        pdf.asked_to_freeze_act(record.newest_version(), pdf.UNDONE)
        ask_to_close(record, on=on)


def ask_to_close(record: RecordOfVisit, *, on: date) -> None:
    """Open or drop the task to close a record; the nightly job handles what time alone changes."""
    deadlines.may_be_closed(record, may=guards.to_close(on).filter(pk=record.pk).exists())


def close(record: RecordOfVisit, *, by: User | None, on: date, seen_version: int) -> None:
    """By its author, their line manager, or, with nobody named, the nightly job."""
    actor = SYSTEM if by is None else _closer(record, by)
    with transaction.atomic():
        _end(record, "close", by=actor, on=on, seen_version=seen_version)


def close_unpresented(record: RecordOfVisit, *, by: User, on: date, reason: str, seen_version: int) -> None:
    """A core record that the governors did not see in time is closed all the same, with the reason."""
    actor = _manager(record, by)
    with transaction.atomic():
        _end(record, "close unpresented", by=actor, on=on, reason=reason, seen_version=seen_version)


def correct(
    record: RecordOfVisit,
    *,
    by: Actor,
    on: date,
    reason: str,
    seen_version: int,
    texts: Mapping[str, str],
    content: Content,
    visit: Mapping[str, Any],
) -> RecordVersion:
    """Freeze and share a new version; `schools.records.corrections` alone calls this, when it issues one.

    The record says from then on what its newest version says. It is to be answered, and presented, anew.
    """
    number = (record.shared_version or 0) + 1
    words = {name: texts[name] for name in TEXTS} | {"content": content.as_json()}
    anew: dict[str, Any] = {"shared_version": number, "presented_on": None, "closed_at": None}
    with transaction.atomic():
        transition(record, "correct", by=by, reason=reason, seen_version=seen_version, **anew, **words)
        _hold_meetings(record)
        visit_actions.correct(record.visit, by=by, on=on, **visit)
        version = versions.share(record, number=number, by=by, reason=reason)
        due_on = deadlines.corrected(record, on=on)
        emails.tell_school_of_correction(record, on=on, due_on=due_on)
    return version


def _closer(record: RecordOfVisit, user: User) -> Actor:
    return acting(user, Permission.WRITE_RECORD, on=record) if record.is_written_by(user) else _manager(record, user)


def _end(record: RecordOfVisit, verb: str, *, by: Actor, on: date, seen_version: int, reason: str = "") -> None:
    """Nobody answers, and nobody proposes a correction, between what is asked here and what is written."""
    RecordOfVisit.objects.select_for_update().get(pk=record.pk)
    reasons, stamp = guards.blockers(record, verb, on=on), {"closed_at": clock.now()}
    transition(record, verb, by=by, reason=reason, seen_version=seen_version, blockers=reasons, **stamp)
    _hold_meetings(record)
    guards.record_silence_of(record, on=on)
    deadlines.closed(record)
    pdf.asked_to_freeze_act(record.newest_version(), pdf.CLOSED)


def _hold_meetings(record: RecordOfVisit) -> None:
    """Nobody enters or cancels a meeting, and by it dates the record anew, until the transaction ends.

    After the record and before any deadline: `schools.records.governors.actions` holds the school and then the
    deadlines.
    """
    School.objects.select_for_update(of=("self",), no_key=True).get(pk=record.school_id)


def _enter_meeting(record: RecordOfVisit, held_on: date, *, by: Actor) -> bool:
    """Whether the meeting was not known before. Two who enter it at once enter one."""
    meetings = GovernorsMeeting.objects.standing().filter(school=record.school_id, held_on=held_on)
    if meetings.exists():
        return False
    meeting = GovernorsMeeting.objects.create(school_id=record.school_id, held_on=held_on, created_by=by.user)
    record_event(meeting, "entered", by=by)
    return True
