"""The audit of what is locked: clean, with an advisory, and with a service that cannot be asked, which is no success.

The advisory services are a server of the test's own that speaks their language.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.prove
HASH = "--hash=sha256:" + "0" * 64
OSV_ADVISORY = {
    "id": "PYSEC-2026-1",
    "summary": "Invented",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "invented"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}
NPM_ADVISORY = {
    "id": 1,
    "url": "https://advisories.invalid/1",
    "title": "Invented",
    "severity": "high",
    "vulnerable_versions": "<999",
}


class Advisories(ThreadingHTTPServer):
    """What is known of which package; `asked` has the names that were asked about."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.python: dict[str, Any] = {}
        self.node: dict[str, Any] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Advisories

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(self.python(json.loads(body)) if self.path == "/v1/query" else self.server.node)

    def python(self, query: dict[str, Any]) -> dict[str, Any]:
        name = query["package"]["name"]
        self.server.asked.append(name)
        return {"vulns": [self.server.python[name]]} if name in self.server.python else {}

    def answer(self, said: dict[str, Any]) -> None:
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Nothing in the output of the suite."""


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    server = Advisories()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(f"invented==1.0 \\\n    {HASH}\nother==2.0 \\\n    {HASH}\n")
    return path


def audited(advisories: Advisories, lock: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    address = {"OSV_URL": f"{advisories.url}/v1/query", "npm_config_registry": advisories.url}
    environment = {**os.environ, **address, "AUDIT_LOCK": str(lock), "AUDIT": "", **settings}
    command = [sys.executable, str(ROOT / ".ci" / "audit")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_what_nobody_warns_of_passes_and_everything_was_asked_about(advisories: Advisories, lock: Path) -> None:
    done = audited(advisories, lock, AUDIT="required")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(advisories.asked) == ["invented", "other"]
    assert done.stdout.splitlines() == [f"{name}: every locked version was asked about." for name in ("Python", "Node")]


def test_an_advisory_about_a_python_package_fails_with_the_version_that_mends_it(
    advisories: Advisories, lock: Path
) -> None:
    advisories.python["invented"] = OSV_ADVISORY
    done = audited(advisories, lock)
    assert done.returncode == 1
    assert "Python: invented 1.0: PYSEC-2026-1, mended in 1.1" in done.stderr


def test_an_advisory_about_a_node_package_fails(advisories: Advisories, lock: Path) -> None:
    advisories.node["sass"] = [NPM_ADVISORY]
    done = audited(advisories, lock)
    assert done.returncode == 1
    assert "Node: sass <999: Invented, high, https://advisories.invalid/1" in done.stderr


def test_a_package_nobody_can_be_asked_about_hides_no_advisory_about_another(
    advisories: Advisories, lock: Path
) -> None:
    advisories.python["invented"] = OSV_ADVISORY
    lock.write_text(f"first @ https://files.invalid/first.tar.gz \\\n    {HASH}\n{lock.read_text()}")
    done = audited(advisories, lock)
    assert done.returncode == 1
    assert "Python: invented 1.0: PYSEC-2026-1, mended in 1.1" in done.stderr
    assert "first was left out" in done.stderr


@pytest.mark.parametrize(("setting", "code"), [("", 0), ("required", 1)])
def test_a_service_that_cannot_be_asked_is_told_of_loudly_and_is_no_success(
    advisories: Advisories, lock: Path, setting: str, code: int
) -> None:
    nobody = "http://127.0.0.1:9"
    done = audited(advisories, lock, OSV_URL=f"{nobody}/v1/query", npm_config_registry=nobody, AUDIT=setting)
    assert done.returncode == code
    assert "NOT AUDITED" in done.stderr
    assert {line.split(":")[0] for line in done.stderr.splitlines() if line.startswith(("Python", "Node"))} == {
        "Python",
        "Node",
    }
    assert "every locked version" not in done.stdout


def test_an_advisory_fails_even_where_the_other_service_cannot_be_asked(advisories: Advisories, lock: Path) -> None:
    advisories.python["invented"] = OSV_ADVISORY
    done = audited(advisories, lock, npm_config_registry="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "PYSEC-2026-1" in done.stderr
    assert "NOT AUDITED" in done.stderr
