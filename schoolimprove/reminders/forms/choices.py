"""When the daily email comes, and what is in it."""

from datetime import time
from typing import Any

from schoolimprove.lib import clock
from schoolimprove.reminders.policy import EARLIEST_HOUR, LATEST_HOUR
from schoolimprove.ui.forms import Form, RadiosField, SelectField, TextArea

USUAL = "usual"
HALF_HOURS = [time(hour, minute) for hour in range(EARLIEST_HOUR, LATEST_HOUR + 1) for minute in (0, 30)]
AT_ONCE, DAILY = "at_once", "daily"
HANDED = [(DAILY, "In the daily email"), (AT_ONCE, "Straight away, in a separate email")]
WHAT = [("all", "All my reminders"), ("statutory", "Only dates set by law")]


class ChoicesForm(Form):
    """`usual` is the hour of whoever chooses none."""

    submit_label = "Save"
    handed = RadiosField(
        label="When should we email you about a new task?",
        choices=HANDED,
        help_text="For example, when a record is submitted or returned to you. We do not email you about new tasks if "
        "you select “Only dates set by law”.",
    )
    digest_at = SelectField(label="When should we send the daily email?", empty="")
    mailed = RadiosField(
        label="What should we email you about?",
        choices=WHAT,
        help_text="Your reminders page shows every reminder. We always email you straight away about dates set by law.",
    )

    def __init__(self, *args: Any, usual: time, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [(at.isoformat("minutes"), clock.uk_time(at)) for at in HALF_HOURS]
        as_usual = (USUAL, f"The usual time, {clock.uk_time(usual)}")
        self.fields["digest_at"].choices = [as_usual, *hours]  # type: ignore[attr-defined]

    @property
    def chosen_time(self) -> time | None:
        chosen = self.cleaned_data["digest_at"]
        return None if chosen == USUAL else time.fromisoformat(chosen)


class LateForm(Form):
    submit_label = "Save reason"
    because = TextArea(
        label="Why is it overdue?",
        max_length=2000,
        rows=5,
        help_text="Your managers and the officers we remind of this date can read it. Do not name children.",
        named="why it is overdue",
    )
