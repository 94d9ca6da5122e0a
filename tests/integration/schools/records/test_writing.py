"""Writing a record by its form: agenda items, lines, carried actions; recalled, abandoned; both texts on a conflict."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from schoolimprove.accounts.roles import Role
from schoolimprove.lib import clock
from schoolimprove.policy.states import EditionStatus
from schoolimprove.records.models import AuditEvent
from schoolimprove.records.transition import Blocked, Conflict
from schoolimprove.reminders.deadlines import open_deadlines_of
from schoolimprove.reminders.models import Deadline
from schools.models import AgendaItem, RecordAction, RecordOfVisit, Strength, Visit
from schools.records import actions as record_actions
from schools.records import guards
from schools.records.content import ActionLine, CarriedLine, Content, StrengthLine
from schools.records.deadlines import ASSURE, SUBMIT
from schools.records.states import ActionStatus, RecordStatus
from schools.records.writing.forms import as_posted
from schools.records.writing.submitting import saved_values
from schools.visits.deadlines import CORE_SOON, CORE_VISIT
from schools.visits.states import VisitStatus
from tests.factories.calendar import hold_terms
from tests.factories.county import TUESDAY, County
from tests.factories.records import DraftFactory
from tests.factories.schools import TEXTS, SchoolFactory, appointed
from tests.factories.visits import ProgrammeEditionFactory
from tests.integration.signing_in import signed_in

pytestmark = pytest.mark.django_db
VISIT = {"kind": "core", "held_on_0": "3", "held_on_1": "11", "held_on_2": "2026", "days": "1"}
FOUND = {"standards": "Two lessons out of three.", "celebrations": "The choir."}


@pytest.fixture(autouse=True)
def _tuesday(clock_at: Any) -> None:
    clock_at(TUESDAY)


@pytest.fixture
def programme(db: None) -> None:
    hold_terms(2025, 2026)
    # Nothing that ships goes before it.
    for phase in ("", "primary"):
        ProgrammeEditionFactory.create(
            phase=phase, term="autumn", status=EditionStatus.PUBLISHED, published_from=date(2020, 1, 1)
        )


def edit(record: RecordOfVisit) -> str:
    return reverse("schools:record_edit", args=[record.school.urn, record.reference])


def saved(county: County, record: RecordOfVisit, **posted: str) -> Any:
    """The form as its author opens it, sent back with this."""
    client = signed_in(county.sip)
    page = client.get(edit(record)).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
        for name in ("base_version", "keep_token")
    }
    answer = client.post(edit(record), {**TEXTS, **VISIT, **posted, **hidden})
    record.refresh_from_db()
    return answer


# The agenda.


def test_a_core_visit_has_the_agenda_of_its_phase_and_term(county: County, programme: None) -> None:
    record = county.start(county.sip)
    assert [line.heading for line in record.visit.agenda()] == ["Standards", "Celebrations and good practice"]
    assert (record.visit.academic_year, record.visit.term) == (2026, "autumn")


def test_a_second_core_visit_of_a_term_is_no_other_terms_and_has_its_agenda_all_the_same(
    county: County, programme: None
) -> None:
    county.start(county.sip)
    second = county.start(county.sip, held_on=date(2026, 11, 2))
    assert (second.visit.academic_year, second.visit.term) == (None, "")
    assert len(second.visit.agenda()) == 2


@pytest.mark.parametrize(
    ("held_on", "term"),
    [
        (date(2026, 11, 3), (2026, "autumn")),
        (date(2026, 4, 7), (2025, "spring")),
        (date(2026, 8, 25), (2025, "summer")),
    ],
)
def test_the_visit_of_an_unplanned_record_knows_its_term_whatever_its_kind(
    county: County, programme: None, held_on: date, term: tuple[int, str]
) -> None:
    """In a holiday, the term before it, as for a visit that was planned."""
    visit = county.start(county.sip, kind="monitoring", held_on=held_on).visit
    assert (visit.academic_year, visit.term) == term
    assert visit.edition is None


def test_a_visit_of_a_year_whose_terms_are_not_held_has_no_term(county: County) -> None:
    visit = county.start(county.sip, kind="monitoring").visit
    assert (visit.academic_year, visit.term) == (None, "")


def test_what_was_found_is_kept_by_item_and_submitted_only_when_each_has_a_finding(
    county: County, programme: None
) -> None:
    record = county.start(county.sip)
    saved(county, record, item_standards=FOUND["standards"])
    assert record.written.findings == {"standards": FOUND["standards"]}
    assert guards.blockers(record, "submit", on=TUESDAY) == [
        "Enter what you found on “Celebrations and good practice”."
    ]
    saved(county, record, item_standards=FOUND["standards"], item_celebrations=FOUND["celebrations"])
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert record.status == RecordStatus.SUBMITTED


def test_an_item_is_added_with_its_finding_and_taken_off_again(county: County, programme: None) -> None:
    record = county.start(county.sip)
    saved(county, record, new_item="The roof", new_item_text="It leaks.")
    item = AgendaItem.objects.get()
    assert [line.heading for line in record.visit.agenda()][1] == "The roof"
    assert record.written.findings == {f"a{item.pk}": "It leaks."}
    page = saved(county, record, **{f"item_a{item.pk}": "It leaks.", f"drop_a{item.pk}": "on"}).content.decode()
    assert "Clear what you found on “The roof”, or keep the item" in page
    assert "It leaks.</textarea>" in page
    assert record.written.findings == {f"a{item.pk}": "It leaks."}
    saved(county, record, **{f"item_a{item.pk}": "", f"drop_a{item.pk}": "on"})
    assert record.written.findings == {}
    assert len(record.visit.agenda()) == 2
    assert AgendaItem.objects.get().taken_away


def test_a_finding_without_its_item_is_asked_for(county: County, programme: None) -> None:
    record = county.start(county.sip)
    page = saved(county, record, new_item_text="It leaks.").content.decode()
    assert "Enter the new agenda item" in page
    assert "It leaks." in page


# Lines.


def test_lines_keep_their_keys_and_an_emptied_one_is_gone(county: County) -> None:
    record = county.start(county.sip)
    saved(county, record, strength_s1="Reading", strength_s1_theme="Early years", strength_s2="Singing")
    assert [(line.key, line.theme) for line in record.written.strengths] == [("s1", "Early years"), ("s2", "")]
    saved(county, record, strength_s1="", strength_s2="Singing")
    assert [line.key for line in record.written.strengths] == ["s2"]
    page = saved(county, record, strength_s2="Singing", then="add strength").content.decode()
    assert 'name="strength_s3"' in page


def lines_in(page: str) -> list[str]:
    return re.findall(r'name="((?:strength|action)_[a-z0-9]+)"', page)


def test_blank_lines_never_multiply(county: County) -> None:
    record = county.start(county.sip)
    client = signed_in(county.sip)
    assert lines_in(client.get(edit(record)).content.decode()) == ["strength_s1", "action_a1"]
    one = {"strength_s1": "Reading", "strength_s2": "", "action_a1": "", "action_a1_owner": "school"}
    for _ in range(3):
        saved(county, record, **one, then="stay")
        assert lines_in(client.get(edit(record)).content.decode()) == ["strength_s1", "action_a1"]
        page = saved(county, record, **one, days="none").content.decode()
        assert lines_in(page) == ["strength_s1", "action_a1"]
        for _ in range(2):
            page = saved(county, record, **one, then="add strength").content.decode()
            assert lines_in(page) == ["strength_s1", "strength_s2", "action_a1"]


def test_blank_lines_of_kept_text_are_not_shown_again(county: County) -> None:
    record = county.start(county.sip)
    typed = {"strength_s1": ["Reading"], "strength_s2": [""], "strength_s3": [""], "action_a4_owner": ["school"]}
    DraftFactory.create(user=county.sip, form=edit(record), base_version=1, fields={**typed, "met": ["The head"]})
    page = signed_in(county.sip).get(edit(record)).content.decode()
    assert lines_in(page) == ["strength_s1", "action_a1"]


def test_another_line_is_added_and_one_removed_without_losing_or_saving_anything(county: County) -> None:
    record = county.start(county.sip)
    due = {"action_a1_due_0": "31", "action_a1_due_1": "2", "action_a1_due_2": "soon"}
    typed = {"action_a1": "Moderate <writing>", "action_a1_who": "Deputy head", **due, "days": "many", "met": ""}
    added = saved(county, record, **typed, strength_s1="Reading", then="add action")
    page = added.content.decode()
    assert added.status_code == 200
    assert "There is a problem" not in page
    assert lines_in(page) == ["strength_s1", "action_a1", "action_a2"]
    for words in ("Moderate &lt;writing&gt;", "Deputy head", 'value="31"', 'value="soon"', 'value="many"', "Reading"):
        assert words in page
    assert re.search(r'<textarea[^>]*name="action_a2"[^>]*autofocus', page)
    page = saved(county, record, **typed, strength_s1="Reading", then="remove strength_s1").content.decode()
    assert lines_in(page) == ["strength_s2", "action_a1"]
    assert "Reading</textarea>" not in page
    assert "Moderate &lt;writing&gt;" in page
    assert (record.version, record.written.strengths) == (1, ())


def test_a_line_that_was_saved_is_gone_once_it_is_removed_and_saved(county: County) -> None:
    record = county.start(county.sip)
    saved(county, record, strength_s1="Reading", strength_s2="Singing")
    page = saved(county, record, strength_s1="Reading", strength_s2="Singing", then="remove strength_s1")
    assert lines_in(page.content.decode()) == ["strength_s2", "action_a1"]
    assert len(record.written.strengths) == 2
    saved(county, record, strength_s2="Singing")
    assert [line.key for line in record.written.strengths] == ["s2"]


def test_a_removed_line_that_is_not_saved_stops_a_record_from_being_submitted(county: County) -> None:
    record = county.start(county.sip)
    saved(county, record, strength_s1="Reading")
    path, unsaved = record.get_absolute_url(), "Save or discard the text you have not saved."
    assert unsaved not in signed_in(county.sip).get(path).content.decode()
    fields = {name: [value] for name, value in as_posted(saved_values(record)).items() if "strength" not in name}
    DraftFactory.create(user=county.sip, form=edit(record), base_version=record.version, fields=fields)
    assert unsaved in signed_in(county.sip).get(path).content.decode()


def test_there_is_a_most_of_lines(county: County) -> None:
    record = county.start(county.sip)
    many = {f"strength_s{number}": "Reading" for number in range(1, 41)}
    page = saved(county, record, **many, then="add strength").content.decode()
    assert lines_in(page).count("strength_s41") == 0
    assert "You have reached the limit. To add another strength, remove one first." in page


def test_a_button_nobody_made_adds_and_removes_nothing(county: County) -> None:
    record = county.start(county.sip)
    for pressed in ("add", "add visit", "remove", "remove met", "remove action_", "add action now"):
        saved(county, record, strength_s1="Reading", then=pressed)
        assert [line.text for line in record.written.strengths] == ["Reading"]


def test_a_line_added_to_a_record_that_was_submitted_meanwhile_loses_no_text(county: County) -> None:
    record = county.start(county.sip)
    client = signed_in(county.sip)
    page = client.get(edit(record)).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
        for name in ("base_version", "keep_token")
    }
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    typed = {**TEXTS, **VISIT, "strength_s1": "Typed meanwhile", "then": "add strength"}
    answer = client.post(edit(record), {**typed, **hidden})
    assert answer.status_code == 409
    assert "Typed meanwhile" in answer.content.decode()


def test_a_theme_without_its_strength_is_asked_about(county: County) -> None:
    record = county.start(county.sip)
    page = saved(county, record, strength_s1_theme="Early years").content.decode()
    assert "Enter strength 1, or remove it" in page
    assert re.search(r'<option value="Early years" selected', page)


def test_an_action_needs_a_person_and_a_date_before_the_record_is_submitted(county: County) -> None:
    record = county.start(county.sip)
    due = {"action_a2_due_0": "4", "action_a2_due_1": "12", "action_a2_due_2": "2026"}
    saved(county, record, action_a1="Moderate writing", action_a2="Visit a school", **due, action_a3="Read")
    assert len(record.written.actions) == 3
    assert guards.blockers(record, "submit", on=TUESDAY) == [
        "Action 1, “Moderate writing”, needs a person and a date.",
        "Action 2, “Visit a school”, needs a person.",
        "Action 3, “Read”, needs a person and a date.",
    ]
    with pytest.raises(Blocked):
        record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)


def test_an_action_says_whose_it_is_who_and_by_when(county: County) -> None:
    record = county.start(county.sip)
    due = {"action_a1_due_0": "4", "action_a1_due_1": "12", "action_a1_due_2": "2026"}
    saved(county, record, action_a1="Moderate writing", action_a1_owner="authority", action_a1_who="The SIP", **due)
    assert list(record.written.actions) == [
        ActionLine("a1", "Moderate writing", "authority", "The SIP", date(2026, 12, 4))
    ]


def test_an_action_with_a_date_but_no_words_or_a_date_that_is_past_is_refused(county: County) -> None:
    record = county.start(county.sip)
    due = {"action_a1_due_0": "2", "action_a1_due_1": "11", "action_a1_due_2": "2026"}
    page = saved(county, record, **due).content.decode()
    assert "Enter action 1, or remove it" in page
    page = saved(county, record, action_a1="Moderate", **due).content.decode()
    assert "The date of an action must be today or in the future." in page
    assert record.version == 1


def test_grades_are_those_of_the_areas_that_were_looked_at(county: County) -> None:
    record = county.start(county.sip)
    grades = {"grade_0_school": "Strong standard", "grade_0_sip": "Expected standard", "grade_3_sip": "Exceptional"}
    saved(county, record, **grades)
    assert [(line.aspect, line.school, line.sip) for line in record.written.grades] == [
        ("Inclusion", "Strong standard", "Expected standard"),
        ("Attendance and behaviour", "", "Exceptional"),
    ]


def offered(county: County, record: RecordOfVisit) -> list[str]:
    page = signed_in(county.sip).get(edit(record)).content.decode()
    box = re.search(r'<select name="grade_0_school".*?</select>', page, re.DOTALL)
    assert box
    return re.findall(r">([^<>]+)</option>", box[0])


@pytest.mark.parametrize(
    ("held_on", "grades"),
    [
        (date(2012, 8, 31), ["1, outstanding", "2, good", "3, satisfactory", "4, inadequate"]),
        (date(2012, 9, 1), ["Outstanding", "Good", "Requires improvement", "Inadequate"]),
        (date(2025, 11, 9), ["Outstanding", "Good", "Requires improvement", "Inadequate"]),
        (
            date(2025, 11, 10),
            ["Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement"],
        ),
    ],
)
def test_grades_are_of_the_framework_in_force_on_the_day_of_the_visit(
    county: County, held_on: date, grades: list[str]
) -> None:
    record = county.start(county.sip)
    Visit.objects.update(held_on=held_on)
    assert offered(county, record) == ["Not graded", *grades]


def test_a_grade_of_an_earlier_framework_stays_as_it_was_recorded(county: County) -> None:
    record = county.start(county.sip)
    stored = record.content | {"grades": [{"aspect": "Capacity to improve", "school": 2, "sip": 0}]}
    RecordOfVisit.objects.update(content=stored)
    assert offered(county, record)[-1] == "2, good"
    saved(county, record, met="The head", grade_8_school="2, good")
    assert [(line.aspect, line.school) for line in record.written.grades] == [("Capacity to improve", "2, good")]


def test_saving_again_what_is_saved_changes_nothing(county: County, programme: None) -> None:
    record = county.start(county.sip)
    posted = {
        "item_standards": "Fine",
        "strength_s1": "Reading",
        "action_a1": "Moderate",
        "action_a1_owner": "school",
        "grade_2_sip": "Needs attention",
    }
    saved(county, record, **posted)
    version = record.version
    saved(county, record, **posted)
    assert record.version == version


# What became of earlier actions.


def shared_with_an_action(county: County) -> RecordAction:
    content = Content(actions=(ActionLine("a1", "Moderate writing", who="Deputy head", due_on=date(2026, 12, 4)),))
    record = county.start(county.sip, held_on=date(2026, 10, 12), kind="monitoring", content=content)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert not RecordAction.objects.exists()
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    return RecordAction.objects.get()


def test_the_last_records_open_actions_are_asked_about(county: County) -> None:
    action = shared_with_an_action(county)
    page = signed_in(county.sip).get(edit(county.start(county.sip))).content.decode()
    assert "Open actions from earlier records" in page
    assert action.what in page
    assert "Deputy head" in page


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("done", ActionStatus.DONE), ("dropped", ActionStatus.DROPPED), ("open", ActionStatus.OPEN)],
)
def test_what_a_record_says_of_an_earlier_action_holds_once_it_is_shared(
    county: County, outcome: str, status: ActionStatus
) -> None:
    action = shared_with_an_action(county)
    record = county.start(county.sip)
    posted = {f"carried_{action.pk}": outcome, f"carried_{action.pk}_note": "Seen in books"}
    saved(county, record, **posted)
    assert list(record.written.carried) == [CarriedLine(action.pk, outcome, "Seen in books")]
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    action.refresh_from_db()
    assert action.status == ActionStatus.OPEN
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    action.refresh_from_db()
    assert action.status == status
    frozen = record.versions.get().texts["carried"]
    assert [(line["what"], line["outcome"], line["note"]) for line in frozen] == [
        ("Moderate writing", outcome, "Seen in books")
    ]


def test_strengths_wait_for_the_headteacher_once_shared(county: County) -> None:
    content = Content(strengths=(StrengthLine("s1", "Reading aloud", "Early years"),))
    record = county.start(county.sip, content=content)
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert [(row.text, row.theme, row.status) for row in Strength.objects.all()] == [
        ("Reading aloud", "Early years", "asked")
    ]


# Two people, or one twice.


def test_the_second_to_save_sees_every_box_that_differs(county: County, programme: None) -> None:
    record = county.start(county.sip)
    client, other = signed_in(county.sip), signed_in(county.sip)
    page = other.get(edit(record)).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
        for name in ("base_version", "keep_token")
    }
    del client
    saved(county, record, item_standards="Theirs", strength_s1="Their strength", grade_0_sip="Strong standard")
    lost = other.post(edit(record), {**TEXTS, **VISIT, "item_standards": "Mine", "strength_s1": "My own", **hidden})
    assert lost.status_code == 409
    text = lost.content.decode()
    for words in ("Theirs", "Their strength", "Strong standard", "Mine", "My own"):
        assert words in text
    record.refresh_from_db()
    assert record.written.findings == {"standards": "Theirs"}


def test_a_line_that_the_other_added_is_shown_to_the_second_to_save(county: County) -> None:
    """Saving again would take it away: it is not in the second form."""
    record = county.start(county.sip)
    client = signed_in(county.sip)
    page = client.get(edit(record)).content.decode()
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]
        for name in ("base_version", "keep_token")
    }
    due = {"action_a1_due_0": "4", "action_a1_due_1": "12", "action_a1_due_2": "2026"}
    saved(county, record, strength_s1="Theirs", action_a1="Moderate writing", action_a1_who="Deputy", **due)
    lost = client.post(edit(record), {**TEXTS, **VISIT, "met": "Mine", **hidden})
    assert lost.status_code == 409
    text = lost.content.decode()
    assert "Saved strength that is not in your text" in text
    assert "Theirs" in text
    assert "Moderate writing (The school: Deputy, by 4 December 2026)" in text


# Recalled, abandoned.


def test_a_record_that_nobody_decided_on_is_recalled_and_its_own_date_holds_again(county: County) -> None:
    record = county.submitted(county.sip)
    before = Deadline.objects.get(rule=SUBMIT).due_on
    record_actions.recall(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    assert record.status == RecordStatus.DRAFT
    assert [(deadline.rule, deadline.due_on) for deadline in open_deadlines_of(record)] == [(SUBMIT, before)]
    assert not Deadline.objects.filter(rule=ASSURE).exists()


def test_only_the_author_recalls_and_not_what_was_approved(county: County) -> None:
    record = county.submitted(county.sip)
    for other in (county.dsim, county.head, county.headteacher, appointed(Role.SIP, school=county.school)):
        with pytest.raises(PermissionDenied):
            record_actions.recall(record, by=other, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    with pytest.raises(Conflict):
        record_actions.recall(record, by=county.sip, on=TUESDAY, seen_version=record.version)


def test_an_abandoned_draft_frees_the_days_and_the_term_owes_its_visit_again(county: County, programme: None) -> None:
    record = county.start(county.sip)
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=record.version)
    assert record.status == RecordStatus.ABANDONED
    assert open_deadlines_of(record) == []
    record.visit.refresh_from_db()
    assert record.visit.status == VisitStatus.CANCELLED
    owed = Visit.objects.exclude(pk=record.visit_id).get()
    assert (owed.status, owed.academic_year, owed.term) == (VisitStatus.DUE, 2026, "autumn")
    assert {deadline.rule for deadline in open_deadlines_of(owed)} == {CORE_VISIT, CORE_SOON}
    again = county.start(county.sip)
    assert again.visit == owed
    assert open_deadlines_of(owed) == []


def test_a_draft_is_given_up_by_its_author_or_their_manager_with_a_reason_and_by_nobody_else(county: County) -> None:
    for other in (county.head, county.headteacher, county.chair, county.deputy):
        record = county.start(county.sip, held_on=date(2026, 10, 5 + other.pk % 20), kind="monitoring")
        with pytest.raises(PermissionDenied):
            record_actions.abandon(record, by=other, on=TUESDAY, reason="No", seen_version=record.version)
    record = county.start(county.sip)
    with pytest.raises(Blocked):
        record_actions.abandon(record, by=county.sip, on=TUESDAY, reason=" ", seen_version=record.version)
    record_actions.abandon(
        record, by=county.dsim, on=TUESDAY, reason="Its author has left", seen_version=record.version
    )
    event = AuditEvent.objects.filter(verb="abandon").get()
    assert (event.by, event.reason) == (county.dsim, "Its author has left")


def test_the_school_never_sees_an_abandoned_record(county: County) -> None:
    record = county.start(county.sip)
    record_actions.abandon(record, by=county.sip, on=TUESDAY, reason="Wrong school", seen_version=record.version)
    for user, status in ((county.headteacher, 404), (county.chair, 404), (county.sip, 200), (county.dsim, 200)):
        assert signed_in(user).get(record.get_absolute_url()).status_code == status


# The visit is put right.


def test_a_core_visit_put_right_into_another_kind_leaves_the_term_owing_one(county: County, programme: None) -> None:
    record = county.start(county.sip)
    saved(county, record, kind="monitoring")
    assert record.visit.kind == "monitoring"
    owed = Visit.objects.exclude(pk=record.visit_id).get()
    assert (owed.kind, owed.status, owed.term) == ("core", VisitStatus.DUE, "autumn")


def test_a_visit_put_right_into_the_core_visit_takes_the_place_of_the_one_still_owed(
    county: County, programme: None
) -> None:
    record = county.start(county.sip, kind="monitoring")
    owed = Visit.objects.create(school=county.school, academic_year=2026, term="autumn")
    saved(county, record, kind="core")
    owed.refresh_from_db()
    assert owed.status == VisitStatus.CANCELLED
    assert (record.visit.academic_year, record.visit.term) == (2026, "autumn")


# The preview.


def test_a_record_is_submitted_from_its_preview_once_nothing_is_missing(county: County) -> None:
    record = county.start(county.sip)
    path = reverse("schools:record_preview", args=[county.school.urn, record.reference])
    submit = reverse("schools:record_submit", args=[county.school.urn, record.reference])
    page = signed_in(county.sip).get(path).content.decode()
    assert f'action="{submit}"' in page
    assert f'name="seen_version" value="{record.version}"' in page
    assert submit not in signed_in(county.dsim).get(path).content.decode()
    saved(county, record, action_a1="Moderate writing")
    page = signed_in(county.sip).get(path).content.decode()
    assert submit not in page
    assert "Action 1, “Moderate writing”, needs a person and a date." in page


def test_the_preview_is_what_the_school_will_read_and_only_the_makers_read_it(county: County) -> None:
    record = county.start(county.sip)
    path = reverse("schools:record_preview", args=[county.school.urn, record.reference])
    for user, status in ((county.sip, 200), (county.dsim, 200), (county.headteacher, 404)):
        assert signed_in(user).get(path).status_code == status
    assert TEXTS["findings"] in signed_in(county.sip).get(path).content.decode()
    record_actions.submit(record, by=county.sip, on=TUESDAY, seen_version=record.version)
    record_actions.approve(record, by=county.dsim, on=TUESDAY, seen_version=record.version)
    assert signed_in(county.sip).get(path).status_code == 403
    assert clock.today() == TUESDAY


# Of a visit that was planned.


def test_the_record_of_a_planned_visit_is_begun_from_it(county: County, programme: None) -> None:
    planned = Visit.objects.create(school=county.school, academic_year=2026, term="autumn", author=county.sip)
    path = reverse("schools:visit_write", args=[county.school.urn, planned.pk])
    client = signed_in(county.sip)
    page = client.get(path).content.decode()
    assert 'name="kind"' not in page
    token = re.search(r'name="keep_token" value="([^"]*)"', page)
    assert token
    posted = {name: value for name, value in VISIT.items() if name != "kind"}
    client.post(path, {**posted, "met": "The head", "keep_token": token.group(1)})
    record = RecordOfVisit.objects.get()
    assert (record.visit, record.visit.status, record.met) == (planned, VisitStatus.HELD, "The head")
    assert client.get(path).status_code == 404


def test_nobody_begins_a_record_of_a_visit_of_another_school(county: County) -> None:
    elsewhere = Visit.objects.create(school=SchoolFactory.create(), academic_year=2026, term="autumn")
    path = reverse("schools:visit_write", args=[county.school.urn, elsewhere.pk])
    assert signed_in(county.sip).get(path).status_code == 404


def test_performance_management_and_uncommissioned_reviews_have_no_record(county: County) -> None:
    for kind in ("performance_management", "la_review"):
        with pytest.raises(Blocked):
            county.start(county.sip, kind=kind)
    assert not Visit.objects.exists()
