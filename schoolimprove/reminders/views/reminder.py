"""One reminder: the date with its working, who was told of it, and the two answers."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from schoolimprove.accounts.models import user_of
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.transition import Blocked
from schoolimprove.reminders.actions import put_away, read, say_why_late
from schoolimprove.reminders.forms.choices import LateForm
from schoolimprove.reminders.models import Deadline, Reminder
from schoolimprove.reminders.models.reminder import Answer
from schoolimprove.reminders.registry import known_to
from schoolimprove.reminders.steps import STEP_LABELS
from schoolimprove.reminders.wording import Line, lines_of
from schoolimprove.ui import components

from .inbox import HEADING, answer_in_words, status_of, when_told


def own_reminder(request: HttpRequest, pk: int) -> Reminder:
    """One's own, of something one may still see; else there is none."""
    mine = Reminder.objects.to(user_of(request)).select_related("mailing__email")
    return get_object_or_404(mine, pk=pk)


def own_line(request: HttpRequest, reminder: Reminder) -> Line | None:
    return next(iter(lines_of([reminder], user_of(request))), None)


def crumbs(*further: components.Crumb) -> list[components.Crumb]:
    return [components.Crumb(HEADING, reverse("reminders:inbox")), *further]


def page(request: HttpRequest, reminder: int) -> HttpResponse:
    """Opening it is reading it."""
    shown = own_reminder(request, reminder)
    line = own_line(request, shown)
    read(Reminder.objects.filter(pk=shown.pk), by=user_of(request))
    stands = Reminder.objects.open().filter(pk=shown.pk).exists()
    title = line.title if line else "A reminder you can no longer open"
    context = {
        "page_title": title,
        "caption": ", ".join(filter(None, (line.said.what, line.said.where))) if line else "",
        "breadcrumbs": crumbs(components.Crumb(title)),
        "line": line,
        "reminder": shown,
        "stands": stands,
        "settled": "" if stands else _settled(shown),
        "moved_from": shown.due_on if line and line.deadline and line.due_on != shown.due_on else None,
        "summary": _facts(shown, line) if line else [],
        "told": _told(request, shown) if line else None,
        "due_tag": status_of(line) if line else None,
        "answer": answer_in_words(shown) if stands else "",
    }
    return render(request, "reminders/reminder.html", context)


def _settled(shown: Reminder) -> str:
    """Return why nothing is left to do."""
    if shown.answer == Answer.DONE:
        return "You have removed this reminder."
    if shown.answer == Answer.HANDED_ON:
        return "Someone else now has this work. You do not need to do anything."
    return "This has been done, or is no longer needed. You have nothing left to do."


def _facts(shown: Reminder, line: Line) -> list[components.Fact]:
    return [
        *([components.Fact("Why this date", line.why)] if line.why else []),
        components.Fact("Rule", f"{line.title} ({line.source})" if line.source else line.title),
        components.Fact("Step", line.step),
        components.Fact("Reminded on", when_told(shown)),
    ]


def _told(request: HttpRequest, shown: Reminder) -> components.Table | None:
    """List the people reminded of the same date, for users who may know of such dates; a school's own may not."""
    about = {"rule": shown.rule, "subject_kind": shown.subject_kind, "subject_id": shown.subject_id}
    if not Deadline.objects.filter(known_to(request.user), **about).exists():
        return None
    same = Reminder.objects.filter(**about, due_on=shown.due_on).select_related("mailing__email")
    columns = [components.Column(label) for label in ("Who", "Step", "Reminded on", "Answer")]
    rows = [_told_row(each) for each in same.order_by("told_at", "pk")]
    return components.Table("Who we reminded of this date", columns, rows)


def _told_row(each: Reminder) -> Sequence[Any]:
    return [each.name, STEP_LABELS[each.step_kind], when_told(each), answer_in_words(each)]


@require_POST
def done(request: HttpRequest, reminder: int) -> HttpResponse:
    try:
        put_away(own_reminder(request, reminder), by=user_of(request))
    except Blocked as blocked:
        messages.warning(request, " ".join(blocked.messages))
        return redirect("reminders:reminder", reminder)
    messages.success(request, "You have removed this reminder.")
    return redirect("reminders:inbox")


class Late(KeepsDrafts, FormView[LateForm]):
    template_name = "layouts/form.html"
    form_class = LateForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.reminder = own_reminder(request, kwargs["reminder"])
        self.line = own_line(request, self.reminder)
        if self.line is None or not Reminder.objects.open().filter(pk=self.reminder.pk).exists():
            return redirect("reminders:reminder", self.reminder.pk)
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return reverse("reminders:reminder", args=[self.reminder.pk])

    def get_initial(self) -> dict[str, Any]:
        return {"because": self.reminder.because}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "cancel_url": self.back}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = self.line
        about = {"caption": f"{line.said.what}, {line.said.where}", "lede": line.title} if line else {}
        named = {"page_title": "Say why it is overdue", "back_url": self.back, "back_label": "Reminder"}
        return {**super().get_context_data(**kwargs), **named, **about}

    def form_valid(self, form: LateForm) -> HttpResponse:
        try:
            say_why_late(self.reminder, form.cleaned_data["because"], by=user_of(self.request))
        except Blocked as blocked:
            form.add_error(None, blocked)
            return self.form_invalid(form)
        messages.success(self.request, "Your reason is saved. Your managers can read it.")
        return redirect(self.back)
