"""When the daily email comes, and what is in it."""

from datetime import time
from typing import Any

from schoolimprove.lib import clock
from schoolimprove.reminders.policy import EARLIEST_HOUR, LATEST_HOUR
from schoolimprove.ui.forms import Form, RadiosField, SelectField, TextArea

USUAL = "usual"
HALF_HOURS = [time(hour, minute) for hour in range(EARLIEST_HOUR, LATEST_HOUR + 1) for minute in (0, 30)]
AT_ONCE, DAILY = "at_once", "daily"
HANDED = [(DAILY, "In the daily email"), (AT_ONCE, "At once, in an email of its own")]
WHAT = [("all", "Every date I am told of"), ("statutory", "Only dates set by law")]


class ChoicesForm(Form):
    """`usual` is the hour of whoever chooses none."""

    submit_label = "Save"
    handed = RadiosField(
        label="When should we email you about a new task?",
        choices=HANDED,
        help_text="For example when a record is submitted to you, or returned to you. We send none if you choose only "
        "dates set by law below.",
    )
    digest_at = SelectField(label="When should the daily email come?", empty="")
    mailed = RadiosField(
        label="What should be mailed?",
        choices=WHAT,
        help_text="Reminders are on your page of reminders whatever you choose. Dates set by law are mailed at once, "
        "and this cannot be switched off.",
    )

    def __init__(self, *args: Any, usual: time, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [(at.isoformat("minutes"), clock.uk_time(at)) for at in HALF_HOURS]
        as_usual = (USUAL, f"As usual here, at {clock.uk_time(usual)}")
        self.fields["digest_at"].choices = [as_usual, *hours]  # type: ignore[attr-defined]

    @property
    def chosen_time(self) -> time | None:
        chosen = self.cleaned_data["digest_at"]
        return None if chosen == USUAL else time.fromisoformat(chosen)


class LateForm(Form):
    submit_label = "Say why"
    because = TextArea(
        label="Why is it late?",
        max_length=2000,
        rows=5,
        help_text="Your managers, and officers who are told of this date, can read it. Do not name children.",
        named="why it is late",
    )
