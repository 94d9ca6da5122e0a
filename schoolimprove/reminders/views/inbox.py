"""One's own reminders: what waits, what was told, when, and by which rule."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, Exists, F, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from django.views.generic import ListView
from post_office.models import STATUS

from schoolimprove.accounts.exporting import Taken, exports, links_to, words_of
from schoolimprove.accounts.models import User, user_of
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.reminders.actions import read, recount
from schoolimprove.reminders.failed import BOUNCED
from schoolimprove.reminders.filters import WAITING, ReminderFilter
from schoolimprove.reminders.models import Reminder
from schoolimprove.reminders.models.reminder import deadline_now
from schoolimprove.reminders.wording import Line, days_left, lines_of
from schoolimprove.ui import components
from schoolimprove.ui.cells import cell, folded, listed
from schoolimprove.ui.exports import Column, ListFile, in_batches
from schoolimprove.ui.filters import filter_panel

HEADING = "Your reminders"
UNREAD = components.Status("unread", "Unread")


def chosen_reminders(request: HttpRequest) -> ReminderFilter:
    """Return the user's own, filtered as the address says: first what is due soonest, by the date it has now."""
    mine = Reminder.objects.to(user_of(request)).select_related("mailing__email")
    due = Case(When(Exists(deadline_now()), then=Subquery(deadline_now().values("due_on")[:1])), default=F("due_on"))
    ordered = mine.order_by(due.asc(nulls_last=True), "-told_at", "pk")
    return ReminderFilter(request.GET, ordered, request=request)


class Inbox(ListView[Reminder]):
    template_name = "reminders/inbox.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Reminder]:
        self.filter = chosen_reminders(self.request)
        found: QuerySet[Reminder] = self.filter.qs
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recount(user_of(self.request))
        context = super().get_context_data(**kwargs)
        count, user = context["paginator"].count, user_of(self.request)
        waiting = self.filter.chosen_show == WAITING
        nothing = components.Empty(
            "No reminders",
            "We remind you on this page and by email when you get a new task, and when a date is near or overdue. "
            "All your tasks are on your home page.",
        )
        return context | {
            "page_title": HEADING,
            "found": f"{count:,} {'open ' if waiting else ''}reminder{'' if count == 1 else 's'}",
            "unread": user.unread_reminders,
            "filters": filter_panel(self.filter.form, self.request.GET, label="Filter reminders"),
            "table": table_of(list(context["page_obj"].object_list), user),
            "exports": links_to("reminders:inbox_export"),
            "nothing": None if count or not waiting else nothing,
        }


def table_of(reminders: Sequence[Reminder], user: User) -> components.Table:
    """Return a row for each reminder; one that its reader may no longer see says only when we reminded them."""
    columns = [components.Column("What to do"), components.Column("School"), components.Column("Due")]
    known = {line.reminder.pk: line for line in lines_of(reminders, user)}
    return components.Table(
        "Reminders", columns, [_row(each, known.get(each.pk)) for each in reminders], caption_hidden=True
    )


HIDDEN = "A reminder you can no longer open"


def _row(reminder: Reminder, line: Line | None) -> list[Any]:
    if line is None:
        url = reverse("reminders:reminder", args=[reminder.pk])
        return [components.Link(HIDDEN, url, f"Reminded on {clock.uk_date(reminder.told_on)}"), "", ""]
    unread = UNREAD if reminder.read_at is None else None
    link = components.Link(line.title, reverse("reminders:reminder", args=[reminder.pk]), line.said.what, unread)
    about = f"{line.title}, {line.said.where}" if line.said.where else line.title
    told = [f"Reminded on {when_told(reminder)}", line.step, answer_in_words(reminder)]
    more = folded("Details", about, listed(filter(None, told)))
    return [format_html("{}{}", cell(link), more), line.said.where, _due(line)]


def _due(line: Line) -> Any:
    """Return the date, and how long it is overdue while the work is still to be done."""
    day = clock.uk_date(line.due_on) if line.due_on else "No date"
    return format_html("{}<br>{}", day, cell(status_of(line)))


def status_of(line: Line) -> components.Status:
    if line.late and line.deadline is not None and line.due_on is not None:
        return components.Status("overdue", days_left(line.due_on, line.on))
    return components.Status("overdue" if line.late else "due", line.step)


def how_told(reminder: Reminder) -> str:
    """Say how the email about a reminder went; nothing where there is none."""
    email = reminder.mailing.email if reminder.mailing else None
    if email is None:
        return ""
    if email.status == STATUS.failed or email.recipient_delivery_status in BOUNCED:
        return "Email did not arrive"
    return "Emailed" if email.status == STATUS.sent else "Email waiting to be sent"


def when_told(reminder: Reminder) -> str:
    """Return the day a reminder was shown, and how its email went."""
    return ". ".join(filter(None, [clock.uk_date(reminder.told_on), how_told(reminder)]))


def answer_in_words(reminder: Reminder) -> str:
    if not reminder.answer:
        return ""
    return f"Overdue because: {reminder.because}" if reminder.because else reminder.get_answer_display()


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    number = read(Reminder.objects.all(), by=user)
    messages.success(
        request,
        f"You marked {number} reminder{'' if number == 1 else 's'} as read."
        if number
        else "You have no unread reminders.",
    )
    return redirect("reminders:inbox")


COLUMNS_TAKEN = [
    Column("rule", "What is to be done", "The task, named by its rule"),
    Column("what", "About", "The record, visit or other subject of the date"),
    Column("where", "School", "The school it is about"),
    Column("due_on", "Due", "The date as it is now, or the date we gave you once the work is done"),
    Column("why", "How the date was worked out", "How we worked out the date"),
    Column("step", "Step", "New task, coming due, overdue, or how far it was escalated"),
    Column("told_at", "Reminded on", "When we reminded you"),
    Column("how", "Email", "Whether we emailed you too, and how that went"),
    Column("read_at", "Read", "When you opened it; empty if you have not"),
    Column("answer", "Your answer", "What you answered"),
]
REMINDERS = ListFile("reminders", "reminders", HEADING, "A reminder we sent you", COLUMNS_TAKEN)


@exports(REMINDERS)
def inbox_export(request: HttpRequest) -> Taken:
    """The list as it stands in the address; one's own, so it asks for no right but to be oneself."""
    user, found = user_of(request), chosen_reminders(request)
    chosen = words_of(filter_panel(found.form, request.GET))
    return Taken(_export_rows(found.qs, user), found.qs.count(), chosen, actor=Actor(user))


def _export_rows(found: QuerySet[Reminder], user: User) -> Iterator[Sequence[Any]]:
    for reminders in in_batches(found.iterator(500)):
        for line in lines_of(reminders, user):
            yield _export_row(line)


def _export_row(line: Line) -> list[Any]:
    told = line.reminder
    said = [line.title, line.said.what, line.said.where, line.due_on, line.why, line.step]
    return [*said, told.told_at, how_told(told), told.read_at, answer_in_words(told)]
