"""Ten thousand real files of GIAS with something done to them: each comes in whole, or is refused with a sentence.

Never a traceback, never half, and never anything that a school, a link or a type cannot hold. A batch is one file
or a few, in slices of some rows of which half are held already.
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
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import Work
from schools.imports.gias.register import told_fields
from schools.imports.gias.run import read
from schools.imports.gias.staging import column_of
from schools.imports.gias.undoing import undo
from schools.models import EstablishmentType, ImportRun, School, SchoolLink
from tests.integration.schools.imports.importing import counts, in_run
from tests.integration.schools.imports.mutations import mutated

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
SHARE = {names: BATCHES.index(names) for names in BATCHES}
"""The first batch of each set of files; `make test` takes its first files alone."""
IN_A_SHARE = 25
SLICES = 6
SENTENCE = re.compile(r"[^\s\x00-\x1f][^\x00-\x1f\x7f]*\.")
LOST = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")
FIRST_RUN = 4711
SUBJECTS = {"establishments": "schools.school", "links": "schools.schoollink", "types": "schools.establishmenttype"}
EVERY_SO_MANY = 20
"""How often what came in is also imported once more; half as often it is undone."""


@pytest.mark.prove
@pytest.mark.parametrize("batch", range(len(BATCHES)))
def test_a_mutated_file_comes_in_whole_or_is_refused_with_a_sentence(
    shared_data: Path, tmp_path: Path, batch: int
) -> None:
    take_in_batch(shared_data, tmp_path, batch, IN_A_BATCH)


@pytest.mark.parametrize("batch", SHARE.values())
def test_the_first_mutated_files_come_in_whole_or_are_refused_with_a_sentence(
    shared_data: Path, tmp_path: Path, batch: int
) -> None:
    take_in_batch(shared_data, tmp_path, batch, IN_A_SHARE)


def take_in_batch(shared_data: Path, tmp_path: Path, batch: int, many: int) -> None:
    """Take in the first so many files of a batch, each rolled back before the next, and check what each left."""
    rng = Random(batch)  # noqa: S311 (the same every time)
    path = tmp_path / "file.csv"
    slices: list[bytes] = []
    for name in BATCHES[batch]:
        of_file = list(sliced(rng, shared_data / "data" / name))
        hold_some(path, of_file)
        slices += of_file
    before = Held.now()
    for number in range(many):
        path.write_bytes(mutated(rng, rng.choice(slices)))
        only = rng.choice(("", "", "", "936"))
        try:
            with transaction.atomic():
                outcome = take_in(path, only, FIRST_RUN + number)
                check(outcome, before, FIRST_RUN + number)
                check_more(outcome, before, path, only, number)
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


def take_in(path: Path, only: str, run: int) -> Outcome | Unusable:
    try:
        with transaction.atomic(), in_run(run):
            return read([path], Work(only=only))
    except Unusable as refusal:
        return refusal


# What must hold afterwards --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What is held: how many of each, and in one text everything that it says."""

    schools: int
    links: int
    types: int
    says: str
    history: int
    newest: int

    @classmethod
    def now(cls) -> "Held":
        columns = {
            "schools_school": ", ".join(column_of(field) for field in told_fields()),
            "schools_schoollink": "urn, linked_urn, kind, linked_name, established_on",
            "schools_establishmenttype": "code, name, group_code, group_name",
            "schools_localauthority": "code, name",
            "schools_district": "authority_id, name",
            "schools_diocese": "name",
        }
        said = [
            f"(SELECT md5(string_agg(ROW({names})::text, '' ORDER BY id)) FROM {table})"  # noqa: S608 (our own)
            for table, names in columns.items()
        ]
        counted = [f"(SELECT COUNT(*) FROM {table})" for table in list(columns)[:3]]  # noqa: S608 (our own)
        history = "(SELECT COUNT(*) FROM schools_historicalschool), (SELECT COALESCE(MAX(id), 0) FROM schools_school)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(counted)}, concat({', '.join(said)}), {history}")
            return cls(*cursor.fetchone())

    @property
    def register(self) -> tuple[int, int, int, str]:
        """What undoing brings back."""
        return self.schools, self.links, self.types, self.says


def check(outcome: Outcome | Unusable, before: Held, run: int) -> None:
    """Refused, and nothing happened; or every row is accounted for, and what is held is what was counted."""
    now = Held.now()
    if isinstance(outcome, Unusable):
        assert SENTENCE.fullmatch(str(outcome)), outcome
        assert str(outcome).startswith("file.csv ")
        assert now == before
    else:
        check_taken(outcome, before, now, run)


def check_taken(outcome: Outcome, before: Held, now: Held, run: int) -> None:
    counts(outcome)
    kind = outcome.files[0].kind
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


def check_more(outcome: Outcome | Unusable, before: Held, path: Path, only: str, number: int) -> None:
    """Now and then: a second import of the same file changes nothing, and undoing brings back what was."""
    if isinstance(outcome, Unusable):
        return
    if number % EVERY_SO_MANY == 0:
        again = read([path], Work(only=only))
        assert (again.added, again.changed) == (0, 0)
        assert again.unchanged == outcome.added + outcome.changed + outcome.unchanged
        assert [(each.row, each.column) for each in again.rejected] == [
            (each.row, each.column) for each in outcome.rejected
        ]
    if number % (2 * EVERY_SO_MANY) == 1:
        undone = undo(ImportRun(pk=FIRST_RUN + number), Work())
        assert undone.removed == outcome.added
        assert undone.changed <= outcome.changed
        assert Held.now().register == before.register
