"""Open a round for every school we serve in a term, and close it (domain 4.3, 9.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from categorisation.policy import ROUND_DATES, ROUND_KINDS
from categorisation.recommendations import deadlines
from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.states import UNDECIDED
from categorisation.rounds.models import Round
from categorisation.rounds.states import RoundStatus
from categorisation.schemes.models import scheme_on
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.calendars import authority_calendar
from schoolimprove.lib.clock import school_days_before
from schoolimprove.policy.values import policy_value
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import Blocked, record_event, record_events
from schools.register.models.school import School
from schools.visits.term_slots import TermDays, served_in, term_days


@dataclass(frozen=True)
class OpenedRound:
    """What opening a round added, or would add: `schools` get a recommendation, `present` have one."""

    round: Round
    schools: Sequence[School] = field(default_factory=list)
    present: int = 0


def fields_of(days: TermDays) -> dict[str, Any]:
    """Return kind, scheme and dates of the round of a term; raise `NoScheme` where no scheme is in force."""
    limits = policy_value(ROUND_DATES, on=days.first)
    calendar = authority_calendar([days.year])
    return {
        "kind": policy_value(ROUND_KINDS, on=days.first).kinds[days.term],
        "scheme": scheme_on(days.first),
        "recommend_by": school_days_before(days.last, limits.recommend_school_days, calendar),
        "moderate_by": school_days_before(days.last, limits.moderate_school_days, calendar),
    }


def open_round(year: int, term: str, *, by: User | None, on: date, dry_run: bool = False) -> OpenedRound:
    """Open the round of a term, or add the schools it lacks; without `by` as the service.

    Raise `Blocked` where no term dates are known or the round is closed. Two who open it at once add no school twice:
    the round's row is the lock.
    """
    actor = acting(by, Permission.OPEN_ROUND) if by else SYSTEM
    days = term_days(year, term)
    term_of_year = {"academic_year": year, "term": term}
    with transaction.atomic():
        opened = Round.objects.filter(**term_of_year).first()
        if opened is None and dry_run:
            opened = Round(**term_of_year, **fields_of(days))
        elif opened is None:
            fields = fields_of(days) | {"created_by": by, "updated_by": by}
            opened, is_new = Round.objects.get_or_create(**term_of_year, defaults=fields)
            if is_new:
                record_event(opened, "opened", by=actor)
        if not dry_run:
            opened = Round.objects.select_for_update(of=("self",)).get(pk=opened.pk)
        if opened.status != RoundStatus.OPEN:
            raise Blocked([f"The {opened} is closed."])
        served = School.objects.filter(authority__own=True).open().filter(served_in(days))
        present = served.filter(recommendations__round=opened) if opened.pk else served.none()
        lacking = served.exclude(pk__in=present.order_by().values("pk")).select_related("district")
        result = OpenedRound(opened, list(lacking.order_by("name", "urn")), present.count())
        if not dry_run:
            rows = [
                Recommendation(round=opened, school=school, created_by=actor.user, updated_by=actor.user)
                for school in result.schools
            ]
            Recommendation.objects.bulk_create(rows)
            record_events(rows, "opened", by=actor)
            deadlines.follow_open_rounds(on)
    return result


def blockers_to_closing(round_: Round) -> list[str]:
    """Return why a round cannot be closed, as sentences."""
    left = round_.recommendations.filter(status__in=UNDECIDED).count()
    return [f"{left:,} school{' is' if left == 1 else 's are'} still to be decided or withdrawn."] if left else []


def close_round(round_: Round, *, by: User, on: date, seen_version: int) -> None:
    """Close a round of which nothing is left to be decided.

    Schools are added with the round’s row locked: they are counted when no one else can add more.
    """
    with transaction.atomic():
        Round.objects.select_for_update(of=("self",), no_key=True).get(pk=round_.pk)
        make_move(round_, "close", by=by, seen_version=seen_version, blockers=blockers_to_closing(round_))
