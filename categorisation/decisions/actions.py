"""Verbs of category decisions: decide, for many schools at once, and what follows when their letters are issued."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import Q, QuerySet

from categorisation.decisions import deadlines
from categorisation.decisions.models import CategoryDecision, about_decisions
from categorisation.decisions.rules import Decided, decision_errors, support_list
from categorisation.letters import CATEGORY_LETTER
from categorisation.policy import CHANGE_CAUSES, EVIDENCE_SOURCES
from categorisation.recommendations import deadlines as recommendation_deadlines
from categorisation.recommendations.models import Recommendation
from categorisation.rounds.models import Round
from categorisation.schemes.models import SchemeEdition
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import Actor
from schoolimprove.records.transition import Blocked, record_events, transition
from schoolimprove.ui.registry import Registry
from schools.letters.actions import ToDraft, draft_letters
from schools.letters.kinds import IssueFollower, letter_issued
from schools.letters.models import Letter
from schools.register.models.decision import EVER
from schools.register.models.school import School
from schools.register.models.standing import Standing, StandingKind
from schools.register.standing import NewStanding, clear_standing, confirm_standings, mark_told, set_standings

ALL_DRAFTED = "Every decision about this school has its letter."


@dataclass(frozen=True)
class CategoryWatcher:
    """What a package above does when categories of these schools change: `follow(school_ids, by)`, in the transaction.

    The schools are locked.
    """

    key: str
    order: int
    follow: Callable[[Collection[int], Actor], None]


category_decided: Registry[CategoryWatcher] = Registry()


@dataclass(frozen=True)
class NewDecision:
    """A decision to be made: of a recommendation in its round, or without one within the year.

    `supersedes` is the decision that it corrects. `decided_by` decided it at a meeting that someone else confirms.
    """

    school: School
    scheme: SchemeEdition
    decided: Decided
    effective_on: date
    recommendation: Recommendation | None = None
    supersedes: CategoryDecision | None = None
    meeting_item_id: int | None = None
    decided_by: User | None = None

    @property
    def round(self) -> Round | None:
        return self.recommendation.round if self.recommendation else None


def blockers_to_deciding(decisions: Sequence[NewDecision], *, on: date) -> list[str]:
    """Return why these decisions cannot be made, as sentences that name the school. Two queries, and the policies’.

    The meeting checks who may decide.
    """
    last = {each.school_id: each for each in CategoryDecision.objects.as_at(EVER, _keys(decisions))}
    before = {key: row.category for key, row in last.items()}
    sources, causes = policy_value(EVIDENCE_SOURCES, on=on).labels, policy_value(CHANGE_CAUSES, on=on).labels
    found = []
    for new in decisions:
        recommended = new.recommendation.category if new.recommendation else ""
        reasons = decision_errors(
            new.scheme.scheme,
            new.decided,
            recommended=recommended or before.get(new.school.pk, ""),
            in_year=new.recommendation is None and new.supersedes is None,
            sources=sources,
            causes=causes,
        )
        found += [f"{new.school}: {reason}" for reason in reasons]
    taken = CategoryDecision.objects.filter(
        recommendation__in=[each.recommendation for each in decisions if each.recommendation and not each.supersedes]
    )
    return found + [f"{each.school}: the category was decided already." for each in taken.select_related("school")]


def decide(decisions: Sequence[NewDecision], *, by: Actor, on: date) -> list[CategoryDecision]:
    """Make these decisions, with all that follows, in the caller’s transaction; return them in the same order.

    Each recommendation is decided, how the school stands is set, its letter drafted, and the Head asked to issue it.
    Raise `Blocked` with every reason there is, and `Conflict` where a recommendation changed since it was read.
    """
    with transaction.atomic():
        # Two who decide of one school wait for each other, and for an import.
        lock_schools(_keys(decisions))
        if reasons := blockers_to_deciding(decisions, on=on):
            raise Blocked(reasons)
        rows = CategoryDecision.objects.bulk_create(_row(new, by) for new in decisions)
        record_events(rows, "decided", by=by)
        for new in decisions:
            if new.recommendation and not new.supersedes:
                transition(new.recommendation, "decide", by=by, seen_version=new.recommendation.version)
        recommendation_deadlines.follow_open_rounds(on)
        follow_standings(_keys(decisions), by=by, on=on)
        _discard_letters([new.supersedes for new in decisions if new.supersedes], by=by)
        draft_letters(CATEGORY_LETTER.key, [_letter(row) for row in rows], by=by, on=on)
        deadlines.follow_letters(rows, by=by, on=on)
    return rows


def _keys(decisions: Sequence[NewDecision]) -> set[int]:
    return {each.school.pk for each in decisions}


def lock_schools(school_ids: Collection[int]) -> None:
    """Let one transaction at a time write decisions of these schools."""
    list(School.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=school_ids).order_by("pk"))


def _row(new: NewDecision, by: Actor) -> CategoryDecision:
    return CategoryDecision(
        **{**asdict(new.decided), "evidence_sources": list(new.decided.evidence_sources)},
        school=new.school,
        scheme=new.scheme,
        round=new.round,
        recommendation=new.recommendation,
        effective_on=new.effective_on,
        decided_at=clock.now(),
        by=new.decided_by or by.user,
        # The appointment is that of the person who acts; the audit has them both.
        appointment_id=by.appointment_id if new.decided_by in (None, by.user) else None,
        meeting_item_id=new.meeting_item_id,
        supersedes=new.supersedes,
    )


def follow_standings(school_ids: Collection[int], *, by: Actor, on: date) -> None:
    """Bring how these schools stand up to date with their decisions: today’s, and a later one that is known already.

    Tell those who watch categories.

    Earlier decisions are not announced again: a standing says how a school stands now.
    """
    now, last = ({row.school_id: row for row in _as_at(day, school_ids)} for day in (on, EVER))
    runs = _runs([*now.values(), *last.values()])
    have: defaultdict[int, list[Standing]] = defaultdict(list)
    for standing in _running(school_ids, on):
        have[standing.school_id].append(standing)
    changed, gone, confirmed = [], [], []
    for key in school_ids:
        wanted = {(row.category, runs[row.pk][0].effective_on): row for row in _both(last.get(key), now.get(key))}
        if not wanted and have[key]:
            gone.append(key)
        elif sorted(wanted, key=lambda each: each[1]) != [(each.code, each.starts_on) for each in have[key]]:
            changed.append(key)
        else:
            pairs = [(each, wanted[each.code, each.starts_on]) for each in have[key]]
            confirmed += [(standing, row) for standing, row in pairs if standing.source_id != row.pk]
    told = _days_told([each for key in changed for row in _both(now.get(key), last.get(key)) for each in runs[row.pk]])
    for rows_of_day in (now, last):
        new = [
            NewStanding(
                key,
                row.category,
                row.label,
                runs[row.pk][0].effective_on,
                row,
                min((told[each.pk] for each in runs[row.pk] if each.pk in told), default=None),
            )
            for key in changed
            if (row := rows_of_day.get(key))
        ]
        set_standings(StandingKind.CATEGORY, new, by=by)
    confirm_standings(confirmed, by=by)
    # They never stood so, as nothing of it counts any more.
    clear_standing(StandingKind.CATEGORY, gone, from_day=date.min, by=by, told_on=on)
    for watcher in category_decided:
        watcher.follow(school_ids, by)


def _running(school_ids: Collection[int], on: date) -> QuerySet[Standing]:
    """Return how these schools stand that day, and will stand from a later one."""
    rows = Standing.objects.filter(kind=StandingKind.CATEGORY, overruled=False, school__in=school_ids)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("starts_on")


def _as_at(day: date, school_ids: Collection[int]) -> Iterable[CategoryDecision]:
    return CategoryDecision.objects.as_at(day, school_ids).prefetch_related("scheme")


def _runs(rows: Sequence[CategoryDecision]) -> Mapping[int, Sequence[CategoryDecision]]:
    """Return with each decision those before it, and itself, that gave the school the same category without a break.

    A school stands so since the first of them: a decision that confirms a category begins nothing. Two queries.
    """
    counting = CategoryDecision.objects.counting().filter(school__in={row.school_id for row in rows})
    names = ("school_id", "category", "effective_on", "decided_at", "imported_run", "scheme_id")
    of_school: defaultdict[int, dict[date, CategoryDecision]] = defaultdict(dict)
    for each in counting.only(*names).prefetch_related("scheme"):
        # Of one day, what was decided last counts, and comes first.
        of_school[each.school_id].setdefault(each.effective_on, each)
    runs = {}
    for row in rows:
        past = [each for day, each in of_school[row.school_id].items() if day <= row.effective_on]
        _label, run = next(groupby(past, attrgetter("label")))
        runs[row.pk] = list(run)[::-1]
    return runs


def _both(*rows: CategoryDecision | None) -> list[CategoryDecision]:
    return [row for row in rows if row is not None]


def _days_told(rows: Sequence[CategoryDecision]) -> dict[int, date]:
    """Return when the schools were told of these decisions; leave out those they do not know of."""
    letters = Letter.objects.filter(**about_decisions(), subject_id__in=[row.pk for row in rows])
    issued = {each.subject_id: each.issued_on for each in letters if each.issued_on}
    return {row.pk: row.decided_on for row in rows if row.imported_run is not None} | issued


def _discard_letters(superseded: Sequence[CategoryDecision], *, by: Actor) -> None:
    """Discard the letters about corrected decisions that no one has issued."""
    about = {**about_decisions(), "subject_id__in": [each.pk for each in superseded]}
    for letter in Letter.objects.waiting().filter(**about):
        transition(letter, "discard", by=by, reason="The decision was corrected", seen_version=letter.version)


def draft_letters_again(school: School, *, by: User, on: date) -> list[Letter]:
    """Draft the letters of a school that were discarded, for the Head to issue; return them.

    Raise `Blocked` where every decision that counts has a letter.
    """
    actor = acting(by, Permission.ISSUE_LETTER, on=school)
    with transaction.atomic():
        lock_schools([school.pk])
        rows = list(CategoryDecision.objects.without_letter().filter(school=school).for_lists().order_by("pk"))
        if not rows:
            raise Blocked([ALL_DRAFTED])
        letters = draft_letters(CATEGORY_LETTER.key, [_letter(row) for row in rows], by=actor, on=on)
        deadlines.follow_letters(rows, by=actor, on=on)
    return letters


def _letter(row: CategoryDecision) -> ToDraft:
    return ToDraft(
        row.school,
        row,
        {
            "category": row.label,
            "level": row.support.label.lower(),
            "why": row.why,
            "support": support_list(row.support),
            "effective_on": clock.uk_date(row.effective_on),
            "support_from": clock.uk_date(row.support_from),
        },
    )


def school_told(letters: Sequence[Letter], by: Actor, on: date) -> None:
    """Note that schools were told, once their letters are issued, where a decision is how they stand now.

    Several letters of one school may be issued at once. One that confirms a category tells of the running standing.
    """
    about = [each.subject_id for each in letters if each.subject_kind == CategoryDecision._meta.label_lower]
    decided = CategoryDecision.objects.filter(pk__in=about).values_list("school_id", "category", "effective_on")
    told = [
        row
        for row in _running({school_id for school_id, *_ in decided}, on)
        if any(
            (row.school_id, row.code) == (school_id, category)
            and row.starts_on <= day
            and (row.ends_on is None or day <= row.ends_on)
            for school_id, category, day in decided
        )
    ]
    schools = {row.school_id for row in told}
    mark_told(StandingKind.CATEGORY, schools, on=on, by=by, standings={row.pk for row in told})
    deadlines.follow_letters(by=by, on=on)


def register() -> None:
    """Called once, when the app is ready."""
    letter_issued.register(IssueFollower(CATEGORY_LETTER.key, 10, school_told))
