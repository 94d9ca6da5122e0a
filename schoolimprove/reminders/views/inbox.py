"""One's own reminders: what waits, what was told, when, and by which rule."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, Exists, F, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
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
from schoolimprove.reminders.wording import Line, lines_of
from schoolimprove.ui import components
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
            "We remind you here, and by email, when you get a new task and when a date is near or late. All your tasks "
            "are on your home page.",
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
    """A row each; of what its reader may not see any more, that they were told."""
    columns = [
        components.Column("What"),
        components.Column("Due"),
        components.Column("Step"),
        components.Column("Reminded on"),
    ]
    known = {line.reminder.pk: line for line in lines_of(reminders, user)}
    return components.Table(
        "Reminders", columns, [_row(each, known.get(each.pk)) for each in reminders], caption_hidden=True
    )


HIDDEN = "A reminder you can no longer open"


def _row(reminder: Reminder, line: Line | None) -> list[Any]:
    if line is None:
        url = reverse("reminders:reminder", args=[reminder.pk])
        return [components.Link(HIDDEN, url), "", "", clock.uk_date(reminder.told_on)]
    unread = UNREAD if reminder.read_at is None else None
    where = f": {line.said.where}" if line.said.where else ""
    told = when_told(reminder)
    return [
        components.Link(
            f"{line.title}{where}", reverse("reminders:reminder", args=[reminder.pk]), line.said.what, unread
        ),
        line.due_on or "No date",
        components.Status("overdue" if line.late else "due", line.step),
        f"{told}. {answer}" if (answer := answer_in_words(reminder)) else told,
    ]


def how_told(reminder: Reminder) -> str:
    """Say how the email about a reminder went; nothing where there is none."""
    email = reminder.mailing.email if reminder.mailing else None
    if email is None:
        return ""
    if email.status == STATUS.failed or email.recipient_delivery_status in BOUNCED:
        return "Email did not arrive"
    return "Emailed" if email.status == STATUS.sent else "Email being sent"


def when_told(reminder: Reminder) -> str:
    """Return the day a reminder was shown, and how its email went."""
    return ". ".join(filter(None, [clock.uk_date(reminder.told_on), how_told(reminder)]))


def answer_in_words(reminder: Reminder) -> str:
    if not reminder.answer:
        return ""
    return f"Late because: {reminder.because}" if reminder.because else reminder.get_answer_display()


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    number = read(Reminder.objects.all(), by=user)
    messages.success(request, f"{number} marked as read." if number else "Everything was read already.")
    return redirect("reminders:inbox")


COLUMNS_TAKEN = [
    Column("rule", "What is to be done", "The rule the date comes from"),
    Column("what", "Of what", "The record, visit or other thing the date is of"),
    Column("where", "School", "The school it is at"),
    Column("due_on", "Due", "The date as it is now, or the date we gave you once the work is done"),
    Column("why", "Why that day", "How the date was counted"),
    Column("step", "Step", "New task, coming due, late, or which escalation"),
    Column("told_at", "Told", "When it was told"),
    Column("how", "Email", "Whether we emailed you too, and how that went"),
    Column("read_at", "Read", "When you opened it; empty if you have not"),
    Column("answer", "Your answer", "What you answered"),
]
REMINDERS = ListFile("reminders", "reminders", HEADING, "A date one was told of", COLUMNS_TAKEN)


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
