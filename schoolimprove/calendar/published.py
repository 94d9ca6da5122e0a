"""Calendars as others publish them in JSON: an authority's term dates year by year, and GOV.UK's bank holidays.

Whatever the JSON holds, it is read or refused with a sentence. `line` is where in the text a thing is named.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from schoolimprove.calendar.reading import ClosureRead, Fault, TermRead, Unreadable, day_of, year_of
from schoolimprove.lib.clock import BankHolidays, TermName, long_date, uk_date
from schoolimprove.lib.clock.terms import ONE_DAY, SATURDAY, days_between, weekday_back_from, weekday_from
from schoolimprove.lib.text import quoted
from schoolimprove.lib.years import academic_year_label

YEARS_KEY, ENGLAND_KEY = "academic_years", "england-and-wales"
SHORTEST_HOLIDAY = 3
"""How many weekdays a break has that parts two stretches of school; a shorter one is closure days."""
MOST_CLOSURES = 15
"""With more unexplained days off than this a list of school days is not whole."""
LEAST_BANK_HOLIDAYS = 8
LONGEST_LIST = 2_000
"""School days of ten years; GOV.UK lists bank holidays of eleven."""
TRAINING, UNLISTED, THEIR_BANK_HOLIDAY = "Staff training", "Not a school day in the published dates", "Bank holiday"
SHOWN = 5


class NotThisKind(ValueError):
    """A file that is not such a calendar, as a sentence without the file's name."""


@dataclass
class Published:
    """What a file of term dates says. `years` are those taken."""

    terms: list[TermRead] = field(default_factory=list)
    closures: list[ClosureRead] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def years(self) -> set[int]:
        return {term.year for term in self.terms}


@dataclass(frozen=True)
class BankHoliday:
    line: int
    day: date
    title: str


def parsed(text: str) -> dict[str, Any]:
    """The JSON object; `NotThisKind` where it is none."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotThisKind(f"we cannot read it as JSON from line {error.lineno} on") from None
    except (RecursionError, ValueError):
        raise NotThisKind("we cannot read it as JSON") from None
    if not isinstance(found, dict):
        raise NotThisKind("it does not contain term dates or bank holidays")
    return found


# Term dates.


def term_dates(content: dict[str, Any], text: str, bank_holidays: BankHolidays) -> Published:
    """Every academic year of the file: its three terms, and the days of them that are no school days."""
    years = _list(content[YEARS_KEY])
    if not years:
        raise NotThisKind("it has no academic years")
    found = Published()
    training = _training_days(content, text, found)
    for each in years:
        _Year(each, text, found, bank_holidays, training).read()
    _leftover_training(training, found)
    _compare_all(content, years, found)
    return found


def _training_days(content: dict[str, Any], text: str, found: Published) -> dict[date, ClosureRead]:
    days = {}
    for each in _list(content.get("pd_days")):
        try:
            day = day_of(_text(each.get("date") if isinstance(each, dict) else each))
            days[day] = ClosureRead(_line(text, day.isoformat()), day, _training_reason(each))
        except Unreadable as fault:
            found.faults.append(Fault(_line(text, "pd_days"), "pd_days", str(fault), lost=True))
    return days


def _training_reason(each: Any) -> str:
    """What the file calls it; a bare date is a day of staff training."""
    names = ("label", "reason", "name") if isinstance(each, dict) else ()
    return next((words for words in (_words(each.get(name)) for name in names) if words), TRAINING)


def _leftover_training(training: dict[date, ClosureRead], found: Published) -> None:
    """Those outside every year that was taken. A closure day there would count for nothing."""
    for closure in training.values():
        reason = f"{long_date(closure.day)} is not in any of the imported terms."
        found.faults.append(Fault(closure.line, "pd_days", reason, lost=True))


def _compare_all(content: dict[str, Any], years: Sequence[Any], found: Published) -> None:
    """The list of all school days holds no other days than the years' own lists."""
    everything = {text for text in map(_text, _list(content.get("all_schooldays"))) if text}
    listed = {_listed(day) for year in years if isinstance(year, dict) for day in _list(year.get("dates"))}
    if strays := sorted(everything - listed):
        some = ", ".join(map(quoted, strays[:SHOWN])) + (" and others" if len(strays) > SHOWN else "")
        found.warnings.append(f"The list of all school days has days that no academic year lists: {some}.")


class _Refused(Exception):
    """Why a year is not taken, as a sentence."""


@dataclass
class _Year:
    """One academic year of the file. `training` loses the days that fall into its terms."""

    content: Any
    text: str
    found: Published
    bank_holidays: BankHolidays
    training: dict[date, ClosureRead]
    line: int = 1
    year: int = 0

    def read(self) -> None:
        try:
            self._begin()
            breaks, short = self._breaks()
            terms = self._terms(breaks)
            closures = self._closures(terms, short, self._school_days())
        except (Unreadable, _Refused) as refusal:
            self.found.faults.append(Fault(self.line, None, str(refusal), lost=True))
            return
        self.found.terms += terms
        self.found.closures += closures
        if self.content.get("provisional"):
            self.found.warnings.append(f"The dates of {self.label} are provisional.")

    @property
    def label(self) -> str:
        return academic_year_label(self.year)

    def _begin(self) -> None:
        if not isinstance(self.content, dict):
            raise _Refused("The file has an academic year that is not valid.")
        name = _text(self.content.get("name"))
        self.line = _line(self.text, name)
        self.year = year_of(name)
        if self.year in self.found.years:
            raise _Refused(f"{self.label} is in the file twice. We used the first.")

    def _breaks(self) -> tuple[list[tuple[date, date]], dict[date, str]]:
        """Holidays in order, those that touch drawn together; and the days of those too short to part a term."""
        long: list[tuple[date, date]] = []
        short: dict[date, str] = {}
        for start, end, label in sorted(self._holidays()):
            if _weekdays(start, end) < SHORTEST_HOLIDAY:
                short |= dict.fromkeys(days_between(start, end), label or UNLISTED)
            elif long and weekday_from(long[-1][1] + ONE_DAY) >= start:
                long[-1] = (long[-1][0], max(end, long[-1][1]))
            else:
                long.append((start, end))
        return long, short

    def _holidays(self) -> Iterator[tuple[date, date, str]]:
        for each in _list(self.content.get("school_holidays")):
            if not isinstance(each, dict):
                raise _Refused(f"{self.label} has a holiday that is not valid.")
            start, end = day_of(_text(each.get("start"))), day_of(_text(each.get("end")))
            if not start <= end or not self._is_near(start, end):
                raise _Refused(f"{self.label} has a holiday that is not valid: {uk_date(start)} to {uk_date(end)}.")
            yield start, end, _words(each.get("label"))

    def _is_near(self, start: date, end: date) -> bool:
        return date(self.year, 7, 1) <= start and end <= date(self.year + 1, 10, 31)

    def _terms(self, breaks: Sequence[tuple[date, date]]) -> list[TermRead]:
        taught = [(weekday_from(off[1] + ONE_DAY), weekday_back_from(on[0] - ONE_DAY)) for off, on in pairwise(breaks)]
        stretches = [(start, end) for start, end in taught if start <= end]
        if len(stretches) != 2 * len(TermName):
            count = len(stretches)
            raise _Refused(
                f"{self.label} has {count} stretch{'es' if count != 1 else ''} of school between its holidays. "
                "A year of 3 terms with half-terms has 6."
            )
        pairs = zip(TermName, stretches[::2], stretches[1::2], strict=True)
        return [TermRead(self.line, self.year, name, _dates(first, second)) for name, first, second in pairs]

    def _school_days(self) -> set[date]:
        days = {day_of(_listed(each)) for each in _list(self.content.get("dates"))}
        if not days:
            raise _Refused(f"The file lists no school days for {self.label}, so we cannot check its terms.")
        return days

    def _closures(self, terms: Sequence[TermRead], short: dict[date, str], school_days: set[date]) -> list[ClosureRead]:
        """The weekdays of these terms on which there is no school; listed days outside them are told."""
        inside = {day for term in terms for day in _days_of(term)}
        training = {day: self.training.pop(day) for day in sorted(inside & self.training.keys())}
        off = sorted(day for day in inside - school_days if not self._is_bank_holiday(day))
        if len(set(off) - training.keys() - short.keys()) > MOST_CLOSURES:
            raise _Refused(
                f"The list of school days of {self.label} is incomplete. "
                f"It leaves out {len(off)} weekdays in the terms."
            )
        self._tell_outside(school_days - inside)
        theirs = {_text(day) for day in _list(self.content.get("bank_holidays"))}
        guessed = {day: THEIR_BANK_HOLIDAY if day.isoformat() in theirs else short.get(day, UNLISTED) for day in off}
        made = {day: ClosureRead(self.line, day, reason) for day, reason in guessed.items()} | training
        return [made[day] for day in sorted(made)]

    def _is_bank_holiday(self, day: date) -> bool:
        return day in self.bank_holidays.names

    def _tell_outside(self, days: set[date]) -> None:
        for day in sorted(days):
            reason = f"{long_date(day)} is listed as a school day of {self.label}, but is not in any of its terms."
            self.found.faults.append(Fault(_line(self.text, day.isoformat()), "dates", reason))


def _dates(first: tuple[date, date], second: tuple[date, date]) -> dict[str, date]:
    """A term of two stretches, in weekdays."""
    return {
        "starts_on": first[0],
        "half_term_starts_on": weekday_from(first[1] + ONE_DAY),
        "half_term_ends_on": weekday_back_from(second[0] - ONE_DAY),
        "ends_on": second[1],
    }


def _days_of(term: TermRead) -> Iterator[date]:
    """Its weekdays outside half-term."""
    start, half, again, end = (term.dates[name] for name in _dates((date.min,) * 2, (date.max,) * 2))
    days = [*days_between(start, half - ONE_DAY), *days_between(again + ONE_DAY, end)]
    return (day for day in days if day.weekday() < SATURDAY)


def _weekdays(start: date, end: date) -> int:
    return sum(day.weekday() < SATURDAY for day in days_between(start, end))


# Bank holidays.


def bank_holidays(content: dict[str, Any], text: str) -> tuple[list[BankHoliday], list[Fault]]:
    """England's events of GOV.UK's file."""
    division = content[ENGLAND_KEY]
    events = _list(division.get("events")) if isinstance(division, dict) else []
    if not events:
        raise NotThisKind("it has no bank holidays for England")
    found: dict[date, BankHoliday] = {}
    faults = []
    for each in events:
        try:
            event = _bank_holiday(each, text)
            if event.day in found:
                raise Unreadable(f"{uk_date(event.day)} is in the file twice. We used the first.")
            found[event.day] = event
        except Unreadable as fault:
            faults.append(Fault(_line(text, ENGLAND_KEY), "events", str(fault), lost=True))
    return sorted(found.values(), key=lambda event: event.day), faults


def _bank_holiday(each: Any, text: str) -> BankHoliday:
    if not isinstance(each, dict):
        raise Unreadable("The file has a bank holiday that is not valid.")
    day, title = day_of(_text(each.get("date"))), _text(each.get("title"))
    if not title or len(title) > 100 or not title.isprintable():
        raise Unreadable(f"The bank holiday on {uk_date(day)} must have a name of 1 to 100 characters.")
    return BankHoliday(_line(text, day.isoformat()), day, title)


def whole_years(events: Sequence[BankHoliday]) -> set[int]:
    """The calendar years that the file covers: with fewer than eight bank holidays a year is not whole."""
    years = [event.day.year for event in events]
    return {year for year in years if years.count(year) >= LEAST_BANK_HOLIDAYS}


# Whatever JSON holds.


def _list(value: Any) -> list[Any]:
    """Short enough that each entry can be looked for in the text."""
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        raise NotThisKind(f"a list in it has more than {LONGEST_LIST:,} entries")
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _words(value: Any) -> str:
    """As a reason may be kept: what cannot be printed, or is beyond 200 characters, is left out."""
    return "".join(letter for letter in _text(value) if letter.isprintable())[:200]


def _listed(each: Any) -> str:
    return _text(each.get("date") if isinstance(each, dict) else each)


def _line(text: str, named: str) -> int:
    """The line on which a name or day first stands, between quotation marks; else the first."""
    at = text.find(f'"{named}"') if named else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
