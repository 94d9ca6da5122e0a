"""Values as people read them, and the cells of tables.

Cells are drawn here and not by templates: a hundred rows have some five hundred, and a template for each took ten
times as long.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from schoolimprove.lib import clock

from .components import Column, Link, Status, Table
from .status import colour_of


def shown(value: Any) -> Any:
    """A value as people read it: 1 May 2026, 1 May 2026 at 14:32, 9:30am, Yes, No; nothing stays nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        there = value.astimezone(clock.LONDON) if value.tzinfo else value
        return f"{clock.uk_date(there)} at {there:%H:%M}"
    if isinstance(value, time):
        return clock.uk_time(value)
    return clock.uk_date(value) if isinstance(value, date) else value


def cell(value: Any) -> SafeString:
    """A cell's content: a link with its note, a status tag, a day that does not break, or the value as text."""
    if isinstance(value, Link):
        note = format_html('<span class="app-note">{}</span>', value.note) if value.note else ""
        tag = format_html(" {}", cell(value.status)) if value.status else ""
        return format_html('<a class="govuk-link" href="{}">{}</a>{}{}', value.url, value.label, tag, note)
    if isinstance(value, Status):
        return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour_of(value.code), value.label)
    if isinstance(value, date):
        return format_html('<time class="app-table__day" datetime="{}">{}</time>', value.isoformat(), shown(value))
    return conditional_escape(shown(value))


def listed(lines: Iterable[str]) -> SafeString:
    """Return a list with an item for each line."""
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="govuk-list">{}</ul>', items)


def folded(label: str, about: str, content: Any) -> SafeString:
    """Return content that opens on request; `about` says to a screen reader whose it is."""
    return format_html(
        '<details class="govuk-details govuk-!-margin-bottom-0"><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}<span class="govuk-visually-hidden">: {}</span></span></summary>'
        '<div class="govuk-details__text">{}</div></details>',
        label,
        about,
        content,
    )


def drawn_rows(table: Table) -> Iterator[SafeString]:
    """The cells of each row; a row that does not fit the columns is a ValueError."""
    frames = [_frame(column, heads_row=not number, wide=table.wide) for number, column in enumerate(table.columns)]
    for row in table.rows:
        parts = ((opening, cell(value), closing) for (opening, closing), value in zip(frames, row, strict=True))
        yield format_html_join("", "{}{}{}", parts)


def _frame(column: Column, *, heads_row: bool, wide: bool) -> tuple[SafeString, SafeString]:
    """The element around a cell of that column. Stacked on a phone it carries its heading, and stays a cell by role."""
    if heads_row:
        role = SafeString("" if wide else ' role="rowheader"')
        opening = format_html('<th scope="row" class="govuk-table__header app-table__row-header"{}>', role)
        return opening, SafeString("</th>")
    stacked = "" if wide else format_html(' role="cell" data-label="{}"', column.label)
    numeric = " govuk-table__cell--numeric" if column.numeric else ""
    return format_html('<td class="govuk-table__cell{}"{}>', numeric, stacked), SafeString("</td>")
