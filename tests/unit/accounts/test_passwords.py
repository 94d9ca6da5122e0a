"""Which passwords nobody may choose."""

from pathlib import Path
from string import ascii_lowercase

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from schoolimprove.accounts import passwords
from schoolimprove.accounts.models import User
from schoolimprove.accounts.passwords import WORDS, BreachedPasswordValidator, KnownWordsValidator

REFUSED = [
    "Autumn2026!!!",
    "Password123456",
    "P@ssw0rd12345",
    "SchoolImprovement1",
    "headteacher2026",
    "liverpool12345",
    "!!!arsenal123456",
    "OfstedOfsted99",
    "welcome-welcome",
    "abcdefghijkl",
    "zyxwvutsrqpo",
    "qwertyuiopas",
    "asdfghjkl;'#2",
    "aaaaaaaaaaaa",
    "aabbccddeeff",
    "abc123abc123",
    "lalalalalala",
    "xyzxyzxyzxyz!",
    "абвгдежзийкл",
    "ö" * 12,
    "a" * 5_000,
]


VALIDATOR = KnownWordsValidator()


WREN = User(name="Wren O’Hara-Żuk", email="w.bird@hollow-lane.borsetshire.sch.uk")


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority's name and the person's school, without the app that keeps them."""
    monkeypatch.setattr(passwords, "_names", lambda _user: ["Ambridgeshire County Council", "St Stephen’s Primary"])


def is_refused(password: str, user: User | None = None) -> bool:
    try:
        VALIDATOR.validate(password, user)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("password", REFUSED)
def test_a_known_word_with_hardly_anything_beside_it_is_refused(password: str) -> None:
    assert is_refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "heron kettle granite",
        "my school has a blue roof",
        "7Kx!93#q2$Lw",
        "School!9#q2$Lw7x",
        "żółw kaczka dąb",
        "were there ducks",
    ],
)
def test_what_has_enough_of_its_own_is_taken(password: str) -> None:
    assert not is_refused(password)


def test_the_services_own_name_and_address_are_known_words(settings: Settings) -> None:
    settings.SERVICE_NAME, settings.SITE_URL = "Ladder", "https://ladder.borsetshire.gov.uk"
    assert is_refused("Borsetshire99!")
    assert is_refused("ladder-ladder-1")


@pytest.mark.parametrize(
    "password",
    [
        "Wren O’Hara-Żuk",
        "wrenohara2026",
        "zuk.wren.ohara",
        "OHaraOHara1!",
        "Ambridgeshire1",
        "AMBRIDGESHIRE county",
        "St Stephens 2026",
        "hollow-lane-123",
        "borsetshire1234",
    ],
)
def test_ones_own_name_the_authoritys_and_that_of_ones_school_are_no_passwords(password: str) -> None:
    assert is_refused(password, WREN)


@pytest.mark.parametrize("password", ["wren heron kettle marble", "stephen likes granite"])
def test_a_name_among_other_words_is_taken(password: str) -> None:
    assert not is_refused(password, WREN)


@given(start=st.sampled_from(ascii_lowercase), step=st.sampled_from([-1, 0, 1]), number=st.integers(0, 9999))
def test_no_run_of_letters_is_a_password(start: str, step: int, number: int) -> None:
    letters = "".join(chr((ord(start) - ord("a") + step * each) % 26 + ord("a")) for each in range(14))
    assert is_refused(f"{letters}{number}")


@given(word=st.sampled_from(sorted(WORDS)), number=st.integers(0, 10**9), sign=st.sampled_from("!?.#-_"))
def test_no_number_or_sign_makes_a_word_good(word: str, number: int, sign: str) -> None:
    assert is_refused(f"{word.capitalize()}{number}{sign}")


@given(text=st.text(max_size=80))
def test_nine_letters_of_ones_own_are_enough_whatever_stands_before_them(text: str) -> None:
    assert not is_refused(f"{text}xkvjqzwbm")


def test_a_stolen_password_is_refused_whatever_its_case(tmp_path: Path) -> None:
    listed = tmp_path / "stolen.txt"
    listed.write_bytes(b"Heron Kettle Granite\n\xff\xfe\n")
    with pytest.raises(ValidationError, match="This password is in a list of stolen passwords"):
        BreachedPasswordValidator(str(listed)).validate("heron kettle granite")
    BreachedPasswordValidator(str(listed)).validate("heron kettle marble")
