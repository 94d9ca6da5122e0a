"""Schools not seen for a number of days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from schoolimprove.accounts.exporting import Taken, export_links, exports, words_of
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import FilterPanel, filter_panel
from schools.oversight.core_visits import NO_DISTRICT, NOT_KNOWN
from schools.oversight.forms import NotSeenForm
from schools.oversight.last_visit import NotSeen, Schools, listed, not_seen_for
from schools.oversight.pages.core_visits import PER_PAGE, CoveragePage, in_districts
from schools.policy import NOT_SEEN
from schools.register.partners import NOBODY, SIP_SCOPES, Sips, with_sip
from schools.register.scope import COLUMNS as SCOPE_COLUMNS
from schools.visits.models.visit import Visit

LONGEST_AGO = "-days"
SORTS: dict[str, tuple[OrderBy, ...]] = {
    "name": (F("name").asc(),),
    "-name": (F("name").desc(),),
    "-days": (F("last_seen").asc(nulls_first=True), F("name").asc()),
    "days": (F("last_seen").desc(nulls_last=True), F("name").asc()),
    "next": (F("next_on").asc(nulls_last=True), F("name").asc()),
    "-next": (F("next_on").desc(nulls_last=True), F("name").asc()),
}
"""Order → columns. A school that was never seen was not seen for longest."""


class Listing:
    """The reader's schools not seen for the days that the address asks for, narrowed and sorted as it says."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.usual = policy_value(NOT_SEEN, on=self.today).days
        asked = request.GET.get("sort", "")
        self.ordering = asked if asked in SORTS else LONGEST_AGO
        self.days = NotSeenForm(request.GET, usual=self.usual, districts=[], sips=[]).days_asked

    @cached_property
    def everything(self) -> Schools:
        return not_seen_for(self.days, self.request.user, on=self.today)

    @cached_property
    def tally(self) -> "Tally":
        return Tally(self.everything)

    @cached_property
    def form(self) -> NotSeenForm:
        return NotSeenForm(
            self.request.GET, usual=self.usual, districts=list(self.tally.districts.items()), sips=self.tally.partners
        )

    @cached_property
    def panel(self) -> FilterPanel:
        return filter_panel(self.form, self.request.GET, counts=self.tally.counts, label="Filter schools")

    def schools(self) -> Schools:
        found, form = self.everything, self.form
        if text := (form.chosen("q") or "").strip():
            found = found.matching(text)
        if districts := form.chosen("district"):
            found = found.filter(in_districts(districts))
        if sip := form.chosen("sip"):
            found = found.filter(with_sip([sip]))
        return found.select_related("district").order_by(*SORTS[self.ordering], "urn")


class Tally:
    """What there is to choose from among these schools, with how many of each. Two queries.

    Where `numbers` says how much there is at each school, that is counted, and a school without anything is left out.
    """

    def __init__(self, schools: Schools, numbers: Mapping[int, int] | None = None) -> None:
        columns = {SCOPE_COLUMNS[kind] for kind in SIP_SCOPES}
        rows = list(schools.order_by().values("district__name", *columns | {"pk", "district"}))
        if numbers is not None:
            rows = [row for row in rows if row["pk"] in numbers]
        sips = Sips.at([row["pk"] for row in rows])
        named: dict[str, str] = {}
        self.counts: dict[str, dict[str, int]] = {"district": {}, "sip": {}}
        for row in rows:
            key = str(row["district"] or NOT_KNOWN)
            named[key] = row["district__name"] or NO_DISTRICT
            number = 1 if numbers is None else numbers[row["pk"]]
            self._count("district", key, number)
            for person in sips.of(row) or [NOBODY]:
                self._count("sip", str(person), number)
        self.districts = dict(sorted(named.items(), key=lambda each: (each[0] == str(NOT_KNOWN), each[1].casefold())))
        partners = [(str(person), name) for person, name in sips.names.items() if str(person) in self.counts["sip"]]
        self.partners = [(NOBODY, "Without a partner"), *sorted(partners, key=lambda each: each[1].casefold())]

    def _count(self, name: str, key: str, number: int) -> None:
        self.counts[name][key] = self.counts[name].get(key, 0) + number


class CoverageNotSeen(CoveragePage):
    template_name = "schools/oversight/coverage_not_seen.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = Listing(self.request)
        page = Paginator(listing.schools(), PER_PAGE).get_page(self.request.GET.get("page"))
        count, days = page.paginator.count, in_days(listing.days)
        seen_all = components.Empty(
            f"Every school was visited in the last {days}",
            "Enter fewer days to see which schools have waited longest.",
        )
        return super().get_context_data(**kwargs) | {
            "page_title": "Schools not visited recently",
            "lede": f"Schools we serve that have had no visit in the last {days}. Schools never visited come first.",
            "misread": listing.form.misread,
            "days": days,
            "found": f"{count:,} school{'' if count == 1 else 's'} not visited for {days}",
            "filters": listing.panel,
            "table": not_seen_table(listed(list(page.object_list), on=listing.today), listing.ordering),
            "page_obj": page,
            "exports": export_links("schools:coverage_not_seen_export", self.request.user),
            "nothing": None if count or narrowed(listing.form) else seen_all,
            "form": None,
        }


def in_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"


def narrowed(form: NotSeenForm) -> bool:
    return any(form.chosen(name) for name in ("q", "district", "sip"))


def not_seen_table(rows: Iterable[NotSeen], ordering: str) -> components.Table:
    columns = [
        components.Column("School", "name"),
        components.Column("Last visit"),
        components.Column("Days since last visit", "days", numeric=True),
        components.Column("Next visit", "next"),
    ]
    return components.Table("Schools", columns, [_row(row) for row in rows], ordering=ordering, caption_hidden=True)


def _row(row: NotSeen) -> list[Any]:
    school = row.school
    district = f", {school.district.name}" if school.district else ""
    note = f"URN {school.urn}{district}. Partner: {', '.join(row.partners) or 'none yet'}"
    return [
        components.Link(school.name, reverse("schools:visits", args=[school.urn]), note),
        _visit(row.last, _by(row.last)) if row.last else "Never visited",
        f"{row.days:,}" if row.days is not None else "Never visited",
        _visit(row.next, row.next.get_status_display()) if row.next else "No date yet",
    ]


def _by(visit: Visit | None) -> str:
    return f"{visit.get_kind_display()}, {visit.author}" if visit else ""


def _visit(visit: Visit, note: str) -> components.Link:
    return components.Link(clock.uk_date(visit.day) if visit.day else "", visit.get_absolute_url(), note)


COLUMNS = [
    Column("urn", "URN", "Unique reference number of the school"),
    Column("name", "Name", "Name of the school"),
    Column("district", "District", "District of the authority"),
    Column("sip", "SIP", "School Improvement Partner today"),
    Column(
        "last_seen", "Last visit", "Day of the last visit, not counting performance management. Empty if there was none"
    ),
    Column("last_kind", "Type of visit", "Type of that visit"),
    Column("last_by", "Visited by", "Who visited"),
    Column("days", "Days since", "Days since then. Empty if the school was never visited"),
    Column("next_on", "Next date", "Next date proposed or agreed"),
    Column("next_status", "Next date is", "Whether that date is proposed or agreed"),
]


NOT_SEEN_SCHOOLS = ListFile(
    "schools not seen", "schools not visited recently", "Schools not visited recently", "A school we serve", COLUMNS
)


@exports(NOT_SEEN_SCHOOLS)
def export_not_seen(request: HttpRequest) -> Taken:
    """The list as it stands in the address."""
    acting(user_of(request), Permission.VIEW_COVERAGE)
    listing = Listing(request)
    schools = listing.schools()
    chosen = words_of(listing.panel) | {"Not visited for": in_days(listing.days)}
    chosen.pop("Days since the last visit, at least", None)
    return Taken(_exported(schools, listing.today), schools.count(), chosen)


def _exported(schools: Schools, today: date) -> Iterator[Sequence[Any]]:
    for some in in_batches(schools.iterator(500)):
        yield from (_exported_row(row) for row in listed(some, on=today))


def _exported_row(row: NotSeen) -> list[Any]:
    school, last, following = row.school, row.last, row.next
    return [
        school.urn,
        school.name,
        school.district.name if school.district else "",
        "; ".join(row.partners),
        last.held_on if last else None,
        last.get_kind_display() if last else "",
        str(last.author) if last else "",
        row.days,
        following.planned_on if following else None,
        following.get_status_display() if following else "",
    ]
