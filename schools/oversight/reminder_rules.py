"""What schools tells reminders of its rules: who is told at which step, in which words, and who may know (domain 9.1).

A school's own lateness goes to its partner and their DSIM and no further; what stays late in the authority goes up from
the partner to the DSIM, the Head and the Director.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib.clock import uk_date
from schoolimprove.reminders.registry import Described, Rule, Rung, register_reached, rules
from schoolimprove.reminders.steps import Step
from schools.oversight import audiences, upcoming
from schools.records import deadlines as record_deadlines
from schools.records.models.record import RecordOfVisit
from schools.register.models.school import School
from schools.register.scope import covering, in_scope
from schools.visits import deadlines as visit_deadlines
from schools.visits.models.visit import Visit

_COMING, _LATE, _FIRST, _SECOND, _THIRD = Step.COMING, Step.LATE, Step.FIRST, Step.SECOND, Step.THIRD

LADDERS: dict[str, tuple[Rung, ...]] = {
    record_deadlines.SUBMIT: (
        Rung(_COMING, audiences.AUTHOR),
        Rung(_LATE, audiences.AUTHOR),
        Rung(_FIRST, audiences.MANAGERS),
        Rung(_SECOND, audiences.ABOVE_MANAGERS),
        Rung(_THIRD, audiences.TOP),
    ),
    record_deadlines.ASSURE: (
        Rung(_COMING, audiences.MANAGERS),
        Rung(_LATE, audiences.MANAGERS),
        Rung(_FIRST, audiences.ABOVE_MANAGERS),
        Rung(_SECOND, audiences.TOP),
    ),
    record_deadlines.RESPOND: (
        Rung(_COMING, audiences.ASKED_TO_ANSWER),
        Rung(_LATE, audiences.ASKED_TO_ANSWER),
        Rung(_LATE, audiences.PARTNER),
        Rung(_FIRST, audiences.DSIM),
    ),
    record_deadlines.PRESENT: (
        Rung(_COMING, audiences.PRESENTERS),
        Rung(_LATE, audiences.PRESENTERS),
        Rung(_LATE, audiences.PARTNER),
        Rung(_FIRST, audiences.DSIM),
    ),
    visit_deadlines.CORE_VISIT: (
        Rung(_COMING, audiences.VISITOR),
        Rung(_LATE, audiences.VISITOR),
        Rung(_FIRST, audiences.DSIM_OF_VISIT),
        Rung(_SECOND, audiences.HEAD_OF_VISIT),
        Rung(_THIRD, audiences.DIRECTOR_OF_VISIT),
    ),
    visit_deadlines.CORE_SOON: (
        Rung(_COMING, audiences.VISITOR),
        Rung(_LATE, audiences.VISITOR),
        Rung(_LATE, audiences.DSIM_OF_VISIT),
    ),
    visit_deadlines.NOT_SEEN: (
        Rung(_COMING, audiences.PARTNER),
        Rung(_LATE, audiences.PARTNER),
        Rung(_FIRST, audiences.DSIM),
        Rung(_SECOND, audiences.HEAD),
    ),
}
"""Rule → its rungs. `docs/reminders.md` is written from it."""
SOURCES = dict.fromkeys((*visit_deadlines.OF_CORE_VISITS, visit_deadlines.NOT_SEEN), "rule 3.1")
RECORDS = "rule 3.4"


def register() -> None:
    """Called once, when the app is ready."""
    register_reached(_reached)
    for order, (key, ladder) in enumerate(LADDERS.items(), start=10):
        rules.register(
            Rule(
                key=key,
                order=order,
                label=record_deadlines.LABELS[key],
                source=SOURCES.get(key, RECORDS),
                ladder=ladder,
                described=_DESCRIBED[key],
                known_to=_known,
            )
        )


def _reached(address: str, schools: Collection[int]) -> set[int]:
    """At which of these schools somebody who does not sign in holds a post today, by their address."""
    return {
        school.pk
        for school in School.objects.filter(pk__in=schools).select_related("district")
        if covering(school, roles=list(Role)).filter(person__user=None, person__email__iexact=address).exists()
    }


def _records(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    """One query. A record is not named to whoever may not see it."""
    records = RecordOfVisit.objects.all() if user is None else RecordOfVisit.objects.visible_to(user)
    found = records.filter(pk__in={each.subject_id for each in dated}).for_lists()
    return {
        each.pk: Described(f"Record of Visit of {uk_date(each.held_on)}", each.school.name, each.get_absolute_url())
        for each in found
    }


def _visits(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    visits = Visit.objects.all() if user is None else Visit.objects.visible_to(user)
    found = visits.filter(pk__in={each.subject_id for each in dated}).select_related("school")
    return {
        each.pk: Described(
            f"{each.get_kind_display()}, {each.term} term" if each.term else each.get_kind_display(),
            each.school.name,
            each.get_absolute_url(),
        )
        for each in found
    }


def _schools(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    schools = School.objects.all() if user is None else School.objects.visible_to(user, Permission.VIEW_SHARED_RECORD)
    found = schools.filter(pk__in={each.subject_id for each in dated})
    return {
        each.pk: Described("A visit of any type", each.name, reverse("schools:visits", args=[each.urn]))
        for each in found
    }


_DESCRIBED: dict[str, Callable[[Any, Sequence[Any]], Mapping[int, Described]]] = {
    **dict.fromkeys(record_deadlines.OF_RECORDS, _records),
    **dict.fromkeys(visit_deadlines.OF_CORE_VISITS, _visits),
    visit_deadlines.NOT_SEEN: _schools,
}


def _known(user: Any) -> Q:
    """What whoever oversees may know, and a partner of the dates of their schools, whose lateness comes to them."""
    partners = School.objects.filter(in_scope(user, Permission.VIEW_SHARED_RECORD, roles=[Role.SIP])).order_by()
    of_partner = Q(rule__in=upcoming.OF_THE_SCHOOL, school_id__in=partners.values("pk"))
    return upcoming.late_and_known(user, Permission.VIEW_COVERAGE) | of_partner
