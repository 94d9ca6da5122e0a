"""The record as PDF: what it says, how it is tagged, and that nothing people type breaks it."""

import itertools

import pikepdf
import pytest

from schoolimprove.accounts.roles import Role
from schools.models import RecordOfVisit, RecordVersion, Response
from schools.records import actions as record_actions
from schools.records import versions as record_versions
from schools.records.pdf import answered, freeze, frozen_pdf, preview_pdf, standing_at
from tests.factories.county import TUESDAY, County
from tests.factories.schools import RecordVersionFactory, appointed
from tests.factories.visits import SilenceFactory
from tests.factories.written import KINDS_OF_TEXT, shared_record, written_record
from tests.pdfs import adrift, elements, opened, pages_of, text_of, untagged


def frozen(version: RecordVersion, occasion: str = "shared") -> bytes:
    return frozen_pdf(version, standing_at(version, occasion)).content


def respond(record: RecordOfVisit, county: County, *, accurate: bool = True) -> Response:
    return record_actions.respond(
        record,
        by=county.headteacher,
        on=TUESDAY,
        version=record.shared_version or 0,
        accurate=accurate,
        on_accuracy="" if accurate else "There are two classes in year 4.",
        on_content="We found it useful.",
    )


@pytest.fixture
def record(county: County) -> RecordOfVisit:
    return shared_record(county)


@pytest.fixture
def version(record: RecordOfVisit) -> RecordVersion:
    return record.versions.get()


def test_the_cover_stands_alone_on_the_first_page(version: RecordVersion, county: County) -> None:
    cover, *others = pages_of(frozen(version))
    for said in (
        "Invented County",
        "Record of Visit",
        f"{county.school.name} URN {county.school.urn}",
        "Additional visit, 3 November 2026",
        f"{county.sip}, School Improvement Partner",
        f"{county.dsim}, District Strategic Improvement Manager 3 November 2026",
        version.record.reference,
        "1, shared 3 November 2026",
        "Shared with the school",
        f"{county.headteacher}, headteacher",
        f"{county.chair}, chair of governors",
    ):
        assert said.lower() in cover.lower()
    assert "Who was met" not in cover
    assert others[0].index("Who was met") < 120


def test_everything_is_there_in_the_order_it_is_read(version: RecordVersion) -> None:
    text = text_of(frozen(version))
    said = [
        *("Who was met", "Headteacher and the leader of mathematics", "Evidence seen", "Two lessons in year 4"),
        *("Findings", "1. Standards", "2. The new reading scheme", "Found on The new reading scheme."),
        *("Self-evaluation", "Achievement", "Strong standard", "Expected standard", "Not graded", "Judgements"),
        *("Strengths to share", "Reading in the early years", "Actions from earlier records"),
        *("Moderate writing in year 4", "carried over", "Begun in year 3.", "Actions agreed"),
        *(
            "Observe year 6 mathematics",
            "The deputy headteacher",
            "1 December 2026",
            "The SIP",
            "29 January 2027",
            "Attachments",
        ),
        "The school’s response to version 1",
    ]
    places = [text.index(each, text.index("Who was met")) for each in said]
    assert places == sorted(places)


def test_bullets_and_numbers_are_printed_as_they_were_typed(county: County) -> None:
    draft = written_record(county, evidence="Seen in **two** lessons:\n- Books\n•\tTalk\n\n2. Two\n5. Five\n* Stars*")
    text = text_of(preview_pdf(draft, record_versions.document(draft)).content)
    assert "Seen in two lessons: Books Talk Two Five Stars*" in text
    # Markers hang beside their items, and are read from the file after them.
    assert "• • 2. 5. •" in text


def test_every_page_says_whose_it_is_and_which_of_how_many(version: RecordVersion) -> None:
    pages = pages_of(frozen(version))
    for number, page in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in page
        assert f"{version.record.reference} · {version.record.school.name}" in page
        assert "Version 1" in page


def test_a_preview_is_marked_on_every_page(county: County) -> None:
    draft = written_record(county, evidence="Long. " * 2000)
    pages = pages_of(preview_pdf(draft, record_versions.document(draft)).content)
    assert len(pages) > 3
    assert all("Preview – not shared" in page for page in pages)
    assert "The school’s response" not in " ".join(pages)


def test_a_corrected_version_says_why_however_long_the_reason(version: RecordVersion) -> None:
    reason = "The number of classes was wrong. " * 100
    corrected = RecordVersionFactory(
        record=version.record, number=2, texts=version.texts, cover=version.cover, reason=reason
    )
    cover, second, *_rest = pages_of(frozen(corrected))
    assert "Why we issued this version" in cover
    assert "page 1 of" in cover
    assert "Why we issued this version" in second


def test_the_longest_names_leave_the_cover_on_one_page(county: County) -> None:
    county.school.name = "St Mary and All Angels with St Peter " * 3
    county.school.save()
    for number in range(3):
        user = appointed(Role.HEADTEACHER, school=county.school)
        user.person.name = f"Invented Person {'with a long name ' * 5}{number}"
        user.person.save()
    version = shared_record(county).versions.get()
    corrected = RecordVersionFactory(
        record=version.record, number=2, texts=version.texts, cover=version.cover, reason="W" * 2000
    )
    cover, second, *_rest = pages_of(frozen(corrected))
    assert f"{county.chair}, chair of governors" in cover
    assert "Why we issued this version" in second[:250]


# What was answered ----------------------------------------------------------------------------------------------------


def test_what_is_frozen_at_sharing_says_that_nobody_has_answered(version: RecordVersion) -> None:
    assert text_of(frozen(version)).count("Not yet received.") == 2


def test_a_response_is_in_the_pdf_that_is_frozen_with_it(record: RecordOfVisit, county: County) -> None:
    response = respond(record, county, accurate=False)
    text = text_of(frozen(record.versions.get(), answered(response)))
    for said in (
        f"{county.headteacher}, 3 November 2026, on version 1",
        "There are two classes in year 4.",
        "We found it useful.",
    ):
        assert said in text
    assert text.count("Not yet received.") == 1


def test_a_response_is_not_in_the_pdf_of_what_was_shared(record: RecordOfVisit, county: County) -> None:
    version = record.versions.get()
    before = frozen(version)
    respond(record, county)
    assert frozen(version) == before


def test_silence_is_said_to_be_one(version: RecordVersion) -> None:
    SilenceFactory.create(version=version, role=Role.CHAIR)
    text = text_of(frozen(version, "closed"))
    assert "None received by 3 November 2026." in text
    assert text.count("Not yet received.") == 1


def test_a_role_nobody_held_is_not_waited_for(county: County) -> None:
    county.chair.person.appointments.all().update(ends_on=TUESDAY.replace(day=2))
    version = shared_record(county).versions.get()
    assert "No one was in this post when the record was shared." in text_of(frozen(version))


# What was frozen stays ------------------------------------------------------------------------------------------------


def test_it_is_drawn_from_what_was_frozen_and_not_from_what_is_true_today(
    version: RecordVersion, county: County
) -> None:
    before = frozen(version)
    county.school.name = "Another name"
    county.school.save()
    county.headteacher.person.appointments.all().update(ends_on=TUESDAY)
    version.record.visit.agenda_items.update(heading="Another heading")
    again = RecordVersion.objects.get(pk=version.pk)
    assert frozen(again) == before


def test_a_version_from_before_covers_were_kept_has_one_all_the_same(version: RecordVersion) -> None:
    old = RecordVersionFactory(record=version.record, number=2, texts={"met": "The head", "strengths": "Reading"})
    text = text_of(frozen(old))
    assert version.record.school.name in text
    assert "Reading" in text


# Tags -----------------------------------------------------------------------------------------------------------------


def test_it_declares_itself_accessible(version: RecordVersion) -> None:
    with opened(frozen(version)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en-GB"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        title = f"Record of Visit {version.record.reference}, {version.record.school.name}, version 1"
        assert str(document.docinfo["/Title"]) == title
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == title
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_its_date_is_that_of_the_version(version: RecordVersion) -> None:
    with opened(frozen(version)) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261103120000")


def test_headings_come_in_order_and_none_is_left_out(version: RecordVersion) -> None:
    with opened(frozen(version)) as document:
        levels = [
            int(tag[1])
            for tag, _element, _in in elements(document.Root.StructTreeRoot)
            if tag[0] == "H" and tag[1:].isdigit()
        ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_cell_that_heads_others_says_which(version: RecordVersion) -> None:
    with opened(frozen(version)) as document:
        found = list(elements(document.Root.StructTreeRoot))
        tables = [element for tag, element, _in in found if tag == "Table"]
        heads = [element for tag, element, _in in found if tag == "TH"]
        assert len(tables) == 4
        for table in tables:
            assert "TH" in [tag for tag, _element, _in in elements(table)]
        assert {str(head["/A"]["/Scope"]) for head in heads} == {"/Column", "/Row"}
        for tag, _element, inside in found:
            if tag == "LBody":
                assert inside[-1] == "LI"


def test_no_content_is_without_a_tag(version: RecordVersion) -> None:
    content = frozen(version)
    assert untagged(content) == []
    assert adrift(content) == []


def test_it_has_bookmarks(version: RecordVersion) -> None:
    with opened(frozen(version)) as document, document.open_outline() as outline:
        assert [each.title for each in outline.root] == ["Record of Visit"]
        assert "Findings" in [each.title for each in outline.root[0].children]


# What people type -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", KINDS_OF_TEXT)
def test_whatever_is_typed_is_text_and_stays_on_the_page(county: County, text: str) -> None:
    record = written_record(county, met=text, evidence=text, judgements=text)
    content = preview_pdf(record, record_versions.document(record)).content
    drawn = "".join(text_of(content).split())
    if text.isprintable() and text.isascii():
        assert drawn.count("".join(text.split())) == 3
    assert untagged(content) == []


def test_the_longest_texts_are_all_there(county: County) -> None:
    words = " ".join(f"word{number}" for number in range(1800))[:20_000]
    record = written_record(county, met=words, evidence=words, judgements=words, findings=words)
    pages = pages_of(preview_pdf(record, record_versions.document(record)).content)
    assert len(pages) > 10
    assert "".join(pages).count("word1799") == 4


def test_a_draft_with_nothing_in_it_has_its_headings(county: County) -> None:
    record = county.start(county.sip, texts={})
    text = text_of(preview_pdf(record, record_versions.document(record)).content)
    assert text.count("Nothing recorded.") == 4
    assert "Actions agreed None." in text


def test_the_same_occasion_is_the_same_bytes(version: RecordVersion) -> None:
    assert frozen(version) == frozen(version)
    assert freeze(version, "shared") == freeze(version, "shared")


def test_it_can_be_read_by_another_program(version: RecordVersion) -> None:
    with opened(frozen(version)) as document:
        assert isinstance(document, pikepdf.Pdf)
        assert document.check_pdf_syntax() == []
