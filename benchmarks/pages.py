"""Which pages are measured, as whom, and what is asked of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from benchmarks.categories import addresses
from benchmarks.seed import SCHOOLS_PER_SIP
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, Role
from schools.models import Appointment, District, RecordOfVisit, School
from schools.records.states import SHARED_STATES, RecordStatus

BARE = "bare page"
PAGE, LIST, PDF = 8, 15, 150
"""The aims: a page at least 1/8 of the bare page's rate, a list with its filters at least 1/15, a PDF
within a second."""
BESIDE = 0
"""What stands beside a page for comparison has no aim."""


@dataclass(frozen=True)
class Page:
    """`aim` is by how much the page may be slower than the bare page; 0 where it has none."""

    name: str
    path: str
    aim: int


@dataclass(frozen=True)
class Reader:
    """Somebody who reads, and how many schools lie in their scope."""

    label: str
    user: User
    schools: int
    pages: Sequence[Page]


def readers() -> list[Reader]:
    """A SIP, a DSIM and a head of service of the county, a deputy for a phase in the whole country, and a head."""
    scopes = {
        "SIP": Appointment.objects.filter(role=Role.SIP),
        "DSIM": Appointment.objects.filter(role=Role.DSIM),
        "Head of service": Appointment.objects.filter(role=Role.HEAD_OF_SERVICE),
        "Deputy head, one phase": Appointment.objects.filter(role=Role.DEPUTY_HEAD),
        "Headteacher": Appointment.objects.filter(role=Role.HEADTEACHER, ends_on=None, school=1),
    }
    return [_reader(label, held.order_by("pk")[0].person.user) for label, held in scopes.items()]


def _reader(label: str, user: User | None) -> Reader:
    assert user is not None  # noqa: S101 - everybody in the seed may sign in
    schools = School.objects.visible_to(user)
    record = (
        RecordOfVisit.objects.visible_to(user)
        .filter(status=RecordStatus.SHARED, school__in=schools.open()[:SCHOOLS_PER_SIP])
        .select_related("school")
        .order_by("-pk")[0]
    )
    return Reader(label, user, schools.count(), _pages(user, record))


def _pages(user: User, record: RecordOfVisit) -> list[Page]:
    urn = [record.school.urn]
    district = District.objects.filter(schools__in=School.objects.visible_to(user)).annotate(held=Count("schools"))
    filters = {
        "phase": ["primary", "secondary"],
        "service": "entitled",
        "district": district.order_by("-held")[0].pk,
        "sort": "-town",
    }
    return [
        Page("home", reverse("home"), PAGE),
        # Without a query someone of one school is led to that school.
        Page("schools", f"{reverse('schools:list')}?q=", LIST),
        Page("schools, filtered", f"{reverse('schools:list')}?{urlencode(filters, doseq=True)}", LIST),
        Page("schools, searched", f"{reverse('schools:list')}?q=st+marys+primary", LIST),
        *_stock_schools(district.order_by("-held")[0].pk),
        *_allocation(user),
        Page("visit programme", reverse("schools:programme"), PAGE),
        *_coverage(user),
        Page("a school", reverse("schools:school", args=urn), PAGE),
        Page("its visits", reverse("schools:visits", args=urn), LIST),
        Page("stock: its visits", _stock("visit", school__id__exact=record.school_id), BESIDE),
        Page("its people", reverse("schools:people", args=urn), LIST),
        Page("its chronology", reverse("schools:chronology", args=urn), LIST),
        Page("a record", record.get_absolute_url(), PAGE),
        *_record_as_pdf(user, record.school),
        *_categories(user),
    ]


def _stock_schools(district: int) -> list[Page]:
    """The same three questions, asked of Django's own admin."""
    narrowed = {"phase__exact": "primary", "establishment__exact": "open", "district__id__exact": district, "o": "-3"}
    return [
        Page("stock: schools", _stock("school"), BESIDE),
        Page("stock: filtered", _stock("school", **narrowed), BESIDE),
        Page("stock: searched", _stock("school", q="mary primary"), BESIDE),
    ]


def _stock(model: str, **query: Any) -> str:
    return f"{reverse(f'stock:schools_{model}_changelist')}?{urlencode(query)}"


def _record_as_pdf(user: User, school: School) -> list[Page]:
    """A preview, drawn in the request, of the readers who see a record before it is shared."""
    unshared = RecordOfVisit.objects.visible_to(user).exclude(status__in=SHARED_STATES).filter(school=school)
    draft = unshared.select_related("school").order_by("-pk").first()
    if draft is None:
        return []
    return [Page("record as PDF", reverse("schools:record_pdf", args=[draft.school.urn, draft.reference]), PDF)]


def _categories(user: User) -> list[Page]:
    """The pages of categories, of the readers who have them."""
    lists = ("recommendations", "categories as at a day", "progress of a round")
    return [Page(name, path, LIST if name in lists else PAGE) for name, path in addresses(user).items()]


def _allocation(user: User) -> list[Page]:
    """The board, of the readers who have it."""
    board = Page("who has which school", reverse("schools:allocation"), LIST)
    return [board] if user_can(user, Permission.VIEW_ALLOCATION) else []


def _coverage(user: User) -> list[Page]:
    """How far the term has come, and the list behind the numbers, of the readers who have it."""
    table, found = reverse("schools:coverage"), reverse("schools:coverage_list")
    pages = [
        Page("coverage", table, LIST),
        Page("coverage by partner", f"{table}?by=sip", LIST),
        Page("its list", found, LIST),
        Page("its list, narrowed", f"{found}?stage=not_yet", LIST),
        Page("coverage week by week", reverse("schools:coverage_weeks"), LIST),
        Page("schools not seen", reverse("schools:coverage_not_seen"), LIST),
        Page("deadlines", reverse("schools:due"), LIST),
        Page("workload", reverse("schools:coverage_load"), LIST),
    ]
    return pages if user_can(user, Permission.VIEW_COVERAGE) else []
