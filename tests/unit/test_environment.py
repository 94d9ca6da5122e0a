from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from schoolimprove.environment import Environment


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.delenv("THING", raising=False)
    return Environment(tmp_path / ".env")


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        read()
    return str(refused.value)


def test_a_required_variable_that_is_not_set_is_refused_with_its_remedy(env: Environment) -> None:
    assert refusal(lambda: env.text("THING", remedy="Ask Anne.")) == "THING is not set. Ask Anne."


def test_a_required_variable_that_is_empty_is_refused(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", " ")
    assert refusal(lambda: env.text("THING", remedy="Ask Anne.")) == "THING is empty. Ask Anne."


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("true", True), ("0", False), ("no", False)])
def test_a_flag_is_read(env: Environment, monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("THING", value)
    assert env.flag("THING", not expected) is expected


def test_a_flag_that_is_neither_is_refused(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "maybe")
    assert refusal(lambda: env.flag("THING", False)).endswith("Set it to 1 or 0, or leave it out.")


@pytest.mark.parametrize("value", ["-1", "soon", "1.5"])
def test_a_number_that_is_not_whole_or_below_zero_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("THING", value)
    assert refusal(lambda: env.number("THING", 60)).endswith("Set it to a whole number, or leave it out for 60.")


def test_words_are_split_at_commas_without_blanks(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "a.example, b.example,,")
    assert env.words("THING") == ["a.example", "b.example"]


def test_a_choice_that_is_not_offered_is_refused_with_what_is(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", "LOUD")
    assert refusal(lambda: env.choice("THING", "INFO", ("INFO", "ERROR"))) == (
        "THING is 'LOUD'. Set it to one of INFO, ERROR."
    )


def test_a_relative_folder_is_refused(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "blobs")
    assert refusal(lambda: env.folder("THING", Path("/srv"))) == "THING is 'blobs'. Set it to an absolute path."


@pytest.mark.parametrize("value", ["school-improvement.example.gov.uk", "ftp://example.gov.uk", "https://"])
def test_an_address_without_its_scheme_or_host_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("THING", value)
    told = refusal(lambda: env.address("THING", schemes=("https",), remedy="Type it out."))
    assert told == "THING is not an address of https. Type it out."


def test_an_address_loses_the_slash_at_its_end(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "https://example.gov.uk/")
    assert env.address("THING", schemes=("https",), remedy="") == "https://example.gov.uk"


def test_a_refused_database_address_does_not_repeat_its_password(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", "nonsense://user:hunter2@host/name")
    told = refusal(lambda: env.database("THING", None, remedy="Ask Anne."))
    assert told.startswith("THING is not valid")
    assert told.endswith("Ask Anne.")
    assert "hunter2" not in told


def test_a_mail_server_of_an_unknown_kind_is_refused(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "pigeon://loft")
    assert refusal(lambda: env.email("THING", None, remedy="Ask Anne.")) == (
        "THING is not the address of a mail server. Ask Anne."
    )


def test_a_variable_that_is_set_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("THING=file\nOTHER_THING=file\n")
    monkeypatch.setenv("THING", "process")
    monkeypatch.delenv("OTHER_THING", raising=False)
    env = Environment(tmp_path / ".env")
    assert (env.text("THING"), env.text("OTHER_THING")) == ("process", "file")


def test_a_link_is_a_page_elsewhere_or_nothing(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.link("THING", remedy="Type it out.") == ""
    monkeypatch.setenv("THING", "https://example.gov.uk/kept")
    assert env.link("THING", remedy="Type it out.") == "https://example.gov.uk/kept"
    monkeypatch.setenv("THING", "javascript:alert(1)")
    assert refusal(lambda: env.link("THING", remedy="Type it out.")).endswith("Type it out.")
