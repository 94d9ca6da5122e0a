"""docker-compose.yml: of the right shape, and each of our services' commands and health checks really works.

There is no container engine where the suite runs, so the commands run as processes of this machine.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from tests.processes import PATIENCE, ROOT, Running, free_port, running, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ["web", "worker", "beat"]
# What each writes when it begins its work.
SAYS = {"web": "Listening at", "worker": " ready.", "beat": "beat: Starting"}
StartService = Callable[[str], Any]


def test_the_file_is_valid_under_the_compose_schema() -> None:
    command = [".venv/bin/check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_services_are_those_of_production() -> None:
    lasting = {name for name, service in COMPOSE["services"].items() if service.get("restart") != "no"}
    assert lasting == {"web", "worker", "beat", "postgres", "redis"}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "postgres", "redis"])
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_our_containers_write_nowhere_but_where_they_must(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER schoolimprove") > max(i for i, line in enumerate(lines) if line.startswith("RUN"))


def test_every_file_the_image_copies_is_let_into_it() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sorted(name for name in kept if not (ROOT / name).exists()) == []
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert packages <= kept
    assert {"manage.py", "gunicorn.conf.py", "templates", "static", "requirements-production.lock"} <= kept


@pytest.fixture
def environment(redis_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment the file gives a service, with this machine's addresses."""
    given: dict[str, str] = COMPOSE["services"]["web"]["environment"]
    assert given.keys() == {"DATABASE_URL", "REDIS_URL", "BLOB_ROOT", "BEHIND_PROXY", "WEB_CONCURRENCY"}
    # DATABASE_URL is the tests' own already; the rest comes from .env there, and from the tests' settings here.
    return {
        "DJANGO_SETTINGS_MODULE": "schoolimprove.settings",
        "REDIS_URL": redis_url,
        "BLOB_ROOT": str(tmp_path / "blobs"),
        "BEHIND_PROXY": "1",
        "WEB_CONCURRENCY": "2",
        "PORT": str(free_port()),
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> StartService:
    def start_service(name: str) -> Any:
        command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{environment['PORT']}") for word in command_of(name)]
        return running(command, log=tmp_path / f"{name}.log", environment=environment)

    return start_service


def command_of(name: str) -> list[str]:
    command: list[str] = COMPOSE["services"][name]["command"]
    return command


def is_healthy(name: str, environment: dict[str, str], log: Path, *, patience: int = 10) -> bool:
    """`patience` is the seconds for which the worker's check listens for an answer."""
    kind, *test = COMPOSE["services"][name]["healthcheck"]["test"]
    # Compose turns two dollar signs into one.
    words = [word.replace("$$", "$").replace("--timeout 10", f"--timeout {patience}") for word in test]
    command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    with running(command, log=log, environment=environment) as check:
        return check.process.wait(PATIENCE) == 0


@pytest.mark.prove
@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_by_its_command_and_becomes_healthy(
    name: str, start: StartService, environment: dict[str, str], tmp_path: Path
) -> None:
    (ROOT / "var" / "beat-alive").unlink(missing_ok=True)
    checks = tmp_path / "checks.log"
    assert not is_healthy(name, environment, checks, patience=1)
    service: Running
    with start(name) as service:
        # A question put before the worker listens is lost, and its check waits out its patience.
        wait_until(lambda: service.has_ended() or SAYS[name] in service.output, what=f"{name} to begin")
        wait_until(lambda: service.has_ended() or is_healthy(name, environment, checks), what=f"{name} to be well")
        assert not service.has_ended(), service.output
        lines = [json.loads(line) for line in service.output.splitlines() if line.startswith("{")]
        assert lines
        assert all({"time", "level", "message", "request_id"} <= line.keys() for line in lines)
    redis.Redis.from_url(environment["REDIS_URL"]).flushdb()
