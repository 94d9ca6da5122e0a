"""Groups are formed, changed and ended, and their members chosen, by who keeps groups in their scope."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.groups.actions import add_member, change_group, end_group, end_membership, form_group
from schools.groups.models import Group, Membership
from schools.groups.states import GroupStatus
from schools.register.models.school import Phase
from tests.factories.county import TUESDAY, County
from tests.factories.groups import GroupFactory, MembershipFactory
from tests.factories.schools import DistrictFactory, DoubleDistrictFactory, InterestFactory, PersonFactory, appointed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
SAID: dict[str, Any] = {"kind": "focus", "quorum": 3, "meets": "half_termly", "starts_on": date(2026, 9, 7)}


@pytest.fixture
def county() -> County:
    return County()


def form(by: User, *, scope: Any, **said: Any) -> Group:
    return form_group(by=by, on=TUESDAY, scope=scope, **{"name": "North Focus Group", **SAID, **said})


def test_a_group_is_formed_changed_and_ended_with_its_members(county: County) -> None:
    district = county.school.district
    group = form(county.dsim, scope={"district": district})
    chair = add_member(
        group, county.dsim.person, by=county.dsim, on=TUESDAY, capacity="chair", starts_on=date(2026, 9, 7)
    )
    adviser = add_member(group, PersonFactory(), by=county.dsim, on=TUESDAY, capacity="adviser", starts_on=TUESDAY)
    assert list(group.deciders(TUESDAY)) == [county.dsim.person]
    change_group(group, by=county.dsim, seen_version=1, name="Focus Group of North", quorum=2, meets="termly")
    end_membership(adviser, by=county.dsim, on=TUESDAY, seen_version=1, last_day=TUESDAY, reason="Left the county")
    end_group(group, by=county.dsim, on=TUESDAY, seen_version=2, reason="Districts were merged")
    chair.refresh_from_db()
    assert (group.status, group.ends_on, chair.ends_on) == (GroupStatus.ENDED, TUESDAY, TUESDAY)
    events = AuditEvent.objects.filter(subject_kind__in=["schools.group", "schools.membership"]).order_by("pk")
    assert [(event.verb, event.reason) for event in events] == [
        ("formed", ""),
        ("added", ""),
        ("added", ""),
        ("changed", ""),
        ("ended", "Left the county"),
        ("end", "Districts were merged"),
        ("ended", "Districts were merged"),
    ]
    assert events[3].changes["quorum"] == [3, 2]


def test_a_group_is_kept_in_ones_own_scope_alone(county: County) -> None:
    beyond = DistrictFactory.create(name="Beyond", double_district=DoubleDistrictFactory.create(name="Beyond and far"))
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    refused: list[tuple[User, dict[str, Any]]] = [
        (county.dsim, {"district": beyond}),
        (county.dsim, {"authority": county.school.authority}),
        (administrator, {"double_district": county.double_district}),
        (county.sip, {"school": county.school}),
        (county.deputy, {"authority": county.school.authority}),
    ]
    for user, scope in refused:
        with pytest.raises(PermissionDenied):
            form(user, scope=scope)
    formed: list[tuple[User, dict[str, Any]]] = [
        (county.dsim, {"double_district": county.double_district}),
        (administrator, {"district": county.school.district}),
        (administrator, {"school": county.school}),
        (county.head, {"authority": county.school.authority}),
        (county.head, {"phase": Phase.SECONDARY}),
    ]
    for number, (user, scope) in enumerate(formed):
        assert form(user, scope=scope, name=f"Group {number}").pk


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "committee"}, "Select the kind of group from the list."),
        ({"quorum": 0}, "Ensure this value is greater than or equal to 1."),
        ({"starts_on": date(2026, 11, 4)}, "The date must be today or in the past."),
        ({"name": "Taken"}, "There is already a group of this kind with this name."),
        ({"scope": {}}, "Select one of school, district"),
    ],
)
def test_a_group_that_cannot_be_is_refused(county: County, said: dict[str, Any], why: str) -> None:
    GroupFactory.create(kind="focus", name="Taken", authority=county.school.authority)
    with pytest.raises(Blocked, match=why):
        form(county.head, **{"scope": {"authority": county.school.authority}, **said})


def test_a_group_has_one_chair_and_a_person_once(county: County) -> None:
    group = form(county.dsim, scope={"district": county.school.district})
    first, second = PersonFactory.create_batch(2)
    said: dict[str, Any] = {"by": county.dsim, "on": TUESDAY, "starts_on": TUESDAY}
    chair = add_member(group, first, capacity="chair", **said)
    with pytest.raises(Blocked, match="already has a chair"):
        add_member(group, second, capacity="chair", **said)
    with pytest.raises(Blocked, match="already in the group"):
        add_member(group, first, capacity="member", **said)
    end: dict[str, Any] = {"by": county.dsim, "on": TUESDAY, "seen_version": 1, "reason": "Retires"}
    with pytest.raises(Blocked, match="must be 3 November 2026 or later"):
        end_membership(chair, last_day=date(2026, 11, 2), **end)
    end_membership(chair, last_day=TUESDAY, **end)
    with pytest.raises(Conflict):
        end_membership(chair, last_day=TUESDAY, **{**end, "seen_version": 2})
    assert add_member(group, second, capacity="chair", **said).pk


def test_of_two_who_act_on_a_group_the_second_is_told(county: County) -> None:
    group = form(county.dsim, scope={"district": county.school.district})
    end_group(Group.objects.get(pk=group.pk), by=county.head, on=TUESDAY, seen_version=1, reason="Merged")
    with pytest.raises(Conflict):
        change_group(group, by=county.dsim, seen_version=1, name="New name", quorum=3, meets="termly")
    with pytest.raises(Conflict):
        add_member(group, PersonFactory(), by=county.dsim, on=TUESDAY, capacity="member", starts_on=TUESDAY)
    assert not Membership.objects.exists()


def test_a_group_is_seen_in_scope_or_as_a_member_and_both_halves_of_scope_agree(county: County) -> None:
    pair = county.double_district
    beyond = DistrictFactory.create(name="Beyond", double_district=DoubleDistrictFactory.create(name="Beyond and far"))
    scopes: dict[str, Any] = {
        "school": {"school": county.school},
        "district": {"district": county.school.district},
        "pair": {"double_district": pair},
        "beyond": {"district": beyond},
        "phase": {"phase": Phase.PRIMARY},
        "authority": {"authority": county.school.authority},
    }
    for name, scope in scopes.items():
        GroupFactory.create(name=name, **{"authority": None, **scope})
    MembershipFactory.create(group=Group.objects.get(name="beyond"), person=county.sip.person)
    MembershipFactory.create(
        group=Group.objects.get(name="authority"), person=county.sip.person, ends_on=date(2026, 11, 2)
    )
    administrator = appointed(Role.DISTRICT_ADMINISTRATOR, district=county.school.district)
    barred = appointed(Role.DSIM, double_district=pair)
    InterestFactory.create(person=barred.person, school=county.school)

    def seen(user: User) -> set[str]:
        names = set(Group.objects.visible_to(user).values_list("name", flat=True))
        by_object = {
            group.name
            for group in Group.objects.with_scope()
            if user_can(user, Permission.VIEW_GROUPS, on=group) or group.memberships.current(TUESDAY).held_by(user)
        }
        assert names == by_object
        return names

    assert seen(county.head) == seen(county.deputy) == seen(county.director) == set(scopes)
    assert seen(county.dsim) == {"school", "district", "pair"}
    assert seen(barred) == {"district", "pair"}
    assert seen(administrator) == {"school", "district"}
    assert seen(county.sip) == {"beyond"}
    assert seen(county.headteacher) == set()


def test_who_decides_is_chair_and_members_of_that_day(county: County) -> None:
    group = GroupFactory.create()
    chair, member, _adviser, _minutes = (
        MembershipFactory.create(group=group, capacity=capacity, person__name=capacity).person
        for capacity in ("chair", "member", "adviser", "minutes")
    )
    MembershipFactory.create(group=group, ends_on=date(2026, 11, 2))
    MembershipFactory.create(group=group, starts_on=date(2026, 11, 4))
    assert list(group.deciders(TUESDAY)) == [chair, member]


def test_a_group_that_decides_categories_is_kept_for_the_whole_authority(county: County) -> None:
    scope = {"district": county.school.district}
    with pytest.raises(PermissionDenied):
        form(county.dsim, scope=scope, kind="dirg", quorum=4)
    with pytest.raises(Blocked, match="must be 3 or more"):
        form(county.head, scope=scope, kind="dirg", quorum=2)
    group = form(county.head, scope=scope, kind="dirg", quorum=4)
    member = add_member(group, PersonFactory(), by=county.head, on=TUESDAY, capacity="member", starts_on=TUESDAY)
    with pytest.raises(Blocked, match="must be 3 or more"):
        change_group(group, by=county.head, seen_version=1, name="Group", quorum=1, meets="termly")
    ending: dict[str, Any] = {"by": county.dsim, "on": TUESDAY, "seen_version": 1, "reason": "Merged"}
    with pytest.raises(PermissionDenied):
        add_member(group, county.dsim.person, by=county.dsim, on=TUESDAY, capacity="chair", starts_on=TUESDAY)
    with pytest.raises(PermissionDenied):
        change_group(group, by=county.dsim, seen_version=1, name="Group", quorum=4, meets="termly")
    with pytest.raises(PermissionDenied):
        end_membership(member, last_day=TUESDAY, **ending)
    with pytest.raises(PermissionDenied):
        end_group(group, **ending)
