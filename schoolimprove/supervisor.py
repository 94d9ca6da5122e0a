"""Several processes that live and end together: the demonstration's site, worker and beat.

By hand, because honcho 2.0 leaves its children running when a Ctrl-C arrives while they are being started.
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS = 10.0
LINES_SHOWN = 40


@dataclass(frozen=True)
class Child:
    """A started process; its whole output is in `log`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def how_it_ended(self) -> str:
        status = self.process.returncode
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
        return f"{self.name} ended by itself, {how}"

    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LINES_SHOWN:])


class Supervisor:
    """Starts children and stays until told to end, or until one ends by itself; then ends them all.

    Use it as a context: whatever happens inside, no child outlives it.
    """

    def __init__(self, logs: Path, *, cwd: Path) -> None:
        self._logs = logs
        self._cwd = cwd
        self._children: list[Child] = []
        self._told_to_end = False

    def __enter__(self) -> "Supervisor":
        self._logs.mkdir(parents=True, exist_ok=True)
        self._handlers = {number: signal.signal(number, self._end_soon) for number in ENDING_SIGNALS}
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end_all()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _end_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_end = True

    @property
    def told_to_end(self) -> bool:
        return self._told_to_end

    def start(self, name: str, command: Sequence[str]) -> None:
        """Starts a child in a session of its own: the terminal's Ctrl-C reaches it only through us."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children.append(Child(name, process, log))

    def first_to_end(self) -> Child | None:
        """A child that has ended by itself, if one has."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def watch(self, seconds: float | None = None) -> Child | None:
        """Waits until told to end (`None`), a child ends by itself (that child), or the time is up (`None`)."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._told_to_end and (deadline is None or time.monotonic() < deadline):
            if dead := self.first_to_end():
                return dead
            time.sleep(0.1)
        return None

    def _end_all(self) -> None:
        """Asks every process group to end, and ends by force what is still there after some patience."""
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and any(child.process.poll() is None for child in self._children):
            time.sleep(0.05)
        # The group outlives its leader where a child left processes of its own behind.
        self._signal_all(signal.SIGKILL)
        for child in self._children:
            child.process.wait()

    def _signal_all(self, number: signal.Signals) -> None:
        for child in self._children:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, number)
