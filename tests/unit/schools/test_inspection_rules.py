"""The rules of inspections, from examples worked by hand, and the frameworks that come with the code."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.policy.nested import load
from schools.inspections.rules import (
    Area,
    Findings,
    Framework,
    Grade,
    framework_errors,
    grade_in_words,
    inspection_errors,
)
from schools.inspections.shipped import EDITIONS

FRAMEWORKS: dict[str, Framework] = {each.fields["code"]: load(Framework, each.fields["content"]) for each in EDITIONS}
TODAY, FIRST, LAST, RECEIVED = date(2014, 6, 1), date(2014, 5, 1), date(2014, 5, 2), date(2014, 5, 20)
GOOD = Findings("full", FIRST, LAST, RECEIVED, {"overall": "2"}, "effective", "none", "")
NOTHING = {"areas": {}, "safeguarding": "not_judged"}


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({}, None, ""),
        ({"starts_on": TODAY + timedelta(days=1), "ends_on": TODAY + timedelta(days=1)}, "starts_on", "in the past"),
        ({"ends_on": FIRST - timedelta(days=1)}, "ends_on", "same as or after the first day"),
        ({"report_received_on": FIRST}, "report_received_on", "before the inspection ends"),
        ({"report_received_on": TODAY + timedelta(days=1)}, "report_received_on", "today or in the past"),
        ({"report_received_on": None}, "report_received_on", "leave the findings empty"),
        ({"report_received_on": None, **NOTHING}, None, ""),
        (NOTHING, "", "at least one area"),
        ({"areas": {"overall": "5"}}, "", "no grade 5 of Overall effectiveness"),
        ({"areas": {"outcomes": "1"}}, "", "no grade 1 of outcomes"),
        ({"kind": "monitoring"}, "", "has no grades"),
        ({"kind": "monitoring", **NOTHING}, "judgement", "what the inspectors judged"),
        ({"kind": "monitoring", **NOTHING, "judgement": "Effective action"}, None, ""),
        ({"kind": "monitoring", **NOTHING, "judgement": "Yes", "follows": FIRST}, "monitoring_of", "must be after"),
        ({"kind": "monitoring", **NOTHING, "judgement": "Yes", "follows": date(2013, 1, 1)}, None, ""),
        ({"follows": date(2013, 1, 1)}, "monitoring_of", "Only a monitoring visit"),
        ({"kind": "short", **NOTHING, "judgement": "The school remains good"}, None, ""),
    ],
)
def test_why_an_inspection_cannot_be_entered_so(changes: dict[str, Any], field: str | None, why: str) -> None:
    errors = list(inspection_errors(FRAMEWORKS["2012"], replace(GOOD, **changes), today=TODAY))
    assert [each[0] for each in errors][:1] == ([] if field is None else [field])
    assert why in "".join(each[1] for each in errors)


def test_the_shipped_frameworks_are_sound_and_keep_their_own_scales() -> None:
    assert [error for each in FRAMEWORKS.values() for error in framework_errors(each)] == []
    third = {code: each.areas[0].label_of("3") for code, each in FRAMEWORKS.items()}
    assert third == {
        "2005": "Satisfactory",
        "2009": "Satisfactory",
        "2012": "Requires improvement",
        "2015": "Requires improvement",
        "2019": "Requires improvement",
        "2025": "Expected standard",
    }
    assert [code for code, each in FRAMEWORKS.items() if each.area("overall") is None] == ["2025"]


@given(code=st.sampled_from(sorted(FRAMEWORKS)), data=st.data())
def test_every_grade_of_a_framework_can_be_entered_and_is_put_into_words(code: str, data: st.DataObject) -> None:
    framework = FRAMEWORKS[code]
    graded = {each.key: data.draw(st.sampled_from(each.grades)).code for each in framework.areas}
    statutory = data.draw(st.sampled_from(["none", *(each.code.value for each in framework.statutory)]))
    found = replace(GOOD, areas=graded, statutory_category=statutory)
    assert list(inspection_errors(framework, found, today=TODAY)) == []
    assert grade_in_words(framework, graded, statutory)


def test_the_grade_names_the_statutory_category_as_its_framework_does() -> None:
    words = [grade_in_words(FRAMEWORKS[code], {"overall": "4"}, "significant_improvement") for code in ("2005", "2012")]
    assert words == ["Inadequate, notice to improve", "Inadequate, serious weaknesses"]
    assert grade_in_words(FRAMEWORKS["2025"], {"inclusion": "1"}, "none") == "No overall grade"


def test_what_is_wrong_with_a_framework_is_said_in_sentences() -> None:
    twice = Area("a", "A", (Grade("1", "Good"), Grade("1", "Bad")))
    assert list(framework_errors(Framework((twice, Area("a", "B", ())), ()))) == [
        "The area a is there twice.",
        "The grade of A 1 is there twice.",
        "Enter the grades of B.",
    ]
    assert list(framework_errors(Framework((), ()))) == ["Enter at least one area."]
