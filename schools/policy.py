"""What of the register and of visits is policy: figures and lists an administrator edits (domain, Policy is data)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True)
class SipDays:
    """SIP days every school served is entitled to in an academic year."""

    days_a_year: int


@dataclass(frozen=True)
class RegisterAge:
    """How old the register's newest file may become before a fresh one is asked for."""

    days: int


@dataclass(frozen=True)
class NotSeen:
    """After how many days without a visit a school counts as not seen; every day of the year counts."""

    days: int


@dataclass(frozen=True)
class TermOpens:
    """How many days before its first a term is opened by itself."""

    days_before: int


@dataclass(frozen=True)
class LastWeeks:
    """How many weeks at the end of a term are its last ones, before which its core visit is to be held."""

    weeks: int


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of words, in the order they are offered. What was recorded keeps its word."""

    entries: tuple[str, ...]


LONGEST_NOT_SEEN = 730
MOST_LAST_WEEKS = 10
FORTNIGHT = 14
"""A term is asked about from so many days before it begins."""


def _no_code_twice(value: ServiceByType) -> Iterator[str]:
    if both := sorted(set(value.entitled) & set(value.by_invitation)):
        yield f"A type of school cannot be in both lists: {', '.join(both)}."


# As `Phase` in models/school.py; models ask policy, so policy does not ask them.
PHASES = frozenset(
    {
        *("nursery", "primary", "middle_deemed_primary", "middle_deemed_secondary", "secondary", "all_through"),
        *("16_plus", "special", "alternative", "none"),
    }
)


def _known_phases(value: PhaseByType) -> Iterator[str]:
    if unknown := sorted(set(value.phases.values()) - PHASES):
        known = ", ".join(sorted(PHASES)).replace("_", " ")
        yield f"There is no phase called {', '.join(unknown).replace('_', ' ')}. The phases are: {known}."


def _at_least_one_day(value: RecordLimits) -> Iterator[str]:
    if min(value.submit_working_days, value.assure_working_days, value.respond_school_days) < 1:
        yield "Each limit must be 1 day or more."


def _between_one_and_ten(value: HolidayLength) -> Iterator[str]:
    if not 1 <= value.week_weekdays <= 10:
        yield "Enter between 1 and 10 weekdays."


def _between_zero_and_fifty(value: SipDays) -> Iterator[str]:
    if not 0 <= value.days_a_year <= 50:
        yield "Enter between 0 and 50 days."


def _between_one_day_and_a_year(value: RegisterAge) -> Iterator[str]:
    if not 1 <= value.days <= 366:
        yield "Enter between 1 and 366 days."


def _between_a_day_and_two_years(value: NotSeen) -> Iterator[str]:
    if not 1 <= value.days <= LONGEST_NOT_SEEN:
        yield f"Enter between 1 and {LONGEST_NOT_SEEN} days."


def _within_a_fortnight(value: TermOpens) -> Iterator[str]:
    if not 0 <= value.days_before <= FORTNIGHT:
        yield f"Enter between 0 and {FORTNIGHT} days."


def _between_one_and_ten_weeks(value: LastWeeks) -> Iterator[str]:
    if not 1 <= value.weeks <= MOST_LAST_WEEKS:
        yield f"Enter between 1 and {MOST_LAST_WEEKS} weeks."


def _some_each_once(value: Vocabulary) -> Iterator[str]:
    entries = [entry.strip() for entry in value.entries]
    if not all(entries) or not entries:
        yield "Each entry must have words."
    if len({entry.casefold() for entry in entries}) < len(entries):
        yield "Each entry can be in the list only once."
    if any(len(entry) > 100 for entry in entries):
        yield "Each entry must be 100 characters or fewer."


SERVICE_BY_TYPE = declare(
    PolicyKey(
        name="schools.service_by_type",
        label="Types of school we visit",
        does="Decides which schools we visit: by right, by invitation, or not at all (on the register only).",
        labels={"entitled": "Visited by right", "by_invitation": "Visited by invitation"},
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
        label="Phase of schools that have no phase in GIAS",
        does="Gives a phase, by type of school, to schools that have no phase in GIAS.",
        labels={"phases": "Type of school and its phase"},
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
        label="Time limits for a Record of Visit",
        does="Sets how long people have to submit a Record of Visit, approve or return it, and respond to it.",
        labels={
            "submit_working_days": "Working days after the visit to submit it",
            "assure_working_days": "Working days to approve or return it",
            "respond_school_days": "School days for the school to respond",
        },
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
        does="Decides which holidays count as longer than a week when we work out dates.",
        labels={"week_weekdays": "Most weekdays in a one-week holiday"},
        kind=HolidayLength,
        unit="weekdays",
        source="Domain 2; design, Time and deadlines",
        shipped={SINCE_ALWAYS: HolidayLength(5)},
        validator=_between_one_and_ten,
    )
)

SIP_DAYS = declare(
    PolicyKey(
        name="schools.sip_days",
        label="SIP days each school is entitled to",
        does="Sets how many School Improvement Partner days each school that we visit has.",
        labels={"days_a_year": "Days in an academic year"},
        kind=SipDays,
        unit="days in an academic year",
        source="Domain 3.1 [002 F]",
        shipped={SINCE_ALWAYS: SipDays(5)},
        validator=_between_zero_and_fifty,
    )
)

REGISTER_AGE = declare(
    PolicyKey(
        name="schools.register_age",
        label="When to import a new file of schools",
        does="Sets when we ask an administrator to import a new file of schools.",
        labels={"days": "Days after the last import"},
        kind=RegisterAge,
        unit="days",
        source="Domain 1 and 10: the register is imported",
        shipped={SINCE_ALWAYS: RegisterAge(31)},
        validator=_between_one_day_and_a_year,
    )
)

NOT_SEEN = declare(
    PolicyKey(
        name="schools.not_seen_days",
        label="When a school has not been visited recently",
        does="Sets when a school appears on the Schools not visited recently page.",
        labels={"days": "Days since the last visit"},
        kind=NotSeen,
        unit="days since the last visit",
        source="Domain 3.1: a core visit each term; a term with the holiday after it has about 120 days",
        shipped={SINCE_ALWAYS: NotSeen(120)},
        validator=_between_a_day_and_two_years,
    )
)

TERM_OPENS = declare(
    PolicyKey(
        name="schools.term_opens",
        label="When we create core visits automatically",
        does="Sets how many days before a term we create its core visits.",
        labels={"days_before": "Days before the first day of term"},
        kind=TermOpens,
        unit="days before the first day of term",
        source="Domain 9.2: each term the service creates the core visits",
        shipped={SINCE_ALWAYS: TermOpens(7)},
        validator=_within_a_fortnight,
    )
)

CORE_VISIT_WEEKS = declare(
    PolicyKey(
        name="schools.core_visit_weeks",
        label="Deadline for a core visit",
        does="Sets the deadline for holding a core visit: before the last weeks of the term.",
        labels={"weeks": "Weeks before the end of term"},
        kind=LastWeeks,
        unit="weeks before the end of term",
        source="Domain 3.1 and 9.1: a core visit each term, with reminders while there is time to hold it",
        shipped={SINCE_ALWAYS: LastWeeks(4)},
        validator=_between_one_and_ten_weeks,
    )
)

REPORT_CARDS = date(2025, 11, 10)
"""From this day Ofsted inspects schools with report cards: five grades for each area, and none for the whole."""
REQUIRES_IMPROVEMENT = date(2012, 9, 1)
"""From this day Ofsted says “requires improvement” in place of “satisfactory”."""

SEF_GRADES = declare(
    PolicyKey(
        name="schools.sef_grades",
        label="Grades of the school’s self-evaluation",
        does="Lists the grades to select in a record, by the date of the visit. Existing records do not change.",
        labels={"entries": "Grades"},
        kind=Vocabulary,
        unit="names, the best first",
        source="Domain 1 and 3.3 [002 D1]; the grades of Ofsted’s framework in force on the day of the visit",
        shipped={
            SINCE_ALWAYS: Vocabulary(("1, outstanding", "2, good", "3, satisfactory", "4, inadequate")),
            REQUIRES_IMPROVEMENT: Vocabulary(("Outstanding", "Good", "Requires improvement", "Inadequate")),
            REPORT_CARDS: Vocabulary(
                ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
            ),
        },
        validator=_some_each_once,
    )
)

SEF_ASPECTS = declare(
    PolicyKey(
        name="schools.sef_aspects",
        label="Aspects of the school’s self-evaluation",
        does="Lists the aspects that people grade in a record. Existing records do not change.",
        labels={"entries": "Aspects"},
        kind=Vocabulary,
        unit="names, in order",
        source="Domain 3.3 and 4.2 [002 E]; the areas of Ofsted’s report cards",
        shipped={
            SINCE_ALWAYS: Vocabulary(
                (
                    "Overall effectiveness",
                    "Achievement and standards",
                    "Personal development and well-being",
                    "Teaching and learning",
                    "Curriculum",
                    "Care, guidance and support",
                    "Leadership and management",
                    "Capacity to improve",
                )
            ),
            REPORT_CARDS: Vocabulary(
                (
                    "Inclusion",
                    "Curriculum and teaching",
                    "Achievement",
                    "Attendance and behaviour",
                    "Personal development and well-being",
                    "Early years",
                    "Post-16 provision",
                    "Leadership and governance",
                )
            ),
        },
        validator=_some_each_once,
    )
)

GOOD_PRACTICE_THEMES = declare(
    PolicyKey(
        name="schools.good_practice_themes",
        label="Good practice themes",
        does="Lists the themes that people can select for a strength.",
        labels={"entries": "Themes"},
        kind=Vocabulary,
        unit="names, in order",
        source="Domain 3.3",
        shipped={
            SINCE_ALWAYS: Vocabulary(
                (
                    "Reading and writing",
                    "Mathematics",
                    "Science, computing and technology",
                    "Early years",
                    "Sixth form and 14 to 19",
                    "Curriculum and enrichment",
                    "Teaching and assessment",
                    "Inclusion and special educational needs",
                    "Behaviour and attendance",
                    "Personal development and well-being",
                    "Parents and community",
                    "Leadership and governance",
                )
            )
        },
        validator=_some_each_once,
    )
)
