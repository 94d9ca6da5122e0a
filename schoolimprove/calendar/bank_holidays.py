"""England's bank holidays, from the `holidays` library, under the titles of the government's published list."""

from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

import holidays

from schoolimprove.lib.clock import BankHolidays

# Beyond what is announced the statutory pattern is continued; a proclaimed change is entered as an override.
YEARS = range(1990, 2061)
TITLES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
    "Golden Jubilee of Elizabeth II": "Golden Jubilee bank holiday",
    "Diamond Jubilee of Elizabeth II": "Diamond Jubilee bank holiday",
    "Platinum Jubilee of Elizabeth II": "Platinum Jubilee bank holiday",
    "Wedding of William and Catherine": "Royal wedding bank holiday",
    "Millennium Celebrations": "Millennium bank holiday",
    "State Funeral of Queen Elizabeth II": "Bank holiday for the state funeral of Queen Elizabeth II",
    "Coronation of Charles III": "Bank holiday for the coronation of King Charles III",
}
ALWAYS_OFF = ("Christmas Day", "Good Friday")


@cache
def england() -> BankHolidays:
    """Every non-working day by name in `YEARS`; worked out once."""
    days = holidays.country_holidays("GB", subdiv="ENG", years=YEARS, expand=False)
    named = {day: _title(name) for day, name in days.items()}
    # The library also names the weekend days that have a substitute. Those are no bank holidays, but Christmas
    # Day is a day off in its own right.
    return BankHolidays(YEARS, {day: name for day, name in named.items() if day.weekday() < 5 or name in ALWAYS_OFF})


def _title(name: str) -> str:
    day, observed, _ = name.partition(" (observed)")
    title = TITLES.get(day, day)
    return f"{title} (substitute day)" if observed else title


@lru_cache(maxsize=8)
def england_corrected(added: frozenset[tuple[date, str]], removed: frozenset[date]) -> BankHolidays:
    """England's list with (day, name) added and days removed; the days always off stay off."""
    base = england()
    if not added and not removed:
        return base
    kept = {day: name for day, name in base.names.items() if day not in removed or name in ALWAYS_OFF}
    return replace(base, names=kept | dict(added))
