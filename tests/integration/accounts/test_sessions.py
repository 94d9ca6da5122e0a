from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from schoolimprove.accounts import session
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from tests.factories.accounts import PASSWORD, UserFactory
from tests.integration.accounts.conftest import Holds, signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ClockAt = Callable[[date | datetime], datetime]


def after(clock_at: ClockAt, **passed: float) -> None:
    clock_at(START + timedelta(**passed))


@pytest.fixture
def client(clock_at: ClockAt) -> Client:
    """Signed in at nine o'clock."""
    after(clock_at)
    return signed_in(UserFactory.create())


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_a_session_lives_while_its_person_is_there(client: Client, clock_at: ClockAt) -> None:
    for minutes in (29, 58, 87):
        after(clock_at, minutes=minutes)
        assert is_in(client)


def test_half_an_hour_without_activity_ends_it(client: Client, clock_at: ClockAt) -> None:
    after(clock_at, minutes=30)
    response = client.get("/account/", follow=True)
    assert response.redirect_chain == [("/sign-in/?next=/account/", 302)]
    assert "We signed you out after 30 minutes without activity." in response.content.decode()


def test_twelve_hours_end_it_whatever_happens(client: Client, clock_at: ClockAt) -> None:
    for minutes in range(20, 12 * 60, 20):
        after(clock_at, minutes=minutes)
        assert is_in(client)
    after(clock_at, hours=12)
    response = client.get("/account/", follow=True)
    assert "you were signed in for 12 hours" in response.content.decode()


def test_asking_for_more_time_never_passes_the_twelve_hours(client: Client, clock_at: ClockAt) -> None:
    for minutes in range(20, 12 * 60 - 10, 20):
        after(clock_at, minutes=minutes)
        client.post("/session/extend/")
    after(clock_at, hours=11, minutes=50)
    assert client.post("/session/extend/").json() == {"idle_seconds": 600, "warn_seconds": 300}


def test_the_page_knows_when_to_warn(client: Client, clock_at: ClockAt) -> None:
    page = client.get("/account/").content.decode()
    assert 'data-idle-seconds="1800" data-warn-seconds="1500" data-extend-url="/session/extend/"' in page
    after(clock_at, seconds=50)
    page = client.get("/account/").content.decode()
    assert 'data-idle-seconds="1750" data-warn-seconds="1450"' in page


def test_staying_signed_in_starts_the_time_again(client: Client, clock_at: ClockAt) -> None:
    after(clock_at, minutes=29)
    assert client.post("/session/extend/").json() == {"idle_seconds": 1800, "warn_seconds": 1500}
    after(clock_at, minutes=58)
    assert is_in(client)


def test_what_a_page_sends_of_its_own_accord_is_no_sign_of_life(client: Client, clock_at: ClockAt) -> None:
    after(clock_at, minutes=20)
    client.post("/drafts/", headers={"X-Unattended": "1"})
    after(clock_at, minutes=31)
    assert not is_in(client)


def test_a_script_is_told_in_json_that_the_session_is_over(client: Client, clock_at: ClockAt) -> None:
    after(clock_at, minutes=31)
    response = client.post("/session/extend/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code == 401
    assert response.json() == {
        "signed_out": True,
        "message": "We signed you out after 30 minutes without activity.",
        "sign_in": "/sign-in/",
    }


def test_last_seen_is_written_at_most_once_a_minute(
    client: Client, clock_at: ClockAt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/help/")
    for seconds, written in ((59, False), (61, True), (90, False), (122, True)):
        after(clock_at, seconds=seconds)
        client.get("/help/")
        assert (client.session[session.SEEN] == clock.now().isoformat()) is written, seconds


def test_signing_out_everywhere_else_keeps_this_one(holds: Holds) -> None:
    user = holds()
    here, there = signed_in(user), signed_in(user)
    assert here.post("/account/sign-out-elsewhere/", follow=True).status_code == 200
    assert is_in(here)
    assert not is_in(there)


def test_changing_the_password_ends_the_others_and_keeps_this_one(holds: Holds) -> None:
    user = holds()
    here, there = signed_in(user), signed_in(user)
    fields = {"present": PASSWORD, "password": "another-good-long-one", "again": "another-good-long-one"}
    assert here.post("/account/password/", fields).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_session_that_began_before_a_change_of_secret_key_lives_on(holds: Holds, settings: Settings) -> None:
    client = signed_in(holds())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-the-checks-0123456789"
    assert is_in(client)


def test_a_deactivated_person_is_out_at_once(holds: Holds) -> None:
    user = holds()
    client = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)


def test_a_bare_page_costs_session_user_and_appointments(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in(UserFactory.create())
    client.get("/help/")
    with django_assert_num_queries(3) as captured:
        client.get("/help/")
    tables = ["django_session", "accounts_user", "schools_appointment"]
    for query, table in zip(captured.captured_queries, tables, strict=True):
        assert table in query["sql"]


def test_a_bare_page_costs_the_same_with_a_second_factor(
    holds: Holds, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(holds(Role.HEAD_OF_SERVICE))
    client.get("/help/")
    with django_assert_num_queries(2):
        client.get("/help/")
