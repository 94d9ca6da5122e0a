"""A category scheme, a round and its recommendations."""

from datetime import date, datetime
from typing import Any

import factory

from categorisation.decisions.actions import NewDecision, decide
from categorisation.decisions.rules import Decided
from categorisation.models import Agreement, CategoryDecision, CategoryMismatch, Recommendation, Round, SchemeEdition
from categorisation.policy import ANNUAL
from categorisation.recommendations import actions
from categorisation.recommendations.rules import Assessment, Rating
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.rules import headings_for
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.lib.clock import LONDON
from schoolimprove.policy.nested import dump
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.actor import Actor
from schools.models import School
from tests.factories.accounts import UserFactory
from tests.factories.county import TUESDAY, County
from tests.factories.inspections import InspectionFactory
from tests.factories.schools import SchoolFactory, StandingFactory

NOON = datetime(2026, 11, 3, 12, tzinfo=LONDON)


class SchemeEditionFactory(factory.django.DjangoModelFactory[SchemeEdition]):
    """A draft; with `published` one that is in force from its first day."""

    class Meta:
        model = SchemeEdition

    class Params:
        published = factory.Trait(status=EditionStatus.PUBLISHED, published_from=date(2026, 9, 1))

    title = "Invented scheme"
    content = factory.LazyFunction(lambda: dump(SHIPPED_SCHEME))


class RoundFactory(factory.django.DjangoModelFactory[Round]):
    """The autumn's of the county's year, as an annual round."""

    class Meta:
        model = Round
        django_get_or_create = ("academic_year", "term")

    academic_year = 2026
    term = "autumn"
    kind = ANNUAL
    scheme = factory.SubFactory(SchemeEditionFactory)
    recommend_by = date(2026, 11, 20)
    moderate_by = date(2026, 12, 11)


class RecommendationFactory(factory.django.DjangoModelFactory[Recommendation]):
    class Meta:
        model = Recommendation

    round = factory.SubFactory(RoundFactory)
    school = factory.SubFactory(SchoolFactory)


class AgreementFactory(factory.django.DjangoModelFactory[Agreement]):
    class Meta:
        model = Agreement

    recommendation = factory.SubFactory(
        RecommendationFactory,
        status=RecommendationStatus.SHARED,
        author=factory.SubFactory(UserFactory),
        author_role="sip",
        shared_at=NOON,
        shared_by=factory.SubFactory(UserFactory),
    )
    role = "headteacher"
    agrees = True
    by = factory.SubFactory(UserFactory)
    at = NOON


class CategoryDecisionFactory(factory.django.DjangoModelFactory[CategoryDecision]):
    """Category 2 with low support from 1 September 2025, decided six weeks before; written straight."""

    class Meta:
        model = CategoryDecision

    school = factory.SubFactory(SchoolFactory)
    scheme = factory.SubFactory(SchemeEditionFactory)
    category = "2"
    level = "low"
    effective_on = date(2025, 9, 1)
    decided_at = datetime(2025, 7, 15, 12, tzinfo=LONDON)
    by = factory.SubFactory(UserFactory)


class CategoryMismatchFactory(factory.django.DjangoModelFactory[CategoryMismatch]):
    """Category 2 where Ofsted found the school inadequate; written straight."""

    class Meta:
        model = CategoryMismatch

    school = factory.SubFactory(SchoolFactory)
    inspection = factory.SubFactory(InspectionFactory, school=factory.SelfAttribute("..school"))
    decision = factory.SubFactory(CategoryDecisionFactory, school=factory.SelfAttribute("..school"))
    direction = "harsher"
    grade = "Inadequate"
    found_on = TUESDAY


def whole(category: str = "2", **other: Any) -> Assessment:
    """An assessment that lacks nothing, of the shipped scheme."""
    ratings = tuple(Rating(each.key, category, "As the visits show") for each in headings_for(SHIPPED_SCHEME, category))
    usual: dict[str, Any] = {
        "sef_grade": "Strong standard",
        "ratings": ratings,
        "category": category,
        "level": SHIPPED_SCHEME.category(category).level,
        "statement": "The school knows what to improve.",
    }
    return Assessment(**{**usual, **other})


def recommended(
    county: County,
    status: RecommendationStatus = RecommendationStatus.SHARED,
    *,
    school: School | None = None,
    written: Assessment | None = None,
    on: date = TUESDAY,
    **round_: Any,
) -> Recommendation:
    """The county's recommendation, by the verbs as far as `status`: written by the SIP, shared by the DSIM."""
    row: Recommendation = RecommendationFactory.create(school=school or county.school, round=RoundFactory(**round_))
    if not row.round.is_annual and not row.school.standings.exists():
        StandingFactory.create(school=row.school, kind="category", code="2", label="2, Good")
    if status == RecommendationStatus.DUE:
        return row
    if not row.round.is_annual:
        actions.recommend_no_change(row, by=county.dsim, on=on, seen_version=row.version)
        return row
    actions.write(row, written or whole(), by=county.sip, on=on, seen_version=row.version)
    if status != RecommendationStatus.DRAFT:
        actions.submit(row, by=county.sip, on=on, seen_version=row.version)
    if status == RecommendationStatus.SHARED:
        actions.share(row, by=county.dsim, on=on, seen_version=row.version)
    return row


def decided(
    county: County, row: Recommendation, category: str = "2", *, on: date = TUESDAY, **other: Any
) -> CategoryDecision:
    """The decision of a recommendation by the Head, from that day on, with the usual level."""
    level = SHIPPED_SCHEME.category(category).level
    new = NewDecision(row.school, row.round.scheme, Decided(category, level, **other), on, row)
    [made] = decide([new], by=Actor(county.head), on=on)
    return made
