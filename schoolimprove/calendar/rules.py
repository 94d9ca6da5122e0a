"""What is wrong with calendar entries, as sentences. Source: domain 2."""

from collections.abc import Iterable
from datetime import date

from schoolimprove.calendar.bank_holidays import ALWAYS_OFF, england
from schoolimprove.lib.clock import Term, TermName, uk_date
from schoolimprove.lib.years import academic_year_label

HALF_TERM_INSIDE = "Half-term must be inside the term."
HALF_TERM_IN_ORDER = "Half-term must end on or after the day it starts."


def faults_of_half_term(term: Term) -> list[str]:
    """What the constraints of a term would refuse, for whoever asks before saving."""
    inside = term.start < term.half_term_start and term.half_term_end < term.end
    in_order = term.half_term_start <= term.half_term_end
    return [*([] if inside else [HALF_TERM_INSIDE]), *([] if in_order else [HALF_TERM_IN_ORDER])]


def faults_of_term(term: Term, others: Iterable[Term]) -> list[str]:
    """Why the term does not fit its academic year or the other terms; some autumn terms begin in late August."""
    faults = []
    if not date(term.year, 8, 1) <= term.start <= term.end <= date(term.year + 1, 8, 31):
        faults.append(f"The term must be inside the academic year {academic_year_label(term.year)}.")
    for other in others:
        name = f"the {other.name} term {academic_year_label(other.year)}"
        if term.start <= other.end and other.start <= term.end:
            faults.append(f"The term overlaps {name}, {uk_date(other.start)} to {uk_date(other.end)}.")
        elif _place(term) != _place(other) and (_place(term) < _place(other)) != (term.start < other.start):
            faults.append(f"The term is out of order with {name}, which starts on {uk_date(other.start)}.")
    return faults


def _place(term: Term) -> tuple[int, int]:
    return term.year, list(TermName).index(term.name)


def faults_of_override(day: date, *, adds: bool) -> list[str]:
    """Why a day cannot be made, or cease to be, a bank holiday."""
    known = england().names.get(day, "")
    if adds:
        return [f"{uk_date(day)} is already {known}."] if known else []
    if not known:
        return [f"{uk_date(day)} is not a bank holiday."]
    return [f"{known} is never a working day."] if known in ALWAYS_OFF else []
