"""Contacts of a school: added, put right, and ended."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import acting
from schoolimprove.accounts.roles import Permission
from schoolimprove.lib import clock
from schoolimprove.ui.cells import shown
from schools.register.contacts.actions import FIELDS, change_contact, end_contact, keep_contact
from schools.register.contacts.forms import ContactForm, EndContactForm
from schools.register.pages import SchoolVerbPage


class ContactPage(SchoolVerbPage):
    """A form about a contact of a school in the reader's scope, or about a new one."""

    permission, tab = Permission.KEEP_CONTACTS, ("People", "schools:people")

    def find(self) -> None:
        super().find()
        if "contact" in self.kwargs:
            contacts = self.school.contacts.select_related("updated_by")
            self.subject = get_object_or_404(contacts, pk=self.kwargs["contact"])

    def closed(self) -> str:
        ended = self.subject is not None and self.subject.ended_because
        return " ".join(self.says_now(self.subject)) if ended else ""

    def says_now(self, current: Any) -> Sequence[str]:
        """Return what another user changed, field by field."""
        who = current.updated_by or "The service"
        if current.ended_because:
            return [f"{who} has ended this contact: {current.ended_because}"]
        labels = {name: str(field.label) for name, field in ContactForm.base_fields.items()}
        held = [f"{labels[name]}: {_shown(current, name)}" for name in FIELDS]
        return [f"{who} changed this after you opened it. It is now:", *held]


def _shown(contact: Any, name: str) -> Any:
    value = contact.get_purpose_display() if name == "purpose" else getattr(contact, name)
    return shown(value) or "nothing"


class ContactAdd(ContactPage):
    form_class, heading, done = ContactForm, "Add a contact", "You added the contact {result}."

    def get_initial(self) -> dict[str, Any]:
        return {"as_of": clock.today()}

    def fields(self, form: ContactForm) -> dict[str, Any]:
        return form.contact()

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> Any:
        return keep_contact(self.school, by=acting(by, Permission.KEEP_CONTACTS, on=self.school), **fields)


class ContactChange(ContactPage):
    form_class, heading = ContactForm, "Change a contact"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in FIELDS}

    def fields(self, form: ContactForm) -> dict[str, Any]:
        return form.contact()

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> bool:
        """Return whether anything was changed."""
        if fields == self.get_initial() and seen_version == self.subject.version:
            return False
        actor = acting(by, Permission.KEEP_CONTACTS, on=self.school)
        change_contact(self.subject, by=actor, seen_version=seen_version, **fields)
        return True

    def done_message(self, result: bool) -> str:
        return f"You changed the contact {self.subject}." if result else "Nothing was changed."


class ContactEnd(ContactPage):
    form_class, heading, done = EndContactForm, "End a contact", "You ended the contact {subject}."

    @property
    def lede(self) -> str:  # type: ignore[override]
        return f"{self.subject} will no longer be in the list of contacts. We keep its details in the audit."

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> None:
        actor = acting(by, Permission.KEEP_CONTACTS, on=self.school)
        end_contact(self.subject, by=actor, seen_version=seen_version, **fields)


def paths() -> list[URLPattern]:
    return [
        path("<int:urn>/people/contacts/add/", ContactAdd.as_view(), name="contact_add"),
        path("<int:urn>/people/contacts/<int:contact>/", ContactChange.as_view(), name="contact_change"),
        path("<int:urn>/people/contacts/<int:contact>/end/", ContactEnd.as_view(), name="contact_end"),
    ]
