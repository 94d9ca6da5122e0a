"""Importing term dates, closure days and bank holidays: what is taken, what is not and why, and taking it back."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schoolimprove.accounts.roles import Role
from schoolimprove.calendar.calendars import authority_calendar
from schoolimprove.calendar.models import BankHolidayOverride, ClosureDay, Term
from schoolimprove.lib import context
from schoolimprove.lib.clock import TermName
from schoolimprove.lib.clock.terms import days_between
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.models import Deadline
from schools.imports.calendar.run import CALENDAR, for_school, read, undo
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import Work
from schools.models import SchoolClosure, SchoolTerm
from schools.oversight.recalculate_deadlines import recount
from schools.records import actions as record_actions
from schools.records.deadlines import PRESENT, RESPOND, SUBMIT
from schools.records.states import RecordStatus
from schools.register.models.school import Establishment
from schools.tasks import follow_calendar
from schools.visits.deadlines import NOT_SEEN
from tests.factories.accounts import UserFactory
from tests.factories.calendar import (
    AUTUMN,
    TERM_DATES,
    BankHolidayOverrideFactory,
    ClosureDayFactory,
    SchoolClosureFactory,
    SchoolTermFactory,
    TermFactory,
    hold_terms,
)
from tests.factories.county import TUESDAY, County
from tests.factories.imports import ImportRunFactory
from tests.factories.published import published_file, published_year
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory, appointed

pytestmark = pytest.mark.django_db
FIXTURE = Path(__file__).parents[2] / "fixtures" / "calendar" / "terms.csv"
HEADER = "Academic year,Term,First day,Half-term first day,Half-term last day,Last day,Closure day,Reason,URN,LAESTAB"
AUTUMN_ROW = "2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,18/12/2026,,,,"


@pytest.fixture(autouse=True)
def on_a_day(clock_at: Any) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Path]:
    """A file with these lines, or with this as JSON."""

    def write(*lines: str, content: Any = None, name: str = "dates.csv") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(content, indent=1) if content is not None else "\n".join([HEADER, *lines]))
        return path

    return write


def taken(path: Path, **how: Any) -> Outcome:
    """Imported; the account of every row of the file is whole."""
    with transaction.atomic():
        outcome = read([path], Work(by=how.pop("by", Actor())), **how)
    [file] = outcome.files
    assert file.rows == outcome.added + outcome.changed + outcome.unchanged + outcome.ignored + outcome.refused
    return outcome


def told(outcome: Outcome) -> list[tuple[int, str | None, str]]:
    return [(each.row, each.column, each.reason) for each in outcome.rejected]


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, outcome.refused


def dates_of(term: Any) -> tuple[date, ...]:
    return term.starts_on, term.half_term_starts_on, term.half_term_ends_on, term.ends_on


def held() -> dict[tuple[int, str], tuple[date, ...]]:
    return {(term.academic_year, term.name): dates_of(term) for term in Term.objects.all()}


# CSV.


def test_a_csv_file_of_every_way_to_write_dates_is_taken_and_a_second_time_changes_nothing() -> None:
    outcome = taken(FIXTURE)
    assert (counts(outcome), outcome.rejected, outcome.warnings) == ((4, 0, 0, 0), [], [])
    assert held() == {(2026, name): TERM_DATES[2026, name] for name in TermName}
    assert [str(each) for each in ClosureDay.objects.all()] == ["6 May 2027: Polling day"]
    [file] = outcome.files
    assert (file.kind, file.encoding, len(file.sha256)) == ("term dates", "utf-8", 64)
    events = AuditEvent.objects.count()
    assert counts(taken(FIXTURE)) == (0, 0, 4, 0)
    assert AuditEvent.objects.count() == events


def test_columns_go_by_name_in_any_order_and_case(tmp_path: Path) -> None:
    path = tmp_path / "turned.csv"
    names = "LAST DAY;half term last day;Half_Term first day;first  day;TERM;academic year;note".replace(";", ",")
    path.write_bytes(f"\ufeff{names}\r\n18/12/2026,30/10/2026,26/10/2026,01/09/2026,Autumn,2026,x\r\n,,\r\n".encode())
    assert counts(taken(path)) == (1, 0, 0, 0)
    assert held() == {(2026, "autumn"): TERM_DATES[2026, AUTUMN]}


def test_what_was_imported_is_the_importers_with_its_history(kept: Any) -> None:
    by = Actor(UserFactory())
    taken(kept(AUTUMN_ROW), by=by)
    taken(kept(AUTUMN_ROW.replace("01/09/2026", "02/09/2026")), by=by)
    term = Term.objects.get()
    assert (term.version, term.created_by, term.updated_by) == (2, by.user, by.user)
    assert [(row.history_type, row.history_user, row.history_change_reason) for row in term.history.all()] == [
        ("~", by.user, "Imported from dates.csv"),
        ("+", by.user, "Imported from dates.csv"),
    ]
    event = AuditEvent.objects.about("calendar.term", term.pk).latest("pk")
    assert (event.verb, event.changes) == ("changed", {"starts_on": ["2026-09-01", "2026-09-02"]})


def test_the_preview_names_what_would_change_in_words(kept: Any) -> None:
    hold_terms(2026)
    school = SchoolFactory.create(name="Invented Primary School")
    outcome = taken(
        kept(
            AUTUMN_ROW.replace("18/12/2026", "17/12/2026"),
            f",,,,,,02/11/2026,Staff training,{school.urn},",
        )
    )
    assert [(each.name, each.changes) for each in outcome.samples] == [
        ("Autumn term 2026/27", [("Last day", "18 December 2026", "17 December 2026")]),
        ("Invented Primary School: 2 November 2026: Staff training", []),
    ]


WRONG = [
    ("2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,18/12/2026,02/11/2026,Both,,", None, "Give each its own row."),
    ("2026/27,,,,,,,Nothing,,", None, "The row has neither a term nor a closure day."),
    ("soon,Autumn,01/09/2026,26/10/2026,30/10/2026,18/12/2026,,,,", "Academic year", "not an academic year"),
    (",Autumn,01/09/2026,26/10/2026,30/10/2026,18/12/2026,,,,", "Academic year", "The cell is empty."),
    ("2026/27,Term 1,01/09/2026,26/10/2026,30/10/2026,18/12/2026,,,,", "Term", "not autumn, spring or summer"),
    ("2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,18/12/2027,,,,", None, "must be inside the academic year"),
    ("2026/27,Autumn,01/09/2026,26/10/2026,19/12/2026,18/12/2026,,,,", None, "Half-term must be inside the term."),
    ("2026/27,Autumn,01/09/2026,30/10/2026,26/10/2026,18/12/2026,,,,", None, "on or after the day it starts"),
    ("2026/27,Spring,01/08/2026,10/08/2026,11/08/2026,21/08/2026,,,,", None, "out of order with the autumn term"),
    ("2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,06/01/2027,,,,", None, "overlaps the spring term 2026/27"),
    (",,,,,,31/11/2026,Snow,,", "Closure day", "is not a date"),
    (",,,,,,02/11/2026,,,", "Reason", "The cell is empty."),
    (f",,,,,,02/11/2026,{'x' * 201},,", "Reason", "is longer than 200 characters."),
    (",,,,,,02/11/2026,Sn\0ow,,", "Reason", "has a character we cannot read."),
    (",,,,,,02/11/2126,Snow,,", "Closure day", "is outside the years we record."),
    (",,,,,,02/11/2026,Snow,900999,", None, "We have no school with URN 900999."),
    (",,,,,,02/11/2026,Snow,9,", "URN", "“9” is not a URN of 5 to 7 digits."),
    (",,,,,,02/11/2026,Snow,,999/9998", None, "We have no school with LAESTAB 999/9998."),
    (",,,,,,02/11/2026,Snow,,12", "LAESTAB", "“12” is not a LAESTAB such as 936/1234."),
]


@pytest.mark.parametrize(("row", "column", "sentence"), WRONG)
def test_a_row_that_cannot_be_taken_is_told_with_its_line_and_the_others_are_taken(
    kept: Any, row: str, column: str | None, sentence: str
) -> None:
    hold_terms(2026)
    outcome = taken(kept(row, ",,,,,,03/11/2026,Snow,,"))
    [(line, named, reason)] = told(outcome)
    assert (line, named) == (2, column)
    assert sentence in reason
    assert counts(outcome) == (1, 0, 0, 1)
    assert held() == {(2026, name): TERM_DATES[2026, name] for name in TermName}


def test_a_date_that_cannot_be_read_leaves_the_others_of_a_held_term(kept: Any) -> None:
    TermFactory.create(academic_year=2026)
    outcome = taken(kept("2026/27,Autumn,02/09/2026,soon,30/10/2026,,,,,"))
    assert told(outcome) == [
        (2, "Half-term first day", "“soon” is not a date such as 1 September 2026 or 01/09/2026."),
        (2, "Last day", "The cell is empty."),
    ]
    assert (counts(outcome), Term.objects.get().starts_on) == ((0, 1, 0, 0), date(2026, 9, 2))


def test_a_term_that_is_not_held_needs_all_its_dates(kept: Any) -> None:
    outcome = taken(kept("2026/27,Autumn,01/09/2026,soon,30/10/2026,18/12/2026,,,,"))
    assert told(outcome)[-1] == (2, None, "The term is new, so it needs all four dates.")
    assert counts(outcome) == (0, 0, 0, 1)


def test_terms_that_move_together_fit_although_each_alone_would_not(kept: Any) -> None:
    hold_terms(2026)
    rows = ["2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,05/01/2027,,,,"]
    rows += ["2026/27,Spring,11/01/2027,15/02/2027,19/02/2027,25/03/2027,,,,"]
    assert counts(taken(kept(*rows))) == (0, 2, 0, 0)


def test_a_term_that_fits_only_beside_a_refused_one_is_refused_too(kept: Any) -> None:
    hold_terms(2026)
    rows = ["2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,05/01/2027,,,,"]
    rows += ["2026/27,Spring,11/01/2027,15/02/2027,19/02/2027,01/10/2027,,,,"]
    outcome = taken(kept(*rows))
    assert counts(outcome) == (0, 0, 0, 2)
    assert [row for row, _column, _reason in told(outcome)] == [2, 3]
    assert held() == {(2026, name): TERM_DATES[2026, name] for name in TermName}


def test_the_first_row_for_a_term_or_a_day_is_taken(kept: Any) -> None:
    outcome = taken(kept(AUTUMN_ROW, AUTUMN_ROW, ",,,,,,02/11/2026,Snow,,", ",,,,,,02/11/2026,Ice,,"))
    assert [(line, reason) for line, _column, reason in told(outcome)] == [
        (3, "The autumn term of that year is on line 2 too. We use that row."),
        (5, "Monday 2 November 2026 is on line 4 too. We use that row."),
    ]
    assert counts(outcome) == (2, 0, 0, 2)


def test_a_closure_day_that_would_be_none_anyway_is_warned_of(kept: Any) -> None:
    hold_terms(2026)
    days = ["07/11/2026", "27/10/2026", "03/05/2027", "02/11/2026"]
    outcome = taken(kept(*(f",,,,,,{day},Training,," for day in days)))
    assert outcome.warnings == [
        "Saturday 7 November 2026, on line 2, is not a school day anyway: Saturday.",
        "Tuesday 27 October 2026, on line 3, is not a school day anyway: Half-term.",
        "Monday 3 May 2027, on line 4, is not a school day anyway: Early May bank holiday.",
    ]
    assert outcome.added == 4


def test_a_closure_day_no_longer_in_the_file_stays_and_is_named(kept: Any) -> None:
    ClosureDayFactory.create(day=date(2026, 11, 5), reason="Training")
    ClosureDayFactory.create(day=date(2025, 11, 5), reason="Another year")
    outcome = taken(kept(",,,,,,02/11/2026,Snow,,"))
    assert outcome.warnings == ["5 November 2026: Training is in our data and not in the file. We leave it as it is."]
    assert ClosureDay.objects.standing().count() == 3


def test_a_closure_day_taken_back_by_hand_stays_taken_back(kept: Any) -> None:
    ClosureDayFactory.create(day=date(2026, 11, 2), reason="Snow", withdrawn_because="It thawed.")
    outcome = taken(kept(",,,,,,02/11/2026,Snow,,"))
    assert outcome.warnings == [
        "2 November 2026: Snow is in the file, but a user withdrew it: It thawed. We leave it withdrawn."
    ]
    assert (counts(outcome), ClosureDay.objects.count()) == ((0, 0, 1, 0), 1)


# A school's own days.


def test_a_row_with_a_urn_or_laestab_is_that_schools_own(kept: Any) -> None:
    school = SchoolFactory.create(authority=LocalAuthorityFactory.create(), establishment_number=2001)
    hold_terms(2026)
    outcome = taken(
        kept(
            f"2026/27,Autumn,03/09/2026,26/10/2026,30/10/2026,18/12/2026,,,{school.urn},",
            ",,,,,,02/11/2026,Staff training,,999/2001",
            ",,,,,,03/11/2026,Staff training,,9992001",
        )
    )
    assert counts(outcome) == (3, 0, 0, 0)
    assert [(own.school, own.starts_on) for own in SchoolTerm.objects.all()] == [(school, date(2026, 9, 3))]
    assert [own.day.day for own in SchoolClosure.objects.filter(school=school)] == [2, 3]
    assert not ClosureDay.objects.exists()
    assert AuditEvent.objects.filter(subject_kind="schools.schoolterm").get().school_id == school.pk


def test_a_laestab_that_a_closed_school_shares_is_the_open_ones(kept: Any) -> None:
    SchoolFactory.create(establishment_number=2001, establishment=Establishment.CLOSED)
    successor = SchoolFactory.create(establishment_number=2001)
    taken(kept(",,,,,,02/11/2026,Training,,999/2001"))
    assert SchoolClosure.objects.get().school == successor
    SchoolFactory.create(establishment_number=2001)
    outcome = taken(kept(",,,,,,03/11/2026,Training,,999/2001"))
    assert [reason for *_where, reason in told(outcome)] == ["2 schools have LAESTAB 999/2001. Enter the URN."]


def test_a_schools_own_term_fits_between_those_of_the_authority_in_the_same_file(kept: Any) -> None:
    school = SchoolFactory.create()
    own = f"2026/27,Autumn,01/09/2026,26/10/2026,30/10/2026,22/12/2026,,,{school.urn},"
    late = f"2026/27,Spring,04/01/2027,15/02/2027,19/02/2027,20/04/2027,,,{school.urn},"
    rows = [",".join([f"2026/27,{name}", *map(str, TERM_DATES[2026, name]), "", "", "", ""]) for name in TermName]
    outcome = taken(kept(own, late, *rows))
    assert counts(outcome) == (4, 0, 0, 1)
    [(line, _column, reason)] = told(outcome)
    assert (line, "overlaps the summer term 2026/27" in reason) == (3, True)


def test_a_schools_own_term_that_no_longer_fits_is_warned_of(kept: Any) -> None:
    hold_terms(2026)
    school = SchoolFactory.create(name="Invented Primary School")
    SchoolTermFactory.create(school=school, academic_year=2026, ends_on=date(2026, 12, 22))
    outcome = taken(kept("2026/27,Spring,21/12/2026,15/02/2027,19/02/2027,25/03/2027,,,,"))
    assert outcome.warnings == [
        "Invented Primary School has its own dates for a term, the Autumn term 2026/27: "
        "The term overlaps the spring term 2026/27, 21 December 2026 to 25 March 2027."
    ]


def test_the_whole_file_may_be_one_schools(kept: Any) -> None:
    school, other = SchoolFactory.create(), SchoolFactory.create(name="Other School")
    path = kept(AUTUMN_ROW, ",,,,,,02/11/2026,Training,,", f",,,,,,03/11/2026,Training,{other.urn},")
    outcome = taken(path, school=school)
    assert (counts(outcome), Term.objects.count()) == ((2, 0, 0, 1), 0)
    assert told(outcome) == [(4, None, f"The row is for Other School, but the file is for {school} only.")]
    assert SchoolTerm.objects.get().school == SchoolClosure.objects.get().school == school


@pytest.mark.parametrize("urn", ["900999", "x", "9" * 30, "\0"])
def test_no_file_can_be_for_a_school_that_is_not_held(urn: str) -> None:
    with pytest.raises(Unusable, match="We have no school with URN"):
        for_school(urn)


# A council's JSON, and GOV.UK's.


def test_the_json_of_a_council_gives_its_terms_and_closures(kept: Any) -> None:
    content = published_file(2025, 2026, pd_days=["2026-09-01"])
    outcome = taken(kept(content=content, name="dates.json"))
    assert (counts(outcome), outcome.rejected) == ((7, 0, 0, 0), [])
    assert held() == {(year, name): TERM_DATES[year, name] for year in (2025, 2026) for name in TermName}
    assert str(ClosureDay.objects.get()) == "1 September 2026: Staff training"
    assert counts(taken(kept(content=content, name="dates.json"))) == (0, 0, 7, 0)


def test_a_year_that_is_not_whole_is_one_refused_row(kept: Any) -> None:
    content = published_file(academic_years=[published_year(2025), published_year(2026, dates=[], provisional=True)])
    outcome = taken(kept(content=content, name="dates.json"))
    assert counts(outcome) == (3, 0, 0, 1)
    [(line, _column, reason)] = told(outcome)
    assert (line > 100, "The file lists no school days for 2026/27" in reason) == (True, True)


def test_closures_a_council_no_longer_publishes_stay_and_are_named(kept: Any) -> None:
    ClosureDayFactory.create(day=date(2026, 11, 5), reason="Training")
    outcome = taken(kept(content=published_file(2026), name="dates.json"))
    assert outcome.warnings == ["5 November 2026: Training is in our data and not in the file. We leave it as it is."]


BANK_HOLIDAYS_2029 = {
    "2029-01-01": "New Year’s Day",
    "2029-03-30": "Good Friday",
    "2029-04-02": "Easter Monday",
    "2029-05-07": "Early May bank holiday",
    "2029-05-28": "Spring bank holiday",
    "2029-08-27": "Summer bank holiday",
    "2029-12-25": "Christmas Day",
    "2029-12-26": "Boxing Day",
}


def bank_holidays(days: dict[str, str]) -> dict[str, Any]:
    return {"england-and-wales": {"events": [{"date": day, "title": title} for day, title in days.items()]}}


def test_bank_holidays_that_differ_become_corrections(kept: Any) -> None:
    moved = {day: title for day, title in BANK_HOLIDAYS_2029.items() if day != "2029-05-07"}
    moved |= {"2029-05-08": "Early May bank holiday (VE day)", "2029-06-04": "Jubilee"}
    outcome = taken(kept(content=bank_holidays(moved), name="bank.json"))
    assert counts(outcome) == (3, 0, 7, 0)
    assert outcome.files[0].kind == "bank holidays"
    assert [(str(each), each.kind, each.reason) for each in BankHolidayOverride.objects.order_by("day")] == [
        ("7 May 2029: Early May bank holiday", "remove", "GOV.UK bank holidays"),
        ("8 May 2029: Early May bank holiday (VE day)", "add", "GOV.UK bank holidays"),
        ("4 June 2029: Jubilee", "add", "GOV.UK bank holidays"),
    ]
    assert counts(taken(kept(content=bank_holidays(moved), name="bank.json"))) == (0, 0, 10, 0)


def test_corrections_made_by_hand_are_left_and_named(kept: Any) -> None:
    BankHolidayOverrideFactory.create(day=date(2029, 6, 5), name="Ours")
    BankHolidayOverrideFactory.create(day=date(2029, 5, 28), kind="remove", name="Spring bank holiday")
    outcome = taken(kept(content=bank_holidays(BANK_HOLIDAYS_2029), name="bank.json"))
    assert outcome.warnings == [
        "28 May 2029: Spring bank holiday is in the file, but a user removed it. We leave it as it is.",
        "5 June 2029: Ours is not in the file: a user added it. We leave it as it is.",
    ]
    assert BankHolidayOverride.objects.count() == 2


def test_no_school_has_its_own_bank_holidays(kept: Any) -> None:
    with pytest.raises(Unusable, match=r"^bank\.json cannot be imported: it has bank holidays"):
        taken(kept(content=bank_holidays(BANK_HOLIDAYS_2029), name="bank.json"), school=SchoolFactory.create())


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "a.csv is empty."),
        (
            "a.csv",
            b"URN,EstablishmentName\n1,2\n",
            "is not a list of term dates. These columns are missing: Academic year, Term,",
        ),
        (
            "a.csv",
            b"Academic year,Term,First day,Last day\n",
            "These columns are missing: Half-term first day, Half-term last day.",
        ),
        ("a.csv", b"Closure day\n", "These columns are missing: Reason."),
        ("a.csv", b"Term,Closure day,Reason,TERM\n", "a.csv has the column Term twice."),
        ("a.json", b"{", "a.json cannot be imported: we cannot read it as JSON from line 1 on."),
        ("a.json", b'[{"a": 1}]', "a.json cannot be imported: it does not contain term dates or bank holidays."),
        ("a.json", b'{"features": []}', "a.json cannot be imported: it is neither term dates nor bank holidays."),
        ("a.json", b'{"academic_years": 7}', "a.json cannot be imported: it has no academic years."),
        ("a.csv", "\ufeffTerm\n".encode("utf-16"), "is text in UTF-16"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unusable) as refused:
        taken(path)
    assert sentence in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Unusable, match="cannot be read"):
            taken(path)


# Whatever is in the file.

GOOD_CSV = FIXTURE.read_bytes()
GOOD_JSON = json.dumps(published_file(2026, pd_days=["2026-09-01"], all_schooldays=["2026-09-01"])).encode()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


BYTES = st.binary(max_size=20) | st.text(max_size=8).map(str.encode)
spoilt = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal_of(content: bytes, path: Path) -> str:
    """Imported, and undone again; why not, if it was not."""
    path.write_bytes(content)
    try:
        with transaction.atomic():
            taken(path)
            transaction.set_rollback(True)
    except Unusable as refusal:
        return str(refusal)
    return "Imported."


@spoilt
@given(at=st.integers(0, len(GOOD_CSV)), cut=st.integers(0, 30), put=BYTES)
def test_a_spoilt_csv_file_is_imported_or_refused_with_a_sentence(
    tmp_path: Path, at: int, cut: int, put: bytes
) -> None:
    assert refusal_of(GOOD_CSV[:at] + put + GOOD_CSV[at + cut :], tmp_path / "terms.csv").endswith(".")


@spoilt
@given(at=st.integers(0, len(GOOD_JSON)), cut=st.integers(0, 30), put=BYTES)
def test_a_spoilt_json_file_is_imported_or_refused_with_a_sentence(
    tmp_path: Path, at: int, cut: int, put: bytes
) -> None:
    assert refusal_of(GOOD_JSON[:at] + put + GOOD_JSON[at + cut :], tmp_path / "dates.json").endswith(".")


@spoilt
@given(data=st.data())
def test_json_with_any_value_in_any_place_is_imported_or_refused_with_a_sentence(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = published_file(2026, pd_days=["2026-09-01"], all_schooldays=["2026-09-01"])
    [year] = content["academic_years"]
    where = data.draw(st.sampled_from([content, year, *year["school_holidays"], *year["dates"][:2]]))
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(ANYTHING)
    assert refusal_of(json.dumps(content).encode(), tmp_path / "dates.json").endswith(".")


@spoilt
@given(anything=ANYTHING)
def test_bank_holidays_of_any_value_are_imported_or_refused_with_a_sentence(tmp_path: Path, anything: Any) -> None:
    event = {"date": "2026-12-25", "title": anything}
    for division in (anything, {"events": anything}, {"events": [anything, event]}):
        content = json.dumps({"england-and-wales": division}).encode()
        assert refusal_of(content, tmp_path / "bank.json").endswith(".")


# Taking back.


def test_an_import_is_taken_back_whole(kept: Any) -> None:
    TermFactory.create(academic_year=2026)
    before = held()
    path = kept(
        AUTUMN_ROW.replace("01/09/2026", "02/09/2026"),
        "2026/27,Spring,04/01/2027,15/02/2027,19/02/2027,25/03/2027,,,,",
        ",,,,,,02/11/2026,Snow,,",
    )
    run = ImportRunFactory.create(kind="calendar")
    within(run.pk, lambda: taken(path))
    Term.objects.get(name=AUTUMN)
    outcome: Outcome = within(run.pk + 1, lambda: undo(run, Work()))
    assert (outcome.changed, outcome.removed) == (1, 2)
    assert [(each.what, each.name, each.changes) for each in outcome.samples] == [
        ("removed", "2 November 2026: Snow", []),
        ("removed", "Spring term 2026/27", []),
        ("changed", "Autumn term 2026/27", [("First day", "2 September 2026", "1 September 2026")]),
    ]
    assert (held(), ClosureDay.objects.count()) == (before, 0)


def test_an_import_whose_days_were_changed_since_is_not_taken_back(kept: Any) -> None:
    run = ImportRunFactory.create(kind="calendar")
    within(run.pk, lambda: taken(kept(AUTUMN_ROW)))
    Term.objects.update(ends_on=date(2026, 12, 17))
    with pytest.raises(Blocked) as refused:
        within(run.pk + 1, lambda: undo(run, Work()))
    assert refused.value.messages == [
        "Autumn term 2026/27: last day is now 17 December 2026, no longer 18 December 2026."
    ]


def test_an_import_is_not_taken_back_into_terms_that_overlap(kept: Any) -> None:
    TermFactory.create(academic_year=2026, name=TermName.SPRING)
    run = ImportRunFactory.create(kind="calendar")
    within(run.pk, lambda: taken(kept("2026/27,Spring,04/01/2027,15/02/2027,19/02/2027,12/03/2027,,,,")))
    TermFactory.create(academic_year=2026, name=TermName.SUMMER, starts_on=date(2027, 3, 22))
    with pytest.raises(Blocked, match=r"Summer term 2026/27 would not fit\. The term overlaps the spring term"):
        within(run.pk + 1, lambda: undo(run, Work()))
    assert Term.objects.get(name=TermName.SPRING).ends_on == date(2027, 3, 12)


def within(run_id: int, work: Callable[[], Any]) -> Any:
    token = context.run_id.set(run_id)
    try:
        with transaction.atomic():
            return work()
    finally:
        context.run_id.reset(token)


# Deadlines.


def test_deadlines_follow_the_calendar_and_those_without_term_dates_are_opened(county: County, kept: Any) -> None:
    record = county.record(RecordStatus.SHARED)
    assert Deadline.objects.open().get(rule=RESPOND).due_on is None
    taken(kept(content=published_file(2025, 2026), name="dates.json"))
    # Approved on Tue 3 November: Wed 4 to Fri 6, Mon 9 to Fri 13, Mon 16, Tue 17.
    assert Deadline.objects.open().get(rule=RESPOND, subject_id=record.pk).due_on == date(2026, 11, 17)
    taken(kept(f",,,,,,09/11/2026,Burst pipe,{county.school.urn},"))
    deadline = Deadline.objects.open().get(rule=RESPOND)
    assert deadline.due_on == date(2026, 11, 18)
    assert {"date": "2026-11-09", "why": "Burst pipe"} in deadline.working["skipped"]
    assert recount() == 0


def test_a_bank_holiday_moves_deadlines_in_working_days(county: County) -> None:
    county.start(county.sip)
    before = Deadline.objects.get(rule=SUBMIT).due_on
    BankHolidayOverrideFactory.create(day=date(2026, 11, 5))
    assert (recount(), before) == (1, date(2026, 11, 10))
    assert Deadline.objects.get(rule=SUBMIT).due_on == date(2026, 11, 11)


def test_what_is_changed_by_hand_is_followed_by_the_next_night(county: County) -> None:
    hold_terms(2025, 2026)
    county.record(RecordStatus.SHARED)
    SchoolClosureFactory.create(school=county.school, day=date(2026, 11, 9))
    assert (follow_calendar(), follow_calendar()) == (1, 0)
    assert Deadline.objects.open().get(rule=RESPOND).due_on == date(2026, 11, 18)


def test_what_is_answered_already_is_asked_of_nobody(county: County) -> None:
    record = county.record(RecordStatus.SHARED)
    for by in (county.headteacher, county.chair):
        record_actions.respond(record, by=by, on=TUESDAY, version=1, accurate=True, on_accuracy="", on_content="")
    hold_terms(2025, 2026)
    recount()
    assert {deadline.rule for deadline in Deadline.objects.open()} == {PRESENT, NOT_SEEN}


def test_taking_the_terms_back_leaves_deadlines_as_they_were_last_counted(county: County, kept: Any) -> None:
    county.record(RecordStatus.SHARED)
    run = ImportRunFactory.create(kind="calendar")
    within(run.pk, lambda: taken(kept(content=published_file(2025, 2026), name="dates.json")))
    within(run.pk + 1, lambda: undo(run, Work()))
    assert Deadline.objects.open().get(rule=RESPOND).due_on == date(2026, 11, 17)


@pytest.mark.parametrize("records", [1, 4])
def test_recounting_asks_as_often_however_many_deadlines_there_are(
    county: County, records: int, django_assert_num_queries: Any
) -> None:
    hold_terms(2025, 2026)
    for number in range(records):
        county.record(RecordStatus.SHARED, held_on=date(2026, 11, 2) - timedelta(days=number))
    with django_assert_num_queries(19):
        assert recount() == 0


@pytest.mark.parametrize("rows", [2, 9])
def test_a_file_that_changes_nothing_asks_as_often_however_long_it_is(
    kept: Any, rows: int, django_assert_num_queries: Any
) -> None:
    schools = [SchoolFactory.create() for _each in range(rows)]
    path = kept(*(f",,,,,,02/11/2026,Training,{school.urn}," for school in schools), AUTUMN_ROW)
    taken(path)
    with transaction.atomic(), django_assert_num_queries(16):
        read([path], Work())


# The command.


def ran(capsys: Any, *arguments: Any) -> tuple[int, Any]:
    try:
        call_command("import_calendar", *map(str, arguments), "--json")
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, json.loads(capsys.readouterr().out)


def test_the_command_says_what_the_others_say(capsys: Any) -> None:
    code, said = ran(capsys, FIXTURE)
    assert code == 0
    assert said.pop("files")[0] | {"sha256": ""} == {
        "path": str(FIXTURE),
        "kind": "term dates",
        "sha256": "",
        "encoding": "utf-8",
        "rows": 4,
    }
    assert said == {
        "added": 4,
        "changed": 0,
        "unchanged": 0,
        "ignored": 0,
        "vanished": [],
        "rejected": [],
        "warnings": [],
    }


def test_a_dry_run_of_the_command_changes_nothing(capsys: Any) -> None:
    code, said = ran(capsys, FIXTURE, "--dry-run")
    assert (code, said["added"]) == (0, 4)
    assert not Term.objects.exists()
    assert not AuditEvent.objects.filter(subject_kind="calendar.term").exists()


def test_the_command_imports_for_one_school_in_somebodys_name(capsys: Any) -> None:
    school = SchoolFactory.create()
    admin = appointed(Role.SYSTEM_ADMINISTRATOR, authority=school.authority)
    code, said = ran(capsys, FIXTURE, "--school", school.urn, "--by", admin.email)
    assert (code, said["added"]) == (0, 4)
    assert {(term.school, term.created_by) for term in SchoolTerm.objects.all()} == {(school, admin)}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/nowhere.csv"], "nowhere.csv cannot be read: No such file or directory."),
        ([FIXTURE, "--school", "900999"], "We have no school with URN 900999."),
        ([FIXTURE, "--by", "x@y.invalid"], "x@y.invalid does not belong to a person who can import this kind of data."),
        ([FIXTURE, "/nowhere.csv"], "nowhere.csv cannot be read: No such file or directory."),
    ],
)
def test_the_command_refuses_with_one_sentence_and_changes_nothing(
    capsys: Any, arguments: list[Any], sentence: str
) -> None:
    assert ran(capsys, *arguments) == (2, {"error": sentence})
    assert not Term.objects.exists()


def test_the_command_speaks_to_people_too(capsys: Any, kept: Any) -> None:
    call_command("import_calendar", str(kept(AUTUMN_ROW, "soon,Spring,,,,,,,,")))
    assert capsys.readouterr().out.splitlines() == [
        "1 added, 0 changed, 0 unchanged, 1 refused.",
        "Refused in dates.csv, line 3, Academic year: “soon” is not an academic year such as 2026/27.",
    ]


def test_the_importer_is_the_one_of_its_kind() -> None:
    assert (CALENDAR.key, CALENDAR.order, CALENDAR.permission) == ("calendar", 20, "import_data")


# The real files.


@pytest.mark.shared
def test_three_real_years_have_the_school_days_their_council_lists(shared_data: Path) -> None:
    path = shared_data / "data" / "calendar" / "sheffield_LA_term_dates_2025-28.json"
    outcome = taken(path)
    assert (counts(outcome), outcome.rejected, outcome.warnings) == ((9, 0, 0, 0), [], [])
    calendar = authority_calendar([2025, 2026, 2027])
    content = json.loads(path.read_text())
    for year in content["academic_years"]:
        first = int(year["name"][:4])
        ours = [day for day in days_between(date(first, 9, 1), date(first + 1, 8, 31)) if calendar.is_school_day(day)]
        assert [day.isoformat() for day in ours] == [each["date"] for each in year["dates"]]
        assert len(ours) == 195
    assert len(content["all_schooldays"]) == 585
    assert counts(taken(path)) == (0, 0, 9, 0)


@pytest.mark.shared
def test_the_real_bank_holidays_are_ours(shared_data: Path) -> None:
    outcome = taken(shared_data / "data" / "calendar" / "govuk_bank-holidays_2012-2028.json")
    assert (counts(outcome), outcome.rejected, outcome.warnings) == ((0, 0, 140, 0), [], [])
