"""A status is written by `records.transition()` and nowhere else."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps

from tests.source import dotted, found_in_modules, texts_of

ALLOWED = {
    "schoolimprove/records/transition.py": "The one function that writes a status.",
    "schoolimprove/reminders/failed.py": "The status of an email in the outbox, which is another's table.",
    "schoolimprove/middleware.py": "The status of an HTTP response, in a line of the log.",
}
WRITES = {"create", "update", "get_or_create", "update_or_create", "acreate", "aupdate"}
IN_SQL = re.compile(r"\bset\b[^;]*\bstatus\b\s*=|insert\s+into[^;(]*\([^)]*\bstatus\b", re.IGNORECASE)


@cache
def models_with_a_status() -> set[str]:
    return {
        model.__name__ for model in apps.get_models() if any(field.name == "status" for field in model._meta.fields)
    }


def writes_of_status(tree: ast.AST) -> Iterator[int]:
    """The lines on which something's status is written, or a dict is made that could be unpacked to write it."""
    for node in ast.walk(tree):
        if _is_written(node):
            yield getattr(node, "lineno", 0)
    yield from (line for line, text in texts_of(tree) if IN_SQL.search(text))


def _is_written(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="status", ctx=ast.Store()):
            return True
        case ast.Dict(keys=keys):
            return any(isinstance(key, ast.Constant) and key.value == "status" for key in keys)
        case ast.Subscript(slice=ast.Constant(value="status"), ctx=ast.Store()):
            return True
        case ast.Call():
            return _call_writes(node)
    return False


def _call_writes(call: ast.Call) -> bool:
    name = dotted(call.func).rpartition(".")[2] or getattr(call.func, "attr", "")
    by_name = any(keyword.arg == "status" for keyword in call.keywords)
    listed = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("fields", "update_fields"))]
    if name == "setattr":
        return any(isinstance(each, ast.Constant) and each.value == "status" for each in call.args)
    if name in ("bulk_update", "save"):
        return any(
            isinstance(each, ast.Constant) and each.value == "status" for part in listed for each in ast.walk(part)
        )
    return by_name and name in WRITES | models_with_a_status() | {"dict"}


def test_no_module_writes_a_status_but_by_a_transition() -> None:
    found = found_in_modules(writes_of_status)
    assert {module: lines for module, lines in found.items() if module not in ALLOWED} == {}
    assert set(ALLOWED) == set(found), "an exception is needed no more"


WRONG = [
    "record.status = 'shared'",
    "record.status: str = 'shared'",
    "a, record.status = 1, 'shared'",
    "setattr(record, 'status', 'shared')",
    "records.filter(pk=1).update(status='shared')",
    "RecordOfVisit.objects.create(visit=visit, status='shared')",
    "RecordOfVisit(visit=visit, status='shared')",
    "records.update_or_create(pk=1, defaults={'status': 'shared'})",
    "records.update(**{'status': 'shared'})",
    "records.update(**dict(status='shared'))",
    "fields['status'] = 'shared'",
    "records.bulk_update(found, ['status'])",
    "record.save(update_fields=['status'])",
    "cursor.execute('UPDATE schools_recordofvisit SET version = 2, status = %s')",
    "cursor.execute(f'INSERT INTO {table} (id, status) VALUES (1, 2)')",
]


@pytest.mark.parametrize("line", WRONG)
def test_each_way_of_writing_one_would_be_found(line: str) -> None:
    assert list(writes_of_status(ast.parse(line)))


RIGHT = [
    "records.filter(status='shared')",
    "Q(status=RecordStatus.SHARED)",
    "status = models.CharField(max_length=20)",
    "if record.status == 'shared': pass",
    "render(request, 'page.html', status=410)",
    "index = models.Index(fields=['author', 'status'])",
    "cursor.execute('SELECT status FROM schools_recordofvisit WHERE status = %s')",
]


@pytest.mark.parametrize("line", RIGHT)
def test_reading_one_is_nobodys_business(line: str) -> None:
    assert list(writes_of_status(ast.parse(line))) == []
