"""A day as people and spreadsheets write it, read the same wherever one is typed: forms, filters, the admin, imports.

The day comes first, as in the UK, unless a year of four digits or the name of a month does. A year of two digits is one
from 2000 to 2049; any other has to be typed in full.
"""

import re
from datetime import date

from schoolimprove.lib.text import quoted, visible

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
SHORT_YEARS = range(2000, 2050)
"""What a year of two digits can mean: visits, meetings and terms are in these years, and nobody's birthday is typed."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLE = "1 September 2026 or 01/09/2026"

_BETWEEN = r"[\s/.,–-]*"
_MIDNIGHT = re.compile(r"[ t]00:00(:00)?z?$", re.ASCII)
"""What a spreadsheet appends to a day."""
_WEEKDAY = re.compile(r"([a-z]{3,9})[,.]? +(?=\S)", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/. ])(?P<month>\d{1,2})\2(?P<day>\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(?P<day>\d{1,2})[\s/.–-]+(?P<month>\d{1,2})[\s/.–-]+['’]?(?P<year>\d{4}|\d{2})", re.ASCII)
_NAMED = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_BETWEEN}(?P<month>[a-z]{{3,9}}){_BETWEEN}['’]?(?P<year>\d{{4}}|\d{{2}})",
    re.ASCII,
)
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9})[\s.]+(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s,]+(?P<year>\d{4})", re.ASCII)
_NO_YEAR = re.compile(rf"\d{{1,2}}(?:st|nd|rd|th)?{_BETWEEN}(?:[a-z]{{3,9}}|[\s/.–-]\d{{1,2}})", re.ASCII)


class NotADay(ValueError):
    """Why something typed is not a day, as a sentence that says how to type it."""


def read_day(text: str, *, short_years: bool = True) -> date:
    """Return the day that is written as 25 Nov 26, 25/11/2026, 25.11.26, 2026-11-25 or the like.

    Raise `NotADay` for anything else, and without `short_years` for a year of two digits.
    """
    plain = _MIDNIGHT.sub("", " ".join(visible(text).split()).casefold())
    if not plain:
        raise NotADay("The date is missing.")
    weekday, rest = _without_weekday(plain)
    found = next(filter(None, (each.fullmatch(rest) for each in (_YEAR_FIRST, _NUMBERS, _NAMED, _MONTH_FIRST))), None)
    if found is None or (len(found["year"]) == 2 and not short_years):
        raise NotADay(_why_not(text, rest))
    try:
        day = date(full_year(found["year"]), month_number(found["month"]), int(found["day"]))
    except NotADay:
        raise
    except ValueError:
        raise NotADay(_why_not(text, rest)) from None
    if weekday and not WEEKDAYS[day.weekday()].startswith(weekday):
        named = WEEKDAYS[day.weekday()].capitalize()
        raise NotADay(f"{quoted(text)} names the wrong day of the week: that date is a {named}.")
    return day


def full_year(text: str) -> int:
    """Return the year; of two digits the one in `SHORT_YEARS`. Raise `NotADay` for any other number of digits."""
    if re.fullmatch(r"\d{4}|\d{2}", text, re.ASCII):
        year = int(text) if len(text) == 4 else 2000 + int(text)
        if year and (len(text) == 4 or year in SHORT_YEARS):
            return year
    raise NotADay(f"Enter the year {quoted(text)} in full, with 4 numbers, like 2026.")


def month_number(text: str) -> int:
    """Return 5 for 5, 05, May, may and the beginning of a name (`sept`); raise a ValueError for anything else."""
    name = text.casefold()
    if len(name) >= 3 and name.isalpha():
        return next((number for number, month in enumerate(MONTHS, start=1) if month.startswith(name)), 0) or int(text)
    return int(text)


def _without_weekday(plain: str) -> tuple[str, str]:
    """Return the name of a weekday that stands first, if one does, and the rest."""
    found = _WEEKDAY.match(plain)
    named = found[1].removesuffix("s") if found else ""
    is_weekday = any(day.startswith(named) for day in WEEKDAYS) if named else False
    return (named, plain[found.end() :]) if found and is_weekday else ("", plain)


def _why_not(text: str, plain: str) -> str:
    """Say what is wrong with it where that is plain, and always how to type it."""
    numbers = _NUMBERS.fullmatch(plain)
    if numbers and int(numbers["month"]) > 12 >= int(numbers["day"]) > 0:
        month = numbers["month"]
        return f"{quoted(text)} is not a date: there is no month {month}. Enter the day first, like {EXAMPLE}."
    if _NO_YEAR.fullmatch(plain):
        return f"{quoted(text)} is not a date: it has no year. Enter a date such as {EXAMPLE}."
    return f"{quoted(text)} is not a date such as {EXAMPLE}."
