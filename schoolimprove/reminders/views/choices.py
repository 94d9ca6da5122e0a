"""When the daily email comes and what is in it: one's own choice."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from schoolimprove.accounts.models import user_of
from schoolimprove.lib import clock
from schoolimprove.reminders.forms.choices import AT_ONCE, DAILY, USUAL, ChoicesForm
from schoolimprove.reminders.mailings import move_waiting, usual_hour
from schoolimprove.reminders.models import ReminderChoices


class Choices(FormView[ChoicesForm]):
    template_name = "layouts/form.html"
    form_class = ChoicesForm

    @property
    def _held(self) -> ReminderChoices | None:
        return ReminderChoices.objects.filter(user=user_of(self.request)).first()

    def get_initial(self) -> dict[str, Any]:
        held = self._held
        at = held.digest_at.isoformat("minutes") if held and held.digest_at else USUAL
        handed = AT_ONCE if held and held.handed_at_once else DAILY
        return {"handed": handed, "digest_at": at, "mailed": "statutory" if held and held.muted else "all"}

    def get_form_kwargs(self) -> dict[str, Any]:
        usual = usual_hour(clock.today())
        return {**super().get_form_kwargs(), "usual": usual, "cancel_url": reverse("reminders:inbox")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        named = {
            "page_title": "Email about reminders",
            "lede": "We send your reminders in one email each working day.",
            "back_url": reverse("reminders:inbox"),
            "back_label": "Your reminders",
        }
        return {**super().get_context_data(**kwargs), **named}

    def form_valid(self, form: ChoicesForm) -> HttpResponse:
        chosen = {
            "digest_at": form.chosen_time,
            "muted": form.cleaned_data["mailed"] == "statutory",
            "handed_at_once": form.cleaned_data["handed"] == AT_ONCE,
        }
        ReminderChoices.objects.update_or_create(user=user_of(self.request), defaults=chosen)
        move_waiting(user_of(self.request), form.chosen_time)
        messages.success(self.request, "Saved. We will use your choice from the next email.")
        return redirect("reminders:inbox")
