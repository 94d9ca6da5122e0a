"""The GIAS import beside the same rows through COPY and nothing else."""

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
from schools.imports.gias import LA_CODE, LA_NAME, PARTS, URN
from schools.imports.run import import_gias

COLUMNS = (URN, LA_CODE, LA_NAME, *(column for part in PARTS for column in part.columns))
AIM = 15
"""By how much the import may be slower than COPY."""


@dataclass(frozen=True)
class Timed:
    """`busy` is the processor's seconds, here and in the database; the ratio is between those."""

    what: str
    busy: float
    elapsed: float
    ratio: float


def measure_import(rows: int) -> tuple[list[Timed], int]:
    """Each step with its time and how many times COPY's that is; and the process's peak memory in MB."""
    with TemporaryDirectory() as folder:
        plain, changed = Path(folder) / "gias.csv", Path(folder) / "changed.csv"
        _write(plain, rows, town="Nowhere")
        _write(changed, rows, town="Elsewhere")
        copy = _timed(_copy, plain)
        steps = {
            f"{rows:,} new schools": lambda: import_gias([plain]),
            f"{rows:,} schools unchanged": lambda: import_gias([plain]),
            f"{rows:,} schools, each changed": lambda: import_gias([changed]),
        }
        timed = [Timed(f"raw COPY of {rows:,} rows × {len(COLUMNS)} columns", *copy, 1.0)]
        for what, step in steps.items():
            busy, elapsed = _timed(step)
            timed.append(Timed(what, busy, elapsed, busy / copy[0]))
    return timed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


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


def _write(path: Path, rows: int, *, town: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(_rows(rows, town))


def _rows(rows: int, town: str) -> Iterator[dict[str, Any]]:
    for number in range(rows):
        yield {
            "URN": 1_000_000 + number,
            "LA (code)": 201 + number % 150,
            "LA (name)": f"County {1 + number % 150}",
            "EstablishmentNumber": 2000 + number % 7000,
            "EstablishmentName": f"St. {town}'s Invented Primary School {number}",
            "TypeOfEstablishment (code)": "01",
            "TypeOfEstablishment (name)": "Community school",
            "PhaseOfEducation (code)": "2",
            "PhaseOfEducation (name)": "Primary",
            "EstablishmentStatus (code)": "1",
            "EstablishmentStatus (name)": "Open",
            "OpenDate": "01-09-1998",
            "DistrictAdministrative (name)": f"District {1 + number % 900}",
            "Diocese (name)": f"Diocese {number % 60}",
            "ReligiousCharacter (name)": "Church of England",
            "Gender (name)": "Mixed",
            "StatutoryLowAge": 4,
            "StatutoryHighAge": 11,
            "SchoolCapacity": 210 + number % 900,
            "NumberOfPupils": 200 + number % 900,
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
