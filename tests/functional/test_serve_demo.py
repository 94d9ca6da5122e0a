"""The demonstration as a guest runs it: real processes on a small embedded database."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.processes import PATIENCE, ROOT, Running, free_port, running, wait_until

pytestmark = pytest.mark.prove
ONE_SCHOOL = """
from schools.models import LocalAuthority, School
authority = LocalAuthority.objects.create(code=999, name="Testshire", own=True)
School.objects.create(urn=900001, name="Test Primary School", authority=authority)
"""
MANAGE = [sys.executable, "manage.py"]


@pytest.fixture(scope="module")
def one_school(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a demonstration's database with one school in it."""
    folder = tmp_path_factory.mktemp("one-school")
    shutil.copy(migrated, folder / "db.sqlite3")
    command = [*MANAGE, "shell", "--verbosity", "0", "--command", ONE_SCHOOL]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment_in(folder)}, check=True)
    return folder / "db.sqlite3"


def environment_in(folder: Path) -> dict[str, str]:
    """A demonstration's environment."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.functional.demo_settings",
        "DEMO": "1",
        "DATABASE_URL": "",
        "DEMO_FOLDER": str(folder),
    }


@pytest.fixture
def environment(one_school: Path, tmp_path: Path) -> dict[str, str]:
    """A folder of its own for each, for one that starts clears away what another's worker would be reading."""
    (tmp_path / "demo").mkdir()
    shutil.copy(one_school, tmp_path / "demo")
    return environment_in(tmp_path / "demo")


@pytest.fixture
def port() -> int:
    return free_port()


def serve(environment: dict[str, str], port: int | str, log: Path) -> AbstractContextManager[Running]:
    return running([*MANAGE, "serve_demo"], log=log, environment={**environment, "PORT": str(port)})


def tells(started: Running) -> Running:
    wait_until(lambda: started.has_ended() or "Ctrl-C ends it" in started.output, what="the address")
    assert not started.has_ended(), started.output
    return started


@pytest.fixture
def demo(environment: dict[str, str], port: int, tmp_path: Path) -> Iterator[Running]:
    """A demonstration that has told its guest where it is, to be ended."""
    with serve(environment, port, tmp_path / "log") as started:
        yield tells(started)


@pytest.fixture(scope="module")
def visited(one_school: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration that is visited."""
    folder = tmp_path_factory.mktemp("visited")
    shutil.copy(one_school, folder)
    return folder


@pytest.fixture(scope="module")
def address(visited: Path) -> Iterator[str]:
    """Where it is served."""
    with serve(environment_in(visited), number := free_port(), visited / "log") as started:
        assert f"The demonstration is at http://127.0.0.1:{number}\n" in tells(started).output
        yield f"http://127.0.0.1:{number}"


def visit(address: str) -> str:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def pid_of(demo: Running, words: str) -> int:
    """The oldest process whose command line holds `words`."""
    return min(pid for pid, command in demo.alive().items() if words in command)


def test_the_site_has_all_it_needs(address: str) -> None:
    assert '"ready": true' in visit(f"{address}/readyz")


def test_its_pages_and_stylesheet_are_served_without_debugging(address: str) -> None:
    stylesheet = re.search(r'href="(/static/build/app\.[0-9a-f]+\.css)"', visit(f"{address}/sign-in/"))
    assert stylesheet
    assert "govuk" in visit(address + stylesheet.group(1))


def test_its_worker_does_what_the_site_asks_for(address: str, visited: Path) -> None:
    ask = "from schoolimprove.tasks import forget_ended_sessions; forget_ended_sessions.delay()"
    given = {**os.environ, **environment_in(visited)}
    subprocess.run([*MANAGE, "shell", "-v", "0", "-c", ask], cwd=ROOT, env=given, check=True)
    log = visited / "logs" / "worker.log"
    wait_until(lambda: "forget_ended_sessions" in log.read_text() and "succeeded" in log.read_text(), what="the task")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_leave_no_process_behind(demo: Running, number: signal.Signals) -> None:
    assert len(demo.alive()) >= 4, "supervisor, site, worker and beat"
    demo.process.send_signal(number)
    wait_until(demo.has_ended, what="the end")
    assert demo.alive() == {}
    assert demo.process.returncode == 0
    assert "has ended; what you did in it is kept" in demo.output


@pytest.mark.parametrize(("name", "words"), [("worker", "worker --pool"), ("site", "gunicorn")])
def test_a_child_that_dies_ends_all_and_its_log_is_shown(demo: Running, name: str, words: str) -> None:
    os.kill(pid_of(demo, words), signal.SIGKILL)
    wait_until(demo.has_ended, what="the end")
    assert demo.process.returncode == 1
    assert f"{name} ended by itself, killed by SIGKILL, and so the demonstration ends." in demo.output
    assert f"logs/{name}.log:" in demo.output
    assert demo.alive() == {}


def test_a_signal_while_it_is_still_starting_leaves_no_process_behind(
    environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    with serve(environment, port, tmp_path / "log") as started:
        wait_until(lambda: len(started.alive()) > 1, what="the first child")
        started.process.send_signal(signal.SIGINT)
        wait_until(started.has_ended, what="the end")
        assert started.alive() == {}


def test_a_port_that_is_taken_is_told_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with serve(environment, number, tmp_path / "log") as started:
            assert started.process.wait(PATIENCE) == 1
            assert f"Port {number} is taken by another program." in started.output
            assert "Traceback" not in started.output


def test_a_port_that_is_no_number_is_told_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    with serve(environment, "eight thousand", tmp_path / "log") as started:
        assert started.process.wait(PATIENCE) == 1
        assert "PORT is 'eight thousand'. Set it to a number from 1 to 65535" in started.output


def test_it_refuses_to_serve_anything_but_a_demonstration(port: int, tmp_path: Path) -> None:
    with serve({"DEMO": "0", "DJANGO_SETTINGS_MODULE": "schoolimprove.settings"}, port, tmp_path / "log") as started:
        assert started.process.wait(PATIENCE) == 1
        assert "run `make demo`" in started.output
