import base64
import io
import json
import logging
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from schoolimprove.lib import context
from schoolimprove.logs import (
    ContextFilter,
    JsonLines,
    ReadableLines,
    known_user,
    logging_configuration,
    serving,
    without_secrets,
)


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger with production's formatter, and what it wrote."""
    stream = io.StringIO()
    configuration = logging_configuration(as_json=True, level="INFO")["formatters"]["json"]
    handler = logging.StreamHandler(stream)
    handler.addFilter(ContextFilter())
    handler.setFormatter(
        JsonLines(configuration["fmt"], style=configuration["style"], rename_fields=configuration["rename_fields"])
    )
    logger = logging.getLogger("schoolimprove.test")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)
    logger.propagate = True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_the_request_and_what_was_added(
    written: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = written
    token = context.request_id.set("a-request-id")
    logger.warning("Three %s\nfell", "hens", extra={"status": 404})
    context.request_id.reset(token)
    (line,) = lines(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "schoolimprove.test",
        "message": "Three hens\nfell",
        "request_id": "a-request-id",
        "user": None,
        "status": 404,
    }


def test_a_traceback_stays_in_its_line_without_the_row_the_database_quotes(
    written: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = written
    told = "duplicate key\nDETAIL:  Key (email)=(anne@example.invalid) already exists.\n"
    try:
        raise IntegrityError(told)
    except IntegrityError:
        logger.exception("Not kept")
    (line,) = lines(stream)
    assert "IntegrityError: duplicate key" in line["exc_info"]
    assert "anne" not in line["exc_info"]


def test_a_readable_line_begins_with_the_time_and_the_request() -> None:
    record = logging.LogRecord("schoolimprove.test", logging.INFO, "", 0, "Three %s", ("hens",), None)
    token = context.request_id.set("0123456789abcdef")
    assert ContextFilter().filter(record)
    context.request_id.reset(token)
    configuration = logging_configuration(as_json=False, level="INFO")["formatters"]["readable"]
    formatter = ReadableLines(configuration["fmt"], style=configuration["style"])
    assert formatter.format(record).endswith("INFO    01234567 schoolimprove.test: Three hens")


READABLE = logging_configuration(as_json=False, level="INFO")["formatters"]["readable"]
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2K"]


@pytest.mark.parametrize("broken", BREAKS)
def test_an_address_cannot_split_a_line_in_any_mode(written: tuple[logging.Logger, io.StringIO], broken: str) -> None:
    logger, stream = written
    path = f"/schools/{broken}12:00:00 INFO forged"
    logger.info("%s %s %s in %s ms", "GET", path, 404, 1.5, extra={"path": path})
    assert lines(stream)[0]["path"] == path
    assert len(stream.getvalue().splitlines()) == 1
    record = logging.LogRecord("schoolimprove.access", logging.INFO, "", 0, "GET %s 404", (path,), None)
    said = ReadableLines(READABLE["fmt"], style=READABLE["style"]).format(record)
    assert said.splitlines() == [said]
    assert said.isprintable()


def test_a_traceback_is_indented_so_that_none_of_its_lines_reads_as_one_of_ours() -> None:
    try:
        raise ValueError("no such school\n12:00:00 INFO forged\x1b[2K")
    except ValueError:
        record = logging.LogRecord("schoolimprove.test", logging.ERROR, "", 0, "Failed", (), sys.exc_info())
    first, *others = ReadableLines(READABLE["fmt"], style=READABLE["style"]).format(record).split("\n")
    assert first.endswith("schoolimprove.test: Failed")
    assert "    12:00:00 INFO forged\\x1b[2K" in others
    assert all(line.startswith("    ") and line.isprintable() for line in others)


def test_the_address_django_names_in_an_error_loses_its_secret() -> None:
    record = logging.LogRecord(
        "django.request", 40, "", 0, "%s: %s", ("Not Found", "/invite/mE8d_k3jZpQ1xY7vB2nR4w/"), None
    )
    record.request = HttpRequest()
    assert ContextFilter().filter(record)
    assert record.getMessage() == "Not Found: /invite/[secret]/"
    assert not hasattr(record, "request")


@pytest.mark.parametrize(
    "path", ["/schools/123456/", "/accounts/sign-in/", "/components/", "/records/RV-2026-00123/edit/", "/"]
)
def test_an_ordinary_address_is_logged_as_it_is(path: str) -> None:
    assert without_secrets(path) == path


@given(st.integers(min_value=0))
def test_no_token_of_128_bits_reaches_the_log(seed: int) -> None:
    token = random.Random(seed).randbytes(16)  # noqa: S311 - not to keep a secret
    for text in (token.hex(), base64.urlsafe_b64encode(token).decode().rstrip("=")):
        assert without_secrets(f"/feed/{text}/") == "/feed/[secret]/"
        assert without_secrets(f"/feed/{text}.ics") == "/feed/[secret].ics"
        assert without_secrets(f"/invite/{text}") == "/invite/[secret]"
        for added in (" ", "\n", "\u200b", ",", "%20", ">"):
            assert text not in without_secrets(f"/feed/{text}{added}")
            assert text not in without_secrets(f"/feed/{added}{text}.ics")


class _Session:
    """A session as the engine leaves it: what is loaded lies in `_session_cache`."""

    def __init__(self, loaded: dict[str, str] | None) -> None:
        if loaded is not None:
            self._session_cache = loaded


@pytest.mark.parametrize(("loaded", "known"), [({"_auth_user_id": "7"}, "7"), ({}, None), (None, None)])
def test_the_user_is_known_only_from_a_session_that_is_loaded(loaded: dict[str, str] | None, known: str | None) -> None:
    request = HttpRequest()
    request.session = _Session(loaded)  # type: ignore[assignment]
    assert known_user(request) == known


def test_outside_a_request_there_is_no_user() -> None:
    assert serving.get() is None
    assert known_user(None) is None
