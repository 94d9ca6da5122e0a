"""Contacts of a school: added, put right, and ended."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect

from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.ui.cells import shown
from schools.register.contacts.actions import FIELDS, change_contact, end_contact, keep_contact
from schools.register.contacts.forms import ContactForm, EndContactForm
from schools.register.pages import school_in_scope
from schools.register.people.pages import PeopleForm


class ContactView(PeopleForm):
    """A form about a contact of a school in the reader's scope, or about a new one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.school = school_in_scope(request, kwargs["urn"])
        self.actor = acting(user_of(request), Permission.KEEP_CONTACTS, on=self.school)
        contacts = self.school.contacts.select_related("updated_by")
        self.seen = get_object_or_404(contacts, pk=kwargs["contact"]) if "contact" in kwargs else None
        if request.method == "GET" and self.seen is not None and self.seen.ended_because:
            messages.warning(request, " ".join(self.says_now(self.seen)))
            return redirect(self.people_url)
        return super().dispatch(request, *args, **kwargs)

    def says_now(self, current: Any) -> Sequence[str]:
        """What somebody else made of it, field by field."""
        who = current.updated_by or "The service"
        if current.ended_because:
            return [f"{who} has ended this contact: {current.ended_because}"]
        labels = {name: str(field.label) for name, field in ContactForm.base_fields.items()}
        held = [f"{labels[name]}: {_shown(current, name)}" for name in FIELDS]
        return [f"{who} changed it. It says now:", *held]


def _shown(contact: Any, name: str) -> Any:
    value = contact.get_purpose_display() if name == "purpose" else getattr(contact, name)
    return shown(value) or "nothing"


class ContactAdd(ContactView):
    form_class = ContactForm
    heading = "Add a contact"

    def get_initial(self) -> dict[str, Any]:
        return {"as_of": clock.today()}

    def act(self, form: ContactForm) -> str:
        contact = keep_contact(self.school, by=self.actor, **form.contact())
        return f"{contact} has been added."


class ContactChange(ContactView):
    form_class = ContactForm
    heading = "Change a contact"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.seen, name) for name in FIELDS}

    def act(self, form: ContactForm) -> str:
        if form.contact() == self.get_initial() and self.base_version == self.seen.version:
            return "Nothing was changed."
        change_contact(self.seen, by=self.actor, seen_version=self.base_version, **form.contact())
        return f"{self.seen} has been changed."


class ContactEnd(ContactView):
    form_class = EndContactForm
    heading = "End a contact"

    def lede(self) -> str:
        return f"{self.seen}: it is no longer shown among those to contact. What it said stays in the audit."

    def act(self, form: EndContactForm) -> str:
        end_contact(self.seen, by=self.actor, seen_version=self.base_version, reason=form.cleaned_data["reason"])
        return f"{self.seen} has been ended."
