"""The authority's colour is readable, and cannot break out of its stylesheet."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.ui.colour import (
    LEAST_CONTRAST,
    authority_css,
    contrast,
    contrast_with_white,
    tint,
    validate_contrast,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_as_the_guidelines_work_it_out() -> None:
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#ffffff") == pytest.approx(1)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast_with_white("#777777") == pytest.approx(4.48, abs=0.01)


@given(colours, colours)
def test_contrast_is_the_same_both_ways_and_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0000001


@pytest.mark.parametrize("colour", ["#767676", "#1F4E79", "#4b1f6f"])
def test_a_colour_that_white_text_stands_out_from_is_accepted(colour: str) -> None:
    validate_contrast(colour)


@pytest.mark.parametrize(
    "colour", ["#777777", "#ffdd00", "red", "#fff", "", "#12345g", "#1f4e79; } body { display: none"]
)
def test_a_colour_that_is_too_light_or_none_at_all_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError):
        validate_contrast(colour)


def test_no_stylesheet_is_made_of_anything_but_a_colour() -> None:
    with pytest.raises(ValueError, match="not a colour"):
        authority_css("#1f4e79; } * { display: none }")


@given(colours.filter(lambda colour: contrast_with_white(colour) >= LEAST_CONTRAST))
def test_our_text_and_links_are_readable_on_the_tint_of_any_accepted_colour(colour: str) -> None:
    pale = tint(colour, 0.05)
    for text in ("#0b0c0c", "#484949", "#1a65a6", "#54319f"):
        assert contrast(text, pale) >= LEAST_CONTRAST


def test_the_stylesheet_carries_the_colour_to_every_place_that_shows_it() -> None:
    css = authority_css("#4b1f6f")
    assert "--authority-colour: #4b1f6f;" in css
    assert "--govuk-brand-colour: #4b1f6f;" in css
    assert "--authority-tint: #f6f4f8;" in css
