"""The deadlines of a recommendation: write, approve or return, agree or disagree (domain 4.3).

They follow from the recommendation itself: its state, when it was submitted or shared, and who has answered. Verbs
bring those of one up to date, and the night those of all open rounds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from categorisation.policy import RECOMMENDATION_LIMITS
from categorisation.recommendations.models import ANSWERING_ROLES, Agreement, Recommendation
from categorisation.recommendations.states import UNDECIDED, RecommendationStatus
from categorisation.rounds.states import RoundStatus
from schoolimprove.accounts.models import User
from schoolimprove.calendar.calendars import working_days_calendar
from schoolimprove.lib import clock
from schoolimprove.lib.clock import Calendar, NoTermDates, Working, school_days_after, working_days_after
from schoolimprove.lib.years import academic_year
from schoolimprove.policy.values import one_reading, policy_value
from schoolimprove.reminders.deadlines import done_by, follow
from schoolimprove.reminders.handing_over import hand_over
from schoolimprove.reminders.registry import Expected, Provider, providers
from schools.register.calendars import calendars_for
from schools.register.models.appointment import Appointment

RECOMMEND, REVIEW = "recommendation.write", "recommendation.review"
ASSURE, AGREE = "recommendation.assure", "recommendation.agree"
MODERATE = "round.moderate"
RULES = (AGREE, ASSURE, RECOMMEND, REVIEW, MODERATE)
LABELS = {
    RECOMMEND: "Recommend a category",
    REVIEW: "Review the category",
    ASSURE: "Approve or return the recommendation",
    AGREE: "Agree or disagree with the recommended category",
    MODERATE: "Decide the categories of the round",
}
NEAR = timedelta(days=28)
"""How long before its day a recommendation is asked for."""
_KIND = Recommendation._meta.label_lower
S = RecommendationStatus


def expected(rows: Collection[Recommendation], on: date) -> Iterator[Expected]:
    """Return the open deadline of each recommendation, in a constant number of queries.

    `rows` come with their round.
    """
    shared = [each for each in rows if each.status == S.SHARED]
    asked, answered = roles_asked(shared, on), roles_answered(shared)
    years = {academic_year(_day(each.shared_at)) for each in shared}
    calendars = calendars_for({each.school_id for each in shared}, years) if shared else {}
    for each in rows:
        if each.status in (S.DUE, S.DRAFT):
            rule, day = RECOMMEND if each.round.is_annual else REVIEW, each.round.recommend_by
            yield Expected(rule, _KIND, each.pk, each.school_id, day, day - NEAR)
        elif each.status == S.SUBMITTED and not each.no_change:
            working = _to_assure(_day(each.submitted_at))
            yield Expected(ASSURE, _KIND, each.pk, each.school_id, working.ends, working=working)
        elif each.status == S.SHARED and not (asked[each.school_id] and asked[each.school_id] <= answered[each.pk]):
            found = _to_agree(_day(each.shared_at), calendars[each.school_id])
            yield Expected(AGREE, _KIND, each.pk, each.school_id, found.ends if found else None, working=found)


def _day(moment: datetime | None) -> date:
    return moment.astimezone(clock.LONDON).date() if moment else clock.today()


def _to_assure(submitted: date) -> Working:
    days = policy_value(RECOMMENDATION_LIMITS, on=submitted).assure_working_days
    return working_days_after(submitted, days, working_days_calendar())


def _to_agree(shared: date, calendar: Calendar) -> Working | None:
    try:
        return school_days_after(shared, policy_value(RECOMMENDATION_LIMITS, on=shared).agree_school_days, calendar)
    except NoTermDates:
        return None


def roles_asked(rows: Iterable[Recommendation], on: date) -> Mapping[int, set[str]]:
    """Return by school the roles that someone holds there: a school without a chair is not waited for twice."""
    asked: defaultdict[int, set[str]] = defaultdict(set)
    current = Appointment.objects.current(on).filter(school__in={each.school_id for each in rows})
    for school, role in current.filter(role__in=ANSWERING_ROLES).values_list("school", "role"):
        asked[school].add(role)
    return asked


def roles_answered(rows: Iterable[Recommendation]) -> Mapping[int, set[str]]:
    """Return by recommendation the roles that have answered."""
    answered: defaultdict[int, set[str]] = defaultdict(set)
    given = Agreement.objects.given().filter(recommendation__in=[each.pk for each in rows]).order_by()
    for recommendation, role in given.values_list("recommendation", "role"):
        answered[recommendation].add(role)
    return answered


def expected_in_open_rounds(on: date) -> list[Expected]:
    """Return the deadlines of all that is undecided, and one for each of these rounds: the Head has it moderated."""
    rows = Recommendation.objects.filter(round__status=RoundStatus.OPEN, status__in=UNDECIDED).select_related("round")
    of_round = ("round__kind", "round__recommend_by", "round__moderate_by")
    kept = ("status", "school_id", "no_change", "submitted_at", "shared_at", *of_round)
    found = list(rows.order_by().only(*kept))
    rounds = {each.round_id: each.round for each in found}.values()
    moderate = [
        Expected(MODERATE, each._meta.label_lower, each.pk, None, each.moderate_by, each.recommend_by)
        for each in rounds
    ]
    with one_reading():
        return [*moderate, *expected(found, on)]


def follow_open_rounds(on: date) -> int:
    """Bring the deadlines of all open rounds up to date; return how many changed."""
    return follow(expected_in_open_rounds(on), RULES)


def moved(row: Recommendation, *, by: User, on: date) -> None:
    """Bring the deadlines of one up to date after a move, and tell the person who must act next."""
    follow(expected([row], on), RULES, row, done=row.status != S.WITHDRAWN)
    if row.status == S.WITHDRAWN:
        # It may be the last of its round.
        follow_open_rounds(on)
    elif row.status != S.DUE:
        hand_over(RULES, row, by=by)


def answered(row: Recommendation, *, by: User, on: date) -> None:
    """Ask this person no more; the deadline is met when everyone asked has answered."""
    done_by(AGREE, row, by)
    follow(expected([row], on), RULES, row)


def register() -> None:
    """Register what should be open with reminders; called once, when the app is ready."""
    providers.register(Provider("recommendations", 40, expected_in_open_rounds, frozenset(RULES), nightly=True))
