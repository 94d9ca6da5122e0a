"""Set, end and read how schools stand. Higher apps call the verbs inside the transaction of what they decide."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery

from schoolimprove.accounts.rights import user_can
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import record_events
from schoolimprove.ui import components
from schools.register.models.school import School
from schools.register.models.standing import Standing, StandingKind, permissions_to_read
from schools.register.school_facts import SchoolFact, school_facts


@dataclass(frozen=True)
class NewStanding:
    """How a school stands from a day on. `source` is the row that decided it, `told_on` when the school was told."""

    school_id: int
    code: str
    label: str
    from_day: date
    source: Model | None = None
    told_on: date | None = None

    def is_already(self, row: Standing | None) -> bool:
        return row is not None and (row.code, row.label, row.starts_on) == (self.code, self.label, self.from_day)


def set_standings(kind: StandingKind, new: Iterable[NewStanding], *, by: Actor) -> list[Standing]:
    """End the former standings of these schools the day before and set new ones. Return those that are new.

    One standing a school. Where a school already stands so from that day, nothing changes. Constant queries.
    """
    wanted = {each.school_id: each for each in new}
    with transaction.atomic():
        rows = _lock(kind, wanted)
        current = {row.school_id: row for row in rows if row.ends_on is None}
        changed = [each for key, each in wanted.items() if not each.is_already(current.get(key))]
        _end(rows, {each.school_id: (each.from_day, each.told_on) for each in changed}, by=by)
        made = Standing.objects.bulk_create(
            Standing(
                school_id=each.school_id,
                kind=kind,
                code=each.code,
                label=each.label,
                starts_on=each.from_day,
                source_kind=each.source._meta.label_lower if each.source else "",
                source_id=each.source.pk if each.source else None,
                told_on=each.told_on,
                created_by=by.user,
                updated_by=by.user,
            )
            for each in changed
        )
        record_events(made, "set", by=by)
    return made


def confirm_standings(confirmed: Sequence[tuple[Standing, Model]], *, by: Actor) -> None:
    """Note the rows that now say how schools stand, where they stand as they did: since the same day.

    The caller has locked the schools.
    """
    rows = [row for row, _source in confirmed]
    for row, source in confirmed:
        row.source_kind, row.source_id = source._meta.label_lower, source.pk
    _save(rows, by=by)
    record_events(rows, "confirmed", by=by)


def clear_standing(
    kind: StandingKind, school_ids: Collection[int], *, from_day: date, by: Actor, told_on: date | None = None
) -> None:
    """End the standing of these schools without another, such as when a case is closed: from that day there is none."""
    with transaction.atomic():
        rows = _lock(kind, school_ids)
        ended = _end(rows, dict.fromkeys(school_ids, (from_day, told_on)), by=by)
        record_events(ended, "ended", by=by)


def mark_told(
    kind: StandingKind, school_ids: Collection[int], *, on: date, by: Actor, standings: Collection[int] | None = None
) -> None:
    """Note the day on which these schools were told how they stand: of a new standing, and of the end of others.

    `standings` are the keys of the rows that they were told of, where these are not all that are open.
    """
    with transaction.atomic():
        rows = _lock(kind, school_ids)
        about = [row for row in rows if (row.ends_on is None if standings is None else row.pk in standings)]
        told = [row for row in about if row.told_on is None]
        for row in told:
            row.told_on = on
        # A later standing says that the former ones have ended; one that ends soon says nothing of those to come.
        newest = {row.school_id: row.pk for row in sorted(about, key=lambda row: row.pk)}
        for row in rows:
            if row.ends_on is not None and (standings is None or row.pk < newest.get(row.school_id, 0)):
                row.end_told_on = row.end_told_on or on
        _save(rows, by=by)
        record_events(told, "told", by=by)


def _lock(kind: StandingKind, school_ids: Collection[int]) -> list[Standing]:
    """Return the standings of these schools; a second user who changes them at once waits for the first."""
    list(School.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=school_ids).order_by("pk"))
    return list(Standing.objects.filter(kind=kind, school__in=school_ids))


def _end(rows: Iterable[Standing], days: Mapping[int, tuple[date, date | None]], *, by: Actor) -> list[Standing]:
    """End the standings of each school the day before its day, and return those that were open.

    What began on that day or later is overruled. `days` has the day for each school and when the school was told.
    """
    touched, ended = [], []
    for row in rows:
        if row.school_id not in days:
            continue
        day, told_on = days[row.school_id]
        if row.ends_on is None:
            ended.append(row)
        if row.starts_on >= day:
            row.overruled, row.ends_on = True, row.ends_on or row.starts_on
        elif row.ends_on is None or row.ends_on >= day:
            row.ends_on = day - timedelta(days=1)
        row.end_told_on = row.end_told_on or told_on
        touched.append(row)
    _save(touched, by=by)
    return ended


def _save(rows: Sequence[Standing], *, by: Actor) -> None:
    for row in rows:
        row.version, row.updated_at, row.updated_by = row.version + 1, clock.now(), by.user
    kept = ["version", "updated_at", "updated_by"]
    changed = ["ends_on", "overruled", "told_on", "end_told_on", "source_kind", "source_id"]
    Standing.objects.bulk_update(rows, [*changed, *kept])


def standing_of(user: Any, school_ids: Collection[int], on: date) -> dict[int, dict[StandingKind, Standing]]:
    """Return how each of these schools stands that day, as far as the user knows: school id → kind. One query."""
    now: defaultdict[int, dict[StandingKind, Standing]] = defaultdict(dict)
    for row in Standing.objects.current(user, on).filter(school__in=school_ids).order_by("pk"):
        now[row.school_id][StandingKind(row.kind)] = row
    return dict(now)


NONE_YET = {
    StandingKind.CATEGORY: "No category yet",
    StandingKind.STAGE: "None",
    StandingKind.OFSTED: "No full inspection yet",
}


def standing_facts(user: Any, school: School, on: date) -> list[components.Fact]:
    """Return how a school stands, of the kinds that this user may know there."""
    kinds = [each for each in StandingKind if any(user_can(user, p, on=school) for p in permissions_to_read(each))]
    now = standing_of(user, [school.pk], on).get(school.pk, {}) if kinds else {}
    return [
        components.Fact(each.label, now[each].label, source=f"since {clock.uk_date(now[each].starts_on)}")
        if each in now
        else components.Fact(each.label, empty=NONE_YET[each])
        for each in kinds
    ]


def _column(kind: StandingKind, name: str) -> Any:
    """Return the expression of a fact: a field of the standing that a school has that day."""

    def annotation(user: Any, on: date) -> Subquery:
        rows = Standing.objects.current(user, on).filter(kind=kind, school=OuterRef("pk"))
        return Subquery(rows.order_by("-pk").values(name)[:1])

    return annotation


def _codes(kind: StandingKind) -> Any:
    """Return the choices of a filter: only the codes of standings that this user knows."""

    def choices(user: Any, on: date) -> list[tuple[str, str]]:
        rows: QuerySet[Any] = Standing.objects.current(user, on).filter(kind=kind)
        return list(dict(rows.order_by("code", "-pk").values_list("code", "label")).items())

    return choices


def _fact(kind: StandingKind, *, order: int, meaning: str, none: str) -> SchoolFact:
    return SchoolFact(
        key=kind.value,
        order=order,
        label=kind.label,
        meaning=f"{meaning} today. Empty if there is none. Included only if you can see it",
        annotation=_column(kind, "label"),
        permission=permissions_to_read(kind),
        cell=lambda label: label or none,
        code=_column(kind, "code"),
        choices=_codes(kind),
    )


def register() -> None:
    """Register the columns of the list of schools. Ofsted has none: grades of two frameworks have no common order."""
    category = _fact(StandingKind.CATEGORY, order=3, meaning="Category of the school", none="None yet")
    stage = _fact(StandingKind.STAGE, order=6, meaning="Stage of concern of the school", none="None")
    for fact in (category, stage):
        school_facts.register(fact)
