"""The question when a number of days ends."""

from typing import Any

from crispy_forms_gds.helper import FormHelper

from schoolimprove.lib.clock import INSPECTION_WORKING_DAYS, SCHOOL_DAYS, WORKING_DAYS
from schoolimprove.ui.forms import DateField, Form, NumberField, RadiosField

LONGEST = 400
"""Days that can be asked about: beyond two years no calendar is held."""

KINDS = [
    (SCHOOL_DAYS, "School days"),
    (WORKING_DAYS, "Working days"),
    (INSPECTION_WORKING_DAYS, "Inspection working days"),
]
HINTS = {
    SCHOOL_DAYS: "Days of term on which this school is open.",
    WORKING_DAYS: "Monday to Friday without bank holidays; school holidays count.",
    INSPECTION_WORKING_DAYS: "Working days outside holidays longer than a week.",
}


class DaysForm(Form):
    """Asked in the address, so that an answer can be sent to somebody."""

    submit_label = "Work out the date"

    start = DateField(label="Day of the event", help_text="Counting begins on the day after it.")
    days = NumberField(label="Number of days", min_value=1, max_value=LONGEST, width=3, initial=10)
    kind = RadiosField(label="Kind of day", choices=KINDS, hints=HINTS, initial=SCHOOL_DAYS)

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_method = "get"
        return helper

    @classmethod
    def asked(cls, query: Any) -> "DaysForm":
        """Filled and checked once something was asked, else as it begins."""
        names = {"start_0", "start_1", "start_2", "days", "kind"}
        return cls(query if names & query.keys() else None, action="#answer")
