"""Ten thousand real files of GIAS with something done to them: each comes in whole, or is refused with a sentence.

Never a traceback, never half, and never anything that a school, a link or a type cannot hold. A batch is one file,
in slices of a few rows, some of which are held already.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from django.db import connection, transaction
from django.db.models import Model, Q

from schoolimprove.records.models import AuditEvent
from schools.imports.files import Unusable
from schools.imports.importers import Work
from schools.imports.outcome import Outcome
from schools.imports.register import told_fields
from schools.imports.run import read
from schools.imports.staging import column_of
from schools.models import EstablishmentType, School, SchoolLink
from tests.integration.schools.importing import counts, in_run
from tests.integration.schools.mutations import mutated

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
IN_A_BATCH = 500
BATCHES = (
    ("gias/edubase_2023-11_LA351_25cols_cp1252.csv",),
    ("gias/edubase_2023-11_LA821_25cols_cp1252.csv",),
    ("gias/edubasealldata_sample_139cols.csv",),
    ("gias/gias_export_2021-05_LA936.csv",),
    ("awkward/claim_example_schools_data.csv", "awkward/claim_example_bad_schools_data.csv", "awkward/ecf_tech.csv"),
    ("awkward/publish_gias_downloaded_windows1252.csv", "awkward/publish_test_schools.csv"),
    ("awkward/teaching-vacancies_example_schools_data.csv",),
    *[("gias/links_edubasealldata20230421.csv",)] * 8,
    *[("gias/establishment-types.csv",)] * 5,
)
"""Twenty times five hundred: of which files each is made."""
SLICES = 6
SENTENCE = re.compile(r"[^\s\x00-\x1f][^\x00-\x1f\x7f]*\.")
LOST = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")
FIRST_RUN = 4711
SUBJECTS = {"establishments": "schools.school", "links": "schools.schoollink", "types": "schools.establishmenttype"}
EVERY_SO_MANY = 20
"""How often what came in is also imported once more."""


@pytest.mark.parametrize("batch", range(len(BATCHES)))
def test_a_mutated_file_comes_in_whole_or_is_refused_with_a_sentence(
    shared_data: Path, tmp_path: Path, batch: int
) -> None:
    rng = Random(batch)  # noqa: S311 (the same every time)
    path = tmp_path / "file.csv"
    slices: list[bytes] = []
    for name in BATCHES[batch]:
        of_file = list(sliced(rng, shared_data / "data" / name))
        hold_some(path, of_file)
        slices += of_file
    before = Held.now()
    for number in range(IN_A_BATCH):
        path.write_bytes(mutated(rng, rng.choice(slices)))
        only = rng.choice(("", "", "", "936"))
        try:
            with transaction.atomic():
                take_in(path, before, only=only, run=FIRST_RUN + number, again=number % EVERY_SO_MANY == 0)
                transaction.set_rollback(True)
        except Exception as error:
            error.add_note(f"Number {number}, only {only!r}: {path.read_bytes()[:20_000]!r}")
            raise


def sliced(rng: Random, path: Path) -> Iterator[bytes]:
    """The header with some of the rows."""
    header, *lines = path.read_bytes().splitlines(keepends=True)
    for _ in range(SLICES):
        length = rng.randint(4, 8)
        start = rng.randint(0, max(len(lines) - length, 0))
        yield header + b"".join(lines[start : start + length])


def hold_some(path: Path, slices: list[bytes]) -> None:
    """About half of the rows, some of them saying something else than the file."""
    header, *_ = slices[0].splitlines(keepends=True)
    rows = dict.fromkeys(line for each in slices for line in each.splitlines(keepends=True)[1:])
    held = [row.replace(b"a", b"e") if at % 4 == 0 else row for at, row in enumerate(rows) if at % 2 == 0]
    path.write_bytes(header + b"".join(held))
    read([path], Work())


def take_in(path: Path, before: "Held", *, only: str, run: int, again: bool) -> None:
    outcome = taken_in(path, only, run)
    if isinstance(outcome, Unusable):
        assert SENTENCE.fullmatch(str(outcome)), outcome
        assert str(outcome).startswith("file.csv ")
        assert Held.now() == before
        return
    check(outcome, before, run)
    if again:
        check_again(outcome, read([path], Work(only=only)))


def taken_in(path: Path, only: str, run: int) -> Outcome | Unusable:
    try:
        with transaction.atomic(), in_run(run):
            return read([path], Work(only=only))
    except Unusable as refusal:
        return refusal


# What must hold afterwards --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What is held: how many of each, and in one number everything that it says."""

    schools: int
    links: int
    types: int
    history: int
    newest: int
    says: str

    @classmethod
    def now(cls) -> "Held":
        tables = ("schools_school", "schools_schoollink", "schools_establishmenttype", "schools_historicalschool")
        whole = ("schools_school", "schools_schoollink", "schools_establishmenttype", "schools_localauthority")
        counted = [f"(SELECT COUNT(*) FROM {table})" for table in tables]  # noqa: S608
        said = [f"(SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM {table} o)" for table in whole]  # noqa: S608
        with connection.cursor() as cursor:
            newest = "(SELECT COALESCE(MAX(id), 0) FROM schools_school)"
            cursor.execute(f"SELECT {', '.join(counted)}, {newest}, concat({', '.join(said)})")
            return cls(*cursor.fetchone())


def check(outcome: Outcome, before: Held, run: int) -> None:
    """Every row is accounted for, and what is held is what was counted."""
    counts(outcome)
    now, kind = Held.now(), outcome.files[0].kind
    added = [now.schools - before.schools, now.links - before.links, now.types - before.types]
    assert added == [outcome.added * (kind == each) for each in ("establishments", "links", "types")]
    touched = outcome.added + outcome.changed
    assert now.history - before.history == touched * (kind == "establishments")
    told = AuditEvent.objects.filter(run_id=run, subject_kind=SUBJECTS[kind]).values_list("subject_id", flat=True)
    assert len(told) == len(set(told)) == touched
    assert touched or now.says == before.says
    check_words(outcome)
    check_held(kind, before)


def check_words(outcome: Outcome) -> None:
    """Every rejection can be kept and read, and every row that was lost has one."""
    for rejection in outcome.rejected:
        assert SENTENCE.fullmatch(rejection.reason), rejection
        assert len(rejection.reason) <= 500
        assert len(rejection.column or "") <= 100
        assert rejection.row >= 2
    assert len({each.row for each in outcome.rejected}) >= outcome.refused
    for warning in outcome.warnings:
        assert SENTENCE.fullmatch(warning), warning


def check_held(kind: str, before: Held) -> None:
    """What the import touched says nothing that it may not, and the history of schools says the same."""
    if kind == "establishments":
        touched = School.objects.filter(Q(version__gt=1) | Q(pk__gt=before.newest)).select_related("authority")
        for school in touched:
            check_says(school)
            check_says(school.authority)
            assert school.search_key == school.made_search_key()
        assert out_of_step_with_history() == 0
    else:
        for each in (SchoolLink if kind == "links" else EstablishmentType)._default_manager.all():
            check_says(each)


def check_says(held: Model) -> None:
    held.clean_fields(exclude=[field.name for field in held._meta.concrete_fields if field.is_relation])
    for text in filter(lambda value: isinstance(value, str), held.__dict__.values()):
        assert text == " ".join(text.split())
        assert not LOST.search(text), text


def out_of_step_with_history() -> int:
    """How many schools have another last entry, or other entries than versions."""
    columns = [column_of(field) for field in told_fields()]
    held, kept = ("ROW({})".format(", ".join(f"{alias}.{column}" for column in columns)) for alias in "oh")
    of_school = "SELECT COUNT(*) FROM schools_historicalschool h WHERE h.id = o.id"
    same = f"{of_school} AND h.version = o.version AND {held} IS NOT DISTINCT FROM {kept}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM schools_school o WHERE ({of_school}) <> o.version OR ({same}) <> 1"  # noqa: S608
        )
        return int(cursor.fetchone()[0])


def check_again(first: Outcome, second: Outcome) -> None:
    """A second import of the same file changes nothing, and refuses the same."""
    assert (second.added, second.changed) == (0, 0)
    assert second.unchanged == first.added + first.changed + first.unchanged
    assert [(each.row, each.column) for each in second.rejected] == [(each.row, each.column) for each in first.rejected]
