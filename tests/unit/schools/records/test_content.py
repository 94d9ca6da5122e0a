"""What is written beside the texts: kept as it was written, frozen as it is read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.records.content import (
    ActionLine,
    CarriedLine,
    Content,
    GradeLine,
    Outcome,
    Owner,
    StrengthLine,
    document_of,
)
from schools.records.document import read
from schools.records.rules import incomplete_actions, missing_to_submit, wrong_with_action_date

WORDS = st.text(max_size=40)
GRADE = st.sampled_from(["", "Expected standard", "2, good"])
CONTENTS = st.builds(
    Content,
    findings=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), WORDS, max_size=4),
    grades=st.lists(st.builds(GradeLine, WORDS, GRADE, GRADE), max_size=3).map(tuple),
    strengths=st.lists(st.builds(StrengthLine, WORDS, WORDS, WORDS), max_size=3).map(tuple),
    actions=st.lists(
        st.builds(ActionLine, WORDS, WORDS, st.sampled_from(Owner).map(str), WORDS, st.none() | st.dates()), max_size=3
    ).map(tuple),
    carried=st.lists(
        st.builds(CarriedLine, st.integers(1, 9), st.sampled_from(Outcome).map(str), WORDS), max_size=3
    ).map(tuple),
)


class Line:
    def __init__(self, key: str, heading: str) -> None:
        self.key, self.heading, self.source_label = key, heading, "Visit programme"


@given(CONTENTS)
def test_what_is_stored_is_read_back_as_it_was_written(content: Content) -> None:
    assert Content.from_json(content.as_json()) == content


@given(CONTENTS)
def test_a_frozen_document_reads_in_the_order_of_the_agenda_and_loses_nothing(content: Content) -> None:
    agenda = [Line(key, key.upper()) for key in content.findings]
    carried = {line.action: _earlier() for line in content.carried}
    reading = read(_document(content, agenda, carried))
    assert [(item.key, item.text) for item in reading.items] == list(content.findings.items())
    assert [action.what for action in reading.actions] == [line.what for line in content.actions]
    assert [action.due_on for action in reading.actions] == [line.due_on for line in content.actions]
    assert [strength.text for strength in reading.strengths] == [line.text for line in content.strengths]
    assert len(reading.carried) == len(content.carried)
    assert [grade.aspect for grade in reading.grades] == [
        line.aspect for line in content.grades if line.school or line.sip
    ]


def _earlier() -> dict[str, object]:
    return {"what": "Before", "owner": "school", "who": "", "due_on": None, "from": "RV-2025-00001"}


def _document(content: Content, agenda: list[Line], carried: dict[int, dict[str, object]]) -> dict[str, object]:
    return document_of(visit={}, texts={}, content=content, agenda=agenda, carried=carried, attachments=[])


def test_what_was_shared_before_there_were_lines_is_still_read() -> None:
    reading = read({"met": "The head", "findings": "Well taught.", "strengths": "Reading aloud.\nSinging."})
    assert (reading.met, reading.findings, reading.items) == ("The head", "Well taught.", [])
    assert [strength.text for strength in reading.strengths] == ["Reading aloud.\nSinging."]


def test_grades_that_were_stored_as_numbers_read_in_the_words_of_then() -> None:
    stored = {"grades": [{"aspect": "Teaching", "school": 2, "sip": 0}, {"aspect": "Care", "school": 4, "sip": 3}]}
    written = Content.from_json(stored)
    assert written.grades == (GradeLine("Teaching", "2, good"), GradeLine("Care", "4, inadequate", "3, satisfactory"))
    assert [(each.school, each.sip) for each in read(stored).grades] == [
        ("2, good", "Not graded"),
        ("4, inadequate", "3, satisfactory"),
    ]


def test_a_finding_on_an_item_that_is_off_the_agenda_is_not_shared() -> None:
    content = Content(findings={"standards": "Read", "gone": "Not read"})
    assert [item.text for item in read(_document(content, [Line("standards", "Standards")], {})).items] == ["Read"]


WRITTEN = {"met": "The head", "evidence": "Books", "findings": ""}


def test_every_item_of_the_agenda_wants_a_finding() -> None:
    agenda = [("standards", "Standards"), ("celebrations", "Celebrations")]
    assert missing_to_submit(WRITTEN, agenda, {"standards": "Fine", "celebrations": " "}) == [
        "Enter what you found on “Celebrations”."
    ]
    assert missing_to_submit(WRITTEN, agenda, {"standards": "Fine", "celebrations": "Choir"}) == []


def test_without_an_agenda_there_are_findings_of_their_own() -> None:
    assert missing_to_submit(WRITTEN) == ["Enter what you found."]
    assert missing_to_submit({**WRITTEN, "findings": "Fine"}) == []


DUE = date(2026, 12, 4)


@pytest.mark.parametrize(
    ("action", "lacking"),
    [
        (ActionLine("a1", "Read", who="Deputy", due_on=DUE), []),
        (ActionLine("a1", "Read", who=" ", due_on=DUE), ["Action 1, “Read”, needs a person."]),
        (ActionLine("a1", "Read", who="Deputy"), ["Action 1, “Read”, needs a date."]),
        (ActionLine("a1", "Read"), ["Action 1, “Read”, needs a person and a date."]),
        (ActionLine("a1", "Read " * 30), [f"Action 1, “{'Read ' * 11}Read…”, needs a person and a date."]),
    ],
)
def test_an_action_wants_a_person_and_a_date(action: ActionLine, lacking: list[str]) -> None:
    assert missing_to_submit(WRITTEN | {"findings": "Fine"}, actions=[action]) == lacking
    assert incomplete_actions([action], known=[action]) == []


@pytest.mark.parametrize(
    ("due_on", "wrong"),
    [
        (date(2026, 11, 2), True),
        (date(2026, 11, 3), False),
        (date(2031, 11, 3), False),
        (date(2032, 1, 1), True),
    ],
)
def test_an_action_is_to_be_done_from_today_on_and_not_in_another_life(due_on: date, wrong: bool) -> None:
    assert bool(wrong_with_action_date(due_on, today=date(2026, 11, 3))) is wrong
