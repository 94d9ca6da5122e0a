"""Samples of the lists and forms of categories: schemes, rounds, recommendations."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from categorisation.mismatches import actions as mismatch_actions
from categorisation.models import Round, SchemeEdition
from categorisation.recommendations import actions
from categorisation.recommendations.states import RecommendationStatus
from categorisation.schemes.shipped import SHIPPED_SCHEME
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.editions import publish_edition, revise_edition, write_edition
from schoolimprove.policy.nested import dump
from schoolimprove.records.actor import Actor
from schools.models import Letter
from tests.factories.calendar import hold_terms
from tests.factories.categorisation import (
    CategoryDecisionFactory,
    CategoryMismatchFactory,
    RecommendationFactory,
    RoundFactory,
    SchemeEditionFactory,
    recommended,
    whole,
)
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory
from tests.factories.meetings import MeetingFactory
from tests.factories.schools import SchoolFactory, also_appointed, appointed
from tests.integration.pages.sampling import NEXT_WEEK, ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def recommendations(count: int, text: str) -> None:
        for _number in range(count):
            school = SchoolFactory.create(district=county.school.district, name=text)
            RecommendationFactory.create(school=school)

    def rounds(count: int, text: str) -> None:
        first = Round.objects.count()
        for number in range(first, first + count):
            day = date(2000 + number, 1, 1)
            scheme = SchemeEditionFactory.create(title=text)
            RoundFactory.create(
                academic_year=2000 + number, scheme=scheme, recommend_by=day, moderate_by=day + timedelta(days=9)
            )

    def mismatches(count: int, text: str) -> None:
        for _number in range(count):
            school = SchoolFactory.create(district=county.school.district, name=text)
            CategoryMismatchFactory.create(school=school)

    def schemes(count: int, text: str) -> None:
        first = SchemeEdition.objects.count()
        for number in range(first, first + count):
            SchemeEditionFactory.create(published=True, title=text, published_from=date(2027, 1, 1 + number))

    def categories(count: int, text: str) -> None:
        for _number in range(count):
            school = SchoolFactory.create(district=county.school.district, name=text)
            CategoryDecisionFactory.create(school=school)

    # What came with the service is in the way of an empty list.
    SchemeEdition.objects.all().delete()
    lead_member = appointed(Role.LEAD_MEMBER, authority=county.school.authority)
    return {
        "categorisation:categories": ListSample(county.head, county.headteacher, categories, "q=nowhere+at+all"),
        "categorisation:recommendations": ListSample(
            county.head, county.headteacher, recommendations, "q=nowhere+at+all"
        ),
        "categorisation:mismatches": ListSample(county.head, county.headteacher, mismatches, "status=settled"),
        "categorisation:rounds": ListSample(county.head, county.headteacher, rounds, "status=closed"),
        "categorisation:schemes": ListSample(county.head, lead_member, schemes, "q=nowhere+at+all"),
    }


def verb_samples(county: County) -> dict[str, VerbSample]:
    return {**scheme_samples(county), **recommendation_samples(county), **mismatch_samples(county)}


def scheme_samples(county: County) -> dict[str, VerbSample]:
    """A draft that an administrator wrote, and that the Head may publish."""
    administrator = appointed(Role.SYSTEM_ADMINISTRATOR, authority=county.school.authority)
    of_two = Actor(administrator)
    draft = write_edition(SchemeEdition, by=of_two, title="Of two minds", content=dump(SHIPPED_SCHEME))
    scheme = {name: reverse(f"categorisation:scheme_{name}", args=[draft.pk]) for name in ("begin", "edit", "publish")}
    titled = {"title": "Three categories"}

    def revised() -> None:
        revise_edition(again(draft), by=of_two, seen_version=1, title="Four")

    def schemes() -> int:
        return SchemeEdition.objects.filter(**titled).count()

    return {
        "categorisation:scheme_write": VerbSample(
            reverse("categorisation:scheme_write"),
            administrator,
            county.head,
            titled,
            "Three categories",
            counted=schemes,
        ),
        "categorisation:scheme_begin": VerbSample(
            scheme["begin"], administrator, county.head, titled, "Three categories", counted=schemes
        ),
        "categorisation:scheme_edit": VerbSample(
            scheme["edit"], administrator, county.head, titled, "Three categories", finish=revised, closes=False
        ),
        "categorisation:scheme_publish": VerbSample(
            scheme["publish"],
            county.head,
            administrator,
            day("published_from", NEXT_WEEK),
            str(NEXT_WEEK.day),
            finish=lambda: publish_edition(
                again(draft), by=Actor(county.head), on=TUESDAY, published_from=NEXT_WEEK, seen_version=1
            ),
            checks=True,
        ),
        "categorisation:scheme_abandon": VerbSample(
            reverse("categorisation:scheme_abandon", args=[draft.pk]),
            administrator,
            county.head,
            {"reason": "We keep four"},
            "We keep four",
            finish=lambda: make_move(again(draft), "abandon", by=administrator, reason="Not now", seen_version=1),
        ),
    }


def recommendation_samples(county: County) -> dict[str, VerbSample]:
    """Recommendations of the autumn's round, and a review in the spring's; the round of the summer has none."""
    hold_terms(2026)
    schools = [SchoolFactory.create(district=county.school.district) for _number in range(6)]
    for each in schools:
        also_appointed(county.sip, Role.SIP, school=each)
    outsider = county.director
    S = RecommendationStatus
    due, draft = (recommended(county, S.DUE, school=schools[0]), recommended(county, S.DRAFT, school=schools[1]))
    returned, to_share, leaving = (recommended(county, S.SUBMITTED, school=each) for each in schools[2:5])
    to_answer = recommended(county, S.SHARED)
    review: dict[str, Any] = {"term": "spring", "kind": "review"}
    one, several = (recommended(county, S.DUE, school=each, **review) for each in schools[:2])
    closing = RoundFactory.create(term="summer")
    district = county.school.district_id
    assert district
    meeting = MeetingFactory.create(
        group=GroupFactory.create(kind="dirg", authority=None, district=county.school.district)
    )
    left: Any = RecommendationFactory.create(
        school=schools[5],
        status=S.DRAFT,
        author=appointed(Role.SIP, school=SchoolFactory.create()),
        author_role=Role.SIP.value,
    )
    letters = Letter.objects.filter(kind="category", subject_id=CategoryDecisionFactory.create(school=county.school).pk)

    def at(name: str, thing: Any = None) -> str:
        return reverse(f"categorisation:{name}", args=[thing.pk] if thing else [])

    def write_first() -> None:
        actions.write(again(due), whole(), by=county.sip, on=TUESDAY, seen_version=1)

    def withdraw(row: Any) -> Any:
        return lambda: actions.withdraw(
            again(row), by=county.dsim, on=TUESDAY, reason="Closes", seen_version=again(row).version
        )

    return {
        "categorisation:recommendation_write": VerbSample(
            at("recommendation_write", due),
            county.sip,
            outsider,
            {"statement": "Reading has improved"},
            "Reading has improved",
            finish=write_first,
            closes=False,
        ),
        "categorisation:recommendation_submit": VerbSample(
            at("recommendation_submit", draft), county.sip, outsider, {}, "", finish=withdraw(draft)
        ),
        "categorisation:recommendation_give": VerbSample(
            at("recommendation_give", left), county.dsim, outsider, {}, "", finish=withdraw(left)
        ),
        "categorisation:category_letter_again": VerbSample(
            reverse("categorisation:category_letter_again", args=[county.school.urn]),
            county.head,
            outsider,
            {},
            "",
            counted=letters.count,
        ),
        "categorisation:recommendation_return": VerbSample(
            at("recommendation_return", returned),
            county.dsim,
            outsider,
            {"reason": "Say more about writing"},
            "Say more about writing",
            finish=withdraw(returned),
        ),
        "categorisation:recommendation_share": VerbSample(
            at("recommendation_share", to_share), county.dsim, outsider, {}, "", finish=withdraw(to_share)
        ),
        "categorisation:recommendation_withdraw": VerbSample(
            at("recommendation_withdraw", leaving),
            county.head,
            outsider,
            {"reason": "The school closes"},
            "The school closes",
            finish=withdraw(leaving),
        ),
        "categorisation:recommendation_answer": VerbSample(
            at("recommendation_answer", to_answer),
            county.headteacher,
            outsider,
            {"agrees": "no", "words": "Progress is better than that"},
            "Progress is better than that",
            finish=withdraw(to_answer),
            checks=True,
        ),
        "categorisation:recommendation_no_change": VerbSample(
            at("recommendation_no_change", one), county.dsim, outsider, {}, "", finish=withdraw(one)
        ),
        "categorisation:recommendations_no_change": VerbSample(
            at("recommendations_no_change"),
            county.dsim,
            outsider,
            {"rows": [f"{several.pk}.1"]},
            "",
            finish=withdraw(several),
            closes=False,
        ),
        "categorisation:round_close": VerbSample(
            at("round_close", closing),
            county.head,
            outsider,
            {},
            "",
            finish=lambda: make_move(again(closing), "close", by=county.head, seen_version=1),
        ),
        "categorisation:round_agenda": VerbSample(
            at("round_agenda", to_answer.round),
            county.dsim,
            outsider,
            {"meeting": str(meeting.pk), "districts": [str(district)]},
            "Add schools to the agenda",
            counted=lambda: meeting.items.count(),
        ),
        "categorisation:round_open": VerbSample(
            at("round_open"),
            county.head,
            outsider,
            {"term": "2026-autumn"},
            "",
            counted=lambda: Round.objects.filter(term="autumn").count(),
            checks=True,
        ),
    }


def mismatch_samples(county: County) -> dict[str, VerbSample]:
    """One that waits for a response, and two whose response waits for the Head."""
    to_draft, to_sign, returned = (
        CategoryMismatchFactory.create(school=SchoolFactory.create(district=county.school.district))
        for _number in range(3)
    )
    none: dict[str, Any] = {"response": "none", "explanation": "Results rose", "letter_reference": ""}

    def drafted(row: Any) -> Any:
        return mismatch_actions.draft_response(
            again(row), by=county.dsim, on=TUESDAY, seen_version=1, response_on=None, **none
        )

    def send_back(row: Any) -> Any:
        return lambda: mismatch_actions.return_response(
            again(row), by=county.head, on=TUESDAY, reason="Too short", seen_version=2
        )

    def at(move: str, row: Any) -> str:
        return reverse(f"categorisation:mismatch_{move}", args=[row.pk])

    for row in (to_sign, returned):
        drafted(row)
    return {
        "categorisation:mismatch_draft": VerbSample(
            at("draft", to_draft), county.dsim, county.director, none, "Results rose", finish=lambda: drafted(to_draft)
        ),
        "categorisation:mismatch_sign": VerbSample(
            at("sign", to_sign), county.head, county.director, {}, "", finish=send_back(to_sign)
        ),
        "categorisation:mismatch_return": VerbSample(
            at("return", returned),
            county.head,
            county.director,
            {"reason": "Say more about writing"},
            "Say more about writing",
            finish=send_back(returned),
        ),
    }
