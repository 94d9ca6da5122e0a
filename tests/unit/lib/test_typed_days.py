"""A day is read the same wherever it is typed, day first, and what could mean two days is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib.clock import NotADay, read_day
from schoolimprove.lib.clock.typed import SHORT_YEARS

THE_DAY = date(2026, 11, 25)
IN_SHORT_YEARS = st.dates(date(SHORT_YEARS.start, 1, 1), date(SHORT_YEARS.stop - 1, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        *("25 Nov 26", "25 Nov 2026", "25/11/26", "25.11.2026", "25-11-26", "2026-11-25", "25 11 2026", "2026/11/25"),
        *("25-Nov-26", "25Nov26", "25th November 2026", "25 November, 2026", "Nov 25, 2026", "25 nov '26"),
        *("Wed 25 Nov 26", "Wednesday, 25 November 2026", "Weds 25/11/26", "  25   NOV  26 "),
        *("2026-11-25 00:00:00", "2026-11-25T00:00:00Z", "25\u00a0Nov\u00a026", "25\u200b/11\u200b/2026"),
    ],
)
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_day(typed) == THE_DAY


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "The date is missing."),
        ("soon", "“soon” is not a date such as 1 September 2026 or 01/09/2026."),
        ("31/11/2026", "“31/11/2026” is not a date such as 1 September 2026 or 01/09/2026."),
        ("251126", "“251126” is not a date such as 1 September 2026 or 01/09/2026."),
        ("2026-11-25 08:45", "“2026-11-25 08:45” is not a date such as 1 September 2026 or 01/09/2026."),
        ("٢٥/١١/٢٠٢٦", "“٢٥/١١/٢٠٢٦” is not a date such as 1 September 2026 or 01/09/2026."),
        (
            "11/25/2026",
            "“11/25/2026” is not a date: there is no month 25. Enter the day first, like 1 September 2026 or "
            "01/09/2026.",
        ),
        ("25 Nov", "“25 Nov” is not a date: it has no year. Enter a date such as 1 September 2026 or 01/09/2026."),
        ("25/11", "“25/11” is not a date: it has no year. Enter a date such as 1 September 2026 or 01/09/2026."),
        ("25 Nov 85", "Enter the year “85” in full, with 4 numbers, like 2026."),
        ("Thu 25 Nov 26", "“Thu 25 Nov 26” names the wrong day of the week: that date is a Wednesday."),
    ],
)
def test_what_is_no_day_or_could_be_two_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(NotADay) as refused:
        read_day(typed)
    assert str(refused.value) == sentence


@given(
    IN_SHORT_YEARS,
    st.sampled_from(["%d/%m/%y", "%d-%m-%Y", "%d.%m.%y", "%Y-%m-%d", "%d %b %y", "%d %B %Y", "%a %d %b %y"]),
)
def test_every_day_is_read_back_from_each_way_of_writing_it(day: date, written: str) -> None:
    assert read_day(day.strftime(written)) == day


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 99))
def test_numbers_are_day_month_and_a_year_of_this_half_century(day: int, month: int, year: int) -> None:
    try:
        meant = date(2000 + year, month, day) if 2000 + year in SHORT_YEARS else None
    except ValueError:
        meant = None
    if meant is None:
        with pytest.raises(NotADay):
            read_day(f"{day}/{month}/{year:02}")
    else:
        assert read_day(f"{day}/{month}/{year:02}") == meant


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_day_or_refused_with_a_sentence(typed: str) -> None:
    assert isinstance(read(typed), date) or str(read(typed)).endswith(".")


def read(typed: str) -> date | NotADay:
    try:
        return read_day(typed)
    except NotADay as refused:
        return refused


def test_where_every_century_is_meant_a_year_of_two_digits_is_refused() -> None:
    assert read_day("25 Nov 1926", short_years=False) == date(1926, 11, 25)
    with pytest.raises(NotADay):
        read_day("25 Nov 26", short_years=False)
