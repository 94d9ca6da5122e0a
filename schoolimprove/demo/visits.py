"""One visit and its record, step by step through the real verbs, on the days it was given."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schools.actions import start_record
from schools.models import RecordOfVisit, School
from schools.models.visit import VisitKind

from .cast import holder_of
from .stories import Story
from .texts import Written, mended


@dataclass(frozen=True)
class Answer:
    """What the headteacher or the chair says: errors of fact, if any, and comments."""

    on: date
    on_accuracy: str = ""
    on_content: str = ""


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
    approved_on: date | None = None
    head: Answer | None = None
    chair: Answer | None = None
    author: Role = Role.SIP
    kind: VisitKind = VisitKind.CORE
    days: Decimal = Decimal("1.0")


def told(course: Course) -> Story:
    """The life of the record. Who acts is whoever holds the role on the day."""
    yield course.started_on
    school = School.objects.select_related("district__double_district", "authority").get(name=course.school)
    author = author_of(school, course.author)
    record = start_record(
        school,
        by=author,
        on=clock.today(),
        kind=course.kind,
        held_on=course.held_on,
        days=course.days,
        texts=course.text.as_texts(),
    )
    yield from _submission(record, author, course)
    if course.approved_on is not None:
        yield course.approved_on
        record.approve(by=manager_of(record), on=clock.today(), seen_version=record.version)
        yield from _answers(record, course)


def _submission(record: RecordOfVisit, author: User, course: Course) -> Story:
    """Submitted; where it comes back, mended and submitted again."""
    if course.submitted_on is not None:
        yield course.submitted_on
        record.submit(by=author, on=clock.today(), seen_version=record.version)
    if course.returned_on is not None:
        yield course.returned_on
        manager = manager_of(record)
        record.return_to_author(by=manager, on=clock.today(), reason=course.return_reason, seen_version=record.version)
    if course.submitted_again_on is not None:
        yield course.submitted_again_on
        texts = record.texts | {"findings": mended(record.findings)}
        record.revise(by=author, seen_version=record.version, **texts)
        record.submit(by=author, on=clock.today(), seen_version=record.version)


def _answers(record: RecordOfVisit, course: Course) -> Story:
    """The head's and the chair's, of those who sign in; they may come in either order."""
    given = [(Role.HEADTEACHER, course.head), (Role.CHAIR, course.chair)]
    coming = sorted(((answer.on, role, answer) for role, answer in given if answer), key=lambda each: each[:2])
    for day, role, answer in coming:
        yield day
        person = holder_of(role, school=record.school)
        if person is not None:
            record.respond(
                by=person,
                on=clock.today(),
                version=1,
                accurate=not answer.on_accuracy,
                on_accuracy=answer.on_accuracy,
                on_content=answer.on_content,
            )


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
