"""The GIAS import on a real authority's 590 schools. Numbers were counted in the file by hand."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from schools.imports.run import import_gias
from schools.models import School

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
