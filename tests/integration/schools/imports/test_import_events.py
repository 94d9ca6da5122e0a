"""Audit events that an import writes in one statement, beside those that a verb leaves."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection

from schoolimprove.lib import context
from schoolimprove.records.actor import Actor
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.models.audit import AuditEventQuerySet
from schoolimprove.records.transition import record_event
from schools.imports.gias.events import Acts, changes_sql, insert_events, touches, value_after, value_before
from schools.models import School, SchoolLink
from tests.factories.accounts import UserFactory
from tests.factories.imports import SchoolLinkFactory

pytestmark = pytest.mark.django_db
LINKS = Acts(
    "schools.schoollink",
    source="schools_schoollink l",
    verb="CASE WHEN l.urn < 900105 THEN 'added' ELSE 'changed' END",
    subject_id="l.id",
    subject_name="l.urn || ': ' || l.kind || ' ' || l.linked_urn",
    school_id="NULL",
    changes=changes_sql(
        {
            "linked_urn": ("NULL", "l.linked_urn"),
            "linked_name": ("l.linked_name", "%(name)s"),
            "established_on": ("l.established_on", "NULL"),
            "kind": ("l.kind", "l.kind"),
        }
    ),
    order="l.urn DESC",
)


def leave_events(**parameters: Any) -> int:
    with connection.cursor() as cursor:
        return insert_events(cursor, LINKS, by=Actor(UserFactory(), 12), reason="Why", parameters=parameters)


def left() -> AuditEventQuerySet:
    return AuditEvent.objects.filter(subject_kind="schools.schoollink")


def test_an_event_of_a_statement_is_the_event_of_a_verb() -> None:
    link = SchoolLinkFactory(urn=900101, linked_urn=900102, linked_name="It’s “theirs”, 100%")
    token, requested = context.run_id.set(7), context.request_id.set("r-1")
    assert leave_events(name="Invented\\Academy") == 1
    ours = left().values().get()
    changes: dict[str, list[Any]] = {
        "linked_urn": [None, 900102],
        "linked_name": ["It’s “theirs”, 100%", "Invented\\Academy"],
        "established_on": [date(2020, 9, 1), None],
    }
    by = Actor(UserFactory._meta.model.objects.get(), 12)
    record_event(link, "added", by=by, reason="Why", changes=changes)
    theirs = left().order_by("-pk").values()[0]
    context.run_id.reset(token)
    context.request_id.reset(requested)
    assert ours | {"id": 0, "at": 0} == theirs | {"id": 0, "at": 0}


def test_one_statement_leaves_an_event_for_each_row_in_its_order() -> None:
    for urn in (900101, 900109, 900105):
        SchoolLinkFactory(urn=urn)
    assert leave_events(name="x") == 3
    events = left().order_by("pk").values_list("verb", "subject_name")
    assert [(verb, name[:6]) for verb, name in events] == [
        ("changed", "900109"),
        ("changed", "900105"),
        ("added", "900101"),
    ]
    assert set(left().values_list("run_id", "request_id")) == {(None, "")}


def test_nothing_that_is_the_same_is_a_change_however_many_fields_there_are() -> None:
    many = {f"field{number}": ("1", f"{1 + number // 80}") for number in range(90)}
    for pairs, changed in ((many, 10), ({}, 0), ({"a": ("NULL", "NULL")}, 0)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {changes_sql(pairs)}")
            assert len(json.loads(cursor.fetchone()[0])) == changed, pairs


def test_an_event_is_read_back_in_the_types_of_the_columns() -> None:
    """Both those of a statement and those of a verb, so that an import can be undone after either."""
    link = SchoolLinkFactory(linked_name="Was", established_on=date(2020, 9, 1))
    leave_events(name="Is")
    record_event(
        link,
        "changed",
        by=Actor(),
        changes={"linked_name": ["Was", "Is"], "established_on": [date(2020, 9, 1), None]},
    )
    fields = {field.name: field for field in SchoolLink._meta.concrete_fields}
    read = [f"{value_before(fields[name])}, {value_after(fields[name])}" for name in ("linked_name", "established_on")]
    untouched = f"{touches('kind')}, {touches('established_on')}, {value_after(fields['kind'])}"
    joined = f"l.id = e.subject_id AND l.established_on = {value_before(fields['established_on'])}"
    columns = f"{', '.join(read)}, {untouched} FROM records_auditevent e JOIN schools_schoollink l ON {joined}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} ORDER BY e.id")
        first, second = cursor.fetchall()
    assert first == second
    assert first[:2] == ("Was", "Is")
    assert (str(first[2]), *first[3:]) == ("2020-09-01", None, False, True, None)


def test_a_relation_is_read_back_as_its_key() -> None:
    assert "AS bigint" in value_after(School._meta.get_field("authority")) or connection.vendor == "sqlite"
