"""Who acts, where nobody has told records how to find an appointment."""

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.records import actor
from schoolimprove.records.actor import SYSTEM, Actor, actor_for
from schoolimprove.records.appendonly import AppendOnly


def test_the_system_is_nobody() -> None:
    assert (SYSTEM.user, SYSTEM.user_id, SYSTEM.appointment_id) == (None, None, None)


def test_an_actor_is_known_by_the_key_of_the_user() -> None:
    assert Actor(User(pk=7, name="Somebody"), 9).user_id == 7


def test_without_a_finder_an_act_in_the_admin_has_no_appointment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "_finder", None)
    somebody = User(pk=7)
    assert actor_for(somebody, "schools.add_person") == Actor(somebody)


def test_an_append_only_table_is_written_into_a_migration_as_it_was_made() -> None:
    made = AppendOnly("invented_row", "OLD.approved")
    assert made.deconstruct() == ("AppendOnly", ["invented_row", "OLD.approved"], {})
