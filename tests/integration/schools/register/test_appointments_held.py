"""What a person is said to hold, as it is read on every request."""

from collections.abc import Callable
from typing import Any

import pytest

from schoolimprove.accounts.rights import appointments_of
from schoolimprove.accounts.roles import Role
from schools.models import Appointment
from schools.register.models.school import Phase
from tests.factories.schools import (
    DioceseFactory,
    DistrictFactory,
    DoubleDistrictFactory,
    LocalAuthorityFactory,
    PartnershipFactory,
    SchoolFactory,
    also_appointed,
    appointed,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("school", SchoolFactory.create),
        ("district", DistrictFactory.create),
        ("double_district", DoubleDistrictFactory.create),
        ("partnership", PartnershipFactory.create),
        ("diocese", DioceseFactory.create),
        ("phase", lambda: Phase.SPECIAL.value),
        ("authority", LocalAuthorityFactory.create),
    ],
)
def test_a_scope_is_named_as_the_appointment_names_it(kind: str, scope: Callable[[], Any]) -> None:
    user = appointed(Role.DSIM, **{kind: scope()})
    (held,) = appointments_of(user)
    appointment = Appointment.objects.get()
    assert (held.scope_kind, str(held.scope_name)) == (kind, appointment.scope_name)
    assert held.scope_key == appointment.scope_key_of(kind)
    assert held.appointment_id == appointment.pk


def test_what_somebody_holds_is_one_query_and_the_names_of_one_kind_of_scope_another(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    user = appointed(Role.SIP, school=SchoolFactory.create(name="Zeal School"))
    also_appointed(user, Role.SIP, school=SchoolFactory.create(name="Able School"))
    with django_assert_num_queries(1):
        held = appointments_of(user)
        assert [each.role for each in held] == [Role.SIP, Role.SIP]
    with django_assert_num_queries(1):
        assert [str(each.scope_name) for each in held] == ["Zeal School", "Able School"]
