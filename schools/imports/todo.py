"""What the people who import are asked: decide on a preview, and bring in fresh files before the old are too old."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.years import academic_year, academic_year_bounds, academic_year_label
from schoolimprove.policy.values import policy_value
from schoolimprove.reminders.models import Deadline
from schoolimprove.reminders.registry import (
    Audience,
    Dated,
    Described,
    Expected,
    Provider,
    Rule,
    Rung,
    account_in,
    providers,
    rules,
)
from schoolimprove.reminders.steps import Step
from schoolimprove.reminders.todo import task
from schoolimprove.ui.registry import TodoItem
from schools.imports.core.registry import importers
from schools.imports.models import ImportKind, ImportRun
from schools.imports.states import ImportStatus
from schools.policy import REGISTER_AGE
from schools.register.models.places import LocalAuthority
from schools.register.models.school import School

DECIDE, REGISTER, TERM_DATES = "import.decide", "import.register", "import.term_dates"
_UPLOADER = Audience(
    "the person who uploaded the file", lambda _on: account_in(ImportRun._meta.db_table, "created_by_id")
)
YEAR = "academic year"
"""The kind of subject whose key is the year in which an academic year begins."""
ASKED_BEFORE = timedelta(days=14)
"""How long before its day a file is asked for."""
TOLD_BEFORE = timedelta(days=180)
"""How long before its day people are told that the file will be wanted."""


def register() -> None:
    """Register the rules. Call once, when the app is ready."""
    rules.register(
        Rule(
            DECIDE,
            70,
            "Confirm or cancel the import",
            ladder=(Rung(Step.ASKED, _UPLOADER),),
            described=_described_runs,
            asked_of=_runs_to_decide,
        )
    )
    rules.register(Rule(REGISTER, 71, "Import a new file", described=_described_register, asked_of=_files_wanted))
    rules.register(Rule(TERM_DATES, 72, "Import term dates", described=_described_years, asked_of=_files_wanted))
    providers.register(Provider("imports", 70, expected, frozenset({DECIDE, REGISTER, TERM_DATES})))


def expected(on: date) -> Iterator[Expected]:
    """Return each preview that waits, and when which file is wanted. Five queries."""
    for key in ImportRun.objects.filter(status=ImportStatus.CHECKED).order_by().values_list("pk", flat=True):
        yield Expected(DECIDE, ImportRun._meta.label_lower, key)
    authority = LocalAuthority.objects.filter(own=True).order_by("code").first()
    due = _register_due(on)
    if authority is not None and (due is not None or not School.objects.exists()):
        first_day = due - ASKED_BEFORE if due else None
        yield Expected(REGISTER, LocalAuthority._meta.label_lower, authority.pk, due_on=due, first_day=first_day)
    held = dict(Term.objects.order_by().values_list("academic_year").annotate(number=Count("pk")))
    for year in (academic_year(on), academic_year(on) + 1):
        if held.get(year, 0) < len(TermName):
            # They are wanted before the year before ends: by then visits of the autumn are planned.
            due = academic_year_bounds(year)[0] - timedelta(days=1)
            yield Expected(TERM_DATES, YEAR, year, due_on=due, first_day=due - ASKED_BEFORE)


def _register_due(on: date) -> date | None:
    """The day on which the newest file of schools is too old."""
    came = _register_came()
    return came + timedelta(days=policy_value(REGISTER_AGE, on=on).days) if came else None


def _register_came() -> date | None:
    applied = ImportRun.objects.applied().filter(kind=ImportKind.GIAS).aggregate(at=Max("applied_at"))["at"]
    return applied.astimezone(clock.LONDON).date() if applied else None


def _runs_to_decide(user: Any, _on: date) -> Q | None:
    """Return the previews of a user who may still import such files."""
    kinds = [each.key for each in importers if user_can(user, each.permission)]
    if not kinds:
        return None
    return Q(subject_id__in=ImportRun.objects.filter(kind__in=kinds, created_by=user).order_by().values("pk"))


def _files_wanted(user: Any, on: date) -> Q | None:
    if not user_can(user, Permission.IMPORT_DATA):
        return None
    return Q(first_day__isnull=True) | Q(first_day__lte=on)


def _described_runs(_user: Any, dated: Sequence[Dated]) -> Mapping[int, Described]:
    runs = ImportRun.objects.filter(pk__in={each.subject_id for each in dated})
    return {run.pk: Described(str(run), "", run.get_absolute_url(), about=str(run)) for run in runs}


def _described_register(_user: Any, dated: Sequence[Dated]) -> Mapping[int, Described]:
    came, url = _register_came(), reverse("admin:schools_importrun_add")
    about, title = "The register is empty", "Import the schools"
    if came is not None:
        about, title = f"Schools from GIAS; the last file was applied on {clock.uk_date(came)}", ""
    return {each.subject_id: Described("Schools from GIAS", "", url, task=title, about=about) for each in dated}


def _described_years(_user: Any, dated: Sequence[Dated]) -> Mapping[int, Described]:
    url, why = reverse("admin:schools_importrun_add"), "We need them to work out the dates of that year"
    return {
        each.subject_id: Described(
            "Term dates", "", url, task=f"Import the term dates of {academic_year_label(each.subject_id)}", about=why
        )
        for each in dated
    }


def dates_about_files(user: Any, on: date) -> list[TodoItem]:
    """Tell when the files will be wanted that nobody needs to bring in yet."""
    if not user_can(user, Permission.IMPORT_DATA):
        return []
    later = Deadline.objects.open().filter(
        rule__in=[REGISTER, TERM_DATES], first_day__gt=on, due_on__lte=on + TOLD_BEFORE
    )
    words = {REGISTER: _described_register, TERM_DATES: _described_years}
    return [task(each, words[each.rule](user, [each])[each.subject_id], on) for each in later]
