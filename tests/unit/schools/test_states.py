"""State tables: each is whole in itself, and the record's is the domain's."""

import pytest

from schoolimprove.lib.states import StateTable
from schools.management.commands.write_states import TABLES
from schools.states import RECORD_OF_VISIT, RecordStatus

tables = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.noun)


@tables
def test_every_verb_is_named_once(table: StateTable) -> None:
    verbs = [move.verb for move in table.moves]
    assert len(set(verbs)) == len(verbs)


@tables
def test_every_state_has_a_label_and_a_choice(table: StateTable) -> None:
    assert table.choices() == [(status.value, table.labels[status]) for status in table.statuses]
    assert len(set(table.labels.values())) == len(table.statuses)


@tables
def test_every_state_is_reached_from_the_first(table: StateTable) -> None:
    reached = {table.initial}
    for _ in table.statuses:
        reached |= {move.target for move in table.moves if move.sources & reached}
    assert reached == set(table.statuses)


@tables
def test_every_move_leads_from_states_to_another_and_says_who_makes_it(table: StateTable) -> None:
    for move in table.moves:
        assert move.sources <= set(table.statuses)
        assert move.target in set(table.statuses) - move.sources
        assert move.who
        assert move.past


def test_a_verb_nobody_knows_is_no_move() -> None:
    with pytest.raises(KeyError, match="close"):
        RECORD_OF_VISIT.move("close")


def test_a_shared_record_is_never_taken_back() -> None:
    assert [move.verb for move in RECORD_OF_VISIT.moves if RecordStatus.SHARED in move.sources] == []


def test_only_returning_asks_for_a_reason() -> None:
    assert [move.verb for move in RECORD_OF_VISIT.moves if move.reason_required] == ["return"]
