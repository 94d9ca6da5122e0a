"""The clock: what day it is, and day arithmetic on a frozen calendar."""

from .awkward import awkward, better_start
from .calendar import BankHolidays, Calendar
from .counting import (
    EVERY_DAY,
    INSPECTION_WORKING_DAYS,
    SCHOOL_DAYS,
    WORKING_DAYS,
    count_inspection_working_days_between,
    count_school_days_between,
    count_working_days_between,
    days_after,
    inspection_working_days_after,
    nth_school_day,
    school_days_after,
    school_days_before,
    working_days_after,
)
from .half_terms import HALF_TERMS, half_term_end, half_term_on, half_terms, last_school_day, next_half_term
from .moment import LONDON, at, now, today
from .terms import DatesNotHeld, HalfTerm, NoTermDates, Term, TermName, Terms
from .typed import NotADay, full_year, month_number, read_day
from .weeks import WEEKS_BEFORE_END, before_last_weeks
from .words import MEETINGS, Run, first_counted, long_date, question, runs, skipped_in_words, uk_date, uk_time
from .working import Working

__all__ = [
    "EVERY_DAY",
    "HALF_TERMS",
    "INSPECTION_WORKING_DAYS",
    "LONDON",
    "MEETINGS",
    "SCHOOL_DAYS",
    "WEEKS_BEFORE_END",
    "WORKING_DAYS",
    "BankHolidays",
    "Calendar",
    "DatesNotHeld",
    "HalfTerm",
    "NoTermDates",
    "NotADay",
    "Run",
    "Term",
    "TermName",
    "Terms",
    "Working",
    "at",
    "awkward",
    "before_last_weeks",
    "better_start",
    "count_inspection_working_days_between",
    "count_school_days_between",
    "count_working_days_between",
    "days_after",
    "first_counted",
    "full_year",
    "half_term_end",
    "half_term_on",
    "half_terms",
    "inspection_working_days_after",
    "last_school_day",
    "long_date",
    "month_number",
    "next_half_term",
    "now",
    "nth_school_day",
    "question",
    "read_day",
    "runs",
    "school_days_after",
    "school_days_before",
    "skipped_in_words",
    "today",
    "uk_date",
    "uk_time",
    "working_days_after",
]
