"""At most one policy query a request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .values import one_reading


class OneReadingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_reading():
            return self.get_response(request)
