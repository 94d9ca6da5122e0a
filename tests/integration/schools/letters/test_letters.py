"""Letters: drafted for many schools at once, issued once, frozen, served, and who reads them."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from post_office.models import Email

from categorisation.letters import CATEGORY_LETTER, TEMPLATES
from schoolimprove.accounts.models import User
from schoolimprove.accounts.moves import make_move
from schoolimprove.accounts.roles import Role
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records import jobs
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.transition import Blocked, Conflict
from schools.letters.actions import (
    ToDraft,
    draft_letters,
    issue_letters,
    record_service,
    revise_letter,
)
from schools.letters.kinds import IssueFollower, LetterKind, letter_issued, letter_kinds
from schools.letters.models import Method
from schools.letters.pdf import FROZEN, ask_for_missing, body_html, draft_pdf, freeze
from schools.letters.recipients import recipients_of
from schools.letters.states import LetterStatus
from schools.models import Letter, LetterDelivery, LetterDocument, LetterTemplate
from tests.factories.county import TUESDAY, County, end
from tests.factories.letters import (
    FIELDS,
    LetterFactory,
    LetterTemplateFactory,
    approve_letters,
    drafted,
    issued,
    withdraw_letter,
)
from tests.factories.schools import AppointmentFactory, PersonFactory, SchoolFactory, appointed
from tests.integration.together import together
from tests.pdfs import elements, opened, text_of

pytestmark = pytest.mark.django_db
DAY_BEFORE, DAY_AFTER = date(2026, 11, 2), date(2026, 11, 4)


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def notice(monkeypatch: pytest.MonkeyPatch) -> LetterKind:
    """A kind of letter that is approved first."""
    kind = LetterKind("notice", 20, "Notice", CATEGORY_LETTER.fields, needs_approval=True)
    monkeypatch.setitem(letter_kinds._entries, "notice", kind)
    return kind


def to_draft(count: int) -> list[ToDraft]:
    return [ToDraft(school, school, FIELDS) for school in SchoolFactory.create_batch(count)]


# Templates.


def test_the_template_that_ships_is_in_force_and_has_all_fields() -> None:
    template = LetterTemplate.objects.in_force(TUESDAY, kind="category")
    assert template is not None
    assert (template.status, template.shipped_as) == (EditionStatus.PUBLISHED, TEMPLATES[0].name)
    assert list(template.content_errors()) == []
    assert {each for each in FIELDS if f"{{{each}}}" in template.text.body} == set(FIELDS)


def test_a_template_says_what_it_lacks_and_which_fields_are_not_known() -> None:
    template = LetterTemplateFactory.build(content={"subject": " ", "body": "Dear {head}"})
    assert list(template.content_errors()) == [
        "Enter the subject of the letter.",
        "{head} is not a field of this letter. Use {school}, {recipient}, {category}, {level}, {why}, {support}, "
        "{effective_on}, {support_from}.",
    ]
    long = LetterTemplateFactory.build(content={"subject": "A" * 151, "body": "B"})
    assert list(long.content_errors()) == ["Shorten the subject of the letter to 150 characters."]
    assert list(LetterTemplateFactory.build(content={"subject": "A"}).content_errors()) == [
        "Enter these fields: body, subject."
    ]


# Drafting.


def test_sixty_letters_are_drafted_in_as_many_queries_as_two() -> None:
    counts = []
    draft_letters("category", to_draft(1), by=SYSTEM, on=TUESDAY)  # The first of a year makes the counter.
    for items in (to_draft(2), to_draft(60)):
        with CaptureQueriesContext(connection) as queries:
            letters = draft_letters("category", items, by=SYSTEM, on=TUESDAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [letter.reference for letter in letters] == [f"LT-2026-{n:05d}" for n in range(4, 64)]
    assert AuditEvent.objects.filter(verb="drafted").count() == 63


def test_drafting_needs_a_template_all_fields_and_no_letter_about_the_same(county: County, notice: LetterKind) -> None:
    item = ToDraft(county.school, county.school, FIELDS)
    with pytest.raises(Blocked, match="No template of the notice is in force"):
        draft_letters("notice", [item], by=SYSTEM, on=TUESDAY)
    with pytest.raises(ValueError, match="needs these fields: category, level"):
        draft_letters("category", [ToDraft(county.school, county.school, {"why": "x"})], by=SYSTEM, on=TUESDAY)
    [letter] = draft_letters("category", [item], by=SYSTEM, on=TUESDAY)
    with pytest.raises(Blocked, match=f"{county.school} already has letter {letter.reference}"):
        draft_letters("category", [item], by=SYSTEM, on=TUESDAY)
    withdraw_letter(letter, by=county.head, reason="Wrong", seen_version=letter.version)
    assert draft_letters("category", [item], by=SYSTEM, on=TUESDAY)


def test_what_was_typed_is_text_in_the_letter(county: County) -> None:
    county.school.name = "{why} **Primary** <b>"
    county.school.save()
    letter = drafted(county.school, on=TUESDAY, why="- {school}\n**No** <i>")
    html = body_html(letter, recipients_of([letter], on=TUESDAY)[letter.pk])
    assert "{why} **Primary** &lt;b&gt;" in html
    assert "<p>- {school}<br>" in html
    assert "**No** &lt;i&gt;</p>" in html


# Recipients.


@pytest.mark.parametrize(
    ("gone", "names", "methods"),
    [
        ((), ["Ann", "Bob"], ["email", "email"]),
        (("headteacher",), ["", "Bob"], ["post", "email"]),
        (("headteacher", "chair"), ["", ""], ["post", "post"]),
    ],
)
def test_a_role_in_which_no_one_is_gets_post(
    county: County, gone: Sequence[str], names: list[str], methods: list[str]
) -> None:
    for user, name in ((county.headteacher, "Ann"), (county.chair, "Bob")):
        user.person.name = name
        user.person.email = user.email
        user.person.save()
    for role in gone:
        end(getattr(county, role), on=DAY_BEFORE)
    letter = drafted(county.school, on=TUESDAY)
    sent = recipients_of([letter], on=TUESDAY)[letter.pk]
    assert [each.name for each in sent] == names
    assert [each.method for each in sent] == methods
    assert [each.sent_on for each in sent] == [TUESDAY if each == "email" else None for each in methods]
    if gone:
        assert sent[0].recipient == "Headteacher (no one in post)"
        assert sent[0].address == f"{county.school}, Nowhere, ZZ1 1ZZ"
    assert letter.values_for(sent)["recipient"] == " and ".join(
        name or role for name, role in zip(names, ["Headteacher", "Chair of governors"], strict=True)
    )


def test_a_head_who_cannot_sign_in_gets_post(county: County) -> None:
    end(county.headteacher, on=DAY_BEFORE)
    AppointmentFactory.create(
        school=county.school, role=Role.HEADTEACHER, person=PersonFactory.create(name="Ann", email="ann@school.invalid")
    )
    letter = drafted(county.school, on=TUESDAY)
    first = recipients_of([letter], on=TUESDAY)[letter.pk][0]
    assert (first.recipient, first.method) == ("Ann, headteacher", Method.POST)


# Moves, over all pairs of states.

MOVES = {
    ("draft", "issue"): "issued",
    ("draft", "approve"): "approved",
    ("draft", "discard"): "withdrawn",
    ("approved", "issue"): "issued",
    ("approved", "discard"): "withdrawn",
    ("issued", "withdraw"): "withdrawn",
}


def letter_in(status: str, county: County) -> Letter:
    letter = drafted(county.school, on=TUESDAY)
    if status == "approved":
        approve_letters([letter], by=county.dsim)
    if status == "issued":
        issue_letters([letter], by=county.head, on=TUESDAY)
    if status == "withdrawn":
        withdraw_letter(letter, by=county.head, reason="Wrong", seen_version=letter.version)
    return letter


@pytest.mark.parametrize(("status", "verb"), list(product(LetterStatus, ["issue", "approve", "discard", "withdraw"])))
def test_the_legal_moves_and_no_others(status: str, verb: str, county: County) -> None:
    letter = letter_in(status, county)
    acts: dict[str, Any] = {
        "issue": lambda: issue_letters([letter], by=county.head, on=TUESDAY),
        "approve": lambda: approve_letters([letter], by=county.head),
        "discard": lambda: make_move(letter, "discard", by=county.head, reason="Wrong", seen_version=letter.version),
        "withdraw": lambda: make_move(letter, "withdraw", by=county.head, reason="Wrong", seen_version=letter.version),
    }
    if target := MOVES.get((status, verb)):
        acts[verb]()
        assert letter.status == target
    else:
        with pytest.raises(Conflict):
            acts[verb]()


def test_who_may_approve_issue_and_withdraw(county: County) -> None:
    letter = drafted(county.school, on=TUESDAY)
    for user in (county.sip, county.deputy, county.director, county.headteacher):
        with pytest.raises(PermissionDenied):
            approve_letters([letter], by=user)
    for user in (county.dsim, county.deputy, county.director, county.chair):
        with pytest.raises(PermissionDenied):
            issue_letters([letter], by=user, on=TUESDAY)
    issue_letters([letter], by=county.head, on=TUESDAY)
    with pytest.raises(PermissionDenied):
        withdraw_letter(letter, by=county.dsim, reason="Wrong", seen_version=letter.version)


def test_a_notice_is_approved_before_it_is_issued(county: County, notice: LetterKind) -> None:
    letter = LetterFactory.create(kind="notice", school=county.school)
    with pytest.raises(Blocked, match="Approve this letter before you issue it"):
        issue_letters([letter], by=county.head, on=TUESDAY)
    approve_letters([letter], by=county.dsim)
    issue_letters([letter], by=county.head, on=TUESDAY)


def test_only_a_draft_is_revised_and_only_with_fields_that_are_known(county: County) -> None:
    letter = drafted(county.school, on=TUESDAY)
    words = {"heading": "Category", "body": "{why} and more"}
    with pytest.raises(Blocked, match=r"{wy} is not a field"):
        revise_letter(letter, by=county.dsim, seen_version=1, heading="{wy}", body="")
    revise_letter(letter, by=county.dsim, seen_version=1, **words)
    assert (letter.body, letter.version) == ("{why} and more", 2)
    with pytest.raises(Conflict):
        revise_letter(letter, by=county.head, seen_version=1, **words)
    approve_letters([letter], by=county.dsim)
    with pytest.raises(Conflict):
        revise_letter(letter, by=county.head, seen_version=3, **words)


# Issuing.


def test_issuing_emails_freezes_and_tells_the_app_whose_kind_it_is(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[tuple[list[str], str | None, date]] = []

    def follow(letters: Sequence[Letter], by: Actor, on: date) -> None:
        followed.append(([each.reference for each in letters], by.user.email, on))

    monkeypatch.setitem(letter_issued._entries, "category", IssueFollower("category", 10, follow))
    for user in (county.headteacher, county.chair):
        user.person.email = user.email
        user.person.save()
    letters = [drafted(school, on=TUESDAY) for school in (county.school, SchoolFactory.create())]
    sent = issue_letters(letters, by=county.head, on=TUESDAY)
    assert [each.method for each in sent] == ["email", "email", "post", "post"]
    assert followed == [([each.reference for each in letters], county.head.email, TUESDAY)]
    assert {email.to[0] for email in Email.objects.all()} == {county.headteacher.email, county.chair.email}
    assert "Progress in mathematics" not in str([email.context for email in Email.objects.all()])
    assert letters[0].cover["signed_as"] == "Head of School Improvement"
    job = Job.objects.get(key=str(letters[0].pk))
    assert jobs.run(job.pk)
    document = LetterDocument.objects.get(letter=letters[0])
    assert freeze(letters[0]) == document
    text = text_of(document.blob.read())
    for words in ("Progress in mathematics is too slow.", "An assigned officer", county.head.name, "3 November 2026"):
        assert words in text
    assert "Draft" not in text
    assert AuditEvent.objects.get(verb=FROZEN).changes == {"sha256": [None, document.blob_id]}
    assert ask_for_missing() == 1


def test_a_cover_signs_for_the_head(county: County) -> None:
    held = county.head.person.appointments.get()
    cover = appointed(Role.HEAD_OF_SERVICE, authority=county.school.authority, cover_for=held)
    letter = issued(county.school, by=cover, on=TUESDAY)
    assert letter.cover["signed_as"] == f"for {county.head.person}, Head of School Improvement"


def test_one_that_cannot_be_issued_stops_them_all(county: County) -> None:
    first, second = drafted(county.school, on=TUESDAY), drafted(SchoolFactory.create(), on=TUESDAY)
    stale = Letter.objects.get(pk=second.pk)
    revise_letter(second, by=county.head, seen_version=1, heading="Other", body="Other")
    with pytest.raises(Conflict):
        issue_letters([first, stale], by=county.head, on=TUESDAY)
    assert set(Letter.objects.values_list("status", flat=True)) == {"draft"}
    assert not LetterDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_issue_the_same_letters_issue_them_once(county: County) -> None:
    LetterTemplateFactory.create(status="published", published_from=DAY_BEFORE)
    letters = [drafted(school, on=TUESDAY) for school in (county.school, SchoolFactory.create())]

    def issue(order: list[Letter]) -> Any:
        return lambda: issue_letters(order, by=User.objects.get(pk=county.head.pk), on=TUESDAY)

    outcomes = together(issue(list(Letter.objects.order_by("pk"))), issue(list(Letter.objects.order_by("-pk"))))
    assert sorted(type(each).__name__ for each in outcomes) == ["Conflict", "list"]
    assert LetterDelivery.objects.count() == 2 * len(letters)


def test_the_database_keeps_what_was_issued(county: County) -> None:
    letter = issued(county.school, by=county.head, on=TUESDAY)
    delivery = letter.deliveries.all()[0]
    freeze(letter)
    changes: list[Any] = [
        lambda: Letter.objects.filter(pk=letter.pk).update(body="Other"),
        lambda: Letter.objects.filter(pk=letter.pk).update(cover={}),
        lambda: Letter.objects.filter(pk=letter.pk).delete(),
        lambda: LetterDelivery.objects.filter(pk=delivery.pk).update(name="Other"),
        lambda: LetterDelivery.objects.filter(pk=delivery.pk).delete(),
        lambda: LetterDocument.objects.update(pages=9),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    withdraw_letter(letter, by=county.head, reason="Wrong school", seen_version=letter.version)
    assert letter.issued_on == TUESDAY


def test_a_draft_is_marked_as_one_on_its_pdf(county: County) -> None:
    pdf = draft_pdf(drafted(county.school, on=TUESDAY), on=TUESDAY)
    assert "Draft – not issued" in text_of(pdf.content)
    document = opened(pdf.content)
    assert {"H1", "P", "L", "LI"} <= {tag for tag, _element, _inside in elements(document.Root.StructTreeRoot)}


# Served, and read.


def test_how_a_letter_was_served_is_recorded_once(county: County) -> None:
    delivery = issued(county.school, by=county.head, on=TUESDAY).deliveries.all()[0]
    how: dict[str, Any] = {"by": county.dsim, "on": DAY_AFTER, "method": "by_hand", "proof": "Signed for"}
    for sent, served, why in (
        (DAY_BEFORE, TUESDAY, "cannot be sent before it was issued"),
        (DAY_AFTER, TUESDAY, "cannot be served before it was sent"),
        (TUESDAY, date(2026, 11, 5), "must be today or in the past"),
    ):
        with pytest.raises(Blocked, match=why):
            record_service(delivery, seen_version=1, sent_on=sent, served_on=served, **how)
    record_service(delivery, seen_version=1, sent_on=TUESDAY, served_on=DAY_AFTER, **how)
    assert AuditEvent.objects.get(verb="served").school_id == county.school.pk
    with pytest.raises(Blocked, match="already recorded"):
        record_service(delivery, seen_version=2, sent_on=TUESDAY, served_on=DAY_AFTER, **how)


def test_the_school_reads_what_was_issued_and_officers_in_scope_read_all(county: County) -> None:
    draft = drafted(county.school, on=TUESDAY)
    elsewhere = issued(SchoolFactory.create(district=None), by=county.head, on=TUESDAY)
    clerk = appointed(Role.CLERK, school=county.school)

    def seen(user: User) -> set[int]:
        return set(Letter.objects.visible_to(user).values_list("pk", flat=True))

    assert {name: seen(getattr(county, name)) for name in ("sip", "dsim", "headteacher", "chair")} == {
        "sip": {draft.pk},
        "dsim": {draft.pk},
        "headteacher": set(),
        "chair": set(),
    }
    issue_letters([draft], by=county.head, on=TUESDAY)
    withdraw_letter(draft, by=county.head, reason="Wrong", seen_version=draft.version)
    assert seen(county.headteacher) == seen(county.chair) == {draft.pk}
    assert seen(clerk) == set()
    assert seen(county.director) == seen(county.head) == {draft.pk, elsewhere.pk}
