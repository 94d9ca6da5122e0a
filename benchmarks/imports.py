"""The GIAS import beside the same rows through COPY and nothing else: an authority's schools, and a country's."""

import csv
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection

from benchmarks.measure import busy_seconds
from schools.imports.gias.layout import LA_CODE, LA_NAME, PARTS, URN
from schools.imports.gias.run import import_gias

COLUMNS = (URN, LA_CODE, LA_NAME, *(column for part in PARTS for column in part.columns))
SCHOOLS_OF_AUTHORITY = 330
AIM = 15
"""By how much the import may be slower than COPY."""


@dataclass(frozen=True)
class Timed:
    """`busy` is the processor's seconds, here and in the database; the ratio is between those."""

    what: str
    busy: float
    elapsed: float
    ratio: float


def measure_import(rows: int) -> list[Timed]:
    """Each step with its time and how many times that is COPY's, the median of five. What is imported stays."""
    with TemporaryDirectory() as folder:
        new, pupils, named = (Path(folder) / f"{name}.csv" for name in ("new", "pupils", "named"))
        _write(new, rows)
        _write(pupils, rows, more_pupils=1)
        _write(named, rows, more_pupils=1, town="Elsewhere")
        copy = sorted(_timed(_copy, new) for _ in range(5))[2]
        steps = {
            "a preview, all new": lambda: import_gias([new], dry_run=True),
            "all new": lambda: import_gias([new]),
            "all unchanged": lambda: import_gias([new]),
            "each with other pupils": lambda: import_gias([pupils]),
            "each with another name and town": lambda: import_gias([named]),
        }
        timed = [Timed(f"{rows:,} × {len(COLUMNS)}: raw COPY", *copy, 1.0)]
        for what, step in steps.items():
            busy, elapsed = _timed(step)
            timed.append(Timed(f"{rows:,}: {what}", busy, elapsed, busy / copy[0]))
    return timed


def peak_memory() -> int:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _timed(step: Any, *arguments: Any) -> tuple[float, float]:
    connection.ensure_connection()
    began, busy = time.perf_counter(), busy_seconds()
    step(*arguments)
    return busy_seconds() - busy, time.perf_counter() - began


def _copy(path: Path) -> None:
    """The same rows into a table of texts without an index."""
    with connection.cursor() as cursor, path.open() as file:
        names = ", ".join(f"c{number} text" for number in range(len(COLUMNS)))
        cursor.execute(f"CREATE TEMPORARY TABLE raw ({names})")
        cursor.copy_expert("COPY raw FROM STDIN WITH (FORMAT csv, HEADER)", file)
        cursor.execute("DROP TABLE raw")


def _write(path: Path, rows: int, *, more_pupils: int = 0, town: str = "Nowhere") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(_rows(rows, more_pupils, town))


def _rows(rows: int, more_pupils: int, town: str) -> Iterator[dict[str, Any]]:
    authorities = max(rows // SCHOOLS_OF_AUTHORITY, 1)
    first = 1_000_000 if authorities > 1 else 2_000_000
    for number in range(rows):
        yield {
            "URN": first + number,
            "LA (code)": 201 + number % authorities,
            "LA (name)": f"County {1 + number % authorities}",
            "EstablishmentNumber": 2000 + number % 7000,
            "EstablishmentName": f"St. {town}'s Invented Primary School {number}",
            "TypeOfEstablishment (code)": "01",
            "TypeOfEstablishment (name)": "Community school",
            "PhaseOfEducation (code)": "2",
            "PhaseOfEducation (name)": "Primary",
            "EstablishmentStatus (code)": "1",
            "EstablishmentStatus (name)": "Open",
            "OpenDate": "01-09-1998",
            "DistrictAdministrative (name)": f"District {1 + number % (6 * authorities)}",
            "Diocese (name)": f"Diocese {number % 60}",
            "ReligiousCharacter (name)": "Church of England",
            "Gender (name)": "Mixed",
            "StatutoryLowAge": 4,
            "StatutoryHighAge": 11,
            "SchoolCapacity": 210 + number % 900,
            "NumberOfPupils": 200 + more_pupils + number % 900,
            "Street": f"{number % 90} High Street",
            "Town": town,
            "County (name)": "Invented County",
            "Postcode": f"ZZ{number % 90} {number % 9}AA",
            "TelephoneNum": "01632 960001",
            "SchoolWebsite": f"www.school{number}.example",
            "Easting": 400_000 + number,
            "Northing": 300_000 + number,
            "LastChangedDate": "01-05-2021",
        }
