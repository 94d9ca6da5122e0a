"""Pages of categories: as at a day, movement, changes by moderation, and the Category tab of a school."""

import re
from datetime import date, datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import LONDON
from schools.letters.actions import issue_letters
from schools.models import Letter, School
from tests.factories.categorisation import CategoryDecisionFactory, decided, recommended, whole
from tests.factories.county import TUESDAY, County
from tests.factories.schools import SchoolFactory, also_appointed
from tests.integration.pages.sampling import day
from tests.integration.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_terms", "name_is_known")]


def page(user: User, name: str, *args: Any, **query: Any) -> str:
    response = signed_in(user).get(f"{reverse(f'categorisation:{name}', args=args)}?{urlencode(query)}")
    assert response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


@pytest.fixture
def corrected(county: County) -> School:
    """Category 3 from September 2025, which was corrected to 4 in November 2025."""
    make: Any = CategoryDecisionFactory.create
    make(school=county.school, category="3", level="medium", decided_at=datetime(2025, 7, 8, 12, tzinfo=LONDON))
    make(school=county.school, category="4", level="high", decided_at=datetime(2025, 11, 4, 12, tzinfo=LONDON))
    return county.school


def test_the_county_is_listed_as_at_a_day_and_as_known_on_another(county: County, corrected: School) -> None:
    assert "4, Inadequate</td>" in page(county.head, "categories")
    then = day("on", date(2026, 1, 1)) | day("known_on", date(2025, 11, 3))
    assert "3, Satisfactory</td>" in page(county.head, "categories", **then)
    assert "No results." in page(county.head, "categories", **day("on", date(2025, 8, 31)))
    assert "No results." in page(county.head, "categories", category="1")
    assert "4, Inadequate</td>" in page(county.dsim, "categories", category="4", level="high")


def test_movement_counts_schools_by_the_category_before_and_after(county: County, corrected: School) -> None:
    CategoryDecisionFactory.create(school=county.school, category="2", effective_on=date(2026, 9, 1))
    CategoryDecisionFactory.create(school__district=county.school.district, effective_on=date(2026, 9, 1))
    shown = page(county.head, "movement", **day("since", date(2026, 8, 31)), **day("until", TUESDAY))
    table = shown.partition("<table")[2].partition("</table>")[0]
    assert "From 31 August 2026 (rows) to 3 November 2026 (columns)" in table
    cells = [cell.partition(">")[2].partition("<")[0].strip() for cell in table.partition("<tbody")[2].split("<t")[1:]]
    assert [cell for cell in cells if cell] == ["4, Inadequate", "1", "1", "No category", "1", "1"]
    assert '"label": "Stronger", "values": [1]' in shown
    assert "No results." in page(county.head, "movement", **day("until", date(2020, 1, 1)))


def test_how_often_moderation_changed_a_recommendation(county: County) -> None:
    other = SchoolFactory.create(district=county.school.district)
    also_appointed(county.sip, Role.SIP, school=other)
    decided(county, recommended(county))
    decided(
        county, recommended(county, school=other, written=whole("3")), reason="Results", evidence_sources=("budget",)
    )
    shown = page(county.dsim, "moderation_changes")
    assert shown.count("50%") == 3
    assert county.sip.name in shown
    assert "No results." in page(county.head, "moderation_changes", phase="special")


@pytest.mark.parametrize(("path", "count"), [("movement", 8), ("moderation_changes", 8)])
def test_figures_of_many_schools_take_as_many_queries_as_of_few(county: County, path: str, count: int) -> None:
    client, counts = signed_in(county.head), []
    client.get(reverse(f"categorisation:{path}"))
    for number in (2, count):
        for _number in range(number):
            school = SchoolFactory.create(district=county.school.district)
            also_appointed(county.sip, Role.SIP, school=school)
            decided(county, recommended(county, school=school))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"categorisation:{path}"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_school_reads_its_category_once_its_letter_is_issued(county: County) -> None:
    row = recommended(county, written=whole("3"))
    assert "Agree or disagree with the recommended category" in page(
        county.chair, "category_of_school", county.school.urn
    )
    made = decided(county, row, "3", reason="Too few pupils make progress")
    officer = page(county.sip, "category_of_school", county.school.urn)
    assert [words in officer for words in ("3, Satisfactory", "Counts", str(county.head))] == [True] * 3
    before = page(county.headteacher, "category_of_school", county.school.urn)
    assert "No category yet" in before
    assert "3, Satisfactory" not in before
    issue_letters(Letter.objects.filter(subject_id=made.pk), by=county.head, on=TUESDAY)
    after = page(county.headteacher, "category_of_school", county.school.urn)
    for words in (
        "3, Satisfactory",
        "Too few pupils make progress",
        "3 additional visits",
        "An assigned officer",
        "LT-",
    ):
        assert words in after
    assert "Support from 1 September 2027" in after
    assert str(county.head) not in after.partition("<main")[2]


def test_the_school_page_says_what_support_follows(county: County, corrected: School) -> None:
    address = reverse("schools:school", args=[corrected.urn])
    shown = unescape(signed_in(county.sip).get(address).content.decode())
    assert "High support: 3 core visits; 6 additional visits; " in shown
    assert "High support" not in unescape(signed_in(county.headteacher).get(address).content.decode())


def test_until_its_letter_is_issued_a_school_reads_what_it_was_told_before(county: County) -> None:
    CategoryDecisionFactory.create(school=county.school, imported_run=1, by=None)
    decided(county, recommended(county, written=whole("4")), "4")
    tab = page(county.headteacher, "category_of_school", county.school.urn)
    overview = signed_in(county.headteacher).get(county.school.get_absolute_url()).content.decode()
    assert "2, Good" in tab
    assert "Inadequate" not in tab
    assert "Low support" in overview
    assert "High support" not in overview


def test_the_chronology_tells_officers_what_was_decided(county: County) -> None:
    decided(county, recommended(county))
    address, words = reverse("schools:chronology", args=[county.school.urn]), "Category 2 from 3 November 2026 decided"
    assert words in unescape(signed_in(county.dsim).get(address).content.decode())
    assert words not in unescape(signed_in(county.headteacher).get(address).content.decode())


def test_officers_see_what_was_replaced_and_the_school_only_what_counts(county: County, corrected: School) -> None:
    first = CategoryDecisionFactory.create(
        school=corrected, category="1", effective_on=date(2026, 1, 1), imported_run=1, by=None
    )
    CategoryDecisionFactory.create(
        school=corrected, category="2", effective_on=date(2026, 1, 1), imported_run=2, by=None, supersedes=first
    )
    assert "Replaced" in page(county.dsim, "category_of_school", corrected.urn)
    school = page(county.headteacher, "category_of_school", corrected.urn)
    assert "2, Good" in school
    assert "1, Outstanding" not in school


def test_a_school_sees_that_its_category_is_decided_when_its_letter_is_issued(county: County) -> None:
    """A headteacher who is a partner of another school reads the lists and rounds, where theirs is as it was shared."""
    row = recommended(county)
    also_appointed(county.headteacher, Role.SIP, school=SchoolFactory.create(district=county.school.district))
    reads: list[tuple[str, list[int], dict[str, str]]] = [
        ("rounds", [], {}),
        ("round", [row.round_id], {}),
        *(("recommendations", [], {"progress": each}) for each in ("", "shared", "moderated", "told")),
    ]

    def lists(user: User) -> list[list[str]]:
        shown = [page(user, name, *args, **query) for name, args, query in reads]
        return [re.findall(r"<t[dh][^>]*>.*?</t[dh]>", text) for text in shown]

    def status(user: User) -> str:
        return page(user, "recommendation", row.pk).partition("Status")[2][:400]

    before = lists(county.headteacher)
    assert before[3]
    assert not before[4]
    decided(county, row)
    assert lists(county.headteacher) == before
    assert "Shared with the school" in status(county.headteacher)
    assert "Decided" in status(county.sip)
    issue_letters(Letter.objects.all(), by=county.head, on=TUESDAY)
    assert "Decided" in status(county.headteacher)
    assert lists(county.headteacher)[5]
