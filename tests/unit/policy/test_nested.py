"""Nested values go to JSON and come back the same; what does not fit is refused with the place it stands in."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.policy.nested import PolicyError, dump, load


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True)
class Band:
    """With one of each kind that a flat value does not have."""

    from_day: date
    rate: Decimal
    until: date | None
    side: Side


@dataclass(frozen=True)
class Regime:
    """Bands in lists and in tables."""

    bands: tuple[Band, ...]
    by_phase: dict[str, tuple[Band, ...]]


bands = st.builds(
    Band,
    from_day=st.dates(),
    rate=st.decimals(allow_nan=False, allow_infinity=False),
    until=st.none() | st.dates(),
    side=st.sampled_from(Side),
)
regimes = st.builds(
    Regime,
    bands=st.lists(bands, max_size=3).map(tuple),
    by_phase=st.dictionaries(st.text(), st.lists(bands, max_size=2).map(tuple), max_size=2),
)
BAND = {"from_day": "2026-09-01", "rate": "480.00", "until": None, "side": "ours"}
GOOD = {"bands": [BAND, BAND], "by_phase": {"primary": [BAND]}}


@given(value=regimes)
def test_a_nested_value_is_stored_as_json_and_read_back_the_same(value: Regime) -> None:
    stored = json.loads(json.dumps(dump(value)))
    assert load(Regime, stored) == value


def test_a_decimal_keeps_its_noughts_and_a_date_its_day() -> None:
    [first, _second] = load(Regime, GOOD).bands
    assert (str(first.rate), first.from_day, first.until, first.side) == ("480.00", date(2026, 9, 1), None, Side.OURS)
    assert dump(first) == BAND


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"from_day": "1 September 2026"}, "from_day"),
        ({"rate": 480}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"rate": "Infinity"}, "rate"),
        ({"until": ""}, "until"),
        ({"side": "both"}, "side"),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_its_place(wrong: dict[str, Any], place: str) -> None:
    for value, where in [
        ({**GOOD, "bands": [BAND, {**BAND, **wrong}]}, "bands: 2"),
        ({**GOOD, "by_phase": {"primary": [{**BAND, **wrong}]}}, "by_phase: primary: 1"),
    ]:
        with pytest.raises(PolicyError) as error:
            load(Regime, value)
        assert str(error.value) == f"The value of {where}: {place} is the wrong type."


def test_fields_that_are_missing_or_of_no_set_are_named_with_their_place() -> None:
    with pytest.raises(PolicyError, match=r"^Enter these fields for bands: 1: from_day, rate, side, until\.$"):
        load(Regime, {**GOOD, "bands": [{"rate": "1"}]})
    with pytest.raises(PolicyError, match=r"^Enter bands: 1 as a set of named fields\.$"):
        load(Regime, {**GOOD, "bands": ["480"]})
