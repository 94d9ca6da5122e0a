"""Every address of the site, with the bare page and a stock admin beside them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.stock import stock
from schoolimprove.urls import urlpatterns as every_address


def bare(request: HttpRequest) -> HttpResponse:
    """The least a signed-in page can be: our whole middleware, the session, the user, and one line."""
    return HttpResponse(f"{request.user}\n", content_type="text/plain")


urlpatterns = [path("bare", bare, name="bare"), path("stock/", stock.urls), *every_address]
