"""Every list of the service can be taken away: each page that draws one is named here with its files, or with the
reason why it has none.
"""

import re

from django.urls import URLPattern, URLResolver, get_resolver

from schools.management.commands.write_exports import list_files
from tests.processes import ROOT

TEMPLATES = ROOT / "templates"
DRAWS_ROWS = re.compile(r"""\{% (?:table|timeline|pagination) |extends "layouts/list\.html\"""")
OFFERS_FILES = re.compile(r"""include "components/exports\.html\"""")

LISTS: dict[str, set[str]] = {
    "accounts/people.html": {"accounts:people_export"},
    "layouts/editions.html": {"categorisation:schemes_export", "schools:frameworks_export"},
    "layouts/list.html": {
        *("schools:contact_notes_export", "schools:letters_export", "groups:list_export", "schools:interests_export"),
        *("categorisation:categories_export", "categorisation:recommendations_export", "categorisation:rounds_export"),
        *("categorisation:mismatches_export", "referrals:list_export"),
    },
    "reminders/failed_mail.html": {"reminders:failed_mail_export"},
    "reminders/inbox.html": {"reminders:inbox_export"},
    "schools/meetings/meetings.html": {"meetings:list_export"},
    "schools/records/actions.html": {"schools:actions_export"},
    "schools/register/allocation.html": {"schools:allocation_export", "schools:loads_export"},
    "schools/records/assurance.html": {"schools:assurance_export"},
    "schools/oversight/coverage_list.html": {"schools:coverage_list_export"},
    "schools/oversight/coverage_load.html": {"schools:coverage_load_export"},
    "schools/oversight/coverage_not_seen.html": {"schools:coverage_not_seen_export"},
    "schools/oversight/coverage_table.html": {"schools:coverage_export"},
    "schools/oversight/due_board.html": {"schools:due_export"},
    "schools/inspections/school_inspections.html": {"schools:inspections_export"},
    "schools/records/governors.html": {"schools:meetings_export", "schools:waiting_export"},
    "schools/groups/group.html": {"groups:members_export"},
    "schools/imports/import_detail.html": {"admin:schools_importrun_rejections", "admin:schools_importrun_vanished"},
    "schools/imports/import_list.html": {"admin:schools_importrun_export"},
    "schools/oversight/my_term.html": {"schools:my_term_export"},
    "schools/visits/programme_list.html": {"schools:programme_export"},
    "schools/home/school_chronology.html": {"schools:chronology_export"},
    "schools/register/school_days.html": {"schools:days_export"},
    "schools/register/school_history.html": {"schools:history_export"},
    "schools/register/school_list.html": {"schools:export"},
    "schools/register/school_people.html": {"schools:people_export", "schools:contacts_export"},
    "schools/records/school_visits.html": {"schools:visits_export"},
    "schools/visits/term_open.html": {"schools:term_open_export"},
}
"""Template → the routes that send what it lists. `layouts/list.html` itself is the page of contacts and of letters."""
WITHOUT = {
    "categorisation/recommendation.html": "The ratings and answers of one recommendation; the list has the file.",
    "categorisation/round.html": "Counts of one round; the list of recommendations, filtered by it, has the file.",
    "categorisation/school_category.html": "The decisions of one school; the list as at a day has the file.",
    "layouts/figures.html": "Counts of categories; the list of categories has the file.",
    "accounts/person.html": "The newest events of one account, for whoever helps its owner; the audit keeps all.",
    "layouts/edition.html": "What one edition says; the list of its kind has the file.",
    "layouts/edition_conflict.html": "What differs between two versions of one edition.",
    "layouts/noun.html": "The newest events of one thing; the chronology of its school has the rest, and its file.",
    "categorisation/item_evidence.html": "What one recommendation says, beside the decision on it.",
    "home.html": "What is newest at one's schools; the chronology of each has the rest, and its file.",
    "schools/letters/letter.html": "The recipients of one letter, which is a document and has its PDF.",
    "schools/letters/letter_edit.html": "The fields that one letter has.",
    "schools/letters/school_letters.html": "The letters of one school; the list, filtered by it, has the file.",
    "schools/meetings/meeting.html": "The agenda of one meeting, which is a document and has its PDF.",
    "schools/oversight/coverage_weeks.html": "A picture of a term; the file of a school’s Visits tab has its visits.",
    "policy/policy_list.html": "The earlier values of one key, beside what it does: a document to read.",
    "policy/proposal.html": "One value beside the value before it.",
    "schools/imports/import_add.html": "The columns of the template, which is the file.",
    "pages/cookies.html": "Three lines of a document that anybody may read.",
    "pages/retention.html": "A document that anybody may read.",
    "reminders/termly.html": "Two lines about jobs; what a job would make has its file on the job's own page.",
    "schools/visits/entitlement_set.html": "What differs between two versions of one form.",
    "schools/visits/programme_conflict.html": "What differs between two versions of one form.",
    "reminders/reminder.html": "Who was told of one date; the board of dates has the file.",
    "schools/register/allocation_check.html": "A question before something is done; the board has the list.",
    "schools/records/correction_detail.html": "Earlier corrections of one record, which are in its chronology.",
    "schools/register/hand_over.html": "A form; the board, filtered by this partner, has the list.",
    "schools/oversight/my_term_month.html": "The visits of “My term” as a month; the list has the file.",
    "schools/visits/programme_detail.html": "What was done with one edition.",
    "schools/records/record/reading.html": "A part of a record, which is a document and has its PDF.",
    "schools/home/school_overview.html": "The newest five of the Visits tab, which has the file.",
    "schools/visits/visit_detail.html": "What was done with one visit; the chronology of the school has it.",
}
"""Template → why what it shows is not taken away."""


def pages() -> dict[str, str]:
    """Every template that draws rows, with its text; the gallery and the components are nobody's page."""
    found = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    skipped = ("gallery/", "components/")
    return {name: text for name, text in found.items() if DRAWS_ROWS.search(text) and not name.startswith(skipped)}


def routes_with_kinds(patterns: list[URLPattern | URLResolver], namespace: str = "") -> set[str]:
    """Names of the routes whose address ends with a kind of file; the gallery's is nobody's."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found |= routes_with_kinds(pattern.url_patterns, inner)
        elif re.search(r"\.<\w+:kind>$|export", str(pattern.pattern)):
            found.add(f"{namespace}{pattern.name}")
    return {name for name in found if not name.startswith("ui:")}


def test_every_page_that_draws_rows_is_a_list_with_files_or_says_why_not() -> None:
    assert set(pages()) == set(LISTS) | set(WITHOUT)
    assert not set(LISTS) & set(WITHOUT)


def test_every_list_offers_its_files_on_its_page() -> None:
    texts = pages()
    offering = {
        name for name, text in texts.items() if OFFERS_FILES.search(text) or 'extends "layouts/list.html"' in text
    }
    assert set(LISTS) - offering == set()


def test_every_file_of_a_list_is_on_a_page_and_every_page_names_a_file_that_there_is() -> None:
    assert set(list_files()) == {route for routes in LISTS.values() for route in routes}


def test_every_route_with_a_kind_of_file_goes_through_the_one_helper_that_logs() -> None:
    assert routes_with_kinds(get_resolver().url_patterns) == set(list_files())


def test_no_view_sends_a_list_past_that_helper() -> None:
    """`export_response` is the helper's alone."""
    views = sorted(ROOT.glob("school*/**/views/*.py"))
    assert views
    assert [path.stem for path in views if "export_response" in path.read_text()] == []


def test_no_two_lists_send_files_of_one_name() -> None:
    names = [each.name for each in list_files().values()]
    assert sorted(names) == sorted(set(names))


def test_every_column_has_a_name_of_its_own_and_a_meaning() -> None:
    files, wrong = list_files(), {}
    for route in sorted(route for routes in LISTS.values() for route in routes):
        columns = files[route].columns
        names, labels = {column.name for column in columns}, {column.label for column in columns}
        meaningless = [column.name for column in columns if not column.meaning or column.meaning.endswith(".")]
        if not len(names) == len(labels) == len(columns) or meaningless:
            wrong[route] = (sorted(names), sorted(labels), meaningless)
    assert wrong == {}
