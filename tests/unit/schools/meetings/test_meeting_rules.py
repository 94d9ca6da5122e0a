"""The first draft of minutes."""

import pytest

from schools.meetings.rules import Minuted, draft_minutes


def test_minutes_say_who_was_present_and_what_was_decided() -> None:
    text = draft_minutes(
        present=["A (chair)", "B (member)"],
        apologies=["C"],
        also="A guest",
        items=[Minuted("One", decided="Agreed."), Minuted("Two", deferred="No figures."), Minuted("Three")],
    )
    assert text.split("\n\n") == [
        "**Present:** A (chair), B (member)",
        "**Apologies:** C",
        "**Also present:** A guest",
        *("**1. One**", "Agreed."),
        *("**2. Two**", "Deferred. No figures."),
        *("**3. Three**", "Not decided yet."),
    ]


@pytest.mark.parametrize("also", ["", "A guest"])
def test_minutes_of_a_meeting_without_attendance_or_items(also: str) -> None:
    text = draft_minutes(present=[], apologies=[], also=also, items=[])
    assert text.startswith("**Present:** not recorded")
    assert ("Also present" in text) is bool(also)
