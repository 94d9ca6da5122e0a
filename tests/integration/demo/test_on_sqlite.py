"""The demonstration as `make demo` has it: on SQLite, in processes of their own."""

import fcntl
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from schoolimprove.accounts.roles import ROLE_LABELS
from schoolimprove.demo import signins
from tests.processes import ROOT

TODAY = "2026-10-31"
# Random on purpose (hashes of passwords and secret links), or dated by the machine's clock (email's own tables).
NOT_COMPARED = {
    "accounts_user": {"password"},
    "accounts_secretlink": {"token_hash"},
    "post_office_email": {"created", "last_updated", "context", "message", "html_message", "message_id"},
}
Rows = list[tuple[object, ...]]


def django(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A Django command with the settings of the demonstration in `folder`; warnings are errors."""
    given = {"DEMO": "1", "DEMO_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "tests.integration.demo.settings"}
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DEBUG")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", *command],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        check=False,
    )


def succeeds(folder: Path, *command: str) -> str:
    done = django(folder, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_from(migrated: Path, folder: Path) -> Path:
    shutil.copy(migrated, folder / "db.sqlite3")
    succeeds(folder, "load_demo", "--today", TODAY, "--seed", "7")
    return folder


@pytest.fixture(scope="session")
def loaded_once(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loaded demonstration, made once for all processes of the suite; it is copied and never changed."""
    made = migrated.with_name("loaded")
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            loaded_from(migrated, tmp_path_factory.mktemp("loading")).rename(made)
    return made


@pytest.fixture
def loaded(loaded_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded_once, tmp_path / "loaded"))


def rows(folder: Path) -> dict[str, Rows]:
    """Table → its rows, without the columns that are not compared."""
    with sqlite3.connect(folder / "db.sqlite3") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _rows(database, table) for table in tables}


def _rows(database: sqlite3.Connection, table: str) -> Rows:
    columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
    wanted = ", ".join(f'"{name}"' for name in columns if name not in NOT_COMPARED.get(table, set()))
    return list(database.execute(f"SELECT {wanted} FROM {table} ORDER BY 1"))  # noqa: S608 (our own tables)


@pytest.mark.prove
def test_two_loads_of_one_day_and_seed_are_equal(migrated: Path, loaded: Path, tmp_path: Path) -> None:
    first, second = rows(loaded), rows(loaded_from(migrated, tmp_path))
    assert len(first["schools_recordofvisit"]) > 50
    brought_in = ("importrun", "importfile", "importrejection", "schoollink", "schoolcontact", "schoolterm")
    assert [name for name in brought_in if not first[f"schools_{name}"]] == []
    assert first.keys() == second.keys()
    assert {table for table, held in first.items() if held != second[table]} == set()


QUICK = {signins.TWO_HATS, signins.COVERING, "system-administrator@invented.example"}
"""Between them they open nearly every route; the proofs sign in as everybody."""


def test_the_sign_ins_that_are_asked_each_time_are_there() -> None:
    assert set(signins.listed()) >= QUICK


@pytest.mark.parametrize(
    "email",
    [
        pytest.param(email, marks=() if email in QUICK else pytest.mark.prove, id=email)
        for email in sorted(signins.listed())
    ],
)
def test_every_route_opens_for_every_role(email: str, loaded: Path) -> None:
    script = f"from tests.integration.demo.walk import main; main({TODAY!r}, {email!r})"
    answers = json.loads(succeeds(loaded, "shell", "--no-imports", "-c", script))
    assert {each for each, *_ in answers} == {email}
    assert [answer for answer in answers if answer[3] >= 500] == []
    assert Counter(status for *_, status in answers)[200] > 20


def test_the_sweep_counts_the_reminders_that_it_writes(loaded: Path) -> None:
    def swept() -> tuple[int, int]:
        """Return how many reminders the command says it created, and how many there are more than before."""
        before = len(rows(loaded)["reminders_reminder"])
        answer = json.loads(succeeds(loaded, "run_reminders", "--on", "27 Nov 26", "--json"))
        return answer["created"], len(rows(loaded)["reminders_reminder"]) - before

    said, written = swept()
    assert said == written > 0
    assert swept() == (0, 0)


def test_a_second_load_is_refused_and_changes_nothing(loaded: Path) -> None:
    before = rows(loaded)
    refused = django(loaded, "load_demo", "--today", TODAY)
    assert refused.returncode == 1
    assert "The demonstration is already loaded. `make demo FRESH=1` builds it again." in refused.stderr
    assert rows(loaded) == before


def test_showing_the_sign_ins_names_one_for_every_role_and_loads_nothing(loaded: Path) -> None:
    before = rows(loaded)
    said = succeeds(loaded, "load_demo", "--show-signins")
    for label in ROLE_LABELS.values():
        assert re.search(rf"^{re.escape(label)} +[a-z-]+@invented\.example +\w+", said, re.MULTILINE), label
    assert said.count("merrow-lantern-orchard") == said.count("123456") == 1
    assert rows(loaded) == before
