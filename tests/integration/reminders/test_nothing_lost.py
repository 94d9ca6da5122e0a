"""Nothing is lost and nothing told twice: workers killed, Redis away, PostgreSQL restarted, two at once – counted."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from random import Random
from subprocess import PIPE, STDOUT
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from django.db import connection
from post_office.models import Email

from schoolimprove.lib import clock
from schoolimprove.reminders.mailings import deliver
from schoolimprove.reminders.models import Mailing, Reminder, Sweep
from schoolimprove.reminders.sweep import sweep
from schoolimprove.reminders.tasks import sweep_deadlines, turn_reminders
from tests.factories.reminders import SweepFactory
from tests.integration.reminders.many import dates_of_many
from tests.integration.together import together
from tests.processes import ROOT, Running, free_port, running, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["celery", "--quiet", "--app", "schoolimprove", "worker", "--pool", "solo"]
MANY, KILLS = 1_000, 6
TUESDAY = date(2026, 11, 3)
SEVEN = datetime.combine(TUESDAY, time(7), clock.LONDON)
PATIENCE = 120


def killed(worker: Running) -> None:
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()


def as_many_emails_as(number: int) -> bool:
    return Email.objects.count() >= number


def assert_each_was_told_once(number: int) -> None:
    assert Reminder.objects.count() == number
    assert set(Counter(Reminder.objects.values_list("user", flat=True)).values()) == {1}


def assert_each_was_mailed_once(number: int) -> None:
    assert Mailing.objects.filter(state="handed over").count() == Mailing.objects.count() == number
    emails = list(Email.objects.values_list("to", "message_id"))
    assert set(Counter(to[0] if isinstance(to, list) else to for to, _id in emails).values()) == {1}
    assert len({message_id for _to, message_id in emails}) == len(emails) == number


@pytest.mark.prove
def test_a_thousand_emails_while_the_worker_is_killed_at_any_point(
    process_environment: dict[str, str], triggers: None, tmp_path: Path
) -> None:
    dates_of_many(MANY, due_on=TUESDAY)
    with clock.at(SEVEN):
        assert sweep(TUESDAY).created == MANY
    # What is late by today is another matter: the day has been swept.
    SweepFactory.create(on=clock.today(), ended_at=clock.now())
    points = sorted(Random(6).sample(range(1, MANY), KILLS))  # noqa: S311 (the same points each time)
    for point in points:
        turn_reminders.delay()
        with running(WORKER, log=tmp_path / f"worker-{point}", environment=process_environment) as worker:
            wait_until(partial(as_many_emails_as, point), seconds=PATIENCE, what=f"{point} emails")
            killed(worker)
    assert Email.objects.count() < MANY
    turn_reminders.delay()
    with running(WORKER, log=tmp_path / "worker", environment=process_environment):
        wait_until(lambda: not Mailing.objects.waiting().exists(), seconds=PATIENCE, what="the last email")
    assert_each_was_told_once(MANY)
    assert_each_was_mailed_once(MANY)


@contextmanager
def mailings_locked() -> Iterator[None]:
    """A sweep stops inside its transaction, its reminders written and its emails not."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as held, held, held.cursor() as cursor:
        cursor.execute("LOCK TABLE reminders_mailing IN ACCESS EXCLUSIVE MODE")
        yield


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'reminders_mailing'::regclass")
        return cursor.fetchone() is not None


@pytest.mark.prove
def test_a_worker_killed_in_the_middle_of_a_sweep_leaves_nothing_behind_and_the_next_does_all(
    process_environment: dict[str, str], triggers: None, tmp_path: Path
) -> None:
    dates_of_many(50, due_on=clock.today())
    sweep_deadlines.delay()
    first = running(WORKER, log=tmp_path / "first", environment=process_environment)
    with mailings_locked(), first as worker:
        wait_until(somebody_waits, seconds=PATIENCE, what="the sweep to be under way")
        killed(worker)
    wait_until(lambda: not somebody_waits(), what="the killed worker's transaction to end")
    assert (Reminder.objects.count(), Sweep.objects.count()) == (0, 0)
    sweep_deadlines.delay()
    with running(WORKER, log=tmp_path / "second", environment=process_environment):
        wait_until(lambda: Sweep.objects.filter(ended_at__isnull=False).exists(), seconds=PATIENCE, what="the sweep")
    assert_each_was_told_once(50)
    assert Mailing.objects.count() == 50


@contextmanager
def redis_at(port: int, log: Path) -> Iterator[Running]:
    server = shutil.which("redis-server")
    assert server, "redis-server is not installed"
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with running(command, log=log, cwd=log.parent) as redis:
        wait_until(lambda: "Ready to accept connections" in redis.output, what="Redis")
        yield redis
        # It writes its name over the environment that it would be known by.
        killed(redis)


@pytest.mark.prove
def test_with_redis_away_for_a_while_the_day_is_swept_once_when_it_is_back(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    dates_of_many(50, due_on=clock.today())
    port = free_port()
    environment = process_environment | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    ask = [sys.executable, "-c", "import django; django.setup(); from schoolimprove.reminders.tasks import *; "]

    def asked(what: str) -> int:
        with running([*ask[:2], f"{ask[2]}{what}.delay()"], log=tmp_path / "ask", environment=environment) as asking:
            return asking.process.wait(PATIENCE)

    with running(WORKER, log=tmp_path / "worker", environment=environment) as worker:
        with redis_at(port, tmp_path / "redis-1"):
            assert asked("sweep_deadlines") == 0
            wait_until(lambda: Sweep.objects.filter(ended_at__isnull=False).exists(), seconds=PATIENCE, what="a sweep")
        Sweep.objects.all().delete()
        Reminder.objects.all().delete()
        # That the trigger is lost is told to nobody but the log.
        assert asked("sweep_deadlines") == 0
        assert not worker.has_ended(), worker.output
        assert Reminder.objects.count() == 0
        with redis_at(port, tmp_path / "redis-2"):
            for _ in range(2):
                assert asked("sweep_deadlines") == 0
            wait_until(lambda: Sweep.objects.filter(ended_at__isnull=False).exists(), seconds=PATIENCE, what="a sweep")
    assert_each_was_told_once(50)


def test_two_sweeps_at_once_tell_nothing_twice() -> None:
    dates_of_many(200, due_on=TUESDAY)
    with clock.at(SEVEN):
        done = together(*[lambda: sweep(TUESDAY)] * 4)
    assert sorted(each.created for each in done) == [0, 0, 0, 200]
    assert_each_was_told_once(200)


def test_two_at_once_hand_over_each_email_once() -> None:
    dates_of_many(100, due_on=TUESDAY)
    with clock.at(SEVEN):
        sweep(TUESDAY)
        done = together(*[lambda: deliver(clock.now())] * 3)
    assert sum(done) == 100
    assert_each_was_mailed_once(100)


# PostgreSQL itself.


@contextmanager
def own_postgres() -> Iterator["Cluster"]:
    """In a folder that another user may enter: PostgreSQL does not run as root."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "cluster", free_port())
        cluster.make()
        try:
            yield cluster
        finally:
            cluster.control("stop", "-m", "immediate")


class Cluster:
    """A PostgreSQL of this test's own, which it may restart."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        self.tools = found[-1].parent if found else Path(str(shutil.which("pg_ctl"))).parent
        self.as_whom = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(self, *command: str | Path) -> None:
        done = subprocess.run([*self.as_whom, *map(str, command)], cwd="/", stdout=PIPE, stderr=STDOUT, text=True)
        assert done.returncode == 0, done.stdout

    def make(self) -> None:
        self.data.mkdir()
        if self.as_whom:
            shutil.chown(self.data, "postgres", "postgres")
        kind = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", "--no-sync")
        self.run(self.tools / "initdb", *kind, "-D", self.data)
        self.control("start")

    def control(self, *what: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.run(self.tools / "pg_ctl", "-D", self.data, "-l", self.data / "log", "-o", options, "-w", *what)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def take_over(self) -> None:
        """All that the test's database holds."""
        known = connection.settings_dict
        source = [
            "-h",
            str(known["HOST"]),
            "-p",
            str(known["PORT"] or 5432),
            "-U",
            str(known["USER"]),
            str(known["NAME"]),
        ]
        dump = subprocess.run(
            [self.tools / "pg_dump", "--no-owner", *source], capture_output=True, check=True, env=self._environment()
        )
        subprocess.run(
            [self.tools / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.url],
            input=dump.stdout,
            check=True,
            capture_output=True,
        )

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGPASSWORD": str(connection.settings_dict["PASSWORD"] or "")}

    def ask(self, question: str) -> int:
        with closing(psycopg2.connect(self.url)) as asked, asked.cursor() as cursor:
            cursor.execute(question)
            return int(cursor.fetchone()[0])


@pytest.mark.prove
def test_postgresql_restarted_in_the_middle_of_a_sweep_loses_nothing(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    dates_of_many(200, due_on=TUESDAY)
    command = [sys.executable, "manage.py", "run_reminders", "--on", TUESDAY.isoformat()]
    with own_postgres() as cluster:
        cluster.take_over()
        environment = process_environment | {"DATABASE_URL": cluster.url}
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'reminders_mailing'::regclass"
        with closing(psycopg2.connect(cluster.url)) as held, held.cursor() as cursor:
            cursor.execute("LOCK TABLE reminders_mailing IN ACCESS EXCLUSIVE MODE")
            with running(command, log=tmp_path / "first", cwd=ROOT, environment=environment) as first:
                wait_until(lambda: cluster.ask(waits) > 0 or first.has_ended(), seconds=PATIENCE, what="the sweep")
                assert not first.has_ended(), first.output
                cluster.control("restart", "-m", "immediate")
                assert first.process.wait(PATIENCE) != 0
        assert cluster.ask("SELECT count(*) FROM reminders_reminder") == 0
        for _ in range(2):
            with running(command, log=tmp_path / "again", cwd=ROOT, environment=environment) as again:
                assert again.process.wait(PATIENCE) == 0, again.output
        assert cluster.ask("SELECT count(*) FROM reminders_reminder") == 200
        assert cluster.ask("SELECT count(DISTINCT user_id) FROM reminders_reminder") == 200
        assert cluster.ask("SELECT count(*) FROM post_office_email") == 200
        assert cluster.ask("SELECT count(DISTINCT message_id) FROM post_office_email") == 200
