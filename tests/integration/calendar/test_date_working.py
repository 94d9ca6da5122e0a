"""The component that opens a date's working."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines

from schoolimprove.lib import clock
from tests.factories.calendar import calendar_of

CALENDAR = calendar_of(2008)


def rendered(template: str, **context: Any) -> str:
    """One line of HTML, without the space between tags."""
    html = engines["django"].from_string("{% load dates %}" + template).render(context)
    return " ".join(html.split())


def test_a_date_opens_to_its_question_its_first_day_and_the_days_skipped() -> None:
    working = clock.working_days_after(date(2009, 3, 27), 15, CALENDAR).as_record()
    html = rendered("{% date_working working %}", working=working)
    assert html.startswith("<details class=")
    assert '<span class="govuk-details__summary-text">21 April 2009 <span class="govuk-visually-hidden">' in html
    assert "15 working days after Friday 27 March 2009. The first day counted is Monday 30 March 2009." in html
    assert "<li>Good Friday: 10 April 2009</li><li>Easter Monday: 13 April 2009</li><li>Weekends: " in html


def test_a_working_that_keeps_only_its_answer_still_opens() -> None:
    working = clock.school_days_after(date(2009, 2, 12), 6, CALENDAR).as_json()
    html = rendered("{% date_working working %}", working=working)
    assert "Counted in school days." in html
    assert "<li>Half-term: 16 to 20 February 2009</li>" in html


def test_a_working_that_skips_nothing_says_nothing_of_days_skipped() -> None:
    working = clock.working_days_after(date(2009, 3, 30), 1, CALENDAR).as_record()
    html = rendered("{% date_working working %}", working=working)
    assert "The first day counted is Tuesday 31 March 2009.</p> </div>" in html
    assert "skipped" not in html


def test_a_working_that_counts_no_days_names_no_first_one() -> None:
    day = date(2026, 12, 7)
    working = clock.Working(clock.MEETINGS, date(2026, 11, 10), 1, day, day, ()).as_record()
    html = rendered("{% date_working working %}", working=working)
    assert '<p class="govuk-body">The next governors’ meeting after 10 November 2026.</p> </div>' in html


def test_a_reason_that_somebody_typed_is_text() -> None:
    closed = calendar_of(2008, closures={date(2009, 6, 4): "<script>alert(1)</script>"})
    working = clock.school_days_after(date(2009, 6, 3), 1, closed).as_record()
    html = rendered("{% date_working working %}", working=working)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 5, 1), "1 May 2026"),
        ("2026-05-01", "1 May 2026"),
        (datetime(2026, 4, 30, 23, 30, tzinfo=UTC), "1 May 2026"),
        (None, ""),
        ("", ""),
    ],
)
def test_dates_read_as_people_write_them(value: Any, text: str) -> None:
    assert rendered("{{ value|uk_date }}", value=value) == text
