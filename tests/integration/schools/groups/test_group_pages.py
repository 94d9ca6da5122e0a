"""The pages of groups and interests, beside what all lists and forms on the toolkit have in common."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schools.groups.models import Group
from schools.register.chronology import Place, entries, in_words
from schools.register.interests.actions import declare_interest
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.schools import InterestFactory, PersonFactory, SchoolFactory, appointed
from tests.integration.pages.sampling import day
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]


@pytest.fixture
def county() -> County:
    return County()


def page_of(user: User, path: str) -> str:
    content: str = signed_in(user).get(path).content.decode()
    return content


def test_a_group_shows_its_facts_members_and_what_its_keeper_can_do(county: County) -> None:
    group = GroupFactory.create(kind="focus", authority=None, district=county.school.district)
    MembershipFactory.create(group=group, person__name="Ada Invented", capacity="chair")
    MembershipFactory.create(group=group, person=county.sip.person, capacity="minutes")
    page = page_of(county.dsim, group.get_absolute_url())
    for words in ("District Focus Group", "2 people who decide", "Ada Invented", "Takes the minutes"):
        assert words in page
    buttons = ("Add a member", "Change the group", "End the group", ">End<")
    assert all(label in page for label in buttons)
    as_member = page_of(county.sip, group.get_absolute_url())
    assert "Ada Invented" in as_member
    assert not any(label in as_member for label in buttons)


@pytest.mark.parametrize("members", [1, 6])
def test_a_group_takes_as_many_queries_with_many_members(
    county: County, django_assert_num_queries: DjangoAssertNumQueries, members: int
) -> None:
    group = GroupFactory.create(authority=None, district=county.school.district)
    MembershipFactory.create_batch(members, group=group)
    client = signed_in(county.dsim)
    client.get(group.get_absolute_url())
    with django_assert_num_queries(7):
        client.get(group.get_absolute_url())


def test_the_list_is_narrowed_by_district_kind_status_and_member(county: County) -> None:
    district: dict[str, Any] = {"authority": None, "district": county.school.district}
    GroupFactory.create(name="Of the district", kind="focus", **district)
    of_school = GroupFactory.create(name="Of the school", kind="core", authority=None, school=county.school)
    GroupFactory.create(name="Of the county", kind="dirg")
    GroupFactory.create(name="Of old", kind="focus", status="ended", ends_on=TUESDAY, **district)
    MembershipFactory.create(group=of_school, person__name="Ada Invented")

    def listed(query: str) -> set[str]:
        page = signed_in(county.head).get(reverse("groups:list") + query)
        return {row[0].label.removeprefix("Of ") for row in page.context["table"].rows}

    assert listed("") == {"the district", "the school", "the county", "old"}
    assert listed(f"?district={county.school.district_id}") == {"the district", "the school", "old"}
    assert listed("?kind=focus&status=active") == {"the district"}
    assert listed("?q=ada") == {"the school"}


def typed(**said: str) -> dict[str, str]:
    blank = dict.fromkeys(("name", "place", "school", "quorum", "meets"), "")
    return {**blank, "kind": "core", "name": "Core group", **day("starts_on", TUESDAY), **said}


def test_a_group_about_one_school_asks_for_the_school(county: County) -> None:
    client, path = signed_in(county.dsim), reverse("groups:form")
    elsewhere = SchoolFactory.create(district=None)
    for said, why in (
        ({"place": "school"}, "Enter the name or URN of the school"),
        ({"place": "school", "school": str(elsewhere.urn)}, "We found no school called"),
        (
            {"place": f"district:{county.school.district_id}", "school": str(county.school.urn)},
            "Enter a school only for a group that covers one school",
        ),
        ({"place": "authority:1"}, "Select what the group covers"),
    ):
        assert why in client.post(path, typed(**said)).content.decode()
    assert client.post(path, typed(place="school", school=str(county.school.urn))).status_code == 302
    assert Group.objects.get().school == county.school


def test_a_person_or_school_that_several_are_called_is_asked_for_exactly(county: County) -> None:
    group = GroupFactory.create(authority=None, district=county.school.district)
    for name in ("Ada Invented", "Ada Otherwise"):
        PersonFactory.create(name=name)
    path = reverse("groups:member_add", args=[group.pk])
    said = {"person": "ada", "capacity": "member", **day("starts_on", TUESDAY)}
    page = signed_in(county.dsim).post(path, said).content.decode()
    assert "Several people are called that: Ada Invented, Ada Otherwise. Enter the email address" in page
    SchoolFactory.create_batch(2, name="St Nowhere’s School")
    said = {"school": "st nowhere", "kind": "other", "note": "", **day("starts_on", TUESDAY)}
    page = signed_in(county.sip).post(reverse("schools:interest_declare"), said).content.decode()
    assert "Several schools match: St Nowhere’s School (" in page


def test_a_keeper_declares_for_a_colleague_and_an_officer_only_for_themselves(county: County) -> None:
    said = {"school": str(county.school.urn), "kind": "other", "note": "", **day("starts_on", TUESDAY)}
    for by in (county.dsim, county.deputy):
        signed_in(by).post(reverse("schools:interest_declare"), {**said, "person": county.sip.name})
    people = set(county.school.interests.values_list("person__user", flat=True))
    assert people == {county.sip.pk, county.deputy.pk}


def test_who_may_end_an_interest_has_a_link(county: County) -> None:
    InterestFactory.create(person=county.sip.person, school=county.school, note="A child in year 4")
    ends = "End<span"
    for user, links in ((county.sip, 1), (county.dsim, 1), (county.director, 0)):
        page = page_of(user, reverse("schools:interests"))
        assert "A child in year 4" in page
        assert page.count(ends) == links


def test_the_chronology_tells_of_groups_and_interests_but_not_to_the_school(county: County) -> None:
    declare_interest(
        county.sip.person, county.school, by=county.sip, on=TUESDAY, kind="family", note="", starts_on=TUESDAY
    )
    client = signed_in(county.dsim)
    client.post(reverse("groups:form"), typed(place="school", school=str(county.school.urn)))
    group = Group.objects.get()
    said = {"person": county.sip.name, "capacity": "member", "base_version": "1", **day("starts_on", TUESDAY)}
    client.post(reverse("groups:member_add", args=[group.pk]), said)

    def read(user: User) -> list[str]:
        places = [Place(county.school)]
        return [event.what for event in in_words(entries(user, places, kinds=["groups"]), places)]

    assert read(county.director) == [
        f"Member of a group added: {county.sip.person}, Core group",
        "Group formed: Core group",
        f"Interest declared: {county.sip.person}, family at the school, {county.school}",
    ]
    assert read(county.headteacher) == read(appointed(Role.ERA, authority=county.school.authority)) == []
