"""Documents and pages that speak of the code: nothing is missing from them, and what they point to is there."""

import re
import struct
from pathlib import Path

import pytest
from django.urls import get_resolver

from schoolimprove.accounts.roles import PERMISSION_LABELS, ROLE_LABELS, Permission, Role
from schoolimprove.documentation import marks, policy
from schoolimprove.documentation import settings as settings_document
from schoolimprove.guides.accessibility import measured
from schoolimprove.guides.glossary import WORDS
from schoolimprove.guides.topics import TOPICS, topics_for
from schoolimprove.management.commands.write_documents import documents
from schoolimprove.policy.keys import all_keys
from tests.functional.demo.test_pictures import PICTURES
from tests.integration.demo.walk import routes

from .test_documents import ROOT, names_read_by_compose, names_read_by_settings

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "DEVELOPERS.md", *DOCS.rglob("*.md")])
LARGEST = 100_000


def links(page: Path) -> list[str]:
    """What it points to inside the repository, pictures included, without places within pages."""
    found = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    return [link for link in found if "://" not in link]


def test_what_a_document_points_to_is_there() -> None:
    lost = [(page.name, link) for page in PAGES for link in links(page) if not (page.parent / link).exists()]
    assert lost == []


def test_every_document_is_reached_from_the_contents() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        page = page / "README.md" if page.is_dir() and (page / "README.md").exists() else page
        if page not in reached:
            reached.add(page)
            waiting += [page.parent / link for link in links(page)] if page.suffix == ".md" else []
    unreached = {path for path in PAGES if path.resolve() not in reached and path.parent.name != "adr"}
    assert unreached == set()


def test_the_administrators_documents_say_what_the_code_says() -> None:
    stale = [path.name for path, text in documents(ROOT).items() if path.read_text() != text]
    assert stale == [], "Run manage.py write_documents."


def test_every_setting_that_is_read_is_in_the_administrators_document() -> None:
    told = re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "administrators" / "settings.md").read_text(), re.MULTILINE)
    assert set(told) == names_read_by_settings() | names_read_by_compose()


def test_every_key_of_policy_is_in_the_administrators_document() -> None:
    text = (DOCS / "administrators" / "policy.md").read_text()
    assert re.findall(r"^Key `([a-z_.]+)`", text, re.MULTILINE) == [key.name for key in all_keys()]


def test_every_role_is_in_the_administrators_document() -> None:
    text = (DOCS / "administrators" / "roles.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [ROLE_LABELS[role] for role in Role]


def test_every_permission_is_in_words_of_its_own() -> None:
    assert set(PERMISSION_LABELS) == set(Permission)
    assert len(set(PERMISSION_LABELS.values())) == len(Permission)


def test_a_part_of_a_page_is_written_and_the_rest_is_left() -> None:
    page = f"before\n{marks.BEGIN}\nold\n{marks.END}\nafter\n"
    assert marks.filled(page, "new\n") == f"before\n{marks.BEGIN}\n\nnew\n\n{marks.END}\nafter\n"
    with pytest.raises(marks.NoMarks):
        marks.filled("nothing of the kind", "new")


def test_a_setting_is_told_with_its_section_and_what_it_is() -> None:
    text = "# --- Needed --------\n\n# Two lines\n# of words.\nNAME=value\n\n# Another.\n# OTHER=\n"
    assert list(settings_document.told_of(text)) == [
        settings_document.Setting("Needed", "NAME", "value", "Two lines of words."),
        settings_document.Setting("Needed", "OTHER", "", "Another."),
    ]


def test_a_long_list_of_policy_is_shown_by_its_beginning() -> None:
    assert "Mathematics; Science, computing and technology; and 9 more" in policy.written()


# Pictures.


def pictures_named() -> set[str]:
    return {Path(link).stem for page in PAGES for link in links(page) if link.endswith(".png")}


def test_each_picture_that_is_shown_is_made_and_each_that_is_made_is_shown() -> None:
    made = {path.stem for path in (DOCS / "pictures").glob("*.png")}
    assert pictures_named() == made == set(PICTURES)
    assert len(made) <= 12


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").glob("*.png")), ids=lambda path: path.stem)
def test_a_picture_is_small_and_as_wide_as_a_desktop(path: Path) -> None:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">I", content[16:20]) == (1280,)
    assert len(content) < LARGEST


def test_every_picture_has_a_text_for_those_who_do_not_see_it() -> None:
    texts = [text for page in PAGES for text in re.findall(r"!\[([^\]]*)\]", page.read_text())]
    assert len(texts) >= len(PICTURES)
    assert "" not in texts


# The accessibility statement.


def test_the_accessibility_statement_rests_on_every_page_there_is() -> None:
    """After a new route: `make accessibility`."""
    told = measured()
    groups = (set(told.pages), set(told.not_opened), set(told.others))
    assert set.union(*groups) == {
        name for name, _needed in routes(get_resolver().url_patterns) if not name.startswith("admin:")
    }
    assert sum(map(len, groups)) == len(set.union(*groups))


def test_the_accessibility_statement_was_measured_with_every_rule() -> None:
    told = measured()
    assert told.tags == ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    assert told.rules >= 90
    assert (told.width, told.narrow) == (1280, 375)
    assert told.is_clean


# Help.


def test_every_page_of_help_has_its_text() -> None:
    missing = [topic.slug for topic in TOPICS if not (ROOT / "templates" / topic.template_name).exists()]
    assert missing == []


def test_every_role_with_work_here_has_a_page_of_help() -> None:
    without = {role for role in Role if not topics_for([role])}
    assert without == {
        *(Role.FINANCE, Role.SCHOOL_LINK, Role.DIOCESAN_OFFICER, Role.LEAD_MEMBER, Role.BEHAVIOUR_OFFICER),
        *(Role.CENTRE_COORDINATOR, Role.BASE_LEAD, Role.PANEL_MEMBER, Role.PROVIDER, Role.DATA_PROTECTION_OFFICER),
    }


def test_the_glossary_has_each_word_once_and_ends_each_meaning_with_a_stop() -> None:
    names = [word.word.casefold() for word in WORDS]
    assert names == sorted(set(names))
    assert [word.word for word in WORDS if not word.meaning.endswith(".")] == []


@pytest.mark.parametrize("word", ["SIP", "DSIM", "EIP", "HT", "IEB", "SEF", "Record of Visit", "Core visit", "URN"])
def test_the_glossary_has_the_offices_words(word: str) -> None:
    assert word in {each.word for each in WORDS}
