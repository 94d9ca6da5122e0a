"""Recommendations: the list, one of them with its evidence, writing it, its moves, and the school's answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from categorisation.recommendations import actions
from categorisation.recommendations.evidence import evidence_for, last_assessment
from categorisation.recommendations.forms import AnswerForm, AssessmentForm, initial_of
from categorisation.recommendations.hand_over import blockers_to_giving, give_to_partner
from categorisation.recommendations.models import Agreement, Recommendation
from categorisation.recommendations.rules import ANSWERING, PROGRESS_LABELS, Progress
from categorisation.recommendations.states import NO_CHANGE, RecommendationStatus
from categorisation.rounds.models import Round
from categorisation.schemes.rules import Heading, headings_for
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.states import Move
from schoolimprove.pages.bulk import BulkPage
from schoolimprove.pages.columns import Column
from schoolimprove.pages.nouns import NounPage
from schoolimprove.pages.verbs import VerbPage
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schoolimprove.ui.forms import Form
from schools.policy import SEF_GRADES
from schools.register.filters import SchoolScopeFilter
from schools.register.models.standing import StandingKind
from schools.register.pages import SchoolListPage
from schools.register.partners import Sips
from schools.register.standing import standing_of

CATEGORIES = "Categories"
LIST = "categorisation:recommendations"


class RecommendationFilter(SchoolScopeFilter):
    round = django_filters.ChoiceFilter(label="Round", empty_label="Every round")
    progress = django_filters.MultipleChoiceFilter(
        label="Progress", choices=list(PROGRESS_LABELS.items()), widget=CheckboxSelectMultiple
    )
    category = django_filters.MultipleChoiceFilter(label="Category recommended", widget=CheckboxSelectMultiple)

    class Meta:
        model = Recommendation
        fields: Sequence[str] = ()

    def __init__(self, data: Any, queryset: Any, **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        rounds = Round.objects.order_by("-recommend_by")
        self.filters["round"].extra["choices"] = [(str(each.pk), str(each)) for each in rounds]
        codes = queryset.exclude(category="").order_by("category").values_list("category", flat=True)
        self.filters["category"].extra["choices"] = [(code, code) for code in codes.distinct()]


class RecommendationList(SchoolListPage):
    title = "Recommended categories"
    noun, row = ("recommendation", "recommendations"), "A school in a round"
    permission, filters, order = (
        Permission.VIEW_RECOMMENDATION,
        RecommendationFilter,
        ("-round__status", "round__recommend_by", "school__name", "pk"),
    )
    route = LIST
    bulk = ("Recommend no change", "categorisation:recommendations_no_change")
    nothing = components.Empty(
        "No recommendations yet", "We add each school that you can see when a category round opens."
    )
    columns = (
        Column("urn", "URN", "Unique reference number of the school", "school.urn", file_only=True),
        Column(
            "school",
            "School",
            "Name of the school",
            "school.name",
            lambda row: components.Link(row.school.name, row.get_absolute_url(), str(row.round)),
            sort=("school__name",),
        ),
        Column("round", "Round", "Term and year of the round", lambda row: str(row.round), file_only=True),
        Column(
            "district", "District", "District of the school", "school.district.name", sort=("school__district__name",)
        ),
        Column("sip", "SIP", "School Improvement Partner today", lambda row: ", ".join(row.sips)),
        Column("current", "Category now", "Category the school has", lambda row: row.current),
        Column("category", "Recommended", "Category recommended; empty while it is not", sort=("category",)),
        Column("level", "Level", "Level of support recommended", lambda row: level_name(row), sort=("level",)),
        Column(
            "progress",
            "Progress",
            "How far it has come",
            lambda row: PROGRESS_LABELS[Progress(row.progress)],
            lambda row: components.Status(row.progress, PROGRESS_LABELS[Progress(row.progress)]),
            sort=("progress",),
        ),
        Column("author", "Author", "Who wrote it", lambda row: str(row.author or ""), file_only=True),
        Column("shared_at", "Shared", "When the school could first read it", file_only=True),
    )

    def rows(self) -> QuerySet[Recommendation]:
        rows = Recommendation.objects.visible_to(self.request.user).with_progress(self.request.user)
        return rows.for_lists()

    def prepared(self, rows: Sequence[Any]) -> Sequence[Any]:
        sips = Sips.at([row.school_id for row in rows])
        standings = standing_of(self.request.user, [row.school_id for row in rows], clock.today())
        for row in rows:
            row.sips = sips.names_of(row.school)
            current = standings.get(row.school_id, {}).get(StandingKind.CATEGORY)
            row.current = current.label if current else ""
        return rows

    def tickable(self, rows: Sequence[Any]) -> set[int]:
        """Return the rows of reviews that this user may leave as they are."""
        waiting = [row for row in rows if row.status == RecommendationStatus.DUE and not row.round.is_annual]
        return {row.pk for row in waiting if user_can(self.request.user, Permission.REVIEW_CATEGORY, on=row)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filters_above=True, **kwargs)


def level_name(row: Recommendation) -> str:
    """Return the label of the level recommended; empty while none is."""
    return row.scheme.level(row.level).label if row.level else ""


def category_name(row: Recommendation) -> str:
    if not row.category:
        return ""
    return f"{row.category}, {row.scheme.category(row.category).label.lower()}"


def ratings_table(row: Recommendation) -> components.Table:
    """Return the ratings with what the scheme says of each, and the evidence."""
    ratings = {each.heading: each for each in row.assessment.ratings}
    headings: Sequence[Heading] = headings_for(row.scheme, row.category)
    found = [(heading, ratings[heading.key]) for heading in headings if heading.key in ratings]
    rows = [
        [
            heading.label,
            rating.category,
            heading.characteristics.get(rating.category, ""),
            rating.evidence or "None given",
        ]
        for heading, rating in found
    ]
    columns = [components.Column(label) for label in ("Heading", "Rating", "What that means", "Evidence")]
    return components.Table("Ratings", columns, rows, empty="No ratings yet.")


def causes_table(row: Recommendation) -> components.Table:
    labels = {each.key: each.label for each in row.scheme.causes}
    rows = [[labels.get(each.key, each.key), each.evidence] for each in row.assessment.causes]
    columns = [components.Column("Cause of concern"), components.Column("Evidence")]
    return components.Table("Causes of concern", columns, rows, empty="No causes of concern.")


def answers_table(answers: Sequence[Agreement]) -> components.Table:
    """Return what the school says; a silence that was broken later is not shown."""
    given = {each.role for each in answers if each.agrees is not None}
    words = {True: "Agrees", False: "Disagrees", None: "None received"}
    rows = [
        [each.get_role_display(), words[each.agrees], each.words or "No comments", each.at]
        for each in answers
        if each.agrees is not None or each.role not in given
    ]
    columns = [components.Column(label) for label in ("From", "Answer", "Comments", "When")]
    return components.Table("What the school says", columns, rows, empty="No answers yet.")


def _answer_fact(row: Any) -> list[components.Fact]:
    """Return what the school says, of a recommendation that it was asked about and that the reader thinks open."""
    asked = row.progress in ANSWERING
    return [components.Fact("The school’s answer", PROGRESS_LABELS[Progress(row.progress)])] if asked else []


class RecommendationPage(NounPage):
    model, route, list_route, key = Recommendation, "categorisation:recommendation", LIST, "recommendation"
    template_name = "categorisation/recommendation.html"
    verbs: ClassVar[Mapping[str, Any]] = {
        "submit": actions.submit,
        NO_CHANGE: actions.recommend_no_change,
        "return": actions.return_to_author,
        "give": give_to_partner,
        "share": actions.share,
        "withdraw": actions.withdraw,
    }

    @classmethod
    def visible(cls, user: Any) -> Any:
        rows = Recommendation.objects.visible_to(user).with_progress(user)
        return rows.select_related("round__scheme", "school__district__double_district", "author", "updated_by")

    @classmethod
    def known_status(cls, subject: Any) -> Any:
        return RecommendationStatus.SHARED if subject.progress in ANSWERING else subject.status

    @classmethod
    def offers(cls, subject: Any, move: Move) -> bool:
        annual = subject.round.is_annual
        if move.verb == NO_CHANGE:
            return not annual
        return bool(annual) or move.verb == "withdraw"

    @classmethod
    def blockers(cls, subject: Any, move: Move, *, on: date) -> list[str]:
        if move.verb == NO_CHANGE:
            return actions.blockers_to_no_change(subject, on=on)
        if move.verb == "give":
            return blockers_to_giving(subject)
        return actions.blockers_to_submitting(subject) if move.verb == "submit" else []

    @classmethod
    def facts(cls, subject: Any, user: Any) -> Sequence[components.Fact]:
        return [
            components.Fact("Round", str(subject.round)),
            *_answer_fact(subject),
            components.Fact("Category recommended", category_name(subject), empty="None yet"),
            components.Fact("Level of support", level_name(subject), empty="None yet"),
            *([components.Fact("Why that level", subject.level_reason)] if subject.level_reason else []),
            components.Fact("The school’s own grade", subject.sef_grade, empty="Not entered"),
            components.Fact("Written by", str(subject.author) if subject.author else "", empty="No one yet"),
        ]

    @classmethod
    def knows_all(cls, user: Any, subject: Any) -> bool:
        return user_can(user, Permission.VIEW_RECOMMENDATION, on=subject)

    @classmethod
    def crumbs(cls, subject: Any) -> list[components.Crumb]:
        return [
            components.Crumb("Schools", reverse("schools:list")),
            components.Crumb(subject.school.name, subject.school.get_absolute_url()),
            components.Crumb("Recommended category"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        subject, user = context["subject"], self.request.user
        knows_all = self.knows_all(user, subject)
        writes = actions.writing_as(user, subject) is not None and subject.status in ("due", "draft")
        extra = [("Write" if subject.status == "due" else "Edit", self.url_of(subject) + "write/")] if writes else []
        if actions.roles_to_answer_in(user, subject):
            extra.append(("Agree or disagree", self.url_of(subject) + "answer/"))
        return context | {
            "page_title": "Recommended category",
            "caption": subject.school.name,
            "moves": [*extra, *context["moves"]],
            "ratings": ratings_table(subject) if subject.assessment.ratings and subject.category else None,
            "causes": causes_table(subject) if subject.assessment.causes else None,
            "answers": answers_table(list(subject.agreements.all())) if subject.shared_at else None,
            "evidence": evidence_for(user, subject) if knows_all else None,
        }


class OneRecommendation(VerbPage):
    """A form about one recommendation."""

    def find(self) -> None:
        self.subject = get_object_or_404(
            RecommendationPage.visible(self.request.user), pk=self.kwargs["recommendation"]
        )

    @property
    def caption(self) -> str:  # type: ignore[override]
        return str(self.subject)

    def crumbs(self) -> list[components.Crumb]:
        *above, own = RecommendationPage.crumbs(self.subject)
        return [*above, components.Crumb(own.label, self.back_url()), components.Crumb(self.heading)]


class RecommendationWrite(OneRecommendation):
    """Write a recommendation beside the evidence of the year."""

    template_name = "categorisation/recommendation_write.html"
    form_class, heading = AssessmentForm, "Recommend a category"
    lede = "Save as often as you like. No one but you and your managers can read it until it is shared."
    done = "You saved the recommendation."

    def may(self, user: Any) -> bool:
        writer = user_can(user, Permission.RECOMMEND, on=self.subject)
        if writer and not self.subject.round.is_annual:
            raise Http404
        return writer

    def closed(self) -> str:
        if self.subject.status not in (RecommendationStatus.DUE, RecommendationStatus.DRAFT):
            return f"You can no longer edit this. It is now {self.subject.get_status_display().lower()}."
        if actions.writing_as(self.request.user, self.subject) is None:
            return f"{self.subject.author} is writing this recommendation."
        return ""

    @cached_property
    def last(self) -> Recommendation | None:
        return last_assessment(self.request.user, self.subject)

    def get_initial(self) -> dict[str, Any]:
        starts = self.subject.status == RecommendationStatus.DUE and "last" in self.request.GET and self.last
        return initial_of(self.last.assessment if starts and self.last else self.subject.assessment)

    def get_form_kwargs(self) -> dict[str, Any]:
        grades = policy_value(SEF_GRADES, on=clock.today()).entries
        return {**super().get_form_kwargs(), "scheme": self.subject.scheme, "grades": grades}

    def fields(self, form: Any) -> dict[str, Any]:
        return {"written": form.written()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.write(self.subject, fields["written"], by=by, on=on, seen_version=seen_version)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_new = self.subject.status == RecommendationStatus.DUE
        return super().get_context_data(
            evidence=evidence_for(self.request.user, self.subject), last=self.last if is_new else None, **kwargs
        )


class RecommendationAnswer(OneRecommendation):
    """The headteacher or the chair agrees or disagrees."""

    form_class, heading, done = AnswerForm, "Agree or disagree", "You sent your answer."
    final = "You cannot change your answer after you send it. The group that decides the category reads it."

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.ANSWER_RECOMMENDATION, on=self.subject)

    def closed(self) -> str:
        if actions.roles_to_answer_in(self.request.user, self.subject):
            return ""
        return "You have already answered, or this recommendation is no longer open to answers."

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"We recommend category {category_name(self.subject)}, with {level_name(self.subject).lower()} support."

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Agreement:
        agrees, words = fields["agrees"] == "yes", fields["words"]
        return actions.answer(self.subject, by=by, on=on, agrees=agrees, words=words, seen_version=seen_version)


class NoChangeForm(Form):
    submit_label = "Recommend no change"


class NoChangeMany(BulkPage):
    """Leave the categories of several schools as they are, in a review."""

    form_class, heading = NoChangeForm, "Recommend no change"
    noun, rows_label, done = (
        ("school", "schools"),
        "Schools whose category should stay as it is",
        "No change for {result}.",
    )
    lede = "Their category and level of support go to the group as they are."

    def find(self) -> None:
        pass

    def may(self, user: Any) -> bool:
        return user_can(user, Permission.REVIEW_CATEGORY)

    def rows(self) -> QuerySet[Recommendation]:
        due = Recommendation.objects.to_review_by(self.request.user).select_related("round", "school__district")
        return due.order_by("school__name", "pk")

    def label_of(self, row: Recommendation) -> str:
        return str(row)

    def act_on(self, row: Recommendation, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actions.recommend_no_change(row, by=by, on=on, seen_version=seen_version)

    def back_url(self) -> str:
        return reverse(LIST)

    def crumbs(self) -> list[components.Crumb]:
        return [components.Crumb(CATEGORIES, reverse(LIST)), components.Crumb(self.heading)]


def paths() -> list[URLPattern]:
    one = "recommendations/<int:recommendation>/"
    return [
        *RecommendationList.paths("recommendations/"),
        path("recommendations/no-change/", NoChangeMany.as_view(), name="recommendations_no_change"),
        *RecommendationPage.paths("recommendations/"),
        path(f"{one}write/", RecommendationWrite.as_view(), name="recommendation_write"),
        path(f"{one}answer/", RecommendationAnswer.as_view(), name="recommendation_answer"),
    ]
