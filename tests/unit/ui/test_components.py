"""What each component says to those who see it and to those who hear it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from schoolimprove.accounts.models.user import UserState
from schoolimprove.ui import gallery
from schoolimprove.ui.components import Column, Empty, Event, Fact, Figure, Link, Status, Tab, Table, Task
from schoolimprove.ui.status import COLOURS, colour_of

from .drawing import draw, elements, ids

ATTACK = "<script>alert(1)</script>"
TAG_COLOURS = {"grey", "blue", "teal", "green", "red", "orange", "yellow", "purple", "magenta"}


def test_a_tag_always_has_words_and_a_colour_of_the_one_mapping() -> None:
    assert '<strong class="govuk-tag govuk-tag--red">Overdue</strong>' in draw('{% status_tag "overdue" "Overdue" %}')
    assert "govuk-tag--grey" in draw('{% status_tag "never heard of" "Something" %}')
    assert set(COLOURS.values()) <= TAG_COLOURS
    assert colour_of("In progress") == colour_of("IN-PROGRESS") == colour_of("in_progress") == "blue"


def test_every_status_of_every_state_table_has_its_colour() -> None:
    tables = [model.STATES for model in apps.get_models() if hasattr(model, "STATES")]
    assert tables
    codes = [*(status.value for table in tables for status in table.statuses), *(state.value for state in UserState)]
    assert [code for code in codes if code not in COLOURS] == []


def test_a_change_link_says_what_it_changes() -> None:
    page = draw("{% summary_list facts %}", facts=[Fact("Next visit", date(2026, 5, 1), "/change")])
    assert 'Change<span class="govuk-visually-hidden"> Next visit</span></a>' in page
    assert "1 May 2026" in page


def test_an_empty_fact_is_a_sentence_and_zero_is_not_empty() -> None:
    assert "Not recorded" in draw("{% summary_list facts %}", facts=[Fact("Category")])
    page = draw("{% summary_list facts %}", facts=[Fact("Visits", 0)])
    assert "Not recorded" not in page
    assert ">0" in page.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 5, 1), "1 May 2026"),
        (datetime(2026, 5, 1, 13, 32, tzinfo=UTC), "1 May 2026 at 14:32"),
        (True, "Yes"),
        (False, "No"),
        (None, ""),
        (0, "0"),
        ("text", "text"),
    ],
)
def test_values_are_shown_as_people_read_them(value: Any, words: str) -> None:
    assert draw("{{ value|shown }}", value=value) == words


def a_table(**kwargs: Any) -> Table:
    columns = [Column("School", sort="name"), Column("On roll", sort="pupils", numeric=True), Column("Stage")]
    rows = [[Link("Ashgrove", "/1", "URN 900001"), 412, Status("open", "Stage 1")]]
    return Table("Schools", columns, kwargs.pop("rows", rows), **kwargs)


def test_a_table_has_a_caption_scopes_and_the_state_of_its_order() -> None:
    page = draw("{% table table %}", table=a_table(ordering="-pupils"))
    assert ">Schools</caption>" in page
    assert [attrs["aria-sort"] for attrs in elements(page, "th") if "aria-sort" in attrs] == ["none", "descending"]
    assert [attrs["scope"] for attrs in elements(page, "th")] == ["col", "col", "col", "row"]
    assert "govuk-table__cell--numeric" in page


def test_a_heading_sorts_turns_round_and_keeps_the_filters() -> None:
    page = draw("{% table table %}", "/?phase=primary&phase=special&page=3&sort=name", table=a_table(ordering="name"))
    links = [str(attrs["href"]) for attrs in elements(page, "a") if "sort=" in str(attrs["href"])]
    assert links == [
        "?phase=primary&amp;phase=special&amp;sort=-name#results".replace("&amp;", "&"),
        "?phase=primary&phase=special&sort=pupils#results",
    ]


def test_an_empty_table_is_a_sentence() -> None:
    page = draw("{% table table %}", table=a_table(rows=[], empty="No school matches."))
    assert "No school matches." in page
    assert not elements(page, "table")


def test_a_row_that_does_not_fit_its_columns_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        draw("{% table table %}", table=a_table(rows=[["too few"]]))


def test_a_wide_table_scrolls_in_a_named_region_that_the_keyboard_reaches() -> None:
    (region,) = elements(draw("{% table table %}", table=a_table(wide=True)), "div", role="region")
    assert (region["tabindex"], region["aria-label"]) == ("0", "Schools")


@pytest.mark.parametrize(
    "drawn",
    [
        draw("{% summary_list facts %}", facts=[Fact(ATTACK, ATTACK, "/x", ATTACK, ATTACK, source=ATTACK)]),
        draw("{% table table %}", table=Table(ATTACK, [Column(ATTACK)], [[ATTACK]], wide=True)),
        draw("{% table table %}", table=Table(ATTACK, [Column(ATTACK, "x")], [[Link(ATTACK, "/x", ATTACK)]])),
        draw(
            "{% timeline events %}", events=[Event(ATTACK, date(2026, 5, 1), ATTACK, ATTACK, changes=[(ATTACK,) * 3])]
        ),
        draw("{% sub_navigation tabs %}", tabs=[Tab(ATTACK, "/x")]),
        draw("{% task_list tasks %}", tasks=[Task(ATTACK, Status("x", ATTACK), hint=ATTACK)]),
        draw("{% key_figures figures %}", figures=[Figure(ATTACK, ATTACK, source=ATTACK)]),
        draw("{% empty_state empty %}", empty=Empty(ATTACK, ATTACK, Link(ATTACK, "/x"))),
        draw("{% notification_banner text link_url='/x' link_text=text %}", text=ATTACK),
        draw("{% inset_text text %}{% warning_text text %}{% details text text %}{% panel text text %}", text=ATTACK),
        draw("{% post_button '/x' text hidden=text reason=text %}", text=ATTACK),
        draw("{% status_tag 'x' text %}", text=ATTACK),
    ],
)
def test_what_people_typed_stays_text_in_every_component(drawn: str) -> None:
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_the_timeline_says_who_what_when_why_and_what_changed() -> None:
    page = draw("{% timeline events %}", events=gallery.EVENTS)
    for words in ("Record of visit approved", "by Hassan Rahimi", "6 May 2026 at 14:32", "The evidence is complete."):
        assert words in page
    assert "<del>Submitted</del>" in page
    assert "<ins>Approved</ins>" in page
    assert "<del>nothing</del>" in page
    assert "Nothing has happened yet." in draw("{% timeline none %}", none=[])


def test_one_tab_is_the_current_page() -> None:
    page = draw("{% sub_navigation tabs %}", tabs=gallery.TABS)
    assert [attrs["href"] for attrs in elements(page, "a") if attrs.get("aria-current") == "page"] == ["#overview"]


def test_a_task_that_cannot_start_is_no_link_and_says_why() -> None:
    page = draw("{% task_list tasks %}", tasks=gallery.TASKS)
    assert len(elements(page, "a")) == 2
    assert "After the visit was held" in page
    assert len(ids(page)) == len(set(ids(page)))


def test_pagination_keeps_the_filters_and_says_where_one_is() -> None:
    page = Paginator(range(64), 10).get_page(3)
    drawn = draw("{% pagination page %}", "/?q=st&phase=a&phase=b&page=3", page=page)
    links = [str(attrs["href"]) for attrs in elements(drawn, "a")]
    assert links[0] == "?q=st&phase=a&phase=b&page=2#results"
    assert all(link.startswith("?q=st&phase=a&phase=b&page=") for link in links)
    assert [attrs["aria-label"] for attrs in elements(drawn, "a") if attrs.get("aria-current")] == ["Page 3"]
    assert "Showing 21 to 30 of 64" in drawn


def test_one_page_needs_no_pagination() -> None:
    assert "nav" not in draw("{% pagination page %}", page=Paginator(range(3), 10).get_page(1))


@pytest.mark.parametrize(
    ("tag", "query"),
    [
        ("{% query_with page=2 %}", "?q=a+b&amp;phase=x&amp;phase=y&amp;page=2"),
        ("{% query_with q=None page=None %}", "?phase=x&amp;phase=y"),
        ('{% query_with phase="z" page="" %}', "?q=a+b&amp;phase=z"),
    ],
)
def test_a_query_changes_in_one_place_and_keeps_the_rest(tag: str, query: str) -> None:
    assert draw(tag, "/?q=a+b&phase=x&phase=y&page=7") == query


def test_a_button_form_carries_the_token_and_what_it_is_told() -> None:
    loaded = Template("{% load components %}{% post_button '/x' 'Approve' kind='warning' version=3 %}")
    page = loaded.render(Context({"csrf_token": "abc", "request": RequestFactory().get("/")}))
    (form,) = elements(page, "form")
    assert (form["method"], form["action"]) == ("post", "/x")
    assert [attrs["value"] for attrs in elements(page, "input", type="hidden")] == ["abc", "3"]
    (button,) = elements(page, "button")
    assert button["data-prevent-double-click"] == "true"
    assert "govuk-button--warning" in str(button["class"])


def test_a_banner_of_success_is_announced_and_a_standing_one_is_not() -> None:
    (done,) = elements(draw('{% notification_banner "Saved" kind="success" %}'), "div", role="alert")
    assert "govuk-notification-banner--success" in str(done["class"])
    assert elements(draw('{% notification_banner "Overdue" kind="warning" %}'), "div", role="region")
