"""Real processes for tests: started on their own, ended with everything they started, whichever way it went."""

import os
import secrets
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
"""Seconds that a process may take on a busy machine; no test asserts that it is quicker."""


class Running:
    """A started process whose whole output goes to a file, and whatever it started in turn."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, mark: bytes) -> None:
        self.process = process
        self._log = log
        self._mark = mark

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def alive(self) -> dict[int, str]:
        """Number and command line of everything that still runs: the process and all that descends from it.

        Known by a variable in their environment, which outlives sessions, groups and parents.
        """
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            # A process that has just ended, or one of another user.
            with suppress(OSError):
                if self._mark in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found


@contextmanager
def running(
    command: Sequence[str], *, log: Path, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """`environment` is added to that of the tests. On leaving, whatever is left is killed."""
    mark = f"STARTED_BY_TEST={uuid.uuid4()}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={
                **os.environ,
                "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
                **(environment or {}),
                **dict([mark.split("=")]),
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started = Running(process, log, mark.encode())
        try:
            yield started
        finally:
            for pid in started.alive():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE, what: str) -> None:
    """Returns as soon as the condition holds; fails, naming `what` was waited for, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} seconds in vain for {what}"
        time.sleep(0.1)


def free_port() -> int:
    """Below those that the kernel hands out: no connection has it by the time a process comes to listen there."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
