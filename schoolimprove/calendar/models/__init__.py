from .bank_holiday import BankHolidayOverride
from .closure import ClosureDates, ClosureDay
from .term import Term, TermDates
from .withdrawable import Withdrawable

__all__ = ["BankHolidayOverride", "ClosureDates", "ClosureDay", "Term", "TermDates", "Withdrawable"]
