"""Schools are found by name, URN, LAESTAB or postcode, however somebody spells or spaces them."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.models import School
from tests.factories.schools import LocalAuthorityFactory, SchoolFactory
from tests.undone import undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def marys() -> School:
    return SchoolFactory.create(
        name="St. Mary's Roman Catholic Primary School",
        urn=125_142,
        authority=LocalAuthorityFactory.create(code="936", name="Surrey"),
        establishment_number=1234,
        postcode="GU12 6LX",
    )


@pytest.fixture
def other() -> School:
    return SchoolFactory.create(name="Ysgol Gŵyr & Nürnberg-Straße 100% Academy", urn=900_777, postcode="KT1 2AB")


def found(text: str) -> list[str]:
    return [school.name for school in School.objects.matching(text)]


TYPED = [
    "St Marys",
    "st mary's",
    "St. Mary’s",
    "Saint Mary's",
    "SAINT MARYS",
    "mary st",
    "  roman   catholic  ",
    "Máry",
    "gu12 6lx",
    "GU12 6LX",
    "GU126LX",
    "gu126lx",
    "6LX",
    "936/1234",
    "9361234",
    "936 1234",
    "1234",
    "125142",
    "125 142",
    "marys gu12",
    "St Mary's, GU12 6LX",
    "marys 125142",
    "prim sch mar",
]


def test_it_is_found_as_people_type_it(marys: School, other: School) -> None:
    assert {text: found(text) for text in TYPED} == {text: [marys.name] for text in TYPED}


def test_a_line_from_before_which_also_held_the_numbers_apart_is_found_by_the_same_words(
    marys: School, other: School
) -> None:
    line = "saint marys roman catholic primary school 125142 9361234 936 1234 gu12 6lx gu126lx"
    School.objects.filter(pk=marys.pk).update(search_key=line)
    assert {text: found(text) for text in TYPED} == {text: [marys.name] for text in TYPED}


@pytest.mark.parametrize("text", ["St Johns", "marys 999999", "936/1235", "GU12 6LY", "Marys Nuremberg"])
def test_every_word_must_be_there(marys: School, other: School, text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["gwyr", "Gŵyr", "NURNBERG", "strasse", "Nürnberg-Straße", "100% academy", "gwyr & nurnberg"]
)
def test_accents_and_signs_are_no_hindrance(marys: School, other: School, text: str) -> None:
    assert found(text) == [other.name]


@pytest.mark.parametrize("text", ["m%grove", "m_ry", "Hill%", "'; DROP TABLE schools_school; --", "\\", 'rom"x"an'])
def test_signs_with_a_meaning_to_the_database_are_spaces_like_any_other(
    marys: School, other: School, text: str
) -> None:
    plain = re.sub(r"[^\w]|_", " ", text)
    assert found(text) == found(plain)
    assert School.objects.count() == 2


def test_a_percent_sign_stands_for_nothing(marys: School, other: School) -> None:
    assert found("mar%school") == [marys.name]
    assert found("roman%ma_ys%xyz") == []


def test_nothing_typed_finds_everything(marys: School, other: School) -> None:
    assert len(found("")) == len(found("   ")) == 2


def test_a_search_narrows_what_was_narrowed_already(marys: School, other: School) -> None:
    ours = School.objects.filter(pk=other.pk)
    assert not ours.matching("marys").exists()
    assert not ours.matching("gu12 6lx").exists()


def test_a_school_is_found_once_though_several_of_its_words_match(marys: School) -> None:
    assert School.objects.matching("GU12 6LX").count() == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(max_size=40))
def test_nothing_anybody_types_breaks_the_search(marys: School, text: str) -> None:
    assert set(found(text)) <= {marys.name}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_a_school_is_found_by_its_own_name_whatever_it_is(name: str) -> None:
    school = SchoolFactory.create(name=name)
    assert School.objects.matching(name).filter(pk=school.pk).exists()


def test_a_church_school_is_found_however_its_church_is_spelt(marys: School) -> None:
    SchoolFactory.create(name="Spence Hill Primary School")
    typed = ("CofE", "C of E", "Church of England", "holy cofe primary", "Holy CE")
    for name in ("Church of England", "CofE", "C of E", "CE", "C.E."):
        with undone():
            SchoolFactory.create(name=f"Holy Trinity {name} Primary School")
            assert {each: found(each) for each in typed} == {
                each: [f"Holy Trinity {name} Primary School"] for each in typed
            }


@pytest.mark.parametrize("typed", ["RC", "Roman Catholic", "St Mary's RC Primary"])
def test_a_catholic_school_is_found_by_its_letters(marys: School, typed: str) -> None:
    SchoolFactory.create(name="Marchmont Primary School")
    assert marys.name in found(typed)


def test_a_new_name_is_found_and_the_old_one_no_more(marys: School) -> None:
    marys.name = "Hilltop School"
    marys.save(update_fields=["name"])
    assert found("hilltop") == ["Hilltop School"]
    assert found("marys") == []


def test_a_school_without_a_number_or_a_postcode_is_found_by_its_urn() -> None:
    SchoolFactory.create(name="Bare", urn=10_001, establishment_number=None, postcode="")
    assert found("10001") == ["Bare"]


def test_a_longer_name_than_the_key_holds_still_has_a_key() -> None:
    SchoolFactory.create(name="ﷺ" * 60)
    assert School.objects.count() == 1


@pytest.mark.parametrize("name", ["St Mary & St John’s", "St Mary and St John's"])
@pytest.mark.parametrize("typed", ["mary & john", "Mary and John", "st john´s", "St John's", "john\u200bs", "marys"])
def test_and_and_an_apostrophe_are_found_however_they_are_typed(name: str, typed: str) -> None:
    SchoolFactory.create(name=name)
    assert found(typed) == ([] if typed == "marys" else [name])
