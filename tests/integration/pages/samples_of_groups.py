"""Samples of the lists and forms of groups, their members, and interests in schools."""

from typing import Any

from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schools.groups.actions import end_group, end_membership
from schools.models import Group
from schools.register.interests.actions import end_interest
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.schools import InterestFactory, appointed
from tests.integration.pages.sampling import ListSample, VerbSample, again, day


def list_samples(county: County) -> dict[str, ListSample]:
    def groups(count: int, text: str) -> None:
        for _ in range(count):
            kind = f"kind-{Group.objects.count()}"
            group = GroupFactory.create(name=text, kind=kind, authority=None, district=county.school.district)
            MembershipFactory.create(group=group, capacity="chair")

    def interests(count: int, text: str) -> None:
        for _ in range(count):
            InterestFactory.create(school=county.school, note=text)

    return {
        "groups:list": ListSample(county.head, county.headteacher, groups, "q=nowhere+at+all"),
        "schools:interests": ListSample(county.dsim, county.headteacher, interests, "q=nowhere+at+all"),
    }


def verb_samples(county: County) -> dict[str, VerbSample]:
    school, urn = county.school, county.school.urn
    group, over = (GroupFactory.create(authority=None, district=school.district) for _ in range(2))
    member = MembershipFactory.create(group=group)
    eip = appointed(Role.EIP, district=school.district)
    interest = InterestFactory.create(school=school, person=eip.person)
    keeper: dict[str, Any] = {"by": county.dsim, "on": TUESDAY, "seen_version": 1, "reason": "Merged"}

    return {
        "groups:form": VerbSample(
            reverse("groups:form"),
            county.dsim,
            county.director,
            {
                "kind": "focus",
                "name": "Focus Group of North",
                "place": f"district:{school.district_id}",
                "school": "",
                "quorum": "",
                "meets": "",
                **day("starts_on", TUESDAY),
            },
            "Focus Group of North",
            counted=lambda: Group.objects.filter(name="Focus Group of North", quorum=3, meets="half_termly").count(),
        ),
        "groups:change": VerbSample(
            reverse("groups:change", args=[group.pk]),
            county.dsim,
            county.director,
            {"name": "A new name", "quorum": "4", "meets": "termly"},
            "A new name",
            finish=lambda: end_group(again(group), **keeper),
        ),
        "groups:group_end": VerbSample(
            reverse("groups:group_end", args=[over.pk]),
            county.dsim,
            county.director,
            {"reason": "The districts were merged"},
            "The districts were merged",
            finish=lambda: end_group(again(over), **keeper),
            checks=True,
        ),
        "groups:member_add": VerbSample(
            reverse("groups:member_add", args=[group.pk]),
            county.dsim,
            county.director,
            {"person": county.sip.name, "capacity": "member", **day("starts_on", TUESDAY)},
            county.sip.name,
            finish=lambda: end_group(again(group), **keeper),
            counted=lambda: group.memberships.filter(person=county.sip.person).count(),
        ),
        "groups:member_end": VerbSample(
            reverse("groups:member_end", args=[group.pk, member.pk]),
            county.dsim,
            county.director,
            {**day("last_day", TUESDAY), "reason": "Has a new job"},
            "Has a new job",
            finish=lambda: end_membership(again(member), last_day=TUESDAY, **keeper),
        ),
        "schools:interest_declare": VerbSample(
            reverse("schools:interest_declare"),
            county.sip,
            county.headteacher,
            {"school": str(urn), "kind": "other", **day("starts_on", TUESDAY), "note": "A neighbour"},
            "A neighbour",
            counted=lambda: school.interests.filter(note="A neighbour").count(),
        ),
        "schools:interest_end": VerbSample(
            reverse("schools:interest_end", args=[interest.pk]),
            eip,
            county.director,
            {**day("last_day", TUESDAY), "reason": "No longer"},
            "No longer",
            finish=lambda: end_interest(again(interest), last_day=TUESDAY, **keeper),
        ),
    }
