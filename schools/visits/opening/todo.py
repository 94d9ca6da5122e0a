"""Terms to open, as tasks of everybody at whose schools core visits of a term are missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.calendar.models import Term
from schoolimprove.lib import clock
from schoolimprove.reminders.registry import Dated, Described, Expected, Provider, Rule, providers, rules
from schools.register.models.school import School
from schools.visits.opening.actions import terms_near, terms_to_open, unopened

OPEN = "term.open"


def register() -> None:
    """Register the rules. Call once, when the app is ready."""
    rules.register(Rule(OPEN, 60, "Create core visits", "rule 9.2", described=_described, asked_of=_asked_of))
    providers.register(Provider("opening", 60, expected, frozenset({OPEN})))


def expected(on: date) -> Iterator[Expected]:
    """Return the terms of now and the next fortnight of which schools have no core visit. A query for each, and two."""
    ours = School.objects.filter(authority__own=True).open()
    keys = {(year, name): key for key, year, name in Term.objects.values_list("pk", "academic_year", "name")}
    for days in terms_near(on):
        if unopened(ours, days).exists():
            yield Expected(OPEN, Term._meta.label_lower, keys[days.year, days.term], due_on=days.first)


def _asked_of(user: Any, _on: date) -> Q | None:
    return Q() if user_can(user, Permission.OPEN_TERM) else None


def _described(user: Any, dated: Sequence[Dated]) -> Mapping[int, Described]:
    """Say how many of a user's schools wait, and leave out a term in which none of theirs does."""
    terms = Term.objects.filter(pk__in={each.subject_id for each in dated})
    keys = {(row.academic_year, row.name): row.pk for row in terms}
    return {
        keys[days.year, days.term]: Described(
            days.label,
            "",
            f"{reverse('schools:term_open')}?term={days.key}#results",
            task=f"Create core visits for {days.spoken}",
            about=f"{count:,} school{' has' if count == 1 else 's have'} no core visit for it yet",
        )
        for days, count in terms_to_open(user, on=clock.today())
        if (days.year, days.term) in keys
    }
