"""What the validators of the schools' policy refuse, and who is served by what is shipped."""

from dataclasses import replace
from typing import Any

import pytest

from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyError, PolicyKey
from schools.policy import CORE_VISIT_WEEKS, HOLIDAY_LENGTH, PHASE_BY_TYPE, PHASES, RECORD_LIMITS, SERVICE_BY_TYPE
from schools.register.establishments import TYPES, Service, service_of
from schools.register.models.school import Phase

SHIPPED = SERVICE_BY_TYPE.shipped[SINCE_ALWAYS]

ENTITLED = {
    "Community school",
    "Voluntary aided school",
    "Voluntary controlled school",
    "Foundation school",
    "Community special school",
    "Foundation special school",
    "Pupil referral unit",
    "Local authority nursery school",
}
BY_INVITATION_WORDS = ("academy", "free school", "studio school", "university technical", "city technology")


def test_maintained_schools_and_referral_units_are_entitled() -> None:
    assert {TYPES[code] for code in SHIPPED.entitled} == ENTITLED


def test_academies_and_free_schools_are_visited_by_invitation() -> None:
    expected = {code for code, name in TYPES.items() if name.lower().startswith(BY_INVITATION_WORDS)}
    assert set(SHIPPED.by_invitation) == expected


@pytest.mark.parametrize(
    "name", ["Other independent school", "Further education", "Children's centre", "Online provider"]
)
def test_everything_else_is_on_the_register_only(name: str) -> None:
    code = next(code for code, label in TYPES.items() if label == name)
    service = service_of(code, entitled=SHIPPED.entitled, by_invitation=SHIPPED.by_invitation)
    assert service is Service.REGISTER_ONLY


def test_a_type_nobody_knows_is_on_the_register_only() -> None:
    assert service_of("", entitled=SHIPPED.entitled, by_invitation=SHIPPED.by_invitation) is Service.REGISTER_ONLY


def test_every_code_of_the_policy_is_a_type_gias_knows() -> None:
    phases = PHASE_BY_TYPE.shipped[SINCE_ALWAYS].phases
    assert {*SHIPPED.entitled, *SHIPPED.by_invitation, *phases} <= TYPES.keys()


def test_the_phases_that_policy_knows_are_ours() -> None:
    assert set(Phase.values) == PHASES


def test_every_phase_of_the_policy_is_one_of_ours() -> None:
    PHASE_BY_TYPE.load(PHASE_BY_TYPE.dump(PHASE_BY_TYPE.shipped[SINCE_ALWAYS]))


def refusal(key: PolicyKey[Any], **changed: Any) -> str:
    value = key.dump(replace(key.shipped[SINCE_ALWAYS], **changed))
    with pytest.raises(PolicyError) as refused:
        key.load(value)
    return str(refused.value)


def test_a_type_is_not_entitled_and_by_invitation_at_once() -> None:
    said = refusal(SERVICE_BY_TYPE, entitled=("01", "34", "28"), by_invitation=("28", "34"))
    assert said == "A type of school cannot be in both lists: 28, 34."


def test_a_misspelt_phase_is_refused_with_the_phases_there_are() -> None:
    said = refusal(PHASE_BY_TYPE, phases={"07": "special", "12": "speciall", "15": "Nursery"})
    assert said.startswith("There is no phase called Nursery, speciall. The phases are: 16 plus, all through,")


@pytest.mark.parametrize("limit", ["submit_working_days", "assure_working_days", "respond_school_days"])
@pytest.mark.parametrize("days", [0, -1])
def test_a_time_limit_is_at_least_one_day(limit: str, days: int) -> None:
    assert refusal(RECORD_LIMITS, **{limit: days}) == "Each limit must be 1 day or more."


@pytest.mark.parametrize("weekdays", [0, 11])
def test_a_week_has_between_one_and_ten_weekdays(weekdays: int) -> None:
    assert refusal(HOLIDAY_LENGTH, week_weekdays=weekdays) == "Enter between 1 and 10 weekdays."


def test_the_shipped_limits_are_the_domains() -> None:
    limits = RECORD_LIMITS.shipped[SINCE_ALWAYS]
    assert (limits.submit_working_days, limits.assure_working_days, limits.respond_school_days) == (5, 5, 10)


@pytest.mark.parametrize("weeks", [0, 11])
def test_the_last_weeks_of_a_term_are_some_and_leave_some(weeks: int) -> None:
    assert refusal(CORE_VISIT_WEEKS, weeks=weeks) == "Enter between 1 and 10 weeks."
