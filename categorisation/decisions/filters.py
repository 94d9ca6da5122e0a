"""The filters of decisions: the day they count on, the day they were known, and what was decided."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple

from categorisation.decisions.models import CategoryDecision
from categorisation.recommendations.models import Recommendation
from categorisation.rounds.models import Round
from categorisation.schemes.models import NoScheme, scheme_on
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year, academic_year_bounds
from schoolimprove.pages.lists import DayFilter
from schools.register.filters import SchoolScopeFilter
from schools.register.models.school import Phase, School
from schools.register.scope import in_scope


class DecisionFilter(SchoolScopeFilter):
    """Words, district and partner; the districts are those of all schools whose category the reader sees."""

    def schools(self, queryset: QuerySet[Any]) -> Any:
        seen = in_scope(self.request.user, Permission.VIEW_STANDING)
        return School.objects.filter(seen).order_by().values("pk")

    def day(self, name: str, *, usual: date) -> date:
        """Return the day that was typed, or the usual one."""
        found: date | None = self.form.cleaned_data.get(name)
        return found or usual


class CategoryFilter(DecisionFilter):
    on = DayFilter(label="On this day", method="as_it_is", named="the day")
    known_on = DayFilter(
        label="As known on",
        help_text="Leave out what we decided after this day. Leave it empty to see what we know now.",
        method="as_it_is",
        named="the day",
    )
    category = django_filters.MultipleChoiceFilter(label="Category", widget=CheckboxSelectMultiple, distinct=False)
    level = django_filters.MultipleChoiceFilter(label="Level of support", widget=CheckboxSelectMultiple, distinct=False)

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        try:
            scheme = scheme_on(clock.today()).scheme
        except NoScheme:
            return
        self.filters["category"].extra["choices"] = [
            (each.code, f"{each.code}, {each.label}") for each in scheme.categories
        ]
        self.filters["level"].extra["choices"] = [(each.code, each.label) for each in scheme.levels]

    def as_it_is(self, rows: Any, _name: str, _day: date) -> Any:
        """Leave the rows to `filter_queryset`, which needs both days at once."""
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        on, known_on = self.day("on", usual=clock.today()), self.form.cleaned_data.get("known_on")
        counting = queryset.as_known(on, known_on) if known_on else queryset.as_at(on)
        return super().filter_queryset(counting)


class MovementFilter(DecisionFilter):
    since = DayFilter(label="From this day", method="as_it_is", named="the first day")
    until = DayFilter(label="To this day", method="as_it_is", named="the last day")

    as_it_is = CategoryFilter.as_it_is

    @property
    def days(self) -> tuple[date, date]:
        """Return the two days that are compared: usually the first of the last academic year, and today."""
        until = self.day("until", usual=clock.today())
        return self.day("since", usual=academic_year_bounds(academic_year(until) - 1)[0]), until

    def filter_queryset(self, queryset: Any) -> Any:
        since, until = self.days
        before = CategoryDecision.objects.before(since)
        return super().filter_queryset(queryset.as_at(until).annotate(before=before))


class ModerationFilter(SchoolScopeFilter):
    round = django_filters.MultipleChoiceFilter(
        label="Round", field_name="recommendation__round", widget=CheckboxSelectMultiple, distinct=False
    )
    phase = django_filters.MultipleChoiceFilter(
        label="Phase",
        field_name="school__phase",
        choices=Phase.choices,
        widget=CheckboxSelectMultiple,
        distinct=False,
    )

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        decided = Recommendation.objects.filter(decisions__isnull=False).order_by().values("round")
        rounds = Round.objects.filter(pk__in=decided).order_by("-recommend_by")
        self.filters["round"].extra["choices"] = [(str(each.pk), str(each)) for each in rounds]
