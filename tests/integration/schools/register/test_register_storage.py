"""How PostgreSQL keeps schools, which decides what an import of tens of thousands of rows costs."""

from collections.abc import Iterator

import pytest
from django.db import connection

from schools.models import School

pytestmark = pytest.mark.django_db

SOUGHT = {
    "schools_school": {
        ("id",),
        ("urn",),
        ("name", "urn"),
        ("authority_id", "name"),
        ("district_id",),
        ("partnership_id",),
        ("diocese_id",),
        ("search_key",),
    },
    "schools_historicalschool": {("history_id",), ("id",), ("history_date",), ("history_user_id",)},
}


@pytest.mark.parametrize("table", SOUGHT)
def test_what_nobody_looks_for_has_no_index(table: str) -> None:
    assert set(indexed(table)) == SOUGHT[table]


def indexed(table: str) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table).values()
    return (tuple(each["columns"]) for each in constraints if each["index"] or each["unique"] or each["primary_key"])


def test_a_school_finds_room_on_its_page_when_it_changes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [School._meta.db_table])
        assert cursor.fetchone() == (["fillfactor=50"],)
