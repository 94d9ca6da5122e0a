"""Days of visits: how many a school is entitled to, how many are used, and who sets and sees what."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import Entitlement
from schools.visits.entitlement.actions import Usage, days_used, set_entitlement, usage_of, usage_told
from schools.visits.states import VisitStatus
from tests.factories.county import TUESDAY, County
from tests.factories.schools import DistrictFactory, SchoolFactory, VisitFactory, appointed
from tests.factories.visits import EntitlementFactory
from tests.integration.signing_in import signed_in
from tests.integration.together import together

pytestmark = pytest.mark.django_db
PERFORMANCE = "performance_management"


def held(county: County, day: date, days: str, **other: object) -> None:
    VisitFactory.create(school=county.school, author=county.sip, held_on=day, days=Decimal(days), **other)


# Used.


def test_days_are_those_of_visits_held_in_the_academic_year(county: County) -> None:
    held(county, date(2026, 8, 31), "1.0")
    held(county, date(2026, 9, 1), "0.5")
    held(county, date(2027, 8, 31), "2.0", kind="monitoring")
    held(county, date(2027, 9, 1), "1.0")
    held(county, TUESDAY, "1.0", status=VisitStatus.CANCELLED)
    held(county, TUESDAY, "0.5", kind=PERFORMANCE)
    assert days_used([county.school.pk], 2026) == {county.school.pk: Decimal("3.0")}
    usage = usage_of([county.school.pk], 2026)[county.school.pk]
    assert (usage.used, usage.on_management, usage.entitled) == (Decimal("3.0"), Decimal("0.5"), Decimal(5))


@pytest.mark.parametrize(
    ("entitled", "used", "said"),
    [
        ("5", "3.5", "3.5 of 5 days used in 2026/27"),
        ("5", "0", "0 of 5 days used in 2026/27"),
        ("1", "1.0", "1 of 1 day used in 2026/27"),
        ("5", "6.0", "6 of 5 days used in 2026/27, 1 day over the entitlement"),
        ("7.5", "10.0", "10 of 7.5 days used in 2026/27, 2.5 days over the entitlement"),
    ],
)
def test_usage_is_told_in_words(entitled: str, used: str, said: str) -> None:
    assert str(Usage(2026, Decimal(entitled), Decimal(used))) == said


def test_more_days_than_the_entitlement_are_told_and_not_refused(county: County) -> None:
    EntitlementFactory.create(school=county.school, days=Decimal("0.5"))
    county.record()
    page = signed_in(county.sip).get(county.school.get_absolute_url()).content.decode()
    assert "1 of 0.5 days used in 2026/27, 0.5 days over the entitlement" in page


def test_usage_of_many_schools_takes_three_queries(county: County) -> None:
    taken = []
    for count in (2, 20):
        made = [SchoolFactory.create() for _ in range(count)]
        for school in made:
            VisitFactory.create(school=school)
            EntitlementFactory.create(school=school)
        schools = [school.pk for school in made]
        with CaptureQueriesContext(connection) as queries:
            usage_of(schools, 2026)
        taken.append(len(queries))
    assert taken == [3, 3]


# Seen.


def test_those_it_concerns_see_what_went_on_performance_management_and_others_the_total(county: County) -> None:
    held(county, TUESDAY, "0.5", kind=PERFORMANCE)
    held(county, TUESDAY, "1.0")
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    part = "0.5 days for the headteacher’s performance management"
    for user in (county.sip, county.dsim, county.headteacher, county.chair):
        assert usage_told(user, county.school, on=TUESDAY) == f"1.5 of 5 days used in 2026/27, including {part}"
    for user in (county.head, county.director, administrator, appointed(Role.CLERK, school=county.school)):
        assert usage_told(user, county.school, on=TUESDAY) == "1.5 of 5 days used in 2026/27"
    assert usage_told(appointed(Role.SCHOOL_LINK, school=county.school), county.school, on=TUESDAY) == ""


def test_the_days_stand_on_the_schools_overview_and_beside_its_visits(county: County) -> None:
    client = signed_in(county.headteacher)
    for name in ("school", "visits"):
        page = client.get(reverse(f"schools:{name}", args=[county.school.urn])).content.decode()
        assert "0 of 5 days used in 2026/27" in page
        assert "/entitlement/" not in page
    assert "/entitlement/" in signed_in(county.dsim).get(county.school.get_absolute_url()).content.decode()


def test_a_school_that_is_on_the_register_only_is_owed_no_days(county: County) -> None:
    school = SchoolFactory.create(type_code="10", district=county.school.district)
    assert usage_told(county.dsim, school, on=TUESDAY) == ""


# Set.


def test_a_dsim_sets_the_days_of_a_school_with_a_reason(county: County) -> None:
    set_entitlement(county.school, 2026, days=Decimal("7.5"), reason="A new head", by=county.dsim, seen_version=0)
    assert usage_of([county.school.pk], 2026)[county.school.pk].entitled == Decimal("7.5")
    assert usage_of([county.school.pk], 2027)[county.school.pk].entitled == Decimal(5)
    row = Entitlement.objects.get()
    set_entitlement(county.school, 2026, days=Decimal(6), reason="Settled in", by=county.head, seen_version=1)
    row.refresh_from_db()
    assert (row.days, row.reason, row.updated_by) == (Decimal(6), "Settled in", county.head)
    reasons = AuditEvent.objects.filter(subject_kind="schools.entitlement").order_by("pk")
    assert [(each.reason, each.school_id) for each in reasons] == [
        ("A new head", county.school.pk),
        ("Settled in", county.school.pk),
    ]


def test_only_head_and_dsim_set_days(county: County) -> None:
    for user in (county.sip, county.deputy, county.headteacher):
        with pytest.raises(PermissionDenied):
            set_entitlement(county.school, 2026, days=Decimal(6), reason="x", by=user, seen_version=0)


@pytest.mark.parametrize("days", ["5.3", "-0.5", "100.5"])
def test_days_are_halves_between_nought_and_a_hundred(county: County, days: str) -> None:
    with pytest.raises(Blocked):
        set_entitlement(county.school, 2026, days=Decimal(days), reason="x", by=county.dsim, seen_version=0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_the_days_at_once_one_wins(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)
    county = County()

    def setting(by: User, days: str) -> Callable[[], object]:
        return lambda: set_entitlement(
            county.school,
            2026,
            days=Decimal(days),
            reason="x",
            by=by,
            seen_version=0,
        )

    outcomes = together(setting(county.dsim, "6"), setting(county.head, "7"))
    assert sum(isinstance(each, Conflict) for each in outcomes) == 1
    assert Entitlement.objects.count() == 1


def test_the_days_are_set_by_page_and_whoever_is_second_loses_nothing(county: County) -> None:
    client = signed_in(county.dsim)
    url = reverse("schools:entitlement", args=[county.school.urn])
    page = client.get(url).content.decode()
    assert "This school has the usual number of days: 5 days" in page
    wrong = client.post(url, {"days": "5.3", "reason": "", "base_version": "0"}).content.decode()
    assert "Enter whole or half days" in wrong
    assert "Enter the reason" in wrong
    assert client.post(url, {"days": "6", "reason": "A new head", "base_version": "0"}).status_code == 302
    late = signed_in(county.head).post(url, {"days": "8", "reason": "My <b>reason</b>", "base_version": "0"})
    said = late.content.decode()
    assert late.status_code == 409
    assert f"Nothing was saved. {county.dsim} changed this after you opened it. It is now 6 days." in said
    assert late.context["differences"].rows == [
        ["Days in the year", "8", "6"],
        ["Reason", "My &lt;b&gt;reason&lt;/b&gt;", "A new head"],
    ]
    assert "My &lt;b&gt;reason" in said
    assert Entitlement.objects.get().days == Decimal(6)
    assert f"{county.dsim} set it to 6 days on 3 November 2026: A new head" in client.get(url).content.decode()


def test_next_years_days_are_set_now_and_no_further_ahead(county: County) -> None:
    client = signed_in(county.dsim)
    assert client.get(reverse("schools:entitlement_year", args=[county.school.urn, 2027])).status_code == 200
    assert client.get(reverse("schools:entitlement_year", args=[county.school.urn, 2028])).status_code == 404
    client.post(
        reverse("schools:entitlement_year", args=[county.school.urn, 2027]),
        {"days": "3", "reason": "Doing well", "base_version": "0"},
    )
    assert Entitlement.objects.get().academic_year == 2027


def test_officers_find_it_in_the_schools_chronology_and_the_school_does_not(county: County) -> None:
    set_entitlement(county.school, 2026, days=Decimal(6), reason="Weak results", by=county.dsim, seen_version=0)
    url = reverse("schools:chronology", args=[county.school.urn])
    page = signed_in(county.head).get(url).content.decode()
    assert "Days of visits set" in page
    assert "Weak results" in page
    assert "Weak results" not in signed_in(county.headteacher).get(url).content.decode()


def test_a_dsim_sets_nothing_beyond_their_districts(county: County) -> None:
    far = SchoolFactory.create(district=DistrictFactory.create(name="Far", double_district__name="Far and Away"))
    url = reverse("schools:entitlement", args=[far.urn])
    assert signed_in(county.dsim).get(url).status_code == 404
