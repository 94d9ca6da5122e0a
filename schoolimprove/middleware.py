"""What every request passes through before any app sees it."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from schoolimprove.lib import context
from schoolimprove.logs import serving, without_secrets

Handler = Callable[[HttpRequest], HttpResponseBase]

_access = logging.getLogger("schoolimprove.access")
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_PROBES = {"/healthz", "/readyz"}


class RequestIdMiddleware:
    """Names the request in logs, audit and response, and writes its one access line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = _request_id(request)
        tokens = context.request_id.set(name), serving.set(request)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            _log_access(request, response, time.perf_counter() - started)
            return response
        finally:
            context.request_id.reset(tokens[0])
            serving.reset(tokens[1])


def _request_id(request: HttpRequest) -> str:
    """The proxy's id when it can be printed anywhere without care, else one of our own."""
    given = request.headers.get("X-Request-ID", "")
    return given if _ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex


def _log_access(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    level = logging.DEBUG if request.path in _PROBES and response.status_code < 400 else logging.INFO
    # Never the query: people search for names in it.
    path, milliseconds = without_secrets(request.path), round(seconds * 1000, 1)
    _access.log(
        level,
        "%s %s %s in %s ms",
        request.method,
        path,
        response.status_code,
        milliseconds,
        extra={
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "milliseconds": milliseconds,
        },
    )


class ClientAddressMiddleware:
    """Behind our own proxy the client's address is the last one that proxy wrote down.

    Earlier entries are whatever the client claimed, and the lock-out goes by this address.
    """

    def __init__(self, get_response: Handler) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        written = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if address := _address_in(written):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _address_in(written: str) -> str | None:
    """The address without the port some proxies add; nothing when it is none."""
    for candidate in (written, written.rpartition(":")[0].strip("[]"), written.strip("[]")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return None


class SecurityHeadersMiddleware:
    """Headers that Django has no setting for; a view that sets one of its own keeps it."""

    HEADERS = {
        "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        # Shared computers: a page is not to be had from the browser's store after signing out.
        "Cache-Control": "private, no-store",
    }

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response
