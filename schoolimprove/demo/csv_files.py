"""The files that somebody of the invented authority brings: as GIAS exports them, and tables of the office's own."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from schools.models import School
from schools.register.models.school import Establishment, Phase

from . import places

WINDOWS, UTF8 = "cp1252", "utf-8"
PUPILS, TELEPHONE, CHANGED = "NumberOfPupils", "TelephoneNum", "LastChangedDate"
STATUS, CLOSES_ON = "EstablishmentStatus (name)", "CloseDate"
Row = dict[str, object]
_NO_PHASE_IN_GIAS = (Phase.SPECIAL, Phase.ALTERNATIVE, Phase.NONE)
_STATUSES = {**dict(Establishment.choices), Establishment.CLOSING.value: "Open, but proposed to close"}


@contextmanager
def written(name: str, rows: Sequence[Mapping[str, object]], encoding: str = UTF8) -> Iterator[Path]:
    """A CSV file of that name with the columns of its first row, gone afterwards: an import keeps its own copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("w", encoding=encoding, newline="") as file:
            table = csv.DictWriter(file, list(rows[0]), restval="")
            table.writeheader()
            table.writerows(rows)
        yield path


def as_gias_says(school: School) -> Row:
    """The school's row in an extract of GIAS, as it is held. GIAS gives special schools no phase."""
    return {
        "URN": school.urn,
        "LA (code)": school.authority.code,
        "LA (name)": school.authority.name,
        "EstablishmentNumber": "" if school.establishment_number is None else school.establishment_number,
        "EstablishmentName": school.name,
        "TypeOfEstablishment (code)": school.type_code,
        "TypeOfEstablishment (name)": school.type_name,
        STATUS: as_in_gias(school.establishment),
        "OpenDate": day(school.opened_on),
        CLOSES_ON: day(school.closed_on),
        "PhaseOfEducation (name)": "Not applicable" if school.phase in _NO_PHASE_IN_GIAS else Phase(school.phase).label,
        PUPILS: "" if school.pupils is None else school.pupils,
        TELEPHONE: school.telephone,
        "DistrictAdministrative (name)": school.district.name if school.district else "",
        CHANGED: day(school.source_changed_on),
    }


def of_a_neighbour(urn: int, name: str) -> Row:
    """A school across the border, which an extract for a region has too."""
    return {
        "URN": urn,
        "LA (code)": places.NEIGHBOUR_CODE,
        "LA (name)": places.NEIGHBOUR_NAME,
        "EstablishmentName": name,
        STATUS: "Open",
    }


def as_in_gias(establishment: str) -> str:
    return _STATUSES[establishment]


def day(on: date | None) -> str:
    """A day as GIAS writes it."""
    return f"{on:%d-%m-%Y}" if on else ""
