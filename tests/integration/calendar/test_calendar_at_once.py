"""Two who change the calendar at the same moment, each in a transaction of their own on PostgreSQL."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from schoolimprove.calendar.models import ClosureDay, Term
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.transition import Conflict
from schools.imports.calendar.run import read
from schools.imports.core.outcome import Outcome
from schools.imports.core.registry import Work
from schools.imports.core.undo import save_kept
from tests.factories.calendar import AUTUMN, TermFactory
from tests.integration.together import one_before_the_other_commits

pytestmark = pytest.mark.django_db(transaction=True)
FIXTURE = Path(__file__).parents[2] / "fixtures" / "calendar" / "terms.csv"


def imported() -> Outcome:
    with transaction.atomic():
        return read([FIXTURE], Work())


def edited(term: Term) -> bool:
    """As the admin saves it: the row is locked, and then written."""
    term.ends_on = date(2026, 12, 17)
    return save_kept(term, "changed", by=SYSTEM, fields=["ends_on"])


def test_of_two_imports_at_once_the_second_finds_what_the_first_added() -> None:
    first, second = one_before_the_other_commits(imported, imported)
    assert (first.added, second.added, second.unchanged) == (4, 0, 4)
    assert (Term.objects.count(), ClosureDay.objects.count()) == (3, 1)


def test_an_import_waits_for_who_is_saving_and_changes_what_they_saved() -> None:
    term = TermFactory.create(academic_year=2026, name=AUTUMN)
    saved, outcome = one_before_the_other_commits(lambda: edited(term), imported)
    assert (saved, outcome.changed, outcome.added) == (True, 1, 3)
    assert Term.objects.get(name=AUTUMN).ends_on == date(2026, 12, 18)


def test_who_saves_while_an_import_writes_is_told_that_it_came_first() -> None:
    term = TermFactory.create(academic_year=2026, name=AUTUMN, starts_on=date(2026, 9, 2))
    mine: Any = Term.objects.get(pk=term.pk)
    outcome, lost = one_before_the_other_commits(imported, lambda: edited(mine))
    assert outcome.changed == 1
    assert isinstance(lost, Conflict)
