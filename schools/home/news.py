"""What changed since somebody was last here: what others did at the schools they look after or belong to.

Each kind of news is a filter of the audit that asks for the same right as the page it leads to. What an import did to
hundreds of schools is told once, by the import.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery

from schoolimprove.accounts.rights import all_authorising
from schoolimprove.accounts.roles import Permission
from schoolimprove.records.models import AuditEvent
from schoolimprove.ui.components import Event
from schools.records.chronology import SHOWN_TO_READERS
from schools.records.models.action import RecordAction
from schools.records.models.meeting import GovernorsMeeting
from schools.records.models.record import RecordOfVisit
from schools.records.models.strength import Strength
from schools.register.chronology import Place, in_words
from schools.register.models.appointment import Appointment
from schools.register.models.school import School
from schools.visits.chronology import TOLD_WITH_THE_RECORD
from schools.visits.models.agenda_item import ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING, AgendaItem
from schools.visits.models.contact_note import ContactNote
from schools.visits.models.visit import Visit

OF_SHARING = ("agreed", "named")
"""What becomes of actions and strengths by sharing their record, which is news itself."""


def news_about_schools(user: Any, since: datetime, most: int) -> Sequence[Event]:
    """A constant number of queries at any size of scope: of the schools no more is read than their names and URNs."""
    of_event = School.objects.filter(pk=OuterRef("school_id")).order_by()
    named = {f"school_{name}": Subquery(of_event.values(name)[:1]) for name in ("urn", "name")}
    events: list[Any] = list(changes_since(user, since).annotate(**named).order_by("-at", "-pk")[:most])
    schools = {each.school_id: School(pk=each.school_id, urn=each.school_urn, name=each.school_name) for each in events}
    told = in_words(events, [Place(school) for school in schools.values()])
    return [replace(worded, where=event.school_name) for worded, event in zip(told, events, strict=True)]


def changes_since(user: Any, since: datetime) -> QuerySet[AuditEvent]:
    """The events that are news to this user; what they did themselves is not.

    The schools come first, since an index finds their events; what else is asked of each event is asked of few.
    """
    mine = School.objects.visible_to(user).order_by().values("pk")
    by_hand = AuditEvent.objects.filter(school_id__in=mine, at__gt=since, run_id__isnull=True)
    known = Q(pk__in=[])
    for each in _kinds_of_news(user):
        known |= each
    return by_hand.filter(known).exclude(by=user).select_related("by")


def _kinds_of_news(user: Any) -> Iterator[Q]:
    yield _about(RecordOfVisit) & Q(_among(RecordOfVisit.objects.visible_to(user)), verb__in=SHOWN_TO_READERS)
    yield _about(Visit) & Q(_among(Visit.objects.visible_to(user))) & ~Q(verb__in=TOLD_WITH_THE_RECORD)
    read = _at(user, Permission.VIEW_SHARED_RECORD)
    yield _about(AgendaItem) & read & ~Q(verb__in=(ADDED_IN_WRITING, TAKEN_AWAY_IN_WRITING))
    yield _about(RecordAction, Strength) & read & ~Q(verb__in=OF_SHARING)
    yield _about(GovernorsMeeting) & read
    yield _about(ContactNote) & _at(user, Permission.VIEW_CONTACT_NOTE)
    yield _about(School, Appointment) & _at(user, Permission.VIEW_SCHOOL_HISTORY)


def _about(*models: type[Model]) -> Q:
    return Q(subject_kind__in=[model._meta.label_lower for model in models])


def _among(rows: QuerySet[Any]) -> Exists:
    return Exists(rows.order_by().filter(pk=OuterRef("subject_id")))


def _at(user: Any, permission: Permission) -> Q:
    """At schools where the right is held: of all that are seen nothing needs asking when each comes with the right."""
    if all_authorising(user, permission) == all_authorising(user, Permission.VIEW_SCHOOL):
        return Q()
    return Q(Exists(School.objects.visible_to(user, permission).order_by().filter(pk=OuterRef("school_id"))))
