"""What a recommendation lacks, and the dates of its round, by hand and by the worked examples C2, C3 and C4."""

from dataclasses import replace
from datetime import date

import pytest

from categorisation.policy import ANNUAL, REVIEW, ROUND_DATES, ROUND_KINDS
from categorisation.recommendations.rules import CauseOfConcern, submission_errors
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.lib.clock import TermName, school_days_before
from schoolimprove.policy.keys import SINCE_ALWAYS
from tests.factories.calendar import calendar_of
from tests.factories.categorisation import whole


def lacks(**changed: object) -> list[str]:
    return list(submission_errors(SHIPPED_SCHEME, replace(whole(), **changed)))  # type: ignore[arg-type]


def test_a_whole_recommendation_lacks_nothing() -> None:
    assert lacks() == []
    assert list(submission_errors(SHIPPED_SCHEME, whole("4"))) == []


def test_category_4_asks_for_three_more_headings() -> None:
    """C4: nine headings, and three more for category 4."""
    nine = whole("3").ratings
    of_nine = replace(whole("4"), ratings=nine)
    [missing] = submission_errors(SHIPPED_SCHEME, of_nine)
    assert missing == "Select a rating for: Capacity to improve, Budget, Health and safety."


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_level_that_is_not_usual_needs_a_reason(reason: str) -> None:
    """C2: category 3 set to low, without and with a reason."""
    low = replace(whole("3"), level="low", level_reason=reason)
    [missing] = submission_errors(SHIPPED_SCHEME, low)
    assert "medium" in missing
    assert list(submission_errors(SHIPPED_SCHEME, replace(low, level_reason="It knows what to do"))) == []


def test_each_thing_that_is_missing_is_named() -> None:
    assert lacks(sef_grade="") == ["Select the school’s own grade."]
    assert lacks(category="") == ["Select the category you recommend."]
    assert lacks(level="") == ["Select the level of support."]
    assert lacks(statement=" ") == ["Enter the statement."]
    assert lacks(causes=(CauseOfConcern("budget"),)) == ["Enter the evidence for the cause of concern: Budget."]


def test_rounds_are_reviews_in_autumn_and_spring_and_annual_in_summer() -> None:
    """C3."""
    kinds = ROUND_KINDS.shipped[SINCE_ALWAYS].kinds
    assert kinds == {TermName.AUTUMN: REVIEW, TermName.SPRING: REVIEW, TermName.SUMMER: ANNUAL}


def test_dates_of_the_round_are_counted_back_in_school_days() -> None:
    """By a wall calendar of summer 2009: the term ends on Tuesday 21 July, after 20 school days from 23 June."""
    limits, calendar = ROUND_DATES.shipped[SINCE_ALWAYS], calendar_of(2008)
    last = date(2009, 7, 21)
    assert school_days_before(last, limits.moderate_school_days, calendar) == date(2009, 7, 14)
    assert school_days_before(last, limits.recommend_school_days, calendar) == date(2009, 6, 23)


def test_a_half_term_is_stepped_over_when_days_are_counted_back() -> None:
    """Monday 1 June 2009 is the first school day after the half-term of 25 to 29 May."""
    assert school_days_before(date(2009, 6, 1), 1, calendar_of(2008)) == date(2009, 5, 22)
