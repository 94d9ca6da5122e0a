"""State tables: each is whole in itself, and the record's is the domain's."""

import pytest

from categorisation.mismatches.states import MISMATCH
from categorisation.recommendations.states import RECOMMENDATION
from categorisation.rounds.states import ROUND
from categorisation.schemes.states import SCHEME_EDITION
from schoolimprove.lib.states import StateTable
from schoolimprove.management.commands.write_states import TABLES
from schools.groups.states import GROUP
from schools.imports.states import IMPORT_RUN
from schools.inspections.states import FRAMEWORK_EDITION
from schools.letters.states import LETTER, LETTER_TEMPLATE
from schools.meetings.states import MEETING
from schools.records.states import ACTION, CORRECTION, RECORD_OF_VISIT, SHARED_STATES, STRENGTH
from schools.referrals.states import REFERRAL
from schools.visits.states import PROGRAMME_EDITION, VISIT

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


STAYS = {("Visit", "reschedule"), ("Recommendation of a category", "give"), ("Record of Visit", "correct")}
"""Moves that may lead where the thing already is: another date, another version."""


@tables
def test_every_move_leads_from_states_to_another_and_says_who_makes_it(table: StateTable) -> None:
    for move in table.moves:
        assert move.sources <= set(table.statuses)
        assert move.target in set(table.statuses)
        assert (move.target in move.sources) is ((table.noun, move.verb) in STAYS)
        assert move.who or move.permissions
        assert move.past


@tables
def test_what_is_done_without_moving_says_in_which_states_and_by_whom(table: StateTable) -> None:
    for act in table.acts:
        assert act.states <= set(table.statuses)
        assert act.states
        assert act.who
    assert not {act.verb for act in table.acts} & {move.verb for move in table.moves}


def test_a_verb_nobody_knows_is_no_move() -> None:
    with pytest.raises(KeyError, match="vanish"):
        RECORD_OF_VISIT.move("vanish")


def test_a_shared_record_is_never_taken_back() -> None:
    targets = {move.target for move in RECORD_OF_VISIT.moves if move.sources & SHARED_STATES}
    assert targets == SHARED_STATES


NEEDS_REASON = [
    (PROGRAMME_EDITION, {"abandon"}),
    (VISIT, {"note agreement", "ask for another date", "reschedule", "cancel", "void"}),
    (RECORD_OF_VISIT, {"return", "abandon", "undo presentation", "close unpresented", "correct"}),
    (CORRECTION, {"return", "withdraw"}),
    (ACTION, {"drop"}),
    (STRENGTH, {"withdraw"}),
    (GROUP, {"end"}),
    (MEETING, {"cancel"}),
    (REFERRAL, {"decline"}),
    (IMPORT_RUN, set[str]()),
    (LETTER, {"discard", "withdraw"}),
    (LETTER_TEMPLATE, {"abandon"}),
    (SCHEME_EDITION, {"abandon"}),
    (ROUND, set[str]()),
    (RECOMMENDATION, {"return", "withdraw"}),
    (MISMATCH, {"return"}),
    (FRAMEWORK_EDITION, {"abandon"}),
]


@tables
def test_these_moves_ask_for_a_reason_and_no_others(table: StateTable) -> None:
    [wanted] = [verbs for each, verbs in NEEDS_REASON if each is table]
    assert {move.verb for move in table.moves if move.reason_required} == wanted
