"""The visit programme: what ships, editions written, published and given up, and what is in force when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from schoolimprove.accounts.models import User
from schoolimprove.lib.clock import TermName
from schoolimprove.pages.conflicts import Difference
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schools.models import ProgrammeEdition
from schools.register.models.school import Phase
from schools.visits.models.programme import CLOSING_KEY, Topic, edition_for
from schools.visits.programme.actions import (
    Wanted,
    abandon_programme,
    agenda_of,
    publish_programme,
    revise_programme,
    strands,
    sync_programmes,
    write_programme,
)
from schools.visits.programme.pages import differing
from schools.visits.programme.shipped import SHIPPED
from tests.factories.county import TUESDAY, County
from tests.factories.visits import ProgrammeEditionFactory
from tests.integration.signing_in import signed_in
from tests.integration.together import together

pytestmark = pytest.mark.django_db
NEXT_TERM = date(2027, 1, 4)
ITEMS = agenda_of([Wanted("Reading", "In the early years")], closing="")


def draft(by: User, *, phase: str = Phase.SECONDARY, term: str = "spring", title: str = "Reading") -> ProgrammeEdition:
    return write_programme(by=by, phase=phase, term=term, title=title, topics=ITEMS)


def publish(edition: ProgrammeEdition, by: User, day: date = NEXT_TERM) -> None:
    publish_programme(edition, by=by, on=TUESDAY, published_from=day, seen_version=edition.version)


# What ships.


def test_after_migrating_every_phase_has_a_programme_in_every_term() -> None:
    for term in TermName:
        for phase in Phase:
            edition = edition_for(phase, term, date(1990, 1, 1))
            assert edition is not None
            assert edition.agenda[-1].key == CLOSING_KEY
            assert edition.published_by is None


def test_the_secondary_programme_of_a_phase_that_runs_behind_ships_as_drafts() -> None:
    drafts = ProgrammeEdition.objects.filter(phase=Phase.SECONDARY).exclude(shipped_as="")
    assert {(edition.term, edition.status) for edition in drafts} == {("autumn", "draft"), ("spring", "draft")}
    assert [topic.key for topic in drafts.get(term="autumn").agenda] == ["targets-1", CLOSING_KEY]


def test_what_ships_is_loaded_once_and_its_events_are_the_systems() -> None:
    assert sync_programmes() == 0
    call_command("sync_programmes")
    assert ProgrammeEdition.objects.exclude(shipped_as="").count() == len(SHIPPED)
    assert AuditEvent.objects.filter(verb="shipped", subject_kind="schools.programmeedition").count() == len(SHIPPED)


def test_what_was_made_of_a_shipped_draft_is_left_as_it_is(county: County) -> None:
    shipped = ProgrammeEdition.objects.get(shipped_as="secondary-autumn")
    revise_programme(
        shipped, by=county.head, seen_version=1, topics=ITEMS, title="Ours", phase=shipped.phase, term=shipped.term
    )
    assert sync_programmes() == 0
    shipped.refresh_from_db()
    assert shipped.title == "Ours"


def test_the_keys_of_a_shipped_agenda_differ() -> None:
    for shipped in SHIPPED:
        keys = [topic["key"] for topic in shipped.fields["topics"]]
        assert len(set(keys)) == len(keys)
        assert keys[-1] == CLOSING_KEY


# Written.


def test_an_item_keeps_its_key_when_its_heading_changes_and_a_new_one_gets_its_own() -> None:
    first = agenda_of([Wanted("Reading"), Wanted("Reading")], closing="")
    assert [topic.key for topic in first] == ["reading-1", "reading-2", CLOSING_KEY]
    again = agenda_of(
        [Wanted("Reading and writing", key="reading-2"), Wanted("Reading")],
        closing="",
        known=[topic.key for topic in first],
    )
    assert [(topic.key, topic.heading) for topic in again][:2] == [
        ("reading-2", "Reading and writing"),
        ("reading-3", "Reading"),
    ]


def test_a_key_that_nobody_gave_or_that_is_used_twice_is_not_taken() -> None:
    topics = agenda_of(
        [Wanted("A", key="stolen"), Wanted("B", key=CLOSING_KEY), Wanted("C", key="c-1"), Wanted("D", key="c-1")],
        closing="x",
        known=["c-1", CLOSING_KEY],
    )
    assert [topic.key for topic in topics] == ["a-1", "b-1", "c-1", "d-1", CLOSING_KEY]


def test_a_heading_without_a_letter_still_gets_a_key() -> None:
    assert agenda_of([Wanted("???")], closing="")[0].key == "item-1"


def test_a_draft_is_written_and_revised_and_its_closing_item_stays_last(county: County) -> None:
    edition = draft(county.dsim)
    assert (edition.status, edition.agenda[-1].key) == (EditionStatus.DRAFT, CLOSING_KEY)
    topics = agenda_of([Wanted("Writing")], closing="Say who was praised.")
    revise_programme(edition, by=county.head, seen_version=1, topics=topics, title="New", phase="", term="summer")
    assert (edition.title, edition.phase, edition.version) == ("New", "", 2)
    assert edition.agenda[-1] == Topic(CLOSING_KEY, "Celebrations and good practice", "Say who was praised.")
    assert set(AuditEvent.objects.filter(subject_id=edition.pk, verb="revised").get().changes) >= {"title", "topics"}


def test_of_two_who_revise_a_draft_the_second_is_told(county: County) -> None:
    edition = draft(county.dsim)
    revise_programme(edition, by=county.head, seen_version=1, topics=ITEMS, title="Mine")
    with pytest.raises(Conflict):
        revise_programme(edition, by=county.dsim, seen_version=1, topics=ITEMS, title="Yours")


def test_only_those_who_publish_the_programme_write_it(county: County) -> None:
    for user in (county.sip, county.headteacher, county.deputy, county.director):
        with pytest.raises(PermissionDenied):
            draft(user)


# Published.


def test_a_published_edition_is_in_force_from_its_day_until_the_next_of_its_phase_and_term(county: County) -> None:
    first, second = draft(county.dsim, title="First"), draft(county.dsim, title="Second")
    publish(first, county.dsim)
    publish(second, county.head, date(2028, 1, 5))
    assert str(edition_for(Phase.SECONDARY, "spring", TUESDAY)) == "Spring: progress of the plan and self-evaluation"
    assert edition_for(Phase.SECONDARY, "spring", NEXT_TERM) == first
    assert edition_for(Phase.SECONDARY, "spring", date(2028, 1, 4)) == first
    assert edition_for(Phase.SECONDARY, "spring", date(2028, 1, 5)) == second
    assert edition_for(Phase.PRIMARY, "spring", date(2028, 1, 5)) not in (first, second)


def test_a_published_edition_is_never_edited_again(county: County) -> None:
    edition = draft(county.dsim)
    publish(edition, county.dsim)
    with pytest.raises(Conflict):
        revise_programme(edition, by=county.dsim, seen_version=edition.version, topics=ITEMS, title="Other")
    with pytest.raises(Conflict):
        abandon_programme(edition, by=county.dsim, on=TUESDAY, reason="No", seen_version=edition.version)
    with pytest.raises(Conflict):
        publish(edition, county.dsim, date(2027, 2, 1))


def test_an_edition_of_nothing_but_celebrations_is_not_published(county: County) -> None:
    edition = write_programme(by=county.dsim, phase="", term="spring", title="Empty", topics=agenda_of([], closing=""))
    with pytest.raises(Blocked, match="at least one agenda item"):
        publish(edition, county.dsim)


def test_an_edition_does_not_begin_in_the_past(county: County) -> None:
    with pytest.raises(Blocked, match="today or later"):
        publish(draft(county.dsim), county.dsim, date(2026, 11, 2))


def test_two_editions_of_a_phase_and_term_do_not_begin_on_one_day(county: County) -> None:
    publish(draft(county.dsim), county.dsim)
    with pytest.raises(Blocked, match="begins on 4 January 2027 already"):
        publish(draft(county.dsim), county.dsim)
    publish(draft(county.dsim, term="summer"), county.dsim)


@pytest.mark.django_db(transaction=True)
def test_of_two_published_for_one_day_at_once_the_second_is_told_why(clock_at: Callable[..., object]) -> None:
    clock_at(TUESDAY)
    county = County()
    drafts = draft(county.dsim), draft(county.head)
    outcomes = together(lambda: publish(drafts[0], county.dsim), lambda: publish(drafts[1], county.head))
    told = [each for each in outcomes if isinstance(each, Blocked)]
    assert outcomes.count(None) == 1
    assert "begins on 4 January 2027 already" in told[0].messages[0]


def test_a_draft_that_is_given_up_is_kept_with_its_reason_and_used_nowhere(county: County) -> None:
    edition = draft(county.dsim)
    with pytest.raises(Blocked, match="Enter a reason"):
        abandon_programme(edition, by=county.dsim, on=TUESDAY, reason=" ", seen_version=1)
    abandon_programme(edition, by=county.dsim, on=TUESDAY, reason="Another came first", seen_version=1)
    assert edition.status == EditionStatus.ABANDONED
    assert AuditEvent.objects.get(subject_id=edition.pk, verb="abandon").reason == "Another came first"


ACTS: dict[str, Callable[[ProgrammeEdition, User], object]] = {
    "revise": lambda edition, by: revise_programme(
        edition, by=by, seen_version=edition.version, topics=ITEMS, title="Revised"
    ),
    "publish": lambda edition, by: publish(edition, by, date(2027, 3, 1)),
    "abandon": lambda edition, by: abandon_programme(
        edition, by=by, on=TUESDAY, reason="No", seen_version=edition.version
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("status", EditionStatus)
def test_in_each_state_each_role_may_do_what_the_table_says(county: County, status: EditionStatus, act: str) -> None:
    for name in ("head", "dsim", "sip", "deputy", "director", "headteacher", "chair"):
        edition = ProgrammeEditionFactory.create(
            status=status,
            topics=[topic.as_json() for topic in ITEMS],
            term="summer",
            phase=Phase.SPECIAL if name == "head" else Phase.NURSERY,
            published_from=NEXT_TERM if status == EditionStatus.PUBLISHED else None,
        )
        expected = PermissionDenied if name not in ("head", "dsim") else Conflict
        if expected is Conflict and status == EditionStatus.DRAFT:
            ACTS[act](edition, getattr(county, name))
        else:
            with pytest.raises(expected):
                ACTS[act](edition, getattr(county, name))
        ProgrammeEdition.objects.filter(pk=edition.pk).delete()


def test_strands_tell_what_is_in_force_what_comes_and_what_was(county: County) -> None:
    ProgrammeEdition.objects.all().delete()
    old, now, coming = (
        ProgrammeEditionFactory.create(
            title=day, status=EditionStatus.PUBLISHED, published_from=date.fromisoformat(day)
        )
        for day in ("2020-09-01", "2026-09-01", "2027-09-01")
    )
    (strand,) = strands(ProgrammeEdition.objects.all(), on=TUESDAY)
    assert (strand.now, strand.coming, strand.former) == (now, [coming], [old])
    (before,) = strands(ProgrammeEdition.objects.all(), on=date(2019, 1, 1))
    assert (before.now, len(before.coming), before.former) == (None, 3, [])


# The pages.


def read(user: User, name: str, *args: int, client: Client | None = None) -> str:
    response = (client or signed_in(user)).get(reverse(f"schools:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_a_school_reads_the_programme_what_comes_next_and_no_draft(county: County) -> None:
    coming, hidden = draft(county.dsim, title="Coming in spring"), draft(county.dsim, title="Nobody knows of this")
    publish(coming, county.dsim)
    page = read(county.headteacher, "programme")
    assert "Autumn: performance and targets" in page
    assert "Coming in spring" in page
    assert "From 4 January 2027" in page
    assert "Nobody knows of this" not in page
    assert "Write an edition" not in page
    client = signed_in(county.headteacher)
    assert client.get(reverse("schools:programme_edition", args=[hidden.pk])).status_code == 404
    detail = read(county.headteacher, "programme_edition", coming.pk, client=client)
    assert "In the early years" in detail
    assert "What happened" not in detail


def test_whoever_publishes_sees_drafts_and_what_happened_to_them(county: County) -> None:
    edition = draft(county.dsim, title="A draft of ours")
    assert "A draft of ours" in read(county.head, "programme")
    page = read(county.head, "programme_edition", edition.pk)
    assert "What happened" in page
    assert str(county.dsim) in page


def form_of(**other: str) -> dict[str, str]:
    return {"title": "Spring of ours", "phase": "every", "term": "spring", "heading_1": "Reading", **other}


def test_an_edition_is_written_begun_from_another_published_and_given_up_by_page(county: County) -> None:
    client = signed_in(county.dsim)
    write = reverse("schools:programme_write")
    wrong = client.post(write, {"title": "", "guidance_2": "Only this"})
    assert wrong.status_code == 200
    for said in ("Enter the title", "Select the term", "Enter the heading of item 2, or delete what it covers"):
        assert said in wrong.content.decode()
    client.post(write, form_of())
    edition = ProgrammeEdition.objects.get(title="Spring of ours")
    assert [topic.key for topic in edition.agenda] == ["reading-1", CLOSING_KEY]
    begun = client.get(write, {"from": edition.pk}).content.decode()
    assert 'value="reading-1"' in begun
    client.post(f"{write}?from={edition.pk}", form_of(title="Begun", heading_1="Books", key_1="reading-1"))
    assert ProgrammeEdition.objects.get(title="Begun").agenda[0] == Topic("reading-1", "Books")
    day = {"published_from_0": "4", "published_from_1": "1", "published_from_2": "2027", "base_version": "1"}
    page = reverse("schools:programme_publish", args=[edition.pk])
    assert "No one can edit it again" in client.get(page).content.decode()
    client.post(page, day)
    edition.refresh_from_db()
    assert (edition.status, edition.published_from) == (EditionStatus.PUBLISHED, NEXT_TERM)
    other = ProgrammeEdition.objects.get(title="Begun")
    client.post(reverse("schools:programme_abandon", args=[other.pk]), {"reason": "Not needed", "base_version": "1"})
    other.refresh_from_db()
    assert other.status == EditionStatus.ABANDONED
    again = client.get(reverse("schools:programme_edit", args=[other.pk]))
    assert again.status_code == 302


def test_whoever_saves_second_sees_what_differs_and_loses_nothing(county: County) -> None:
    edition = draft(county.dsim)
    url = reverse("schools:programme_edit", args=[edition.pk])
    revise_programme(edition, by=county.head, seen_version=1, topics=ITEMS, title="Theirs", phase="", term="spring")
    lost = signed_in(county.dsim).post(url, form_of(title="Mine", base_version="1"))
    page = lost.content.decode()
    assert lost.status_code == 409
    assert 'value="Mine"' in page
    assert (
        f"Nothing was saved. {county.head} changed this after you opened it. It is now draft. "
        "What you typed is still in the form. Check it before you continue."
    ) in page
    assert "If you save again, you replace what is saved now." in page
    assert 'name="base_version" value="2"' in page
    shown = {each.label: (each.yours, each.saved) for each in differing_of(lost)}
    assert shown["Title"] == ("Mine", "Theirs")
    assert "Phase" not in shown


def differing_of(response: Any) -> list[Difference]:
    """Read the rows of the table of differences as the page draws them."""
    table = response.context["differences"]
    return [Difference(label, str(yours), str(saved)) for label, yours, saved in table.rows]


def test_a_conflict_names_the_items_that_differ_and_no_others(county: County) -> None:
    kept, renamed, mine, theirs = (Topic(f"item-{n}", f"Item {n}", "As it was") for n in range(1, 5))
    saved = ProgrammeEdition(title="T", term="spring", topics=[each.as_json() for each in (renamed, kept, theirs)])
    reworded = replace(renamed, heading="Another name")
    yours = ProgrammeEdition(title="T", term="spring", topics=[each.as_json() for each in (kept, reworded, mine)])
    assert differing(yours, saved) == [
        Difference("Item: Another name", "Another name\nAs it was", "Item 2\nAs it was"),
        Difference("Item: Item 3", "Item 3\nAs it was", ""),
        Difference("Item: Item 4", "", "Item 4\nAs it was"),
        Difference("Order of the items", "Item 1\nItem 2", "Item 2\nItem 1"),
    ]


@pytest.mark.parametrize("name", ["programme_publish", "programme_abandon"])
def test_whoever_publishes_or_gives_up_second_sees_what_changed_since(county: County, name: str) -> None:
    edition = draft(county.dsim)
    title = edition.title
    revise_programme(
        edition,
        by=county.head,
        seen_version=1,
        topics=edition.agenda,
        title="Theirs",
        phase=edition.phase,
        term=edition.term,
    )
    typed = {"published_from_0": 4, "published_from_1": 1, "published_from_2": 2027, "reason": "Old"}
    client = signed_in(county.dsim)
    lost = client.post(reverse(f"schools:{name}", args=[edition.pk]), {**typed, "base_version": "1"})
    assert lost.status_code == 409
    assert differing_of(lost) == [Difference("Title", title, "Theirs")]
    assert f"{county.head} changed this after you opened it. It is now draft." in lost.content.decode()
    edition.refresh_from_db()
    assert edition.status == EditionStatus.DRAFT


def test_what_people_type_into_a_programme_is_text(county: County) -> None:
    edition = write_programme(
        by=county.dsim,
        phase="",
        term="spring",
        title="<b>Bold</b>",
        topics=agenda_of([Wanted("<script>x</script>", "<i>y</i>")], closing=""),
    )
    for name, args in (("programme", ()), ("programme_edition", (edition.pk,)), ("programme_edit", (edition.pk,))):
        page = read(county.dsim, name, *args)
        assert "<b>Bold" not in page
        assert "<script>x" not in page
        assert "<i>y" not in page


def test_the_programmes_page_takes_the_same_queries_with_many_editions(county: County) -> None:
    client, taken = signed_in(county.dsim), []
    read(county.dsim, "programme", client=client)
    for count in (2, 12):
        for number in range(count):
            ProgrammeEditionFactory.create(
                status=EditionStatus.PUBLISHED, published_from=date(2000 + count, 1, 1 + number), term="spring"
            )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(county.dsim, "programme", client=client)
        taken.append(len(queries))
    assert taken[0] == taken[1]
