"""Rules of a category scheme, by the worked examples C1, C2, C4 to C7, C9 and C10, and properties of any scheme."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from categorisation.schemes.rules import (
    Category,
    Comparison,
    Heading,
    Mismatch,
    Quartile,
    Scheme,
    change_errors,
    default_level,
    flags_of,
    headings_for,
    in_year_errors,
    level_errors,
    mismatch,
    quartile_guide,
    scheme_errors,
)
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.policy.nested import dump, load

FIVE = replace(
    SHIPPED_SCHEME,
    categories=tuple(Category(code, code.title(), "low" if code < "D" else "high") for code in "ABCDE"),
    headings=(Heading("all", "Everything", (), dict.fromkeys("ABCDE", "So it is")),),
    quartiles=tuple(Quartile(Decimal(100 - 20 * number), code) for number, code in enumerate("ABCDE", 1)),
    comparisons=(Comparison("2019", "overall", {"1": ("A",), "2": ("B", "C"), "3": ("D",), "4": ("E",)}),),
    flags=(),
)


def test_the_shipped_scheme_and_one_of_five_categories_have_no_error() -> None:
    assert list(scheme_errors(SHIPPED_SCHEME)) == []
    assert list(scheme_errors(FIVE)) == []


@pytest.mark.parametrize("scheme", [SHIPPED_SCHEME, FIVE], ids=["four", "five"])
def test_a_scheme_is_stored_as_json_and_read_back_the_same(scheme: Scheme) -> None:
    assert load(Scheme, json.loads(json.dumps(dump(scheme)))) == scheme


def test_the_level_follows_from_the_category() -> None:
    """C1 [002 D1]."""
    levels = [default_level(SHIPPED_SCHEME, code) for code in "1234"]
    assert levels == ["low", "low", "medium", "high"]


def test_another_level_needs_a_reason_whatever_the_category() -> None:
    """C2 [002 F]."""
    assert level_errors(SHIPPED_SCHEME, category="3", level="low", reason=" ") == [
        "Enter why the level of support is not medium, which is usual for this category."
    ]
    assert level_errors(SHIPPED_SCHEME, category="3", level="low", reason="New head, strong results") == []
    assert level_errors(SHIPPED_SCHEME, category="3", level="medium", reason="") == []


def test_the_weakest_category_is_asked_three_headings_more() -> None:
    """C4 [002 E]."""
    asked = {code: [each.key for each in headings_for(SHIPPED_SCHEME, code)] for code in "1234"}
    assert [len(keys) for keys in asked.values()] == [9, 9, 9, 12]
    assert set(asked["4"]) - set(asked["1"]) == {"capacity", "budget", "health_and_safety"}


def test_every_heading_says_what_a_school_of_each_category_it_is_asked_for_is_like() -> None:
    for code in "1234":
        assert all(each.characteristics[code] for each in headings_for(SHIPPED_SCHEME, code))


@pytest.mark.parametrize(
    ("percentile", "category"),
    [("75", "1"), ("74.9", "2"), ("50", "2"), ("49.9", "3"), ("25", "3"), ("24.9", "4"), ("0", "4"), ("100", "1")],
)
def test_the_quartile_guide(percentile: str, category: str) -> None:
    """C5 [002 E]; the edges are ours."""
    assert quartile_guide(SHIPPED_SCHEME, Decimal(percentile)) == category


@pytest.mark.parametrize(
    ("category", "grade", "expected"),
    [("2", "4", Mismatch.HARSHER), ("4", "2", Mismatch.MORE_GENEROUS), ("3", "3", None), ("2", "", None)],
)
def test_an_inspection_is_compared_with_the_category(category: str, grade: str, expected: Mismatch | None) -> None:
    """C6 [002 D1]."""
    assert mismatch(SHIPPED_SCHEME, category, framework="2005", grades={"overall": grade}) == expected


def test_a_grade_may_agree_with_two_categories_and_no_framework_is_converted() -> None:
    found = {code: mismatch(FIVE, code, framework="2019", grades={"overall": "2"}) for code in "ABCDE"}
    assert found == {
        "A": Mismatch.HARSHER,
        "B": None,
        "C": None,
        "D": Mismatch.MORE_GENEROUS,
        "E": Mismatch.MORE_GENEROUS,
    }
    assert mismatch(FIVE, "A", framework="2005", grades={"overall": "4"}) is None


def test_a_change_in_the_year_needs_a_cause() -> None:
    """C7 [002 D1]."""
    causes = ("results", "staffing and leadership")
    assert in_year_errors("", causes=causes) == ["Select what caused the change."]
    assert in_year_errors("weather", causes=causes) == ["Select what caused the change."]
    assert in_year_errors("staffing and leadership", causes=causes) == []


def test_a_weak_area_of_a_good_inspection_is_flagged_and_decides_nothing() -> None:
    """C9 [001 7-8]."""
    grades = {"overall": "2", "behaviour": "3"}
    assert flags_of(SHIPPED_SCHEME, framework="2005", grades=grades) == ["Ofsted found behaviour only satisfactory"]
    assert flags_of(SHIPPED_SCHEME, framework="2005", grades={"overall": "2", "behaviour": "2"}) == []
    assert flags_of(SHIPPED_SCHEME, framework="2019", grades=grades) == []
    assert mismatch(SHIPPED_SCHEME, "2", framework="2005", grades=grades) is None


def test_another_category_than_the_recommended_needs_a_reason_and_a_source() -> None:
    """C10 [002 D1]."""
    why, source = "Enter why the category is not the one recommended.", "Select the evidence for the change."
    assert change_errors(recommended="2", decided="3", reason="", sources=[]) == [why, source]
    assert change_errors(recommended="2", decided="3", reason="Attendance fell", sources=[]) == [source]
    assert change_errors(recommended="2", decided="3", reason="Attendance fell", sources=["attendance"]) == []
    assert change_errors(recommended="2", decided="2", reason="", sources=[]) == []


def test_what_is_wrong_with_a_scheme_is_said_in_sentences() -> None:
    broken = replace(
        FIVE,
        categories=(*FIVE.categories[:4], Category("D", "Again", "none")),
        causes=(),
        quartiles=(Quartile(Decimal(20), "A"), Quartile(Decimal(80), "F")),
    )
    assert list(scheme_errors(broken)) == [
        "The category D is there twice.",
        "Enter at least one cause.",
        "Category D has the level none, which the scheme does not have.",
        "The heading Everything names the category E, which the scheme does not have.",
        "The percentile 80 names the category F, which the scheme does not have.",
        "The grade 4 names the category E, which the scheme does not have.",
        "Enter the percentiles from the highest to the lowest, each once.",
    ]


@given(category=st.sampled_from("1234"), grade=st.sampled_from("1234"))
def test_harsher_and_more_generous_are_mirrors(category: str, grade: str) -> None:
    found = mismatch(SHIPPED_SCHEME, category, framework="2005", grades={"overall": grade})
    mirrored = mismatch(SHIPPED_SCHEME, grade, framework="2005", grades={"overall": category})
    assert (found is None) == (mirrored is None)
    assert found is None or found != mirrored


@given(percentile=st.decimals(min_value=0, max_value=100, allow_nan=False))
def test_every_percentile_points_to_a_category_and_a_higher_one_to_no_weaker(percentile: Decimal) -> None:
    guide, better = (quartile_guide(SHIPPED_SCHEME, each) for each in (percentile, min(percentile + 1, Decimal(100))))
    assert guide is not None
    assert better is not None
    assert SHIPPED_SCHEME.rank(better) <= SHIPPED_SCHEME.rank(guide)
