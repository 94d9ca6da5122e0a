"""A role whose own pages are not in the service yet reads what it will have, and nobody else does."""

from html import unescape

import pytest

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ROLES_AHEAD, Role
from tests.factories.county import County
from tests.factories.schools import also_appointed, appointed
from tests.integration.accounts.conftest import signed_in

pytestmark = pytest.mark.django_db


def home_of(user: User) -> str:
    return unescape(signed_in(user).get("/").content.decode())


@pytest.mark.parametrize("role", [Role.FINANCE, Role.LEAD_MEMBER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER])
def test_a_role_ahead_of_its_pages_reads_what_it_will_find(county: County, role: Role) -> None:
    page = home_of(appointed(role, authority=county.school.authority))
    assert ROLES_AHEAD[role] in page
    assert "You have no tasks today." not in page


def test_someone_who_also_has_tasks_reads_those(county: County) -> None:
    county.submitted(county.sip)
    also_appointed(county.dsim, Role.FINANCE, authority=county.school.authority)
    page = home_of(county.dsim)
    assert "Approve or return the Record of Visit" in page
    assert ROLES_AHEAD[Role.FINANCE] not in page


def test_a_partner_without_work_is_told_that_there_is_none(county: County) -> None:
    assert "You have no tasks today." in home_of(county.sip)
