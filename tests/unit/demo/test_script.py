"""The script can be walked, whatever day the demonstration lives on."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from schoolimprove.accounts.roles import Role
from schoolimprove.demo import places
from schoolimprove.demo.days import Days
from schoolimprove.demo.script import Script, ScriptedAct, acts_of, names, read
from schoolimprove.lib import clock
from schoolimprove.lib.clock import LONDON

EVERY_DAY = [date(2026, 9, 1) + timedelta(days=n) for n in range(365)]
TODAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def chapters() -> dict[str, Any]:
    return {name: read(name) for name in names()}


def told(*acts: dict[str, Any], today: date = TODAY) -> Script:
    """A script with the acts of a chapter that has no ordinary course."""
    return Script(Days(today), {"people": {"story": [{"acts": [act]} for act in acts]}})


def of_one_story(script: Script) -> Iterator[list[ScriptedAct]]:
    stories: dict[int, list[ScriptedAct]] = {}
    for act in script.acts:
        stories.setdefault(id(act.story), []).append(act)
    yield from stories.values()


@pytest.mark.parametrize("month", range(12))
def test_on_every_day_each_story_goes_in_the_order_in_which_it_is_written(month: int, chapters: dict[str, Any]) -> None:
    for today in EVERY_DAY[month * 30 : month * 30 + 35]:
        script = Script(Days(today), chapters)
        assert {act.verb for act in script.acts} <= script.verbs.keys()
        assert all((act.day, act.at) < (today, time(8, 30)) for act in script.acts)
        for acts in of_one_story(script):
            written = [each["day"] for each in acts[0].story.told["acts"]]
            if not any(isinstance(day, list) for day in written):
                days = [act.day for act in acts_of(acts[0].story)]
                meetings = {day for day, said in zip(days, written, strict=True) if "meeting" in str(said)}
                others = [day for day, said in zip(days, written, strict=True) if "meeting" not in str(said)]
                assert others == sorted(others), (today, acts[0].story.told)
                assert all(day > others[2] for day in meetings), "presented after it was approved"


def test_what_is_going_on_now_has_begun_before_today(chapters: dict[str, Any]) -> None:
    """However the days fall, no act of a record is left out that the script tells of."""
    for today in EVERY_DAY[::5]:
        script = Script(Days(today), {"records": chapters["records"]})
        for acts in of_one_story(script):
            if not acts[0].story.optional and "held" in acts[0].story.known:
                assert len(acts) == len(acts[0].story.told["acts"]), (today, acts[0].story.told)


def test_a_sip_is_at_one_school_a_day(chapters: dict[str, Any]) -> None:
    districts = {place.name: place.district for place in places.SCHOOLS}
    for today in EVERY_DAY[::7]:
        begun = [act for act in Script(Days(today), chapters).acts if act.verb == "start" and Role.SIP in act.by]
        visits = [act.story for act in begun if act.story.told["school"] != places.SIP_THERE]
        met = Counter((districts[visit.told["school"]], visit.held_on) for visit in visits)
        assert [place_and_day for place_and_day, times in met.items() if times > 1] == [], today


def test_visits_are_of_the_last_twelve_months(chapters: dict[str, Any]) -> None:
    for today in EVERY_DAY[::7]:
        script = Script(Days(today), chapters)
        held = [story.held_on for story in script.stories if "held" in story.known]
        assert len(held) > 60
        assert all(today - timedelta(days=365) <= day < today for day in held)
        assert all(one <= other for one, other in pairwise(act.day for act in script.acts))


def test_acts_of_several_stories_come_in_the_order_of_their_days() -> None:
    script = told({"day": -3, "verb": "one"}, {"day": -9, "verb": "two"}, {"day": -3, "at": time(6), "verb": "three"})
    assert [act.verb for act in script.acts] == ["two", "three", "one"]


def test_what_would_happen_today_or_later_has_not_happened() -> None:
    script = told({"day": 0, "verb": "late"}, {"day": 2, "verb": "later"}, {"day": 0, "at": time(6), "verb": "early"})
    assert [act.verb for act in script.acts] == ["early"]


def test_of_the_acts_of_one_day_each_has_its_own_time() -> None:
    times: list[datetime] = []
    script = told(*[{"day": -1, "verb": "look"}] * 3)
    script.verbs["look"] = lambda _story: times.append(clock.now())
    script.play(cast=None)  # type: ignore[arg-type]
    assert times == sorted(set(times))
    assert [moment.astimezone(LONDON).date() for moment in times] == [date(2026, 10, 30)] * 3


@pytest.mark.parametrize(
    ("today", "written", "school", "day"),
    [
        (date(2026, 10, 31), -1, False, date(2026, 10, 30)),
        (date(2026, 10, 31), -1, True, date(2026, 10, 23)),
        (date(2026, 12, 25), -1, False, date(2026, 12, 24)),
        (date(2026, 12, 25), 1, False, date(2026, 12, 29)),
        (date(2027, 8, 31), "school -1", False, date(2027, 7, 21)),
        (date(2027, 8, 31), "working -1", True, date(2027, 8, 27)),
        (date(2026, 10, 31), "held 2", False, date(2026, 10, 26)),
        (date(2026, 10, 31), "held", True, date(2026, 10, 22)),
        (date(2026, 10, 31), "07-04", False, date(2026, 7, 6)),
        (date(2026, 10, 31), "12-19", False, date(2025, 12, 19)),
    ],
)
def test_an_offset_counts_the_days_on_which_its_act_is_possible(
    today: date, written: int | str, school: bool, day: date
) -> None:
    assert Days(today).day(written, school=school, held=date(2026, 10, 22)) == day


@pytest.mark.parametrize(
    ("today", "last", "following"),
    [
        (date(2026, 9, 1), "summer", "autumn"),
        (date(2026, 10, 31), "summer", "autumn"),
        (date(2026, 11, 29), "autumn", "spring"),
        (date(2027, 7, 20), "summer", "autumn"),
    ],
)
def test_the_last_term_is_the_last_that_is_two_thirds_over(today: date, last: str, following: str) -> None:
    days = Days(today)
    assert (days.last.name.value, days.next.name.value) == (last, following)
    assert days.known["last_opens"] < days.last.start
    assert days.known["next_opens"] < today
