"""The demonstration, loaded once: a template database that tests read a copy of, and the folder of its files.

Loading takes up to 20 seconds of processor time. Template and folder are kept until something of the product changes.
"""

import fcntl
import hashlib
import inspect
import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from schoolimprove.lib import clock
from tests import databases
from tests.processes import ROOT

DAY = date(2026, 10, 31)
"""The last Saturday of the half-term holiday in autumn, on which the demonstration of `make test` lives."""
SEED = 1
CODE = "123456"
"""The code that every second factor of the demonstration accepts."""
SOURCES = ("schoolimprove", "schools", "behaviour", "categorisation", "interventions", "finance", "templates")
FILES = ROOT / "var" / "demonstrations"


def template() -> str:
    """Return the name of the template database; build it first if it or its files are missing."""
    migrated = str(connection.settings_dict["TEST"]["TEMPLATE"])
    name = f"{migrated.rpartition('_migrated_')[0]}_demonstration_{_hash()}"
    FILES.mkdir(parents=True, exist_ok=True)
    with FILES.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not files().exists():
            databases.drop(name)
        return databases.template_once(name, _load, begin_with=migrated)


def files() -> Path:
    """Return the folder that holds the files of the demonstration. Read it, and write nothing into it."""
    return FILES / _hash()


def _load() -> None:
    # Where this module is imported, Django may not know its apps yet.
    from schoolimprove.demo.load import load_demo

    for outdated in FILES.glob("*"):
        shutil.rmtree(outdated)
    with override_settings(DEMO=True, DEMO_SECOND_FACTOR=CODE, BLOB_ROOT=files()), clock.at(DAY):
        call_command("migrate", verbosity=0)
        load_demo(today=DAY, seed=SEED)


@cache
def _hash() -> str:
    """Return a hash of everything that affects what is loaded."""
    found = hashlib.sha256(f"{django.__version__} {DAY} {SEED} {inspect.getsource(_load)}".encode())
    for path in sorted(_sources()):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    for folder in SOURCES:
        yield from (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
