"""Categories of the past from a file: read, refused with the line, the same again, corrected, previewed, undone."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from categorisation.models import CategoryDecision
from schoolimprove.lib import clock
from schoolimprove.records import jobs
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import Job
from schools.imports.core import runs
from schools.imports.core.csv_files import Unusable
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import importer_of
from schools.imports.states import ImportStatus
from schools.models import ImportRun, School, Standing
from tests.factories.categorisation import decided, recommended
from tests.factories.county import County
from tests.factories.schools import SchoolFactory
from tests.integration.schools.imports.gias_files import INVENTED
from tests.processes import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms")]
HEAD = "URN,category,level,effective_on,decided_at,reason"
FIRST = "900101,3,,01/09/2024,09-07-2024,Slow progress"
SECOND = "900101,2,,2025-09-01,08/07/2025,"
Write = Callable[..., Path]


@pytest.fixture
def school() -> School:
    return SchoolFactory.create(urn=900101, name="Hilltop School")


@pytest.fixture
def write(tmp_path: Path, school: School) -> Write:
    def written(*lines: str, head: str = HEAD) -> Path:
        path = tmp_path / "categories.csv"
        path.write_text("\n".join([head, *lines]))
        return path

    return written


def take(path: Path) -> Outcome:
    outcome = runs.import_now(importer_of("categories"), [path])
    assert sum(each.rows for each in outcome.files) == outcome.added + outcome.changed + outcome.unchanged + (
        outcome.refused
    )
    return outcome


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged


def printed(command: str, *arguments: Any) -> Any:
    out = io.StringIO()
    call_command(command, *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_past_is_read_as_at_a_day_and_as_known_on_another(write: Write, school: School) -> None:
    later = "900101,4,Medium,01/09/2025,04/11/2025,Corrected"
    assert counts(take(write(FIRST, SECOND, later))) == (3, 0, 0)
    row = {"urn": 900101, "category": "4", "level": "medium", "effective_on": "2025-09-01", "decided_at": "2025-11-04"}
    assert printed("categories", "--on", "2026-01-01") == [row]
    then = row | {"category": "2", "level": "low", "decided_at": "2025-07-08"}
    assert printed("categories", "--on", "01/01/2026", "--known-on", "2025-11-03") == [then]
    assert printed("categories", "--on", "2024-08-31") == []
    standing = Standing.objects.get(school=school, ends_on=None)
    assert (standing.code, standing.starts_on, standing.told_on) == ("4", date(2025, 9, 1), date(2025, 11, 4))


def test_an_import_that_corrects_another_is_known_since_it_was_run(write: Write, school: School) -> None:
    take(write(FIRST))
    take(write(FIRST.replace(",3,", ",4,")))
    day, yesterday = date(2025, 1, 1), clock.today() - timedelta(days=1)
    known = [CategoryDecision.objects.as_known(day, known_on).get().category for known_on in (yesterday, clock.today())]
    assert known == ["3", "4"]


def test_the_same_row_again_is_unchanged(write: Write) -> None:
    path = write(FIRST, SECOND)
    take(path)
    standings = Standing.objects.count()
    assert counts(take(path)) == (0, 0, 2)
    assert counts(take(write(FIRST, FIRST))) == (0, 0, 2)
    assert (CategoryDecision.objects.count(), Standing.objects.count()) == (2, standings)


def test_a_row_that_says_otherwise_replaces_what_was_imported(write: Write) -> None:
    take(write(FIRST))
    outcome = take(write(FIRST.replace(",3,,", ",4,,")))
    assert counts(outcome) == (0, 1, 0)
    assert outcome.samples[0].changes == [("Category", "3", "4"), ("Level of support", "medium", "high")]
    [row] = CategoryDecision.objects.as_at(date(2025, 1, 1))
    assert (row.category, row.supersedes.category) == ("4", "3")


def test_what_cannot_be_read_is_refused_with_its_line(write: Write) -> None:
    outcome = take(
        write(
            FIRST,
            "900101,2,,01/09/2024,09/07/2024,",
            "900109,3,,01/09/2024,09/07/2024,",
            "900101,7,,01/09/2023,09/07/2023,",
            "900101,,,01/09/2023,09/07/2023,",
            "900101,3,huge,01/09/2023,09/07/2023,",
            "900101,3,,,09/07/2023,",
            "900101,3,,01/09/2023,04/11/2026,",
            "900101,3,,01/09/2023,31/02/2023,",
        )
    )
    assert counts(outcome) == (1, 0, 0)
    assert [(each.row, each.column, each.reason) for each in outcome.rejected] == [
        (3, None, "Line 2 says something else of the same two days. We use that row."),
        (4, "URN", "We have no school with URN 900109."),
        (5, "category", "“7” is not a category of the scheme."),
        (6, "category", "Enter a category."),
        (7, "level", "“huge” is not a level of the scheme."),
        (8, "effective_on", "The cell is empty. Every decision needs a date here."),
        (9, "decided_at", "The day it was decided must be today or in the past."),
        (10, "decided_at", "“31/02/2023” is not a date such as 31-08-2021."),
    ]


def test_a_file_that_is_no_list_of_categories_is_refused_as_one_sentence(write: Write) -> None:
    with pytest.raises(Unusable, match="is not a list of categories: it has no columns effective_on and decided_at"):
        take(write("900101,3", head="URN,category"))
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_categories", str(write("1", head="URN")), "--json", stdout=out)
    assert (ended.value.code, list(json.loads(out.getvalue()))) == (2, ["error"])


def test_the_command_prints_what_the_import_of_the_register_prints(write: Write) -> None:
    found = printed("import_categories", write(FIRST), "--dry-run")
    assert list(found) == ["files", "added", "changed", "unchanged", "ignored", "vanished", "warnings", "rejected"]
    assert not CategoryDecision.objects.exists()
    assert found["added"] == printed("import_categories", write(FIRST))["added"] == 1


def test_a_file_never_changes_what_was_decided_here(write: Write, county: County) -> None:
    made = decided(county, recommended(county))
    urn, day = county.school.urn, made.effective_on.isoformat()
    outcome = take(write(f"{urn},3,,{day},{day},", f"{urn},2,,{day},{day},"))
    assert [each.reason for each in outcome.rejected] == [
        "Category 2 was decided here on that day. A file cannot change it.",
        "Line 2 says something else of the same two days. We use that row.",
    ]
    assert counts(take(write(f"{urn},2,,{day},{day},"))) == (0, 0, 1)


def worked(run: ImportRun) -> ImportRun:
    jobs.run(Job.objects.unfinished().get(key=str(run.pk)).pk)
    run.refresh_from_db()
    return run


def test_an_import_is_previewed_applied_and_undone(write: Write, school: School, county: County) -> None:
    by = Actor(county.head)
    take(write(FIRST))
    [before] = CategoryDecision.objects.as_at(date(2026, 1, 1))
    path = write(FIRST.replace(",3,,", ",4,,"), SECOND)
    run = worked(runs.start("categories", [(path.name, path)], by=by))
    assert (run.status, run.outcome["added"], run.outcome["changed"]) == (ImportStatus.CHECKED, 1, 1)
    assert CategoryDecision.objects.count() == 1
    runs.confirm(run, by=by, seen_version=run.version)
    assert worked(run).status == ImportStatus.APPLIED
    assert [each.category for each in CategoryDecision.objects.as_at(date(2026, 1, 1))] == ["2"]
    undoing = worked(runs.start_undoing(run, by=by))
    assert (undoing.outcome["changed"], undoing.outcome["removed"]) == (1, 1)
    runs.confirm(undoing, by=by, seen_version=undoing.version)
    worked(undoing)
    run.refresh_from_db()
    assert run.status == ImportStatus.UNDONE
    assert list(CategoryDecision.objects.as_at(date(2026, 1, 1))) == [before]
    standing = Standing.objects.get(school=school, ends_on=None)
    assert (standing.code, standing.starts_on) == ("3", date(2024, 9, 1))
    assert counts(take(path)) == (1, 1, 0), "it can be imported again"


@pytest.mark.parametrize("arguments", [[], ["--on", "soon"], ["--on", "2026-01-01", "--known-on", "31/02/2026"]])
def test_days_that_cannot_be_read_are_refused_in_a_sentence(arguments: list[str]) -> None:
    out = io.StringIO()
    with pytest.raises((SystemExit, CommandError)) as ended:
        call_command("categories", *arguments, "--json", stdout=out)
    assert (getattr(ended.value, "code", None), list(json.loads(out.getvalue()))) == (2, ["error"])


@pytest.mark.prove
def test_the_commands_serve_sqlite_after_migrating_alone(migrated: Path, tmp_path: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "schoolimprove.settings", "DEBUG": "1"}
    environment = {**os.environ, **settings, "DATABASE_URL": f"sqlite:///{shutil.copy(migrated, tmp_path)}"}

    def manage(*arguments: Any) -> Any:
        line = [sys.executable, "manage.py", *map(str, arguments), "--json"]
        done = subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    path = tmp_path / "categories.csv"
    path.write_text("\n".join([HEAD, FIRST, SECOND]))
    assert manage("categories", "--on", "2026-01-01") == []
    manage("import_gias", INVENTED)
    first, second = manage("import_categories", path), manage("import_categories", path)
    assert [(each["added"], each["unchanged"]) for each in (first, second)] == [(2, 0), (0, 2)]
    known = manage("categories", "--on", "2026-01-01", "--known-on", "2025-07-07")
    assert [(row["urn"], row["category"]) for row in known] == [(900101, "3")]
