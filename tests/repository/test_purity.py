"""Rules, states and the library need no Django; nothing happens by signal; nothing prints or sleeps."""

import ast
import subprocess
import sys
from collections.abc import Iterator

from tests.processes import ROOT
from tests.source import dotted, found_in_modules, modules

PURE = sorted(
    {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in [*modules(), *modules(under="schoolimprove/lib")]
        if {"rules", "states"} & set(path.with_suffix("").parts) or path.is_relative_to("schoolimprove/lib")
    }
)
IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
sys.exit(" ".join(name for name in sys.modules if name.split(".")[0] == "django") or 0)
"""


def test_rules_states_and_the_library_are_imported_without_django() -> None:
    """In a fresh process, where not even something imported on the way may bring Django in."""
    assert {"schools.records.rules", "schools.visits.states", "schoolimprove.lib.clock"} <= set(PURE)
    done = subprocess.run([sys.executable, "-c", IMPORT, *PURE], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


SIGNALS = {
    "schoolimprove/policy/apps.py": "Ships policy after migrating, as Django ships its permissions.",
    "schoolimprove/accounts/apps.py": "Takes away Django's own, which notes a sign-in before the second factor.",
}


def signals(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        if module.startswith("django.dispatch") or (module.startswith("django.") and module.endswith("signals")):
            yield getattr(node, "lineno", 0)


def test_nothing_happens_by_signal() -> None:
    assert set(found_in_modules(signals)) == set(SIGNALS)


def test_the_import_of_a_signal_would_be_found() -> None:
    for line in (
        "from django.dispatch import receiver",
        "from django.db.models.signals import post_save",
        "from django.core.signals import request_finished",
    ):
        assert list(signals(ast.parse(line)))


def noises(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) in ("print", "breakpoint", "time.sleep"):
            yield node.lineno


ALLOWED_NOISES = {
    "schoolimprove/supervisor.py": "Runs the demonstration in somebody's terminal, and waits for its children."
}


def test_nothing_prints_or_sleeps() -> None:
    assert set(found_in_modules(noises)) == set(ALLOWED_NOISES)
