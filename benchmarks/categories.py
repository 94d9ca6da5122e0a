"""Categories at size: ten years of decisions, a round of the county, its pages, and closing a meeting of sixty."""

import time
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from benchmarks.terms import AIM, timed
from categorisation.decisions.models import CategoryDecision
from categorisation.models import Recommendation, Round, SchemeEdition
from categorisation.moderation.actions import build_agenda
from categorisation.moderation.item import KIND
from categorisation.opening.actions import open_round
from categorisation.policy import ANNUAL
from categorisation.recommendations.states import RecommendationStatus
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year
from schoolimprove.records.models import AuditEvent
from schools.groups.models import Group, Membership
from schools.letters.models import Letter
from schools.meetings import actions as meetings
from schools.models import Appointment, LocalAuthority, Standing
from schools.oversight.core_visits import term_of, terms_to_look_at

MEETING = 60
"""Schools that one meeting decides."""


def fill_decisions(years: int) -> None:
    """Decide every school each July, by set-based SQL; how it stands follows from the last."""
    scheme, year = SchemeEdition.objects.in_force(clock.today()), academic_year(clock.today())
    assert scheme is not None  # noqa: S101 - it comes with the code
    decisions, standings = CategoryDecision._meta.db_table, Standing._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {decisions} (school_id, scheme_id, category, level, level_reason, change_cause,"
            " evidence_sources, proposed_stage, effective_on, decided_at, reason, is_void, imported_run)"
            " SELECT s.id, %s, (1 + (s.id + y) %% 4)::text,"
            " (ARRAY['low', 'low', 'medium', 'high'])[1 + (s.id + y) %% 4], '', '', '[]', '',"
            " make_date(%s - y, 9, 1), make_date(%s - y, 7, 10)::timestamptz, '', false, 0"
            " FROM schools_school s, generate_series(0, %s) y",
            [scheme.pk, year, year, years - 1],
        )
        cursor.execute(
            f"INSERT INTO {standings} (school_id, kind, code, label, starts_on, overruled, source_kind, source_id,"
            " created_at, updated_at, version) SELECT school_id, 'category', category, category, effective_on, false,"
            f" 'categorisation.categorydecision', id, now(), now(), 1 FROM {decisions} WHERE effective_on = %s",
            [date(year, 9, 1)],
        )
        cursor.execute(f"VACUUM ANALYZE {decisions}, {standings}")


def measure_round() -> str:
    """Open the round of the term for the county, and close a meeting of sixty; return the lines of the report."""
    days = term_of(terms_to_look_at(clock.today()), clock.today())
    assert days is not None  # noqa: S101 - the terms of every day are there
    began = time.perf_counter()
    opened = open_round(days.year, days.term, by=None, on=clock.today())
    ours = time.perf_counter() - began
    bare = timed(lambda: _again(Recommendation, AuditEvent, count=len(opened.schools)))
    closing, statements = _close_a_meeting(opened.round)
    return (
        f"\nOpening the {opened.round}: {len(opened.schools):,} schools in {ours:.2f} s; the bare statements"
        f" {bare:.2f} s.\nClosing a meeting of {MEETING}: {closing:.2f} s; the bare statements {statements:.2f} s."
        f" The aim is {AIM} times those."
    )


def _close_a_meeting(opened: Round) -> tuple[float, float]:
    Round.objects.filter(pk=opened.pk).update(kind=ANNUAL)
    opened.refresh_from_db()
    head = _holder(Role.HEAD_OF_SERVICE)
    author = _holder(Role.SIP)
    rows = Recommendation.objects.filter(round=opened, school__district__isnull=False).order_by("pk")
    chosen = list(rows.values_list("pk", flat=True)[:MEETING])
    stamp: dict[str, Any] = {"author": author, "author_role": Role.SIP, "shared_at": clock.now(), "shared_by": head}
    written = {
        "status": RecommendationStatus.SHARED,
        "category": "2",
        "level": "low",
        "statement": "As the visits show.",
    }
    Recommendation.objects.filter(pk__in=chosen).update(**stamp, **written)
    today = clock.today()
    yesterday, own = today - timedelta(days=1), LocalAuthority.objects.filter(own=True)[0]
    group = Group.objects.create(kind="dirg", name="Bench", authority=own, quorum=1, starts_on=yesterday)
    person = Appointment.objects.filter(role=Role.HEAD_OF_SERVICE).order_by("pk")[0].person
    Membership.objects.create(group=group, person=person, capacity="chair", starts_on=yesterday)
    meeting = meetings.plan_meeting(group, by=head, on=today, held_on=today)
    districts = set(Recommendation.objects.filter(pk__in=chosen).values_list("school__district", flat=True))
    build_agenda(meeting, opened, {each for each in districts if each}, by=head)
    meetings.call_meeting(meeting, by=head, on=today, seen_version=meeting.version)
    meetings.hold_meeting(meeting, by=head, on=today, seen_version=meeting.version)
    meetings.record_attendance(meeting, by=head, seen_version=meeting.version, present=[person.pk])
    for item in meeting.items.current().filter(kind=KIND).select_related("meeting__group", "school"):
        answers = {"category": "2", "level": "low"}
        meetings.decide_item(item, by=head, on=today, seen_version=item.version, answers=answers)
    meeting.refresh_from_db()
    began = time.perf_counter()
    meetings.confirm_meeting(meeting, by=head, on=today, seen_version=meeting.version)
    ours = time.perf_counter() - began
    return ours, timed(lambda: _again(CategoryDecision, Letter, Standing, AuditEvent, count=MEETING))


def _holder(role: Role) -> User:
    user = Appointment.objects.filter(role=role, authority__own=True).order_by("pk").first()
    found = user or Appointment.objects.filter(role=role).order_by("pk")[0]
    assert found.person.user is not None  # noqa: S101 - everybody in the seed may sign in
    return found.person.user


def _again(*models: Any, count: int) -> None:
    """Write the newest rows of each table once more to a table like it: as many rows as were made."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE again_{table} (LIKE {table} INCLUDING INDEXES) ON COMMIT DROP")
            cursor.execute(f"INSERT INTO again_{table} SELECT * FROM {table} ORDER BY id DESC LIMIT {count}")


def addresses(user: User) -> dict[str, str]:
    """Return the pages of categories that a user has, by what they are called."""
    opened = Round.objects.order_by("-pk").first()
    if opened is None or not user_can(user, Permission.VIEW_RECOMMENDATION):
        return {}
    due = Recommendation.objects.visible_to(user).filter(round=opened, status=RecommendationStatus.DUE)
    row, as_at = due.order_by("pk").first(), urlencode({"on_0": 1, "on_1": 3, "on_2": clock.today().year - 3})
    found = {
        "progress of a round": reverse("categorisation:round", args=[opened.pk]),
        "recommendations": f"{reverse('categorisation:recommendations')}?{urlencode({'round': opened.pk})}",
        "categories as at a day": f"{reverse('categorisation:categories')}?{as_at}",
    }
    if row is not None:
        found["a recommendation"] = row.get_absolute_url()
        if user_can(user, Permission.RECOMMEND, on=row):
            found["recommendation form"] = f"{row.get_absolute_url()}write/"
    return found
