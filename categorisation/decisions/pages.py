"""Categories as at a day, movement between two days, changes by moderation, and the Category tab of a school."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import get_text_list

from categorisation.decisions.actions import ALL_DRAFTED, draft_letters_again
from categorisation.decisions.filters import CategoryFilter, ModerationFilter, MovementFilter
from categorisation.decisions.models import CategoryDecision, about_decisions
from categorisation.decisions.rules import support_list
from categorisation.recommendations.actions import roles_to_answer_in
from categorisation.recommendations.models import Recommendation
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.models import NoScheme, scheme_on
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.pages import columns
from schoolimprove.pages.columns import Column
from schoolimprove.pages.figures import FiguresPage
from schoolimprove.ui import components
from schoolimprove.ui.charts import Chart, Series
from schoolimprove.ui.forms import Form
from schools.letters.models import Letter
from schools.register.models.school import Phase
from schools.register.pages import SchoolListPage, SchoolTabView, SchoolVerbPage
from schools.register.school_facts import OverviewFact, overview_facts
from schools.register.scope import in_scope
from schools.register.tabs import SchoolTab, school_tabs

READS = (Permission.VIEW_STANDING, Permission.VIEW_STANDING_WHEN_TOLD)
NONE_BEFORE = "None"
AGAIN = "Draft the letter again"


def seen_by(user: Any) -> Any:
    """Return the decisions of the schools whose category an officer sees."""
    return CategoryDecision.objects.filter(in_scope(user, Permission.VIEW_STANDING, school="school"))


class CategoryList(SchoolListPage):
    title, noun, row = "Categories", ("school", "schools"), "The category of a school on a day"
    route, permission = "categorisation:categories", Permission.VIEW_STANDING
    filters, order = CategoryFilter, ("school__name", "pk")
    nothing = components.Empty(
        "No categories yet",
        "Categories appear here when a group decides them. A system administrator can import those of earlier years.",
    )
    columns = (
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda row: components.Link(row.school.name, row.get_absolute_url()),
            sort=("school__name",),
        ),
        Column(
            "district", "District", "District of the school", "school.district.name", sort=("school__district__name",)
        ),
        Column("category", "Category", "Category with its name", "label", sort=("category",)),
        Column("level", "Level", "Level of support", "support.label", sort=("level",)),
        Column("effective_on", "Applies from", "Day from which it applies", sort=("effective_on",)),
        Column("decided_on", "Decided", "Day on which it was decided", sort=("decided_at",)),
        Column("reason", "Reason", "Why", file_only=True),
    )

    @classmethod
    def file_name(cls) -> str:
        return "categories"

    def rows(self) -> Any:
        return seen_by(self.request.user).for_lists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filters_above=True, **kwargs)


class Movement(FiguresPage):
    """How many schools went from which category to which, between two days."""

    title, noun = "Movement between categories", ("school", "schools")
    lede = "Compare the categories of two days. We count schools that have a category on the last day."
    permission, filters = Permission.VIEW_STANDING, MovementFilter
    nothing = components.Empty("No categories on that day", "Select another day, or clear the filters.")

    def rows(self) -> Any:
        return seen_by(self.request.user)

    def tables(self, rows: QuerySet[Any]) -> Sequence[components.Table]:
        counted = rows.order_by().values_list("before", "category").annotate(number=Count("pk"))
        self.counts = {(before or NONE_BEFORE, after): number for before, after, number in counted}
        if not self.counts:
            return []
        since, until = self.filterset.days
        befores, afters = (self.ranked({pair[place] for pair in self.counts}) for place in (0, 1))
        lines = [
            [self.labels.get(before, before), *(self.counts.get((before, after), 0) for after in afters)]
            for before in befores
        ]
        caption = f"From {clock.uk_date(since)} (rows) to {clock.uk_date(until)} (columns)"
        heads = [components.Column(self.labels.get(each, each), numeric=True) for each in afters]
        all_heads = [components.Column("Category before"), *heads, components.Column("All", numeric=True)]
        return [components.Table(caption, all_heads, [[*line, sum(line[1:])] for line in lines])]

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Return code → label in the order of the scheme in force, the strongest first."""
        try:
            categories = scheme_on(clock.today()).scheme.categories
        except NoScheme:
            return {}
        return {each.code: f"{each.code}, {each.label}" for each in categories} | {NONE_BEFORE: "No category"}

    def ranked(self, codes: Collection[str]) -> list[str]:
        known = [each for each in self.labels if each in codes]
        return [*known, *sorted(set(codes) - set(known))]

    def chart(self, tables: Sequence[components.Table]) -> Chart | None:
        if not tables:
            return None
        order = self.ranked({code for pair in self.counts for code in pair} - {NONE_BEFORE})
        befores = [each for each in order if any(before == each for before, _after in self.counts)]
        moved: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for (before, after), number in self.counts.items():
            if before in order:
                change = order.index(after) - order.index(before)
                moved["stronger" if change < 0 else "weaker" if change else "same"][before] += number
        tones = (("stronger", "Stronger", "answered"), ("same", "The same", "shared"), ("weaker", "Weaker", "late"))
        series = [Series(label, [moved[key][each] for each in befores], tone) for key, label, tone in tones]
        label = "Schools whose category became stronger, stayed or became weaker, by the category before"
        return Chart(label, [self.labels.get(each, each) for each in befores], series, "Schools")


class ModerationChanges(FiguresPage):
    """How often the category decided was not the one recommended: by who recommended it, phase and district."""

    title, noun = "Changes by moderation", ("decision", "decisions")
    lede = "How often a group decided on another category than the one recommended, in annual rounds."
    permission, filters = Permission.VIEW_MODERATION, ModerationFilter
    nothing = components.Empty("No decisions yet", "Figures appear when a group has decided recommended categories.")

    def rows(self) -> Any:
        mine = in_scope(self.request.user, Permission.VIEW_MODERATION, school="school")
        annual = CategoryDecision.objects.counting().filter(mine, recommendation__isnull=False)
        return annual.exclude(recommendation__category="")

    def tables(self, rows: QuerySet[Any]) -> Sequence[components.Table]:
        return [
            _changed("By the person who recommended", "Recommended by", rows, "recommendation__author__name"),
            _changed("By phase", "Phase", rows, "school__phase", labels=dict(Phase.choices)),
            _changed("By district", "District", rows, "school__district__name"),
        ]


def _changed(
    caption: str, head: str, rows: QuerySet[Any], column: str, *, labels: Mapping[str, str] | None = None
) -> components.Table:
    """Return how many of the decisions of each group are not as recommended. One query."""
    is_changed = When(~Q(category=F("recommendation__category")), then=Value(1))
    changed = Sum(Case(is_changed, default=Value(0), output_field=IntegerField()))
    counted = rows.order_by().values_list(column).annotate(number=Count("pk"), changed=changed).order_by(column)
    lines = [
        [(labels or {}).get(key, key) or f"No {head.lower()}", number, changed, f"{changed / number:.0%}"]
        for key, number, changed in counted
    ]
    heads = [components.Column(head)]
    heads += [components.Column(each, numeric=True) for each in ("Decided", "Changed", "Share changed")]
    return components.Table(caption, heads, lines)


class CategoryOfSchool(SchoolTabView):
    """What is asked of the reader, the category with what follows from it, and how it came to be."""

    template_name = "categorisation/school_category.html"
    tab, permission = "category", READS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, clock.today()
        officer = user_can(user, Permission.VIEW_STANDING, on=self.school)
        rows = history_of(user, [self.school.pk, *(each.pk for each in self.predecessors)])
        current = category_on(rows, self.school.pk, today)
        shown = HISTORY if officer else [each for each in HISTORY if each.name in OF_SCHOOL]
        read_rows = rows if officer else [each for each in rows if each.counts]
        return super().get_context_data(
            asked=[*asked_of(user, self.school), *letters_lacking(user, self.school)],
            current=decision_facts(current) if current else [],
            support=support_list(current.support) if current else [],
            support_from=current.support_from if current else None,
            history=columns.table("History", shown, read_rows, empty="No decisions yet."),
            officer=officer,
            **kwargs,
        )


def history_of(user: Any, school_ids: Collection[int]) -> list[Any]:
    """Return the decisions of schools that this user may read, the one that counts first, each with its letter.

    `counts` is whether another replaced it, as far as this user may know. Three queries.
    """
    visible = CategoryDecision.objects.visible_to(user).filter(school__in=school_ids)
    rows: list[Any] = list(visible.for_lists().select_related("round", "recommendation"))
    withdrawn = {each.supersedes_id for each in rows if each.is_void}
    replaced = {each.supersedes_id for each in rows if each.pk not in withdrawn}
    about = Letter.objects.visible_to(user).filter(**about_decisions(), subject_id__in=[each.pk for each in rows])
    letters = {each.subject_id: each for each in about.order_by("pk")}
    for each in rows:
        each.counts = each.pk not in replaced
        each.became = "Withdrawn" if each.pk in withdrawn else "Counts" if each.counts else "Replaced"
        each.letter = letters.get(each.pk)
    return [each for each in rows if not each.is_void]


def category_on(rows: Sequence[Any], school_id: int, on: date) -> Any:
    """Return which of the decisions a user reads counts on a day: to a school, the last one that it was told of."""
    own = (each for each in rows if each.school_id == school_id and each.counts)
    return next((each for each in own if each.effective_on <= on), None)


def _letter(row: Any) -> Any:
    if row.letter:
        return components.Link(row.letter.reference, row.letter.get_absolute_url(), row.letter.get_status_display())
    return "None"


HISTORY = (
    Column("effective_on", "Applies from"),
    Column("category", "Category", value="label"),
    Column("level", "Level of support", value="support.label"),
    Column("why", "Why", value=lambda row: row.why or "No reason recorded"),
    Column("decided", "Decided", value="decided_on"),
    Column("by", "By", value=lambda row: str(row.by or "Imported")),
    Column("letter", "Letter", value=_letter),
    Column("became", "Now"),
)
OF_SCHOOL = {"effective_on", "category", "level", "why", "letter"}
"""What a headteacher reads of it: nothing of who decided it, or of what was corrected."""


def decision_facts(row: Any) -> list[components.Fact]:
    return [
        components.Fact("Category", row.label, source=f"since {clock.uk_date(row.effective_on)}"),
        components.Fact("Why", row.why, empty="No reason recorded"),
        components.Fact("Level of support", row.support.label, source=f"from {clock.uk_date(row.support_from)}"),
        components.Fact("Letter", _letter(row) if row.letter else "", empty="No letter yet"),
    ]


def asked_of(user: Any, school: Any) -> list[components.Link]:
    """Return the recommendations to which this user still has to answer. Two queries where there is one."""
    shared = Recommendation.objects.visible_to(user).filter(school=school, status=RecommendationStatus.SHARED)
    return [
        components.Link("Agree or disagree with the recommended category", f"{row.get_absolute_url()}answer/")
        for row in shared.select_related("round", "school")
        if roles_to_answer_in(user, row)
    ]


def letters_lacking(user: Any, school: Any) -> list[components.Link]:
    """Return the link to draft again what was discarded, for the user who issues letters. One query for them."""
    issues = user_can(user, Permission.ISSUE_LETTER, on=school)
    if not issues or not CategoryDecision.objects.without_letter().filter(school=school).exists():
        return []
    return [components.Link(AGAIN, reverse("categorisation:category_letter_again", args=[school.urn]))]


class AgainForm(Form):
    submit_label = AGAIN


class LetterAgain(SchoolVerbPage):
    """Draft the letter of a category that was discarded."""

    form_class, heading, permission = AgainForm, AGAIN, Permission.ISSUE_LETTER
    tab = ("Category", "categorisation:category_of_school")
    lede = "The letter was discarded, so the school does not know its category yet. You can read the new draft and "
    lede += "edit it before you issue it."
    done = "You drafted {result}."

    def closed(self) -> str:
        lacking = CategoryDecision.objects.without_letter().filter(school=self.school)
        return "" if lacking.exists() else ALL_DRAFTED

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> str:
        letters = draft_letters_again(self.school, by=by, on=on)
        return get_text_list([f"letter {each.reference}" for each in letters], "and")


def support_facts(user: Any, school_ids: Collection[int], on: date) -> dict[int, components.Fact]:
    """Return what support follows from the level of each school, as far as the user may know."""
    rows, found = history_of(user, school_ids), {}
    for key in school_ids:
        if row := category_on(rows, key, on):
            *most, last = support_list(row.support)
            words = f"{row.support.label} support: {'; '.join(most)}; and {last}" if most else last
            found[key] = components.Fact("Support", words, source=f"from {clock.uk_date(row.support_from)}")
    return found


def register() -> None:
    """Register the tab and the line of the overview of a school; called once, when the app is ready."""
    school_tabs.register(SchoolTab("category", 15, "Category", "categorisation:category_of_school", READS))
    overview_facts.register(OverviewFact("support", 10, support_facts))


def paths() -> list[URLPattern]:
    return [
        *CategoryList.paths(""),
        path("movement/", Movement.as_view(), name="movement"),
        path("moderation-changes/", ModerationChanges.as_view(), name="moderation_changes"),
        path("schools/<int:urn>/letter/", LetterAgain.as_view(), name="category_letter_again"),
        path("schools/<int:urn>/", CategoryOfSchool.as_view(), name="category_of_school"),
    ]
