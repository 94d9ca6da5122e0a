"""The components, as tags. Each is drawn by the template of the same name under templates/components/."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.safestring import SafeString

from schoolimprove.ui.cells import cell, drawn_rows, shown
from schoolimprove.ui.charts import Chart
from schoolimprove.ui.components import Column, Empty, Event, Fact, Figure, Link, Tab, Table, Task
from schoolimprove.ui.errors import listed_errors
from schoolimprove.ui.status import colour_of

register = template.Library()
register.filter("shown", shown)
register.filter("cell", cell)
Shown = dict[str, Any]


def _query(context: template.Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The address' query with some parameters changed and the others kept; None or "" removes one."""
    query = _query(context)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def iso(value: date) -> str:
    """The machine's form, for the `datetime` attribute of a time element."""
    return value.isoformat()


@register.inclusion_tag("components/status_tag.html")
def status_tag(code: str, label: str) -> Shown:
    return {"label": label, "colour": colour_of(code)}


@register.inclusion_tag("components/summary_list.html")
def summary_list(facts: list[Fact], heading: str = "") -> Shown:
    return {"facts": facts, "heading": heading, "changeable": any(fact.change_url for fact in facts)}


def _heading(column: Column, ordering: str) -> Shown:
    """A column's heading: whether it is the current order, and which order a click would give."""
    ascending, descending = column.sort == ordering, f"-{column.sort}" == ordering
    state = "ascending" if ascending else "descending" if descending else "none"
    return {"column": column, "state": state, "next": f"-{column.sort}" if ascending else column.sort}


@register.inclusion_tag("components/table.html", takes_context=True)
def table(context: template.Context, table: Table) -> Shown:
    headings = [_heading(column, table.ordering) if column.sort else {"column": column} for column in table.columns]
    rows = drawn_rows(table)
    return {"table": table, "headings": headings, "rows": rows, "request": context.get("request")}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], label: str = "Pages") -> Shown:
    numbers = list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {"page": page, "numbers": numbers, "label": label, "request": context.get("request")}


@register.inclusion_tag("components/filter_tags.html")
def filter_tags(panel: Any) -> Shown:
    return {"panel": panel}


@register.inclusion_tag("components/filter_panel.html", takes_context=True)
def filter_panel(context: template.Context, panel: Any) -> Shown:
    return {"panel": panel, "request": context.get("request")}


@register.inclusion_tag("components/notification_banner.html")
def notification_banner(text: str, kind: str = "info", **extra: Any) -> Shown:
    """`extra`: title, link_url, link_text, banner_id (where a page has several)."""
    return {"text": text, "kind": kind, **extra}


@register.inclusion_tag("components/inset_text.html")
def inset_text(text: str) -> Shown:
    return {"text": text}


@register.inclusion_tag("components/warning_text.html")
def warning_text(text: str) -> Shown:
    return {"text": text}


@register.inclusion_tag("components/details.html")
def details(summary: str, text: str, opened: bool = False) -> Shown:
    return {"summary": summary, "text": text, "opened": opened}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> Shown:
    """The errors of one form, or of several on a page, in field order."""
    return {"errors": [error for form in forms for error in listed_errors(form)]}


@register.inclusion_tag("components/timeline.html")
def timeline(events: list[Event], empty: str = "Nothing has happened yet.", level: int = 3) -> Shown:
    return {"events": events, "empty": empty, "tag": f"h{level}"}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: str | Empty, text: str = "", url: str = "", action: str = "", level: int = 2) -> Shown:
    empty = title if isinstance(title, Empty) else Empty(title, text, Link(action, url) if url else None)
    return {"empty": empty, "tag": f"h{level}"}


@register.inclusion_tag("components/sub_navigation.html")
def sub_navigation(tabs: list[Tab], label: str = "Sections of this page") -> Shown:
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart, id: str = "chart-data") -> Shown:
    return {"chart": chart, "id": id}


@register.inclusion_tag("components/panel.html")
def panel(title: str, text: str = "") -> Shown:
    return {"title": title, "text": text}


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: list[Task], prefix: str = "task") -> Shown:
    return {"tasks": tasks, "prefix": prefix}


@register.inclusion_tag("components/key_figures.html")
def key_figures(figures: list[Figure]) -> Shown:
    return {"figures": figures}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(
    context: template.Context, url: str, label: str, kind: str = "", hidden: str = "", **fields: Any
) -> Shown:
    """A form of one button. `kind`: "", secondary or warning; `hidden` completes the label for those who hear it."""
    return {
        "url": url,
        "label": label,
        "kind": kind,
        "hidden": hidden,
        "fields": fields,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def with_query(url: str, query: str | SafeString) -> str:
    """`url` with a query that starts with a question mark; an empty query adds nothing."""
    return url if query in ("", "?") else f"{url}{query}"


@register.simple_tag
def address(url: str, **fields: Any) -> str:
    """`url` with these parameters."""
    return f"{url}?{urlencode({name: value for name, value in fields.items() if value not in (None, '')})}"
