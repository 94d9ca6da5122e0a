"""What every response carries and every request leaves in the log."""

import logging
import re
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from schoolimprove.lib import context
from schoolimprove.middleware import ClientAddressMiddleware, RequestIdMiddleware, SecurityHeadersMiddleware

ANSWER: Callable[[HttpRequest], HttpResponse] = lambda request: HttpResponse()  # noqa: E731


def test_every_response_carries_the_security_headers(client: Client) -> None:
    headers = client.get("/healthz").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "private, no-store"


def test_every_response_carries_a_policy_that_allows_nothing_inline(client: Client) -> None:
    policy = dict(part.split(" ", 1) for part in client.get("/healthz").headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["default-src"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in str(policy)


def test_a_header_a_view_has_set_is_kept() -> None:
    middleware = SecurityHeadersMiddleware(lambda request: HttpResponse(headers={"Cache-Control": "max-age=60"}))
    assert middleware(RequestFactory().get("/")).headers["Cache-Control"] == "max-age=60"


def test_plain_http_is_sent_to_https_but_for_the_probes(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/anything/")
    assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/anything/")
    assert Client().get("/healthz").status_code == 200


def test_an_id_that_can_be_printed_anywhere_is_taken_from_the_proxy(client: Client) -> None:
    given = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "abcdefgh\n", "<script>alert(1)</script>", "abcd efgh", "äöüäöüäö"]
)
def test_any_other_id_is_replaced_by_one_of_ours(given: str) -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": given})
    answered = RequestIdMiddleware(ANSWER)(request).headers["X-Request-ID"]
    assert answered != given
    assert re.fullmatch("[0-9a-f]{32}", answered)


def test_the_id_is_known_while_the_request_is_served_and_forgotten_afterwards() -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(context.request_id.get())
        return HttpResponse()

    response = RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert seen == [response.headers["X-Request-ID"]]
    assert context.request_id.get() == ""


def test_a_request_leaves_one_line_with_what_was_asked_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "schoolimprove.access"):
        RequestIdMiddleware(ANSWER)(RequestFactory().get("/schools/123456/?search=Anne+Smith"))
    (record,) = (record for record in caplog.records if record.name == "schoolimprove.access")
    assert (record.method, record.path, record.status) == ("GET", "/schools/123456/", 200)  # type: ignore[attr-defined]
    assert 0 <= record.milliseconds < 10_000  # type: ignore[attr-defined]
    assert "Anne" not in str(record.__dict__)


def test_a_healthy_probe_is_not_worth_a_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "schoolimprove.access"):
        client.get("/healthz")
    assert caplog.records == []


@pytest.mark.django_db
def test_the_line_names_who_is_signed_in_by_number(client: Client) -> None:
    from schoolimprove import logs

    seen: list[str | None] = []

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logs.known_user(logs.serving.get()))

    user = get_user_model().objects.create_user("anne@example.invalid", name="Anne")
    client.force_login(user)
    logger, handler = logging.getLogger("schoolimprove.access"), Watching()
    logger.addHandler(handler)
    client.get("/admin/")
    logger.removeHandler(handler)
    assert seen == [str(user.pk)]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51413", "203.0.113.7"),
        ("10.0.0.1, 2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:51413", "2001:db8::7"),
        ("203.0.113.7, unknown", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_behind_a_proxy_the_address_is_the_one_the_proxy_wrote(settings: Settings, written: str, address: str) -> None:
    settings.BEHIND_PROXY = True
    request = RequestFactory().get("/", headers={"X-Forwarded-For": written})
    ClientAddressMiddleware(ANSWER)(request)
    assert request.META["REMOTE_ADDR"] == address


def test_without_a_proxy_nobody_can_claim_an_address() -> None:
    assert not django_settings.BEHIND_PROXY
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(ANSWER)
