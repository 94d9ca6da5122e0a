"""What schools tells reminders of its rules: who is told at which step, in which words, and who may know (domain 9.1).

A school's own lateness goes to its partner and their DSIM and no further; what stays late in the authority goes up from
the partner to the DSIM, the Head and the Director.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.reminders.registry import Described, Rule, Rung, register_holders, register_reached, rules
from schoolimprove.reminders.steps import Step
from schools.oversight import audiences, upcoming
from schools.records import deadlines as record_deadlines
from schools.records import todo as record_todo
from schools.register.models.school import School
from schools.register.scope import covering, in_scope
from schools.visits import deadlines as visit_deadlines
from schools.visits import todo as visit_todo

_ASKED, _COMING, _LATE, _FIRST, _SECOND, _THIRD = (
    Step.ASKED,
    Step.COMING,
    Step.LATE,
    Step.FIRST,
    Step.SECOND,
    Step.THIRD,
)

LADDERS: dict[str, tuple[Rung, ...]] = {
    record_deadlines.SUBMIT: (
        Rung(_ASKED, audiences.AUTHOR),
        Rung(_COMING, audiences.AUTHOR),
        Rung(_LATE, audiences.AUTHOR),
        Rung(_FIRST, audiences.MANAGERS),
        Rung(_SECOND, audiences.ABOVE_MANAGERS),
        Rung(_THIRD, audiences.TOP),
    ),
    record_deadlines.ASSURE: (
        Rung(_ASKED, audiences.MANAGERS),
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
        Rung(_ASKED, audiences.VISITOR),
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
    visit_deadlines.WRITE: (
        Rung(_ASKED, audiences.with_record(audiences.VISITOR)),
        Rung(_COMING, audiences.with_record(audiences.VISITOR)),
        Rung(_LATE, audiences.with_record(audiences.VISITOR)),
        Rung(_FIRST, audiences.with_record(audiences.DSIM_OF_VISIT)),
        Rung(_SECOND, audiences.with_record(audiences.HEAD_OF_VISIT)),
    ),
    visit_deadlines.ANSWER: (Rung(_ASKED, audiences.VISITOR),),
    record_deadlines.CONSENT: (Rung(_ASKED, audiences.HEADTEACHER),),
    record_deadlines.DECIDE_CORRECTION: (Rung(_ASKED, audiences.MANAGERS),),
    record_deadlines.REVISE_CORRECTION: (Rung(_ASKED, audiences.AUTHOR),),
    record_deadlines.ACTION_OF_SCHOOL: (
        Rung(_COMING, audiences.SCHOOL),
        Rung(_LATE, audiences.SCHOOL),
        Rung(_LATE, audiences.PARTNER),
        Rung(_FIRST, audiences.DSIM),
    ),
    record_deadlines.ACTION_OF_AUTHORITY: (
        Rung(_COMING, audiences.PARTNER),
        Rung(_LATE, audiences.PARTNER),
        Rung(_FIRST, audiences.DSIM),
        Rung(_SECOND, audiences.HEAD),
    ),
}
"""Rule → its rungs. `docs/reminders.md` is written from it."""
ON_THE_BOARD = frozenset(upcoming.LATE)
"""Those whose dates are on the board of those who may know of them."""
SOURCES = dict.fromkeys((*visit_deadlines.OF_CORE_VISITS, visit_deadlines.NOT_SEEN), "rule 3.1")
RECORDS = "rule 3.4"


def register() -> None:
    """Called once, when the app is ready."""
    register_reached(_reached)
    register_holders(audiences.holders_anywhere)
    for order, key in enumerate([*LADDERS, *(key for key in _TASKS if key not in LADDERS)], start=10):
        words = _schools if key == visit_deadlines.NOT_SEEN else _words_of(key)
        told = {"ladder": LADDERS[key]} if key in LADDERS else {}
        known = {"known_to": _known} if key in ON_THE_BOARD else {}
        task = {"task": record_todo.TASKS.get(key, ""), "task_page": record_todo.PAGES.get(key, "")}
        options = {"described": words, **task, **told, **known, **_TASKS.get(key, {})}
        label = record_deadlines.LABELS[key]
        rules.register(Rule(key, order, label, SOURCES.get(key, RECORDS), **options))


def _words_of(key: str) -> Any:
    return visit_todo.described if key.startswith("visit.") else record_todo.described


def _reached(address: str, schools: Collection[int]) -> set[int]:
    """At which of these schools somebody who does not sign in holds a post today, by their address."""
    return {
        school.pk
        for school in School.objects.filter(pk__in=schools).select_related("district")
        if covering(school, roles=list(Role)).filter(person__user=None, person__email__iexact=address).exists()
    }


def _schools(user: Any, dated: Sequence[Any]) -> Mapping[int, Described]:
    schools = School.objects.all() if user is None else School.objects.visible_to(user, Permission.VIEW_SHARED_RECORD)
    found = schools.filter(pk__in={each.subject_id for each in dated})
    return {
        each.pk: Described("A visit of any type", each.name, reverse("schools:visits", args=[each.urn]))
        for each in found
    }


_TASKS: dict[str, dict[str, Any]] = {
    record_deadlines.SUBMIT: {"asked_of": record_todo.drafts_to_finish},
    record_deadlines.ASSURE: {"asked_of": record_todo.records_to_assure},
    record_deadlines.RESPOND: {"asked_of": record_todo.records_to_answer},
    record_deadlines.PRESENT: {"asked_of": record_todo.at_schools_with(Permission.PRESENT_RECORD)},
    record_deadlines.CONSENT: {
        "asked_of": record_todo.at_schools_with(Permission.CONSENT_TO_SHARE),
        "tasks": record_todo.consenting,
    },
    record_deadlines.DECIDE_CORRECTION: {"asked_of": record_todo.corrections_to_decide},
    record_deadlines.REVISE_CORRECTION: {"asked_of": record_todo.of_own_records},
    record_deadlines.CLOSE: {"asked_of": record_todo.of_own_records},
    **{
        key: {
            "asked_of": record_todo.actions_to_update,
            "described": record_todo.described_actions,
            "tasks": record_todo.lines_of_actions,
        }
        for key in record_deadlines.OF_ACTIONS
    },
    visit_deadlines.CORE_VISIT: {"asked_of": visit_todo.core_visits_to_plan, "tasks": visit_todo.planning},
    visit_deadlines.AGREE: {"asked_of": visit_todo.dates_to_agree, "tasks": visit_todo.agreeing},
    visit_deadlines.ANSWER: {"asked_of": visit_todo.visits_to_act_on},
    visit_deadlines.WRITE: {"asked_of": visit_todo.visits_to_act_on},
}
"""Rule → whose task it is on their home page, and how it reads there."""


def _known(user: Any) -> Q:
    """What whoever oversees may know, and a partner of the dates of their schools, whose lateness comes to them."""
    partners = School.objects.filter(in_scope(user, Permission.VIEW_SHARED_RECORD, roles=[Role.SIP])).order_by()
    of_partner = Q(rule__in=upcoming.OF_THE_SCHOOL, school_id__in=partners.values("pk"))
    return upcoming.late_and_known(user, Permission.VIEW_COVERAGE) | of_partner
