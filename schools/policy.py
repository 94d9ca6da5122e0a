"""What of the register and of visits is policy: figures and lists an administrator edits (domain, Policy is data)."""

from collections.abc import Iterator
from dataclasses import dataclass

from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyKey, declare


@dataclass(frozen=True)
class ServiceByType:
    """Establishment type codes: maintained schools are entitled, academies and free schools by invitation."""

    entitled: tuple[str, ...]
    by_invitation: tuple[str, ...]


@dataclass(frozen=True)
class PhaseByType:
    """Establishment type code → our phase, where GIAS gives the school no phase of its own."""

    phases: dict[str, str]


@dataclass(frozen=True)
class RecordLimits:
    """Time limits in the life of a Record of Visit."""

    submit_working_days: int
    assure_working_days: int
    respond_school_days: int


@dataclass(frozen=True)
class HolidayLength:
    """A holiday is *longer than a week* when it has more weekdays than this."""

    week_weekdays: int


def _no_code_twice(value: ServiceByType) -> Iterator[str]:
    if both := sorted(set(value.entitled) & set(value.by_invitation)):
        yield f"A type is either entitled or by invitation, not both: {', '.join(both)}."


# As `Phase` in models/school.py; models ask policy, so policy does not ask them.
PHASES = frozenset(
    {
        *("nursery", "primary", "middle_deemed_primary", "middle_deemed_secondary", "secondary", "all_through"),
        *("16_plus", "special", "alternative", "none"),
    }
)


def _known_phases(value: PhaseByType) -> Iterator[str]:
    if unknown := sorted(set(value.phases.values()) - PHASES):
        yield f"No such phase: {', '.join(unknown)}. The phases are: {', '.join(sorted(PHASES))}."


def _at_least_one_day(value: RecordLimits) -> Iterator[str]:
    if min(value.submit_working_days, value.assure_working_days, value.respond_school_days) < 1:
        yield "Each limit is at least one day."


def _between_one_and_ten(value: HolidayLength) -> Iterator[str]:
    if not 1 <= value.week_weekdays <= 10:
        yield "Between 1 and 10 weekdays."


SERVICE_BY_TYPE = declare(
    PolicyKey(
        name="schools.service_by_type",
        label="Which types of school are served",
        kind=ServiceByType,
        unit="establishment type codes",
        source="Design, Policy: service by type",
        shipped={
            SINCE_ALWAYS: ServiceByType(
                entitled=("01", "02", "03", "05", "07", "12", "14", "15"),
                by_invitation=(
                    *("06", "28", "33", "34", "35", "36", "38", "39", "40", "41"),
                    *("42", "43", "44", "45", "46", "57"),
                ),
            )
        },
        validator=_no_code_twice,
    )
)

PHASE_BY_TYPE = declare(
    PolicyKey(
        name="schools.phase_by_type",
        label="The phase of schools for which GIAS gives none",
        kind=PhaseByType,
        unit="establishment type code to phase",
        source="Design, Schools as they come",
        shipped={
            SINCE_ALWAYS: PhaseByType(
                phases={
                    **dict.fromkeys(["07", "08", "10", "12", "33", "36", "44"], "special"),
                    **dict.fromkeys(["14", "38", "42", "43"], "alternative"),
                    **dict.fromkeys(["18", "31", "32", "39", "45", "46", "57"], "16_plus"),
                    "15": "nursery",
                }
            )
        },
        validator=_known_phases,
    )
)

RECORD_LIMITS = declare(
    PolicyKey(
        name="schools.record_limits",
        label="Time limits of a Record of Visit",
        kind=RecordLimits,
        unit="working days to submit and to approve; school days to respond",
        source="Domain 3.4",
        shipped={SINCE_ALWAYS: RecordLimits(5, 5, 10)},
        validator=_at_least_one_day,
    )
)

HOLIDAY_LENGTH = declare(
    PolicyKey(
        name="schools.holiday_longer_than_a_week",
        label="When a school holiday is longer than a week",
        kind=HolidayLength,
        unit="weekdays",
        source="Domain 2; design, Time and deadlines",
        shipped={SINCE_ALWAYS: HolidayLength(5)},
        validator=_between_one_and_ten,
    )
)
