"""The Visits tab of a school: what is planned and owed, the records of what was held, and the contacts between."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.reminders.models import Deadline
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schools.records.deadlines import OF_RECORDS
from schools.records.models.record import RecordOfVisit
from schools.register.lineage import predecessors
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, paged, school_read
from schools.visits.actions import plannable_kinds
from schools.visits.contact_notes.pages import note_table
from schools.visits.deadlines import due_on
from schools.visits.entitlement.actions import usage_told
from schools.visits.models.contact_note import ContactNote
from schools.visits.models.visit import WITHOUT_RECORD, Visit
from schools.visits.states import VisitStatus


def record_table(records: Iterable[RecordOfVisit], caption: str, *, names_school: bool = False) -> components.Table:
    """List records, with what is overdue of each; `names_school` where records of predecessors are among them."""
    labels = ["Visit", *(["School"] if names_school else []), "Type", "Written by", "State"]
    listed = list(records)
    late = late_records(listed, clock.today())
    rows = [_record_row(record, names_school=names_school, late=record.pk in late) for record in listed]
    columns = [components.Column(label) for label in labels]
    return components.Table(caption, columns, rows, empty="No Records of Visit for you to read yet.")


def late_records(records: Sequence[RecordOfVisit], on: date) -> set[int]:
    """Return the keys of the records that are overdue: to submit, approve, answer or present. One query."""
    late = Deadline.objects.overdue(on).filter(rule__in=OF_RECORDS, subject_kind=RecordOfVisit._meta.label_lower)
    keys = [record.pk for record in records]
    return set(late.filter(subject_id__in=keys).order_by().values_list("subject_id", flat=True)) if keys else set()


def _record_row(record: RecordOfVisit, *, names_school: bool, late: bool) -> list[Any]:
    overdue = components.Status("overdue", "Overdue") if late else None
    return [
        components.Link(clock.uk_date(record.held_on), record.get_absolute_url(), record.reference, overdue),
        *([record.school.name] if names_school else []),
        record.visit.get_kind_display(),
        record.author,
        components.Status(record.status, record.get_status_display()),
    ]


LATEST_NOTES, HELD_SHOWN = 5, 20
_DAYS = components.Column("Days", numeric=True)


class SchoolVisits(SchoolTabView):
    """What is planned and owed, the records of what was held, and the contacts between."""

    template_name = "schools/records/school_visits.html"
    tab = "visits"
    permission = Permission.VIEW_SHARED_RECORD

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        records = RecordOfVisit.objects.visible_along(self.school, self.predecessors, user).for_lists()
        page = paged(self.request, records)
        table = record_table(page.object_list, "Records of Visit", names_school=bool(self.predecessors))
        visits = Visit.objects.visible_at(self.school, user)
        return super().get_context_data(
            table=table,
            page_obj=page,
            planned=planned_table(self.school, visits, user),
            performance=performance_table(visits) if self.may(Permission.VIEW_PERFORMANCE_MANAGEMENT) else None,
            notes=self.notes(),
            may_plan=bool(plannable_kinds(user, self.school)),
            may_commission=self.may(Permission.COMMISSION_REVIEW),
            may_record_performance=self.may(Permission.RECORD_PERFORMANCE_MANAGEMENT),
            may_note=self.may(Permission.WRITE_CONTACT_NOTE),
            days=usage_told(user, self.school, on=clock.today()),
            exports=export_links("schools:visits_export", user, self.school.urn, on=self.school),
            **kwargs,
        )

    def may(self, permission: Permission) -> bool:
        return user_can(self.request.user, permission, on=self.school)

    def notes(self) -> components.Table | None:
        """The latest contacts; the school does not read them."""
        if not self.may(Permission.VIEW_CONTACT_NOTE):
            return None
        latest = ContactNote.objects.filter(school=self.school).standing().select_related("school", "author")
        return note_table(latest[:LATEST_NOTES], user=self.request.user)


def to_come(visits: Any) -> Any:
    """Owed or planned, each with the day it is due by; what has no date yet is the last."""
    dated = visits.not_held().select_related("author").annotate(due=due_on())
    return dated.order_by(F("planned_on").asc(nulls_last=True), "pk")


def planned_table(school: School, visits: Any, user: Any) -> components.Table:
    """What is to come, the soonest first; what has no date yet after it."""
    rows = [_planned_row(school, visit, user) for visit in to_come(visits)]
    columns = [components.Column(label) for label in ("Visit", "Date", "State", "Who goes", "Due")]
    return components.Table("Visits to come", columns, rows, empty="No visits planned or due.")


def _planned_row(school: School, visit: Any, user: Any) -> list[Any]:
    visit.school = school
    asked = visit.status == VisitStatus.PROPOSED and user_can(user, Permission.ARRANGE_VISIT, on=school)
    return [
        components.Link(visit.get_kind_display(), visit.get_absolute_url(), "Respond" if asked else ""),
        visit.planned_on or "No date yet",
        components.Status(visit.status, visit.get_status_display()),
        visit.author or "No one yet",
        visit.due or "No deadline",
    ]


def of_performance(visits: Any) -> Any:
    return visits.held().filter(kind__in=WITHOUT_RECORD).select_related("school", "author")


def performance_table(visits: Any) -> components.Table:
    """Date, people and days, for those whom it concerns."""
    held = of_performance(visits)
    rows = [
        [components.Link(clock.uk_date(visit.held_on), visit.get_absolute_url()), visit.author, visit.team, visit.days]
        for visit in held[:HELD_SHOWN]
    ]
    columns = [*(components.Column(label) for label in ("Date", "Recorded by", "Who took part")), _DAYS]
    return components.Table("Headteacher’s performance management", columns, rows, empty="None recorded.")


URN = Column("urn", "URN", "Unique reference number of the school")

VISITS = ListFile(
    "school-visits",
    "visits of a school",
    "A school: Visits",
    "A visit that is due or planned, then a Record of Visit, then a performance management meeting that was held",
    [
        URN,
        Column("school", "School", "Name of the school: this one or its predecessor"),
        Column("kind", "Type of visit", "Type of visit"),
        Column("state", "State", "State of the visit"),
        Column("day", "Date", "Day it was held, or is proposed or agreed for"),
        Column("at", "Time", "Planned time of day, if any"),
        Column("visitor", "Who goes", "Who goes or went"),
        Column("team", "Who else takes part", "Who else takes part"),
        Column("days", "Days", "Days used or planned"),
        Column("due", "Due", "Day a core visit is due"),
        Column("record", "Record", "Reference of its record, if there is one you can read"),
        Column("record_state", "State of the record", "State of that record"),
    ],
)


@exports(VISITS)
def export_visits(request: HttpRequest, urn: int) -> Taken:
    """All that the tab shows of visits, in its order."""
    school, user = school_read(request, urn, Permission.VIEW_SHARED_RECORD), request.user
    visits = Visit.objects.visible_at(school, user).select_related("school", "author")
    planned, performance = to_come(visits), of_performance(visits)
    records = RecordOfVisit.objects.visible_along(school, predecessors(school), user).for_lists()
    rows = chain(
        (_visit_row(visit, visit.due) for visit in planned.iterator(500)),
        (_record_export_row(record) for record in records.iterator(500)),
        (_visit_row(visit, None) for visit in performance.iterator(500)),
    )
    return Taken(rows, planned.count() + records.count() + performance.count(), school=school)


def _visit_row(visit: Visit, due: Any, record: Sequence[str] = ("", "")) -> list[Any]:
    return [
        visit.school.urn,
        visit.school.name,
        visit.get_kind_display(),
        visit.get_status_display(),
        visit.day,
        f"{visit.planned_at:%H:%M}" if visit.planned_at else "",
        str(visit.author or ""),
        visit.team,
        visit.days,
        due,
        *record,
    ]


def _record_export_row(record: RecordOfVisit) -> list[Any]:
    record.visit.school, record.visit.author = record.school, record.author
    return _visit_row(record.visit, None, (record.reference, record.get_status_display()))
