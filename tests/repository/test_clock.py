"""What day it is, is asked of `schoolimprove.lib.clock` and of nothing else, so that all of it can live on any day."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.processes import ROOT
from tests.source import dotted, found_in_modules, texts_of

ALLOWED = {
    "schoolimprove/lib/clock/moment.py": "The clock itself.",
    "schoolimprove/alive.py": "Compares with the time the machine gave a file.",
    "schoolimprove/accounts/actions/second_factor.py": "Devices are locked by a package that lives by the machine's.",
}
CALLS = re.compile(
    r"(^|\.)(datetime|date)\.(now|utcnow|today)$|(^|\.)timezone\.(now|localdate)$|^time\.(time|localtime|gmtime)$"
)
IN_SQL = re.compile(r"\bnow\(\)|\bcurrent_(timestamp|date|time)\b|'now'", re.IGNORECASE)


def readings(tree: ast.AST) -> Iterator[int]:
    """The lines that read the machine's clock, or leave it to Django or to the database."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and CALLS.search(dotted(node)):
            yield node.lineno
        if isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.value.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "django.db.models.functions":
            yield from (node.lineno for name in node.names if name.name == "Now")
    yield from (line for line, text in texts_of(tree) if IN_SQL.search(text))


def test_no_module_reads_the_machines_clock() -> None:
    found = found_in_modules(readings)
    assert {module: lines for module, lines in found.items() if module not in ALLOWED} == {}
    assert set(ALLOWED) == set(found), "an exception is needed no more"


def test_no_template_reads_the_machines_clock() -> None:
    folders = [ROOT / "templates", *ROOT.glob("*/templates"), *ROOT.glob("*/*/templates")]
    templates = [path for folder in folders if "node_modules" not in folder.parts for path in folder.rglob("*.*")]
    assert templates
    assert [str(path) for path in templates if re.search(r"{%\s*now\b", path.read_text())] == []


WRONG = [
    "datetime.now(UTC)",
    "datetime.datetime.utcnow()",
    "date.today()",
    "dt.date.today()",
    "default=timezone.now",
    "django.utils.timezone.now()",
    "timezone.localdate()",
    "time.time()",
    "models.DateTimeField(auto_now=True)",
    "models.DateTimeField(auto_now_add=True)",
    "from django.db.models.functions import Lower, Now",
    "cursor.execute('UPDATE t SET at = now()')",
    "cursor.execute('INSERT INTO t VALUES (CURRENT_TIMESTAMP)')",
    "cursor.execute(\"SELECT datetime('now')\")",
]


@pytest.mark.parametrize("line", WRONG)
def test_each_way_of_reading_it_would_be_found(line: str) -> None:
    source = f"f({line})" if line.startswith("default=") else line
    assert list(readings(ast.parse(source)))


@pytest.mark.parametrize("line", ["clock.now()", "clock.today()", "time.monotonic()", "datetime.combine(day, noon)"])
def test_our_own_clock_is_no_offence(line: str) -> None:
    assert list(readings(ast.parse(line))) == []
