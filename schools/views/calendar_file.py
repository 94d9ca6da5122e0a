"""A visit, or a term of them, taken into one's own calendar."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from schoolimprove.ui.calendar_files import CONTENT_TYPE
from schools.calendar_file import calendar_file, calendar_of, has_calendar_file
from schools.views.my_term import Term
from schools.views.visit import visit_in_scope


def visit_calendar(request: HttpRequest, urn: int, visit: int) -> HttpResponse:
    """*Not found* for whoever may not know of the visit, and while it has no day."""
    found = visit_in_scope(request, urn, visit)
    if not has_calendar_file(found):
        raise Http404("This visit has no day yet.")
    return answered(calendar_file(found), f"visit-{found.school.urn}-{found.day}")


def term_calendar(request: HttpRequest) -> HttpResponse:
    """The visits of “My term” that have a day, as the list stands in the address."""
    term = Term(request)
    found = calendar_of(term.listed())
    if not found:
        messages.warning(request, "None of these visits has a date yet.")
        return redirect(f"{reverse('schools:my_term')}?{term.query.urlencode()}")
    return answered(found, f"visits-{term.slot.value}")


def answered(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
