"""Append-only tables: a database trigger refuses update and delete, on both engines."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations


class AppendOnly(migrations.RunPython):
    """Migration operation that makes `table` append-only, or only its rows of which `when` holds (SQL on OLD).

    With `columns` only these cannot be written; no row can be deleted all the same.
    """

    reduces_to_sql = False

    def __init__(self, table: str, when: str = "", columns: Sequence[str] = ()) -> None:
        self.table, self.when, self.columns = table, when, tuple(columns)
        super().__init__(self._add, self._drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.when], {"columns": self.columns} if self.columns else {}

    def _add(self, _apps: Any, editor: Any) -> None:
        self._run(_ADD, editor)

    def _drop(self, _apps: Any, editor: Any) -> None:
        self._run(_DROP, editor)

    def _run(self, statements: Mapping[str, Sequence[str]], editor: Any) -> None:
        update = f"UPDATE OF {', '.join(self.columns)}" if self.columns else "UPDATE"
        when = f"WHEN ({self.when})" if self.when else ""
        for statement in statements[editor.connection.vendor]:
            editor.execute(statement.format(table=self.table, update=update, when=when))


class StillAppendOnly(AppendOnly):
    """After a field was added to such a table: SQLite makes the table anew for it, without its triggers."""

    def _add(self, apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            super()._add(apps, editor)

    def _drop(self, _apps: Any, _editor: Any) -> None:
        """What was there before stays."""


_ADD = {
    "postgresql": [
        "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER {table}_append_only BEFORE {update} OR DELETE ON {table}"
        " FOR EACH ROW {when} EXECUTE FUNCTION {table}_append_only()",
    ],
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE {update} ON {table} {when}"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        "CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {when}"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ],
}
_DROP = {
    "postgresql": [
        "DROP TRIGGER {table}_append_only ON {table}",
        "DROP FUNCTION {table}_append_only()",
    ],
    "sqlite": ["DROP TRIGGER IF EXISTS {table}_no_update", "DROP TRIGGER IF EXISTS {table}_no_delete"],
}
