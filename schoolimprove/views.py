"""Pages that belong to no app: home, the authority's stylesheet, and the texts of the footer."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from schoolimprove.accounts.rights import Held, appointments_of, user_can
from schoolimprove.accounts.roles import ROLE_LABELS, Permission, Role
from schoolimprove.context import own_authority
from schoolimprove.lib import clock
from schoolimprove.ui.colour import authority_css
from schoolimprove.ui.registry import asked_of
from schools.models import RecordOfVisit, School

SHOWN_SCHOOLS = 10
SHOWN_RECORDS = 5
LATELY = timedelta(days=60)
SHOWN_SCOPES = 3


def home(request: HttpRequest) -> HttpResponse:
    """What is asked of me, my schools, and what was shared lately."""
    user = request.user
    asks = asked_of(user, clock.today())
    schools = School.objects.visible_to(user).open().select_related("authority", "district")
    shown = list(schools[: SHOWN_SCHOOLS + 1]) if user_can(user, Permission.VIEW_SCHOOL) else []
    shared = RecordOfVisit.objects.shared_since(user, clock.now() - LATELY).for_lists()
    context = {
        "page_title": "Home",
        "heading": f"Hello, {user}",
        "asks": asks,
        "schools": shown[:SHOWN_SCHOOLS],
        "more_schools": len(shown) > SHOWN_SCHOOLS,
        "shared": list(shared.order_by("-approved_at")[:SHOWN_RECORDS]),
        "appointments": in_words(appointments_of(user)),
        "reads_schools": user_can(user, Permission.VIEW_SCHOOL),
    }
    return render(request, "home.html", context)


def in_words(appointments: Sequence[Held]) -> list[str]:
    """A line for each role, with what it is held over; where that is more than a few, how many there are."""
    by_role: dict[Role, list[Held]] = {}
    for held in appointments:
        by_role.setdefault(held.role, []).append(held)
    return [f"{ROLE_LABELS[role]}, {_over(group)}" for role, group in by_role.items()]


def _over(group: Sequence[Held]) -> str:
    if len(group) <= SHOWN_SCOPES:
        return "; ".join(str(held.scope_name) for held in group)
    schools = all(held.scope_kind == "school" for held in group)
    return f"{len(group)} {'schools' if schools else 'appointments'}"


@login_not_required
@cache_control(public=True, max_age=300)
def authority_stylesheet(_request: HttpRequest) -> HttpResponse:
    """The authority's colour as a stylesheet, since it is data and inline styles are not allowed."""
    return HttpResponse(authority_css(own_authority()["colour"]), content_type="text/css; charset=utf-8")


@method_decorator(login_not_required, name="dispatch")
class FooterPage(TemplateView):
    """Accessibility, privacy, cookies and help, which anybody may read."""
