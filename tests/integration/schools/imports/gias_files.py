"""The invented file of GIAS, the same with some cells changed, and a register that an import must wait for."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from tests.processes import ROOT

INVENTED = ROOT / "tests" / "fixtures" / "gias" / "invented.csv"


def changed_file(
    folder: Path,
    rows: dict[int, dict[str, str]] | None = None,
    without: tuple[str, ...] = (),
    drop: tuple[int, ...] = (),
    encoding: str = "utf-8",
    name: str = "changed.csv",
) -> Path:
    """`changed_file(folder, {900101: {"Town": "Elsewhere"}}, without=("Postcode",))`, written into `folder`."""
    with INVENTED.open(encoding="utf-8", newline="") as original:
        reader = csv.DictReader(original)
        held = [row | (rows or {}).get(int(row["URN"]), {}) for row in reader if int(row["URN"]) not in drop]
    columns = [column for column in reader.fieldnames or [] if column not in without]
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(held)
    return path


@contextmanager
def register_held(environment: dict[str, str]) -> Iterator[None]:
    """Somebody else writes schools: an import that comes so far waits here, in the middle of its transaction."""
    held = psycopg2.connect(environment["DATABASE_URL"])
    with held, held.cursor() as cursor:
        cursor.execute("LOCK TABLE schools_school IN SHARE ROW EXCLUSIVE MODE")
        yield
        held.rollback()
    held.close()
