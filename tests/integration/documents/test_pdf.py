"""The PDF engine: the same bytes each time, nothing fetched, and a sentence where the machine cannot make PDFs."""

import builtins
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from schoolimprove.documents import pdf
from tests.pdfs import text_of

MADE = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def template(tmp_path: Path, settings: Settings) -> Callable[[str], str]:
    """A template of the test's own, that extends the house's."""
    engines = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    settings.TEMPLATES = engines

    def write(content: str) -> str:
        page = f'{{% extends "documents/pdf.html" %}}{{% block content %}}{content}{{% endblock %}}'
        (tmp_path / "invented.html").write_text(page)
        return "invented.html"

    return write


def made(template: str, **context: Any) -> pdf.Pdf:
    return pdf.render(template, context, title="Invented letter", lang="en-GB", made_at=MADE)


def test_the_same_page_is_the_same_bytes(template: Callable[[str], str]) -> None:
    name = template("<h1>Letter</h1><table><tr><th scope='row'>A</th><td>{{ text }}</td></tr></table>")
    assert made(name, text="One").content == made(name, text="One").content
    assert made(name, text="One").content != made(name, text="Two").content


def test_it_says_how_many_pages_it_has(template: Callable[[str], str]) -> None:
    name = template("<p style='break-after: page'>One</p><p>Two</p>")
    assert made(name).pages == 2


def test_what_people_typed_is_text(template: Callable[[str], str]) -> None:
    text = "<b>5 < 6</b> & {{ 7 }}"
    assert text in text_of(made(template("<p>{{ text }}</p>"), text=text).content)


def test_nothing_is_fetched_from_a_file_or_an_address(template: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("p::after { content: 'SECRET' }")
    secret = (tmp_path / "secret.css").as_uri()
    name = template(
        f"<style>@import url('{secret}');</style><link rel='stylesheet' href='{secret}'><p>Letter</p>"
        "<img src='http://127.0.0.1:1/picture.png' alt='None'>"
    )
    assert "SECRET" not in text_of(made(name).content)


def test_data_of_the_page_itself_is_drawn(template: Callable[[str], str]) -> None:
    name = template("<link rel='stylesheet' href='data:text/css,p::after{content:\"DRAWN\"}'><p>Letter</p>")
    assert "DRAWN" in text_of(made(name).content)


def test_a_machine_without_pango_is_told_what_to_install(
    template: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    really = builtins.__import__

    def without_pango(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return really(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(pdf.PdfUnavailable, match=r"apt-get install libpango-1.0-0"):
        made(template("<p>Letter</p>"))


def test_a_machine_without_pango_starts_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pdf.pango_is_there() == []
    monkeypatch.setattr(pdf, "LIBRARIES", ("libnowhere.so.0",))
    (warning,) = pdf.pango_is_there()
    assert "libnowhere.so.0" in warning.msg
    assert warning.hint is not None
    assert "apt-get install libpango-1.0-0" in warning.hint
