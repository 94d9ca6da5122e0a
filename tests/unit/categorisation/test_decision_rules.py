"""What a decision of a category lacks, and what support follows, worked by hand (domain 4.1, 4.3, 4.7)."""

from dataclasses import replace
from datetime import date

import pytest

from categorisation.decisions.rules import Decided, decision_errors, support_from, support_list
from categorisation.schemes.shipped import SHIPPED_SCHEME

SOURCES, CAUSES = ("budget", "ofsted"), ("results", "safety")
CONFIRMED = Decided("2", "low")
CHANGED = Decided("3", "medium", reason="Results fell", evidence_sources=("budget",))


def errors(decided: Decided, *, recommended: str = "2", in_year: bool = False) -> list[str]:
    found = decision_errors(
        SHIPPED_SCHEME, decided, recommended=recommended, in_year=in_year, sources=SOURCES, causes=CAUSES
    )
    return list(found)


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        (CONFIRMED, []),
        (CHANGED, []),
        (replace(CHANGED, reason=" "), ["Enter why the category is not the one recommended."]),
        (replace(CHANGED, evidence_sources=()), ["Select the evidence for the change."]),
        (replace(CHANGED, evidence_sources=("gossip",)), ["Select evidence from the list."]),
        (
            replace(CONFIRMED, level="high"),
            ["Enter why the level of support is not low, which is usual for this category."],
        ),
        (replace(CONFIRMED, level="high", level_reason="A new headteacher"), []),
        (replace(CONFIRMED, level="extreme"), ["Select the level of support."]),
        (replace(CONFIRMED, category="5"), ["Select a category of the scheme."]),
        (replace(CONFIRMED, proposed_stage="1"), ["Propose a stage only for a school that is causing concern."]),
        (replace(CONFIRMED, proposed_stage="1", causing_concern=True), []),
    ],
)
def test_a_decision_of_a_round(decided: Decided, expected: list[str]) -> None:
    assert errors(decided) == expected


def test_a_first_category_needs_no_reason() -> None:
    assert errors(Decided("4", "high"), recommended="") == []


def test_a_decision_within_the_year_needs_a_cause() -> None:
    assert errors(CHANGED, in_year=True) == ["Select what caused the change."]
    assert errors(replace(CHANGED, change_cause="safety"), in_year=True) == []
    kept = replace(CONFIRMED, change_cause="safety")
    assert errors(kept, in_year=True) == ["Enter why you decide this outside a round."]


def test_support_starts_with_the_next_year_after_an_annual_round_and_else_with_the_change() -> None:
    assert support_from(date(2027, 7, 12), annual_round=2026) == date(2027, 9, 1)
    assert support_from(date(2026, 11, 20), annual_round=None) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("level", "first"),
    [("low", ["3 core visits"]), ("medium", ["3 core visits", "3 additional visits"]), ("high", ["3 core visits"])],
)
def test_a_level_brings_visits_and_then_its_entitlements(level: str, first: list[str]) -> None:
    found = SHIPPED_SCHEME.level(level)
    assert support_list(found)[: len(first)] == first
    assert tuple(support_list(found)[-len(found.entitlements) :]) == found.entitlements
