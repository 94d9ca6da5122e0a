import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from post_office.models import Email
from pytest_django import Settings

from schoolimprove.accounts import session
from schoolimprove.accounts.actions.second_factor import HOW_MANY_CODES, enrol, pending_device, recovery_codes_left
from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.records.models import AuditEvent
from tests.factories.accounts import PASSWORD, TOTPDeviceFactory, code_of
from tests.integration.accounts.conftest import Holds, Roles, signed_in

pytestmark = pytest.mark.django_db
VERIFY, ENROL = "/sign-in/code/", "/account/second-factor/"


def half(user: User) -> Client:
    """A browser that has shown the password and nothing more."""
    client = Client()
    client.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    return client


def enrolled(user: User) -> list[str]:
    """Set up an app the way the page does; the recovery codes."""
    _verdict, codes = enrol(user, code_of(pending_device(user)))
    TOTPDevice.objects.filter(user=user).update(last_t=-1)
    return codes


def device_of(user: User) -> TOTPDevice:
    return TOTPDevice.objects.get(user=user, confirmed=True)


def every_page() -> list[str]:
    """Every named address that takes no argument."""
    found = []
    for name in named(get_resolver().url_patterns, ""):
        with suppress(NoReverseMatch):
            found.append(reverse(name))
    return found


def named(patterns: Sequence[Any], prefix: str) -> list[str]:
    names = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            names += named(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            names.append(f"{prefix}{pattern.name}")
    return names


OPEN_TO_HALF = {VERIFY, "/sign-in/recovery-code/", ENROL, "/session/extend/"}
PUBLIC = {
    "/sign-in/",
    "/sign-in/forgotten/",
    "/sign-in/forgotten/sent/",
    "/sign-out/",
    "/admin/login/",
    "/healthz",
    "/readyz",
    "/authority.css",
    "/accessibility/",
    "/privacy/",
    "/privacy/retention/",
    "/cookies/",
    "/help/",
    "/help/glossary/",
}


def test_half_a_session_reaches_nothing_but_the_pages_that_make_it_whole(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE, is_staff=True)
    TOTPDeviceFactory.create(user=user)
    client = half(user)
    paths = every_page()
    assert {"/", "/account/", "/people/", "/admin/", "/schools/"} <= set(paths)
    for path in paths:
        if path in OPEN_TO_HALF | PUBLIC or path.startswith("/components/"):
            continue
        response = client.get(path)
        assert response.status_code == 302, path
        assert response["Location"].startswith((VERIFY, "/sign-in/")), path


@pytest.mark.parametrize("role", [Role.HEAD_OF_SERVICE, Role.PROVIDER, Role.SYSTEM_ADMINISTRATOR])
def test_authority_wide_roles_and_roles_with_childrens_data_need_a_second_factor(holds: Holds, role: Role) -> None:
    client = half(holds(role))
    assert client.get("/account/")["Location"].startswith(VERIFY)
    assert client.get(f"{VERIFY}?next=/account/")["Location"] == f"{ENROL}?next=%2Faccount%2F"


def test_a_superuser_needs_a_second_factor(holds: Holds) -> None:
    assert half(holds(is_superuser=True)).get("/account/").status_code == 302


def test_a_school_improvement_partner_signs_in_by_password_alone(holds: Holds) -> None:
    assert half(holds(Role.SIP)).get("/account/").status_code == 200


def test_enrolling_shows_picture_secret_and_ten_codes_once(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    client = half(user)
    page = client.get(ENROL).content.decode()
    assert 'src="data:image/svg+xml' in page
    device = TOTPDevice.objects.get(user=user)
    secret = re.search(r"<code data-secret>([A-Z2-7 ]+)</code>", page)
    assert secret is not None
    assert secret[1].replace(" ", "") in device.config_url
    assert "issuer=School%20improvement" in device.config_url
    response = client.post(f"{ENROL}?next=/account/name/", {"code": code_of(device)})
    codes = re.findall(r"data-recovery-code>([^<]+)<", response.content.decode())
    assert len(codes) == len(set(codes)) == HOW_MANY_CODES
    assert 'href="/account/name/"' in response.content.decode()
    assert client.get("/account/").status_code == 200
    verbs = AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True)
    assert {"set up the second factor", "signed in"} <= set(verbs)
    assert Email.objects.filter(to=user.email, subject="Your authenticator app is set up").exists()


def test_reloading_the_page_shows_the_same_secret(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    client = half(user)
    client.get(ENROL)
    client.get(ENROL)
    assert TOTPDevice.objects.filter(user=user).count() == 1


def test_a_wrong_first_code_sets_nothing_up(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    client = half(user)
    client.get(ENROL)
    right = code_of(TOTPDevice.objects.get(user=user))
    response = client.post(ENROL, {"code": f"{(int(right) + 1) % 1_000_000:06d}"})
    assert "The code is not correct" in response.content.decode()
    assert not TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    assert client.get("/account/").status_code == 302


def test_a_password_alone_does_not_replace_an_app(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    client = half(user)
    assert client.get(ENROL)["Location"] == VERIFY
    assert client.post(ENROL, {"code": "123456"})["Location"] == VERIFY
    assert TOTPDevice.objects.filter(user=user).count() == 1


def test_the_code_makes_the_session_whole_and_changes_its_key(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    client = half(user)
    before = client.session.session_key
    response = client.post(f"{VERIFY}?next=/account/name/", {"code": f" {code_of(device_of(user))} "})
    assert response["Location"] == "/account/name/"
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200
    verbs = list(AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True))
    assert verbs[0] == "signed in"
    assert verbs.count("signed in") == 1


def test_a_code_works_once(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    code = code_of(device_of(user))
    assert half(user).post(VERIFY, {"code": code}).status_code == 302
    assert half(user).post(VERIFY, {"code": code}).status_code == 200


def test_wrong_codes_are_slowed_down(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    client = half(user)
    wrong = f"{(int(code_of(device_of(user))) + 1) % 1_000_000:06d}"
    TOTPDevice.objects.filter(user=user).update(throttling_failure_count=6)
    client.post(VERIFY, {"code": wrong})
    right = client.post(VERIFY, {"code": code_of(device_of(user))})
    assert re.search(r"Too many wrong codes. Wait \d+ seconds", right.content.decode())
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_works_once_however_it_is_typed(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    codes = enrolled(user)
    typed = codes[0].upper().replace("-", " ")
    assert half(user).post("/sign-in/recovery-code/", {"code": typed}).status_code == 302
    assert recovery_codes_left(user) == HOW_MANY_CODES - 1
    assert half(user).post("/sign-in/recovery-code/", {"code": codes[0]}).status_code == 200
    verbs = AuditEvent.objects.about("accounts.user", user.pk).values_list("verb", flat=True)
    assert "used a recovery code" in verbs


def test_recovery_codes_are_stored_as_hashes_of_their_own_person(holds: Holds) -> None:
    one, other = holds(Role.HEAD_OF_SERVICE), holds(Role.HEAD_OF_SERVICE)
    codes = enrolled(one)
    enrolled(other)
    stored = " ".join(StaticToken.objects.values_list("token", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)
    assert half(other).post("/sign-in/recovery-code/", {"code": codes[0]}).status_code == 200


def test_recovery_codes_outlive_a_change_of_the_secret_key(holds: Holds, settings: Settings) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    codes = enrolled(user)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-the-checks-0123456789"
    assert half(user).post("/sign-in/recovery-code/", {"code": codes[1]}).status_code == 302


def test_somebody_who_need_not_may_enrol_and_is_then_asked(holds: Holds) -> None:
    user = holds(Role.SIP)
    client = half(user)
    client.post("/account/second-factor/change/", {"present": PASSWORD})
    client.get(ENROL)
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=user))})
    assert client.get("/account/").status_code == 200
    assert half(user).get("/account/")["Location"].startswith(VERIFY)


def test_a_screen_left_alone_sets_no_app_up(holds: Holds, clock_at: Callable[..., object]) -> None:
    """The password comes first, and counts for a quarter of an hour."""
    user = holds(Role.SIP)
    client = signed_in(user)
    change = "/account/second-factor/change/"
    assert client.get(ENROL)["Location"] == change
    assert client.post(ENROL, {"code": "123456"})["Location"] == change
    assert not TOTPDevice.objects.filter(user=user).exists()
    page = client.get(change).content.decode()
    assert "Set up an authenticator app" in page
    assert "Your present app" not in page
    client.post(change, {"present": PASSWORD})
    assert client.get(ENROL).status_code == 200
    clock_at(clock.now() + timedelta(minutes=16))
    assert client.get(ENROL)["Location"] == change


def test_a_password_without_its_second_factor_does_not_count_as_having_been_here(
    holds: Holds, clock_at: Callable[..., object]
) -> None:
    """Whoever has the password alone must not shorten what its owner is told is new."""
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    before = clock.now() - timedelta(days=3)
    User.objects.filter(pk=user.pk).update(last_login=before)
    stranger = half(user)
    stranger.post(VERIFY, {"code": "000000"})
    assert User.objects.get(pk=user.pk).last_login == before
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    client = half(user)
    assert session.here_before(client.session) is None
    client.post(VERIFY, {"code": code_of(device_of(user))})
    assert session.here_before(client.session) == before
    came = User.objects.get(pk=user.pk).last_login
    assert came is not None
    assert came > before


def test_replacing_the_app_later_is_no_new_sign_in(holds: Holds) -> None:
    user = holds(Role.SIP)
    client = half(user)
    came = User.objects.get(pk=user.pk).last_login
    client.post("/account/second-factor/change/", {"present": PASSWORD})
    client.get(ENROL)
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=user))})
    assert User.objects.get(pk=user.pk).last_login == came


def test_a_new_app_ends_every_other_session(holds: Holds) -> None:
    user = holds(Role.SIP)
    client, elsewhere = half(user), signed_in(user)
    assert elsewhere.get("/account/").status_code == 200
    client.post("/account/second-factor/change/", {"present": PASSWORD})
    client.get(ENROL)
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=user))})
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/")["Location"].startswith("/sign-in/?next=")


def test_a_wrong_code_is_in_the_audit(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    half(user).post(VERIFY, {"code": "000000"})
    event = AuditEvent.objects.about("accounts.user", user.pk).get(verb="gave a wrong security code")
    assert event.by is None


def test_a_role_given_in_the_middle_of_a_session_asks_at_once(holds: Holds, roles: Roles) -> None:
    user = holds(Role.SIP)
    client = half(user)
    assert client.get("/account/").status_code == 200
    roles.by_user[user.pk] = [Role.HEAD_OF_SERVICE]
    assert client.get("/account/").status_code == 302


def test_new_recovery_codes_ask_for_the_password_and_end_the_old_ones(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    old = enrolled(user)
    client = signed_in(user)
    assert (
        "The password you entered is not correct"
        in client.post("/account/recovery-codes/", {"present": "no"}).content.decode()
    )
    response = client.post("/account/recovery-codes/", {"present": PASSWORD})
    codes = re.findall(r"data-recovery-code>([^<]+)<", response.content.decode())
    assert len(codes) == HOW_MANY_CODES
    assert half(user).post("/sign-in/recovery-code/", {"code": old[0]}).status_code == 200
    StaticDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert half(user).post("/sign-in/recovery-code/", {"code": codes[0]}).status_code == 302


def test_replacing_the_app_asks_for_the_password_and_keeps_the_old_one_until_then(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    old = device_of(user)
    client = signed_in(user)
    assert client.get(ENROL)["Location"] == "/account/second-factor/change/"
    client.post("/account/second-factor/change/", {"present": PASSWORD})
    client.get(ENROL)
    assert device_of(user) == old
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=user, confirmed=False))})
    assert device_of(user) != old
    assert client.get("/account/").status_code == 200


def test_an_app_that_is_required_cannot_be_removed(holds: Holds) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    signed_in(user).post("/account/second-factor/remove/", {"present": PASSWORD})
    assert device_of(user)


def test_an_app_that_is_not_required_can_be_removed(holds: Holds) -> None:
    user = holds(Role.SIP)
    enrolled(user)
    client = signed_in(user)
    assert client.post("/account/second-factor/remove/", {"present": PASSWORD}).status_code == 302
    assert not TOTPDevice.objects.filter(user=user).exists()
    assert not StaticDevice.objects.filter(user=user).exists()
    assert half(user).get("/account/").status_code == 200


def test_the_demonstrations_code_opens_nothing_elsewhere(holds: Holds, settings: Settings) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    enrolled(user)
    settings.DEMO_SECOND_FACTOR = "123456"
    assert half(user).post(VERIFY, {"code": "123456"}).status_code == 200


def test_a_demonstration_takes_its_printed_code_without_any_app(holds: Holds, settings: Settings) -> None:
    user = holds(Role.HEAD_OF_SERVICE)
    settings.DEMO, settings.DEMO_SECOND_FACTOR = True, "123456"
    client = half(user)
    assert "the security code is always 123456" in client.get(VERIFY).content.decode()
    assert client.post(VERIFY, {"code": "123456"}).status_code == 302
    assert client.get("/account/").status_code == 200
