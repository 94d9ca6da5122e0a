"""Append-only tables: a database trigger refuses update and delete, on both engines."""

from typing import Any

from django.db import migrations


class AppendOnly(migrations.RunPython):
    """Migration operation that makes `table` append-only, or only its rows of which `when` holds (SQL on OLD)."""

    reduces_to_sql = False

    def __init__(self, table: str, when: str = "") -> None:
        self.table = table
        self.when = when
        super().__init__(self._add, self._drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.when], {}

    def _add(self, _apps: Any, editor: Any) -> None:
        for statement in _ADD[editor.connection.vendor]:
            editor.execute(statement.format(table=self.table, when=f"WHEN ({self.when})" if self.when else ""))

    def _drop(self, _apps: Any, editor: Any) -> None:
        for statement in _DROP[editor.connection.vendor]:
            editor.execute(statement.format(table=self.table, when=f"WHEN ({self.when})" if self.when else ""))


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
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW {when} EXECUTE FUNCTION {table}_append_only()",
    ],
    "sqlite": [
        "CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {when}"
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
