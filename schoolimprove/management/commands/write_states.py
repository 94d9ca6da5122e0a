from enum import StrEnum

from categorisation.mismatches.states import MISMATCH
from categorisation.recommendations.states import RECOMMENDATION
from categorisation.rounds.states import ROUND
from categorisation.schemes.states import SCHEME_EDITION
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, roles_with
from schoolimprove.lib.states import Act, Move, StateTable
from schools.groups.states import GROUP
from schools.imports.states import IMPORT_RUN
from schools.inspections.states import FRAMEWORK_EDITION
from schools.letters.states import LETTER, LETTER_TEMPLATE
from schools.management.documents import WritesDocument
from schools.meetings.states import MEETING
from schools.records.states import ACTION, CORRECTION, RECORD_OF_VISIT, STRENGTH
from schools.referrals.states import REFERRAL
from schools.visits.states import PROGRAMME_EDITION, VISIT

TABLES = [
    *(PROGRAMME_EDITION, VISIT, RECORD_OF_VISIT, CORRECTION, ACTION, STRENGTH, GROUP, LETTER, LETTER_TEMPLATE),
    *(MEETING, REFERRAL, IMPORT_RUN, FRAMEWORK_EDITION, SCHEME_EDITION, ROUND, RECOMMENDATION, MISMATCH),
]
HEAD = "# States and moves\n\nWritten by `manage.py write_states` from the state tables in the code. Do not edit.\n"


class Command(WritesDocument):
    help = "Write docs/states.md from the state tables. With --check, fail if it is out of date."
    document = "states.md"

    def text(self) -> str:
        return document(TABLES)


def document(tables: list[StateTable]) -> str:
    """The whole page: one section a table."""
    return HEAD + "".join(_section(table) for table in tables)


def _section(table: StateTable) -> str:
    states = "".join(f"- **{table.labels[status]}** (`{status.value}`)\n" for status in table.statuses)
    head = "| verb | from | to | who | guard | effect | reason |\n|---|---|---|---|---|---|---|\n"
    moves = head + "".join(_row(table, move) for move in table.moves)
    return f"\n## {table.noun}\n\nStarts as *{table.labels[table.initial]}*.\n\n{states}\n{moves}{_acts(table)}"


def _row(table: StateTable, move: Move) -> str:
    reason = "required" if move.reason_required else ""
    return _cells(
        move.verb,
        _named(table, move.sources),
        table.labels[move.target],
        who_makes(move),
        move.guard,
        move.effect,
        reason,
    )


def who_makes(move: Move) -> str:
    """Return the sentence of the move, or the roles that hold its permission."""
    roles = {role for permission in move.permissions for role in roles_with(Permission(permission))}
    return move.who or ", ".join(label for role, label in ROLE_LABELS.items() if role in roles)


def _acts(table: StateTable) -> str:
    """What is done without moving, where there is any."""
    head = "\nWithout moving it:\n\n| verb | in | who | guard | effect |\n|---|---|---|---|---|\n"
    return head + "".join(_act(table, act) for act in table.acts) if table.acts else ""


def _act(table: StateTable, act: Act) -> str:
    return _cells(act.verb, _named(table, act.states), act.who, act.guard, act.effect)


def _named(table: StateTable, statuses: frozenset[StrEnum]) -> str:
    """In the order of the table."""
    return ", ".join(table.labels[status] for status in table.statuses if status in statuses)


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
