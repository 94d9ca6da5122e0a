"""What of categories is policy: dates of a round, time limits, approval, and what can be selected (domain 4)."""

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


@dataclass(frozen=True)
class WorkingDaysLimit:
    """A time limit in working days."""

    working_days: int


@dataclass(frozen=True)
class Choice:
    """Something to select: its key, which decisions keep, and its name."""

    key: str
    label: str


@dataclass(frozen=True)
class Choices:
    choices: tuple[Choice, ...]

    @property
    def labels(self) -> dict[str, str]:
        """Return key → name, in order."""
        return {each.key: each.label for each in self.choices}


def _each_term_has_a_kind(value: RoundKinds) -> Iterator[str]:
    if set(value.kinds) != set(TermName) or not set(value.kinds.values()) <= {ANNUAL, REVIEW}:
        yield "Enter annual or review for autumn, spring and summer."


def _recommended_before_moderated(value: RoundDates) -> Iterator[str]:
    if not 1 <= value.moderate_school_days < value.recommend_school_days <= MOST_DAYS:
        yield f"Enter between 1 and {MOST_DAYS} days, with more days for the recommendation than for moderation."


def _at_least_one_day(value: RecommendationLimits) -> Iterator[str]:
    if not min(value.assure_working_days, value.agree_school_days) >= 1:
        yield "Each limit must be 1 day or more."


def _one_day_or_more(value: WorkingDaysLimit) -> Iterator[str]:
    if not 1 <= value.working_days <= MOST_DAYS:
        yield f"Enter between 1 and {MOST_DAYS} days."


def _each_choice_once(value: Choices) -> Iterator[str]:
    if not value.choices or not all(each.key and each.label for each in value.choices):
        yield "Each entry must have a key and a name."
    if len(value.labels) < len(value.choices):
        yield "Each key can be in the list only once."


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

NOTIFY_LIMIT = declare(
    PolicyKey(
        name="categorisation.notify_limit",
        label="Time limit to tell a school its category",
        does="Sets how long the Head has to issue the letter after a category is decided.",
        labels={"working_days": "Working days to issue the letter"},
        kind=WorkingDaysLimit,
        unit="working days",
        source="Domain 4.3; the days are ours",
        shipped={SINCE_ALWAYS: WorkingDaysLimit(5)},
        validator=_one_day_or_more,
    )
)

MISMATCH_LIMIT = declare(
    PolicyKey(
        name="categorisation.mismatch_working_days",
        label="Time limit to settle a difference from Ofsted",
        does="Sets how long the DSIM and the Head have to respond where Ofsted’s grade differs from the category.",
        labels={"working_days": "Working days to write and sign the response"},
        kind=WorkingDaysLimit,
        unit="working days",
        source="Domain 4.5; the days are ours",
        shipped={SINCE_ALWAYS: WorkingDaysLimit(20)},
        validator=_one_day_or_more,
    )
)

CHANGE_CAUSES = declare(
    PolicyKey(
        name="categorisation.change_causes",
        label="Causes of a change of category within the year",
        does="Lists what can cause a change of category outside the rounds. Existing decisions do not change.",
        labels={"choices": "Causes"},
        kind=Choices,
        unit="key and name",
        source="Domain 4.3 [002 D2]",
        shipped={
            SINCE_ALWAYS: Choices(
                (
                    Choice("results", "Results"),
                    Choice("ofsted", "Ofsted"),
                    Choice("staffing_or_leadership", "Staffing or leadership"),
                    Choice("impact_of_support", "Impact of support"),
                    Choice("finance", "Finance"),
                    Choice("safety", "Safety"),
                )
            )
        },
        validator=_each_choice_once,
    )
)

EVIDENCE_SOURCES = declare(
    PolicyKey(
        name="categorisation.evidence_sources",
        label="Evidence for changing a recommended category",
        does="Lists the evidence to select when a category is not the one recommended. Existing decisions stay.",
        labels={"choices": "Evidence"},
        kind=Choices,
        unit="key and name",
        source="Domain 4.3 [002 D2]",
        shipped={
            SINCE_ALWAYS: Choices(
                (
                    Choice("attainment", "Attainment"),
                    Choice("ofsted", "Ofsted"),
                    Choice("attendance", "Attendance"),
                    Choice("exclusions", "Exclusions"),
                    Choice("budget", "Budget"),
                    Choice("staffing", "Staffing"),
                    Choice("health_and_safety", "Health and safety"),
                    Choice("complaints", "Complaints"),
                )
            )
        },
        validator=_each_choice_once,
    )
)
