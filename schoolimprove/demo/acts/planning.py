"""Programmes, terms, and visits that are planned with schools; and what is kept of a school besides visits."""

from datetime import time
from decimal import Decimal

from schoolimprove.accounts.roles import Role
from schoolimprove.demo.script import Story, StoryEndsError, Verb
from schoolimprove.lib import clock
from schools.models import ProgrammeEdition, School, Visit
from schools.register.models.school import Phase
from schools.visits import actions
from schools.visits.actions import Plan
from schools.visits.contact_notes.actions import note_contact
from schools.visits.entitlement.actions import set_entitlement
from schools.visits.models.visit import VisitKind
from schools.visits.opening.actions import open_term
from schools.visits.programme.actions import Wanted, abandon_programme, agenda_of, publish_programme, write_programme
from schools.visits.term_slots import slot_of

AT = time(9, 15)
"""When planned visits begin."""


def open_last_term(story: Story) -> None:
    open_term(story.days.last.year, story.days.last.name.value, by=story.by, on=clock.today())


def open_next_term(story: Story) -> None:
    open_term(story.days.next.year, story.days.next.name.value, by=story.by, on=clock.today())


def write(story: Story, *, title: str, topics: list[list[str]]) -> None:
    """An edition for secondary schools, of the next term."""
    agenda = agenda_of([Wanted(*topic) for topic in topics], closing="")
    term = story.days.next.name.value
    story.add(write_programme(by=story.by, title=title, topics=agenda, phase=Phase.SECONDARY, term=term))


def publish(story: Story) -> None:
    edition, first = story.the(ProgrammeEdition), story.days.next.start
    seen = edition.version
    publish_programme(edition, by=story.by, on=clock.today(), published_from=first, seen_version=seen)


def abandon(story: Story, *, reason: str) -> None:
    edition = story.the(ProgrammeEdition)
    abandon_programme(edition, by=story.by, on=clock.today(), reason=reason, seen_version=edition.version)


# Visits.


def propose(story: Story, *, to: int | str, purpose: str = "", team: str = "") -> None:
    """A date for the core visit that is owed to the school, or a new visit of the story's kind."""
    day, kind, today = story.day(to), VisitKind(story.told.get("kind", "core")), clock.today()
    if kind == VisitKind.CORE:
        visit = owed_to(story.school, story, to)
        actions.propose(visit, by=story.by, on=today, seen_version=visit.version, day=day, at=AT)
    else:
        plan = Plan(kind, day, AT, visitor=story.who(Role.SIP), purpose=purpose, team=team)
        visit = actions.plan(story.school, plan, by=story.by, on=today)
    story.add(visit)


def owed_to(school: School, story: Story, to: int | str) -> Visit:
    """Return the core visit of the term of that day that has no date yet."""
    slot = slot_of(school.pk, story.day(to))
    owed = school.visits.filter(kind=VisitKind.CORE, status="due").select_related("school__authority")
    visit = owed.of_term(*slot).first() if slot else None
    if visit is None:
        raise StoryEndsError
    return visit


def agree(story: Story) -> None:
    visit = the_visit(story)
    actions.agree(visit, by=story.by, on=clock.today(), seen_version=visit.version)


def note_agreement(story: Story, *, how: str) -> None:
    visit = the_visit(story)
    actions.note_agreement(visit, by=story.by, on=clock.today(), seen_version=visit.version, how=how)


def cancel(story: Story, *, reason: str) -> None:
    visit = the_visit(story)
    actions.cancel(visit, by=story.by, on=clock.today(), seen_version=visit.version, reason=reason)


def add_to_agenda(story: Story, *, heading: str, detail: str) -> None:
    actions.add_to_agenda(the_visit(story), by=story.by, heading=heading, detail=detail)


def counter(story: Story, *, to: int | str, reason: str) -> None:
    """The school asks for another date."""
    visit, on, day = the_visit(story), clock.today(), story.day(to)
    actions.ask_for_another_date(visit, by=story.by, on=on, seen_version=visit.version, suggested_on=day, reason=reason)


def the_visit(story: Story) -> Visit:
    return story.the(Visit, "school__district__double_district", "school__authority")


def performance_management(story: Story, *, team: str) -> None:
    by, on, days = story.by, clock.today(), Decimal("0.5")
    actions.record_performance_management(story.school, by=by, on=on, held_on=story.held_on, days=days, team=team)


def note(story: Story, **said: str) -> None:
    """Of a call, an email, a meeting or a letter the working day before."""
    yesterday = story.days.count(clock.today(), -1)
    note_contact(story.school, by=story.by, on=clock.today(), happened_on=yesterday, **said)


def entitle(story: Story, *, days: int, reason: str) -> None:
    year = story.days.year
    set_entitlement(story.school, year, days=Decimal(days), reason=reason, by=story.by, seen_version=0)


VERBS: dict[str, Verb] = {
    "open last term": open_last_term,
    "open next term": open_next_term,
    "write edition": write,
    "publish edition": publish,
    "abandon edition": abandon,
    "propose visit": propose,
    "agree": agree,
    "note agreement": note_agreement,
    "cancel": cancel,
    "add to agenda": add_to_agenda,
    "ask for another date": counter,
    "record performance management": performance_management,
    "note contact": note,
    "set entitlement": entitle,
}
