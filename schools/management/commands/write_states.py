from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolimprove.lib.states import Move, StateTable
from schools.states import IMPORT_RUN, RECORD_OF_VISIT

TABLES = [RECORD_OF_VISIT, IMPORT_RUN]
HEAD = "# States and moves\n\nWritten by `manage.py write_states` from the state tables in the code. Do not edit.\n"


class Command(BaseCommand):
    help = "Write docs/states.md from the state tables; with --check, fail when it is not what the code says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "states.md"
        text = document(TABLES)
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError("docs/states.md is not what the code says. Run manage.py write_states.")


def document(tables: list[StateTable]) -> str:
    """The whole page: one section a table."""
    return HEAD + "".join(_section(table) for table in tables)


def _section(table: StateTable) -> str:
    states = "".join(f"- **{table.labels[status]}** (`{status.value}`)\n" for status in table.statuses)
    head = "| verb | from | to | who | guard | effect | reason |\n|---|---|---|---|---|---|---|\n"
    return f"\n## {table.noun}\n\nStarts as *{table.labels[table.initial]}*.\n\n{states}\n{head}" + "".join(
        _row(table, move) for move in table.moves
    )


def _row(table: StateTable, move: Move) -> str:
    sources = ", ".join(sorted(table.labels[status] for status in move.sources))
    reason = "required" if move.reason_required else ""
    cells = [move.verb, sources, table.labels[move.target], move.who, move.guard, move.effect, reason]
    return f"| {' | '.join(cells)} |\n"
