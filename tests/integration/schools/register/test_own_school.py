"""A person who works at one school goes straight to it; everyone else has the list."""

import pytest
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from tests.factories.county import County
from tests.factories.schools import SchoolFactory, also_appointed, appointed
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db


def led_to(user: User, query: str = "") -> str:
    response = signed_in(user).get(reverse("schools:list") + query)
    return response.headers.get("Location", "")


@pytest.mark.parametrize("role", [Role.HEADTEACHER, Role.CHAIR, Role.CLERK, Role.SCHOOL_LINK])
def test_someone_of_one_school_goes_straight_to_it_unless_they_filter(county: County, role: Role) -> None:
    user = appointed(role, school=county.school)
    assert led_to(user) == county.school.get_absolute_url()
    assert led_to(user, "?q=") == ""


def test_who_has_a_second_school_or_another_role_has_the_list(county: County) -> None:
    clerk, head = appointed(Role.CLERK, school=county.school), appointed(Role.HEADTEACHER, school=county.school)
    also_appointed(clerk, Role.CLERK, school=SchoolFactory.create(authority=county.school.authority))
    also_appointed(head, Role.SIP, school=SchoolFactory.create(authority=county.school.authority))
    assert [led_to(clerk), led_to(head), led_to(county.sip)] == ["", "", ""]
