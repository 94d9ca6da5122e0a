"""The admin of kept things: nothing is deleted there, every save is versioned and audited, the first of two wins."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import ListFilter
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from simple_history.admin import SimpleHistoryAdmin

from schoolimprove.lib import clock
from schoolimprove.lib.text import unix_lines, visible
from schoolimprove.ui.searching import holds_words

from .actor import Actor, actor_for
from .drafts import KeepToken, fill_from_draft, forget_saved, keep_unsaved, new_token, own_token, sent_once
from .models import BaseRecord, Draft
from .transition import Blocked, Conflict, record_event

OPENED = "opened_version"
"""The hidden input of a change form: the version it was opened on."""
IN_THE_FORM = "Your unsaved text is in the form. You can discard it on your account page."

FILTER_LOOKUPS = frozenset({"exact", "id__exact", "in", "isnull", "gte", "lt", "year", "month", "day"})
"""What the admin's own filters and date hierarchies write after the name of a field."""


class DayField(forms.DateField):
    """A day as it is typed on every other page (`schoolimprove.lib.clock.typed`)."""

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return clock.read_day(value)
        except clock.NotADay as error:
            raise ValidationError(str(error), code="invalid") from None


class Visible:
    """A field that removes invisible characters."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(visible(unix_lines(value)) if isinstance(value, str) else value)  # type: ignore[misc]


class VisibleText(Visible, forms.CharField):
    """A text of a model."""


class VisibleAddress(Visible, forms.EmailField):
    """An email address of a model."""


class GuardedAdmin(admin.ModelAdmin[Any]):
    """Deletes nothing, and lets a list be narrowed only by what it offers."""

    formfield_overrides = {
        models.DateField: {"form_class": DayField},
        models.CharField: {"form_class": VisibleText},
        models.TextField: {"form_class": VisibleText},
        models.EmailField: {"form_class": VisibleAddress},
    }

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find words as the lists of the site do; the pickers of other forms ask here too."""
        found = queryset.filter(holds_words(search_term, self.get_search_fields(request)))
        return (found if self.get_search_fields(request) else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Django allows every field of the row and more: a hash could be guessed at letter by letter."""
        return any(_narrows(lookup, by=name) for name in self._offered(request))

    def _offered(self, request: Any) -> list[str]:
        offered = [_parameter(each) for each in self.get_list_filter(request)]
        return ["pk", *offered, *filter(None, [self.date_hierarchy])]


def _parameter(list_filter: Any) -> str:
    if isinstance(list_filter, str):
        return list_filter
    if isinstance(list_filter, type) and issubclass(list_filter, ListFilter):
        return str(list_filter.parameter_name)  # type: ignore[attr-defined]
    return str(list_filter[0])


def _narrows(lookup: str, *, by: str) -> bool:
    return lookup == by or (lookup.startswith(f"{by}__") and lookup.removeprefix(f"{by}__") in FILTER_LOOKUPS)


class KeptForm(forms.ModelForm[Any]):
    """Carries the version it was opened on, and is refused when somebody else has saved since."""

    opened_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial[OPENED] = None if self.instance._state.adding else self.instance.version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.instance._state.adding:
            refuse_when_overtaken(self.instance, opened_on=data.get(OPENED))
        return data


def refuse_when_overtaken(stored: BaseRecord, *, opened_on: int | None) -> None:
    """`ValidationError` naming who saved first."""
    if opened_on is None:
        raise ValidationError("Nothing was saved, because the page is out of date. Open it again.")
    if opened_on != stored.version:
        raise ValidationError(
            f"Nothing was saved. {stored.updated_by or 'Someone else'} changed this after you opened it. Open this "
            "page in another tab and make your change there."
        )


class KeptAdmin(GuardedAdmin):
    """Base of every model admin of ours. Closing with a reason takes the place of deleting."""

    form = KeptForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The version is no field of the thing: it is there where something stored can be saved."""
        shown = [name for name in super().get_fields(request, obj) if name != OPENED]
        return [*shown, OPENED] if obj is not None and self.has_change_permission(request, obj) else shown

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """When somebody saved between the form's check and its saving, the form is checked again: it then says so.

        Text is kept and the form saved once as in a `KeepsDrafts` view, but text is not kept while it is being typed.
        """
        return keep_unsaved(sent_once(self._save_or_show))(request, *args, **kwargs)

    def _save_or_show(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().changeform_view(request, *args, **kwargs)
        except (Blocked, Conflict):
            response = super().changeform_view(request, *args, **kwargs)
        return forget_saved(request, response) if request.method == "POST" else response

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Mark the answer as saved: that of a form in a window of its own is a page, not a redirect."""
        return _saved(super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return _saved(super().response_change(request, obj))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add the token that keeps text, and fill a form that is being opened from the user's draft."""
        form = context["adminform"].form
        if form.fields:
            token = own_token(request) or self._fill_from_draft(request, form)
            context = {**context, "keep_token": token.signed()}
        return super().render_change_form(request, context, *args, **kwargs)

    def _fill_from_draft(self, request: HttpRequest, form: Any) -> KeepToken:
        user = int(request.user.pk or 0)
        draft = None if form.is_bound else Draft.objects.filter(user_id=user, form=request.path).first()
        if draft:
            fill_from_draft(form, draft)
            messages.warning(request, IN_THE_FORM)
        return new_token(user, request.path, 0, continuing=draft)

    def kept_in_words(self, kept: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """Return the fields of a draft without the version and the button that was pressed."""
        return {name: values for name, values in kept.items() if name != OPENED and not name.startswith("_")}

    def actor(self, request: HttpRequest, action: str) -> Actor:
        """The person, with the appointment that lets them do this here."""
        return actor_for(request.user, f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = self.actor(request, "change" if change else "add")
        with transaction.atomic():
            if change:
                _lock(obj)
            self.stamp(obj, actor, change)
            super().save_model(request, obj, form, change)
            changes = _changes(form) if change else {}
            record_event(obj, "changed" if change else "added", by=actor, changes=changes)

    def stamp(self, obj: BaseRecord, actor: Actor, change: bool) -> None:
        obj.updated_at, obj.updated_by = clock.now(), actor.user
        if change:
            obj.version += 1
        else:
            obj.created_by = actor.user


def _saved(response: HttpResponse) -> HttpResponse:
    response.saved = True  # type: ignore[attr-defined]
    return response


def _lock(obj: BaseRecord) -> None:
    """Keep others from saving `obj`; `Conflict` when one of them has, since it was read."""
    stored = type(obj)._base_manager.select_for_update().get(pk=obj.pk)
    if stored.version != obj.version:
        raise Conflict(stored)


class KeptHistoryAdmin(SimpleHistoryAdmin, KeptAdmin):
    """Base for models with a history. It is read here and never restored: what was, is entered again with a reason."""

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Simple-history would save whatever is posted here by anybody who may read."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        page: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return page

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def render_history_view(self, request: HttpRequest, template: str, context: Any, **kwargs: Any) -> HttpResponse:
        """An earlier state is text, as for somebody who may only read."""
        if form := context.get("adminform"):
            form.readonly_fields = [name for name in flatten_fieldsets(form.fieldsets) if name != OPENED]
            form.fieldsets = [(None, {"fields": form.readonly_fields})]
        page: HttpResponse = super().render_history_view(request, template, context, **kwargs)
        return page


def _changes(form: Any) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of an admin form, relations as keys."""
    return {
        name: [form[name].initial, _plain(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name in form.cleaned_data
    }


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
