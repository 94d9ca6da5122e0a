from .calendar_feed import CalendarFeed
from .choices import ReminderChoices
from .deadline import Deadline
from .mailing import Mailing
from .reconciliation import Reconciliation
from .reminder import Reminder
from .sweep import Sweep

__all__ = ["CalendarFeed", "Deadline", "Mailing", "Reconciliation", "Reminder", "ReminderChoices", "Sweep"]
