"""How a school stands: set, ended and told, and who reads it in lists, columns, filters, orders and files."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import ROLE_SCOPES, Role
from schoolimprove.records.actor import SYSTEM
from schoolimprove.records.models import AuditEvent
from schools.models import School, Standing
from schools.register.models.standing import StandingKind
from schools.register.standing import (
    NewStanding,
    clear_standing,
    mark_told,
    set_standings,
    standing_facts,
    standing_of,
)
from tests.factories.county import TUESDAY, County
from tests.factories.schools import DioceseFactory, PartnershipFactory, SchoolFactory, StandingFactory, appointed
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_tuesday")]
CATEGORY, STAGE, OFSTED = StandingKind
YESTERDAY, TOMORROW = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1)
ALL = {CATEGORY, STAGE, OFSTED}

# By hand, from the sentence of the models: what each role reads before the school was told, and after.
READ_BY: dict[Role, tuple[set[StandingKind], set[StandingKind]]] = {
    Role.SIP: (ALL, ALL),
    Role.EIP: (ALL, ALL),
    Role.DSIM: (ALL, ALL),
    Role.DISTRICT_ADMINISTRATOR: (ALL, ALL),
    Role.HEAD_OF_SERVICE: (ALL, ALL),
    Role.DEPUTY_HEAD: (ALL, ALL),
    Role.CORPORATE_DIRECTOR: (ALL, ALL),
    Role.DEPUTY_DIRECTOR: (ALL, ALL),
    Role.ERA: (ALL, ALL),
    Role.FINANCE: ({STAGE}, {STAGE}),
    Role.HEADTEACHER: ({OFSTED}, ALL),
    Role.CHAIR: ({OFSTED}, ALL),
    Role.DIOCESAN_OFFICER: (set(), {STAGE}),
}


@pytest.fixture
def school() -> School:
    school: School = SchoolFactory.create(diocese=DioceseFactory.create(), partnership=PartnershipFactory.create())
    return school


def in_role(role: Role, school: School) -> User:
    kind = sorted(ROLE_SCOPES[role])[0]
    whole: dict[str, Any] = {"school": school, "double_district": school.district and school.district.double_district}
    return appointed(role, **{kind: whole[kind] if kind in whole else getattr(school, kind)})


def listed(user: User, query: str = "") -> tuple[list[str], str, list[dict[str, str]]]:
    """The headings of the list, the page with its filters, and the file."""
    page = signed_in(user).get(f"{reverse('schools:list')}?q=&{query}")
    if page.status_code != 200:
        return [], "", []
    file: Any = signed_in(user).get(f"{reverse('schools:export', args=['csv'])}?{query}")
    lines = csv.DictReader(io.StringIO(b"".join(file).decode("utf-8-sig"))) if file.status_code == 200 else []
    return [column.label for column in page.context["table"].columns], page.content.decode(), list(lines)


@pytest.mark.parametrize("told_on", [None, TOMORROW, TUESDAY], ids=["not told", "told tomorrow", "told today"])
@pytest.mark.parametrize("role", list(Role))
def test_who_reads_how_a_school_stands(school: School, role: Role, told_on: date | None) -> None:
    for kind in StandingKind:
        StandingFactory.create(school=school, kind=kind, code="c9", label=f"Secret {kind}", told_on=told_on)
        StandingFactory.create(school=SchoolFactory.create(district=None), kind=kind, code="c8", label="Elsewhere")
    user = in_role(role, school)
    expected = READ_BY.get(role, (set(), set()))[told_on == TUESDAY]
    assert set(Standing.objects.visible_to(user).filter(school=school).values_list("kind", flat=True)) == expected
    assert set(standing_of(user, [school.pk], TUESDAY).get(school.pk, {})) == expected
    facts = {fact.label: fact.value for fact in standing_facts(user, school, TUESDAY) if fact.value}
    assert facts == {kind.label: f"Secret {kind}" for kind in expected}
    headings, page, lines = listed(user)
    for kind in (CATEGORY, STAGE):
        ever = kind in READ_BY.get(role, (set(), set()))[1]
        assert (kind.label in headings) is ever
        assert (f"Secret {kind}" in page) is (kind in expected)
        narrowed = listed(user, f"{kind}=c9&sort=-{kind}")[2]
        assert (kind.label in (lines[0] if lines else {})) is (ever and bool(lines))
        # Who does not know it cannot find it by filtering: the file has all their schools or none.
        assert {line.get(kind.label) for line in narrowed} <= ({f"Secret {kind}"} if kind in expected else {None, ""})
        assert len(narrowed) == (1 if kind in expected and lines else len(lines))


def test_a_school_that_was_not_told_sees_no_gap_where_something_was_decided(school: School) -> None:
    head = in_role(Role.HEADTEACHER, school)
    sip = in_role(Role.SIP, school)

    def now(user: User) -> str:
        row = standing_of(user, [school.pk], TUESDAY).get(school.pk, {}).get(CATEGORY)
        return row.label if row else "none"

    def decide(code: str, day: date) -> None:
        set_standings(CATEGORY, [NewStanding(school.pk, code, code, day, None)], by=SYSTEM)

    decide("2", date(2025, 9, 1))
    assert (now(sip), now(head)) == ("2", "none")
    mark_told(CATEGORY, [school.pk], on=date(2025, 9, 8), by=SYSTEM)
    assert (now(sip), now(head)) == ("2", "2")
    decide("3", YESTERDAY)
    assert (now(sip), now(head)) == ("3", "2")
    decide("4", YESTERDAY)
    assert (now(sip), now(head)) == ("4", "2")
    mark_told(CATEGORY, [school.pk], on=TUESDAY, by=SYSTEM)
    assert (now(sip), now(head)) == ("4", "4")
    clear_standing(CATEGORY, [school.pk], from_day=TUESDAY, by=SYSTEM)
    assert (now(sip), now(head)) == ("none", "4")
    mark_told(CATEGORY, [school.pk], on=TUESDAY, by=SYSTEM)
    assert (now(sip), now(head)) == ("none", "none")


def rows(school: School) -> list[tuple[str, date, date | None, bool]]:
    found = Standing.objects.filter(school=school).order_by("pk")
    return list(found.values_list("code", "starts_on", "ends_on", "overruled"))


def test_the_next_ends_the_former_the_day_before_and_an_earlier_one_overrules(school: School) -> None:
    def decide(code: str, day: date) -> None:
        set_standings(STAGE, [NewStanding(school.pk, code, code, day, school)], by=SYSTEM)

    decide("1", date(2026, 1, 1))
    decide("2", date(2026, 3, 1))
    assert rows(school) == [("1", date(2026, 1, 1), date(2026, 2, 28), False), ("2", date(2026, 3, 1), None, False)]
    decide("2", date(2026, 3, 1))
    assert len(rows(school)) == 2, "nothing is written where nothing changes"
    decide("3", date(2026, 2, 1))
    assert rows(school) == [
        ("1", date(2026, 1, 1), date(2026, 1, 31), False),
        ("2", date(2026, 3, 1), date(2026, 3, 1), True),
        ("3", date(2026, 2, 1), None, False),
    ]
    source = Standing.objects.get(ends_on=None)
    assert (source.source_kind, source.source_id) == ("schools.school", school.pk)
    verbs = AuditEvent.objects.about("schools.standing", *Standing.objects.values_list("pk", flat=True))
    assert [event.verb for event in verbs] == ["set"] * 3
    user, days = in_role(Role.SIP, school), (date(2025, 12, 31), date(2026, 1, 31), date(2026, 3, 1))
    found = [standing_of(user, [school.pk], day).get(school.pk, {}).get(STAGE) for day in days]
    assert [row.code if row else None for row in found] == [None, "1", "3"]


def test_sixty_schools_take_as_many_queries_as_two() -> None:
    counts = []
    for size in (2, 60):
        schools = SchoolFactory.create_batch(size)
        for code in ("2", "3"):
            new = [NewStanding(each.pk, code, code, date(2026, int(code), 1)) for each in schools]
            with CaptureQueriesContext(connection) as captured:
                assert len(set_standings(CATEGORY, new, by=SYSTEM)) == size
            counts.append(len(captured))
    assert counts[:2] == counts[2:]


def test_the_database_keeps_one_open_standing_of_a_kind(school: School) -> None:
    StandingFactory.create(school=school)
    with pytest.raises(IntegrityError, match="standing_one_open_of_a_kind"), transaction.atomic():
        StandingFactory.create(school=school, code="3")
    with pytest.raises(IntegrityError, match="standing_ends_after_it_starts"), transaction.atomic():
        StandingFactory.create(school=school, ends_on=date(2020, 1, 1))


def test_the_list_is_filtered_and_sorted_by_category(county: County) -> None:
    names = {"4": "Ash", "1": "Birch", "3": "Cedar"}
    for code, name in names.items():
        school = SchoolFactory.create(name=name, district=county.school.district)
        StandingFactory.create(school=school, code=code, label=f"{code} of four")
    assert [line["Name"] for line in listed(county.dsim, "sort=category")[2]][:3] == ["Birch", "Cedar", "Ash"]
    assert [line["Name"] for line in listed(county.dsim, "category=3&category=4")[2]] == ["Ash", "Cedar"]


def test_the_facts_of_a_school_say_so_where_there_is_none(school: School) -> None:
    facts = standing_facts(in_role(Role.SIP, school), school, TUESDAY)
    assert [(fact.label, fact.empty) for fact in facts] == [
        ("Category", "No category yet"),
        ("Stage of concern", "None"),
        ("Ofsted", "No full inspection yet"),
    ]
    page = signed_in(in_role(Role.FINANCE, school)).get(school.get_absolute_url()).content.decode()
    assert "Stage of concern" in page
    assert "No category yet" not in page
