"""The GIAS import on real files, row by row. Numbers were counted in the files themselves."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.gias import links, types
from schools.imports.gias.run import import_gias
from schools.models import EstablishmentType, School, SchoolLink
from tests.integration.schools.imports.importing import counts, said, taken

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def surrey(shared_data: Path) -> Path:
    return shared_data / "data" / "gias" / "gias_export_2021-05_LA936.csv"


def test_all_590_schools_come_in_and_come_out_unchanged_the_second_time(surrey: Path) -> None:
    first, second = import_gias([surrey]), import_gias([surrey])
    assert (first.added, first.changed, first.unchanged, first.ignored) == (590, 0, 0, 0)
    assert (second.added, second.changed, second.unchanged, second.ignored) == (0, 0, 590, 0)
    assert first.rejected == second.rejected == []
    assert first.vanished == second.vanished == []
    assert first.files[0].encoding == "utf-8"
    assert first.files[0].sha256 == "e828df68e329715c342486de099bfbe66e3270337d964fdb08b36835976fcc10"


def test_counts_by_status_and_phase(surrey: Path) -> None:
    import_gias([surrey])
    schools = School.objects.filter(authority__code="936")
    assert Counter(schools.values_list("establishment", flat=True)) == {"open": 585, "closing": 5}
    # GIAS gives 222 no phase: 44 are special schools by type, 8 PRUs, 2 special post-16 institutions.
    assert Counter(schools.values_list("phase", flat=True)) == {
        "primary": 300,
        "none": 168,
        "secondary": 55,
        "special": 44,
        "16_plus": 7 + 2,
        "alternative": 8,
        "nursery": 4,
        "all_through": 2,
    }


def test_what_schools_belong_to(surrey: Path) -> None:
    import_gias([surrey])
    schools = School.objects.filter(authority__name="Surrey")
    assert schools.filter(establishment_number=None).count() == 590 - 517
    assert schools.exclude(diocese=None).count() == 590 - 459 - 9
    assert schools.filter(diocese__name="Diocese of Guildford").count() == 73
    assert schools.filter(district__name="Waverley").count() == 84
    assert schools.values("district").distinct().count() == 12
    assert schools.exclude(closed_on=None).count() == 5
    assert schools.filter(type_code="34").count() == 140


def test_every_cell_taken_is_the_cell_of_the_file(surrey: Path) -> None:
    import_gias([surrey])
    with surrey.open(encoding="utf-8", newline="") as file:
        said = {int(row["URN"]): row for row in csv.DictReader(file)}
    for school in School.objects.all():
        row = said[school.urn]
        assert school.name == " ".join(row["EstablishmentName"].split())
        assert school.postcode == row["Postcode"]
        assert str(school.pupils or "") == row["NumberOfPupils"].removeprefix("0")
        assert (school.opened_on.strftime("%d-%m-%Y") if school.opened_on else "") == row["OpenDate"]
        assert school.search_key == school.made_search_key()


# Every file of establishments -----------------------------------------------------------------------------------------


class Said(NamedTuple):
    """What a file says: its rows, how it is written, its schools by status and by our phase, and what is not taken."""

    rows: int
    encoding: str
    statuses: dict[str, int]
    phases: dict[str, int]
    rejected: list[tuple[int, str | None, str]]


EMPTY_NAME = "The cell is empty. Every school needs a value here."
NAMELESS = "We did not add this school, because its row has no name."
# Lines 11 to 20 have the cells of another layout than the header's: line → what stands under Easting and Northing.
OUT_OF_STEP_FROM_HERE = "From here on, the cells are in the wrong columns. We do not use the rest of the row."
OUT_OF_STEP = {**dict.fromkeys(range(11, 20), "Gender (name)"), 20: "Trusts (name)"}


def width(row: int, header: int) -> str:
    return f"The row has {row} cells and the header has {header}. We use only the cells that match a column."


FILES = {
    "gias/edubase_2023-11_LA351_25cols_cp1252.csv": Said(
        155,
        "windows-1252",
        {"open": 91, "closed": 62, "closing": 1, "proposed": 1},
        # No phase in GIAS: 10 independent, 6 independent special, 4 + 1 special, 4 PRUs.
        {"primary": 101, "secondary": 25, "none": 10, "special": 11, "alternative": 4, "nursery": 2, "16_plus": 2},
        [],
    ),
    "gias/edubase_2023-11_LA821_25cols_cp1252.csv": Said(
        152,
        "utf-8",
        {"open": 79, "closed": 73},
        # No phase in GIAS: 17 independent, a university, 3 + 2 + 1 special, 3 PRUs.
        {"primary": 91, "secondary": 25, "none": 18, "special": 6, "alternative": 3, "nursery": 7, "16_plus": 2},
        [],
    ),
    "gias/edubasealldata_sample_139cols.csv": Said(
        99,
        "utf-8",
        {"open": 88, "closed": 9, "closing": 1, "proposed": 1},
        # No phase in GIAS: 51 Welsh, 3 independent, 2 PRUs.
        {"primary": 41, "none": 54, "alternative": 2, "nursery": 2},
        [],
    ),
    "gias/gias_export_2021-05_LA936.csv": Said(
        590,
        "utf-8",
        {"open": 585, "closing": 5},
        {
            "primary": 300,
            "none": 168,
            "secondary": 55,
            "special": 44,
            "16_plus": 9,
            "alternative": 8,
            "nursery": 4,
            "all_through": 2,
        },
        [],
    ),
    "awkward/claim_example_bad_schools_data.csv": Said(
        1, "utf-8", {}, {}, [(2, "EstablishmentName", EMPTY_NAME), (2, None, NAMELESS)]
    ),
    "awkward/claim_example_schools_data.csv": Said(
        4,
        "windows-1252",
        {"open": 2, "closed": 1, "proposed": 1},
        {"primary": 2, "secondary": 2},
        [(5, None, width(139, 133))],
    ),
    "awkward/ecf_tech.csv": Said(6, "windows-1252", {"open": 6}, {"none": 4, "special": 2}, []),
    "awkward/publish_gias_downloaded_windows1252.csv": Said(1, "utf-8", {"open": 1}, {"primary": 1}, []),
    "awkward/publish_test_schools.csv": Said(
        7,
        "utf-8",
        {"open": 5, "closed": 1},
        {"primary": 2, "none": 3, "nursery": 1},
        [(2, "EstablishmentName", EMPTY_NAME), (2, None, NAMELESS)],
    ),
    "awkward/teaching-vacancies_example_schools_data.csv": Said(
        19,
        "utf-8",
        {"open": 16, "closed": 3},
        # No phase in GIAS: 3 PRUs, 2 special by their code, 4 miscellaneous and one independent.
        {"16_plus": 4, "primary": 2, "nursery": 2, "secondary": 1, "alternative": 3, "special": 2, "none": 5},
        [
            each
            for line, column in OUT_OF_STEP.items()
            for each in ((line, None, width(135, 120)), (line, column, OUT_OF_STEP_FROM_HERE))
        ],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_each_file_of_establishments_comes_in_with_every_rejection_named(shared_data: Path, name: str) -> None:
    path, expected = shared_data / "data" / name, FILES[name]
    outcome = import_gias([path])
    nameless = sum(reason == NAMELESS for _line, _column, reason in expected.rejected)
    taken = expected.rows - nameless
    assert counts(outcome) == (taken, 0, 0, 0, nameless)
    assert outcome.files[0].encoding == expected.encoding
    assert said(outcome) == expected.rejected
    assert Counter(School.objects.values_list("establishment", flat=True)) == expected.statuses
    assert Counter(School.objects.values_list("phase", flat=True)) == expected.phases
    again = import_gias([path])
    assert (counts(again), again.rejected) == ((0, 0, taken, 0, nameless), outcome.rejected)


@pytest.mark.parametrize(
    ("name", "urn", "values"),
    [
        ("awkward/ecf_tech.csv", 20003, {"name": "St Thomas à Becket Church of England Aided Primary School"}),
        ("awkward/ecf_tech.csv", 20001, {"opened_on": date(2009, 12, 18), "type_code": "47", "easting": 538104}),
        ("awkward/claim_example_schools_data.csv", 148847, {"postcode": "OL11 5EF", "district__name": "Rochdale"}),
        (
            "awkward/teaching-vacancies_example_schools_data.csv",
            124930,
            {"name": "Coachman's Cottage Tuition Centre", "closed_on": date(1997, 11, 1), "easting": None},
        ),
    ],
)
def test_rows_of_awkward_files_say_what_they_say(
    shared_data: Path, name: str, urn: int, values: dict[str, object]
) -> None:
    import_gias([shared_data / "data" / name])
    assert School.objects.filter(urn=urn, **values).exists()


def test_what_stands_in_a_row_out_of_step_is_not_taken_for_something_else(shared_data: Path) -> None:
    """Line 11 of that file would else give a school the postcode "Ms" and a person's name for a website."""
    import_gias([shared_data / "data" / "awkward" / "teaching-vacancies_example_schools_data.csv"])
    school = School.objects.get(urn=124930)
    assert (school.postcode, school.website, school.street) == ("", "", "")


# Links and types ------------------------------------------------------------------------------------------------------

LINKS, TYPES = "gias/links_edubasealldata20230421.csv", "gias/establishment-types.csv"


def take_links(shared_data: Path, only: str = "") -> Outcome:
    return taken(links.take, shared_data / "data" / LINKS, only=only)


def test_all_31274_links_come_in_and_come_out_unchanged_the_second_time(shared_data: Path) -> None:
    first = take_links(shared_data)
    assert (counts(first), first.rejected) == ((31_274, 0, 0, 0, 0), [])
    assert first.files[0].encoding == "windows-1252"
    assert first.files[0].sha256 == "5051addff73a756d7e5c4324aa2124fcb23e7c06fcc657eb00990bde81f3db83"
    second = take_links(shared_data)
    assert (counts(second), second.rejected) == ((0, 0, 31_274, 0, 0), [])


def test_links_by_kind_and_a_few_of_them(shared_data: Path) -> None:
    take_links(shared_data)
    assert Counter(SchoolLink.objects.values_list("kind", flat=True)) == {
        "Successor": 15236,
        "Predecessor": 15115,
        "Predecessor - merged": 186,
        "Sixth Form Centre School": 142,
        "Successor - merged": 137,
        "Result of Amalgamation": 109,
        "Predecessor - amalgamated": 86,
        "Successor - amalgamated": 78,
        "Sixth Form Centre Link": 64,
        "Successor - Split School": 41,
        "Predecessor - Split School": 36,
        "Other": 14,
        "Merged - expansion in school capacity and changer in age range": 10,
        "Merged - change in age range": 9,
        "Merged - expansion of school capacity": 5,
        "Expansion": 3,
        "Closure": 3,
    }
    assert SchoolLink.objects.filter(established_on=None).count() == 8_291
    days = SchoolLink.objects.exclude(established_on=None).order_by("established_on")
    assert [days[0].established_on, days.reverse()[0].established_on] == [date(1993, 3, 31), date(2023, 12, 1)]
    names = dict(SchoolLink.objects.filter(urn__in=[105348, 126416, 148118]).values_list("linked_urn", "linked_name"))
    assert names == {
        149679: "St Michael's Roman Catholic Primary School, a Voluntary Academy",
        149557: "St Thomas à Becket Church of England Aided Primary School",
        118644: "Eastchurch Church of England Primary School",
        149666: "St. Clement’s CE Primary School",
    }


def test_with_one_authority_only_the_links_of_its_schools_are_held(surrey: Path, shared_data: Path) -> None:
    import_gias([surrey])
    assert counts(take_links(shared_data, only="936")) == (268, 0, 0, 31_274 - 268, 0)
    assert SchoolLink.objects.exclude(established_on=None).count() == 226
    assert SchoolLink.objects.filter(linked_urn__in=School.objects.values("urn")).count() == 2


def test_the_39_types_come_in_out_of_50_rows(shared_data: Path) -> None:
    shipped = types.known_types()
    outcome = taken(types.take, shared_data / "data" / TYPES)
    assert (counts(outcome), outcome.rejected) == ((39, 0, 11, 0, 0), [])
    assert counts(taken(types.take, shared_data / "data" / TYPES)) == (0, 0, 50, 0, 0)
    assert types.known_types() == shipped
    assert Counter(EstablishmentType.objects.values_list("group_name", flat=True)) == {
        "Colleges": 2,
        "Universities": 1,
        "Independent schools": 2,
        "Local authority maintained schools": 6,
        "Special schools": 4,
        "Welsh schools": 1,
        "Other types": 7,
        "Academies": 9,
        "Free Schools": 6,
        "Online provider": 1,
    }


# Files of something else ----------------------------------------------------------------------------------------------


OTHERS = (
    "calendar/govuk_bank-holidays_2012-2028.json",
    "calendar/sheffield_LA_term_dates_2025-28.json",
    "exclusions/exclusions_200607-201617_LA351_821_936.csv",
    "finance/cfr_maintained_schools_master_list_header_plus_anonymised.csv",
    "finance/ees_la_maintained_schools_revenue_reserve_final.csv",
    "ofsted/ofsted_2018-07-31_national_from_xlsx.csv",
    "ofsted/ofsted_mi_latest_inspections_2024-08-31_sample.csv",
    "ofsted/ofsted_mi_latest_inspections_2026-06-30_sample.csv",
    "performance/2016-2017_936_ks2final.csv",
    "performance/2016-2017_936_ks4final.csv",
    "performance/2017-2018_936_ks2final.csv",
    "performance/2017-2018_936_ks4final.csv",
    "performance/2018-2019_936_ks2final.csv",
    "performance/2018-2019_936_ks4final.csv",
    "performance/2018-2019_england_abs.csv",
    "performance/2018-2019_england_census.csv",
    "performance/2018-2019_ks2_meta.csv",
    "performance/2018-2019_ks4_final_meta.csv",
)


def test_files_of_something_else_are_refused_with_a_sentence_and_leave_nothing(shared_data: Path) -> None:
    for path in (shared_data / "data" / name for name in OTHERS):
        with pytest.raises(Unusable, match=rf"^{path.name} is not a (file|list) of [^\n]*\.$"):
            import_gias([path])
    assert not School.objects.exists()
