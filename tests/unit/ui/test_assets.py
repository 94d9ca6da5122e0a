"""What is built, and what must never be in it."""

import json
import re

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR


def test_the_lock_of_node_packages_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not [name for name, package in lock["packages"].items() if name and "integrity" not in package]


@pytest.fixture(scope="module")
def stylesheet() -> str:
    path = ROOT / "static" / "build" / "app.css"
    if not path.exists():
        pytest.fail("The stylesheet is not built: run `npm ci && npm run build`.")
    return path.read_text()


def test_the_stylesheet_has_no_government_typeface_crown_or_foreign_file(stylesheet: str) -> None:
    assert not re.findall(r"GDS Transport|crest|crown|url\(|@import|sourceMappingURL", stylesheet)


def test_the_stylesheet_knows_the_authoritys_colour(stylesheet: str) -> None:
    assert "var(--authority-colour)" in stylesheet


def test_the_scripts_name_no_source_map(stylesheet: str) -> None:
    assert "sourceMappingURL" not in (ROOT / "static" / "build" / "govuk-frontend.min.js").read_text()


def test_no_template_of_ours_has_inline_styles_or_scripts() -> None:
    """A letter and a PDF carry their own styles; no browser shows them under our policy."""
    pages = [path for path in (ROOT / "templates").rglob("*.html") if not {"emails", "pdf.html"} & set(path.parts)]
    assert pages
    for path in pages:
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:", text), path
