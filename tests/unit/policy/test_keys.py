"""Policy keys: a value goes to JSON and comes back the same, and what does not fit is refused in a sentence."""

import json
import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.policy import keys
from schoolimprove.policy.keys import SINCE_ALWAYS, PolicyError, PolicyKey, all_keys, declare, key_named


@dataclass(frozen=True)
class Invented:
    """Every kind of field a policy value may have."""

    days: int
    label: str
    firm: bool
    codes: tuple[str, ...]
    phases: dict[str, str]


def key(**other: Any) -> PolicyKey[Invented]:
    usual: dict[str, Any] = {"name": "invented.key", "label": "Invented", "kind": Invented, "unit": "days"}
    return PolicyKey(
        **{**usual, "source": "Nowhere", "shipped": {SINCE_ALWAYS: Invented(1, "", True, (), {})}, **other}
    )


GOOD = {"days": 5, "label": "Core", "firm": True, "codes": ["01"], "phases": {"15": "nursery"}}

values = st.builds(
    Invented,
    days=st.integers(),
    label=st.text(),
    firm=st.booleans(),
    codes=st.lists(st.text()).map(tuple),
    phases=st.dictionaries(st.text(), st.text()),
)


@given(value=values)
def test_a_value_is_stored_as_json_and_read_back_the_same(value: Invented) -> None:
    stored = json.loads(json.dumps(key().dump(value)))
    assert key().load(stored) == value


@given(value=values)
def test_what_is_stored_names_every_field_and_no_other(value: Invented) -> None:
    assert set(key().dump(value)) == {field.name for field in fields(Invented)}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(name=st.sampled_from(sorted(GOOD)), value=json_values)
def test_whatever_somebody_types_into_a_field_is_loaded_or_refused(name: str, value: Any) -> None:
    try:
        loaded = key().load({**GOOD, name: value})
    except PolicyError as error:
        said = str(error)
    else:
        said = ""
        assert json.loads(json.dumps(key().dump(loaded)))[name] == value
    assert said == "" or re.fullmatch(rf"The value of {name}(: .*)? is the wrong type\.", said, re.DOTALL)


@pytest.mark.parametrize("value", [None, [], "5", 5, True])
def test_a_value_without_names_is_refused(value: Any) -> None:
    with pytest.raises(PolicyError, match=r"^Enter the value as a set of named fields\.$"):
        key().load(value)


@pytest.mark.parametrize("value", [{}, {**GOOD, "more": 1}, {name: GOOD[name] for name in list(GOOD)[1:]}])
def test_a_field_missing_or_unknown_is_refused_and_the_fields_are_named(value: Any) -> None:
    with pytest.raises(PolicyError, match=r"^Enter these fields: codes, days, firm, label, phases\.$"):
        key().load(value)


WRONG = [
    ("days", True),
    ("days", 5.0),
    ("days", "5"),
    ("days", None),
    ("label", 5),
    ("firm", 1),
    ("firm", "true"),
    ("codes", "01"),
    ("codes: 2", ["01", 2]),
    ("phases", [["15", "nursery"]]),
    ("phases: 15", {"15": 1}),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_field_of_another_kind_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(PolicyError, match=f"^The value of {name} is the wrong type\\.$"):
        key().load({**GOOD, name.partition(":")[0]: value})


def test_every_reason_of_a_validator_is_told() -> None:
    strict = key(validator=lambda value: ["Too many days.", f"Not {value.label}."])
    with pytest.raises(PolicyError, match=r"^Too many days\. Not Core\.$"):
        strict.load(GOOD)


def test_a_key_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_keys", {})
    mine = declare(key())
    assert key_named("invented.key") is mine
    with pytest.raises(RuntimeError, match=r"invented\.key is declared twice"):
        declare(key())


def test_a_key_nobody_declared_is_unknown() -> None:
    with pytest.raises(KeyError):
        key_named("invented.nowhere")


def test_keys_are_listed_by_name() -> None:
    names = [each.name for each in all_keys()]
    assert names == sorted(names)


SHIPPED = [
    pytest.param(each, start, value, id=f"{each.name} from {start}")
    for each in all_keys()
    for start, value in each.shipped.items()
]


@pytest.mark.parametrize(("declared", "start", "value"), SHIPPED)
def test_a_shipped_value_passes_its_own_validator(declared: PolicyKey[Any], start: date, value: Any) -> None:
    assert declared.load(json.loads(json.dumps(declared.dump(value)))) == value


@pytest.mark.parametrize("declared", all_keys(), ids=lambda each: each.name)
def test_a_declared_key_is_in_force_since_always_and_says_what_it_is(declared: PolicyKey[Any]) -> None:
    assert SINCE_ALWAYS in declared.shipped
    assert all([declared.label, declared.unit, declared.source])
