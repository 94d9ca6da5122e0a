"""What every test may use."""

import fcntl
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.core.management.commands import flush
from django.db import connection, connections
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker, Settings

from schoolimprove.lib import clock
from tests import databases
from tests import demonstration as demonstrations
from tests.processes import ROOT
from tests.vacuuming import Vacuum

CI = os.environ.get("CI", "") not in ("", "0", "false")
SHARED_DATA = Path(os.environ.get("SHARED_DATA") or django_settings.BASE_DIR.parent / "shared")
SHARED_IS_ABSENT = f"the folder {SHARED_DATA} is absent; SHARED_DATA names another"

hypothesis_settings.register_profile("developer", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.load_profile("ci" if CI else "developer")


def pytest_configure(config: pytest.Config) -> None:
    if CI and not SHARED_DATA.is_dir():
        raise pytest.UsageError(f"Tests on real files cannot run: {SHARED_IS_ABSENT}.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests on real files where there are none; the summary says so."""
    if SHARED_DATA.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("shared")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there by now stays to the end: looking through it for garbage again and again is in vain."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SHARED_DATA.is_dir():
        terminalreporter.write_line(f"Tests marked shared were left out: {SHARED_IS_ABSENT}.")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI nothing is skipped in silence: a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if CI and reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("Tests were skipped, which fails the run under CI.", red=True)


_vacuum = Vacuum()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _vacuum.before(item)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy the session's database from a migrated one, so that no process of the suite migrates."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = databases.migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The database of the session, which a test that commits leaves empty by deleting what it holds.

    Django truncates every table. That makes each of its files and those of its indexes anew, a third of a second for
    the few rows of one test. Then it makes the content types and permissions of every app anew; here they stay.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", _deleting)
        patch.setattr(flush, "emit_post_migrate_signal", _ship)
        yield


@pytest.fixture(scope="module")
def copy_of_demonstration(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with the demonstration in it, for the tests of one module in this process."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_demonstration"
        databases.clone(demonstrations.template(), name)
        yield name
        databases.drop(name)


@pytest.fixture
def demonstration(
    copy_of_demonstration: str, blob_root: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test works on the demonstration as it stands on `tests.demonstration.DAY`; the clock is the test's affair.

    What a test commits is there for the next one of its module.
    """
    settings.DEMO, settings.DEMO_SECOND_FACTOR = True, demonstrations.CODE
    shutil.copytree(demonstrations.files(), blob_root)
    with django_db_blocker.unblock(), databases.connected_to(copy_of_demonstration):
        yield


MADE_BY_MIGRATING = {"django_content_type", "auth_permission"}
"""Tables in which no test writes."""


def _deleting(operations: Any, _style: Any, tables: Sequence[str], **_options: bool) -> list[str]:
    """Foreign keys wait for the end of it, and what is append-only lets go."""
    names = [operations.quote_name(table) for table in tables if table not in MADE_BY_MIGRATING]
    return [
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names),
        *(f"DELETE FROM {name}" for name in names),  # noqa: S608 (our own tables)
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names),
    ]


def _ship(_verbosity: int, _interactive: bool, db: str, **_options: Any) -> None:
    """Bring back the rows that come with the code: of what follows a migration they alone went."""
    from schoolimprove.policy.shipping import ship

    ship(connections[db].introspection.table_names())


@pytest.fixture
def clock_at() -> Iterator[Callable[[date | datetime], datetime]]:
    """Freezes the clock for the rest of the test: `clock_at(date(2026, 5, 1))` is that day's noon in London."""
    with ExitStack() as stack:
        yield lambda moment: stack.enter_context(clock.at(moment))


@pytest.fixture(autouse=True)
def blob_root(settings: Settings, tmp_path: Path) -> Path:
    """Files that a test keeps go into its own folder."""
    settings.BLOB_ROOT = tmp_path / "blobs"
    return tmp_path / "blobs"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files, for tests marked `shared`."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The file of a demonstration's database that is migrated and holds nobody; it is copied and never changed.

    Migrating takes seconds and always comes to the same, so it is done once for all processes of the suite.
    """
    own = tmp_path_factory.getbasetemp()
    made = (own if worker_id == "master" else own.parent) / "migrated.sqlite3"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _migrate(folder := tmp_path_factory.mktemp("migrated"))
            (folder / "db.sqlite3").rename(made)
    return made


def _migrate(folder: Path) -> None:
    """As `make demo` does; warnings are errors."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DEMO": "1", "DEMO_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "schoolimprove.settings"}
    command = [sys.executable, "-W", "error", "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """A Redis number of this test process's own, above that of REDIS_URL."""
    address, _, number = django_settings.REDIS_URL.rpartition("/")
    process = 0 if worker_id == "master" else int(worker_id.removeprefix("gw"))
    return f"{address}/{int(number) + 1 + process}"


@pytest.fixture
def triggers(redis_url: str) -> Iterator[None]:
    """Triggers of this process go over the test's own Redis, as they do in the service."""
    from schoolimprove.celery import app

    before = app.conf["broker_url"]
    _send_over(app, redis_url)
    yield
    _send_over(app, before)


def _send_over(app: Any, broker: str) -> None:
    """Connections are kept: one that an earlier test had opened would carry what is sent to where that went."""
    app.conf["broker_url"] = broker
    app._after_fork()


@pytest.fixture
def process_environment(redis_url: str, blob_root: Path, transactional_db: None) -> Iterator[dict[str, str]]:
    """What a process started by a test needs to work on this test's database, its Redis number and its folder."""
    name = str(connection.settings_dict["NAME"])
    yield {
        "DJANGO_SETTINGS_MODULE": "schoolimprove.settings",
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}",
        "REDIS_URL": redis_url,
        "BLOB_ROOT": str(blob_root),
    }
    redis.Redis.from_url(redis_url).flushdb()
