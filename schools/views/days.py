"""A school's days: its terms, closures and bank holidays, and when a number of days ends."""

from typing import Any

from django.urls import reverse

from schoolimprove.accounts.exporting import export_links
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year
from schoolimprove.ui import components
from schools.calendars import days_after
from schools.days import DayOff, SchoolYear, school_years
from schools.forms.days import DaysForm
from schools.models import School
from schools.views.school import SchoolTabView

OWN = "This school’s own"


class SchoolDays(SchoolTabView):
    template_name = "schools/school_days.html"
    tab = "days"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DaysForm.asked(self.request.GET)
        return super().get_context_data(
            form=form,
            answer=answer(self.school, form),
            years=[_shown(year) for year in years_shown(self.school)],
            additions=additions(self.request.user, self.school),
            exports=export_links("schools:days_export", self.request.user, self.school.urn, on=self.school),
            **kwargs,
        )


def years_shown(school: School) -> list[SchoolYear]:
    """This one and the next."""
    now = academic_year(clock.today())
    return school_years(school.pk, [now, now + 1])


def answer(school: School, form: DaysForm) -> dict[str, Any]:
    """The sentence with the working behind it, or why there is none; nothing where nothing was asked."""
    if not form.is_bound or not form.is_valid():
        return {}
    asked = form.cleaned_data
    try:
        working = days_after(asked["kind"], asked["start"], asked["days"], school=school.pk)
    except clock.DatesNotHeld as refusal:
        return {"refusal": f"This cannot be worked out: {refusal}."}
    question = clock.question(working)
    return {"question": f"{question} {'ends' if working.n == 1 else 'end'} on", "working": working.as_record()}


def additions(user: Any, school: School) -> list[components.Link]:
    """Where an administrator enters a school's own days; the form begins with this school."""
    if not (user.is_staff and user_can(user, Permission.MANAGE_SETTINGS)):
        return []
    pages = {"schoolclosure": "Add a closure day of this school", "schoolterm": "Add a term of this school’s own"}
    return [
        components.Link(label, f"{reverse(f'admin:schools_{name}_add')}?school={school.pk}")
        for name, label in pages.items()
    ]


def _shown(year: SchoolYear) -> dict[str, Any]:
    return {
        "label": year.label,
        "total": _total(year) if year.counts else "",
        "missing": "" if year.counts else _missing(year),
        "terms": _terms(year),
        "off": _days_off(year),
    }


def _total(year: SchoolYear) -> str:
    first, last = clock.uk_date(year.terms[0].start), clock.uk_date(year.terms[-1].end)
    return f"{year.total} school days, from {first} to {last}."


def _missing(year: SchoolYear) -> str:
    if not year.terms:
        return f"No term dates are held for {year.label}. Until a system administrator loads them, no day is counted."
    return f"Not all three terms of {year.label} are held. Until they are, its school days are not counted."


def _terms(year: SchoolYear) -> components.Table:
    columns = [components.Column(label) for label in ("Term", "First day", "Half-term", "Last day")]
    columns.append(components.Column("School days", numeric=True))
    rows: list[list[Any]] = [
        [
            term.name.capitalize() + (" (this school’s own)" if term.name in year.own else ""),
            term.start,
            clock.Run(term.half_term_start, term.half_term_end, ""),
            term.end,
            year.counts.get(term.name, "Not counted"),
        ]
        for term in year.terms
    ]
    return components.Table(f"Terms {year.label}", columns, rows, caption_hidden=True)


def _days_off(year: SchoolYear) -> components.Table:
    """Closure days and the bank holidays of its terms, in order."""
    columns = [components.Column(label) for label in ("Day", "Why there is no school", "Where")]
    rows = [[clock.long_date(each.day), each.why, where] for each, where in days_off(year)]
    caption = f"Closure days and bank holidays in term {year.label}"
    return components.Table(caption, columns, rows, empty=f"No closure day is entered for {year.label}.")


def days_off(year: SchoolYear) -> list[tuple[DayOff, str]]:
    """Each day in order, and where there is no school on it."""
    days = [(each, OWN if each.own else "Every school") for each in year.closures]
    days += [(each, "Bank holiday") for each in year.bank_holidays]
    return sorted(days, key=lambda pair: pair[0].day)
