"""What of categories is policy: dates of a round, time limits, and whether a DSIM assures (domain 4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from schoolimprove.lib.clock import TermName
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, declare

ANNUAL, REVIEW = "annual", "review"
"""Kinds of round: SIPs recommend every category anew, or DSIMs look whether it still holds."""
MOST_DAYS = 60


@dataclass(frozen=True)
class RoundKinds:
    """Term → kind of its round, `annual` or `review`."""

    kinds: dict[str, str]


@dataclass(frozen=True)
class RoundDates:
    """School days before the term ends by which categories are recommended and moderated."""

    recommend_school_days: int
    moderate_school_days: int


@dataclass(frozen=True)
class RecommendationLimits:
    """Time to approve or return a recommendation, and for the school to agree or disagree."""

    assure_working_days: int
    agree_school_days: int


@dataclass(frozen=True)
class Assurance:
    """Whether the DSIM approves a SIP's recommendation before the school sees it."""

    is_assured: bool


def _each_term_has_a_kind(value: RoundKinds) -> Iterator[str]:
    if set(value.kinds) != set(TermName) or not set(value.kinds.values()) <= {ANNUAL, REVIEW}:
        yield "Enter annual or review for autumn, spring and summer."


def _recommended_before_moderated(value: RoundDates) -> Iterator[str]:
    if not 1 <= value.moderate_school_days < value.recommend_school_days <= MOST_DAYS:
        yield f"Enter between 1 and {MOST_DAYS} days, with more days for the recommendation than for moderation."


def _at_least_one_day(value: RecommendationLimits) -> Iterator[str]:
    if not min(value.assure_working_days, value.agree_school_days) >= 1:
        yield "Each limit must be 1 day or more."


ROUND_KINDS = declare(
    PolicyKey(
        name="categorisation.round_kinds",
        label="Kind of category round in each term",
        does="Decides in which terms SIPs recommend categories, and in which DSIMs review them.",
        labels={"kinds": "Term and kind of round"},
        kind=RoundKinds,
        unit="term to annual or review",
        source="Domain 4.3 [002 D2]",
        shipped={SINCE_ALWAYS: RoundKinds({"autumn": REVIEW, "spring": REVIEW, "summer": ANNUAL})},
        validator=_each_term_has_a_kind,
    )
)

ROUND_DATES = declare(
    PolicyKey(
        name="categorisation.round_dates",
        label="Deadlines of a category round",
        does="Sets by when categories are recommended and moderated, counted back from the end of the term.",
        labels={
            "recommend_school_days": "School days before the term ends to recommend categories",
            "moderate_school_days": "School days before the term ends to moderate them",
        },
        kind=RoundDates,
        unit="school days before the term ends",
        source="Domain 4.3; the days are ours",
        shipped={SINCE_ALWAYS: RoundDates(20, 5)},
        validator=_recommended_before_moderated,
    )
)

RECOMMENDATION_LIMITS = declare(
    PolicyKey(
        name="categorisation.recommendation_limits",
        label="Time limits for a recommendation",
        does="Sets how long people have to approve or return a recommendation, and to agree or disagree with it.",
        labels={
            "assure_working_days": "Working days to approve or return it",
            "agree_school_days": "School days for the school to agree or disagree",
        },
        kind=RecommendationLimits,
        unit="working days to approve; school days to agree",
        source="Domain 3.4 and 4.3; the days are ours",
        shipped={SINCE_ALWAYS: RecommendationLimits(5, 10)},
        validator=_at_least_one_day,
    )
)

RECOMMENDATION_ASSURED = declare(
    PolicyKey(
        name="categorisation.recommendation_assured",
        label="Approval of recommendations",
        does="Decides whether a DSIM approves a SIP’s recommendation before the school can read it.",
        labels={"is_assured": "The DSIM approves it first"},
        kind=Assurance,
        unit="yes or no",
        source="Domain 3.5 and 4.3 [002 D3]",
        shipped={SINCE_ALWAYS: Assurance(is_assured=True)},
    )
)
