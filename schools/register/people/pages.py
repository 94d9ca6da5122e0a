"""The People tab of a school: whom to contact, who holds which role, and an appointment that ends."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from schoolimprove.accounts.exporting import Taken, export_links, exports
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import authorising, user_can
from schoolimprove.accounts.roles import SCHOOL_ROLES, Permission, Role
from schoolimprove.lib import clock
from schoolimprove.records.actor import Actor
from schoolimprove.ui import components
from schoolimprove.ui.exports import Column, ListFile
from schools.register.models.appointment import Appointment
from schools.register.models.contact import SchoolContact
from schools.register.models.school import School
from schools.register.pages import SchoolTabView, SchoolVerbPage, school_read
from schools.register.people.appointing import withdraw_appointment
from schools.register.people.forms import EndAppointmentForm, WithdrawForm
from schools.register.people.leaving import replace_holder

ASSIGNED = frozenset({Role.SIP, Role.EIP})
"""Roles that whoever assigns partners also takes away; the others are for whoever manages people."""


NOT_NAMED = "No named contact"


def ending(user: Any, held: Appointment) -> Actor | None:
    """Who would end this appointment, and by which right; None for somebody who may not."""
    rights = [Permission.MANAGE_PEOPLE, *([Permission.ASSIGN_SIP] if held.role in ASSIGNED else [])]
    by = next(filter(None, (authorising(user, right, on=held.school) for right in rights)), None)
    return Actor(user, by.appointment_id) if by else None


def held_at(school: School) -> list[Appointment]:
    """Who holds a role here today or will later: the school's own people first, then the authority's."""
    order = list(Role)
    today = clock.today()
    going_on = Appointment.objects.standing().filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), school=school)
    return sorted(
        going_on.select_related("person", "school__district"),
        key=lambda each: (
            each.role not in SCHOOL_ROLES,
            order.index(Role(each.role)),
            each.starts_on > today,
            each.person.name,
        ),
    )


class SchoolPeople(SchoolTabView):
    template_name = "schools/register/school_people.html"
    tab = "people"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, urn = self.request.user, self.school.urn
        held, contacts = held_at(self.school), shows_contacts(user, self.school)
        keeps = contacts and user_can(user, Permission.KEEP_CONTACTS, on=self.school)
        return super().get_context_data(
            table=people_table(self.school, held, user, contacts=contacts),
            contacts=contact_table(self.school, held, keeps=keeps) if contacts else None,
            keeps=keeps,
            people_exports=export_links("schools:people_export", user, urn, on=self.school),
            contacts_exports=export_links("schools:contacts_export", user, urn, on=self.school),
            **kwargs,
        )


def shows_contacts(user: Any, school: School) -> bool:
    """Addresses are for those who work with the whole school, not for a role with one narrow task there."""
    wide = (Permission.VIEW_SCHOOL_HISTORY, Permission.VIEW_SHARED_RECORD)
    return any(user_can(user, permission, on=school) for permission in wide)


def people_table(school: School, people: Sequence[Appointment], user: Any, *, contacts: bool) -> components.Table:
    links = [_end_link(school, each) if ending(user, each) else "" for each in people]
    leaving = any(links)
    links = [link or "To end this, ask your system administrator" for link in links]
    labels = ["Role", "Name", "Since", *(["Email", "Telephone"] if contacts else []), *(["Action"] if leaving else [])]
    rows = [
        [*_held_row(each, contacts), *([link] if leaving else [])] for each, link in zip(people, links, strict=True)
    ]
    columns = [components.Column(label) for label in labels]
    return components.Table("Roles", columns, rows, empty="No one is appointed to this school yet.")


def _held_row(each: Appointment, contacts: bool) -> list[Any]:
    reached = [_how(each.person.email, ""), each.person.telephone] if contacts else []
    return [each.get_role_display(), each.person.name, _period(each), *reached]


def _period(each: Appointment) -> Any:
    if each.starts_on <= clock.today() and each.ends_on is None:
        return each.starts_on
    first = "From " * (each.starts_on > clock.today()) + clock.uk_date(each.starts_on)
    return f"{first} to {clock.uk_date(each.ends_on)}" if each.ends_on else first


def _end_link(school: School, each: Appointment) -> Any:
    url = reverse("schools:appointment_end", args=[school.urn, each.pk])
    label = "Withdraw" if each.starts_on > clock.today() else "End"
    hidden = f": {each.person.name}, {each.get_role_display()}"
    return format_html(
        '<a class="govuk-link" href="{}">{}<span class="govuk-visually-hidden">{}</span></a>', url, label, hidden
    )


@dataclass(frozen=True)
class Reached:
    """Whom to ring or write to, who says so and since when; `kept` is the contact that can be changed here, else
    `changed` says where it is."""

    label: str
    name: str
    source: str
    as_of: Any
    email: str = ""
    telephone: str = ""
    website: str = ""
    kept: SchoolContact | None = None
    changed: str = ""


def reached_at(school: School, held: Iterable[Appointment]) -> list[Reached]:
    """The contacts that were entered, then the school's own people, then what the register says."""
    return [*_entered(school), *_own_people(held), *_register(school)]


def contact_table(school: School, held: Iterable[Appointment], *, keeps: bool) -> components.Table:
    labels = ["For", "Name", "Contact details", "Source", "As of", *(["Change"] if keeps else [])]
    rows = [[*_contact_row(each), *([_change(school, each)] if keeps else [])] for each in reached_at(school, held)]
    columns = [components.Column(label) for label in labels]
    return components.Table("Contacts", columns, rows, empty="No contacts yet.")


def _contact_row(each: Reached) -> list[Any]:
    how = each.website or _how(each.email, each.telephone)
    return [each.label, each.name or NOT_NAMED, how, each.source, each.as_of or "Not known"]


def _change(school: School, each: Reached) -> Any:
    return _change_links(school, each.kept) if each.kept else each.changed


def _entered(school: School) -> Iterator[Reached]:
    for each in school.contacts.standing():
        said: dict[str, Any] = {"email": each.email, "telephone": each.telephone, "kept": each}
        yield Reached(each.get_purpose_display(), each.name, each.source, each.as_of, **said)


def _own_people(held: Iterable[Appointment]) -> Iterator[Reached]:
    today = clock.today()
    for each in held:
        person, changed = each.person, "Comes from the appointment"
        ways = (person.email, person.telephone)
        if each.role in SCHOOL_ROLES and each.is_current(today) and any(ways):
            label = each.get_role_display()
            yield Reached(label, person.name, "Appointment", each.starts_on, *ways, changed=changed)


def _register(school: School) -> Iterator[Reached]:
    said: dict[str, Any] = {"source": "GIAS", "as_of": school.source_changed_on, "changed": "Comes from GIAS"}
    if school.telephone:
        yield Reached("School", "", telephone=school.telephone, **said)
    if school.website:
        yield Reached("Website", "", website=school.website, **said)


def _how(email: str, telephone: str) -> Any:
    """To be tapped on a phone. A long address may break at its dots, rather than push the last columns off the page."""
    address = format_html_join(SafeString("<wbr>"), "{}", ([part] for part in re.split(r"(?=[@.])", email)))
    ways = [email and _link(f"mailto:{quote(email, safe='@')}", address), telephone and _ringing(telephone)]
    return format_html_join(SafeString("<br>"), "{}", ([way] for way in ways if way))


def _ringing(telephone: str) -> Any:
    """An extension is not dialled; text without a number stays text."""
    number = re.sub(r"[^+\d]", "", re.split(r"[a-z]", telephone, maxsplit=1, flags=re.IGNORECASE)[0])
    return _link(f"tel:{number}", telephone) if number else telephone


def _link(url: str, label: str) -> Any:
    return format_html('<a class="govuk-link" href="{}">{}</a>', url, label)


def _change_links(school: School, each: SchoolContact) -> Any:
    args = [school.urn, each.pk]
    return format_html(
        '<a class="govuk-link" href="{}">Change<span class="govuk-visually-hidden"> {}</span></a><br>'
        '<a class="govuk-link" href="{}">End<span class="govuk-visually-hidden"> {}</span></a>',
        reverse("schools:contact_change", args=args),
        each,
        reverse("schools:contact_end", args=args),
        each,
    )


class AppointmentEnd(SchoolVerbPage):
    """Somebody leaves a post at a school, and perhaps somebody else takes it over on the next day."""

    tab, kept_title = ("People", "schools:people"), "End an appointment"

    def find(self) -> None:
        super().find()
        held = Appointment.objects.filter(school=self.school).with_scope().select_related("updated_by")
        self.subject = get_object_or_404(held, pk=self.kwargs["appointment"])

    def may(self, user: Any) -> bool:
        return ending(user, self.subject) is not None

    def is_over(self) -> bool:
        """Then it can no longer be ended, by a later day least of all: it would go on again."""
        held: Appointment = self.subject
        return bool(held.withdrawn_because or (held.ends_on and held.ends_on < clock.today()))

    def closed(self) -> str:
        return f"{self.subject} has already ended." if self.is_over() else ""

    def is_overtaken(self) -> bool:
        return super().is_overtaken() or self.is_over()

    @property
    def to_come(self) -> bool:
        return bool(self.subject.starts_on > clock.today())

    def get_form_class(self) -> Any:
        return WithdrawForm if self.to_come else EndAppointmentForm

    def get_initial(self) -> dict[str, Any]:
        return {} if self.to_come or self.subject.ends_on is None else {"last_day": self.subject.ends_on}

    @property
    def heading(self) -> str:  # type: ignore[override]
        verb = "Withdraw" if self.to_come else "End"
        return f"{verb} the appointment of {self.subject.person.name}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        held = self.subject
        since = f"{held.get_role_display()}, from {clock.uk_date(held.starts_on)}"
        return f"{since} to {clock.uk_date(held.ends_on)}" if held.ends_on else since

    def fields(self, form: Any) -> dict[str, Any]:
        reason = {"reason": form.cleaned_data["reason"]}
        return reason if self.to_come else {**reason, "last_day": form.cleaned_data["last_day"], **form.successor()}

    def act(self, *, by: User, on: date, seen_version: int, **fields: Any) -> str:
        """Return what was done, as sentences."""
        held, reason, actor = self.subject, fields.pop("reason"), ending(by, self.subject)
        if actor is None:
            raise PermissionDenied
        if self.to_come:
            held.version = seen_version
            withdraw_appointment(held, on=on, by=actor, reason=reason)
            return f"You withdrew the appointment of {held.person}."
        last_day = fields.pop("last_day")
        new = replace_holder(held, on=last_day, reason=reason, by=actor, seen_version=seen_version, **fields)
        ended = f"{held.person}’s last day is {clock.uk_date(last_day)}."
        return f"{ended} {new.person} begins on {clock.uk_date(new.starts_on)}." if new else ended

    def done_message(self, result: str) -> str:
        return result

    def says_now(self, current: Any) -> Sequence[str]:
        if current.withdrawn_because:
            return [f"{current.updated_by or 'The service'} withdrew this appointment after you opened it."]
        if current.ends_on and current.ends_on < clock.today():
            return [f"{current} has already ended, on {clock.uk_date(current.ends_on)}."]
        to = f"ends on {clock.uk_date(current.ends_on)}" if current.ends_on else "has no last day"
        return [f"{current.updated_by or 'The service'} changed this after you opened it. It now {to}."]


APPOINTMENTS = ListFile(
    "school-people",
    "people of a school",
    "A school: People",
    "A person who holds a role at the school, today or later",
    [
        Column("role", "Role", "Role that is held"),
        Column("name", "Name", "Who holds it"),
        Column("since", "Since", "First day"),
        Column("until", "Until", "Last day; empty if there is none"),
        Column("email", "Email", "Email address, shown to people who work with the whole school"),
        Column("telephone", "Telephone", "Telephone number, shown to people who work with the whole school"),
    ],
)
CONTACTS = ListFile(
    "school-contacts",
    "contacts of a school",
    "A school: People",
    "A way to contact a person at the school, or the school",
    [
        Column("label", "For", "What the contact is for"),
        Column("name", "Name", "Name of the contact; empty if no one is named"),
        Column("email", "Email", "Email address"),
        Column("telephone", "Telephone", "Telephone number"),
        Column("website", "Website", "Address of a website"),
        Column("source", "Source", "Who told us"),
        Column("as_of", "As of", "The date this was correct"),
    ],
)


@exports(APPOINTMENTS)
def export_people(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    held, reached = held_at(school), shows_contacts(request.user, school)
    return Taken((_held_export_row(each, reached=reached) for each in held), len(held), school=school)


def _held_export_row(each: Appointment, *, reached: bool) -> list[Any]:
    ways = [each.person.email, each.person.telephone] if reached else ["", ""]
    return [each.get_role_display(), each.person.name, each.starts_on, each.ends_on, *ways]


@exports(CONTACTS)
def export_contacts(request: HttpRequest, urn: int) -> Taken:
    school = school_read(request, urn)
    if not shows_contacts(request.user, school):
        raise PermissionDenied
    found = reached_at(school, held_at(school))
    return Taken(map(_contact_export_row, found), len(found), school=school)


def _contact_export_row(each: Reached) -> list[Any]:
    return [each.label, each.name, each.email, each.telephone, each.website, each.source, each.as_of]
