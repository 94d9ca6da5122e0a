"""Writing a record: the form with its agenda, kept and saved; the preview; what a line manager says beside the text."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schoolimprove.lib import clock
from schoolimprove.policy.states import EditionStatus
from schools.models import RecordOfVisit
from schools.records import actions as record_actions
from schools.records.content import Content
from tests.factories.calendar import hold_terms
from tests.factories.county import County
from tests.factories.schools import RecordOfVisitFactory
from tests.factories.visits import ProgrammeEditionFactory, RecordActionFactory
from tests.functional.browser import DESKTOP, PHONE, fill_day, led_on, opened
from tests.functional.signing_in import be_signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOUND = Content(findings={"standards": "Two lessons out of three.", "celebrations": "The choir."})
FINDINGS = "Pupils’ writing is moderated in every year.\n\nThe <b>marks</b> stay as they were typed."


@pytest.fixture
def county() -> County:
    hold_terms(2025, 2026)
    for term in clock.TermName:
        ProgrammeEditionFactory.create(
            term=term, status=EditionStatus.PUBLISHED, published_from=date(2026, 1, 1), title=f"Invented {term}"
        )
    made = County()
    made.school.pupils, made.school.capacity = 212, 240
    made.school.save()
    earlier = RecordOfVisitFactory.create(visit__school=made.school)
    RecordActionFactory.create(record=earlier, school=made.school, what="Moderate writing in year 4", who="Deputy head")
    return made


def begin(page: Page, live_server: Any, county: County) -> None:
    page.goto(f"{live_server.url}/schools/{county.school.urn}/visits/write/")
    fill_day(page, clock.today())
    page.get_by_label("Who you met").fill("Headteacher")
    led_on(page.get_by_role("button", name="Begin the record"))
    expect(page.get_by_role("heading", name="Write the Record of Visit")).to_be_visible()


def test_a_record_is_written_item_by_item_saved_and_previewed(browser: Any, live_server: Any, county: County) -> None:
    with opened(browser) as page:
        be_signed_in(page, live_server, county.sip)
        begin(page, live_server, county)
        page.set_viewport_size({"width": 375, "height": 800})
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_label("Evidence you saw").fill("A test")
        page.get_by_label("1. Standards").fill(FINDINGS)
        expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")
        page.get_by_label("Strength 1", exact=True).fill("Reading aloud")
        page.get_by_label("Theme of strength 1").select_option("Reading and writing")
        page.get_by_label("Outcome").select_option("done")
        led_on(page.get_by_role("button", name="Save and preview"))
        expect(page.get_by_text("The school will see the record like this.")).to_be_visible()
        expect(page.get_by_text("The <b>marks</b> stay as they were typed.")).to_be_visible()
    record = RecordOfVisit.objects.exclude(content={}).get()
    assert record.written.findings == {"standards": FINDINGS}
    assert [(line.key, line.text, line.theme) for line in record.written.strengths] == [
        ("s1", "Reading aloud", "Reading and writing")
    ]
    assert [line.outcome for line in record.written.carried] == ["done"]
    assert record.visit.edition is not None
    assert record.visit.edition.title == "Invented autumn"


@pytest.mark.parametrize("script", [True, False])
def test_lines_are_added_and_removed_with_and_without_a_script_and_nothing_typed_is_lost(
    browser: Any, live_server: Any, county: County, script: bool
) -> None:
    record = county.start(county.sip, on=clock.today(), content=FOUND)
    with opened(browser, script=script) as page:
        be_signed_in(page, live_server, county.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}edit/")
        page.get_by_label("Judgements").fill("Typed and not saved")
        page.get_by_label("Strength 1", exact=True).fill("Reading aloud")
        page.get_by_role("button", name="Add another strength").click()
        expect(page.get_by_label("Strength 2", exact=True)).to_be_focused()
        page.keyboard.type("Singing")
        page.get_by_role("button", name="Add another strength").click()
        expect(page.get_by_label("Strength 3", exact=True)).to_be_focused()
        page.get_by_role("button", name="Add another strength").click()
        expect(page.get_by_label("Strength 3", exact=True)).to_be_focused()
        expect(page.locator("textarea[name^=strength_]")).to_have_count(3)
        page.get_by_role("button", name="Remove strength 1").click()
        expect(page.locator("textarea[name^=strength_]")).to_have_count(1)
        expect(page.get_by_label("Strength 1", exact=True)).to_have_value("Singing")
        expect(page.get_by_role("button", name="Add another strength")).to_be_focused()
        expect(page.get_by_label("Judgements")).to_have_value("Typed and not saved")
        page.get_by_label("Action 1", exact=True).fill("Moderate writing")
        page.get_by_role("textbox", name="Action 1: person or post").fill("Deputy head")
        page.get_by_role("textbox", name="Action 1: person or post").press("Enter")
        expect(page.get_by_text("needs a date")).to_be_visible()
    record.refresh_from_db()
    assert [line.text for line in record.written.strengths] == ["Singing"]
    assert [line.who for line in record.written.actions] == ["Deputy head"]
    assert record.judgements == "Typed and not saved"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_state_of_saving_stays_in_view_and_parts_are_ticked_as_one_types(
    browser: Any, live_server: Any, county: County, width: int
) -> None:
    record = county.start(county.sip, on=clock.today(), content=FOUND)
    with opened(browser, width) as page:
        be_signed_in(page, live_server, county.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}edit/")
        saved, part = page.locator(".app-saved"), page.locator("[data-part='^strength_[a-z0-9]+$']")
        expect(part).to_contain_text("not yet")
        for place in ("met", "item_standards", "strength_s1", "action_a1"):
            page.locator(f"[name={place}]").scroll_into_view_if_needed()
            expect(saved).to_be_in_viewport(ratio=0.9)
            expect(saved).to_contain_text("Saved")
        page.get_by_label("Strength 1", exact=True).press_sequentially("R")
        expect(part).to_contain_text("written")
        expect(saved).to_contain_text("Saved at")
        page.get_by_label("Strength 1", exact=True).fill("")
        expect(part).to_contain_text("not yet")
        if width == DESKTOP:
            expect(page.get_by_role("heading", name="Parts of this record")).to_be_in_viewport()
            expect(page.get_by_text("Moderate writing in year 4").first).to_be_visible()


WORD = """<html><body><!--StartFragment-->
<p class=MsoNormal>Seen in <b>two</b>\nlessons <i>out</i> of three:</p>
<p class=MsoListParagraph style='text-indent:-18pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>Books</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o</span>Year 4</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span><span
style='font-weight:bold'>First </span>item</p><!--EndFragment--></body></html>"""
WEB = "<p>Seen</p><ul><li>Books<ul><li><p>Year 4</p></li></ul></li></ul><ol start=3><li>Third</li><li>Fourth</li></ol>"
TYPED = [
    (WORD, "Seen in **two** lessons out of three:\n\n- Books\n    - Year 4\n1. **First** item"),
    (WEB, "Seen\n\n- Books\n    - Year 4\n3. Third\n4. Fourth"),
]
PASTE = """(box, html) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/html', html)
  box.focus()
  box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
}"""


def test_bullets_numbers_and_bold_go_from_word_to_the_preview(browser: Any, live_server: Any, county: County) -> None:
    record = county.start(county.sip, on=clock.today(), content=FOUND)
    with opened(browser) as page:
        be_signed_in(page, live_server, county.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}edit/")
        box = page.get_by_label("1. Standards")
        for pasted, typed in TYPED:
            box.fill("")
            box.evaluate(PASTE, pasted)
            expect(box).to_have_value(typed)
        box.fill(TYPED[0][1])
        led_on(page.get_by_role("button", name="Save and preview"))
        prose = page.locator(".app-prose", has_text="out of three")
        expect(prose.locator("strong")).to_have_text(["two", "First"])
        expect(prose.locator("ul > li > ul > li")).to_have_text("Year 4")
        expect(prose.locator("ol > li")).to_have_text("First item")


def test_what_came_back_shows_each_comment_where_it_was_made(browser: Any, live_server: Any, county: County) -> None:
    record = county.submitted(county.sip, on=clock.today(), content=FOUND)
    with opened(browser) as page:
        be_signed_in(page, live_server, county.dsim)
        page.goto(f"{live_server.url}/schools/assurance/")
        led_on(page.get_by_role("link", name=county.school.name))
        led_on(page.get_by_role("button", name="Return to the author"))
        led_on(page.get_by_role("button", name="Return to the author"))
        expect(page.get_by_text("There is a problem")).to_be_visible()
        page.get_by_text("Add a comment on “Standards”").click()
        page.get_by_label("Comment on “Standards”").fill("Which <year> groups?")
        page.set_viewport_size({"width": 375, "height": 800})
        led_on(page.get_by_role("button", name="Return to the author"))
        expect(page.get_by_text("with your comments")).to_be_visible()
        page.goto(f"{live_server.url}/schools/assurance/")
    with opened(browser) as page:
        be_signed_in(page, live_server, county.sip)
        page.goto(f"{live_server.url}{record.get_absolute_url()}edit/")
        expect(page.get_by_text("Which <year> groups?")).to_be_visible()


def test_two_browsers_of_one_author_lose_nothing(browser: Any, live_server: Any, county: County) -> None:
    record = county.start(county.sip, on=clock.today(), content=FOUND)
    address = f"{live_server.url}{record.get_absolute_url()}edit/"
    with opened(browser) as first, opened(browser) as second:
        for page in (first, second):
            be_signed_in(page, live_server, county.sip)
            page.goto(address)
        first.get_by_label("1. Standards").fill("Written on the first computer")
        second.get_by_label("1. Standards").fill("Written on the second computer")
        led_on(first.get_by_role("button", name="Save and finish for now"))
        expect(first.get_by_text("Saved at")).to_be_visible()
        led_on(second.get_by_role("button", name="Save and finish for now"))
        expect(second.get_by_text("saved this record while you were writing")).to_be_visible()
        expect(second.get_by_text("Written on the first computer")).to_be_visible()
        expect(second.get_by_label("1. Standards")).to_have_value("Written on the second computer")
        record.refresh_from_db()
        assert record.written.findings == {**FOUND.findings, "standards": "Written on the first computer"}
        led_on(second.get_by_role("button", name="Save and finish for now"))
        expect(second.get_by_text("Saved at")).to_be_visible()
    record.refresh_from_db()
    assert record.written.findings == {**FOUND.findings, "standards": "Written on the second computer"}


def test_a_manager_who_returns_it_while_its_author_saves_loses_neither(
    browser: Any, live_server: Any, county: County
) -> None:
    """The author recalls it and saves while the manager's comments are still being typed."""
    record = county.submitted(county.sip, on=clock.today(), content=FOUND)
    with opened(browser) as manager, opened(browser) as author:
        be_signed_in(manager, live_server, county.dsim)
        manager.goto(f"{live_server.url}{record.get_absolute_url()}return/")
        manager.get_by_text("Add a comment on “Standards”").click()
        manager.get_by_label("Comment on “Standards”").fill("Which year groups, and when?")
        be_signed_in(author, live_server, county.sip)
        author.goto(f"{live_server.url}{record.get_absolute_url()}")
        led_on(author.get_by_role("button", name="Recall the record"))
        led_on(author.get_by_role("button", name="Edit the record"))
        author.get_by_label("1. Standards").fill("Years 3 and 4, in October")
        led_on(author.get_by_role("button", name="Save and finish for now"))
        expect(author.get_by_text("Saved at")).to_be_visible()
        led_on(manager.get_by_role("button", name="Return to the author"))
        expect(manager.get_by_text("changed this after you opened it")).to_be_visible()
        expect(manager.get_by_label("Comment on “Standards”")).to_have_value("Which year groups, and when?")
        expect(manager.get_by_text("Years 3 and 4, in October")).to_be_visible()
    record.refresh_from_db()
    assert (record.status, record.written.findings["standards"]) == ("draft", "Years 3 and 4, in October")


def test_an_author_whose_record_is_returned_while_they_type_keeps_what_they_typed(
    browser: Any, live_server: Any, county: County
) -> None:
    """The same author has it open in a second window from before it was submitted."""
    record = county.start(county.sip, on=clock.today(), content=FOUND)
    with opened(browser) as author:
        be_signed_in(author, live_server, county.sip)
        author.goto(f"{live_server.url}{record.get_absolute_url()}edit/")
        author.get_by_label("1. Standards").fill("Typed before it came back")
        record_actions.submit(record, by=county.sip, on=clock.today(), seen_version=record.version)
        record_actions.return_to_author(
            record, by=county.dsim, on=clock.today(), reason="Say more", seen_version=record.version, comments={}
        )
        led_on(author.get_by_role("button", name="Save and finish for now"))
        expect(author.get_by_text("saved this record while you were writing")).to_be_visible()
        expect(author.get_by_label("1. Standards")).to_have_value("Typed before it came back")
        expect(author.get_by_text("Two lessons out of three.")).to_be_visible()
        led_on(author.get_by_role("button", name="Save and finish for now"))
        expect(author.get_by_text("Saved at")).to_be_visible()
    record.refresh_from_db()
    assert record.written.findings["standards"] == "Typed before it came back"
