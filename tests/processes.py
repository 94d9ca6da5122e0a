"""Real processes for tests: started in a session of their own, ended with everything they started."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Running:
    """A started process whose whole output goes to a file."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def says(self, text: str) -> bool:
        return text in self.output

    def has_ended(self) -> bool:
        return self.process.poll() is not None


@contextmanager
def running(
    command: Sequence[str], *, log: Path, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """`environment` is added to that of the tests. On leaving, whatever is left of the session is killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Running(process, log)
        finally:
            for pid in session_of(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def session_of(leader: int) -> list[int]:
    """The processes alive in the session that `leader` leads, their process groups whichever; zombies are dead."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            state, _parent, _group, session = (entry / "stat").read_text().rpartition(") ")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, what: str) -> None:
    """Returns as soon as the condition holds; fails, naming `what` was waited for, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} seconds in vain for {what}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
