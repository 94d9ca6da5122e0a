"""Academic and financial years, each named by the calendar year it starts in."""

from datetime import date


def academic_year(day: date) -> int:
    """2008 for every day from 1 September 2008 to 31 August 2009 (domain 2)."""
    return day.year if day.month >= 9 else day.year - 1


def academic_year_label(year: int) -> str:
    """`2008/09` for 2008."""
    return f"{year}/{(year + 1) % 100:02d}"


def financial_year(day: date) -> int:
    """2008 for every day from 1 April 2008 to 31 March 2009 (domain 2)."""
    return day.year if day.month >= 4 else day.year - 1


def academic_year_bounds(year: int) -> tuple[date, date]:
    """1 September and 31 August of the academic year that starts in `year`."""
    return date(year, 9, 1), date(year + 1, 8, 31)
