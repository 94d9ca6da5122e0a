"""Category rounds: the list, one round with its progress by district and SIP, and opening the round of a term."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters
from django.db.models import Count, Q, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from categorisation.opening import actions
from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.rules import PROGRESS_LABELS, Progress
from categorisation.rounds.models import Round
from categorisation.rounds.states import RoundStatus
from categorisation.schemes.models import NoScheme
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages.columns import Column
from schoolimprove.pages.lists import ListPage
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.records.transition import Blocked
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form, RadiosField
from schools.register.partners import NOBODY, SIP_SCOPES, Sips
from schools.register.scope import COLUMNS
from schools.visits.opening.actions import terms_near

SHOWN = [each for each in Progress if each != Progress.WITHDRAWN]
LIST = "categorisation:rounds"


class RoundFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label="Status", choices=Round.STATES.choices(), empty_label="Open and closed")

    class Meta:
        model = Round
        fields: Sequence[str] = ()


class RoundList(ListPage):
    title = "Category rounds"
    noun, row = ("round", "rounds"), "A round: one in each term"
    permission, filters, order, route = Permission.VIEW_RECOMMENDATION, RoundFilter, ("-recommend_by", "-pk"), LIST
    nothing = components.Empty("No rounds yet", "We open a round each term. The Head can open one earlier.")
    columns = (
        Column("round", "Round", "Term and year", str, lambda row: components.Link(str(row), row.get_absolute_url())),
        Column("kind", "Kind", "Annual or review", Round.get_kind_display),
        Column("recommend_by", "Recommend by", "Day by which categories are recommended", sort=("recommend_by",)),
        Column("moderate_by", "Decide by", "Day by which they are moderated", sort=("moderate_by",)),
        Column("scheme", "Category scheme", "Title of the scheme it uses", "scheme.title", file_only=True),
        Column("undecided", "To decide", "Your schools whose category is not decided yet", numeric=True),
        Column("status", "Status", "Open or closed", Round.get_status_display),
    )

    def rows(self) -> QuerySet[Round]:
        mine = Recommendation.objects.undecided_to(self.request.user).order_by().values("pk")
        undecided = Q(recommendations__in=mine)
        rounds = Round.objects.visible_to(self.request.user).select_related("scheme")
        return rounds.annotate(undecided=Count("recommendations", filter=undecided))

    def exportable(self, rows: QuerySet[Round]) -> QuerySet[Round]:
        return rows if user_can(self.request.user, Permission.EXPORT) else rows.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filters_above=True, **kwargs)


class RoundPage(NounPage):
    """A round, and how far the schools of the reader have come: by district, or in one district by SIP."""

    model, route, list_route, key = Round, "categorisation:round", LIST, "round"
    template_name = "categorisation/round.html"
    verbs: ClassVar[Mapping[str, Any]] = {"close": actions.close_round}

    @classmethod
    def facts(cls, subject: Any, user: Any) -> Sequence[components.Fact]:
        return [
            components.Fact("Kind", subject.get_kind_display()),
            components.Fact("Recommend by", subject.recommend_by),
            components.Fact("Decide by", subject.moderate_by),
            components.Fact("Category scheme", subject.scheme.title),
        ]

    @classmethod
    def visible(cls, user: Any) -> Any:
        return Round.objects.visible_to(user).select_related("scheme")

    @classmethod
    def blockers(cls, subject: Any, move: Move, *, on: date) -> list[str]:
        return actions.blockers_to_closing(subject)

    @classmethod
    def knows_all(cls, user: Any, subject: Any) -> bool:
        return True

    @classmethod
    def crumbs(cls, subject: Any) -> list[components.Crumb]:
        return [components.Crumb("Category rounds", reverse(LIST)), components.Crumb(str(subject))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = Recommendation.objects.visible_to(self.request.user).with_progress(self.request.user)
        rows = rows.filter(round=context["subject"])
        list_url = reverse("categorisation:recommendations")
        is_open = context["subject"].status == RoundStatus.OPEN
        adds = is_open and user_can(self.request.user, Permission.KEEP_GROUPS)
        agenda = reverse("categorisation:round_agenda", args=[context["subject"].pk])
        return context | {
            "moves": [*([("Add schools to a meeting’s agenda", agenda)] if adds else []), *context["moves"]],
            "progress": [by_district(rows, context["subject"]), by_sip(rows, context["subject"])],
            "list_url": f"{list_url}?{urlencode({'round': context['subject'].pk})}#results",
        }


def by_district(rows: Any, shown: Round) -> components.Table:
    """Return how many schools of each district are how far; `rows` have their progress. One query."""
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    grouped = rows.order_by().values_list("school__district", "school__district__name", "progress")
    for key, name, progress, number in grouped.annotate(number=Count("pk")):
        counts[str(key or ""), name or ""][progress] += number
    named = sorted(counts, key=lambda each: (not each[1], each[1]))
    cells = [
        [_link(name or "No district", shown, district=key) if key else "No district", *_numbers(counts[key, name])]
        for key, name in named
    ]
    return _table("Progress by district", "District", cells)


def by_sip(rows: Any, shown: Round) -> components.Table:
    """Return how many schools of each SIP are how far; a school with two SIPs counts for both. Two queries."""
    sips, counts = Sips.today(), defaultdict[str, Counter[str]](Counter)
    columns = {COLUMNS[kind]: f"school__{COLUMNS[kind]}" for kind in SIP_SCOPES}
    for *keys, progress in rows.order_by().values_list(*columns.values(), "progress"):
        people = sips.of(dict(zip(columns, keys, strict=True)))
        for person in people or {0}:
            counts[str(person or NOBODY)][progress] += 1
    names = {str(pk): name for pk, name in sips.names.items()} | {NOBODY: "No SIP"}
    named = sorted(counts, key=lambda key: (key == NOBODY, names[key].casefold()))
    cells = [[_link(names[key], shown, sip=key), *_numbers(counts[key])] for key in named]
    return _table("Progress by SIP", "School Improvement Partner", cells)


def _numbers(counts: Counter[str]) -> list[int]:
    return [counts[each] for each in SHOWN]


def _link(label: str, shown: Round, **chosen: str) -> components.Link:
    query = urlencode({"round": shown.pk, **chosen})
    return components.Link(label, f"{reverse('categorisation:recommendations')}?{query}#results")


def _table(caption: str, first: str, cells: list[list[Any]]) -> components.Table:
    columns = [components.Column(first), *(components.Column(PROGRESS_LABELS[each], numeric=True) for each in SHOWN)]
    return components.Table(caption, columns, cells, empty="No schools that you can see are in this round.")


class TermOfRoundForm(Form):
    submit_label = "Continue"

    term = RadiosField(label="Term", named="a term")


class RoundOpen(VerbPage):
    """Open the round of a term, or add the schools it lacks; the user sees first what will happen."""

    form_class, heading = TermOfRoundForm, "Open a category round"
    lede = "Every school that we serve in the term gets a recommendation. If the round is open, we add missing schools."
    final = "You can withdraw a school from the round, but you cannot delete the round."
    check_heading, send_label = "Check what will happen", "Open the round"

    def find(self) -> None:
        pass

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.OPEN_ROUND)

    @cached_property
    def terms(self) -> list[Any]:
        return terms_near(clock.today())

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["term"].choices = [(each.key, each.label) for each in self.terms]
        return form

    def get_initial(self) -> dict[str, Any]:
        return {"term": self.request.GET.get("term", "")}

    def closed(self) -> str:
        return "" if self.terms else "No term is in progress or begins in the next 2 weeks."

    def stopped(self, form: Any) -> Any:
        try:
            self.planned(form)
        except (Blocked, NoScheme) as error:
            form.add_error(None, error if isinstance(error, Blocked) else str(error))
            return self.form_invalid(form)
        return super().stopped(form)

    def planned(self, form: Any) -> actions.OpenedRound:
        year, _, term = form.cleaned_data["term"].partition("-")
        return actions.open_round(int(year), term, by=self.request.user, on=clock.today(), dry_run=True)  # type: ignore[arg-type]

    def answers(self, form: Any) -> list[components.Fact]:
        plan = self.planned(form)
        return [
            *super().answers(form),
            components.Fact("Kind", plan.round.get_kind_display()),
            components.Fact("Recommend by", clock.uk_date(plan.round.recommend_by)),
            components.Fact("Decide by", clock.uk_date(plan.round.moderate_by)),
            components.Fact("Schools to add", f"{len(plan.schools):,}"),
            components.Fact("Schools already in the round", f"{plan.present:,}"),
        ]

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> actions.OpenedRound:
        year, _, term = fields["term"].partition("-")
        return actions.open_round(int(year), term, by=by, on=on)

    def done_message(self, result: actions.OpenedRound) -> str:
        added = len(result.schools)
        return f"You opened the {result.round}. {added:,} school{' was' if added == 1 else 's were'} added."

    def back_url(self) -> str:
        return reverse(LIST)

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb("Category rounds", reverse(LIST)), components.Crumb(self.heading)]


def paths() -> list[URLPattern]:
    return [
        *RoundList.paths("rounds/"),
        path("rounds/open/", RoundOpen.as_view(), name="round_open"),
        *RoundPage.paths("rounds/"),
    ]
