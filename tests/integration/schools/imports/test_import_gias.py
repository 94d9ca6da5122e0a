"""The GIAS import into the register, on a small file of invented schools."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from schoolimprove.accounts.roles import Role
from schoolimprove.policy.values import policy_value
from schoolimprove.records.models import AuditEvent
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.gias.run import import_gias
from schools.models import Diocese, District, LocalAuthority, School
from schools.policy import PHASE_BY_TYPE
from tests.factories.schools import DistrictFactory, LocalAuthorityFactory, PartnershipFactory, SchoolFactory, appointed
from tests.integration.schools.imports.gias_files import INVENTED, changed_file
from tests.integration.together import one_before_the_other_commits
from tests.processes import ROOT

Change = Callable[[dict[str, str]], dict[str, str] | None]

pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """`changed(rows={900101: {"Town": "Elsewhere"}}, without=["Postcode"])` is the invented file, changed."""

    return lambda *arguments, **options: changed_file(tmp_path, *arguments, **options)


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged


def said(outcome: Outcome) -> list[tuple[int, str | None]]:
    return [(each.row, each.column) for each in outcome.rejected]


def command(*arguments: Any) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_gias", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ending:
        return int(ending.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_schools_of_a_file_come_into_the_register() -> None:
    outcome = import_gias([INVENTED])
    assert counts(outcome) == (8, 0, 0)
    assert outcome.rejected == []
    school = School.objects.get(urn=900101)
    assert (school.name, school.laestab, school.type_code, school.phase) == (
        "St Mary's Primary School",
        "999/2001",
        "02",
        "primary",
    )
    assert (school.opened_on, school.closed_on, school.source_changed_on) == (date(1998, 9, 1), None, date(2021, 5, 1))
    assert (school.low_age, school.high_age, school.capacity, school.pupils) == (4, 11, 210, 198)
    assert (school.easting, school.northing, school.telephone) == (400_000, 300_000, "01632 960001")
    assert str(school.authority) == "Invented County (999)"
    assert str(school.district) == "North"
    assert str(school.diocese) == "Diocese of Nowhere"
    assert (school.religious_character, school.gender) == ("Church of England", "Mixed")
    assert school.version == 1


def test_what_nobody_sees_is_left_out_and_a_day_is_read_as_a_spreadsheet_saved_it(
    changed: Callable[..., Path],
) -> None:
    cells = {
        "URN": "900\u200b101",
        "LA (code)": "9\u200d99",
        "Postcode": "\ufeffZZ1\u00ad 1ZZ",
        "OpenDate": "1-Sep-1998",
    }
    outcome = import_gias([changed({900101: cells})])
    assert outcome.rejected == []
    school = School.objects.get(urn=900101)
    assert (school.postcode, school.opened_on) == ("ZZ1 1ZZ", date(1998, 9, 1))


def test_each_kind_of_school_gets_its_phase_and_whether_it_is_open() -> None:
    import_gias([INVENTED])
    held = dict(School.objects.order_by("urn").values_list("urn", "phase"))
    assert held == {
        90106: "none",
        900101: "primary",
        900102: "primary",
        900103: "secondary",
        900104: "special",
        900105: "alternative",
        900107: "primary",
        900108: "primary",
    }
    states = dict(School.objects.values_list("urn", "establishment"))
    assert (states[900101], states[900105], states[900107], states[900108]) == ("open", "closing", "closed", "proposed")


def test_a_school_without_a_number_has_no_laestab_and_two_schools_may_share_one() -> None:
    import_gias([INVENTED])
    assert School.objects.get(urn=90106).laestab == ""
    assert {School.objects.get(urn=urn).laestab for urn in (900107, 900108)} == {"999/2003"}


def test_what_gias_calls_nothing_is_nothing() -> None:
    import_gias([INVENTED])
    school = School.objects.get(urn=900107)
    assert (school.gender, school.religious_character, school.diocese) == ("", "", None)


@pytest.mark.parametrize("text", ["st marys", "Saint Mary's", "900101", "999/2001", "9992001", "zz1 1aa", "zz11aa"])
def test_an_imported_school_is_found_as_one_saved_by_hand(text: str) -> None:
    import_gias([INVENTED])
    school = School.objects.matching(text).get(urn=900101)
    assert school.search_key == school.made_search_key()


def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    import_gias([INVENTED])
    before = list(School.objects.order_by("pk").values())
    outcome = import_gias([INVENTED])
    assert counts(outcome) == (0, 0, 8)
    assert list(School.objects.order_by("pk").values()) == before
    assert School.history.count() == 8


def test_a_change_raises_the_version_and_is_in_the_history(
    changed: Callable[..., Path], clock_at: Callable[..., Any]
) -> None:
    user = appointed(Role.SYSTEM_ADMINISTRATOR, authority=LocalAuthorityFactory())
    import_gias([INVENTED])
    moment = clock_at(date(2027, 1, 5))
    status, out, _ = command(changed({900102: {"Town": "Elsewhere"}}), "--by", user.email)
    assert (status, out) == (0, "0 added, 1 changed, 7 unchanged, 0 ignored.\n")
    school = School.objects.get(urn=900102)
    assert (school.town, school.version, school.updated_at, school.updated_by) == ("Elsewhere", 2, moment, user)
    newest, oldest = school.history.order_by("-history_id")
    assert (newest.town, newest.history_type, newest.history_user, newest.history_date) == (
        "Elsewhere",
        "~",
        user,
        moment,
    )
    assert newest.history_change_reason == "Imported from GIAS"
    assert (oldest.town, oldest.history_type, oldest.history_user) == ("Nowhere", "+", None)
    assert School.objects.get(urn=900101).version == 1


def test_history_holds_what_the_school_holds() -> None:
    import_gias([INVENTED])
    for school in School.objects.all():
        past = school.history.get()
        kept = [field.attname for field in School._meta.concrete_fields if field.name != "search_key"]
        assert {name: getattr(past, name) for name in kept} == {name: getattr(school, name) for name in kept}


def test_an_absent_column_leaves_the_value_and_an_empty_cell_clears_it(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    outcome = import_gias([changed({900101: {"Street": "", "OpenDate": ""}}, without=("Postcode", "NumberOfPupils"))])
    assert counts(outcome) == (0, 1, 7)
    school = School.objects.get(urn=900101)
    assert (school.street, school.opened_on) == ("", None)
    assert (school.postcode, school.pupils) == ("ZZ1 1AA", 198)
    assert school.search_key == school.made_search_key()


def test_a_new_school_from_a_narrow_file_can_be_found_and_has_plain_defaults(changed: Callable[..., Path]) -> None:
    columns = ("Postcode", "EstablishmentNumber", "EstablishmentStatus (name)", "PhaseOfEducation (name)", "Town")
    import_gias([changed(without=(*columns, "TypeOfEstablishment (name)"))])
    school = School.objects.matching("saint marys").get()
    assert (school.postcode, school.town, school.establishment, school.phase) == ("", "", "open", "none")
    assert school.search_key == school.made_search_key()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_every_encoding_gives_the_same_schools(changed: Callable[..., Path], encoding: str) -> None:
    outcome = import_gias([changed(encoding=encoding)])
    assert counts(outcome) == (8, 0, 0)
    assert School.objects.get(urn=900102).name == "Høyland Primary School"
    assert counts(import_gias([INVENTED])) == (0, 0, 8)


def test_a_cell_that_cannot_be_read_leaves_what_is_held_and_the_rest_is_taken(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    cells = {
        "OpenDate": "31-31-1998",
        "EstablishmentName": "",
        "Diocese (name)": "\ufffd",
        "StatutoryLowAge": "four",
        "Town": "Elsewhere",
    }
    outcome = import_gias([changed({900101: cells})])
    assert counts(outcome) == (0, 1, 7)
    assert {column for _, column in said(outcome)} == cells.keys() - {"Town"}
    assert {row for row, _ in said(outcome)} == {2}
    school = School.objects.get(urn=900101)
    assert (school.name, school.town, school.low_age) == ("St Mary's Primary School", "Elsewhere", 4)
    assert (school.opened_on, str(school.diocese)) == (date(1998, 9, 1), "Diocese of Nowhere")
    assert school.search_key == school.made_search_key()


def test_a_new_school_with_cells_that_cannot_be_read_comes_in_all_the_same(changed: Callable[..., Path]) -> None:
    outcome = import_gias([changed({900101: {"TypeOfEstablishment (name)": "Odd", "EstablishmentStatus (name)": ""}})])
    assert counts(outcome) == (8, 0, 0)
    school = School.objects.get(urn=900101)
    assert (school.type_code, school.postcode, school.establishment) == ("", "ZZ1 1AA", "unknown")


def test_a_new_school_without_a_name_is_not_added_and_its_row_is_named(changed: Callable[..., Path]) -> None:
    path = changed({900101: {"EstablishmentName": ""}, 900102: {"EstablishmentName": "\ufffd"}})
    outcome = import_gias([path])
    assert (*counts(outcome), outcome.refused) == (6, 0, 0, 2)
    assert said(outcome) == [(2, "EstablishmentName"), (2, None), (3, "EstablishmentName"), (3, None)]
    assert outcome.rejected[1].reason == ("We did not add this school, because its row has no name.")
    assert not School.objects.filter(urn__in=[900101, 900102]).exists()
    assert not School.objects.filter(name__startswith="URN").exists()


def test_a_school_that_would_close_before_it_opens_keeps_its_dates(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    outcome = import_gias([changed({900107: {"CloseDate": "31-08-1950", "Town": "Elsewhere"}})])
    assert said(outcome) == [(9, "CloseDate")]
    school = School.objects.get(urn=900107)
    assert (school.closed_on, school.town) == (date(2010, 8, 31), "Elsewhere")


def test_a_close_date_that_contradicts_the_opening_held_is_not_taken(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    outcome = import_gias([changed({900101: {"CloseDate": "31-08-1990"}}, without=("OpenDate",))])
    assert said(outcome) == [(2, "CloseDate")]
    assert School.objects.get(urn=900101).closed_on is None


def test_a_new_school_that_would_close_before_it_opens_comes_in_without_the_closing(
    changed: Callable[..., Path],
) -> None:
    outcome = import_gias([changed({900101: {"CloseDate": "31-08-1990"}})])
    assert said(outcome) == [(2, "CloseDate")]
    school = School.objects.get(urn=900101)
    assert (school.opened_on, school.closed_on) == (date(1998, 9, 1), None)


def test_an_open_date_alone_never_contradicts_the_closing_held(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    outcome = import_gias([changed({900107: {"OpenDate": "01-09-2015"}}, without=("CloseDate",))])
    assert said(outcome) == [(9, "OpenDate")]
    assert School.objects.get(urn=900107).opened_on == date(1962, 9, 1)


def test_only_a_row_that_cannot_be_identified_is_lost_and_every_row_is_accounted_for(
    changed: Callable[..., Path],
) -> None:
    path = changed(
        {900101: {"URN": "1"}, 900102: {"LA (code)": ""}, 900103: {"URN": "900104"}, 900108: {"Easting": "x"}}
    )
    outcome = import_gias([path])
    # The fifth row begins on line 5 and spans two.
    assert said(outcome) == [(2, "URN"), (3, "LA (code)"), (5, "URN"), (10, "Easting")]
    assert counts(outcome) == (5, 0, 0)
    assert outcome.files[0].rows == 5 + 3


def test_of_two_rows_with_one_urn_the_first_is_taken_and_the_second_names_it(changed: Callable[..., Path]) -> None:
    outcome = import_gias([changed({900102: {"URN": "900101", "EstablishmentName": "Second"}})])
    assert [each.reason for each in outcome.rejected] == ["URN 900101 is on line 2 already, and that row was taken."]
    assert School.objects.get(urn=900101).name == "St Mary's Primary School"


def test_rows_of_other_authorities_are_ignored_when_one_is_asked_for(changed: Callable[..., Path]) -> None:
    neighbour = {"LA (code)": "998", "LA (name)": "Next County", "OpenDate": "rubbish"}
    status, out, _ = command(changed({900101: neighbour, 900102: neighbour}), "--la", "999", "--json")
    result = json.loads(out)
    assert (status, result["added"], result["ignored"], result["rejected"]) == (0, 6, 2, [])
    assert not LocalAuthority.objects.filter(code="998").exists()


def test_vanished_is_what_is_open_here_and_missing_from_the_file_of_its_authority(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    SchoolFactory(urn=900500, authority=LocalAuthorityFactory(code="998", name="Next County", own=False))
    outcome = import_gias([changed(drop=(900101, 900105, 900107, 900108))])
    # 900107 is closed and 900108 not open yet; 900500 is of an authority that the file does not speak of.
    assert outcome.vanished == [900101, 900105]
    assert School.objects.filter(urn=900101).exists()


def test_a_school_whose_row_cannot_be_used_has_not_vanished(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    assert import_gias([changed({900101: {"LA (code)": "?"}})]).vanished == []
    moved = changed({900101: {"LA (code)": "998"}})
    assert import_gias([moved], only="999").vanished == []


def test_an_administrators_district_is_never_overwritten_and_an_empty_one_is_filled(
    changed: Callable[..., Path],
) -> None:
    import_gias([INVENTED])
    placed = DistrictFactory(authority=LocalAuthority.objects.get(), name="Our own West")
    School.objects.filter(urn=900101).update(district=placed)
    School.objects.filter(urn=900102).update(district=None)
    outcome = import_gias([changed({900101: {"DistrictAdministrative (name)": "Elsewhere"}})])
    assert counts(outcome) == (0, 1, 7)
    assert School.objects.get(urn=900101).district == placed
    assert str(School.objects.get(urn=900102).district) == "South"
    assert not District.objects.filter(name="Elsewhere").exists()


def test_what_an_administrator_named_keeps_its_name() -> None:
    LocalAuthorityFactory(code="999", name="The County of Invention", own=True)
    import_gias([INVENTED])
    authority = LocalAuthority.objects.get()
    assert (authority.name, authority.own) == ("The County of Invention", True)
    assert list(Diocese.objects.values_list("name", flat=True)) == ["Diocese of Nowhere"]


def test_a_partnership_given_by_hand_survives_an_import(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    partnership = PartnershipFactory()
    School.objects.filter(urn=900101).update(partnership=partnership)
    import_gias([changed({900101: {"Town": "Elsewhere"}})])
    school = School.objects.get(urn=900101)
    assert (school.partnership, school.town) == (partnership, "Elsewhere")
    assert school.history.latest().partnership_id == partnership.pk


def test_a_run_leaves_one_audit_event_about_its_authority() -> None:
    user = appointed(Role.ERA, authority=LocalAuthorityFactory())
    command(INVENTED, "--by", user.email)
    event = AuditEvent.objects.get(verb="imported")
    assert (event.by, event.subject_name, event.school_id) == (user, "Invented County (999)", None)
    assert event.appointment_id == user.person.appointments.get().pk
    assert event.reason == "invented.csv: 8 added, 0 changed, 0 unchanged"
    assert len(event.changes["sha256"][1]) == 64


def test_a_dry_run_says_what_would_happen_and_changes_nothing() -> None:
    status, out, _ = command(INVENTED, "--dry-run")
    assert (status, out) == (0, "8 added, 0 changed, 0 unchanged, 0 ignored.\n")
    assert not School.objects.exists()
    assert not LocalAuthority.objects.exists()
    assert not AuditEvent.objects.filter(verb="imported").exists()


def test_the_account_as_json_is_exactly_this(changed: Callable[..., Path]) -> None:
    path = changed({900104: {"URN": ""}, 900105: {"Easting": "west"}})
    status, out, _ = command(path, "--json")
    result = json.loads(out)
    sha256 = result["files"][0].pop("sha256")
    assert len(sha256) == 64
    assert status == 0
    assert result == {
        "files": [{"path": str(path), "kind": "establishments", "encoding": "utf-8", "rows": 8}],
        "added": 7,
        "changed": 0,
        "unchanged": 0,
        "ignored": 0,
        "vanished": [],
        "warnings": [],
        "rejected": [
            {"file": str(path), "row": 5, "column": "URN", "reason": "“” is not a URN of 5 to 7 digits."},
            # The row above spans two physical lines.
            {"file": str(path), "row": 7, "column": "Easting", "reason": "“west” is not a whole number."},
        ],
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff" * 5000,
        b"PK\x03\x04" + bytes(range(256)) * 40,
        b"<html><body>Sign in</body></html>",
        b"URN,LinkURN\n1,2\n",
        "URN,LA (code),EstablishmentName\n".encode("utf-16"),
        b"urn;la (code);establishmentname\n900101;999;x\n",
    ],
)
def test_what_is_not_gias_is_refused_with_a_sentence_and_status_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    status, out, err = command(path, "--json")
    assert (status, err) == (2, "")
    assert list(json.loads(out)) == ["error"]
    assert json.loads(out)["error"].endswith(".")
    status, out, err = command(path)
    assert (status, out) == (2, "")
    assert err.startswith("file.csv ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("none.csv",), "none.csv cannot be read: No such file or directory."),
        ((INVENTED, "--la", "Surrey"), "Surrey is not a local authority's three-digit code."),
        (
            (INVENTED, "--by", "nobody@example.invalid"),
            "nobody@example.invalid does not belong to a person who may import.",
        ),
    ],
)
def test_what_was_asked_wrongly_is_refused_with_a_sentence(arguments: tuple[Any, ...], sentence: str) -> None:
    assert command(*arguments) == (2, "", f"{sentence}\n")


def test_somebody_who_may_not_import_does_not() -> None:
    sip = appointed(Role.SIP, school=SchoolFactory())
    status, _, err = command(INVENTED, "--by", sip.email)
    assert (status, School.objects.count()) == (2, 1)
    assert "may import" in err


def test_one_bad_file_among_several_leaves_everything_as_it_was(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b'URN,LA (code),EstablishmentName\n900900,999,"' + b"x\n" * 100_000)
    with pytest.raises(Unusable):
        import_gias([INVENTED, bad])
    assert not School.objects.exists()


def test_several_files_are_one_run(changed: Callable[..., Path]) -> None:
    first = changed(drop=(900101, 900102), name="first.csv")
    second = changed({900101: {"Easting": "x"}}, drop=(900103,), name="second.csv")
    outcome = import_gias([first, second])
    assert counts(outcome) == (8, 0, 5)
    assert outcome.vanished == []
    assert [(Path(each.file).name, each.row) for each in outcome.rejected] == [("second.csv", 2)]


def test_a_school_that_another_authority_takes_over_leaves_its_district(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    import_gias(
        [changed({900101: {"LA (code)": "998", "LA (name)": "New County", "DistrictAdministrative (name)": "West"}})]
    )
    school = School.objects.get(urn=900101)
    assert (str(school.authority), str(school.district)) == ("New County (998)", "West")
    assert str(School.objects.get(urn=900102).authority) == "Invented County (999)"


def test_a_school_keeps_its_district_between_two_codes_of_our_own(changed: Callable[..., Path]) -> None:
    import_gias([INVENTED])
    before = School.objects.get(urn=900101).district
    LocalAuthorityFactory.create(code="998", name="Our other half", own=True)
    LocalAuthority.objects.filter(code="999").update(own=True)
    import_gias([changed({900101: {"LA (code)": "998", "DistrictAdministrative (name)": "West"}})])
    assert School.objects.get(urn=900101).district == before


def test_a_file_of_nothing_but_faults_is_refused_before_it_fills_the_memory(
    changed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schools.imports.core.outcome.MOST_REJECTIONS", 3)
    faults = {urn: {"OpenDate": "soon"} for urn in (900101, 900102, 900103, 900104)}
    with pytest.raises(Unusable, match="has more than 3 rows and cells that cannot be taken"):
        import_gias([changed(faults)])
    assert not School.objects.exists()


@pytest.mark.parametrize("rows", [8, 64])
def test_the_number_of_statements_does_not_grow_with_the_file(
    rows: int, tmp_path: Path, django_assert_num_queries: Callable[..., Any]
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("URN,LA (code),EstablishmentName,EstablishmentNumber,Postcode\n")
    with path.open("a") as file:
        file.writelines(f"{910_000 + number},999,School {number},{number},ZZ1\n" for number in range(rows))
    policy_value(PHASE_BY_TYPE, on=date(2026, 9, 1))
    with django_assert_num_queries(STATEMENTS):
        assert import_gias([path]).added == rows


STATEMENTS = 86


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_come_out_as_one_after_the_other() -> None:
    first, second = one_before_the_other_commits(lambda: import_gias([INVENTED]), lambda: import_gias([INVENTED]))
    assert (counts(first), counts(second)) == ((8, 0, 0), (0, 0, 8))
    assert School.history.count() == 8


@pytest.mark.prove
def test_the_same_statements_serve_sqlite(migrated: Path, tmp_path: Path, changed: Callable[..., Path]) -> None:
    database = f"sqlite:///{shutil.copy(migrated, tmp_path)}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "schoolimprove.settings",
        "DEBUG": "1",
        "DATABASE_URL": database,
    }

    def manage(*arguments: Any) -> str:
        line = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    first = changed({900101: {"OpenDate": "x"}, 900107: {"CloseDate": "31-08-1950"}}, name="first.csv")
    outcomes = [json.loads(manage("import_gias", path, "--json")) for path in (first, INVENTED, INVENTED)]
    assert [[each[name] for name in ("added", "changed", "unchanged")] for each in outcomes] == [
        [8, 0, 0],
        [0, 2, 6],
        [0, 0, 8],
    ]
    assert [(each["row"], each["column"]) for each in outcomes[0]["rejected"]] == [(2, "OpenDate"), (9, "CloseDate")]
