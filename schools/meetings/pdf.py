"""The agenda of a meeting as PDF, with its decisions and minutes once there are any."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from schoolimprove.documents.pdf import Pdf, render
from schoolimprove.lib import clock
from schools.meetings.deciding import hidden_items, minutes_hidden
from schools.meetings.models import Meeting, MeetingItem
from schools.register.models.places import letterhead


def meeting_pdf(meeting: Meeting, items: Sequence[MeetingItem], *, reader: Any, on: date) -> Pdf:
    """Return the document with these items: those that its reader may see. Minutes record all items."""
    context = {
        "authority": letterhead(),
        "meeting": meeting,
        "items": items,
        "minutes": None if minutes_hidden(reader, meeting) else meeting.minutes.first(),
        "left_out": hidden_items(reader, meeting).not_of_posts_of(reader).count(),
    }
    made_at = datetime.combine(on, time(12), clock.LONDON)
    return render("schools/meetings/pdf/meeting.html", context, title=str(meeting), lang="en-GB", made_at=made_at)
