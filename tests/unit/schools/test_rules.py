"""The rules of visits and their records."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schools.records.models.record import TEXTS
from schools.records.rules import REQUIRED_TO_SUBMIT, missing_to_submit, wrong_with_response
from schools.visits.rules import wrong_with_planned_day, wrong_with_visit_date

texts = st.dictionaries(st.sampled_from(TEXTS), st.text(max_size=5))


def test_what_is_required_is_among_the_texts_of_a_record() -> None:
    assert set(REQUIRED_TO_SUBMIT) < set(TEXTS)


@given(written=texts)
def test_there_is_one_sentence_for_each_text_that_is_missing(written: dict[str, str]) -> None:
    blank = [name for name in ("met", "evidence", "findings") if not written.get(name, "").strip()]
    said = missing_to_submit(written)
    assert len(said) == len(blank)
    assert all(each.startswith("Enter ") and each.endswith(".") for each in said)


@given(written=texts, name=st.sampled_from(TEXTS), more=st.text(min_size=1).filter(str.strip))
def test_writing_more_never_makes_more_missing(written: dict[str, str], name: str, more: str) -> None:
    assert set(missing_to_submit({**written, name: more})) <= set(missing_to_submit(written))


@given(today=st.dates(date(1992, 1, 1), date(2040, 1, 1)), days=st.integers(-400, 400))
def test_a_visit_is_recorded_from_its_own_day_on(today: date, days: int) -> None:
    refused = wrong_with_visit_date(today + timedelta(days=days), today=today)
    assert bool(refused) is (days > 0)


@given(today=st.dates(date(1992, 1, 1), date(2040, 1, 1)), days=st.integers(-400, 400))
def test_a_visit_is_planned_for_its_own_day_or_one_to_come(today: date, days: int) -> None:
    refused = wrong_with_planned_day(today + timedelta(days=days), today=today)
    assert bool(refused) is (days < 0)


@given(today=st.dates(date(1992, 1, 1), date(2040, 1, 1)), years=st.integers(3, 50))
def test_a_visit_planned_years_ahead_is_taken_for_a_slip(today: date, years: int) -> None:
    assert wrong_with_planned_day(date(today.year + years, 1, 1), today=today)


@given(text=st.text())
def test_a_school_that_finds_the_record_accurate_names_nothing_that_is_not(text: str) -> None:
    said = "You said the record is accurate, but you have also written what is not accurate."
    reasons = wrong_with_response(accurate=True, on_accuracy=text)
    assert reasons == ([f"{said} Clear the text or select “No”."] if text.strip() else [])


@given(text=st.text())
def test_a_school_that_finds_errors_says_which(text: str) -> None:
    assert bool(wrong_with_response(accurate=False, on_accuracy=text)) is not bool(text.strip())
