"""Opens every route as every role on the demonstration's own database.

Not a test but what one runs, in a process of its own, because the settings are those of `make demo`.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from post_office.models import Email

from categorisation.models import CategoryMismatch, Recommendation, Round, SchemeEdition
from schoolimprove.accounts.models import User
from schoolimprove.accounts.session import VERIFIED
from schoolimprove.lib import clock
from schoolimprove.lib.years import academic_year
from schoolimprove.reminders.models import Reminder
from schools.models import (
    Appointment,
    FrameworkEdition,
    Group,
    ImportRun,
    Inspection,
    Interest,
    Meeting,
    ProgrammeEdition,
    RecordDocument,
    RecordOfVisit,
)

Values = dict[str, Any]
Answer = tuple[str, str, str, int]


def routes(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, its parameters in order) of every route, Django's admin included."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}", parameters(pattern)


def parameters(pattern: URLPattern) -> list[str]:
    """Groups without a name, which the admin's histories have, are keys of objects."""
    regex = pattern.pattern.regex
    return list(pattern.pattern.converters) or list(regex.groupindex) or ["object_id"] * regex.groups


def values(user: User) -> list[Values]:
    """What addresses are filled with: records in several states, each with what belongs to it, that the person can see
    or that nobody showed them; the import that waits and the newest one from GIAS that is applied."""
    records = RecordOfVisit.objects.select_related("visit__school").order_by("pk")
    kinds = [
        records.filter(status="shared", attachments__isnull=False),
        records.filter(status__in=["draft", "submitted"]),
        records.filter(corrections__status__in=["proposed", "returned"]),
        records.filter(status__in=["presented", "closed"], pk__in=_with_document()),
    ]
    waiting, applied = ImportRun.objects.filter(status="checked").first(), ImportRun.objects.newest_applied("gias")
    found = [each.visible_to(user).last() or each.first() for each in kinds]
    return [
        values_of(record, run, user) for record, run in zip(found, (waiting, *[applied] * 3), strict=True) if record
    ]


_EDITION = {"shared": "published", "draft": "draft", "submitted": "draft", "presented": "abandoned"}


def _with_document() -> QuerySet[Any]:
    return RecordDocument.objects.values("version__record")


def values_of(record: Any, run: Any, user: User) -> Values:
    """Of the school's visits the one to come, where there is one, or the record's own."""
    someone = User.objects.order_by("pk").last()
    school = record.school
    partner = Appointment.objects.filter(role="sip", school=school).last()
    group = (Group.objects.visible_to(user) or Group.objects.all()).last()
    visit = school.visits.not_held().order_by("planned_on", "pk").first() or record.visit
    letter = school.letters.order_by("pk").last()
    held = Meeting.objects.visible_to(user).order_by("held_on").last()
    recommendation = (Recommendation.objects.visible_to(user) or Recommendation.objects.all()).last()
    return {
        "urn": school.urn,
        "person": partner.person_id if partner else 0,
        "appointment": partner.pk if partner else 0,
        "contact": getattr(school.contacts.last(), "pk", 0),
        "letter": letter.pk if letter else 0,
        "delivery": getattr(letter.deliveries.last() if letter else None, "pk", 0),
        "group_meeting": getattr(held, "pk", 0),
        "meeting_item": getattr(held.items.last() if held else None, "pk", 0),
        "minutes": 1,
        "referral": getattr(school.referrals.last(), "pk", 0),
        "visit": visit.pk,
        "item": getattr(visit.agenda_items.last(), "pk", 0),
        "note": getattr(school.contact_notes.last(), "pk", 0),
        "number": run.pk,
        "version": record.shared_version or 1,
        "meeting": getattr(school.governors_meetings.order_by("held_on").last(), "pk", 0),
        "inspection": getattr(Inspection.objects.filter(school=school).last(), "pk", 0),
        "framework": getattr(FrameworkEdition.objects.first(), "pk", 0),
        "mismatch": getattr(CategoryMismatch.objects.filter(school=school).last(), "pk", 0),
        "framework_edition": getattr(FrameworkEdition.objects.last(), "pk", 0),
        "action": getattr(school.actions_of_records.last(), "pk", 0),
        "strength": getattr(record.strengths.last(), "pk", 0),
        "position": 0,
        "edition": getattr(
            ProgrammeEdition.objects.filter(status=_EDITION.get(record.status, "published")).first(), "pk", 0
        ),
        "scheme": getattr(
            SchemeEdition.objects.filter(status=_EDITION.get(record.status, "published")).first(), "pk", 0
        ),
        "year": academic_year(clock.today()),
        "reference": record.reference,
        "pk": someone.pk if someone else 0,
        "attachment": getattr(record.attachments.last(), "pk", 0),
        "document": getattr(RecordDocument.objects.filter(version__record=record).last(), "pk", 0),
        "key": "schools.record_limits",
        "topic": "partners",
        "job": "core-visits",
        "turn": f"{academic_year(clock.today())}-autumn",
        "reminder": getattr(Reminder.objects.to(user).open().order_by("due_on", "pk").first(), "pk", 0),
        "email": getattr(Email.objects.order_by("pk").last(), "pk", 0),
        "group": getattr(group, "pk", 0),
        "member": getattr(group and group.memberships.last(), "pk", 0),
        "interest": getattr((Interest.objects.visible_to(user) or Interest.objects.all()).last(), "pk", 0),
        "recommendation": getattr(recommendation, "pk", 0),
        "round": getattr(Round.objects.order_by("pk").last(), "pk", 0),
        "token": "0" * 32,
        "object_id": "1",
        "app_label": "schools",
        "content_type_id": "1",
        "url": "nowhere",
    }


def addresses(user: User) -> list[str]:
    """Every address this person could type, each once; the inside of the admin for those who may enter it."""
    found: dict[str, None] = {}
    known_values = values(user)
    for name, needed in routes(get_resolver().url_patterns):
        if name.startswith("admin:") and name != "admin:index" and not user.is_staff:
            continue
        for known in known_values:
            for kind in ("csv", "xlsx", "json"):
                wanted = [(known | {"kind": kind})[each] for each in needed]
                found[reverse(name, args=wanted)] = None
    return list(found)


def client_of(user: User) -> Client:
    """Signed in, second factor and all."""
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    session[VERIFIED] = clock.now().isoformat()
    session.save()
    return client


def walk(email: str) -> Iterator[Answer]:
    """Reads everything first; then posts an empty form to what is only for posting, each time signed in afresh."""
    user = User.objects.get(email=email)
    reader, only_for_posting = client_of(user), []
    for address in addresses(user):
        status = reader.get(address).status_code
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            only_for_posting.append(address)
        yield email, "get", address, status
    for address in only_for_posting:
        yield email, "post", address, client_of(User.objects.get(pk=user.pk)).post(address).status_code


def main(today: str, email: str) -> None:
    """Print `[[email, method, address, status], …]` of one person as JSON."""
    with clock.at(date.fromisoformat(today)):
        json.dump(list(walk(email)), sys.stdout)
