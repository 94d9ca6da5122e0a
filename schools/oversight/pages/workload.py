"""Workload: schools, visits of a term, records that wait and days of the year, by person."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year_label
from schoolimprove.ui import components
from schoolimprove.ui.charts import Chart, Series
from schoolimprove.ui.exports import Column, ListFile
from schools.oversight.core_visits import term_of, terms_to_look_at
from schools.oversight.forms import LoadForm
from schools.oversight.my_term.own_visits import sees_others
from schools.oversight.pages.core_visits import CoveragePage
from schools.oversight.workload import Load, loads, schools_of, total_of
from schools.register.partners import NOBODY
from schools.visits.entitlement.actions import plain
from schools.visits.term_slots import TermDays


class Asked:
    def __init__(self, request: HttpRequest) -> None:
        self.request, self.today = request, clock.today()
        self.terms = terms_to_look_at(self.today)
        usual = term_of(self.terms, self.today)
        self.form = LoadForm(request.GET, terms=self.terms, chosen=usual.key if usual else "")
        self.form.is_valid()
        named = self.form.cleaned_data.get("term")
        self.days = next((each for each in self.terms if each.key == named), usual)

    def lines(self) -> list[Load]:
        return loads(self.request.user, self.days, on=self.today) if self.days else []

    def total(self, lines: Sequence[Load]) -> Load:
        return total_of(lines, schools_of(self.request.user).count())


class CoverageLoad(CoveragePage):
    template_name = "schools/oversight/coverage_load.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = Asked(self.request)
        lines = asked.lines()
        return super().get_context_data(**kwargs) | {
            "page_title": "Workload",
            "lede": "How many schools, visits, records and days each person has, at the schools you can see.",
            "asked": asked,
            "form": None,
            "choosing": asked.form,
            "chart": load_chart(lines, asked.days) if lines and asked.days else None,
            "table": load_table(lines, asked, asked.days) if lines and asked.days else None,
            "meanings": [(label, meaning) for _name, label, meaning in FIGURES],
            "year": academic_year_label(asked.days.year) if asked.days else "",
            "exports": export_links("schools:coverage_load_export", self.request.user) if lines else [],
        }


def load_chart(lines: Sequence[Load], days: TermDays) -> Chart:
    label = f"Visits of each person, {days.spoken}"
    series = [
        Series("Held", [line.held for line in lines], "held"),
        Series("Date set", [line.dated for line in lines], "dated"),
        Series("No date yet", [line.undated for line in lines], "undated"),
    ]
    return Chart(label, [line.name for line in lines], series, "Visits")


FIGURES = (
    ("planned", "Visits", "All visits of the term given to this person"),
    ("held", "Held", "Visits of the term already held"),
    ("dated", "Date set", "Visits still to come, with a date proposed or agreed"),
    ("undated", "No date yet", "Visits still to come, without a date"),
    ("writing", "To write", "Records being written today, from any term, that you can see"),
    ("approving", "To approve", "Records waiting for approval today, from any term, that you can see"),
    ("answering", "Awaiting response", "Shared records the school has not responded to in full, from any term"),
    ("days_used", "Days used", "Days of visits held in the academic year that you can see"),
    ("days_planned", "Days planned", "Days of visits still to come in the academic year"),
)


def load_table(lines: Sequence[Load], asked: Asked, days: TermDays) -> components.Table:
    numbers = ["Schools", *(label for _name, label, _meaning in FIGURES)]
    columns = [components.Column("Who"), *(components.Column(label, numeric=True) for label in numbers)]
    leads = sees_others(asked.request.user)
    rows = [_row(line, days.key, leads) for line in [*lines, asked.total(lines)]]
    return components.Table(f"Workload in {days.spoken}", columns, rows, wide=True)


def _row(line: Load, term: str, leads: bool) -> list[Any]:
    return [_who(line, term, leads), _schools(line), *(_shown(getattr(line, name)) for name, _l, _m in FIGURES)]


def _who(line: Load, term: str, leads: bool) -> Any:
    """Their term, for readers who see others' terms."""
    whose = NOBODY if line.key == NOBODY else str(line.user or "")
    if not (leads and whose and line.key):
        note = format_html('<span class="app-note">{}</span>', line.role) if line.role else ""
        return format_html("{}{}", line.name, note)
    address = f"{reverse('schools:my_term')}?{urlencode({'term': term, 'whose': whose})}"
    return components.Link(line.name, address, line.role)


def _schools(line: Load) -> Any:
    """What leads to the schools of a partner, or without one; a locality officer has none of their own."""
    whose = NOBODY if line.key == NOBODY else line.person
    if not line.schools or whose is None:
        return "–" if line.schools is None else f"{line.schools:,}"
    chosen = urlencode({"sip": whose, "establishment": ["open", "closing"]}, doseq=True)
    return format_html(
        '<a class="govuk-link" href="{}?{}">{}<span class="govuk-visually-hidden"> schools, {}</span></a>',
        reverse("schools:list"),
        chosen,
        f"{line.schools:,}",
        line.name,
    )


def _shown(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else plain(number)


COLUMNS = [
    Column("name", "Name", "Person the visits were given to"),
    Column("role", "Role", "SIP, EIP, or another role with visits"),
    Column("schools", "Schools", "Open schools where they are the School Improvement Partner. Empty for other roles"),
    *(Column(*figure) for figure in FIGURES),
]


LOAD = ListFile("load", "workload", "Workload", "A person with visits", COLUMNS)


@exports(LOAD)
def export_load(request: HttpRequest) -> Taken:
    """The table as the address asks for it, with its total."""
    acting(user_of(request), Permission.VIEW_COVERAGE)
    asked = Asked(request)
    lines = asked.lines()
    rows = [
        [line.name, line.role, line.schools, *(getattr(line, name) for name, _l, _m in FIGURES)]
        for line in [*lines, asked.total(lines)]
    ]
    return Taken(rows, len(rows), {"Term": asked.days.label if asked.days else ""})
