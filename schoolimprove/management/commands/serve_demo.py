"""The demonstration: an invented authority on an embedded database, served on this machine alone."""

import os
import shutil
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from schoolimprove.outdated import AGAIN, database_is_outdated
from schoolimprove.supervisor import Child, Supervisor
from schools.models import School

START_SECONDS = 60.0


class Command(BaseCommand):
    help = "Migrate, load the invented authority if there is none, and serve it with worker and beat until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, or 8000")
        parser.add_argument(
            "--fresh",
            action="store_true",
            default=os.environ.get("FRESH", "") not in ("", "0"),
            help="forget what the demonstration kept, and begin again (also FRESH=1)",
        )

    def handle(self, *args: Any, port: str, fresh: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This serves the demonstration only, with DEMO=1: run `make demo`.")
        number = free_port(port)
        try:
            self.prepare(fresh)
        except KeyboardInterrupt:
            raise CommandError("Ended before it was ready. What was begun is undone.", returncode=130) from None
        self.serve(number)

    def prepare(self, fresh: bool) -> None:
        if fresh:
            forget(settings.DEMO_FOLDER)
        # Messages of an earlier run ask for work whose rows say already that it is still to be done.
        shutil.rmtree(settings.DEMO_BROKER, ignore_errors=True)
        for folder in (settings.DEMO_BROKER / "messages", settings.DEMO_BROKER / "control"):
            folder.mkdir(parents=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        if database_is_outdated():
            raise CommandError(f"This demonstration was made by an older version. Begin again: {AGAIN}")
        call_command("migrate", interactive=False, verbosity=0)
        if School.objects.exists():
            # A newer version may know of tasks that this database was loaded without.
            call_command("open_missing_deadlines", stdout=self.stdout)
        else:
            self.say("Loading the invented authority …")
            # Whole or not at all: half an authority would pass for one the next time.
            with transaction.atomic():
                call_command("load_demo", stdout=self.stdout)
        connection.close()

    def serve(self, port: int) -> None:
        address = f"http://127.0.0.1:{port}"
        with Supervisor(settings.DEMO_FOLDER / "logs", cwd=settings.BASE_DIR) as supervisor:
            for name, command in commands(port).items():
                supervisor.start(name, command)
            dead = self.wait_for_answer(supervisor, address)
            if not dead and not supervisor.told_to_end:
                self.tell(address)
                dead = supervisor.watch()
        if dead:
            raise CommandError(obituary(dead))
        self.say("The demonstration has ended; what you did in it is kept.")

    def wait_for_answer(self, supervisor: Supervisor, address: str) -> Child | None:
        """Until the site answers; a child that ended before it did."""
        for _ in range(int(START_SECONDS / 0.2)):
            if supervisor.told_to_end or answers(f"{address}/healthz"):
                return supervisor.first_to_end()
            if dead := supervisor.watch(seconds=0.2):
                return dead
        raise CommandError(f"{address} did not answer within a minute. The logs are in {settings.DEMO_FOLDER}/logs.")

    def tell(self, address: str) -> None:
        self.say(f"\nThe demonstration is at {address}\n")
        call_command("load_demo", show_signins=True, stdout=self.stdout)
        self.say(f"\nCtrl-C ends it. Logs: {settings.DEMO_FOLDER}/logs")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def free_port(text: str) -> int:
    """The port, if it can be listened on."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CommandError(f"PORT is {text!r}. Set it to a number from 1 to 65535: make demo PORT=8001")
    port = int(text)
    with socket.socket() as probe:
        # As the server does: a port whose last connections are still winding up is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CommandError(f"Port {port} is only for root. Choose another: make demo PORT=8001") from None
        except OSError:
            raise CommandError(
                f"Port {port} is taken by another program. End that one, or choose another: make demo PORT=8123"
            ) from None
    return port


def forget(folder: Path) -> None:
    """Deletes what a demonstration kept."""
    if folder.exists():
        shutil.rmtree(folder)


def commands(port: int) -> dict[str, list[str]]:
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "--app", "schoolimprove"]
    return {
        "site": [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2"],
        # One process and no talk among workers: the transport is a folder of files.
        "worker": [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat"],
        "beat": [*celery, "beat", "--pidfile", ""],
    }


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def obituary(child: Child) -> str:
    return f"{child.how_it_ended()}, and so the demonstration ends. The end of {child.log}:\n\n{child.last_lines()}"
