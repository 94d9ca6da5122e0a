"""The filter panel: what is chosen, the address without each choice, and what outlives applying."""

from django import forms
from django.http import QueryDict

from schoolimprove.ui.fields import DateField
from schoolimprove.ui.filters import FilterPanel, chosen_words, filter_panel
from schoolimprove.ui.gallery import GalleryFilter

from .drawing import draw, elements


class ByDay(forms.Form):
    since = DateField(label="Since", required=False)


def panel(address: str, counts: dict[str, dict[str, int]] | None = None) -> FilterPanel:
    query = QueryDict(address)
    return filter_panel(GalleryFilter(query), query, counts=counts)


def test_nothing_chosen_has_no_tags_and_its_groups_are_folded() -> None:
    found = panel("sort=name")
    assert found.chosen == []
    assert [group.opened for group in found.groups] == [False, False, False]


def test_each_chosen_value_is_a_tag_whose_address_lacks_only_it_and_the_page() -> None:
    found = panel("q=st+mary&phase=primary&phase=special&sort=-name&page=4")
    tags = {tag.label: tag.url for group in found.chosen for tag in group.tags}
    assert tags == {
        "st mary": "?phase=primary&phase=special&sort=-name",
        "Primary": "?q=st+mary&phase=special&sort=-name",
        "Special": "?q=st+mary&phase=primary&sort=-name",
    }
    assert found.clear_url == "?sort=-name"


def test_the_order_outlives_applying_and_the_page_does_not() -> None:
    assert panel("q=a&sort=-name&page=4").kept == [("sort", "-name")]


def test_a_value_nobody_offers_is_not_shown_as_chosen() -> None:
    assert panel("phase=<script>").chosen == []


def test_options_carry_their_counts() -> None:
    found = panel("phase=primary", {"phase": {"primary": 12}})
    (phases,) = [group for group in found.groups if group.name == "phase"]
    assert [(option.label, option.chosen, option.count) for option in phases.options][:2] == [
        ("Nursery", False, None),
        ("Primary", True, 12),
    ]
    assert phases.opened


def test_a_date_of_three_boxes_is_one_tag() -> None:
    query = QueryDict("since_0=1&since_1=5&since_2=2026&page=2")
    found = filter_panel(ByDay(query), query)
    (tag,) = found.chosen[0].tags
    assert (tag.label, tag.url) == ("1 5 2026", "?")
    assert found.kept == []


def test_what_is_said_beside_a_filter_is_said_at_the_top_too() -> None:
    query = QueryDict("since_0=99&since_1=4&since_2=2026")
    assert [error.target for error in filter_panel(ByDay(query), query).errors] == ["id_since_0"]
    assert panel("phase=nobody-offers-it").errors == []


def test_what_was_chosen_is_told_in_words() -> None:
    assert chosen_words(panel("q=st&phase=primary&phase=special")) == [
        ("Name or URN", "st"),
        ("Phase", "Primary, Special"),
    ]


def test_the_panel_is_drawn_with_what_is_chosen_and_sends_focus_to_the_results() -> None:
    query = QueryDict("q=%3Cb%3E&phase=primary&sort=name")
    found = filter_panel(GalleryFilter(query), query)
    page = draw("{% filter_panel panel %}{% filter_tags panel %}", "/schools/?q=x", panel=found)
    (form,) = elements(page, "form")
    assert (form["method"], form["action"]) == ("get", "/schools/#results")
    assert [attrs["value"] for attrs in elements(page, "input", type="checkbox") if "checked" in attrs] == ["primary"]
    assert elements(page, "input", type="hidden", name="sort")
    assert "<b>" not in page
    assert "Remove this filter: Phase, " in page
